"""What the acts of the market day work with: the story, the clock of the desks, the tills, and who stands there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ...actions.perform import Action
from ...actions.receipts import Given, ServiceAsked, TakeReceipt, take_receipts
from ...domain.actors import Actor
from ...domain.money import Money
from ...words import PARIS
from ..story import Story
from .cast import BIKES, DESKS, MARKET, UNIT, DeskCast
from .till import Till


@dataclass(slots=True)
class MarketDay:
    """The market day as far as it was told; `carried` are the envelopes on their way, by desk, with what is really in them."""

    story: Story
    tills: tuple[Till, ...] = field(default_factory=lambda: tuple(Till(desk, each) for desk in DESKS for each in desk.tills))
    totals: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    envelopes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    remittances: list[tuple[str, str, str, int]] = field(default_factory=list)
    paid_in_cents: dict[str, int] = field(default_factory=lambda: dict.fromkeys((desk.book for desk in DESKS), 0))
    lost_cents: dict[str, int] = field(default_factory=lambda: dict.fromkeys((desk.book for desk in DESKS), 0))

    @property
    def first(self) -> Till:
        """Karim's till on the market."""
        return self.tills_of(MARKET)[0]

    @property
    def second(self) -> Till:
        """Lucie's till on the market."""
        return self.tills_of(MARKET)[1]

    @property
    def bikes(self) -> Till:
        """Inès's till among the bikes."""
        return self.tills_of(BIKES)[0]

    def tills_of(self, desk: DeskCast) -> list[Till]:
        """The tills of a desk, in their order."""
        return [till for till in self.tills if till.desk is desk]

    def actor(self, login: str) -> Actor:
        """Somebody who acts."""
        return self.story.people[login]

    def clerk(self, till: Till) -> Actor:
        """The clerk of a till."""
        return self.actor(till.cast.clerk)

    def at(self, on: date, hour: int, minute: int = 0) -> None:
        """It is so late in Paris: what follows at the desks happens then."""
        self.story.database.ahead = datetime.combine(on, time(hour, minute), PARIS) - datetime.now(UTC)

    def do(self, act: Action[Any], item: Any) -> dict[str, Any]:
        """One action for one item; its refusal ends the story."""
        return self.story.do(act, item)

    def asks(self, till: Till, given: Given, *services: ServiceAsked) -> TakeReceipt:
        """What a clerk enters for a customer."""
        return TakeReceipt(self.clerk(till), till.desk.book, till.session, services, given)

    def take(self, till: Till, given: Given, *services: ServiceAsked) -> dict[str, Any]:
        """A receipt over the counter: what was given lies in the till, and the change does not."""
        answer = self.do(take_receipts, self.asks(till, given, *services))
        till.took(given, answer)
        return answer


@contextmanager
def clock_of_the_desks(story: Story) -> Iterator[MarketDay]:
    """The market day, after which the clock of the desks is everybody's again."""
    try:
        yield MarketDay(story)
    finally:
        story.database.ahead = timedelta(0)


def units(cents: int) -> Money:
    """Cents of the local currency as an amount to show."""
    return Money(cents, UNIT)
