"""A world in which every table holds something of somebody else: two associations, two towns in one book, a third elsewhere."""

from dataclasses import dataclass, replace
from uuid import UUID

from psycopg.types.json import Jsonb

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import PayRefund, pay_refunds
from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.crediting import (
    CreditRun,
    ReturnUncreditable,
    TakeBackCredit,
    credit_runs,
    return_uncreditable,
    take_back_credits,
)
from monnaielocale.actions.handovers import AcceptHandover, DrawUpHandover, accept_handovers, draw_up_handovers
from monnaielocale.actions.mandates import RevokeMandate, revoke_mandates
from monnaielocale.actions.matches import PartGiven
from monnaielocale.actions.redemptions import MemberDeparts, depart_members
from monnaielocale.domain.identifiers import new_id
from monnaielocale.store.database import Database
from tests.bank_files import Bank, as_camt, as_cfonb, imported, on
from tests.counter import Counter
from tests.desks import POOL, TILL, Pool, with_refunds
from tests.flows.elsewhere import CAIRN, GRENOBLE, LE_CAIRN, Elsewhere
from tests.matching import allocation, credited, due_to, explained, line_of, payments_of, proposed, undone
from tests.towns import drafting, mandates_in_force, run_signed
from tests.world import BOOK, CONVENTIONS, ISSUER, MEMBER_IBAN, RESERVE_NOTES, TOWN, World

BIARRITZ = "biarritz"
MAITE, PEIO, SHOP, GONE = "E00001", "E00002", "Z00003", "E00004"
# Who looks besides the people of the small world: login, party, role.
VISITORS: tuple[tuple[str, str | None, str], ...] = (
    ("biarritz-preparer", BIARRITZ, "town_preparer"),
    ("biarritz-signer", BIARRITZ, "town_signer"),
    ("cairn-accountant", LE_CAIRN, "association_accountant"),
    ("grenoble-treasurer", GRENOBLE, "public_accountant"),
    ("eusko-auditor", ISSUER, "auditor"),
    ("bayonne-auditor", TOWN, "auditor"),
    ("maite", f"{BOOK}:{MAITE}", "member"),
    ("peio", f"{BOOK}:{PEIO}", "member"),
    ("shop", f"{BOOK}:{SHOP}", "member"),
)


@dataclass(frozen=True, slots=True)
class Visited:
    """The world and its runs: Bayonne's, Biarritz's, Grenoble's."""

    world: World
    elsewhere: Elsewhere
    bayonne: str
    biarritz: str
    grenoble: str


def visited(database: Database) -> Visited:
    """Build it, on 20 January."""
    world = World.create(database, on(20), content=with_refunds())
    second_town = (CONVENTIONS / "bayonne-eusko.toml").read_text(encoding="utf-8")
    second_town = second_town.replace("bayonne", BIARRITZ).replace("Ville de Bayonne", "Ville de Biarritz")
    load_convention(database, world.actor("administrator"), second_town.encode(), world.on)
    elsewhere = Elsewhere.beside(world)
    world.open(("notes.vault:100", 100_00), ("issuance.notes:100", 100_00))
    for number, name in ((MAITE, "Maite Etxeberria"), (PEIO, "Peio Harispe"), (GONE, "Ana Duhalde")):
        world.enrol(number, name, iban=MEMBER_IBAN)
    world.enrol(SHOP, "Peio's shop", "business", MEMBER_IBAN)
    for login, party, role in VISITORS:
        world.add(login, party, role)
    mandates = mandates_in_force(
        world,
        drafting(world, MAITE),
        drafting(world, PEIO, public_body=BIARRITZ),
        drafting(world, GONE, public_body=BIARRITZ),
        drafting(world, MAITE, public_body=BIARRITZ, subject="committee"),
    )
    bayonne = run_signed(world, (MAITE, "Maite Etxeberria", "100,00"))
    rows = ((PEIO, "Peio Harispe", "50,00"), (GONE, "Ana Duhalde", "30,00"))
    given = {"by": "biarritz-preparer", "signer": "biarritz-signer", "public_body": BIARRITZ}
    biarritz = run_signed(world, *rows, **given)
    _bank(world, bayonne, biarritz, mandates[2])
    grenoble = elsewhere.run_signed(50_00)
    elsewhere.paid(grenoble, 50_00, 15)
    world.do(credit_runs, CreditRun(world.actor("cairn-operator"), CAIRN, grenoble, world.on))
    ((reference, _),) = elsewhere.orders()
    elsewhere.confirm((reference, "T-1"))
    _trade(world)
    pool = Pool.opened(world)
    pool.receive(100_00)
    pool.exchange((100, 5))
    _remittance(world, pool)
    _counter(world, pool)
    _jobs(world)
    return Visited(world, elsewhere, bayonne, biarritz, grenoble)


def _bank(world: World, bayonne: str, biarritz: str, revoked: str) -> None:
    """One line pays both towns, one pays dues; a proposal about Bayonne's line names Biarritz's payment, and is undone."""
    bank = Bank()
    statement = bank.statement(2, 20, (15, 180_00, "DRFIP"), (16, 7_00, "dues"), (17, 9_00, "unknown"))
    imported(world, as_cfonb(statement))
    told = [replace(movement, details=(f"more of {movement.label}",)) for movement in statement.movements]
    imported(world, as_camt(replace(statement, movements=tuple(told))), "releve.xml")
    (ours,), (theirs, gone) = payments_of(world, bayonne), payments_of(world, biarritz)
    wrong = explained(world, line_of(world, 9_00), allocation(theirs, 9_00))
    undone(world, wrong)
    proposed(world, line_of(world, 9_00), allocation(ours, 9_00))
    parts = (allocation(ours, 100_00), allocation(theirs, 50_00), allocation(gone, 30_00))
    explained(world, line_of(world, 180_00), *parts)
    explained(world, line_of(world, 7_00), PartGiven("dues", 7_00))
    world.do(revoke_mandates, RevokeMandate(world.actor("operator"), BOOK, revoked, world.on, "letter", world.on))
    credited(world, bayonne)
    credited(world, biarritz)
    world.do(return_uncreditable, ReturnUncreditable(world.actor("operator"), BOOK, biarritz, world.on))
    world.do(take_back_credits, TakeBackCredit(world.actor("accountant"), BOOK, theirs, "wrong person", world.on))


def _trade(world: World) -> None:
    world.pay(MAITE, SHOP, 40_00, by="maite", key="once")
    world.pay(SHOP, PEIO, 5_00, by="shop")
    world.redeem(SHOP, 20_00)
    world.move_notes("sold", (100, 10_00), slip="slip 1")
    departing = MemberDeparts(world.actor("operator"), BOOK, GONE, world.on, "Moved away")
    world.do(depart_members, departing)


def _remittance(world: World, pool: Pool) -> None:
    """An envelope of notes that the pool took became euros, paid by the bank and confirmed; another one is still open."""
    pool.take((100, 4))
    envelope = str(pool.fill((100, 3))["envelope"])
    pool.hand(envelope)
    remittance = str(pool.count(envelope, (100, 2), reason="One note missing")["remittance"])
    bank = Bank(RESERVE_NOTES)
    imported(world, as_cfonb(bank.statement(2, 20, (18, 10_00, "cash"), (19, -2_00, "VIR"))), "notes.txt")
    ((due, _), *_) = due_to(world, TOWN)
    explained(world, line_of(world, -2_00), PartGiven("transfer_made", 2_00, transfer_due_id=due))
    pool.confirm(remittance, 2_00)
    pool.fill((100, 1))


def _counter(world: World, pool: Pool) -> None:
    """Two days at a pool that lets refunds leave the till: receipts, a payment by a member, a copy, a refund, both closings."""
    counter = Counter(pool)
    counter.at(10)
    counter.open_day()
    # The takings of the envelope's story lie in the till without a count.
    counter.open_till(count=CountGiven(tuple(counter.notes())), float_euros_cents=0)
    number = counter.receipt("lesson", euros_cents=12_00)["number"]
    counter.duplicate(number)
    counter.approve(counter.ask(1_20, "entry-child"))
    counter.ask(1_20, "entry-child")
    _closed(counter, 1200)
    counter.seal_day()
    counter.next_day()
    counter.open_day()
    counter.open_till(count=CountGiven(tuple(counter.notes()), ((1, 1200),)), float_euros_cents=0)
    minus = counter.cancel(number)["number"]
    world.do(pay_refunds, PayRefund(world.actor("pool-clerk"), POOL, counter.sessions[TILL], minus))
    _closed(counter, 0)
    counter.at(10, on=world.on.replace(month=2, day=1))
    counter.close_period("2026-01")
    _handed_over(world, counter)
    counter.at(10, on=on(20))


def _handed_over(world: World, counter: Counter) -> None:
    """The head leaves on this day; the next one signs the day after."""
    pool, tomorrow = counter.pool, world.on.replace(day=world.on.day + 1)
    pool.end("pool-head", "head", world.on)
    world.add("pool-heir", TOWN, "desk_clerk")
    pool.name("pool-heir", "head", starts_on=tomorrow)
    pool.pay_everything_in()
    count = CountGiven(tuple(counter.notes()), ((1, pool.held()["float.euro"]),))
    drawing = DrawUpHandover(world.actor("pool-head"), POOL, "pool-heir", count)
    handover = str(world.do(draw_up_handovers, drawing)["handover"])
    counter.at(8, on=tomorrow)
    world.do(accept_handovers, AcceptHandover(world.actor("pool-heir"), POOL, handover))


def _closed(counter: Counter, cents: int) -> None:
    counter.count(CountGiven(tuple(counter.notes()), ((1, cents),)))
    counter.close_till()
    counter.close_day()


def _jobs(world: World) -> None:
    """A job of an operator, with a document of its own, and one of a member; and how a bank's columns were read."""
    with world.database.connect("writer") as connection:
        connection.execute("INSERT INTO bank_account_mapping SELECT id, now(), '{}' FROM bank_account")
        connection.execute("INSERT INTO document VALUES (sha256('list'), 'list.csv', 'list', now())")
        for login, document in (("operator", "sha256('list')"), ("maite", "NULL")):
            job: UUID = new_id()
            connection.execute(
                "INSERT INTO job (id, person_id, action, book, key, request, document_sha256, recorded_at)"
                f" SELECT %s, id, 'open_run', 'eusko', '', %s, {document}, now() FROM person WHERE login = %s",
                [job, Jsonb({}), login],
            )
            connection.execute("INSERT INTO job_progress VALUES (%s, 1, 'reading', 1, 2, now())", [job])
            connection.execute("INSERT INTO job_end VALUES (%s, false, '{}', now())", [job])


__all__ = ["Visited", "visited"]
