"""Three towns and two associations of the same kind, whose documents are made on request so that each request of a test is valid.

Bayonne and Biarritz pay into the same book; Dax pays into the book of another association. Everything of one has its like in the
others, so that a request which names what belongs to another would succeed if nobody asked for rights.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from monnaielocale.actions.appointments import NameForDesk, name_for_desks
from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.desks import open_desk
from monnaielocale.actions.mandates import (
    AcceptMandate,
    DraftMandate,
    RevokeMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    revoke_mandates,
    sign_mandates,
)
from monnaielocale.actions.matches import ConfirmMatch, PartGiven, ProposeMatch, confirm_matches, propose_matches
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.openings import PrepareOpening, prepare_openings
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Action, perform
from monnaielocale.actions.redemptions import Redeem, redeem
from monnaielocale.actions.runs import OpenRun, SignRun, open_runs, sign_runs
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.domain.actors import Actor
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.kept_refusals import kept_whole
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.faults import BusyBook
from monnaielocale.store.people import actor_of, add_person
from tests.api.rights_sides import ELSEWHERE, OWN, SAME_BOOK, SIDES, Side, iban, member_login
from tests.bank_files import Bank, on
from tests.towns import NEW_YEAR, SCAN, list_of
from tests.world import CONVENTIONS, csv

TODAY = on(20)
DAY = TODAY.isoformat()
CLOSED_UNTIL = on(10)
AMOUNT_CENTS = 10_00
LINES = 300
OPENING = (("notes.vault:100", 100_00), ("issuance.notes:100", 100_00))
_CODE = re.compile(r'code = "(bayonne|euskal-moneta)"')
# So many desks of a town are opened one after the other, each for a request that needs a desk for itself.
DESKS = 36


def desk_text(number: int) -> str:
    """A desk of a convention, which gives refunds from its till."""
    return f"""[[versions.desks]]
code = "desk-{number:02}"
label = "Guichet {number}"
prefix = "GUI{number:02}"
tills = ["till-1", "till-2"]
instruments = ["notes", "digital", "euros", "card", "cheque"]
float_euro_cents = 100_00
float_notes_cents = 50_00
cash_ceiling_cents = 1_000_00
pay_in = "week"
seal_within_days = 3
collect_within_days = 31
claim_within_days = 45
idle_minutes = 10
refunds_leave_till = true

""" + "".join(
        f"""[[versions.desks.tariffs]]
service = "{service}"
label = "{service.title()}"
price_cents = {cents}
vat_basis_points = 2000
revenue_account = "70631"
valid_from = 2018-06-07

"""
        for service, cents in (("lesson", 12_00), ("entry", 4_50))
    )


def reserve_iban(account: str, beyond: int = 10_000) -> str:
    """The account of a reserve beside an account where euros are collected."""
    return iban(beyond + int(account[14:25]))


@dataclass(slots=True)
class RightsWorld:
    """The database with its people, and whatever a request needs to be valid."""

    database: Database
    sides: dict[str, Side] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(100))
    actors: dict[str, Actor] = field(default_factory=dict)
    lines: dict[str, list[UUID]] = field(default_factory=dict)
    kept: dict[Any, Any] = field(default_factory=dict)
    _connection: Connection | None = None

    @classmethod
    def create(cls, database: Database) -> "RightsWorld":
        """Everybody, and of every side a member with a wallet, a mandate in force and bank lines to explain."""
        world = cls(database)
        add_person(database, login="administrator", name="Administrator", roles=["administrator"])
        for side in SIDES:
            same = world.sides.get(OWN.town)
            account = same.account if same is not None and side.book == same.book else iban(next(world.numbers))
            world.sides[side.town] = world.convention(replace(side, account=account))
        world._people()
        for side in world.sides.values():
            world._begin(side)
        return world

    def _people(self) -> None:
        for side in (OWN, ELSEWHERE):
            self.person(side.issuer, "association_operator", login=side.operator)
            self.person(side.issuer, "association_operator", login=side.second)
            self.person(side.issuer, "association_accountant", login=side.accountant)
        for side in SIDES:
            self.person(side.town, "town_preparer", login=side.preparer)
            self.person(side.town, "town_preparer", login=side.second_preparer)
            self.person(side.town, "town_signer", login=side.signer)
            self.person(side.town, "public_accountant", login=f"{side.town_prefix}treasurer")
            self.person(side.town, "desk_clerk", login=side.clerk)
            self.person(side.town, "desk_clerk", login=side.second_clerk)
        self.person(None, "auditor", login="auditor")
        self.person(OWN.issuer, "auditor", login="association-auditor")
        self.person(OWN.town, "auditor", login="town-auditor")

    def _begin(self, side: Side) -> None:
        """The member and the shop with units in their wallets, a mandate in force, and bank lines."""
        for number in (side.member, side.shop):
            if number == side.member or side.town != SAME_BOOK.town:
                self.enrol(side, number)
                self.fund(side, number, 76_000_00 + next(self.numbers) * 100)
        self.person(f"{side.book}:{side.member}", "member", login=member_login(side))
        self.mandate(side, side.member)
        self.bank(side)
        self.desk(side)

    def convention(self, side: Side, wallets: str = "here") -> Side:
        """Bayonne's convention under other names, with bank accounts of its own unless the book has them already."""
        load_convention(self.database, self.actor("administrator"), self.convention_text(side, wallets), TODAY)
        return side

    def convention_text(self, side: Side, wallets: str = "here") -> bytes:
        """The file of such a convention."""
        written = (CONVENTIONS / "bayonne-eusko.toml").read_text(encoding="utf-8")
        written = _CODE.sub(lambda found: f'code = "{side.town if found[1] == "bayonne" else side.issuer}"', written)
        written = written.replace('book = "eusko"', f'book = "{side.book}"').replace('wallets = "here"', f'wallets = "{wallets}"')
        written = written.replace("Ville de Bayonne", f"Ville ({side.town})").replace("Euskal Moneta -", f"{side.issuer} -")
        parking = written[written.index('[[versions.desks]]\ncode = "parking"') : written.rindex("[versions.sources]")]
        written = written.replace(parking, parking + parking.replace("parking", "market").replace("PARK", "MARK"))
        before, sources, after = written.rpartition("[versions.sources]")
        written = before + "".join(map(desk_text, range(1, DESKS + 1))) + sources + after
        accounts = {"309": side.account, "115": reserve_iban(side.account), "212": reserve_iban(side.account, 20_000)}
        return re.sub(
            r'iban = "FR76 9999 9000 0100 0000 0000 (\d{3})"', lambda found: f'iban = "{accounts[found[1]]}"', written
        ).encode()

    def spare(self, side: Side, wallets: str = "here") -> Side:
        """Another book of the same association and the same town, with nothing in it."""
        other = replace(side, book=f"{side.book}-{next(self.numbers)}", account=iban(next(self.numbers)))
        return self.convention(other, wallets)

    # Who acts.

    def actor(self, login: str) -> Actor:
        if login not in self.actors:
            self.actors[login] = actor_of(self.database, login)
        return self.actors[login]

    def do(self, act: Action[Any], item: Any) -> dict[str, Any]:
        """One action for one item, on a connection that is kept: whoever prepares much waits for no new one each time."""
        (outcome,) = perform(self.database, act, [item], connection=self.connection)
        if isinstance(outcome, Refusal):
            raise outcome.__cause__ or outcome
        return outcome.content

    @property
    def connection(self) -> Connection:
        """The connection on which everything is prepared."""
        if self._connection is None:
            self._connection = self.database.connect("writer")
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def person(self, party: str | None, *roles: str, login: str = "") -> str:
        """Somebody who acts; answers the login."""
        name = login or f"somebody-{next(self.numbers)}"
        given_by = self.actor("administrator")
        add_person(self.database, login=name, name=name.title(), party=party, roles=roles, given_by=given_by)
        return name

    # Members and what they hold.

    def enrol(self, side: Side, number: str = "") -> str:
        """A business with an account at a bank."""
        number = number or f"{side.member[0]}{next(self.numbers):05}"
        account = iban(40_000 + next(self.numbers))
        item = EnrolMember(self.actor(side.operator), side.book, number, "business", f"Maison {number}", TODAY, account)
        return str(self.do(enrol_members, item)["number"])

    def fund(self, side: Side, number: str, cents: int) -> None:
        """Units on the account of a member, who brings notes for them."""
        operator, slip = self.actor(side.operator), f"S-{next(self.numbers)}"
        for kind, given in (("printed", {}), ("sold", {"slip": slip}), ("put_on_account", {"member": number})):
            self.do(move_notes, MoveNotes(operator, side.book, kind, ((100, cents),), TODAY, **given))

    def paid(self, side: Side) -> UUID:
        """A payment from wallet to wallet; answers the event."""
        item = WalletPayment(self.actor(side.operator), side.book, side.member, side.shop, 1, TODAY)
        return UUID(self.do(pay_between_wallets, item)["event_id"])

    def balance(self, side: Side) -> int:
        """What the member holds, in cents."""
        asked = (
            "SELECT cents FROM account_balance JOIN book ON book.id = book_id WHERE book.code = %s AND account_balance.code = %s"
        )
        return int(self.one(asked, side.book, side.wallet()))

    def iban(self, side: Side) -> str:
        """Where the member banks."""
        return str(self.one("SELECT iban FROM party WHERE code = %s", f"{side.book}:{side.member}"))

    def redeemed(self, side: Side) -> str:
        """Units given back; answers the transfer that is due."""
        item = Redeem(self.actor(side.operator), side.book, side.member, 20_00, TODAY)
        return str(self.do(redeem, item)["transfer_due_id"])

    # Mandates and runs.

    def mandate(self, side: Side, member: str, *, subject: str = "", until: str = "accepted", share: int | None = None) -> str:
        """A mandate of the member for the town, as far as it went; answers its number."""
        mode = "whole" if share is None else "fixed"
        terms = (side.town, member, "official_allowance", mode, share, NEW_YEAR, None, TODAY, subject)
        number = f"M-{side.town}-{next(self.numbers)}"
        item = DraftMandate(self.actor(side.second), side.book, *terms, number=number)
        self.do(draft_mandates, item)
        if until == "drafted":
            return number
        operator = self.actor(side.operator)
        scan = SCAN + number.encode()
        self.do(sign_mandates, SignMandate(operator, side.book, number, "mandate.pdf", scan, TODAY, TODAY))
        if until == "accepted":
            self.do(accept_mandates, AcceptMandate(operator, side.book, number, TODAY))
        return number

    def another_mandate(self, side: Side, *, until: str = "accepted") -> str:
        """A mandate of the member beside those that there are."""
        return self.mandate(side, side.member, subject=f"subject {next(self.numbers)}", until=until)

    def run(self, side: Side, *, until: str = "opened", member: str = "", by: str = "", beside: tuple[str, ...] = ()) -> str:
        """A run, as far as it went: opened, signed, funded or credited; payments beside the member's get no euros."""
        rows = list_of(*((one, "", f"{AMOUNT_CENTS // 100},00") for one in (member or side.member, *beside)))
        number = str(next(self.numbers))
        terms = (side.town, "official_allowance", "2026-01", number, "list.csv", rows, TODAY)
        reference = str(self.do(open_runs, OpenRun(self.actor(by or side.preparer), side.book, *terms))["run"])
        if until == "opened":
            return reference
        self.do(sign_runs, SignRun(self.actor(side.signer), side.book, reference, TODAY))
        if until == "signed":
            return reference
        self.matched(side, PartGiven("allocation", AMOUNT_CENTS, payment_id=self.payment(reference)))
        if until == "credited":
            self.credit(side, reference)
        return reference

    def credit(self, side: Side, reference: str) -> None:
        self.do(credit_runs, CreditRun(self.actor(side.operator), side.book, reference, TODAY))

    def payment(self, reference: str) -> UUID:
        """The first payment of a run."""
        asked = (
            "SELECT payment.id FROM payment JOIN payment_run AS run ON run.id = run_id WHERE run.reference = %s AND row_number = "
        )
        return UUID(str(self.one(f"{asked} (SELECT min(row_number) FROM payment WHERE run_id = run.id)", reference)))

    def uncreditable(self, side: Side) -> str:
        """A funded run whose beneficiary took the mandate back."""
        member = self.enrol(side)
        number = self.mandate(side, member)
        reference = self.run(side, until="funded", member=member)
        revoked = RevokeMandate(self.actor(side.operator), side.book, number, TODAY, "letter", TODAY)
        self.do(revoke_mandates, revoked)
        return reference

    def findable(self, side: Side) -> Side:
        """A spare book with a run and, beside it, a bank line that names it."""
        spare = self.spare(side)
        self.enrol(spare, spare.member)
        self.mandate(spare, spare.member)
        reference = self.run(spare, until="signed")
        data = Bank(spare.account).cfonb(1, 20, (15, AMOUNT_CENTS, reference))
        self.do(import_statements, ImportStatement(self.actor(side.operator), spare.book, "bank.txt", data, TODAY))
        return spare

    def partly_paid(self, side: Side) -> str:
        """A run of two payments, of which the euros of one came and were credited."""
        other = self.enrol(side)
        self.mandate(side, other)
        return self.run(side, until="credited", beside=(other,))

    def ordered_elsewhere(self, side: Side) -> tuple[Side, str]:
        """A spare book whose wallets another system keeps, and the reference of a credit that it has to carry out."""
        spare = self.spare(side, "elsewhere")
        self.enrol(spare, spare.member)
        self.mandate(spare, spare.member, share=AMOUNT_CENTS)
        self.bank(spare, lines=1)
        payment = self.payment(self.run(spare, until="credited"))
        return spare, str(self.one("SELECT elsewhere_reference FROM payment_credit WHERE payment_id = %s", payment))

    # The bank.

    def statement(self, side: Side, lines: int = 1) -> bytes:
        """The first statement of the account, with lines of a little more than two runs each."""
        given = ((at % 19 + 1, 2 * AMOUNT_CENTS + at, f"line {at}") for at in range(1, lines + 1))
        return Bank(side.account).cfonb(1, 20, *sorted(given))

    def bank(self, side: Side, lines: int = LINES) -> None:
        """Lines that nobody has explained; both towns of a book share them."""
        if side.book not in self.lines:
            data = self.statement(side, lines)
            self.do(import_statements, ImportStatement(self.actor(side.operator), side.book, "bank.txt", data, TODAY))
            asked = "SELECT array_agg(line.id) FROM bank_line AS line JOIN book ON book.id = line.book_id WHERE book.code = %s"
            self.lines[side.book] = list(self.one(asked, side.book))

    def line(self, side: Side) -> UUID:
        """A line that nobody has explained."""
        return self.lines[side.book].pop()

    def proposed(self, side: Side, part: PartGiven | None = None) -> tuple[UUID, str]:
        """A line that a person explained, and the match that waits for a second person."""
        line = self.line(side)
        given = part or PartGiven("gift", 1_00)
        item = ProposeMatch(self.actor(side.second), side.book, line, (given,), TODAY)
        return line, str(self.do(propose_matches, item)["match_id"])

    def matched(self, side: Side, part: PartGiven | None = None) -> tuple[UUID, str]:
        """A line whose explanation a second person confirmed."""
        line, match = self.proposed(side, part)
        self.do(confirm_matches, ConfirmMatch(self.actor(side.operator), side.book, UUID(match), TODAY))
        return line, match

    # The books.

    def desk(self, side: Side) -> None:
        """The pool of the town, for which its clerk is named."""
        signer = self.actor(side.signer)
        open_desk(self.database, signer, issuer_book=side.book, public_body=side.town, desk="pool", on=TODAY)
        self.do(name_for_desks, NameForDesk(signer, side.desk, side.clerk, "head", starts_on=TODAY, on=TODAY))

    def prepared(self, side: Side) -> tuple[Side, str]:
        """A spare book with an opening that waits for its signature."""
        spare = self.spare(side)
        item = PrepareOpening(self.actor(side.second), spare.book, "opening.csv", csv(OPENING), TODAY)
        return spare, str(self.do(prepare_openings, item)["opening_id"])

    def closed(self, side: Side) -> Side:
        """A spare book of which the first days of the year are closed."""
        spare = self.spare(side)
        self.do(close_books, CloseBooks(self.actor(side.accountant), spare.book, CLOSED_UNTIL, TODAY))
        return spare

    def job(self, login: str, book: str) -> str:
        """Long work of somebody that has ended."""
        job = new_id()
        with self.connection.transaction():
            connection = self.connection
            connection.execute(
                "INSERT INTO job (id, person_id, action, book, key, request, recorded_at)"
                " SELECT %s, id, 'match_lines', %s, %s, %s, now() FROM person WHERE login = %s",
                [job, book, uuid4().hex, Jsonb({}), login],
            )
            connection.execute("INSERT INTO job_progress VALUES (%s, 1, 'recording', 1, 2, now())", [job])
            connection.execute("INSERT INTO job_end VALUES (%s, true, %s, now())", [job, Jsonb(kept_whole(BusyBook()))])
        return str(job)

    def one(self, statement: str, *values: Any) -> Any:
        """The only value that a question is answered."""
        with self.connection.transaction():
            row = self.connection.execute(statement, values).fetchone()
        assert row is not None, statement
        return row[0]


__all__ = [
    "AMOUNT_CENTS",
    "DAY",
    "OPENING",
    "TODAY",
    "RightsWorld",
    "reserve_iban",
]
