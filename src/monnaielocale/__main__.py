"""`python -m monnaielocale` is the command `monnaielocale`."""

from .cli import main

main()
