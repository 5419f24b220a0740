"""Double-entry books for French local currencies and the town payments made in them."""

__version__ = "0.1.0"
