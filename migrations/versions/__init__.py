"""One module per migration, with its SQL in files beside it."""
