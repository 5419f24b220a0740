"""Service desks (régies de recettes): from the charter and the till to the euros that the association owes at face value."""
