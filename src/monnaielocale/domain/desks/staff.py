"""Who may collect at a desk: its head, the deputies and the clerks, each named for a time (arrêté de nomination).

Whoever collects public money without being named answers for it with their own (gestion de fait, article L131-15 of the code
des juridictions financières): it is refused here, in words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations
from uuid import UUID

from ..actors import Actor
from ..refusals import Refusal
from .charters import first_common_day, holds


class NotNamedToCollect(Refusal):
    """{login} is not named to collect at desk {desk} on {day}: to collect without being named is unauthorised management (gestion
    de fait)."""

    code = "not_named_to_collect"


class HeadOrDeputyNeeded(Refusal):
    """{login} is neither the head of desk {desk} on {day} nor a named deputy."""

    code = "head_or_deputy_needed"


class HeadsOverlap(Refusal):
    """Desk {desk} has two heads on {day}: end the first before the second begins."""

    code = "heads_overlap"


class AppointmentReversed(Refusal):
    """An appointment from {starts_on} cannot end on {ends_on}."""

    code = "appointment_reversed"


class AppointmentUnknown(Refusal):
    """{login} is not named as {rank} for desk {desk} on {day}, or later."""

    code = "appointment_unknown"


class AppointmentEndUnfit(Refusal):
    """This appointment can end from {first_on} on and before the end that it has, not on {ends_on}."""

    code = "appointment_end_unfit"


class Rank(StrEnum):
    """As what a person is named: régisseur, mandataire suppléant or mandataire."""

    HEAD = "head"
    DEPUTY = "deputy"
    CLERK = "clerk"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person named for a desk from a day on, and until another when it ends (arrêté de nomination)."""

    person_id: UUID
    rank: Rank
    starts_on: date
    ends_on: date | None = None
    appointment_id: UUID | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the person is named on this day, the first and the last included."""
        return holds(self.starts_on, self.ends_on, day)

    def not_over_on(self, day: date) -> bool:
        """Whether the person is named on this day or later."""
        return self.ends_on is None or self.ends_on >= day


@dataclass(frozen=True, slots=True)
class Staff:
    """Everyone who was ever named for a desk."""

    desk: str
    appointments: tuple[Appointment, ...]

    def may_collect(self, person_id: UUID, day: date) -> bool:
        """Whether a person is named for the desk on a day, as head, deputy or clerk."""
        return any(True for _ in self._held(person_id, day))

    def may_seal(self, person_id: UUID, day: date) -> bool:
        """Whether a person is the head of the desk or a deputy on a day."""
        return any(rank is not Rank.CLERK for rank in self._held(person_id, day))

    def require_collector(self, actor: Actor, day: date) -> None:
        """NotNamedToCollect unless the person is named for the desk on this day."""
        if not self.may_collect(actor.person_id, day):
            raise NotNamedToCollect(login=actor.login, desk=self.desk, day=day)

    def require_head_or_deputy(self, actor: Actor, day: date) -> None:
        """HeadOrDeputyNeeded unless the person is the head (régisseur) or a deputy (mandataire suppléant) on this day."""
        if not self.may_seal(actor.person_id, day):
            raise HeadOrDeputyNeeded(login=actor.login, desk=self.desk, day=day)

    def ended(self, actor: Actor, rank: Rank, ends_on: date, *, today: date) -> Appointment:
        """The appointment of a person as it ends after all (fin de fonctions); what was done under it stays done.

        AppointmentUnknown, and AppointmentEndUnfit for a day that is over, or that brings no end forward.
        """
        found = next((each for each in self._from(today) if (each.person_id, each.rank) == (actor.person_id, rank)), None)
        if found is None:
            raise AppointmentUnknown(login=actor.login, rank=rank, desk=self.desk, day=today)
        first_on = max(found.starts_on, today)
        if ends_on < first_on or (found.ends_on is not None and ends_on >= found.ends_on):
            raise AppointmentEndUnfit(first_on=first_on, ends_on=ends_on)
        return replace(found, ends_on=ends_on)

    def with_ended(self, ended: Appointment) -> "Staff":
        """The same people, one of whose appointments ends."""
        return replace(
            self,
            appointments=tuple(ended if each.appointment_id == ended.appointment_id else each for each in self.appointments),
        )

    def _from(self, day: date) -> list[Appointment]:
        """The appointments that are not over on a day, by their first days."""
        return sorted((each for each in self.appointments if each.not_over_on(day)), key=_starts_on)

    def heads(self) -> list[Appointment]:
        """Everyone who was ever named as head, the first first."""
        return sorted((each for each in self.appointments if each.rank is Rank.HEAD), key=_starts_on)

    def head_on(self, day: date) -> UUID | None:
        """Who is the head on a day, if anybody is."""
        return next((each.person_id for each in self.appointments if each.rank is Rank.HEAD and each.holds_on(day)), None)

    def _held(self, person_id: UUID, day: date) -> Iterator[Rank]:
        return (each.rank for each in self.appointments if each.person_id == person_id and each.holds_on(day))


def _starts_on(appointment: Appointment) -> date:
    return appointment.starts_on


def checked_staff(desk: str, appointments: Iterable[Appointment]) -> Staff:
    """The people named for a desk, one head at a time; AppointmentReversed and HeadsOverlap."""
    staff = Staff(desk, tuple(appointments))
    for each in staff.appointments:
        if each.ends_on is not None and each.ends_on < each.starts_on:
            raise AppointmentReversed(starts_on=each.starts_on, ends_on=each.ends_on)
    heads = [each for each in staff.appointments if each.rank is Rank.HEAD]
    for one, other in combinations(heads, 2):
        day = first_common_day((one.starts_on, one.ends_on), (other.starts_on, other.ends_on))
        if day:
            raise HeadsOverlap(desk=desk, day=day)
    return staff
