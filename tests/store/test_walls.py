"""The second wall: the program takes everybody for the right person, and the database alone refuses what is not theirs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.crediting import (
    CreditRun,
    ReturnUncreditable,
    TakeBackCredit,
    credit_runs,
    return_uncreditable,
    take_back_credits,
)
from monnaielocale.actions.mandates import (
    AcceptMandate,
    EndMandate,
    RevokeMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    end_mandates,
    revoke_mandates,
    sign_mandates,
)
from monnaielocale.actions.matches import PartGiven, ProposeMatch, propose_matches
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Action, perform
from monnaielocale.actions.redemptions import MemberDeparts, Redeem, depart_members, redeem
from monnaielocale.actions.reversals import ReverseEvent, reverse_events
from monnaielocale.actions.runs import (
    AccountForRun,
    CancelRun,
    CloseRun,
    SignRun,
    account_for_runs,
    cancel_runs,
    close_runs,
    open_runs,
    sign_runs,
)
from monnaielocale.actions.statements import import_statements
from monnaielocale.domain.actors import Actor, ActsForAnother, RoleMissing
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import Event
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from monnaielocale.store.faults import RefusedByTheBooks, refusal_of
from monnaielocale.store.people import add_person, end_sessions_of, set_password, withdraw_role
from monnaielocale.store.tables import METADATA
from monnaielocale.store.temporary import named
from monnaielocale.store.unit_of_work import unit_of_work
from tests.bank_files import Bank, imported, importing, on
from tests.flows.elsewhere import CAIRN, LE_CAIRN, Elsewhere
from tests.invariants import check_invariants
from tests.matching import allocation, credited, explained, line_of, payments_of
from tests.towns import SCAN, drafting, each_done, list_of, mandates_in_force, opening, run_opened, run_signed
from tests.visited import BIARRITZ, MAITE, PEIO, SHOP
from tests.world import BOOK, CONVENTIONS, ISSUER, MEMBER_IBAN, World

WRONG = (
    ("biarritz-preparer", BIARRITZ, "town_preparer"),
    ("biarritz-signer", BIARRITZ, "town_signer"),
    ("former", ISSUER, "association_operator"),
    ("cairn-accountant", LE_CAIRN, "association_accountant"),
    ("maite", f"{BOOK}:{MAITE}", "member"),
    ("peio", f"{BOOK}:{PEIO}", "member"),
)
ROWS = ((MAITE, "Maite Etxeberria", "100,00"), (PEIO, "Peio Harispe", "60,00"))


@dataclass(frozen=True, slots=True)
class Walled:
    """A world with something to do in every action."""

    world: World
    unsigned: str
    funded: str
    credited: str
    mandates: tuple[str, ...]
    line: UUID
    payment: UUID
    event: UUID


def walled(database: Database) -> Walled:
    """Two towns in one book and another association; runs unsigned, funded and credited; a mandate drafted and one signed."""
    world = World.create(database, on(20))
    Elsewhere.beside(world)
    load_convention(database, world.actor("administrator"), biarritz().encode(), world.on)
    for number, name in ((MAITE, "Maite Etxeberria"), (PEIO, "Peio Harispe")):
        world.enrol(number, name, iban=MEMBER_IBAN)
    world.enrol(SHOP, "Peio's shop", "business", MEMBER_IBAN)
    for login, party, role in WRONG:
        world.add(login, party, role)
    withdraw_role(database, "former", "association_operator", world.actor("administrator"))
    accepted = mandates_in_force(world, *(drafting(world, number) for number in (MAITE, PEIO)))
    drafts = [drafting(world, SHOP, kind="supplier_invoice", subject=subject, ends_on=None) for subject in ("one", "two")]
    drafted, signed = (done["mandate"] for done in each_done(world, draft_mandates, drafts))
    world.do(sign_mandates, SignMandate(world.actor("operator"), BOOK, signed, "mandate.pdf", SCAN, world.on, world.on))
    runs = [run_signed(world, row, list_number=str(at)) for at, row in enumerate(ROWS, start=1)]
    imported(world, Bank().cfonb(2, 20, (15, 100_00, "DRFIP"), (16, 60_00, "DRFIP"), (17, 9_00, "unknown")))
    for run, cents in zip(runs, (100_00, 60_00), strict=True):
        explained(world, line_of(world, cents), allocation(payments_of(world, run)[0], cents))
    credited(world, runs[0])
    world.pay(MAITE, SHOP, 30_00)
    paid = world.pay(SHOP, PEIO, 5_00)["event_id"]
    unsigned = run_opened(world, (MAITE, "Maite Etxeberria", "1,00"), list_number="3")
    mandates = (drafted, signed, *accepted)
    return Walled(world, unsigned, runs[1], runs[0], mandates, line_of(world, 9_00), payments_of(world, runs[0])[0], UUID(paid))


def elsewhere(account: str) -> str:
    """A bank account with the same number at another bank."""
    basic = "88888" + account[9:25]
    number = basic + f"{97 - int(basic + '00') % 97:02}"
    return f"FR{98 - int(number + '152700') % 97:02}{number}"


def biarritz() -> str:
    return (CONVENTIONS / "bayonne-eusko.toml").read_text(encoding="utf-8").replace("bayonne", BIARRITZ)


@pytest.fixture(scope="module")
def built(server_url: str, template: str) -> Iterator[Walled]:
    """Built once: what is refused changes nothing."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        found = walled(Database(named(server_url, name)))
        yield found
        check_invariants(found.world.database)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(autouse=True)
def everybody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first wall is down: no question about roles or parties is asked."""
    for question in ("require", "require_party"):
        monkeypatch.setattr(Actor, question, lambda *_: None)


Case = tuple[Action[Any], str, Callable[[Walled, Actor], Any]]
OFFICE = ("cairn-operator", "preparer", "signer", "treasurer", "auditor", "administrator", "maite", "former")
CASES: dict[str, Case] = {
    "enrol": (enrol_members, "operator", lambda v, a: EnrolMember(a, BOOK, "E00009", "person", "Ana Duhalde", v.world.on)),
    "depart": (depart_members, "operator", lambda v, a: MemberDeparts(a, BOOK, PEIO, v.world.on, "Moved", "redeem")),
    "draft": (draft_mandates, "operator", lambda v, a: replace(drafting(v.world, MAITE, subject="more"), actor=a)),
    "sign mandate": (
        sign_mandates,
        "operator",
        lambda v, a: SignMandate(a, BOOK, v.mandates[0], "mandate.pdf", SCAN, v.world.on, v.world.on),
    ),
    "accept": (accept_mandates, "second-operator", lambda v, a: AcceptMandate(a, BOOK, v.mandates[1], v.world.on)),
    "end": (end_mandates, "operator", lambda v, a: EndMandate(a, BOOK, v.mandates[2], on(31), "left", v.world.on)),
    "import": (import_statements, "operator", lambda v, a: replace(importing(v.world, _next_statement()), actor=a)),
    "propose": (
        propose_matches,
        "operator",
        lambda v, a: ProposeMatch(a, BOOK, v.line, (PartGiven("gift", 9_00),), v.world.on),
    ),
    "credit": (credit_runs, "operator", lambda v, a: CreditRun(a, BOOK, v.funded, v.world.on)),
    "take back": (take_back_credits, "accountant", lambda v, a: TakeBackCredit(a, BOOK, v.payment, "wrong", v.world.on)),
    "account": (account_for_runs, "operator", lambda v, a: AccountForRun(a, BOOK, v.credited, v.world.on)),
    "reverse": (reverse_events, "operator", lambda v, a: ReverseEvent(a, BOOK, v.event, "by mistake", v.world.on)),
    "print notes": (move_notes, "operator", lambda v, a: MoveNotes(a, BOOK, "printed", ((100, 10_00),), v.world.on)),
    "close books": (close_books, "accountant", lambda v, a: CloseBooks(a, BOOK, on(1), v.world.on)),
}


def _next_statement() -> bytes:
    return Bank(balance_cents=169_00, until=20).cfonb(21, 22, (21, 1_00, "more"))


def counts(database: Database) -> dict[str, int]:
    with database.connect("owner") as connection:
        found = {}
        for table in METADATA.tables:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            found[table] = int(row[0]) if row else 0
        return found


def refusal(built: Walled, act: Action[Any], item: Any) -> Refusal:
    """What the item is answered; nothing is written."""
    before = counts(built.world.database)
    (outcome,) = perform(built.world.database, act, [item])
    assert isinstance(outcome, Refusal), outcome
    assert counts(built.world.database) == before
    return outcome


def posing_as(built: Walled, right: str, wrong: str) -> Actor:
    """Somebody whom the program takes for another, with the other's roles and party."""
    return replace(built.world.actor(right), person_id=built.world.actor(wrong).person_id)


@pytest.mark.parametrize("name", CASES)
def test_what_the_association_does_in_its_book_nobody_else_does(built: Walled, name: str) -> None:
    act, right, item = CASES[name]
    for wrong in OFFICE:
        found = refusal(built, act, item(built, posing_as(built, right, wrong)))
        assert isinstance(found, RoleMissing | ActsForAnother), (wrong, found)
        assert found.values["login"] == wrong
        assert isinstance(found, ActsForAnother) == (wrong == "cairn-operator" and right != "accountant"), wrong


@pytest.mark.parametrize("name", ["take back", "close books"])
def test_what_is_the_accountants_no_operator_does(built: Walled, name: str) -> None:
    act, right, item = CASES[name]
    expected = RoleMissing(login="operator", roles="association_accountant")
    assert refusal(built, act, item(built, posing_as(built, right, "operator"))) == expected
    other = refusal(built, act, item(built, posing_as(built, right, "cairn-accountant")))
    assert other == ActsForAnother(login="cairn-accountant")


@pytest.mark.parametrize("name", CASES)
def test_the_right_person_is_let_through(built: Walled, name: str) -> None:
    """Else the refusals above would prove nothing: the same item reaches the end of its transaction, which is then given up."""
    act, right, item = CASES[name]

    class GivenUp(Exception):
        pass

    with pytest.raises(GivenUp), unit_of_work(built.world.database) as work:
        given = item(built, built.world.actor(right))
        found = work.lock([given.book], *(act.reads([given]) if act.reads else []))
        (result,) = act.decide(work, [given], found)
        assert not isinstance(result, Refusal), result
        work.flush()
        raise GivenUp


RUN_CASES: dict[str, tuple[Action[Any], str, tuple[str, ...], Callable[[Walled, Actor], Any]]] = {
    "open": (
        open_runs,
        "preparer",
        ("biarritz-preparer", "signer", "treasurer", "grenoble-preparer", "maite", "cairn-operator"),
        lambda v, a: replace(opening(v.world, list_of((MAITE, "Maite Etxeberria", "2,00")), list_number="9"), actor=a),
    ),
    "sign": (
        sign_runs,
        "signer",
        ("biarritz-signer", "treasurer", "grenoble-signer", "maite", "cairn-operator", "auditor"),
        lambda v, a: SignRun(a, BOOK, v.unsigned, v.world.on),
    ),
    "cancel": (
        cancel_runs,
        "preparer",
        ("biarritz-preparer", "biarritz-signer", "operator", "treasurer", "maite", "cairn-operator"),
        lambda v, a: CancelRun(a, BOOK, v.unsigned, "a mistake", v.world.on),
    ),
}


@pytest.mark.parametrize("name", RUN_CASES)
def test_a_town_acts_on_its_own_runs_only(built: Walled, name: str) -> None:
    act, right, wrongs, item = RUN_CASES[name]
    for wrong in wrongs:
        found = refusal(built, act, item(built, posing_as(built, right, wrong)))
        own_role = wrong in ("biarritz-preparer", "biarritz-signer", "grenoble-preparer", "grenoble-signer", "operator",
                             "cairn-operator")  # fmt: skip
        assert found.values["login"] == wrong
        assert type(found) is (ActsForAnother if own_role else RoleMissing), (wrong, found)


@pytest.mark.parametrize(
    ("act", "item"),
    [
        (close_runs, lambda v, a: CloseRun(a, BOOK, v.funded, "no more comes", v.world.on)),
        (return_uncreditable, lambda v, a: ReturnUncreditable(a, BOOK, v.funded, v.world.on)),
    ],
)
def test_what_has_no_place_is_refused_by_the_program_before(built: Walled, act: Action[Any], item: Any) -> None:
    """An item that would be refused to anybody is refused for its own reason."""
    assert not isinstance(refusal(built, act, item(built, built.world.actor("accountant"))), RoleMissing | ActsForAnother)


def test_a_member_pays_and_redeems_from_their_own_account_only(built: Walled) -> None:
    thief = posing_as(built, "peio", "maite")
    stolen = WalletPayment(thief, BOOK, PEIO, MAITE, 1_00, built.world.on)
    assert refusal(built, pay_between_wallets, stolen) == ActsForAnother(login="maite")
    given = Redeem(posing_as(built, "operator", "maite"), BOOK, SHOP, 1_00, built.world.on)
    assert refusal(built, redeem, given) == ActsForAnother(login="maite")
    mandate = RevokeMandate(thief, BOOK, built.mandates[3], built.world.on, "letter", built.world.on)
    assert refusal(built, revoke_mandates, mandate) == ActsForAnother(login="maite")


@pytest.mark.parametrize("wrong", ["cairn-operator", "preparer", "auditor", "administrator", "former"])
def test_nobody_else_pays_for_a_member(built: Walled, wrong: str) -> None:
    item = WalletPayment(posing_as(built, "operator", wrong), BOOK, MAITE, SHOP, 1_00, built.world.on)
    found = refusal(built, pay_between_wallets, item)
    assert type(found) is (ActsForAnother if wrong == "cairn-operator" else RoleMissing)


def test_in_a_batch_only_the_item_of_the_wrong_person_is_refused(built: Walled) -> None:
    right, wrong = built.world.actor("maite"), posing_as(built, "maite", "peio")
    items = [WalletPayment(who, BOOK, MAITE, SHOP, 1, built.world.on) for who in (right, wrong, right)]
    outcomes = perform(built.world.database, pay_between_wallets, items)
    assert [isinstance(outcome, Refusal) for outcome in outcomes] == [False, True, False]
    assert outcomes[1] == ActsForAnother(login="peio")


# What the actions above do not cause: who may, by login.
EVENTS: dict[str, set[str]] = {
    "convention_loaded": {"administrator", "accountant"},
    "opening_prepared": {"operator", "accountant"},
    "opening": {"accountant"},
    "books_closed": {"accountant"},
    "run_checked": {"operator", "preparer", "biarritz-preparer"},
    "run_signed": {"operator", "accountant", "signer", "biarritz-signer"},
    "wallet_payment": {"operator", "accountant", "maite", "peio"},
    "statement_held": {"operator", "accountant"},
    "match_undone": {"operator", "accountant"},
    "credits_confirmed_elsewhere": {"operator", "accountant"},
    "gift_to_myself": set(),
}
EVERYBODY = ("operator", "accountant", "preparer", "signer", "treasurer", "auditor", "administrator", "biarritz-preparer",
             "biarritz-signer", "grenoble-preparer", "grenoble-signer", "former", "cairn-accountant", "cairn-operator", "maite",
             "peio")  # fmt: skip


@pytest.mark.parametrize("kind", EVENTS)
def test_each_kind_of_event_is_caused_by_its_roles_in_their_book(built: Walled, kind: str) -> None:
    allowed = set()
    for login in EVERYBODY:
        with built.world.database.connect("writer") as connection:
            asked = [[built.world.actor(login).person_id], [kind], BOOK]
            try:
                connection.execute("SELECT check_rights(%s, %s, (SELECT id FROM book WHERE code = %s))", asked)
                allowed.add(login)
            except psycopg.IntegrityError as error:
                assert isinstance(refusal_of(error), RoleMissing | ActsForAnother)
    assert allowed == EVENTS[kind]


def test_an_event_of_an_unknown_kind_is_nobodys(built: Walled) -> None:
    actor = built.world.actor("operator")
    with pytest.raises(psycopg.IntegrityError) as refused, unit_of_work(built.world.database) as work:
        work.lock([BOOK])
        work.post(Event(new_id(), BOOK, "gift_to_myself", actor.person_id, built.world.on, ()))
    assert refusal_of(refused.value) == RoleMissing(login="operator", roles="")


def writing(built: Walled, statement: str, **values: Any) -> Refusal | None:
    with built.world.database.connect("writer") as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement, values)
    return refusal_of(refused.value)


def test_an_act_is_its_events_and_a_row_stands_in_its_events_book(built: Walled) -> None:
    """A row cannot borrow the event of another act, of another person or of another book."""
    act = (
        "INSERT INTO run_act SELECT run.id, 9, 'closed', current_date, person.id, 'x', run.event_id"
        " FROM payment_run AS run, person WHERE run.reference = %(run)s AND login = 'accountant'"
    )
    found = writing(built, act, run=built.funded)
    assert found == RefusedByTheBooks(rule="event_act")
    closing = (
        "INSERT INTO book_closing SELECT book.id, '2026-01-01', event.id FROM book, event"
        " WHERE book.code = %(there)s AND event.book_id = (SELECT id FROM book WHERE code = %(here)s) LIMIT 1"
    )
    assert writing(built, closing, here=BOOK, there=CAIRN) == RefusedByTheBooks(rule="event_book")


@pytest.mark.parametrize("giver", ["operator", "maite", "auditor", None])
def test_only_an_administrator_gives_roles(built: Walled, giver: str | None) -> None:
    given = (
        "INSERT INTO person_role SELECT person.id, 'administrator', now(), true, (SELECT id FROM person WHERE login = %(giver)s)"
        " FROM person WHERE login = 'maite'"
    )
    assert writing(built, given, giver=giver) == RoleMissing(login=giver or "maite", roles="administrator")


def test_only_an_administrator_adds_persons_and_changes_passwords_and_sessions_of_others(built: Walled) -> None:
    database, before = built.world.database, counts(built.world.database)
    thief = built.world.actor("peio")
    refused = RoleMissing(login="peio", roles="administrator")
    with pytest.raises(RoleMissing) as found:
        add_person(database, login="accomplice", name="Accomplice", given_by=thief)
    assert found.value == refused
    with pytest.raises(RoleMissing) as found:
        set_password(database, "operator", "the password of a thief", thief)
    assert found.value == refused
    with database.connect("writer") as connection:
        connection.execute("INSERT INTO login_session SELECT %s, id, now() FROM person WHERE login = 'operator'", [new_id()])
        with pytest.raises(RoleMissing) as found:
            end_sessions_of(database, "operator", thief, connection=connection)
        assert found.value == refused
        connection.rollback()
    assert counts(database) == before


def test_everybody_changes_their_own_password_and_ends_their_own_sessions(built: Walled) -> None:
    database, peio = built.world.database, built.world.actor("peio")
    with database.connect("writer") as connection:
        connection.execute("INSERT INTO login_session SELECT %s, id, now() FROM person WHERE login = 'peio'", [new_id()])
        assert end_sessions_of(database, "peio", peio, connection=connection) == 1
        set_password(database, "peio", "a password of their own", peio, connection=connection)
        connection.rollback()


def test_nobody_named_changes_persons_once_there_is_an_administrator(built: Walled) -> None:
    added = "INSERT INTO person VALUES (%(id)s, 'nobody', 'Nobody', NULL, now())"
    assert isinstance(writing(built, added, id=new_id()), RoleMissing)
    stolen = "INSERT INTO person_password SELECT id, now(), 'x' FROM person WHERE login = 'operator'"
    assert isinstance(writing(built, stolen), RoleMissing)


@pytest.mark.parametrize("wrong", ["operator", "auditor", "cairn-accountant", "preparer"])
def test_a_convention_that_a_person_may_not_load_leaves_neither_party_nor_book(built: Walled, wrong: str) -> None:
    # Another association's book has bank accounts of its own.
    data = biarritz().replace('"biarritz"', '"new-town"').replace('book = "eusko"', 'book = "new-book"')
    data = re.sub('"FR76 9999[0-9 ]+"', lambda found: f'"{elsewhere(found[0][1:-1].replace(" ", ""))}"', data)
    before = counts(built.world.database)
    with pytest.raises((RoleMissing, ActsForAnother)):
        load_convention(built.world.database, posing_as(built, "administrator", wrong), data.encode(), built.world.on)
    assert counts(built.world.database) == before
