"""Which open items a bank line pays, proposed with a reason in words."""
