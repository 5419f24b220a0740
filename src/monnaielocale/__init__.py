"""Double-entry books for French local currencies and the town payments made in them."""
