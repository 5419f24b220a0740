"""One function per event of a service desk (régie de recettes): what it writes in the desk's book and in the issuer's book.

The desk's book is in euros; local notes stand in it as euros of revenue not yet paid in. The issuer's book follows the same
notes by denomination. Amounts are cents and `a -> b` in a docstring moves local units from a to b. Sides are chosen here and
nowhere else.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from .. import chart
from ..chart import Form, by_form
from ..ledger import Entry, Line, credit, debit, move
from ..postings import ISSUED, redemption_paid
from .bundles import NOTHING, Bundle

PUBLIC = "public"
ADVANCE, FLOAT_EURO, FLOAT_NOTES = "float_advance", "float.euro", "float.notes"
SAFE, VALUES, ENVELOPE = "safe.euro", "values.notes", "values.envelope"
DIGITAL, OTHER, CLAIM = "digital_received", "other_means", "claim_on_issuer"
TILL_DIFFERENCE, REMITTANCE_DIFFERENCE = "till_difference", "remittance_difference"
TO_REFUND, PAID_IN = "to_refund", "paid_in"


@dataclass(frozen=True, slots=True)
class BothBooks:
    """The entries of one event; None where a book is not moved."""

    desk: Entry | None = None
    issuer: Entry | None = None

    def entries(self, *, desk_book: str, issuer_book: str) -> tuple[tuple[str, Entry], ...]:
        """The entries as an event takes them: each with the code of its book."""
        given = ((desk_book, self.desk), (issuer_book, self.issuer))
        return tuple((book, entry) for book, entry in given if entry is not None)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a receipt moves, net of change: positive when it comes in, negative when a minus receipt gives it back.

    `payers` are the wallets that the digital units come from or return to, as accounts of the issuer's book.
    """

    notes_in: Bundle = NOTHING
    notes_out: Bundle = NOTHING
    euros_cents: int = 0
    payers: tuple[tuple[str, int], ...] = ()
    other_cents: int = 0
    to_refund_cents: int = 0

    @property
    def notes_cents(self) -> int:
        """What the notes are worth that stay."""
        return self.notes_in.total_cents - self.notes_out.total_cents

    @property
    def digital_cents(self) -> int:
        """The digital units of all payers."""
        return sum(cents for _, cents in self.payers)


@dataclass(frozen=True, slots=True)
class Place:
    """A till (caisse) of a desk, by their codes."""

    desk: str
    till: str

    def drawer(self, denomination_cents: int) -> str:
        """The till's notes of one denomination, in the issuer's book."""
        return chart.drawer(self.desk, self.till, denomination_cents)

    @property
    def euros(self) -> str:
        """The till's takings in euros, in the desk's book."""
        return chart.till_euro(self.till)


def _entry(entry: Entry) -> Entry | None:
    """An entry in which everything cancelled out is none."""
    return entry if entry.lines else None


def _into(place: Place, notes: Bundle, source: str = PUBLIC) -> Iterator[Line]:
    """Notes go into a drawer."""
    for denomination, cents in notes.cents_by_denomination.items():
        yield from move(chart.notes(source, denomination), place.drawer(denomination), cents)


def _out_of(place: Place, notes: Bundle, target: str = PUBLIC, key: str = "") -> Iterator[Line]:
    """Notes leave a drawer."""
    for denomination, cents in notes.cents_by_denomination.items():
        yield from move(place.drawer(denomination), chart.notes(target, denomination, key), cents)


def receipt_taken(on: date, place: Place, *, revenues: Iterable[tuple[str, int]], taken: Taken) -> BothBooks:
    """A receipt (quittance), or a minus receipt with everything the other way round.

    Desk: Dr values.notes, till.euro, digital_received, other_means; Cr revenue of each service, and to_refund for what a minus
    receipt after the closing leaves to the authorising officer. Issuer: notes public -> drawer and back, by denomination;
    digital units from the payers' wallets -> the desk's.
    """
    desk = [
        debit(VALUES, taken.notes_cents),
        debit(place.euros, taken.euros_cents),
        debit(DIGITAL, taken.digital_cents),
        debit(OTHER, taken.other_cents),
        *(credit(chart.revenue(service), cents) for service, cents in revenues),
        credit(TO_REFUND, taken.to_refund_cents),
    ]
    issuer = [
        *_into(place, taken.notes_in),
        *_out_of(place, taken.notes_out),
        *(line for payer, cents in taken.payers for line in move(payer, chart.wallet(place.desk), cents)),
    ]
    return BothBooks(_entry(Entry.of(on, "receipt taken", desk)), _entry(Entry.of(on, "receipt taken", issuer)))


def float_received(on: date, cents: int) -> BothBooks:
    """The public accountant hands over the float (fonds de caisse) or raises it: Dr float.euro, Cr float_advance."""
    return BothBooks(Entry(on, "float received", (debit(FLOAT_EURO, cents), credit(ADVANCE, cents))))


def float_lowered(on: date, cents: int) -> BothBooks:
    """Part of the float goes back to the public accountant: Dr float_advance, Cr float.euro."""
    return BothBooks(Entry(on, "float lowered", (debit(ADVANCE, cents), credit(FLOAT_EURO, cents))))


def float_exchanged(on: date, place: Place, notes: Bundle) -> BothBooks:
    """Euros of the float become local notes for giving change.

    Desk: Dr float.notes, Cr float.euro. Issuer: Dr cash_in_hand, Cr circulation; vault -> drawer.
    """
    cents = notes.total_cents
    euros = [debit("cash_in_hand.notes", cents), credit("circulation.notes", cents)]
    return BothBooks(
        Entry(on, "float exchanged", (debit(FLOAT_NOTES, cents), credit(FLOAT_EURO, cents))),
        Entry.of(on, "float exchanged", [*euros, *_into(place, notes, "vault")]),
    )


def float_exchanged_back(on: date, place: Place, notes: Bundle) -> BothBooks:
    """Local notes of the float become euros again: Dr float.euro, Cr float.notes; Dr circulation, Cr cash_in_hand;
    drawer -> returned."""
    cents = notes.total_cents
    euros = [debit("circulation.notes", cents), credit("cash_in_hand.notes", cents)]
    return BothBooks(
        Entry(on, "float exchanged back", (debit(FLOAT_EURO, cents), credit(FLOAT_NOTES, cents))),
        Entry.of(on, "float exchanged back", [*euros, *_out_of(place, notes, "returned")]),
    )


def notes_between_tills(on: date, source: Place, target: Place, notes: Bundle) -> BothBooks:
    """One till of a desk helps another out with notes for change: drawer -> drawer; the desk's book knows only the desk."""
    lines = [
        line
        for denomination, cents in notes.cents_by_denomination.items()
        for line in move(source.drawer(denomination), target.drawer(denomination), cents)
    ]
    return BothBooks(issuer=Entry.of(on, "notes between tills", lines))


def to_the_safe(on: date, place: Place, cents: int) -> BothBooks:
    """Takings in euros go from the till to the safe: Dr safe.euro, Cr till.euro."""
    return BothBooks(Entry(on, "to the safe", (debit(SAFE, cents), credit(place.euros, cents))))


def from_the_safe(on: date, place: Place, cents: int) -> BothBooks:
    """Euros come back from the safe to the till: Dr till.euro, Cr safe.euro."""
    return BothBooks(Entry(on, "from the safe", (debit(place.euros, cents), credit(SAFE, cents))))


def paid_in(on: date, cents: int) -> BothBooks:
    """The euros in the safe go to the public accountant (versement): Dr paid_in, Cr safe.euro."""
    return BothBooks(Entry(on, "paid in", (debit(PAID_IN, cents), credit(SAFE, cents))))


def other_means_paid_in(on: date, cents: int) -> BothBooks:
    """Cheques handed over, or card payments that reached the public accountant: Dr paid_in, Cr other_means."""
    return BothBooks(Entry(on, "other means paid in", (debit(PAID_IN, cents), credit(OTHER, cents))))


@dataclass(frozen=True, slots=True)
class Counted:
    """What a count found to be missing and to be too much: notes, euros, and cards and cheques (negative for a surplus).

    Missing takings are missing first; `float_notes_cents` and `float_euros_cents` are the parts that the takings do not cover
    and that the float therefore lacks.
    """

    missing_notes: Bundle = NOTHING
    surplus_notes: Bundle = NOTHING
    missing_euros_cents: int = 0
    surplus_euros_cents: int = 0
    missing_other_cents: int = 0
    float_notes_cents: int = 0
    float_euros_cents: int = 0


def count_differs(on: date, place: Place, counted: Counted) -> BothBooks:
    """A count does not find what was expected (écart de caisse): drawer -> public for what is missing, back for a surplus.

    Desk: Dr till_difference, Cr values.notes or till.euro (the float for what these do not hold) or other_means, and the reverse
    for a surplus.
    """
    notes = counted.missing_notes.total_cents - counted.surplus_notes.total_cents
    euros = counted.missing_euros_cents - counted.surplus_euros_cents
    desk = [
        debit(TILL_DIFFERENCE, notes + euros + counted.missing_other_cents),
        credit(VALUES, notes - counted.float_notes_cents),
        credit(FLOAT_NOTES, counted.float_notes_cents),
        credit(place.euros, euros - counted.float_euros_cents),
        credit(FLOAT_EURO, counted.float_euros_cents),
        credit(OTHER, counted.missing_other_cents),
    ]
    issuer = [*_out_of(place, counted.missing_notes), *_into(place, counted.surplus_notes)]
    return BothBooks(_entry(Entry.of(on, "count differs", desk)), _entry(Entry.of(on, "count differs", issuer)))


def envelope_prepared(on: date, desk: str, notes_by_till: Mapping[str, Bundle]) -> BothBooks:
    """The evening's envelope: Dr values.envelope, Cr values.notes; each till's drawer -> envelope."""
    total = sum(notes.total_cents for notes in notes_by_till.values())
    issuer = [line for till, notes in notes_by_till.items() for line in _out_of(Place(desk, till), notes, "envelope", desk)]
    return BothBooks(
        Entry(on, "envelope prepared", (debit(ENVELOPE, total), credit(VALUES, total))),
        Entry.of(on, "envelope prepared", issuer),
    )


def handed_to_carrier(on: date, desk: str, notes: Bundle) -> BothBooks:
    """The envelope leaves with a named carrier: envelope -> transit_in."""
    lines = [
        line
        for denomination, cents in notes.cents_by_denomination.items()
        for line in move(chart.notes("envelope", denomination, desk), chart.notes("transit_in", denomination, desk), cents)
    ]
    return BothBooks(issuer=Entry.of(on, "handed to the carrier", lines))


def counted_by_association(on: date, desk: str, *, public_body: str, declared: Bundle, counted: Bundle) -> BothBooks:
    """The association counts n units where N were declared, and owes n euros at face value.

    Issuer: transit_in -> returned for what is there, transit_in -> public for what is not, public -> returned for what nobody
    declared; Dr circulation, Cr redemption_due n. Desk: Dr claim_on_issuer n, remittance_difference N - n, Cr values.envelope N.
    """
    found, said = counted.total_cents, declared.total_cents
    desk_lines = [debit(CLAIM, found), debit(REMITTANCE_DIFFERENCE, said - found), credit(ENVELOPE, said)]
    issuer = [debit("circulation.notes", found), credit(by_form("redemption_due", Form.NOTES, public_body), found)]
    for denomination, cents in declared.cents_by_denomination.items():
        issuer += move(chart.notes("transit_in", denomination, desk), chart.notes(PUBLIC, denomination), cents)
    for denomination, cents in counted.cents_by_denomination.items():
        issuer += move(chart.notes(PUBLIC, denomination), chart.notes("returned", denomination), cents)
    return BothBooks(Entry.of(on, "counted by the association", desk_lines), Entry.of(on, "counted by the association", issuer))


def digital_takings_redeemed(on: date, desk: str, *, public_body: str, cents: int) -> BothBooks:
    """The desk's digital units become euros owed at face value.

    Issuer: the desk's wallet -> issuance; Dr circulation, Cr redemption_due. Desk: Dr claim_on_issuer, Cr digital_received.
    """
    issuer = (
        debit("circulation.digital", cents),
        credit(by_form("redemption_due", Form.DIGITAL, public_body), cents),
        *move(chart.wallet(desk), ISSUED, cents),
    )
    return BothBooks(
        Entry(on, "digital takings redeemed", (debit(CLAIM, cents), credit(DIGITAL, cents))),
        Entry(on, "digital takings redeemed", issuer),
    )


def association_pays(on: date, *, public_body: str, form: Form, cents: int) -> BothBooks:
    """The bank line by which the association pays what it owes: Dr redemption_due, Cr paid_unattributed, which the line moved."""
    return BothBooks(issuer=Entry.of(on, "association pays", redemption_paid(form, form, public_body, cents)))


def treasury_confirms(on: date, cents: int) -> BothBooks:
    """The public accountant confirms that the association's euros arrived: Dr paid_in, Cr claim_on_issuer."""
    return BothBooks(Entry(on, "Treasury confirms", (debit(PAID_IN, cents), credit(CLAIM, cents))))


def taken_into_accounts(on: date, revenues: Iterable[tuple[str, int]]) -> BothBooks:
    """The takings enter the town's accounts (titre de recettes): Dr revenue of each service, Cr paid_in."""
    parts = list(revenues)
    lines = [
        *(debit(chart.revenue(service), cents) for service, cents in parts),
        credit(PAID_IN, sum(cents for _, cents in parts)),
    ]
    return BothBooks(_entry(Entry.of(on, "takings taken into the accounts", lines)))


def refund_paid_by_town(on: date, cents: int) -> BothBooks:
    """The authorising officer refunded from the town's own account: Dr to_refund, Cr paid_in."""
    return BothBooks(Entry(on, "refund paid by the town", (debit(TO_REFUND, cents), credit(PAID_IN, cents))))


def refund_paid_from_till(on: date, place: Place, given_back: Taken) -> BothBooks:
    """A refund that the charter lets leave the till after the closing: Dr to_refund, Cr each means; drawer -> public.

    `given_back` is what a minus receipt moves: all its amounts are negative.
    """
    owed = given_back.notes_cents + given_back.euros_cents + given_back.digital_cents + given_back.other_cents
    books = receipt_taken(on, place, revenues=(), taken=replace(given_back, to_refund_cents=owed))
    return BothBooks(
        books.desk and Entry(on, "refund paid from the till", books.desk.lines),
        books.issuer and Entry(on, "refund paid from the till", books.issuer.lines),
    )
