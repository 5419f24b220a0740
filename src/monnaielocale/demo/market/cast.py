"""Who works on the market day: invented people of Grenoble and of Le Cairn, two desks with three tills, and the days."""

from dataclasses import dataclass
from datetime import date

BOOK = "cairn"
UNIT = "CRN"
ISSUER = "le-cairn"
TOWN = "grenoble"
# The bank accounts of the convention that the package ships.
RESERVE_DIGITAL = "FR7699999000010000000000406"
RESERVE_NOTES = "FR7699999000010000000000503"

OPENING_DAY = date(2026, 1, 2)
# A Saturday.
MARKET_DAY = date(2026, 3, 7)
CARRIED_DAY = date(2026, 3, 9)
COUNTED_DAY = date(2026, 3, 10)
BANK_DAY = date(2026, 3, 12)
CONFIRMED_DAY = date(2026, 3, 13)

# Who acts: login, name, party, roles.
PEOPLE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("leila", "Leïla Charvin", ISSUER, ("association_operator",)),
    ("matteo", "Mattéo Rivoire", ISSUER, ("association_operator",)),
    ("odile", "Odile Berthet", ISSUER, ("association_accountant",)),
    ("samuel", "Samuel Drevon", TOWN, ("town_signer",)),
    ("helene", "Hélène Guillot", TOWN, ("public_accountant",)),
    ("jeanne", "Jeanne Vial", TOWN, ("desk_clerk",)),
    ("karim", "Karim Benhadj", TOWN, ("desk_clerk",)),
    ("lucie", "Lucie Morel", TOWN, ("desk_clerk",)),
    ("theo", "Théo Argoud", TOWN, ("desk_clerk",)),
    ("ines", "Inès Pellat", TOWN, ("desk_clerk",)),
)
CARRIER = "Hugo Ravanel"

NotesGiven = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TillCast:
    """A till with its clerk, and what the head puts into it from the float."""

    till: str
    clerk: str
    float_notes: NotesGiven
    float_euros_cents: int


@dataclass(frozen=True, slots=True)
class DeskCast:
    """A desk with its head, its tills, and the float that the public accountant hands over."""

    code: str
    title: str
    head: str
    float_cents: int
    tills: tuple[TillCast, ...]

    @property
    def book(self) -> str:
        """The code of the desk's book."""
        return f"{TOWN}-{self.code}"


_QUARTER = ((100, 15), (200, 5))
MARKET = DeskCast(
    "market",
    "Marchés",
    "jeanne",
    100_00,
    (TillCast("till-1", "karim", _QUARTER, 25_00), TillCast("till-2", "lucie", _QUARTER, 25_00)),
)
BIKES = DeskCast(
    "metrovelo",
    "MétroVélo",
    "theo",
    150_00,
    (TillCast("till-1", "ines", ((100, 20), (200, 5), (500, 4)), 100_00),),
)
DESKS = (MARKET, BIKES)

# The published rows of the change rule, for one metre at 1.20: what is given in notes and in euros.
METRE_CENTS = 1_20
CHANGE_TABLE: tuple[tuple[NotesGiven, int], ...] = (
    (((100, 1),), 20),
    (((500, 1),), 20),
    (((100, 1),), 1_00),
    (((500, 1),), 1_00),
    (((100, 1),), 2_00),
)
# What the rule gives back for each row: local notes and euros, in cents.
CHANGE_EXPECTED = ((0, 0), (4_00, 0), (0, 80), (4_00, 80), (0, 1_80))
TWO_UNITS: NotesGiven = ((200, 1),)
ASKED_FOR_CENTS = 20

PAPER_NUMBER = "C-0457"
TRANSACTIONS = ("CEL-7K2M-118204", "CEL-7K2M-118371")
CUSTOMERS_AT_ONCE = 40
# Lucie gives a note too much back, and a note of five is missing from the market's envelope.
LOST_IN_TILL_CENTS = 1_00
LOST_ON_THE_WAY_CENTS = 5_00

# Cents by denomination.
NOTES_OF_THE_PUBLIC = {100: 150_000, 200: 250_000, 500: 400_000, 1000: 500_000, 2000: 500_000, 5000: 200_000}
NOTES_IN_THE_VAULT = {100: 100_000, 200: 100_000, 500: 200_000, 1000: 300_000, 2000: 400_000, 5000: 500_000}
DIGITAL_CENTS = 1_500_000
