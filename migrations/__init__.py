"""Migrations of the database, run by `monnaielocale migrate`."""
