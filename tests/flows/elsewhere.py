"""The second book of the invented world: its members' wallets are kept in another system."""

from dataclasses import dataclass
from typing import Any

from monnaielocale.actions.credits_elsewhere import ConfirmCreditsElsewhere, confirm_credits_elsewhere
from monnaielocale.actions.mandates import (
    AcceptMandate,
    DraftMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    sign_mandates,
)
from monnaielocale.actions.matches import MatchLines, match_lines
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.runs import OpenRun, SignRun, open_runs, sign_runs
from monnaielocale.actions.statements import ImportStatement, import_statements
from tests.bank_files import Bank
from tests.towns import NEW_YEAR, SCAN, each_done, list_of
from tests.world import World

CAIRN, GRENOBLE, LE_CAIRN = "cairn", "grenoble", "le-cairn"
RESERVE = "FR7699999000010000000000406"
PEOPLE = (
    ("cairn-operator", LE_CAIRN, "association_operator"),
    ("cairn-second", LE_CAIRN, "association_operator"),
    ("grenoble-preparer", GRENOBLE, "town_preparer"),
    ("grenoble-signer", GRENOBLE, "town_signer"),
)


@dataclass(slots=True)
class Elsewhere:
    """Grenoble pays officials whose wallets Le Cairn keeps in another system."""

    world: World

    @classmethod
    def beside(cls, world: World) -> "Elsewhere":
        """The second convention in the same database, with its own people."""
        world.load("grenoble-cairn.toml")
        for login, party, role in PEOPLE:
            world.add(login, party, role)
        return cls(world)

    def run_signed(self, *amounts_cents: int) -> str:
        """A run of January for so many officials, each with a mandate of exactly this amount; answers its reference."""
        world = self.world
        operator, second = world.actor("cairn-operator"), world.actor("cairn-second")
        numbers = [f"C{at:05d}" for at, _ in enumerate(amounts_cents, 1)]
        members = (EnrolMember(operator, CAIRN, number, "person", f"Official {number}", world.on) for number in numbers)
        each_done(world, enrol_members, members)
        drafts = (
            DraftMandate(
                operator,
                CAIRN,
                GRENOBLE,
                number,
                "official_allowance",
                "fixed",
                cents,
                NEW_YEAR,
                None,
                world.on,
                number=f"G-{number}",
            )
            for number, cents in zip(numbers, amounts_cents, strict=True)
        )
        mandates = [done["mandate"] for done in each_done(world, draft_mandates, drafts)]
        signing = (SignMandate(operator, CAIRN, one, "mandate.pdf", SCAN, world.on, world.on) for one in mandates)
        each_done(world, sign_mandates, signing)
        each_done(world, accept_mandates, (AcceptMandate(second, CAIRN, one, world.on) for one in mandates))
        rows = list_of(
            *((number, "", f"{cents // 100},{cents % 100:02d}") for number, cents in zip(numbers, amounts_cents, strict=True))
        )
        preparer, signer = world.actor("grenoble-preparer"), world.actor("grenoble-signer")
        opening = OpenRun(preparer, CAIRN, GRENOBLE, "official_allowance", "2026-01", "1", "liste.csv", rows, world.on)
        run = str(world.do(open_runs, opening)["run"])
        world.do(sign_runs, SignRun(signer, CAIRN, run, world.on))
        return run

    def paid(self, run: str, cents: int, day: int) -> None:
        """The town pays the run under its reference."""
        data = Bank(RESERVE).cfonb(1, day, (day, cents, f"DRFIP {run}"))
        operator = self.world.actor("cairn-operator")
        self.world.do(import_statements, ImportStatement(operator, CAIRN, "releve.txt", data, self.world.on))
        found = self.world.do(match_lines, MatchLines(operator, CAIRN, self.world.on))
        assert len(found["confirmed"]) == 1

    def confirming(self, *confirmations: tuple[str, str], key: str = "") -> ConfirmCreditsElsewhere:
        return ConfirmCreditsElsewhere(self.world.actor("cairn-operator"), CAIRN, confirmations, self.world.on, key)

    def confirm(self, *confirmations: tuple[str, str]) -> dict[str, Any]:
        """The other system says: (our reference, its transaction number)."""
        return self.world.do(confirm_credits_elsewhere, self.confirming(*confirmations))

    def balance(self, account: str) -> int:
        """The natural balance of an account of the second book."""
        with self.world.database.reading() as connection:
            row = connection.execute(
                "SELECT cents FROM account_balance AS account JOIN book ON book.id = book_id"
                " WHERE book.code = %s AND account.code = %s",
                [CAIRN, account],
            ).fetchone()
        return int(row[0]) if row else 0

    def orders(self) -> list[tuple[str, int]]:
        """Credits that the other system was asked for and has not confirmed: reference and cents."""
        with self.world.database.reading() as connection:
            rows = connection.execute(
                """SELECT elsewhere_reference, amount_cents FROM payment_credit AS credit WHERE elsewhere_reference <> ''
                    AND NOT EXISTS (SELECT 1 FROM credit_confirmed_elsewhere AS seen WHERE seen.credit_id = credit.id)
                    ORDER BY elsewhere_reference"""
            ).fetchall()
        return [(str(row[0]), int(row[1])) for row in rows]
