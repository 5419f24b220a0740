"""Conventions enter the books: their parties, the book and its bank accounts with the first version, amendments later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.conventions.convention import Convention, ConventionVersion, check_unchanged, ending_to_record
from ..domain.conventions.reading import read_convention
from ..domain.conventions.rules import parties
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.members import name_key
from ..domain.refusals import Refusal
from ..store.arrays import array, arrays
from ..store.conventions import BookKept, Conventions, LoadedConvention, books_of, conventions_of
from ..store.database import Database
from ..store.queries import query
from ..store.unit_of_work import Row, UnitOfWork, unit_of_work
from .deciding import ask_for_rights
from .perform import Answer, action, perform


class PartyOfAnotherKind(Refusal):
    """{party} is already known as a party of another kind: give this one another code."""

    code = "party_of_another_kind"


class BookOfAnother(Refusal):
    """The book {book} is kept by another association, or in another currency."""

    code = "book_of_another"


class BankAccountTaken(Refusal):
    """The bank account {iban} is already known with another purpose or form, or in another book."""

    code = "bank_account_taken"


class VersionTakenAway(Refusal):
    """{version} of the convention {convention} was loaded before and is missing from the file: put it back."""

    code = "version_taken_away"


@dataclass(frozen=True, slots=True)
class LoadVersions:
    """A convention's file, with every version there is of it."""

    actor: Actor
    book: str
    data: bytes
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class ConventionLoaded:
    """What the file changed: labels of versions that are new, that stopped, and that were known already."""

    convention: str
    book: str
    loaded: tuple[str, ...]
    ended: tuple[str, ...]
    unchanged: tuple[str, ...]
    event_id: UUID | None


def load_convention(database: Database, actor: Actor, data: bytes, on: date, key: str = "") -> dict[str, Any]:
    """What `convention_loaded` did."""
    return convention_loaded(database, actor, data, on, key).content


def convention_loaded(database: Database, actor: Actor, data: bytes, on: date, key: str = "") -> Answer:
    """Load a convention from its TOML file: parties, book and bank accounts that are missing, new versions, suspensions and ends.

    The same file again changes nothing. Refusals: RoleMissing, ActsForAnother, ConventionFaults, ConventionVersionChanged,
    VersionEndChanged, VersionTakenAway, PartyOfAnotherKind, BookOfAnother, BankAccountTaken, KeyReused.
    """
    actor.require("administrator", "association_accountant")
    convention = read_convention(data)
    first = convention.versions[0]
    if "administrator" not in actor.roles and actor.party_code != first.issuer.code:
        actor.require("administrator")
    with unit_of_work(database) as work:
        known = _book_under_key(work, actor, key)
        if known is None:
            _add_parties(work, first)
            _check_before(work, convention)
            # The database says, before parties and a book stay without a convention, whether the person may load one for it.
            ask_for_rights(work, actor, "convention_loaded", first.book)
    # A key that is known answers what was done under it, or refuses another file before anything of that one is kept.
    outcome = perform(database, load_versions, [LoadVersions(actor, known or first.book, data, on, key)])[0]
    if isinstance(outcome, Refusal):
        raise outcome.__cause__ or outcome
    return outcome


def _book_under_key(work: UnitOfWork, actor: Actor, key: str) -> str | None:
    """The book of the convention that was loaded under a key."""
    asked = {"persons": array("uuid", [actor.person_id]), "keys": array("text", [key])}
    rows = work.rows("known_keys", action=load_versions.name, **asked) if key else []
    return str(rows[0].answer["book"]) if rows else None


def _add_parties(work: UnitOfWork, first: ConventionVersion) -> None:
    """The parties and the book come before everything that is locked or recorded in it."""
    named = parties(first)
    columns = arrays(
        [
            ("ids", "uuid", (new_id() for _ in named)),
            ("codes", "text", (party.code for party in named)),
            ("kinds", "text", (str(party.kind) for party in named)),
            ("names", "text", (party.name for party in named)),
            ("name_keys", "text", (name_key(party.name) for party in named)),
            ("identifiers", "text", (party.identifier for party in named)),
        ]
    )
    work.connection.execute(query("add_parties"), columns)
    book = {"book": first.book, "unit_currency": first.currency.code, "issuer": first.issuer.code}
    work.connection.execute(query("add_book"), book)


def _check_before(work: UnitOfWork, convention: Convention) -> None:
    """What another convention already took is refused here, before a party or a book is left behind without one."""
    first = convention.versions[0]
    codes = [party.code for party in parties(first)]
    kinds = {row.code: row.kind for row in work.rows("parties_by_code", codes=codes)}
    for party in parties(first):
        if kinds[party.code] != party.kind:
            raise PartyOfAnotherKind(party=party.code)
    _check_book(books_of(work, [first.book])[first.book], first)
    _new_accounts(first.book, convention, _bank_accounts(work, [convention]))


def _check_book(book: BookKept, first: ConventionVersion) -> None:
    if (book.party_code, book.unit_currency) != (first.issuer.code, first.currency.code):
        raise BookOfAnother(book=book.code)


@action("load_convention")
def load_versions(work: UnitOfWork, items: Sequence[LoadVersions]) -> list[ConventionLoaded | Refusal]:
    """Record what a convention's file says and the books do not know yet; see `load_convention`, which makes the book first."""
    read = [read_convention(item.data) for item in items]
    codes = sorted({party.code for convention in read for version in convention.versions for party in parties(version)})
    known = _Known(
        books_of(work, (item.book for item in items)),
        conventions_of(work, (item.book for item in items)),
        {row.code: row for row in work.rows("parties_by_code", codes=codes)},
        _bank_accounts(work, read),
    )
    outcomes: list[ConventionLoaded | Refusal] = []
    for item, convention in zip(items, read, strict=True):
        try:
            outcomes.append(_load(work, item, convention, known))
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes


BankAccountKnown = tuple[str, str, str]


@dataclass(slots=True)
class _Known:
    """What the books hold, with what this batch adds to it."""

    books: dict[str, BookKept]
    conventions: Conventions
    parties: dict[str, Row]
    bank_accounts: dict[str, BankAccountKnown]


def _bank_accounts(work: UnitOfWork, read: Sequence[Convention]) -> dict[str, BankAccountKnown]:
    ibans = sorted({each.iban for convention in read for version in convention.versions for each in version.bank_accounts})
    return {row.iban: (row.book, row.purpose, row.form) for row in work.rows("bank_accounts_by_iban", ibans=ibans)}


def _load(work: UnitOfWork, item: LoadVersions, convention: Convention, known: _Known) -> ConventionLoaded:
    first = convention.versions[0]
    book = known.books[item.book]
    _check_book(book, first)
    if "administrator" not in item.actor.roles:
        item.actor.require("association_accountant")
        item.actor.require_party(book.party_id)
    place = (item.book, first.public_body.code)
    before = known.conventions.get(place)
    new, stops = _changes(before, convention)
    accounts = _new_accounts(item.book, convention, known.bank_accounts)
    if not new and not stops and not accounts:
        return ConventionLoaded(convention.code, item.book, (), (), tuple(v.label for v in convention.versions), None)
    # From here on nothing refuses.
    after = LoadedConvention(
        before.id if before else new_id(),
        item.book,
        known.parties[first.public_body.code].id,
        first.public_body.code,
        convention,
        {**(before.version_ids if before else {}), **{version.in_force_on: new_id() for version in new}},
    )
    event_id = _record(work, item, convention, new, stops)
    if before is None:
        row = {"id": after.id, "code": convention.code, "book_id": book.id, "public_body_id": after.public_body_id}
        work.insert("convention", row)
    _insert(work, after, event_id, new=new, stops=stops)
    for iban, (_, purpose, form) in accounts.items():
        row = {"id": new_id(), "book_id": book.id, "iban": iban, "purpose": purpose, "form": form}
        work.insert("bank_account", {**row, "recorded_at": work.now(item.book)})
    known.conventions[place] = after
    known.bank_accounts.update(accounts)
    return ConventionLoaded(
        convention.code,
        item.book,
        tuple(version.label for version in new),
        tuple(version.label for version, _ in stops),
        tuple(version.label for version in convention.versions if version not in new),
        event_id,
    )


Stop = tuple[ConventionVersion, tuple[date | None, date | None]]


def _changes(before: LoadedConvention | None, convention: Convention) -> tuple[list[ConventionVersion], list[Stop]]:
    """The versions that are new, and those that stop on a day that nobody knew; what was loaded must be as it was."""
    known = {version.in_force_on: version for version in before.convention.versions} if before else {}
    for gone in known.keys() - {version.in_force_on for version in convention.versions}:
        raise VersionTakenAway(version=known[gone].label, convention=convention.code)
    new, stops = [], []
    for version in convention.versions:
        recorded = known.get(version.in_force_on)
        if recorded is None:
            new.append(version)
        else:
            check_unchanged(recorded.canonical, version)
        stop = ending_to_record(recorded or replace(version, suspended_on=None, ended_on=None), version)
        if any(stop):
            stops.append((version, stop))
    return new, stops


def _new_accounts(book: str, convention: Convention, known: dict[str, BankAccountKnown]) -> dict[str, BankAccountKnown]:
    """Bank accounts that the books do not know yet; the euros of one account stand in one book, behind one form of currency."""
    new: dict[str, BankAccountKnown] = {}
    for version in convention.versions:
        for each in version.bank_accounts:
            named = (book, str(each.purpose), str(each.form))
            if {**known, **new}.get(each.iban, named) != named:
                raise BankAccountTaken(iban=each.iban)
            if each.iban not in known:
                new[each.iban] = named
    return new


def _record(
    work: UnitOfWork, item: LoadVersions, convention: Convention, new: Sequence[ConventionVersion], stops: Sequence[Stop]
) -> UUID:
    details = {
        "convention": convention.code,
        "versions": [{"in_force_on": str(version.in_force_on), "sha256": version.sha256.hex()} for version in new],
        "ended": [version.label for version, _ in stops],
    }
    event = Event(new_id(), item.book, "convention_loaded", item.actor.person_id, item.on, (), details)
    work.post(event)
    return event.id


def _insert(
    work: UnitOfWork,
    after: LoadedConvention,
    event_id: UUID,
    *,
    new: Sequence[ConventionVersion],
    stops: Sequence[Stop],
) -> None:
    work.insert(
        "convention_version",
        *(
            {
                "id": after.id_of(version),
                "convention_id": after.id,
                "label": version.label,
                "in_force_on": version.in_force_on,
                "sha256": version.sha256,
                "content": version.canonical,
                "event_id": event_id,
            }
            for version in new
        ),
    )
    work.insert(
        "convention_version_end",
        *(
            {"version_id": after.id_of(version), "event_id": event_id, "suspended_on": suspended_on, "ended_on": ended_on}
            for version, (suspended_on, ended_on) in stops
        ),
    )
