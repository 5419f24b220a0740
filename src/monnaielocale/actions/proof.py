"""The backing proof of a book, and its plain form for files and programs."""

from datetime import date
from typing import Any

from ..domain.proof import Cause, Proof, RoadItem, backing_proof
from ..store.database import Database
from ..store.proof import proof_facts
from .perform import plain


def prove_backing(database: Database, *, book: str, on: date, event: int | None = None, entry: int | None = None) -> Proof:
    """The proof at a business date, as of an event and an entry; asked again with all three, it is identical.

    Raises BookUnknown, EventUnknown and EntryUnknown.
    """
    with database.reading() as connection:
        return backing_proof(proof_facts(connection, book=book, on=on, event=event, entry=entry))


def proof_as_data(proof: Proof, *, documents: bool = True) -> dict[str, Any]:
    """The proof as JSON can hold it: amounts in cents, each on-the-road item with its document and its age in days.

    Without `documents` it says of each document its kind, its amount and its day: what is written on them may name people.
    """
    return {
        "book": proof.book,
        "on": proof.on.isoformat(),
        "event": proof.event,
        "entry": proof.entry,
        "holds": proof.holds,
        "forms": {
            form.form.value: {
                **{
                    name: getattr(form, name)
                    for name in (
                        "bank_cents",
                        "owed_to_others_cents",
                        "reserve_cents",
                        "on_the_road_cents",
                        "circulation_cents",
                        "difference_cents",
                    )
                },
                "accounts": plain(form.accounts),
                "owed": [{"role": role, "amount_cents": cents} for role, cents in form.owed],
                "on_the_road": [_road(item, proof.on, documents) for item in form.on_the_road],
                "causes": [_cause(cause, documents) for cause in form.causes],
            }
            for form in proof.forms
        },
    }


def _road(item: RoadItem, on: date, documents: bool) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "amount_cents": item.amount_cents,
        "document": item.document if documents else None,
        "since": item.since.isoformat(),
        "age_days": (on - item.since).days,
    }


def _cause(cause: Cause, documents: bool) -> dict[str, Any]:
    told: dict[str, Any] = plain(cause)
    if not documents:
        told["documents"] = [document | {"document": None} for document in told["documents"]]
    return told
