"""What a bank says, and whether it continues what the books know."""
