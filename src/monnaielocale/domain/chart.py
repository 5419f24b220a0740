"""The chart of accounts (plan de comptes): which roles exist, in which currency, and which of them may never be negative.

An account is named by a code made of its role and what tells it apart from its sisters: `circulation.digital`,
`bank:FR76...`, `to_credit:bayonne:2026-01-1`, `wallet:E00058`, `notes.vault:2000` (the denomination in cents). The numbers of the
French chart are configuration; those given here are the usual ones, and a convention may replace them.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from .refusals import Refusal

EURO = "EUR"
DEBIT, CREDIT = 1, -1


class AccountUnknown(Refusal):
    """{account} is not an account of the chart."""

    code = "account_unknown"


class Form(StrEnum):
    """How local currency is held: on an account, or as printed notes."""

    DIGITAL = "digital"
    NOTES = "notes"


FORMS: tuple[Form, ...] = (Form.DIGITAL, Form.NOTES)


@dataclass(frozen=True, slots=True)
class Role:
    """One kind of account: its natural side, whether it counts euros or local units, and whether it may fall below zero.

    `kept_in` says whose book holds such accounts: the association's, or a service desk's (régie de recettes).
    """

    name: str
    side: int
    money: Literal["euro", "units"]
    number: str
    title: str
    floored: bool = True
    keyed: bool = False
    by_denomination: bool = False
    kept_in: Literal["issuer", "desk"] = "issuer"


def _by_form(name: str, side: int, number: str, title: str, *, floored: bool = True, keyed: bool = False) -> list[Role]:
    """The role once for notes and once for digital units: euros are followed by the form of currency that they stand behind."""
    return [Role(f"{name}.{form}", side, "euro", number, f"{title} ({form})", floored, keyed) for form in FORMS]


def _at_desk(name: str, side: int, number: str, title: str, *, floored: bool = True, keyed: bool = False) -> Role:
    return Role(name, side, "euro", number, title, floored, keyed, kept_in="desk")


_ROLES: tuple[Role, ...] = (
    Role("bank", DEBIT, "euro", "512", "Bank", floored=False, keyed=True),
    *_by_form("cash_in_hand", DEBIT, "53", "Cash and cheques in hand"),
    *_by_form("transfers", DEBIT, "58", "Transfers between own bank accounts", floored=False),
    *_by_form("received_unattributed", CREDIT, "471", "Euros received, not yet attributed"),
    *_by_form("paid_unattributed", DEBIT, "472", "Euros paid, not yet attributed"),
    Role("to_credit", CREDIT, "euro", "467", "Euros to credit to beneficiaries", keyed=True),
    *_by_form("to_return", CREDIT, "467", "Euros to return", keyed=True),
    Role("circulation.digital", CREDIT, "euro", "463400", "Digital units in circulation"),
    Role("circulation.notes", CREDIT, "euro", "463300", "Notes in circulation"),
    *_by_form("redemption_due", CREDIT, "467", "Euros owed for units given back", keyed=True),
    *_by_form("redemption_fees", CREDIT, "706", "Redemption fees"),
    *_by_form("operating", CREDIT, "580", "The association's own euros", floored=False),
    *_by_form("owed_by", DEBIT, "467", "Credited or paid in error, to recover", keyed=True),
    Role("issuance.digital", CREDIT, "units", "", "Digital units issued"),
    Role("issuance.notes", CREDIT, "units", "", "Notes printed", by_denomination=True),
    Role("wallet", DEBIT, "units", "", "Wallet", keyed=True),
    Role("wallets_elsewhere", DEBIT, "units", "", "Wallets kept in another system", keyed=False),
    Role("wallets_elsewhere.pending", DEBIT, "units", "", "Credits ordered in another system"),
    Role("notes.vault", DEBIT, "units", "", "Notes in the vault", by_denomination=True),
    Role("notes.transit_out", DEBIT, "units", "", "Notes on their way to the public", by_denomination=True),
    Role("notes.public", DEBIT, "units", "", "Notes with the public", by_denomination=True),
    Role("notes.drawer", DEBIT, "units", "", "Notes in a desk's drawer", keyed=True, by_denomination=True),
    Role("notes.envelope", DEBIT, "units", "", "Notes in a desk's envelope", keyed=True, by_denomination=True),
    Role("notes.transit_in", DEBIT, "units", "", "Notes on their way back", keyed=True, by_denomination=True),
    Role("notes.returned", DEBIT, "units", "", "Notes given back", by_denomination=True),
    _at_desk("float_advance", CREDIT, "5412", "Float received from the public accountant"),
    _at_desk("float.euro", DEBIT, "53", "Float in euros"),
    _at_desk("float.notes", DEBIT, "511", "Float in local notes"),
    _at_desk("till.euro", DEBIT, "53", "Takings in euros in a till", keyed=True),
    _at_desk("safe.euro", DEBIT, "53", "Takings in euros in the safe"),
    _at_desk("values.notes", DEBIT, "511", "Local notes taken, in the drawers"),
    _at_desk("values.envelope", DEBIT, "511", "Local notes taken, in envelopes"),
    _at_desk("digital_received", DEBIT, "511", "Digital units taken"),
    _at_desk("other_means", DEBIT, "511", "Cards and cheques taken"),
    _at_desk("claim_on_issuer", DEBIT, "467", "Euros owed by the association"),
    # What a day corrects may have been taken into the town's accounts before.
    _at_desk("revenue", CREDIT, "706", "Revenue of a service", floored=False, keyed=True),
    _at_desk("till_difference", DEBIT, "429", "Differences of tills", floored=False),
    _at_desk("remittance_difference", DEBIT, "429", "Differences of envelopes counted by the association", floored=False),
    _at_desk("to_refund", CREDIT, "466", "To be refunded by the authorising officer"),
    _at_desk("paid_in", DEBIT, "4711", "Paid in to the public accountant"),
)
ROLES: dict[str, Role] = {role.name: role for role in _ROLES}


@dataclass(frozen=True, slots=True)
class Account:
    """One account, read from its code."""

    code: str
    role: Role
    key: str = ""
    denomination_cents: int | None = None

    def natural(self, cents: int) -> int:
        """The balance as people of the trade say it: positive on the account's own side."""
        return cents * self.role.side

    def currency(self, unit_currency: str) -> str:
        """EUR, or the local currency of the book."""
        return EURO if self.role.money == "euro" else unit_currency


@lru_cache(maxsize=65536)
def account(code: str) -> Account:
    """The account that a code names; AccountUnknown when the role, the key or the denomination does not fit the chart."""
    name, *parts = code.split(":")
    role = ROLES.get(name)
    if role is None:
        raise AccountUnknown(account=code)
    denomination = None
    if role.by_denomination:
        if not parts or not (parts[-1].isascii() and parts[-1].isdigit()) or int(parts[-1]) <= 0:
            raise AccountUnknown(account=code)
        denomination = int(parts.pop())
    if role.keyed != bool(parts) or not all(parts):
        raise AccountUnknown(account=code)
    return Account(code, role, ":".join(parts), denomination)


def bank(iban: str) -> str:
    """The books' side of one bank account; only statement lines move it."""
    return f"bank:{iban}"


def wallet(member_number: str) -> str:
    """A member's digital account (compte d'adhérent)."""
    return f"wallet:{member_number}"


def to_credit(public_body: str, run_name: str) -> str:
    """Euros allocated to a run's payments and not yet credited; `run_name` is the run's reference."""
    return f"to_credit:{public_body}:{run_name}"


def by_form(role: str, form: Form, key: str = "") -> str:
    """The code of a role that exists once for each form, such as `to_return.digital:bayonne`."""
    return f"{role}.{form}:{key}" if key else f"{role}.{form}"


def notes(place: str, denomination_cents: int, key: str = "") -> str:
    """Where printed notes of one denomination are: `notes('vault', 2000)`; a drawer, an envelope or a transit has a key."""
    return f"notes.{place}:{key}:{denomination_cents}" if key else f"notes.{place}:{denomination_cents}"


def drawer(desk: str, till: str, denomination_cents: int) -> str:
    """The notes of one denomination in the drawer of a desk's till."""
    return notes("drawer", denomination_cents, f"{desk}:{till}")


def till_euro(till: str) -> str:
    """The takings in euros of one till (caisse) of a desk; its float is an account of its own."""
    return f"till.euro:{till}"


def revenue(service: str) -> str:
    """What a desk takes for one service (recette)."""
    return f"revenue:{service}"


def issuance_of_notes(denomination_cents: int) -> str:
    """All notes of one denomination that were printed and not destroyed."""
    return f"issuance.notes:{denomination_cents}"
