"""Documents kept as they came, once each, under their fingerprint."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from .arrays import arrays
from .queries import query
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DocumentGiven:
    """A document with the name of its file."""

    name: str
    content: bytes


def fingerprints(documents: Iterable[bytes]) -> list[bytes]:
    """The SHA-256 of each document; the same scan given a thousand times is read once."""
    known: dict[int, bytes] = {}
    given = list(documents)
    for document in given:
        if id(document) not in known:
            known[id(document)] = sha256(document).digest()
    return [known[id(document)] for document in given]


def keep_documents(work: UnitOfWork, book: str, documents: Iterable[DocumentGiven]) -> None:
    """Keep the documents that are not there yet; one known before, or given twice, keeps the name that it came with first.

    Rows that refer to a document are inserted later in the same transaction. The caller holds the book's lock.
    """
    given = list(documents)
    marks = fingerprints(document.content for document in given)
    first: dict[bytes, DocumentGiven] = {}
    for mark, document in zip(marks, given, strict=True):
        first.setdefault(mark, document)
    if first:
        columns = arrays(
            [
                ("fingerprints", "bytea", first),
                ("names", "text", (document.name for document in first.values())),
                ("contents", "bytea", (document.content for document in first.values())),
            ]
        )
        work.connection.execute(query("keep_documents"), {**columns, "received_at": work.now(book)})
