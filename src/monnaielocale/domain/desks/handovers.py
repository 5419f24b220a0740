"""A head hands the desk over to the next (remise de service entre régisseurs): counted, written down, signed by both.

The head who leaves, or a deputy, closes the tills and the day, pays the takings in, counts what is left and draws the document
up; the one who begins signs it on their first day or later, with reservations if they have any, and answers for the desk from
then on (instruction codificatrice 06-031-A-B-M, on local régies).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from ..actors import Actor
from ..chart import account
from ..money import decimal_text
from ..refusals import Refusal
from .bundles import Bundle
from .counts import Contents, Difference, TillCount, difference
from .days import DayState, DeskDay, EarlierDayOpen
from .staff import Staff

RESERVATIONS_LENGTH_MAX = 2000
# Takings that are paid in before a desk changes hands: euros in tills and in the safe, cheques and card slips.
PAID_IN_BEFORE = frozenset({"till.euro", "safe.euro", "other_means"})
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


class NobodyTakesOver(Refusal):
    """{login} is not named as the next head of desk {desk} after somebody else: name the next head first."""

    code = "nobody_takes_over"


class SignedByOne(Refusal):
    """{login} takes the desk over and cannot draw the handover up as well: the head who leaves or a deputy does."""

    code = "signed_by_one"


class TakingsNotPaidIn(Refusal):
    """Takings of {amount} are still at desk {desk}: pay them in before it is handed over."""

    code = "takings_not_paid_in"


class HandoverUnknown(Refusal):
    """Desk {desk} has no handover {handover}."""

    code = "handover_unknown"


class HandoverReplaced(Refusal):
    """Handover {handover} was drawn up again as {latest}: accept that one."""

    code = "handover_replaced"


class HandoverAccepted(Refusal):
    """Handover {handover} was already accepted."""

    code = "handover_accepted"


class NotYourHandover(Refusal):
    """Handover {handover} is for the head who begins on {day}: they accept it themselves, from that day on."""

    code = "not_your_handover"


@dataclass(frozen=True, slots=True)
class Succession:
    """Who leaves, who begins, and on which day."""

    outgoing: UUID
    incoming: UUID
    begins_on: date


@dataclass(frozen=True, slots=True)
class Journal:
    """Where the receipt journal and the closings stand: both are closed at these papers."""

    receipt_count: int
    last_receipt: str
    receipt_link: bytes
    last_closing: str
    closing_link: bytes


@dataclass(frozen=True, slots=True)
class EnvelopeLeft:
    """An envelope of notes that the association has not counted yet, with what the desk declares in it."""

    number: str
    state: str
    declared_cents: int


@dataclass(frozen=True, slots=True)
class Handover:
    """What passes from one head to the next; `accounts` are those of the desk's book that hold something, in cents."""

    desk: str
    number: str
    drawn_at: datetime
    drawn_by: UUID
    succession: Succession
    counted: TillCount
    expected: Contents
    reason: str
    accounts: tuple[tuple[str, int], ...]
    envelopes: tuple[EnvelopeLeft, ...]
    journal: Journal

    @property
    def difference(self) -> Difference:
        """Counted minus expected."""
        return difference(self.expected, self.counted)


def handover_number(prefix: str, ordinal: int) -> str:
    """The number of a handover as people read it: `PISC-PV0002`."""
    return f"{prefix}-PV{ordinal:04d}"


def succession(staff: Staff, login: str, incoming: UUID, today: date) -> Succession:
    """Who hands over to a person who is named as head from a day on, whether that day has come or not; NobodyTakesOver."""
    begins = next((each for each in staff.heads() if each.person_id == incoming and each.not_over_on(today)), None)
    before = [each for each in staff.heads() if begins is not None and each.starts_on < begins.starts_on]
    if begins is None or not before or before[-1].person_id == incoming:
        raise NobodyTakesOver(login=login, desk=staff.desk)
    return Succession(before[-1].person_id, incoming, begins.starts_on)


def check_drawing_up(
    staff: Staff, actor: Actor, passing: Succession, today: date, *, latest: DeskDay | None, accounts: Mapping[str, int]
) -> None:
    """Whether a person may draw a handover up now; `latest` is the desk's last day and `accounts` what its book holds in cents.

    HeadOrDeputyNeeded, SignedByOne, EarlierDayOpen, TakingsNotPaidIn.
    """
    staff.require_head_or_deputy(actor, today)
    if actor.person_id == passing.incoming:
        raise SignedByOne(login=actor.login)
    if latest is not None and latest.state is DayState.OPEN:
        raise EarlierDayOpen(day=latest.on)
    takings = sum(cents for code, cents in accounts.items() if account(code).role.name in PAID_IN_BEFORE)
    if takings:
        raise TakingsNotPaidIn(amount=decimal_text(takings), desk=staff.desk)


def check_acceptance(actor: Actor, handover: str, passing: Succession, today: date, *, latest: str, accepted: bool) -> None:
    """Whether a person may accept a handover on this day; NotYourHandover, HandoverAccepted, HandoverReplaced."""
    if actor.person_id != passing.incoming or today < passing.begins_on:
        raise NotYourHandover(handover=handover, day=passing.begins_on)
    if accepted:
        raise HandoverAccepted(handover=handover)
    if handover != latest:
        raise HandoverReplaced(handover=handover, latest=latest)


def fingerprint(canonical: bytes) -> str:
    """What both sign: SHA-256 of the canonical form, in hexadecimal."""
    return sha256(canonical).hexdigest()


def canonical_handover(handover: Handover) -> bytes:
    """The handover as one line of ASCII JSON with sorted keys and no spaces; the instant is in UTC to the microsecond."""
    passing, journal = handover.succession, handover.journal
    content: dict[str, Any] = {
        "desk": handover.desk,
        "number": handover.number,
        "drawn_at": handover.drawn_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "drawn_by": str(handover.drawn_by),
        "outgoing": str(passing.outgoing),
        "incoming": str(passing.incoming),
        "begins_on": passing.begins_on.isoformat(),
        "counted": {"notes": handover.counted.notes.pieces, "euros": handover.counted.euros.pieces},
        "expected": {"notes": handover.expected.notes.pieces, "euros_cents": handover.expected.euros_cents},
        "reason": handover.reason,
        "accounts": handover.accounts,
        "envelopes": [[each.number, each.state, each.declared_cents] for each in handover.envelopes],
        "receipts": [journal.receipt_count, journal.last_receipt, journal.receipt_link.hex()],
        "closings": [journal.last_closing, journal.closing_link.hex()],
    }
    return _encode(content).encode("ascii")


def handover_from_canonical(canonical: bytes) -> Handover:
    """The handover that a canonical form describes."""
    content: dict[str, Any] = json.loads(canonical)
    counted, expected, receipts = content["counted"], content["expected"], content["receipts"]
    passing = Succession(UUID(content["outgoing"]), UUID(content["incoming"]), date.fromisoformat(content["begins_on"]))
    closing, closing_link = content["closings"]
    return Handover(
        desk=content["desk"],
        number=content["number"],
        drawn_at=datetime.fromisoformat(content["drawn_at"]),
        drawn_by=UUID(content["drawn_by"]),
        succession=passing,
        counted=TillCount(_bundle(counted["notes"]), _bundle(counted["euros"])),
        expected=Contents(_bundle(expected["notes"]), expected["euros_cents"]),
        reason=content["reason"],
        accounts=tuple((code, cents) for code, cents in content["accounts"]),
        envelopes=tuple(EnvelopeLeft(*each) for each in content["envelopes"]),
        journal=Journal(receipts[0], receipts[1], bytes.fromhex(receipts[2]), closing, bytes.fromhex(closing_link)),
    )


def _bundle(pieces: list[list[int]]) -> Bundle:
    return Bundle.of({each[0]: each[1] for each in pieces})
