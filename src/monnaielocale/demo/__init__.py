"""The demonstration: a town pays in local currency from January to March 2026, told from files that the package holds."""
