"""Benchmarks that travel with the product: ratios against a peer or a limit, measured in turn on one PostgreSQL in one run."""
