"""Mandates as one transaction changes them, for every action that drafts or moves them."""

from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.payments.mandates import Mandate, mandate_state
from ..store.conventions import BookKept, LoadedConvention
from ..store.documents import DocumentGiven, keep_documents
from ..store.mandates import Mandates, act_row, mandate_row
from ..store.unit_of_work import UnitOfWork
from .deciding import DatedItem


@dataclass(frozen=True, slots=True)
class MandateChanged:
    """What was done to a mandate, and where it stands on the day of the action."""

    mandate: str
    act: str
    state: str
    event_id: UUID


@dataclass(slots=True)
class MandateBatch:
    """The mandates of one transaction as it changes them, and the rows that it is going to write."""

    work: UnitOfWork
    books: dict[str, BookKept]
    mandates: Mandates
    new: list[dict[str, Any]] = field(default_factory=list)
    acts: list[dict[str, Any]] = field(default_factory=list)
    documents: list[tuple[str, DocumentGiven]] = field(default_factory=list)
    marks: dict[int, bytes] = field(default_factory=dict)

    def mark(self, document: DocumentGiven | None) -> bytes | None:
        """The fingerprint of a document, taken once for a scan that many items share."""
        if document is None:
            return None
        if id(document.content) not in self.marks:
            self.marks[id(document.content)] = sha256(document.content).digest()
        return self.marks[id(document.content)]

    def act(
        self,
        item: DatedItem,
        before: Mandate,
        act: str,
        acted_on: date,
        *,
        reason: str = "",
        document: DocumentGiven | None = None,
        terms: dict[str, Any] | None = None,
    ) -> MandateChanged:
        """Post an act on a mandate and keep its row; `before` is the mandate as it was, drafted in this very act or known.

        The chain can never forget, so it holds a document's fingerprint and neither its name nor a person's reason.
        """
        mark = self.mark(document)
        details = {"mandate": before.number, "acted_on": acted_on.isoformat(), **(terms or {})}
        if mark is not None:
            details["document_sha256"] = mark.hex()
        event = Event(new_id(), item.book, f"mandate_{act}", item.actor.person_id, item.on, (), details)
        self.work.post(event)
        # From here on nothing refuses.
        if document is not None:
            self.documents.append((item.book, document))
        by = item.actor.person_id
        self.acts.append(act_row(before, act, acted_on, acted_by=by, event_id=event.id, reason=reason, document=mark))
        after = _after(before, act, acted_on)
        self.mandates[item.book, before.number] = after
        return MandateChanged(before.number, act, str(mandate_state(after, item.on)), event.id)

    def draft(self, item: DatedItem, mandate: Mandate, loaded: LoadedConvention, member_id: UUID) -> MandateChanged:
        """Post a new mandate and keep its rows."""
        version = loaded.convention.version_for(mandate.starts_on)
        terms = {
            "public_body": mandate.public_body,
            "member": mandate.member,
            "kind": mandate.kind,
            "subject": mandate.subject,
            "share_mode": mandate.share_mode,
            "share_cents": mandate.share_cents,
            "starts_on": mandate.starts_on.isoformat(),
            "ends_on": mandate.ends_on.isoformat() if mandate.ends_on else None,
        }
        changed = self.act(item, mandate, "drafted", item.on, terms=terms)
        identifiers = {
            "book_id": self.books[item.book].id,
            "public_body_id": loaded.public_body_id,
            "member_id": member_id,
            "convention_version_id": loaded.id_of(version),
        }
        self.new.append(mandate_row(mandate, **identifiers))
        return changed

    def write(self) -> None:
        """Keep the rows for writing: documents first, because acts refer to them."""
        for book in sorted({book for book, _ in self.documents}):
            keep_documents(self.work, book, (document for code, document in self.documents if code == book))
        self.work.insert("collection_mandate", *self.new)
        self.work.insert("mandate_act", *self.acts)


def _after(mandate: Mandate, act: str, on: date) -> Mandate:
    if act == "signed":
        return replace(mandate, signed_on=on)
    if act == "accepted":
        return replace(mandate, accepted_on=on)
    if act == "ended":
        return replace(mandate, ended_on=on)
    return replace(mandate, revoked_on=on) if act == "revoked" else mandate


class Numbers:
    """The next mandate numbers of each book, skipping those that people chose."""

    def __init__(self, last: dict[str, int]) -> None:
        self._last = last

    def next(self, book: str, taken: Mandates) -> str:
        """The next free number M-000001."""
        while True:
            self._last[book] += 1
            number = f"M-{self._last[book]:06d}"
            if (book, number) not in taken:
                return number
