"""What was given for a receipt and given back: notes and euros with their change, digital units, cards and cheques.

All means together come to the price, to the cent.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..money import AmountNotPositive, decimal_text
from ..refusals import Refusal
from .bundles import NOTHING, Bundle
from .change import Change, change_due
from .charters import OTHER_MEANS, Charter, Instrument
from .postings import Taken

REFERENCE_LENGTH_MAX = 40


class NoChangeOnOtherMeans(Refusal):
    """No change is given on digital units, cards and cheques: {given} is more than the {price} to pay."""

    code = "no_change_on_other_means"


class ReferenceMissing(Refusal):
    """Say the number of the card slip or of the cheque, in {most} characters at most."""

    code = "reference_missing"


class ReferenceRepeated(Refusal):
    """The reference {reference} stands twice on this receipt."""

    code = "reference_repeated"


class NotAnotherMeans(Refusal):
    """A {kind} payment is not recorded with a reference: say it as notes, euros or digital units."""

    code = "not_another_means"


class TenderDiffers(Refusal):
    """What was kept comes to {kept} and the price is {price}: copy the paper receipt again."""

    code = "tender_differs"


@dataclass(frozen=True, slots=True)
class DigitalPaid:
    """Digital units that a payer approved, under the reference of their payment request; `payer` is their wallet's account."""

    reference: str
    amount_cents: int
    payer: str = ""


@dataclass(frozen=True, slots=True)
class OtherMeans:
    """A card payment or a cheque, with the number of its slip or of the cheque."""

    instrument: Instrument
    amount_cents: int
    reference: str


@dataclass(frozen=True, slots=True)
class Tender:
    """What the payer gives."""

    notes: Bundle = NOTHING
    euros_cents: int = 0
    digital: tuple[DigitalPaid, ...] = ()
    others: tuple[OtherMeans, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came in and what went out for a receipt; a minus receipt has negative digital units and other means.

    `to_refund_cents` is what a minus receipt leaves to the authorising officer instead of giving it back.
    """

    notes_in: Bundle = NOTHING
    notes_out: Bundle = NOTHING
    euros_in_cents: int = 0
    euros_out_cents: int = 0
    digital: tuple[DigitalPaid, ...] = ()
    others: tuple[OtherMeans, ...] = ()
    to_refund_cents: int = 0

    @property
    def notes_cents(self) -> int:
        """Local notes that stay."""
        return self.notes_in.total_cents - self.notes_out.total_cents

    @property
    def euros_cents(self) -> int:
        """Euros that stay."""
        return self.euros_in_cents - self.euros_out_cents

    @property
    def digital_cents(self) -> int:
        """Digital units of all payers."""
        return sum(paid.amount_cents for paid in self.digital)

    @property
    def other_cents(self) -> int:
        """Cards and cheques together."""
        return sum(paid.amount_cents for paid in self.others)

    @property
    def total_cents(self) -> int:
        """What all means come to: the total of the receipt."""
        return self.notes_cents + self.euros_cents + self.digital_cents + self.other_cents - self.to_refund_cents

    def taken(self) -> Taken:
        """The same as the books write it."""
        payers = tuple((paid.payer, paid.amount_cents) for paid in self.digital)
        return Taken(self.notes_in, self.notes_out, self.euros_cents, payers, self.other_cents, self.to_refund_cents)


def settled(
    charter: Charter, *, price_cents: int, tender: Tender, drawer: Callable[[], Bundle], denominations_cents: Iterable[int]
) -> Settlement:
    """What is kept and given back for a price, by the change rule; `drawer` is asked what it held before, if that matters.

    Refuses with InstrumentNotAccepted, PieceUnknown, AmountNotPositive, ReferenceMissing, ReferenceRepeated, NotAnotherMeans,
    NoChangeOnOtherMeans and what the change rule refuses with.
    """
    denominations = tuple(denominations_cents)
    rest = _rest_to_pay(charter, price_cents, tender, denominations)
    change = change_due(
        price_cents=rest,
        notes=tender.notes,
        euros_cents=tender.euros_cents,
        drawer=drawer,
        denominations_cents=denominations if Instrument.NOTES in charter.instruments else (),
    )
    return _settlement(tender, change)


def settled_on_paper(
    charter: Charter, *, price_cents: int, tender: Tender, change: Change, denominations_cents: Iterable[int]
) -> Settlement:
    """What a paper receipt says was kept and given back: it happened, so that it is checked for its sum and not calculated.

    Refuses like `settled`, and with TenderDiffers when it does not come to the price or more came back than was given.
    """
    _rest_to_pay(charter, price_cents, tender, tuple(denominations_cents))
    found = _settlement(tender, change)
    if found.total_cents != price_cents or min(found.notes_cents, found.euros_cents, change.euros_cents) < 0:
        raise TenderDiffers(kept=decimal_text(found.total_cents), price=decimal_text(price_cents))
    return found


def _settlement(tender: Tender, change: Change) -> Settlement:
    return Settlement(tender.notes, change.notes, tender.euros_cents, change.euros_cents, tender.digital, tender.others)


def _rest_to_pay(charter: Charter, price_cents: int, tender: Tender, denominations_cents: tuple[int, ...]) -> int:
    """What is left for notes and euros, after means on which no change is given."""
    tender.notes.checked(denominations_cents)
    if tender.euros_cents < 0:
        raise AmountNotPositive(amount=decimal_text(tender.euros_cents))
    for instrument in _instruments(tender):
        charter.require_instrument(instrument)
    amounts = [*(paid.amount_cents for paid in tender.digital), *(other.amount_cents for other in tender.others)]
    if min(amounts, default=1) <= 0:
        raise AmountNotPositive(amount=decimal_text(min(amounts)))
    for other in tender.others:
        if other.instrument not in OTHER_MEANS:
            raise NotAnotherMeans(kind=other.instrument)
        if not 0 < len(other.reference.strip()) <= REFERENCE_LENGTH_MAX:
            raise ReferenceMissing(most=REFERENCE_LENGTH_MAX)
    # A refund finds its way back by the reference.
    references = [*(paid.reference for paid in tender.digital), *(other.reference for other in tender.others)]
    if len(set(references)) < len(references):
        raise ReferenceRepeated(reference=next(each for each in references if references.count(each) > 1))
    given = sum(amounts)
    if given > price_cents:
        raise NoChangeOnOtherMeans(given=decimal_text(given), price=decimal_text(price_cents))
    return price_cents - given


def _instruments(tender: Tender) -> list[Instrument]:
    given = ((Instrument.NOTES, tender.notes), (Instrument.EUROS, tender.euros_cents), (Instrument.DIGITAL, tender.digital))
    return [*(instrument for instrument, what in given if what), *(other.instrument for other in tender.others)]
