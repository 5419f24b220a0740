"""What a desk may collect and how: its charter (acte constitutif de la régie), with its services and their prices.

To collect public money that the charter does not list is unauthorised management (gestion de fait, article L131-15 of the code
des juridictions financières): it is refused here, in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ..money import decimal_text
from ..payments.periods import months_later
from ..refusals import Refusal

FULL_RATE_BASIS_POINTS = 10_000


class CharterNotInForce(Refusal):
    """The charter of desk {desk} does not hold on {day}: to collect without one is unauthorised management (gestion de fait)."""

    code = "charter_not_in_force"


class ServiceNotInCharter(Refusal):
    """The charter of desk {desk} has no service {service}: to collect for it would be unauthorised management (gestion
    de fait)."""

    code = "service_not_in_charter"


class NoTariffOnDay(Refusal):
    """The service {service} has no price on {day}."""

    code = "no_tariff_on_day"


class PriceIsFixed(Refusal):
    """The price of {service} is {price}: {given} cannot be asked for it."""

    code = "price_is_fixed"


class PriceToBeSaid(Refusal):
    """The price of {service} is free between {least} and {most}: say how much."""

    code = "price_to_be_said"


class PriceOutOfBounds(Refusal):
    """The price of {service} lies between {least} and {most}: {given} cannot be asked for it."""

    code = "price_out_of_bounds"


class InstrumentNotAccepted(Refusal):
    """The charter of desk {desk} does not let it take {kind}: to take it would be unauthorised management (gestion de fait)."""

    code = "instrument_not_accepted"


class TillUnknown(Refusal):
    """Desk {desk} has no till {till}: it has {known}."""

    code = "till_unknown"


class TillsAreOne(Refusal):
    """Notes go from one till to another: {till} was named twice."""

    code = "tills_are_one"


class FloatBeyondCharter(Refusal):
    """The charter gives desk {desk} a float of {agreed}: {asked} would be more."""

    code = "float_beyond_charter"


class TariffsOverlap(Refusal):
    """The service {service} has two prices on {day}: end the first before the second begins."""

    code = "tariffs_overlap"


class TariffUnfit(Refusal):
    """The tariff of {service} from {valid_from} is not possible: its bounds, its VAT or its days contradict each other."""

    code = "tariff_unfit"


class Instrument(StrEnum):
    """What a desk may be paid with (moyen de paiement)."""

    NOTES = "notes"
    DIGITAL = "digital"
    EUROS = "euros"
    CARD = "card"
    CHEQUE = "cheque"


OTHER_MEANS = frozenset({Instrument.CARD, Instrument.CHEQUE})


class PayInRhythm(StrEnum):
    """How often the takings are paid in to the public accountant: at least once a month (CGCT, article R1617-8)."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"

    def due_on(self, last_on: date) -> date:
        """The day by which the takings of a day and of those after it are paid in."""
        match self:
            case PayInRhythm.WEEK:
                return last_on + timedelta(days=7)
            case PayInRhythm.FORTNIGHT:
                return last_on + timedelta(days=14)
            case PayInRhythm.MONTH:
                return months_later(last_on, 1)


@dataclass(frozen=True, slots=True)
class Vat:
    """The VAT of a tariff: a rate in basis points (2000 is 20 %), or the reason why there is none, such as an article of law."""

    basis_points: int = 0
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """A fixed price per unit when the bounds are equal, else a price that the clerk says within them; VAT is included."""

    least_cents: int
    most_cents: int

    @classmethod
    def fixed(cls, cents: int) -> "Price":
        """The same price for everyone."""
        return cls(cents, cents)

    @property
    def is_fixed(self) -> bool:
        """Whether nothing is left to say."""
        return self.least_cents == self.most_cents


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a service costs from a day on, and until another when it ends (tarif); `label` is French and goes on the receipt."""

    service: str
    label: str
    price: Price
    vat: Vat
    revenue_account: str
    valid_from: date
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the price is asked on this day, its first and its last day included."""
        return holds(self.valid_from, self.valid_until, day)

    def unit_cents(self, asked_cents: int | None = None) -> int:
        """The price of one unit: the fixed one, or the one that the clerk asks for.

        Refuses with PriceIsFixed, PriceToBeSaid and PriceOutOfBounds.
        """
        named = {
            "service": self.service,
            "least": decimal_text(self.price.least_cents),
            "most": decimal_text(self.price.most_cents),
        }
        if asked_cents is None:
            if not self.price.is_fixed:
                raise PriceToBeSaid(**named)
            return self.price.least_cents
        if not self.price.least_cents <= asked_cents <= self.price.most_cents:
            given = decimal_text(asked_cents)
            if self.price.is_fixed:
                raise PriceIsFixed(service=self.service, price=named["least"], given=given)
            raise PriceOutOfBounds(**named, given=given)
        return asked_cents


@dataclass(frozen=True, slots=True)
class Charter:
    """A desk's charter (acte constitutif) from a day on.

    The ceiling is for legal-tender euros and leaves the float out. `seal_within_days`, `collect_within_days` and
    `claim_within_days` are what is agreed before a day, an envelope or a claim on the association raises an alarm; `idle_minutes`
    is after how long a clerk's session locks. `prefix` begins every number of the desk.
    """

    desk: str
    label: str
    prefix: str
    tills: tuple[str, ...]
    tariffs: tuple[Tariff, ...]
    instruments: frozenset[Instrument]
    float_euro_cents: int
    float_notes_cents: int
    cash_ceiling_cents: int
    pay_in: PayInRhythm
    seal_within_days: int
    collect_within_days: int
    claim_within_days: int
    idle_minutes: int
    valid_from: date
    valid_until: date | None = None
    refunds_leave_till: bool = False

    def require_in_force(self, day: date) -> None:
        """CharterNotInForce on a day on which nothing may be collected."""
        if not holds(self.valid_from, self.valid_until, day):
            raise CharterNotInForce(desk=self.desk, day=day)

    def tariff_on(self, service: str, day: date) -> Tariff:
        """The tariff of a service on a day; CharterNotInForce, ServiceNotInCharter and NoTariffOnDay."""
        self.require_in_force(day)
        known = [tariff for tariff in self.tariffs if tariff.service == service]
        if not known:
            raise ServiceNotInCharter(desk=self.desk, service=service[:40])
        found = next((tariff for tariff in known if tariff.holds_on(day)), None)
        if found is None:
            raise NoTariffOnDay(service=service, day=day)
        return found

    def services_on(self, day: date) -> tuple[Tariff, ...]:
        """What the desk sells on a day, in the order of the charter."""
        return tuple(tariff for tariff in self.tariffs if tariff.holds_on(day)) if self.holds_on(day) else ()

    def holds_on(self, day: date) -> bool:
        """Whether the charter is in force on this day."""
        return holds(self.valid_from, self.valid_until, day)

    def require_instrument(self, instrument: Instrument) -> None:
        """InstrumentNotAccepted unless the charter lists it."""
        if instrument not in self.instruments:
            raise InstrumentNotAccepted(desk=self.desk, kind=instrument)

    def require_till(self, till: str) -> None:
        """TillUnknown unless the desk has this till."""
        if till not in self.tills:
            raise TillUnknown(desk=self.desk, till=till[:40], known=self.tills)

    def require_float(self, advance_cents: int) -> None:
        """FloatBeyondCharter when the public accountant would have handed over more than the whole float, which they do in euros
        before a part of it is exchanged."""
        self._require_at_most(self.float_euro_cents + self.float_notes_cents, advance_cents)

    def require_float_in_notes(self, notes_cents: int) -> None:
        """FloatBeyondCharter when more of the float would be in local notes than agreed."""
        self._require_at_most(self.float_notes_cents, notes_cents)

    def _require_at_most(self, agreed_cents: int, cents: int) -> None:
        if cents > agreed_cents:
            raise FloatBeyondCharter(desk=self.desk, agreed=decimal_text(agreed_cents), asked=decimal_text(cents))


def checked_charter(charter: Charter) -> Charter:
    """The charter itself, when each service has one possible price a day; else TariffUnfit or TariffsOverlap."""
    for tariff in charter.tariffs:
        price, vat = tariff.price, tariff.vat
        backwards = tariff.valid_until is not None and tariff.valid_until < tariff.valid_from
        vat_fits = 0 <= vat.basis_points < FULL_RATE_BASIS_POINTS and bool(vat.basis_points) != bool(vat.exemption)
        if backwards or not vat_fits or not 0 <= price.least_cents <= price.most_cents:
            raise TariffUnfit(service=tariff.service, valid_from=tariff.valid_from)
    for service in {tariff.service for tariff in charter.tariffs}:
        stretches = [(each.valid_from, each.valid_until) for each in charter.tariffs if each.service == service]
        for day in overlaps(stretches).values():
            raise TariffsOverlap(service=service, day=day)
    return charter


def holds(first_on: date, last_on: date | None, day: date) -> bool:
    """Whether a day lies from the first to the last, both included; without a last day there is no end."""
    return first_on <= day and (last_on is None or day <= last_on)


def overlaps(stretches: Sequence[tuple[date, date | None]]) -> dict[int, date]:
    """The places of the stretches that begin before all the earlier ones have ended, each with the first day that they share."""
    found = {}
    busy_until = date.min
    for place in sorted(range(len(stretches)), key=lambda each: stretches[each][0]):
        first_on, last_on = stretches[place]
        if first_on <= busy_until:
            found[place] = first_on
        busy_until = max(busy_until, last_on or date.max)
    return found


def first_common_day(one: tuple[date, date | None], other: tuple[date, date | None]) -> date | None:
    """The first day that lies in both stretches, the days at their ends included."""
    day = max(one[0], other[0])
    return day if holds(*one, day) and holds(*other, day) else None
