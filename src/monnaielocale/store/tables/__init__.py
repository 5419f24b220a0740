"""The declared schema. Every table is insert-only; what a document's state is follows from the facts recorded about it."""

from . import bank, books, documents, mandates, matches, parties, runs
from .columns import METADATA

__all__ = ["METADATA", "bank", "books", "documents", "mandates", "matches", "parties", "runs"]
