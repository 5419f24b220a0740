"""Ring 1: bytes to values and values to bytes. Imports the domain only."""
