"""Ring 3: what the product does. Each action takes a sequence, decides, then writes in sets."""
