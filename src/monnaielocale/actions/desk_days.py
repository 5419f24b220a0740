"""Days of a desk: opened on the day itself, closed for good by the Z, sealed later, and closed by month and year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks.days import DeskDay, check_day_opening
from ..domain.refusals import Refusal
from ..store.unit_of_work import UnitOfWork
from .at_desk import AtDesk
from .deciding import decide_each
from .perform import action


@dataclass(frozen=True, slots=True)
class OpenDay:
    """Somebody named for the desk opens its day, which is today's in Paris."""

    actor: Actor
    book: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class DayOpened:
    """The desk is open."""

    event_id: UUID
    business_on: date


@action("open_day")
def open_days(work: UnitOfWork, items: Sequence[OpenDay]) -> list[DayOpened | Refusal]:
    """Desks open their days.

    Refusals: those of `AtDesk.on`, and those of `check_day_opening`.
    """
    desks = AtDesk.load(work, [item.book for item in items])

    def decide(item: OpenDay) -> DayOpened:
        today = desks.today(item.book)
        held = desks.on(item.actor, item.book, today)
        check_day_opening(held.charter, held.staff, item.actor, item.on, today=today, latest=desks.days.get(item.book))
        event = desks.post(held, "desk_day_opened", item.actor, today, details={"day": str(today)})
        row = {"book_id": held.desk.book_id, "business_on": today, "opened_at": desks.moment(item.book)}
        work.insert("desk_day", row | {"opened_by": item.actor.person_id, "event_id": event.id})
        desks.days[item.book] = DeskDay(item.book, today)
        desks.sessions[item.book] = {}
        return DayOpened(event.id, today)

    return decide_each(items, decide)
