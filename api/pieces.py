"""Notes and coins in requests and answers: how many of which denomination."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from monnaielocale.actions.at_desk import CountGiven

from .fields import BalanceGiven, Body, Cents, CentsOrZero, Shape

KINDS_MOST = 50
PIECES_MOST = 1_000_000


class Pieces(Body):
    """So many notes or coins of one denomination."""

    denomination_cents: Annotated[Cents, Field(examples=[500])]
    count: Annotated[int, Field(strict=True, ge=0, le=PIECES_MOST, description="How many.", examples=[4])]


class PiecesShown(Shape):
    """So many notes or coins of one denomination."""

    denomination_cents: Cents
    count: int


Counted = Annotated[list[Pieces], Field(max_length=KINDS_MOST)]


class TillCountGiven(Body):
    """What somebody counted in a till: local notes and euros piece by piece; slips of card refunds count below zero."""

    notes: Counted = Field(default_factory=list)
    euros: Counted = Field(default_factory=list)
    card_cents: BalanceGiven = 0
    cheque_cents: CentsOrZero = 0

    def given(self) -> CountGiven:
        """The same for an action."""
        return CountGiven(pieces_of(self.notes), pieces_of(self.euros), self.card_cents, self.cheque_cents)


def pieces_of(counted: Iterable[Pieces]) -> tuple[tuple[int, int], ...]:
    """Notes or coins as actions take them: (denomination in cents, how many)."""
    return tuple((each.denomination_cents, each.count) for each in counted)


def pieces_shown(pieces: Iterable[Iterable[int]]) -> list[PiecesShown]:
    """Notes or coins as actions answer them, for an answer."""
    return [PiecesShown(denomination_cents=denomination, count=count) for denomination, count in pieces]
