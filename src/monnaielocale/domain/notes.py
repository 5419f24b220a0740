"""Printed notes: the decisions about them, and which amounts can be counted out in them."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from . import postings
from .conventions.convention import ConventionVersion
from .conventions.rules import check_denomination
from .ledger import Entry
from .money import AmountNotPositive, decimal_text
from .refusals import Refusal


class NotesKind(StrEnum):
    """What is done with printed notes."""

    PRINTED = "printed"
    SOLD = "sold"
    SENT_OUT = "sent_out"
    BROUGHT_BACK = "brought_back"
    LOST = "lost"
    FOUND = "found"
    COUNTERFEIT = "counterfeit"
    PUT_ON_ACCOUNT = "put_on_account"
    WITHDRAWN = "withdrawn"
    SORTED_AGAIN = "sorted_again"
    DESTROYED = "destroyed"


WITH_MEMBER = frozenset({NotesKind.PUT_ON_ACCOUNT, NotesKind.WITHDRAWN})


class NotesKindUnknown(Refusal):
    """{kind} is not something that is done with notes: say {known}."""

    code = "notes_kind_unknown"


class NotesMissing(Refusal):
    """Say how many notes of which denomination."""

    code = "notes_missing"


class NotesNotWhole(Refusal):
    """{amount} cannot be counted out in notes of {denomination}."""

    code = "notes_not_whole"


class DenominationRepeated(Refusal):
    """Notes of {denomination} are given twice: add them up."""

    code = "denomination_repeated"


class SlipMissing(Refusal):
    """Notes sold for cash need the number of their cash slip."""

    code = "slip_missing"


class MemberNotNamed(Refusal):
    """Say whose account the notes go to or come from."""

    code = "member_not_named"


class MemberNotConcerned(Refusal):
    """No member's account is concerned: leave out {member}."""

    code = "member_not_concerned"


def checked_kind(kind: str, *, member: str, slip: str) -> NotesKind:
    """The kind, with the member and the slip that it needs.

    Refuses with NotesKindUnknown, MemberNotNamed, MemberNotConcerned and SlipMissing.
    """
    if kind not in tuple(NotesKind):
        raise NotesKindUnknown(kind=kind[:40], known=", ".join(NotesKind))
    found = NotesKind(kind)
    if found in WITH_MEMBER and not member:
        raise MemberNotNamed()
    if found not in WITH_MEMBER and member:
        raise MemberNotConcerned(member=member[:40])
    if found is NotesKind.SOLD and not slip:
        raise SlipMissing()
    return found


def checked_notes(version: ConventionVersion, given: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Cents by denomination in cents, in whole notes that exist.

    Refuses with NotesMissing, DenominationUnknown, DenominationRepeated, AmountNotPositive and NotesNotWhole.
    """
    notes: dict[int, int] = {}
    for denomination, cents in given:
        check_denomination(version, denomination)
        if denomination in notes:
            raise DenominationRepeated(denomination=decimal_text(denomination))
        if cents <= 0:
            raise AmountNotPositive(amount=decimal_text(cents))
        if cents % denomination:
            raise NotesNotWhole(amount=decimal_text(cents), denomination=decimal_text(denomination))
        notes[denomination] = cents
    if not notes:
        raise NotesMissing()
    return dict(sorted(notes.items()))


def notes_entry(kind: NotesKind, on: date, notes: Mapping[int, int], wallet: str) -> Entry:
    """The entry of a decision about notes; `wallet` is the account of the member concerned, if any."""
    match kind:
        case NotesKind.PRINTED:
            printed = [postings.notes_printed(on, denomination_cents=each, cents=cents) for each, cents in notes.items()]
            return Entry(on, printed[0].label, tuple(line for entry in printed for line in entry.lines))
        case NotesKind.SOLD:
            return postings.notes_sold(on, notes)
        case NotesKind.LOST:
            return postings.notes_lost(on, notes)
        case NotesKind.SENT_OUT:
            return postings.notes_sent_out(on, notes)
        case NotesKind.BROUGHT_BACK:
            return postings.notes_brought_back(on, notes)
        case NotesKind.FOUND:
            return postings.notes_found(on, notes)
        case NotesKind.COUNTERFEIT:
            return postings.counterfeit_found(on, notes)
        case NotesKind.PUT_ON_ACCOUNT:
            return postings.notes_put_on_account(on, wallet=wallet, by_denomination=notes)
        case NotesKind.WITHDRAWN:
            return postings.notes_withdrawn(on, wallet=wallet, by_denomination=notes)
        case NotesKind.SORTED_AGAIN:
            return postings.notes_sorted_again(on, notes)
        case NotesKind.DESTROYED:
            return postings.notes_destroyed(on, notes)
