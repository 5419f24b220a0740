"""Counts of a till: what was found, what should be there, the difference (écart de caisse) and what stays for tomorrow."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..money import AmountNotPositive, decimal_text
from ..refusals import Refusal
from ..text import clean_text
from .bundles import EURO_PIECES_CENTS, NOTHING, Bundle
from .postings import Counted

REASON_LENGTH_MAX = 500


class DifferenceUnexplained(Refusal):
    """{counted} was counted and {expected} expected, a difference of {difference}: say why."""

    code = "difference_unexplained"


@dataclass(frozen=True, slots=True)
class TillCount:
    """What a person counted in a till: local notes and euros piece by piece, card slips and cheques by their sums.

    Slips of card refunds count below zero, so that `card_cents` may be less than nothing after refunds of earlier sessions.
    """

    notes: Bundle = NOTHING
    euros: Bundle = NOTHING
    card_cents: int = 0
    cheque_cents: int = 0

    def checked(self, denominations_cents: Iterable[int]) -> "TillCount":
        """The same count; PieceUnknown for a note or coin that does not exist, AmountNotPositive for cheques below zero."""
        self.notes.checked(denominations_cents)
        self.euros.checked(EURO_PIECES_CENTS)
        if self.cheque_cents < 0:
            raise AmountNotPositive(amount=decimal_text(self.cheque_cents))
        return self

    @property
    def total_cents(self) -> int:
        """Everything counted, euros and local notes at their equal worth."""
        return self.notes.total_cents + self.euros.total_cents + self.card_cents + self.cheque_cents


@dataclass(frozen=True, slots=True)
class Contents:
    """What a till should hold; euros are followed by their sum, since nobody notes which coins are given."""

    notes: Bundle = NOTHING
    euros_cents: int = 0
    card_cents: int = 0
    cheque_cents: int = 0

    @property
    def total_cents(self) -> int:
        """Everything expected, euros and local notes at their equal worth."""
        return self.notes.total_cents + self.euros_cents + self.card_cents + self.cheque_cents


@dataclass(frozen=True, slots=True)
class Difference:
    """Counted minus expected (écart de caisse), by means; notes by denomination, missing and surplus apart."""

    expected_cents: int
    counted_cents: int
    missing_notes: Bundle = NOTHING
    surplus_notes: Bundle = NOTHING
    euros_cents: int = 0
    other_cents: int = 0

    @property
    def total_cents(self) -> int:
        """Below zero when something is missing."""
        return self.counted_cents - self.expected_cents

    @property
    def is_nothing(self) -> bool:
        """Whether every means was found as expected; two differences that make up for each other are still two."""
        return not (self.missing_notes or self.surplus_notes or self.euros_cents or self.other_cents)

    def explained(self, reason: str) -> str:
        """The reason, cleaned; DifferenceUnexplained when there is a difference and nobody says why."""
        told = clean_text(reason, max_length=REASON_LENGTH_MAX)
        if not told and not self.is_nothing:
            amounts = {"counted": self.counted_cents, "expected": self.expected_cents, "difference": self.total_cents}
            raise DifferenceUnexplained(**{name: decimal_text(cents) for name, cents in amounts.items()})
        return told

    def to_book(self, *, notes_taken_cents: int, euros_taken_cents: int) -> Counted:
        """The difference as the books write it; what exceeds the takings that they hold is missing from the float."""
        missing = max(self.missing_notes.total_cents - self.surplus_notes.total_cents, 0)
        euros = max(-self.euros_cents, 0)
        return Counted(
            missing_notes=self.missing_notes,
            surplus_notes=self.surplus_notes,
            missing_euros_cents=euros,
            surplus_euros_cents=max(self.euros_cents, 0),
            missing_other_cents=-self.other_cents,
            float_notes_cents=max(missing - notes_taken_cents, 0),
            float_euros_cents=max(euros - euros_taken_cents, 0),
        )


def should_hold(base: TillCount, *, notes: Bundle, euros_cents: int = 0, card_cents: int = 0, cheque_cents: int = 0) -> Contents:
    """What the till should hold: `notes` as the books follow them, the rest as counted last with what came and went since."""
    return Contents(notes, base.euros.total_cents + euros_cents, base.card_cents + card_cents, base.cheque_cents + cheque_cents)


def difference(should_be: Contents, count: TillCount) -> Difference:
    """What a count found more or less than expected, means by means."""
    should, found = should_be.notes.counts, count.notes.counts
    over = {each: found.get(each, 0) - should.get(each, 0) for each in should | found}
    return Difference(
        expected_cents=should_be.total_cents,
        counted_cents=count.total_cents,
        missing_notes=Bundle.of({each: -number for each, number in over.items() if number < 0}),
        surplus_notes=Bundle.of({each: number for each, number in over.items() if number > 0}),
        euros_cents=count.euros.total_cents - should_be.euros_cents,
        other_cents=count.card_cents + count.cheque_cents - should_be.card_cents - should_be.cheque_cents,
    )


def left_in_till(count: TillCount, *, notes_out: Bundle = NOTHING, euros_out_cents: int = 0) -> Contents:
    """What stays overnight and is tomorrow's opening: the last count without the envelope and what went to the safe.

    Card slips and cheques leave with the closing.
    """
    return Contents(count.notes - notes_out, count.euros.total_cents - euros_out_cents)
