"""Bank statements: CFONB120, camt.053 and CSV, read to the cent or refused with the line."""
