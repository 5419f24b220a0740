"""Mandates, payment runs and crediting: the road of a payment from the list to the account."""
