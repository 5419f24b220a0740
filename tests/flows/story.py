"""A complete story of 10,000 operations: everything that happens to euros and units, and every euro accounted for at its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.matches import (
    ConfirmMatch,
    MatchLines,
    PartGiven,
    ProposeMatch,
    confirm_matches,
    match_lines,
    propose_matches,
)
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.redemptions import Redeem, redeem
from monnaielocale.store.database import Database
from tests.bank_files import Bank, imported, on
from tests.towns import drafting, each_done, mandates_in_force, run_signed
from tests.world import BOOK, COLLECTION, MEMBER_IBAN, RESERVE_DIGITAL, RESERVE_NOTES, World

OPERATIONS = 10_000
MEMBERS = 150
OFFICIALS = 60


@dataclass(slots=True)
class Story:
    """The world, its three bank accounts and how many operations happened in it."""

    world: World
    chance: Random = field(default_factory=lambda: Random(2026))
    collection: Bank = field(default_factory=Bank)
    digital: Bank = field(default_factory=lambda: Bank(RESERVE_DIGITAL))
    notes: Bank = field(default_factory=lambda: Bank(RESERVE_NOTES))
    operations: int = 0

    @property
    def members(self) -> list[str]:
        return [f"E{number:05d}" for number in range(1, MEMBERS + 1)]

    def counted(self, done: Sequence[Any]) -> None:
        self.operations += len(done)

    def lines(self, bank: Bank, first: int, last: int, *lines: tuple[int, int, str], month: int = 1) -> None:
        """The next statement of an account."""
        assert imported(self.world, bank.cfonb(first, last, *lines, month=month))["outcome"] == "imported"
        self.operations += len(lines)

    def explain(self, given: Sequence[tuple[UUID, PartGiven]]) -> None:
        """One person says what each line is for, and another confirms."""
        world = self.world
        one, other = world.actor("operator"), world.actor("second-operator")
        asked = each_done(world, propose_matches, (ProposeMatch(one, BOOK, line, (part,), world.on) for line, part in given))
        matches = [UUID(match["match_id"]) for match in asked]
        self.counted(each_done(world, confirm_matches, (ConfirmMatch(other, BOOK, match, world.on) for match in matches)))

    def open_lines(self, iban: str, sign: int) -> Iterator[tuple[UUID, int, str]]:
        """Lines of an account that nobody explained: identifier, cents and label, in their order."""
        with self.world.database.reading() as connection:
            rows = connection.execute(
                """SELECT line.id, line.amount_cents, line.label FROM bank_line_position AS line
                     JOIN bank_account AS bank ON bank.id = line.bank_account_id
                    WHERE bank.iban = %s AND line.explained_cents = 0 AND line.amount_cents * %s > 0
                    ORDER BY line.booked_on, line.place, line.id""",
                [iban, sign],
            ).fetchall()
        yield from ((UUID(str(row[0])), int(row[1]), str(row[2])) for row in rows)


def told(database: Database) -> Story:
    """The story from its beginning; at its end every euro that was spent was there, and every unit is backed."""
    story = Story(World.create(database, on(30)))
    operator = story.world.actor("operator")
    people = [
        EnrolMember(operator, BOOK, number, "business" if at % 3 else "person", f"Member {number}", story.world.on, MEMBER_IBAN)
        for at, number in enumerate(story.members)
    ]
    story.counted(each_done(story.world, enrol_members, people))
    officials = story.members[:OFFICIALS]
    story.counted(mandates_in_force(story.world, *(drafting(story.world, number) for number in officials)) * 3)
    _top_ups(story)
    _allowances(story)
    _notes(story)
    _redemptions(story)
    _own_money(story)
    _to_the_reserve(story)
    _payments(story, OPERATIONS - story.operations)
    return story


def _top_ups(story: Story) -> None:
    lines = [(2, story.chance.randrange(100, 500_00), number) for number in story.chance.choices(story.members, k=400)]
    story.lines(story.collection, 1, 5, *lines)
    story.explain([(line, PartGiven("top_up", cents, party=label)) for line, cents, label in story.open_lines(COLLECTION, 1)])


def _allowances(story: Story) -> None:
    """One run is paid whole under its reference, the other payment by payment without any."""
    world = story.world
    rows = [
        (number, "", f"{story.chance.randrange(50, 900)},{at % 100:02d}") for at, number in enumerate(story.members[:OFFICIALS])
    ]
    whole, single = (run_signed(world, *rows, list_number=each) for each in ("1", "2"))
    with world.database.reading() as connection:
        payments = connection.execute(
            "SELECT payment.id, amount_cents FROM payment JOIN payment_run AS run ON run.id = run_id WHERE reference = %s"
            " ORDER BY row_number",
            [single],
        ).fetchall()
    total = sum(cents for _, cents in payments)
    story.lines(story.collection, 6, 28, (28, total, f"DRFIP {whole}"), *((28, cents, "DRFIP PAIE") for _, cents in payments))
    found = world.do(match_lines, MatchLines(world.actor("operator"), BOOK, world.on))
    assert [match["amount_cents"] for match in found["confirmed"]] == [total]
    waiting: dict[int, list[UUID]] = {}
    for payment, cents in payments:
        waiting.setdefault(cents, []).append(payment)
    story.explain(
        [
            (line, PartGiven("allocation", cents, payment_id=waiting[cents].pop(0)))
            for line, cents, _ in story.open_lines(COLLECTION, 1)
        ]
    )
    runs = (CreditRun(world.actor("operator"), BOOK, run, world.on) for run in (whole, single))
    each_done(world, credit_runs, runs)
    story.operations += 2 * len(payments)


def _notes(story: Story) -> None:
    """Notes are sold for cash that is paid in, and some come back to be put on account, for which the reserves owe a transfer."""
    world, each, first = story.world, 20_00, story.members[0]
    moves = [("printed", 5_000, "", "")]
    moves += [("sold", story.chance.randrange(5, 20), "", f"slip {slip}") for slip in range(1, 101)]
    moves += [(kind, 1, number, "") for number in story.members[:50] for kind in ("put_on_account", "withdrawn")]
    moves += [("put_on_account", 10, first, ""), ("sorted_again", 30, "", ""), ("destroyed", 10, "", "")]
    items = (
        MoveNotes(world.actor("operator"), BOOK, kind, ((each, each * count),), world.on, member, slip)
        for kind, count, member, slip in moves
    )
    story.counted(each_done(world, move_notes, items))
    sold = world.balance("cash_in_hand.notes")
    story.lines(story.notes, 1, 20, (20, sold, "REMISE ESPECES"))
    story.explain([(line, PartGiven("cash_paid_in", cents)) for line, cents, _ in story.open_lines(RESERVE_NOTES, 1)])
    due = world.balance("transfers.digital")
    story.lines(story.notes, 21, 28, (28, -due, "VIR VERS RESERVE"))
    story.lines(story.digital, 1, 29, (29, due, "VIR DE RESERVE NOTES"))
    story.explain([(line, PartGiven("own_transfer", -cents)) for line, cents, _ in story.open_lines(RESERVE_NOTES, -1)])
    story.explain([(line, PartGiven("own_transfer", cents)) for line, cents, _ in story.open_lines(RESERVE_DIGITAL, 1)])


def _redemptions(story: Story) -> None:
    world = story.world
    businesses = [number for at, number in enumerate(story.members) if at % 3]
    asked = [
        Redeem(world.actor("operator"), BOOK, number, story.chance.randrange(1_00, 40_00), world.on)
        for number in story.chance.choices(businesses, k=200)
    ]
    done = [outcome.content for outcome in perform(world.database, redeem, asked) if isinstance(outcome, Answer)]
    story.counted(done)
    story.lines(story.collection, 29, 29, *((29, -one["owed_cents"], f"VIR {at}") for at, one in enumerate(done)))
    dues: dict[int, list[UUID]] = {}
    for one in done:
        dues.setdefault(one["owed_cents"], []).append(UUID(one["transfer_due_id"]))
    story.explain(
        [
            (line, PartGiven("transfer_made", -cents, transfer_due_id=dues[-cents].pop()))
            for line, cents, _ in story.open_lines(COLLECTION, -1)
        ]
    )


def _own_money(story: Story) -> None:
    """Dues pay for the bank's charges."""
    story.lines(story.collection, 30, 30, (30, 500_00, "ADHESIONS"), (30, -120_00, "FRAIS"))
    story.explain([(line, PartGiven("dues", cents)) for line, cents, _ in story.open_lines(COLLECTION, 1)])
    story.explain([(line, PartGiven("charge", -cents)) for line, cents, _ in story.open_lines(COLLECTION, -1)])


def _to_the_reserve(story: Story) -> None:
    """What backs units goes on to the reserve, where it arrives the same day."""
    story.lines(story.collection, 30, 30, (30, -10_000_00, "VIR VERS RESERVE"))
    story.lines(story.digital, 30, 30, (30, 10_000_00, "VIR DE COLLECTE"))
    (out,) = list(story.open_lines(COLLECTION, -1))
    (there,) = list(story.open_lines(RESERVE_DIGITAL, 1))
    story.explain([(out[0], PartGiven("own_transfer", -out[1], other_line_id=there[0]))])
    story.explain([(there[0], PartGiven("own_transfer", there[1], other_line_id=out[0]))])


def _payments(story: Story, count: int) -> None:
    """Members pay each other, a thousand at a time; who has too little is refused, and that is an operation too."""
    operator, chance = story.world.actor("operator"), story.chance
    while count > 0:
        items = []
        for _ in range(min(count, 1000)):
            payer, payee = chance.sample(story.members, 2)
            items.append(WalletPayment(operator, BOOK, payer, payee, chance.randrange(1, 60_00), story.world.on))
        story.counted(perform(story.world.database, pay_between_wallets, items))
        count -= len(items)
