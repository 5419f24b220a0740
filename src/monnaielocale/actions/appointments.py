"""Who works at a desk: the public body names its people, and ends an appointment whose end was not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks.staff import Appointment, Rank, checked_staff
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.people import PersonUnknown
from ..domain.refusals import Refusal
from ..store.desks import DeskKept, desk_with, desks_of, staffs_of
from ..store.unit_of_work import Row, UnitOfWork
from .deciding import decide_each
from .desks import OPENS
from .perform import action


class RankUnknown(Refusal):
    """{rank} is not a rank at a desk: the ranks are {known}."""

    code = "rank_unknown"


@dataclass(frozen=True, slots=True)
class NameForDesk:
    """A person is named for a desk as `head`, `deputy` or `clerk`, from a day on and until another if it is known."""

    actor: Actor
    book: str
    login: str
    rank: str
    starts_on: date
    on: date
    ends_on: date | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NamedForDesk:
    """The appointment."""

    appointment_id: UUID
    login: str
    rank: str
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class EndAppointment:
    """Somebody is no longer named for a desk as `head`, `deputy` or `clerk`, from the day after `ends_on`."""

    actor: Actor
    book: str
    login: str
    rank: str
    ends_on: date
    on: date
    key: str = ""


@action("name_for_desk")
def name_for_desks(work: UnitOfWork, items: Sequence[NameForDesk]) -> list[NamedForDesk | Refusal]:
    """The public body names people for its desks (arrêté de nomination), one head at a time.

    Refusals: RoleMissing, DeskUnknown, ActsForAnother, RankUnknown, PersonUnknown, AppointmentReversed, HeadsOverlap.
    """
    desks = desks_of(work, (item.book for item in items))
    staffs = staffs_of(work, desks.values())
    people = {row.login: row for row in work.rows("persons_by_login", logins=sorted({item.login for item in items}))}

    def decide(item: NameForDesk) -> NamedForDesk:
        item.actor.require(OPENS)
        desk = desk_with(desks, item.book)
        item.actor.require_party(desk.public_body_id)
        appointment = _appointment(desk, item, people)
        staff = checked_staff(item.book, (*staffs[item.book].appointments, appointment))
        appointment_id = _named(work, desk, item, appointment)
        staffs[item.book] = staff
        return NamedForDesk(appointment_id, item.login, item.rank, item.starts_on, item.ends_on)

    return decide_each(items, decide)


def _appointment(desk: DeskKept, item: NameForDesk, people: dict[str, Row]) -> Appointment:
    rank = _rank(item.rank)
    return Appointment(_person(desk, item.login, people), rank, item.starts_on, item.ends_on)


def _named(work: UnitOfWork, desk: DeskKept, item: NameForDesk, appointment: Appointment) -> UUID:
    details = {"person": str(appointment.person_id), "rank": appointment.rank.value, "starts_on": str(appointment.starts_on)}
    if appointment.ends_on is not None:
        details["ends_on"] = str(appointment.ends_on)
    event = Event(new_id(), item.book, "desk_person_named", item.actor.person_id, item.on, (), details)
    work.post(event)
    appointment_id = new_id()
    row = {"book_id": desk.book_id, "id": appointment_id, "person_id": appointment.person_id, "rank": appointment.rank.value}
    days = {"starts_on": appointment.starts_on, "ends_on": appointment.ends_on}
    work.insert("desk_appointment", row | days | {"event_id": event.id})
    return appointment_id


@action("end_appointment")
def end_appointments(work: UnitOfWork, items: Sequence[EndAppointment]) -> list[NamedForDesk | Refusal]:
    """The public body ends appointments (fin de fonctions), on the day itself or later.

    Refusals: RoleMissing, DeskUnknown, ActsForAnother, RankUnknown, PersonUnknown, AppointmentUnknown, AppointmentEndUnfit.
    """
    desks = desks_of(work, (item.book for item in items))
    staffs = staffs_of(work, desks.values())
    people = {row.login: row for row in work.rows("persons_by_login", logins=sorted({item.login for item in items}))}

    def decide(item: EndAppointment) -> NamedForDesk:
        item.actor.require(OPENS)
        desk = desk_with(desks, item.book)
        item.actor.require_party(desk.public_body_id)
        rank, person = _rank(item.rank), _person(desk, item.login, people)
        staff = staffs[item.book]
        ended = staff.ended(Actor(person, item.login, frozenset()), rank, item.ends_on, today=item.on)
        details = {"appointment": str(ended.appointment_id), "person": str(person), "ends_on": str(item.ends_on)}
        event = Event(new_id(), item.book, "desk_appointment_ended", item.actor.person_id, item.on, (), details)
        work.post(event)
        row = {"book_id": desk.book_id, "appointment_id": ended.appointment_id, "ends_on": item.ends_on}
        work.insert("desk_appointment_end", row | {"event_id": event.id})
        staffs[item.book] = staff.with_ended(ended)
        assert ended.appointment_id is not None, "an appointment that is kept has an identifier"
        return NamedForDesk(ended.appointment_id, item.login, item.rank, ended.starts_on, ended.ends_on)

    return decide_each(items, decide)


def _rank(written: str) -> Rank:
    """A rank; RankUnknown."""
    if written not in tuple(Rank):
        raise RankUnknown(rank=written[:40], known=", ".join(Rank))
    return Rank(written)


def _person(desk: DeskKept, login: str, people: dict[str, Row]) -> UUID:
    """Somebody of the public body; PersonUnknown."""
    found = people.get(login)
    if found is None or found.party_id != desk.public_body_id:
        raise PersonUnknown(login=login[:80])
    person: UUID = found.id
    return person
