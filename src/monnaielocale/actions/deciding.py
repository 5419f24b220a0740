"""What every action that decides item by item begins with."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Protocol, TypeVar

from ..domain.actors import Actor
from ..domain.refusals import Refusal
from ..store.conventions import BookKept
from ..store.faults import translated
from ..store.queries import query
from ..store.unit_of_work import UnitOfWork

ASSOCIATION = ("association_operator", "association_accountant")


class DatedItem(Protocol):
    """What is asked by a person, in a book, on a business date."""

    @property
    def actor(self) -> Actor: ...
    @property
    def book(self) -> str: ...
    @property
    def on(self) -> date: ...


ItemType = TypeVar("ItemType")


def decide_each(items: Sequence[ItemType], decide: Callable[[ItemType], Any]) -> list[Any]:
    """The result or the refusal of each item, in their order."""
    outcomes: list[Any] = []
    for item in items:
        try:
            outcomes.append(decide(item))
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes


def require_association(actor: Actor, book: BookKept, *roles: str) -> None:
    """RoleMissing or ActsForAnother unless the person has one of the roles and acts for the association that keeps the book."""
    actor.require(*(roles or ASSOCIATION))
    actor.require_party(book.party_id)


def ask_for_rights(work: UnitOfWork, actor: Actor, kind: str, book: str) -> None:
    """The database says whether the person may cause events of a kind in a book, for what is kept before the event.

    Refusals: RoleMissing, ActsForAnother.
    """
    with translated():
        work.connection.execute(query("may_cause_in_book"), {"person_id": actor.person_id, "kind": kind, "book": book})
