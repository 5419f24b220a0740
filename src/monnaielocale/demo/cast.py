"""Who and what the demonstration is about: invented people, their mandates, the town's lists and the bank accounts."""

from dataclasses import dataclass
from datetime import date

from ..domain.references import run_reference, run_seed
from ..formats.bank.identity import french_iban

BOOK = "eusko"
ISSUER = "euskal-moneta"
TOWN = "bayonne"
# The bank accounts of the convention that the package ships.
COLLECTION = "FR7699999000010000000000309"
RESERVE_DIGITAL = "FR7699999000010000000000115"
RESERVE_NOTES = "FR7699999000010000000000212"

OPENING_DAY = date(2026, 1, 2)
MANDATES_FROM = date(2026, 1, 1)
SIGNATURE_DAY = date(2026, 1, 7)
MANDATES_DAY = date(2026, 1, 9)
LISTS_DAY = date(2026, 1, 22)
PAY_DAY = date(2026, 1, 28)
REVOCATION_DAY = date(2026, 1, 29)
CREDITING_DAY = date(2026, 1, 30)
OVERLAP_DAY = date(2026, 2, 2)
RETURN_DAY = date(2026, 2, 5)
LATE_DAY = date(2026, 2, 24)
DEPARTURE_DAY = date(2026, 2, 26)
ON_THE_ROAD_DAY = date(2026, 2, 27)
ARRIVAL_DAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Member:
    """A member: the number under which people write, a name, and the account where euros are sent to them."""

    number: str
    name: str
    kind: str = "person"

    @property
    def iban(self) -> str:
        """An invented account whose check digits fit, derived from the member's number."""
        iban = french_iban(bank="88888", branch="00003", number=self.number[1:].zfill(11))
        assert iban is not None
        return iban


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A member to whom the town pays: the kind of payment, the share of their mandate, and what January's list asks for."""

    member: Member
    kind: str
    share_mode: str
    share_cents: int | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class PaymentList:
    """A list that the town sends: its identity, its file, and the beneficiaries in their order."""

    kind: str
    period: str
    list_number: str
    file_name: str
    beneficiaries: tuple[Beneficiary, ...]

    @property
    def total_cents(self) -> int:
        return sum(one.amount_cents for one in self.beneficiaries)

    @property
    def reference(self) -> str:
        """The reference that the run will bear: it follows from the list's identity alone, so files can be written before."""
        seed = run_seed(public_body=TOWN, kind=self.kind, period=self.period, list_number=self.list_number)
        return run_reference(seed)


# Members who hold units before the story begins, with the cents of their accounts.
HOLDERS = (
    (Member("E00058", "Xan Goyeneche"), 34_000),
    (Member("E00101", "Ortzadar Kooperatiba", "business"), 825_050),
    (Member("E00102", "Boulangerie Arto Gorria", "business"), 412_400),
    (Member("E00103", "Librairie Liburu Xoko", "business"), 297_600),
    (Member("E00104", "Ikastola Haize Berri", "association"), 614_000),
    (Member("E00105", "Maddi Urruty"), 21_300),
)

OFFICIAL = Beneficiary(Member("E00201", "Panpili Jauretche"), "official_allowance", "ceiling", 30_000, 30_000)
EMPLOYEE = Beneficiary(Member("E02040", "Oihana Larralde"), "staff_pay", "fixed", 8_500, 8_500)
ASSOCIATION = Beneficiary(Member("E00202", "Herri Soinua", "association"), "grant", "whole", None, 1_200_000)
SUPPLIER = Beneficiary(Member("E00203", "Menuiserie Zurgin", "business"), "supplier_invoice", "whole", None, 486_000)


def _names(listed: str) -> list[str]:
    return listed.split()


_FIRST_NAMES = _names(
    "Aitor Ainhoa Amaia Andoni Ane Arantxa Argitxu Battitt Beñat Bixente Eguzki Elaia Eneko Ganix Garazi Gaxuxa Gorka Graxi "
    "Haizea Ibai Iban Intza Iratxe Jokin Joana Kattalin Koldo Laida Leire Lore Maialen Mattin Mayi Mikel Nahia Oihan Otsanda "
    "Peio Ramuntxo Xabi"
)
_FAMILY_NAMES = _names(
    "Aguerretche Ansoborde Bidegaray Bordaberry Curutchague Dirassart Echegorry Elissagaray Etchebarne Etcheleku Garacotche "
    "Goyhenard Haristoy Hirigoyhen Idiartegaray Inchauspet Irigoyhart Jaureguizar Lafitteguy Larramendigue Minjou Oyhenart "
    "Recalde Sallaberrigue Uhaldegaray"
)
_FAMILY_NAMES_OF_THE_SCHOOL = _names("Arrambidart Berhondo Candelard Duhaldegui")


def _staff() -> tuple[Beneficiary, ...]:
    """A thousand employees, each with a fixed part of their pay; one in a hundred gives more than a thousand euros."""
    found = []
    for place in range(1000):
        name = f"{_FIRST_NAMES[place % 40]} {_FAMILY_NAMES[place // 40]}"
        cents = 105_000 + place if place % 100 == 99 else 2_000 + place * 3_700 % 18_100
        found.append(Beneficiary(Member(f"E{1001 + place:05d}", name), "staff_pay", "fixed", cents, cents))
    return tuple(found)


def _school() -> tuple[Beneficiary, ...]:
    """Thirty-nine employees of the music school: all amounts differ but two, which are the twins."""
    found = []
    for place in range(39):
        name = f"{_FIRST_NAMES[place]} {_FAMILY_NAMES_OF_THE_SCHOOL[place % 4]}"
        cents = 15_000 if place in TWINS else 4_000 + place * 325
        found.append(Beneficiary(Member(f"E{2001 + place:05d}", name), "staff_pay", "fixed", cents, cents))
    return tuple(found)


TWINS = (20, 21)
STAFF = _staff()
SCHOOL = _school()
# The one who takes the mandate back after the town has paid and before the association has credited.
REVOKES = STAFF[482]
# Places in January's list of the staff where the town first made a mistake.
WRONG_AMOUNT, WRONG_NUMBER = 416, 731

STAFF_LIST = PaymentList("staff_pay", "2026-01", "1", "bordereau-agents.csv", STAFF)
SCHOOL_LIST = PaymentList("staff_pay", "2026-01", "2", "bordereau-ecole-de-musique.csv", (*SCHOOL, EMPLOYEE))
OFFICIAL_LIST = PaymentList("official_allowance", "2026-01", "1", "bordereau-elus.csv", (OFFICIAL,))
GRANT_LIST = PaymentList("grant", "2026", "1", "bordereau-subventions.xlsx", (ASSOCIATION,))
INVOICE_LIST = PaymentList("supplier_invoice", "2026", "1", "bordereau-factures.csv", (SUPPLIER,))
LISTS = (STAFF_LIST, SCHOOL_LIST, OFFICIAL_LIST, GRANT_LIST, INVOICE_LIST)
STAFF_LIST_WITH_FAULTS = "bordereau-agents-a-corriger.csv"

OVERPAID_CENTS = 5_000
CHARGE_CENTS = 1_250
OWN_EUROS_CENTS = 500
DUES_CENTS = 3_000
TOP_UP_CENTS = 15_000
UNKNOWN_CENTS = 7_777
