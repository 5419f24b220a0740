"""The association counts what a desk sent and owes euros at face value, which the Treasury confirms once they have arrived."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ..domain import chart
from ..domain.actors import Actor
from ..domain.chart import Form
from ..domain.desks import postings
from ..domain.desks.envelopes import EnvelopeCounted, check_count
from ..domain.desks.postings import BothBooks
from ..domain.desks.remittances import NoDigitalTakings, check_confirmation, remittance_number
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.redemptions import terms_at_face_value
from ..domain.refusals import Refusal
from ..store.remittances import (
    EnvelopeKept,
    Envelopes,
    Numbers,
    envelopes_of,
    ibans_of,
    numbers_of,
    remittance_with,
    remittances_of,
)
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each
from .desks import DesksHeld, Held, post_at_desk
from .perform import action

Notes = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CountEnvelope:
    """The association counts an envelope: how many notes of each denomination in cents; the reason says why they differ."""

    actor: Actor
    book: str
    envelope: str
    notes: Notes
    on: date
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class EnvelopeBooked:
    """What was found, below zero by how much less than declared, and the remittance that is owed for it, if anything is."""

    event_id: UUID
    envelope: str
    counted_cents: int
    difference_cents: int
    remittance: str | None
    invoiced_fee_cents: int


@dataclass(frozen=True, slots=True)
class RedeemDigitalTakings:
    """The digital units of a desk become euros owed."""

    actor: Actor
    book: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class DigitalTakingsRedeemed:
    """All units that the desk held, and the remittance that is owed for them; amounts are in cents."""

    event_id: UUID
    remittance: str
    amount_cents: int
    invoiced_fee_cents: int


@dataclass(frozen=True, slots=True)
class ConfirmRemittance:
    """Euros of a remittance have arrived at the Treasury; the amount is in cents."""

    actor: Actor
    book: str
    remittance: str
    amount_cents: int
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class RemittanceConfirmed:
    """How far the remittance is confirmed, and what the desk still claims from the association for it; in cents."""

    event_id: UUID
    remittance: str
    confirmed_cents: int
    claim_cents: int


@dataclass(slots=True)
class _Owing:
    """What is needed to owe desks euros: their numbers, and where the euros go."""

    numbers: Numbers
    ibans: dict[UUID, str]

    @classmethod
    def load(cls, work: UnitOfWork, known: DesksHeld) -> "_Owing":
        parties = (desk.public_body_id for desk in known.desks.values())
        return cls(numbers_of(work, known.desks), ibans_of(work, parties))

    def owe(self, work: UnitOfWork, held: Held, event: Event, form: Form, cents: int, envelope: UUID | None = None) -> str:
        """A transfer to the public body and the remittance that it pays; answers the remittance's number."""
        due_id, desk, year = new_id(), held.desk, event.business_on.year
        transfer = {"id": due_id, "book_id": desk.issuer_book_id, "kind": "redemption", "form": form.value}
        owed = {"party_id": desk.public_body_id, "iban": self.ibans[desk.public_body_id], "amount_cents": cents}
        nothing: dict[str, Any] = {"payment_id": None, "run_id": None, "reason": "", "details": {}}
        work.insert("transfer_due", transfer | owed | nothing | {"event_id": event.id})
        ordinal = self.numbers.next(desk.book, "remittance", year)
        number = remittance_number(held.charter.prefix, year, ordinal)
        row = {"id": new_id(), "book_id": desk.book_id, "year": year, "ordinal": ordinal, "number": number, "form": form.value}
        told = {"envelope_id": envelope, "amount_cents": cents, "transfer_due_id": due_id, "due_on": event.business_on}
        work.insert("remittance", row | told | {"event_id": event.id})
        return number


@action("count_envelope")
def count_envelopes(work: UnitOfWork, items: Sequence[CountEnvelope]) -> list[EnvelopeBooked | Refusal]:
    """The association counts envelopes and owes the public body what it found, at face value.

    Refusals: RoleMissing, DeskUnknown, ActsForAnother, EnvelopeUnknown, PiecesNegative, PieceUnknown, EnvelopeNotHanded,
    EnvelopeAlreadyCounted, EnvelopeDifferenceUnexplained, TextTooLong, BalanceTooLow, PeriodClosed.
    """
    books = [item.book for item in items]
    known, envelopes = DesksHeld.load(work, books), envelopes_of(work, books, (item.envelope for item in items))
    owing = _Owing.load(work, known)
    return decide_each(items, lambda item: _counted(work, item, known, envelopes, owing))


def _counted(work: UnitOfWork, item: CountEnvelope, known: DesksHeld, envelopes: Envelopes, owing: _Owing) -> EnvelopeBooked:
    held = known.for_association(item.actor, item.book, item.on)
    kept = envelopes.named(item.book, item.envelope)
    found, denominations = held.told(item.notes), held.version.currency.denominations_cents
    reason = check_count(kept.envelope, found, item.reason, denominations)
    body, declared, cents = held.desk.public_body, kept.envelope.declared, found.total_cents
    both = postings.counted_by_association(item.on, item.book, public_body=body, declared=declared, counted=found)
    fee = terms_at_face_value(held.version, cents).invoiced_fee_cents if cents else 0
    details = {"envelope": item.envelope, "notes": [list(pieces) for pieces in found.pieces], "invoiced_fee_cents": fee}
    event = _post(work, held, item, "envelope_counted", both, details | {"reason": reason})
    # From here on nothing refuses.
    envelope = replace(kept.envelope, counted=EnvelopeCounted(work.now(item.book), item.actor.person_id, found, reason))
    envelopes.keep(replace(kept, envelope=envelope, counted_on=item.on))
    _write_count(work, kept, envelope.counted, item.on, event.id)
    remittance = owing.owe(work, held, event, Form.NOTES, cents, kept.id) if cents else None
    return EnvelopeBooked(event.id, item.envelope, cents, envelope.difference_cents, remittance, fee)


def _write_count(work: UnitOfWork, kept: EnvelopeKept, counted: EnvelopeCounted | None, on: date, event_id: UUID) -> None:
    assert counted is not None
    row = {"envelope_id": kept.id, "reason": counted.reason, "counted_on": on, "counted_at": counted.at, "event_id": event_id}
    work.insert("envelope_count", row | {"counted_by": counted.counted_by})
    rows = ({"envelope_id": kept.id, "denomination_cents": worth, "note_count": count} for worth, count in counted.notes.pieces)
    work.insert("envelope_count_note", *rows)


@action("redeem_digital_takings")
def redeem_digital_takings(work: UnitOfWork, items: Sequence[RedeemDigitalTakings]) -> list[DigitalTakingsRedeemed | Refusal]:
    """The association takes back all digital units of desks and owes the public body euros at face value.

    Refusals: RoleMissing, DeskUnknown, ActsForAnother, NoDigitalTakings, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])
    owing = _Owing.load(work, known)

    def decide(item: RedeemDigitalTakings) -> DigitalTakingsRedeemed:
        held = known.for_association(item.actor, item.book, item.on)
        wallet = chart.wallet(item.book)
        cents = work.state(held.desk.issuer_book, [wallet]).balance(wallet)
        if cents <= 0:
            raise NoDigitalTakings(desk=item.book)
        both = postings.digital_takings_redeemed(item.on, item.book, public_body=held.desk.public_body, cents=cents)
        fee = terms_at_face_value(held.version, cents).invoiced_fee_cents
        event = _post(work, held, item, "digital_takings_redeemed", both, {"amount_cents": cents, "invoiced_fee_cents": fee})
        return DigitalTakingsRedeemed(event.id, owing.owe(work, held, event, Form.DIGITAL, cents), cents, fee)

    return decide_each(items, decide)


def _post(
    work: UnitOfWork,
    held: Held,
    item: CountEnvelope | RedeemDigitalTakings,
    kind: str,
    both: BothBooks,
    details: dict[str, Any],
) -> Event:
    """What the association does with a desk's takings is an event of its own book, where the euros are owed."""
    entries = both.entries(desk_book=item.book, issuer_book=held.desk.issuer_book)
    told = {"desk": item.book} | details
    event = Event(new_id(), held.desk.issuer_book, kind, item.actor.person_id, item.on, entries, told)
    work.post(event)
    return event


@action("confirm_remittance")
def confirm_remittances(work: UnitOfWork, items: Sequence[ConfirmRemittance]) -> list[RemittanceConfirmed | Refusal]:
    """The public accountant confirms that the association's euros arrived, no more than its bank showed to be sent.

    Refusals: RoleMissing, DeskUnknown, ActsForAnother, RemittanceUnknown, AmountNotPositive, RemittanceConfirmedBeyond,
    PeriodClosed.
    """
    books = [item.book for item in items]
    known, remittances = DesksHeld.load(work, books), remittances_of(work, books, (item.remittance for item in items))

    def decide(item: ConfirmRemittance) -> RemittanceConfirmed:
        known.for_town(item.actor, item.book, "public_accountant")
        kept = remittance_with(remittances, item.book, item.remittance)
        check_confirmation(kept.remittance, item.amount_cents)
        details = {"remittance": item.remittance, "amount_cents": item.amount_cents}
        event_id = post_at_desk(
            work, item, "remittance_confirmed", postings.treasury_confirms(item.on, item.amount_cents), details
        )
        confirmed = replace(kept.remittance, confirmed_cents=kept.remittance.confirmed_cents + item.amount_cents)
        remittances[item.book, item.remittance] = replace(kept, remittance=confirmed)
        row = {"event_id": event_id, "remittance_id": kept.id, "amount_cents": item.amount_cents, "confirmed_on": item.on}
        work.insert("remittance_confirmation", row | {"confirmed_by": item.actor.person_id})
        return RemittanceConfirmed(event_id, item.remittance, confirmed.confirmed_cents, confirmed.claim_cents)

    return decide_each(items, decide)
