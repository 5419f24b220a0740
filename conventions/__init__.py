"""Conventions that come with the program, one TOML file each; what each key does stands in docs/conventions.md."""
