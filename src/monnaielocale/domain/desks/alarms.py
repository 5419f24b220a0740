"""What somebody should look after at a desk: alarms are facts and agreed delays, and stop nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ..money import Money
from ..reasons import Reason
from .charters import Charter
from .days import DayState, DeskDay, seal_due_on

NEAR_CEILING_PERCENT = 80
DIFFERENCES_WITHIN_DAYS = 30
DIFFERENCES_REPEATED = 3


class AlarmKind(StrEnum):
    """What is the matter."""

    CEILING_NEAR = "ceiling_near"
    CEILING_REACHED = "ceiling_reached"
    PAY_IN_DUE = "pay_in_due"
    DAY_LEFT_OPEN = "day_left_open"
    DAY_UNSEALED = "day_unsealed"
    ENVELOPE_WAITING = "envelope_waiting"
    DIFFERENCE_REPEATED = "difference_repeated"
    CLAIM_OLD = "claim_old"
    HANDOVER_UNSIGNED = "handover_unsigned"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of a desk, in words, with the day since which it holds where there is one."""

    kind: AlarmKind
    desk: str
    told: Reason
    since_on: date | None = None


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What the alarms of a desk look at.

    `cash_cents` are legal-tender takings in tills and safe, without the float. `cash_since_on` is the first day of takings since
    the last pay-in, None when there are none. `differences` are the days of closings with a
    difference of each till. `envelopes` are the days on which envelopes not yet handed over were prepared, and `claims` what
    the association owes, with the day since which it does. `unsigned_since_on` is the day on which the head of today began, when
    they followed another and have not accepted what was handed over.
    """

    cash_cents: int = 0
    cash_since_on: date | None = None
    days: tuple[DeskDay, ...] = ()
    envelopes: tuple[tuple[str, date], ...] = ()
    differences: tuple[tuple[str, date], ...] = ()
    claims: tuple[tuple[date, int], ...] = ()
    unsigned_since_on: date | None = None


def alarms(charter: Charter, facts: DeskFacts, today: date) -> list[Alarm]:
    """Every alarm of a desk on a day, in the order of their kinds."""
    return [
        *cash_alarms(charter, facts.cash_cents),
        *pay_in_alarms(charter, facts, today),
        *day_alarms(charter, facts.days, today),
        *envelope_alarms(charter, facts.envelopes, today),
        *difference_alarms(charter, facts.differences, today),
        *claim_alarms(charter, facts.claims, today),
        *handover_alarms(charter, facts.unsigned_since_on),
    ]


def cash_alarms(charter: Charter, cash_cents: int) -> Iterator[Alarm]:
    """Legal-tender cash that nears or reaches the ceiling of the charter (plafond d'encaisse)."""
    values = {"cash": Money(cash_cents), "ceiling": Money(charter.cash_ceiling_cents)}
    if cash_cents >= charter.cash_ceiling_cents:
        told = Reason("The cash in hand, {cash}, reaches the ceiling of {ceiling}: pay it in.", values)
        yield Alarm(AlarmKind.CEILING_REACHED, charter.desk, told)
    elif cash_cents * 100 >= charter.cash_ceiling_cents * NEAR_CEILING_PERCENT:
        told = Reason("The cash in hand, {cash}, is near the ceiling of {ceiling}.", values)
        yield Alarm(AlarmKind.CEILING_NEAR, charter.desk, told)


def pay_in_alarms(charter: Charter, facts: DeskFacts, today: date) -> Iterator[Alarm]:
    """Takings that should have been paid in by the rhythm of the charter, counted from the first takings since the last time."""
    if facts.cash_since_on is None:
        return
    due_on = charter.pay_in.due_on(facts.cash_since_on)
    if due_on <= today:
        told = Reason("Takings in hand since {since} were to be paid in by {due}.", {"since": facts.cash_since_on, "due": due_on})
        yield Alarm(AlarmKind.PAY_IN_DUE, charter.desk, told, due_on)


def day_alarms(charter: Charter, days: Iterable[DeskDay], today: date) -> Iterator[Alarm]:
    """Days left open after midnight, and closed days that nobody sealed in time."""
    for day in days:
        due_on = seal_due_on(charter, day.on)
        if day.state is DayState.OPEN and day.on < today:
            told = Reason("The day {day} was left open: close it.", {"day": day.on})
            yield Alarm(AlarmKind.DAY_LEFT_OPEN, charter.desk, told, day.on)
        elif day.state is DayState.CLOSED and due_on < today:
            told = Reason("The day {day} was to be sealed by {due}.", {"day": day.on, "due": due_on})
            yield Alarm(AlarmKind.DAY_UNSEALED, charter.desk, told, due_on)


def envelope_alarms(charter: Charter, envelopes: Iterable[tuple[str, date]], today: date) -> Iterator[Alarm]:
    """Envelopes that nobody has come for within the agreed days."""
    for number, prepared_on in envelopes:
        if prepared_on + timedelta(days=charter.collect_within_days) < today:
            told = Reason("The envelope {envelope} has waited since {since}.", {"envelope": number, "since": prepared_on})
            yield Alarm(AlarmKind.ENVELOPE_WAITING, charter.desk, told, prepared_on)


def difference_alarms(charter: Charter, differences: Iterable[tuple[str, date]], today: date) -> Iterator[Alarm]:
    """Tills that did not agree several times lately."""
    by_till: dict[str, list[date]] = {}
    for till, on in differences:
        if timedelta(0) <= today - on < timedelta(days=DIFFERENCES_WITHIN_DAYS):
            by_till.setdefault(till, []).append(on)
    for till, found in sorted(by_till.items()):
        if len(found) >= DIFFERENCES_REPEATED:
            values = {"till": till, "count": len(found), "days": DIFFERENCES_WITHIN_DAYS}
            told = Reason("Till {till} did not agree {count} times within {days} days.", values)
            yield Alarm(AlarmKind.DIFFERENCE_REPEATED, charter.desk, told, min(found))


def claim_alarms(charter: Charter, claims: Iterable[tuple[date, int]], today: date) -> Iterator[Alarm]:
    """Euros that the association owes for longer than agreed."""
    late = [(since, cents) for since, cents in claims if since + timedelta(days=charter.claim_within_days) < today]
    if late:
        since, owed = min(since for since, _ in late), Money(sum(cents for _, cents in late))
        told = Reason("The association has owed {owed} since {since}, longer than agreed.", {"owed": owed, "since": since})
        yield Alarm(AlarmKind.CLAIM_OLD, charter.desk, told, since)


def handover_alarms(charter: Charter, unsigned_since_on: date | None) -> Iterator[Alarm]:
    """A head who works at the desk without having signed for what the one before left there."""
    if unsigned_since_on is not None:
        told = Reason("The head who began on {since} has not signed for what was handed over.", {"since": unsigned_since_on})
        yield Alarm(AlarmKind.HANDOVER_UNSIGNED, charter.desk, told, unsigned_since_on)
