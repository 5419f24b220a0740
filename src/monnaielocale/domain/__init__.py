"""Ring 1: what the product believes. No SQL, no HTTP, no clock."""
