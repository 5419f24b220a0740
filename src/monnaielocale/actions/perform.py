"""How every action runs: a batch of independent items in one transaction, each with its own answer.

One receipt, a file of 10,000 payments and the concurrent requests of a server go through `perform`. Keys are looked up after the
head lock and stored with the effect. An unforeseen failure halves the batch until the culprit is alone; a connection lost
while committing is settled by asking the keys.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import psycopg

from ..domain.actors import Actor
from ..domain.identifiers import written
from ..domain.refusals import Refusal
from ..store.arrays import array
from ..store.database import Connection, Database
from ..store.faults import OutcomeUnknown, refusal_of
from ..store.journal import Effect, KnownBooks, OpenBook
from ..store.queries import query
from ..store.sending import Written
from ..store.unit_of_work import Read, Row, UnitOfWork, unit_of_work


class KeyReused(Refusal):
    """The key {key} was already used for another request."""

    code = "key_reused"


class Unforeseen(Refusal):
    """Something went wrong that was not foreseen ({failure}). Nothing was recorded."""

    code = "unforeseen"


class Item(Protocol):
    """What every action is given: who asks, in which book, and the key under which the effect is remembered ('' for none)."""

    @property
    def actor(self) -> Actor: ...
    @property
    def book(self) -> str: ...
    @property
    def key(self) -> str: ...


ItemType = TypeVar("ItemType", bound=Item)
Decide = Callable[[UnitOfWork, Sequence[ItemType], list[list[Row]]], list[Any]]


@dataclass(frozen=True, slots=True)
class Action(Generic[ItemType]):
    """An action: `decide` answers a result or a Refusal per item and keeps the writes; `reads` are made along with the lock.

    `knows` says whether all that `decide` would read of a book is known since the last batch; such an action asks for no moment.
    `keeps` says that what it reads of a book with `recall` is still true after its own batches.
    """

    name: str
    decide: Decide[ItemType]
    reads: Callable[[Sequence[ItemType]], list[Read]] | None = None
    knows: Callable[[OpenBook, Sequence[ItemType]], bool] | None = None
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What an item did, as plain data; `replayed` when it had been done before under the same key."""

    content: dict[str, Any]
    replayed: bool = False


Outcome = Answer | Refusal
# Who asks, and under which key. The person as a number, since identifiers are slow to compare.
Place = tuple[int, str]
# What was done before: the fingerprint of the request, and its answer.
Done = dict[Place, tuple[bytes, dict[str, Any]]]


def action(
    name: str,
    reads: Callable[[Sequence[Any]], list[Read]] | None = None,
    knows: Callable[[OpenBook, Sequence[Any]], bool] | None = None,
    *,
    keeps: bool = False,
) -> Callable[[Callable[..., list[Any]]], Action[Any]]:
    """Declare an action; the decorated function takes (work, items) or, when it declares reads, (work, items, rows read)."""

    def declare(decide: Callable[..., list[Any]]) -> Action[Any]:
        if reads is None:
            return Action(name, lambda work, items, _: decide(work, items), keeps=keeps)
        return Action(name, decide, reads, knows, keeps)

    return declare


def perform(
    database: Database,
    act: Action[ItemType],
    items: Sequence[ItemType],
    *,
    connection: Connection | None = None,
    known: KnownBooks | None = None,
) -> list[Outcome]:
    """Carry out an action for independent items in one transaction and answer each of them, in order.

    Whoever keeps a connection for many batches may keep what is `known` of the books with it.
    """
    if not items:
        return []
    try:
        with unit_of_work(database, connection, known) as work:
            outcomes = _decide_under_lock(work, act, items)
            if not act.keeps:
                work.forget_facts()
            return outcomes
    except Refusal as refusal:
        return _halve(database, act, items, refusal, connection)
    except psycopg.OperationalError as error:
        return interrupted(database, act, items, error)
    except Exception as error:
        found = refusal_of(error) if isinstance(error, psycopg.Error) else None
        if found is None:
            found = Unforeseen(failure=type(error).__name__)
            found.__cause__ = error
        return _halve(database, act, items, found, connection)


def perform_one(database: Database, act: Action[ItemType], item: ItemType) -> dict[str, Any]:
    """Carry out an action for one item; answers its content or raises its Refusal, or the failure that nobody foresaw."""
    outcome = perform(database, act, [item])[0]
    if isinstance(outcome, Unforeseen) and outcome.__cause__ is not None:
        raise outcome.__cause__
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome.content


def _halve(
    database: Database, act: Action[ItemType], items: Sequence[ItemType], found: Refusal, connection: Connection | None
) -> list[Outcome]:
    """What refused a whole batch belongs to one of its items: try each half alone until the culprit is."""
    if len(items) == 1:
        return [found]
    middle = len(items) // 2
    return [
        outcome for half in (items[:middle], items[middle:]) for outcome in perform(database, act, half, connection=connection)
    ]


def interrupted(
    database: Database, act: Action[ItemType], items: Sequence[ItemType], error: psycopg.OperationalError
) -> list[Outcome]:
    """The lock could not be had, or the connection broke, perhaps after the commit.

    Then those whose key is known were done; of the others nobody can say.
    """
    if refused := refusal_of(error):
        return [refused] * len(items)
    with database.connect("writer") as fresh:
        known = _answers(fresh.execute(query("known_keys"), _asked(act, items)).fetchall())
    return [
        Answer(known[_place(item)][1], replayed=True) if item.key and _place(item) in known else OutcomeUnknown()
        for item in items
    ]


@dataclass(slots=True)
class Carried(Generic[ItemType]):
    """A batch that was decided on what is known of its book: what is to be written, and the answers for when it is.

    `written` are the parameters as they are sent.
    """

    items: Sequence[ItemType]
    outcomes: list[Outcome]
    parameters: dict[str, Any]
    written: Written = field(default_factory=list)


def carry_on(act: Action[ItemType], items: Sequence[ItemType], known: KnownBooks) -> Carried[ItemType] | None:
    """Decide a batch on what is known of its book since the last one; None when it takes more than that.

    Nothing is asked: what the connection answers meanwhile belongs to the batches before. The write will confirm that nobody else
    wrote in the book since, and that no key was used before. A batch with a refusal is not carried on: the refused item might
    have been done before, under its key. Nor is one that fails: `perform` will say why.
    """
    book = items[0].book
    opened = known.book(book)
    if act.knows is None or opened is None or any(item.book != book for item in items):
        return None
    work = UnitOfWork.unconnected(known)
    work.journal.books[book] = opened
    parameters = None
    with suppress(Exception):
        if not act.knows(opened, items):
            return None
        outcomes = _decide(work, act, items, {}, [])
        if not any(isinstance(outcome, Refusal) for outcome in outcomes):
            parameters = work.as_one_statement()
    if parameters is None:
        known.forget()
        return None
    return Carried(items, outcomes, parameters)


def _decide_under_lock(work: UnitOfWork, act: Action[ItemType], items: Sequence[ItemType]) -> list[Outcome]:
    keyed = any(item.key for item in items)
    reads: list[Read] = [("known_keys", _asked(act, items))] if keyed else []
    found = work.lock([item.book for item in items], *reads, *(act.reads(items) if act.reads else []))
    done = _answers(found.pop(0)) if keyed else {}
    return _decide(work, act, items, done, found)


def _decide(
    work: UnitOfWork, act: Action[ItemType], items: Sequence[ItemType], done: Done, found: list[list[Row]]
) -> list[Outcome]:
    """Decide what was not done before, and remember it under its keys."""
    outcomes: list[Outcome | None] = [None] * len(items)
    deciding: list[int] = []
    first_of: dict[Place, int] = {}
    hashes = [_fingerprint(item) if item.key else b"" for item in items]
    for at, item in enumerate(items):
        place = _place(item)
        if not item.key:
            deciding.append(at)
        elif place in done:
            same = done[place][0] == hashes[at]
            outcomes[at] = Answer(done[place][1], replayed=True) if same else KeyReused(key=item.key)
        elif place in first_of:
            continue
        else:
            first_of[place] = at
            deciding.append(at)
    results = act.decide(work, [items[at] for at in deciding], found) if deciding else []
    assert len(results) == len(deciding), f"{act.name} answered {len(results)} of {len(deciding)} items"
    for at, result in zip(deciding, results, strict=True):
        outcomes[at] = result if isinstance(result, Refusal) else Answer(plain(result))
    _remember(work, act, items, outcomes, hashes, list(first_of.values()))
    return [
        outcome if outcome is not None else _twin(items[at], at, outcomes, first_of, hashes)
        for at, outcome in enumerate(outcomes)
    ]


def _twin(item: Item, at: int, outcomes: list[Outcome | None], first_of: dict[Place, int], hashes: list[bytes]) -> Outcome:
    """An equal key in the same batch: the first is decided, the others get its answer unless their content differs."""
    first = first_of[_place(item)]
    decided = outcomes[first]
    assert decided is not None
    if hashes[first] != hashes[at]:
        return KeyReused(key=item.key)
    return Answer(decided.content, replayed=True) if isinstance(decided, Answer) else decided


def _remember(
    work: UnitOfWork,
    act: Action[ItemType],
    items: Sequence[ItemType],
    outcomes: list[Outcome | None],
    hashes: list[bytes],
    keyed: list[int],
) -> None:
    """Only effects are kept: a refused request leaves its key free."""
    for at in keyed:
        item, outcome = items[at], outcomes[at]
        if isinstance(outcome, Answer):
            work.remember(item.book, Effect(item.actor.person_id, act.name, item.key, hashes[at], outcome.content))


def _asked(act: Action[ItemType], items: Sequence[ItemType]) -> dict[str, Any]:
    keyed = [item for item in items if item.key]
    return {
        "action": act.name,
        "persons": array("uuid", (item.actor.person_id for item in keyed)),
        "keys": array("text", (item.key for item in keyed)),
    }


def _place(item: Item) -> Place:
    return item.actor.person_id.int, item.key


def _answers(rows: Sequence[Any]) -> Done:
    return {(row[0].int, row[2]): (row[3], row[4]) for row in rows}


@cache
def _asked_fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((declared.name, declared.default) for declared in fields(kind) if declared.name not in ("actor", "key"))


def _fingerprint(item: Any) -> bytes:
    """What an item asks for, apart from who asks and under which key; a field at its default counts as not given."""
    kind: type = type(item)
    given = [(name, value) for name, default in _asked_fields(kind) if (value := getattr(item, name)) != default]
    return sha256(repr(given).encode("utf-8", "surrogatepass")).digest()


_PLAIN_ALREADY = frozenset({str, int, bool, type(None)})


def plain(value: Any) -> Any:
    """A result as JSON can hold it: dataclasses become dictionaries, dates and identifiers text, bytes their fingerprint."""
    kind = type(value)
    if kind in _PLAIN_ALREADY:
        return value
    if kind is UUID:
        return written(value)
    if is_dataclass(value) and not isinstance(value, type):
        contents = {name: getattr(value, name) for name in value.__dataclass_fields__}
        return {name: each if type(each) in _PLAIN_ALREADY else plain(each) for name, each in contents.items()}
    if isinstance(value, dict):
        return {str(plain(name)): plain(content) for name, content in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(content) for content in value]
    if isinstance(value, bytes):
        return sha256(value).hexdigest()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str | int):
        return value
    raise TypeError(f"{value!r} has no plain form")


__all__ = ["Action", "Answer", "Item", "KeyReused", "Outcome", "action", "perform", "perform_one", "plain"]
