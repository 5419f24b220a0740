"""The declared schema. Every table is insert-only; what a document's state is follows from the facts recorded about it."""

from . import (
    access,
    bank,
    books,
    desks,
    documents,
    handovers,
    jobs,
    mandates,
    matches,
    parties,
    receipts,
    remittances,
    runs,
    shifts,
)
from .columns import METADATA

__all__ = [
    "METADATA",
    "access",
    "bank",
    "books",
    "desks",
    "documents",
    "handovers",
    "jobs",
    "mandates",
    "matches",
    "parties",
    "receipts",
    "remittances",
    "runs",
    "shifts",
]
