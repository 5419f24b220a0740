"""Service desks (régies de recettes): opened by their public body, with the people named for them, a charter and a float."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field

from monnaielocale.actions.appointments import EndAppointment, NameForDesk, RankUnknown, end_appointments, name_for_desks
from monnaielocale.actions.desks import DeskAlreadyOpen, DesksHeld, desk_book, open_desk
from monnaielocale.domain.conventions.desks import DeskNotInConvention
from monnaielocale.domain.conventions.rules import PartyNotOfConvention
from monnaielocale.domain.desks.charters import Charter, Instrument, PayInRhythm, Tariff
from monnaielocale.domain.desks.staff import AppointmentEndUnfit, AppointmentReversed, AppointmentUnknown, HeadsOverlap, Rank
from monnaielocale.domain.people import PersonUnknown
from monnaielocale.store.database import Connection
from monnaielocale.store.desks import DeskUnknown, desks_page, people_of_desk
from monnaielocale.store.unit_of_work import UnitOfWork
from monnaielocale.store.visits import NotForYou, as_reader_for

from .. import places
from ..access import Anyone, Asking, Keyed
from ..bodies import StrictRoute
from ..doors import Door
from ..fields import Body, CentsOrZero, Code, Day, Login, Shape
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..sight import BOOKS, TOWN
from ..subjects import SubjectRouter

AT_DESKS = ("desk_clerk", *TOWN, *BOOKS)
router = SubjectRouter(prefix="/desks", tags=["desks"], route_class=StrictRoute)
# A desk opens with a book of its own, which comes before everything that the collector writes.
_openings = Door("desks to open", at_once=1, waiting=20)

DeskInPath = Annotated[
    str,
    Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="The code of the desk's book.", examples=["bayonne-pool"]),
]
_DAY = date(2026, 1, 31)
UNKNOWN = refusing(DeskUnknown(book="bayonne-pool"))
REFUSED_OPENING = refusing(
    PartyNotOfConvention(party="bayonne", convention="eusko"),
    DeskNotInConvention(convention="bayonne-eusko", version="2018-06-07", desk="baths"),
    DeskAlreadyOpen(desk="pool", opened_on=_DAY),
)
REFUSED_NAMING = refusing(
    DeskUnknown(book="bayonne-pool"),
    PersonUnknown(login="maite"),
    RankUnknown(rank="cashier", known="head, deputy, clerk"),
    HeadsOverlap(desk="bayonne-pool", day=_DAY),
    AppointmentReversed(starts_on=_DAY, ends_on=date(2026, 1, 5)),
)

REFUSED_ENDING = refusing(
    DeskUnknown(book="bayonne-pool"),
    PersonUnknown(login="maite"),
    AppointmentUnknown(login="maite", rank="clerk", desk="bayonne-pool", day=_DAY),
    AppointmentEndUnfit(first_on=_DAY, ends_on=date(2026, 1, 5)),
)


@contextmanager
def desk_seen(who: Asking, desk: str) -> Iterator[Connection]:
    """A look at all of a desk, for those whom the database lets see it; a desk of others does not exist: DeskUnknown."""
    who.require(*AT_DESKS)
    with who.visit() as connection:
        try:
            as_reader_for(connection, "desk", desk)
        except NotForYou:
            raise DeskUnknown(book=desk) from None
        yield connection


class DeskAsked(Body):
    """A desk that the convention with the association lists, by its code there."""

    issuer_book: Annotated[
        Code, Field(description="The book of the association that follows the desk's notes.", examples=["eusko"])
    ]
    desk: Annotated[Code, Field(description="The code of the desk in the convention.", examples=["pool"])]
    on: Day | None = None


class DeskOpenedShape(Shape):
    """The desk has a book of its own, under whose code it is asked for."""

    book: Code
    desk: Code
    label: str
    tills: list[Code]


class DeskListed(Shape):
    """A desk as a list shows it."""

    book: Code
    desk: Code
    opened_on: Day


class DesksPage(Shape):
    """Desks by the codes of their books, and where the next page begins."""

    items: list[DeskListed]
    next: str | None


class TariffShown(Shape):
    """What a service costs on the day; a price between two bounds is said by the clerk."""

    service: Code
    label: str
    least_cents: CentsOrZero
    most_cents: CentsOrZero
    vat_basis_points: Annotated[int, Field(description="The rate of VAT in hundredths of a percent, in the price.")]
    vat_exemption: Annotated[str, Field(description="Why there is no VAT, where there is none.")]
    revenue_account: str

    @classmethod
    def of(cls, tariff: Tariff) -> "TariffShown":
        """A tariff of the charter."""
        return cls(
            service=tariff.service,
            label=tariff.label,
            least_cents=tariff.price.least_cents,
            most_cents=tariff.price.most_cents,
            vat_basis_points=tariff.vat.basis_points,
            vat_exemption=tariff.vat.exemption,
            revenue_account=tariff.revenue_account,
        )


class DeskShown(Shape):
    """A desk with its charter (acte constitutif) as it holds on a day."""

    book: Code
    desk: Code
    public_body: Code
    issuer_book: Code
    label: str
    opened_on: Day
    on: Day
    prefix: str
    tills: list[Code]
    instruments: list[Instrument]
    float_euro_cents: CentsOrZero
    float_notes_cents: CentsOrZero
    cash_ceiling_cents: Annotated[CentsOrZero, Field(description="Of legal-tender euros, the float not counted.")]
    pay_in: PayInRhythm
    seal_within_days: int
    collect_within_days: int
    claim_within_days: int
    idle_minutes: int
    refunds_leave_till: bool
    services: list[TariffShown]


class AppointmentAsked(Body):
    """Who is named for the desk, as what, and for which time (arrêté de nomination)."""

    login: Login
    rank: Rank
    starts_on: Day
    ends_on: Day | None = None
    on: Day | None = None


class AppointmentEnd(Body):
    """Who is no longer named for the desk, as what, and the last day of the appointment."""

    login: Login
    rank: Rank
    ends_on: Day
    on: Day | None = None


class PersonNamed(Shape):
    """The appointment."""

    appointment_id: UUID
    login: str
    rank: Rank
    starts_on: Day
    ends_on: Day | None


class PersonOfDeskShown(PersonNamed):
    """Somebody who is or was named for the desk."""

    name: str


class PeopleOfDesk(Shape):
    """Everyone who was ever named for the desk, in the order in which they were named."""

    items: list[PersonOfDeskShown]


@router.post("", status_code=201, responses=REFUSED_OPENING)
async def open_service_desk(body: DeskAsked, who: Keyed) -> DeskOpenedShape:
    """Open a desk of your public body, with a book of its own."""
    who.require("town_signer")
    town, day = who.actor.party_code, who.day(body.on)
    opened = await _openings.enter(
        lambda: open_desk(
            who.services.database,
            who.actor,
            issuer_book=body.issuer_book,
            public_body=town,
            desk=body.desk,
            on=day,
            key=who.key,
        )
    )
    return DeskOpenedShape(**who.told(opened))


@router.get("")
def list_desks(who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> DesksPage:
    """List the desks of your public body, those for which you are named, or those that your association serves."""
    who.require(*AT_DESKS)
    with who.visit() as connection:
        shown, last = page(desks_page(connection, places.code(cursor), limit + 1), limit)
    items = [DeskListed(book=one.book, desk=one.code, opened_on=one.opened_on) for one in shown]
    return DesksPage(items=items, next=cursor_of(last.book) if last else None)


@router.get("/{desk}", responses=UNKNOWN)
def show_desk(
    desk: DeskInPath, who: Anyone, on: Annotated[Day | None, Query(description="The day; today unless given.")] = None
) -> DeskShown:
    """One desk with what its charter lets it collect on a day, at which prices and with which means."""
    day = who.day(on)
    with desk_seen(who, desk) as connection:
        held = DesksHeld.load(UnitOfWork(connection), [desk]).as_agreed(desk, day)
    return _shown(held.desk.public_body, held.desk.issuer_book, held.desk.code, held.desk.opened_on, held.charter, day)


def _shown(public_body: str, issuer_book: str, code: str, opened_on: date, charter: Charter, day: date) -> DeskShown:
    return DeskShown(
        book=desk_book(public_body, code),
        desk=code,
        public_body=public_body,
        issuer_book=issuer_book,
        label=charter.label,
        opened_on=opened_on,
        on=day,
        prefix=charter.prefix,
        tills=list(charter.tills),
        instruments=sorted(charter.instruments),
        float_euro_cents=charter.float_euro_cents,
        float_notes_cents=charter.float_notes_cents,
        cash_ceiling_cents=charter.cash_ceiling_cents,
        pay_in=charter.pay_in,
        seal_within_days=charter.seal_within_days,
        collect_within_days=charter.collect_within_days,
        claim_within_days=charter.claim_within_days,
        idle_minutes=charter.idle_minutes,
        refunds_leave_till=charter.refunds_leave_till,
        services=[TariffShown.of(tariff) for tariff in charter.services_on(day)],
    )


@router.post("/{desk}/people", status_code=201, responses=REFUSED_NAMING)
async def name_for_desk(desk: DeskInPath, body: AppointmentAsked, who: Keyed) -> PersonNamed:
    """Name somebody of your public body for the desk: its head, a deputy or a clerk, for a time."""
    who.require("town_signer")
    item = NameForDesk(
        who.actor, desk, body.login, body.rank, body.starts_on, who.day(body.on), ends_on=body.ends_on, key=who.key
    )
    return PersonNamed(**await who.ask(name_for_desks, item))


@router.post("/{desk}/people/end", status_code=201, responses=REFUSED_ENDING)
async def end_appointment(desk: DeskInPath, body: AppointmentEnd, who: Keyed) -> PersonNamed:
    """End an appointment whose end was not known, or bring its end forward: on the day itself or later."""
    who.require("town_signer")
    item = EndAppointment(who.actor, desk, body.login, body.rank, body.ends_on, who.day(body.on), who.key)
    return PersonNamed(**await who.ask(end_appointments, item))


@router.get("/{desk}/people", responses=UNKNOWN)
def list_people_of_desk(desk: DeskInPath, who: Anyone) -> PeopleOfDesk:
    """Who is and who was named for the desk."""
    with desk_seen(who, desk) as connection:
        found = people_of_desk(connection, desk)
    return PeopleOfDesk(items=[PersonOfDeskShown.model_validate(one, from_attributes=True) for one in found])
