"""An invented small world, built by the real actions: one association, one town, their people, and whatever a test adds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg import sql

from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Action, perform_one
from monnaielocale.actions.redemptions import Redeem, redeem
from monnaielocale.domain.actors import Actor
from monnaielocale.domain.chart import account
from monnaielocale.domain.money import decimal_text
from monnaielocale.store.database import Database
from monnaielocale.store.people import actor_of, add_person

CONVENTIONS = Path(__file__).parent.parent / "conventions"
BOOK = "eusko"
TOWN = "bayonne"
ISSUER = "euskal-moneta"
MONDAY = date(2026, 1, 5)
# The bank accounts of the convention that is in force since June 2018.
COLLECTION = "FR7699999000010000000000309"
RESERVE_DIGITAL = "FR7699999000010000000000115"
RESERVE_NOTES = "FR7699999000010000000000212"
# An invented account of a member, whose check digits fit.
MEMBER_IBAN = "FR7688888000020000000000161"

# Who acts: login, party, roles.
PEOPLE: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
    ("operator", ISSUER, ("association_operator",)),
    ("second-operator", ISSUER, ("association_operator",)),
    ("accountant", ISSUER, ("association_accountant",)),
    ("preparer", TOWN, ("town_preparer",)),
    ("signer", TOWN, ("town_signer",)),
    ("treasurer", TOWN, ("public_accountant",)),
    ("auditor", None, ("auditor",)),
)


@dataclass(slots=True)
class World:
    """A database with a convention in force and people who act under it; `on` is the business date of what happens next."""

    database: Database
    on: date = MONDAY

    @classmethod
    def create(
        cls, database: Database, on: date = MONDAY, convention: str = "bayonne-eusko.toml", content: bytes = b""
    ) -> "World":
        """The world after its installation: the first administrator, the convention, and the people of both parties."""
        administrator = add_person(database, login="administrator", name="Administrator", roles=["administrator"])
        load_convention(database, administrator, content or (CONVENTIONS / convention).read_bytes(), on)
        for login, party, roles in PEOPLE:
            add_person(database, login=login, name=login.title(), party=party, roles=roles, given_by=administrator)
        return cls(database, on)

    def load(self, convention: str) -> dict[str, Any]:
        """Load another convention that the repository ships."""
        return load_convention(self.database, self.actor("administrator"), (CONVENTIONS / convention).read_bytes(), self.on)

    def load_edited(self, convention: str, *edits: tuple[str, str]) -> dict[str, Any]:
        """Load a convention that the repository ships with some passages replaced, each of which stands once in it."""
        text = (CONVENTIONS / convention).read_text(encoding="utf-8")
        for before, after in edits:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        return load_convention(self.database, self.actor("administrator"), text.encode(), self.on)

    def add(self, login: str, party: str | None, *roles: str) -> Actor:
        """Somebody else who acts."""
        given_by = self.actor("administrator")
        return add_person(self.database, login=login, name=login.title(), party=party, roles=roles, given_by=given_by)

    def actor(self, login: str) -> Actor:
        """Someone as the books know them now."""
        return actor_of(self.database, login)

    def do(self, act: Action[Any], item: Any) -> dict[str, Any]:
        """One action for one item: its answer, or its Refusal raised."""
        return perform_one(self.database, act, item)

    def enrol(self, number: str, name: str, kind: str = "person", iban: str = "") -> str:
        """A new member; answers their number."""
        item = EnrolMember(self.actor("operator"), BOOK, number, kind, name, self.on, iban)
        return str(self.do(enrol_members, item)["number"])

    def pay(self, payer: str, payee: str, cents: int, *, key: str = "", by: str = "operator") -> dict[str, Any]:
        """A payment from wallet to wallet."""
        item = WalletPayment(self.actor(by), BOOK, payer, payee, cents, self.on, key=key)
        return self.do(pay_between_wallets, item)

    def move_notes(self, kind: str, *notes: tuple[int, int], member: str = "", slip: str = "") -> dict[str, Any]:
        """A decision about notes: (denomination in cents, cents in all)."""
        return self.do(move_notes, MoveNotes(self.actor("operator"), BOOK, kind, notes, self.on, member, slip))

    def fund(self, number: str, cents: int) -> None:
        """A member brings notes bought for cash and puts them on their account: whole units only."""
        notes = (100, cents)
        self.move_notes("printed", notes)
        self.move_notes("sold", notes, slip=f"slip of {number}")
        self.move_notes("put_on_account", notes, member=number)

    def redeem(self, number: str, cents: int) -> dict[str, Any]:
        """A member gives units back for euros."""
        return self.do(redeem, Redeem(self.actor("operator"), BOOK, number, cents, self.on))

    def open(self, *balances: tuple[str, int]) -> None:
        """The book opens with these balances: account, with the denomination in cents for notes, and natural cents."""
        opening = self.do(prepare_openings, PrepareOpening(self.actor("operator"), BOOK, "opening.csv", csv(balances), self.on))
        signed = SignOpening(self.actor("accountant"), BOOK, UUID(opening["opening_id"]), self.on)
        self.do(sign_openings, signed)

    def balance(self, account: str) -> int:
        """The balance of an account in cents, debit positive; zero when it has no line."""
        with self.database.reading() as connection:
            row = connection.execute(
                """SELECT balance_after_cents FROM entry_line JOIN account ON account.id = entry_line.account_id
                    JOIN book ON book.id = account.book_id WHERE book.code = %s AND account.code = %s
                   ORDER BY account_line_number DESC LIMIT 1""",
                [BOOK, account],
            ).fetchone()
        return int(row[0]) if row else 0

    def wallet(self, number: str) -> int:
        """What a member holds, in cents."""
        return self.balance(f"wallet:{number}")

    def count(self, table: str) -> int:
        """How many rows a table holds."""
        with self.database.reading() as connection:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        return int(row[0]) if row else 0


def csv(balances: Iterable[tuple[str, int]]) -> bytes:
    """A list of opening balances as a French spreadsheet saves it."""
    rows = ["compte;coupure;solde"]
    for code, cents in balances:
        denomination = account(code).denomination_cents
        bare = code.removesuffix(f":{denomination}")
        told = "" if denomination is None else decimal_text(denomination).replace(".", ",")
        rows.append(f"{bare};{told};{decimal_text(cents).replace('.', ',')}")
    return "\r\n".join(rows).encode("cp1252")
