"""The demonstration, told from files that the package holds: a town pays out in local currency, another one takes it in."""
