"""What a town and an association agreed, in versions, and the rules that follow from it."""
