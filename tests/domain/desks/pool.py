"""An invented desk: the pool of a town, two tills, a few services, and the people named for it."""

from datetime import UTC, date, datetime
from uuid import UUID

from monnaielocale.domain.actors import Actor
from monnaielocale.domain.desks.bundles import Bundle
from monnaielocale.domain.desks.charters import Charter, Instrument, PayInRhythm, Price, Tariff, Vat
from monnaielocale.domain.desks.receipts import Receipt, ReceiptLine, Series, vat_totals
from monnaielocale.domain.desks.settlements import Settlement
from monnaielocale.domain.desks.staff import Appointment, Rank, Staff

NEW_YEAR = date(2026, 1, 1)
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
EUSKOS = (100, 200, 500, 1000, 2000)
FULL, REDUCED, EXEMPT = Vat(2000), Vat(550), Vat(exemption="CGI, article 261 D")

ENTRY = Tariff("entry", "Entrée", Price.fixed(450), FULL, "70631", NEW_YEAR)
LESSON = Tariff("lesson", "Leçon", Price.fixed(1200), REDUCED, "70632", NEW_YEAR)
LOCKER = Tariff("locker", "Casier", Price(50, 500), EXEMPT, "7083", NEW_YEAR)
CHARTER = Charter(
    desk="pool",
    label="Piscine",
    prefix="PISC",
    tills=("1", "2"),
    tariffs=(ENTRY, LESSON, LOCKER),
    instruments=frozenset(Instrument),
    float_euro_cents=5000,
    float_notes_cents=5000,
    cash_ceiling_cents=100_000,
    pay_in=PayInRhythm.MONTH,
    seal_within_days=3,
    collect_within_days=7,
    claim_within_days=30,
    idle_minutes=15,
    valid_from=NEW_YEAR,
)


def person(number: int, login: str) -> Actor:
    return Actor(UUID(int=number), login, frozenset())


MAITE, XAN, ANA, IBAN = person(1, "maite"), person(2, "xan"), person(3, "ana"), person(4, "iban")
STAFF = Staff(
    "pool",
    (
        Appointment(MAITE.person_id, Rank.HEAD, NEW_YEAR),
        Appointment(XAN.person_id, Rank.DEPUTY, NEW_YEAR, date(2026, 6, 30)),
        Appointment(ANA.person_id, Rank.CLERK, MONDAY, date(2026, 1, 31)),
    ),
)
SESSION_ID = UUID(int=77)


def line(tariff: Tariff, quantity: int = 1, unit_cents: int | None = None) -> ReceiptLine:
    unit = tariff.unit_cents(unit_cents)
    return ReceiptLine(tariff.service, tariff.label, quantity, unit, tariff.vat, tariff.revenue_account)


def receipt(number: int, lines: tuple[ReceiptLine, ...], settlement: Settlement | None = None, on: date = MONDAY) -> Receipt:
    """A receipt; paid in euros unless said otherwise."""
    total = sum(each.total_cents for each in lines)
    euros = Settlement(euros_in_cents=total) if total >= 0 else Settlement(euros_out_cents=-total)
    return Receipt(
        desk="pool",
        number=f"PISC-2026-{number:06d}",
        series=Series.TILL,
        till="1",
        session_id=SESSION_ID,
        clerk_id=ANA.person_id,
        business_on=on,
        issued_at=NOON,
        lines=lines,
        vat=vat_totals(lines),
        settlement=settlement or euros,
    )


FLOAT = Bundle.of({100: 10, 200: 10, 500: 4})
