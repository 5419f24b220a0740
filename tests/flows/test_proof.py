"""T17: the backing proof after 10,000 operations, and the cause that it names when a euro is missing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest

from monnaielocale.actions.matches import PartGiven
from monnaielocale.actions.proof import proof_as_data, prove_backing
from monnaielocale.domain.chart import Form
from monnaielocale.domain.proof import Cause, FormProof, Proof
from monnaielocale.store.proof import EventUnknown
from tests.bank_files import Bank, as_camt, brought, imported, on
from tests.flows.databases import copied, name_of
from tests.flows.story import OPERATIONS, Story, told
from tests.invariants import check_invariants
from tests.matching import explained, line_of, undone
from tests.world import BOOK, COLLECTION, RESERVE_DIGITAL, RESERVE_NOTES, World

LAST = on(31)


@dataclass(frozen=True, slots=True)
class Told:
    """The story once told: the name of its database, and where its bank accounts stood."""

    name: str
    story: Story


@pytest.fixture(scope="module")
def once(server_url: str, template: str) -> Iterator[Told]:
    with copied(server_url, template) as database:
        yield Told(name_of(database), told(database))


@pytest.fixture
def story(server_url: str, once: Told) -> Iterator[Story]:
    """The story in a database of its own, in which it may go on."""
    with copied(server_url, once.name) as database:
        told_before = once.story
        yield Story(
            World(database, LAST),
            collection=replace(told_before.collection),
            digital=replace(told_before.digital),
            notes=replace(told_before.notes),
            operations=told_before.operations,
        )


def proof(world: World, day: date | None = None, event: int | None = None) -> Proof:
    return prove_backing(world.database, book=BOOK, on=day or world.on, event=event)


def of_form(found: Proof, form: Form) -> FormProof:
    return next(one for one in found.forms if one.form is form)


def difference(world: World, form: Form) -> tuple[int, list[tuple[str, int]]]:
    """The difference of a form with its causes; the other form has none."""
    found = proof(world)
    other = of_form(found, Form.NOTES if form is Form.DIGITAL else Form.DIGITAL)
    assert (other.difference_cents, other.causes) == (0, ())
    mine = of_form(found, form)
    assert mine.difference_cents == sum(cause.amount_cents for cause in mine.causes)
    return mine.difference_cents, [(cause.kind, cause.amount_cents) for cause in mine.causes]


def cause(world: World, form: Form) -> Cause:
    (found,) = of_form(proof(world), form).causes
    return found


def test_t17_after_ten_thousand_operations_every_unit_is_backed(story: Story) -> None:
    found = proof(story.world)
    assert story.operations >= OPERATIONS
    assert [(form.difference_cents, form.causes) for form in found.forms] == [(0, ()), (0, ())]
    assert found.holds
    digital = of_form(found, Form.DIGITAL)
    assert digital.bank_cents == story.collection.balance_cents + story.digital.balance_cents
    assert digital.circulation_cents == -story.world.balance("circulation.digital") > 0
    check_invariants(story.world.database)


def test_t17_a_bank_charge_that_nobody_paid_back_is_a_difference(story: Story) -> None:
    world = story.world
    story.lines(story.notes, 31, 31, (31, -12_34, "FRAIS TENUE DE COMPTE"))
    assert difference(world, Form.NOTES) == (-12_34, [("paid_unattributed", -12_34)])
    assert [(one.document, one.amount_cents, one.since) for one in cause(world, Form.NOTES).documents] == [
        ("FRAIS TENUE DE COMPTE", 12_34, LAST)
    ]
    explained(world, line_of(world, -12_34), PartGiven("charge", 12_34))
    assert difference(world, Form.NOTES) == (-12_34, [("operating", -12_34)])
    assert [one.amount_cents for one in cause(world, Form.NOTES).documents] == [12_34]


def test_t17_lost_notes_are_a_difference(story: Story) -> None:
    story.world.move_notes("lost", (20_00, 40_00))
    assert difference(story.world, Form.NOTES) == (-40_00, [("operating", -40_00)])
    assert [(one.document, one.amount_cents) for one in cause(story.world, Form.NOTES).documents] == [("notes lost", 40_00)]


def test_t17_a_missing_statement_is_a_difference(story: Story) -> None:
    """The statement that says where 70.00 went is missing; the one after it is held and says what the bank holds."""
    bank = story.digital
    bank.cfonb(31, 31, (31, -70_00, "INCONNU"))
    story.world.on = on(3, month=2)
    answer = imported(story.world, bank.cfonb(1, 2, (2, 5_00, "ARRIVE"), month=2), "fevrier.txt")
    assert answer["outcome"] == "held"
    assert difference(story.world, Form.DIGITAL) == (-65_00, [("statement_missing", -65_00)])
    (document,) = cause(story.world, Form.DIGITAL).documents
    assert "fevrier.txt" in document.document
    assert document.since == on(30)


def test_t17_once_the_missing_statement_arrives_nothing_is_held_against_the_books(story: Story) -> None:
    bank = story.digital
    missing = bank.cfonb(31, 31, (31, 70_00, "ADHESIONS"))
    later = bank.cfonb(1, 2, (2, 5_00, "DON"), month=2)
    story.world.on = on(3, month=2)
    imported(story.world, later)
    assert not proof(story.world).holds
    assert [imported(story.world, data)["outcome"] for data in (missing, later)] == ["imported", "imported"]
    assert proof(story.world).holds


def altered(world: World, statement: str, *parameters: object) -> None:
    """What somebody who owns the server can do behind the back of the books."""
    with psycopg.connect(world.database.url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement.encode(), parameters).rowcount == 1


def test_t17_a_bank_balance_altered_by_one_cent_is_a_difference(story: Story) -> None:
    altered(
        story.world,
        """UPDATE account_day SET amount_cents = amount_cents + 1 WHERE (account_id, business_on) IN (
                SELECT account_id, business_on FROM account_day JOIN account ON account.id = account_id
                 WHERE account.code = %s ORDER BY business_on LIMIT 1)""",
        f"bank:{RESERVE_DIGITAL}",
    )
    found = of_form(proof(story.world), Form.DIGITAL)
    assert [(one.kind, one.amount_cents) for one in found.causes if one.kind == "statement_differs"] == [
        ("statement_differs", -1)
    ]
    assert not proof(story.world).holds


def test_t17_a_stated_balance_altered_by_one_cent_is_a_difference(story: Story) -> None:
    altered(
        story.world,
        """UPDATE bank_statement SET closing_cents = closing_cents + 1 WHERE id IN (
                SELECT its.id FROM bank_statement AS its JOIN bank_account AS bank ON bank.id = its.bank_account_id
                 WHERE bank.iban = %s ORDER BY its.closing_on DESC LIMIT 1)""",
        RESERVE_NOTES,
    )
    assert difference(story.world, Form.NOTES) == (1, [("statement_differs", 1)])
    assert [one.document for one in cause(story.world, Form.NOTES).documents] == [RESERVE_NOTES]


def test_a_circulation_altered_by_one_cent_is_a_difference_that_nothing_explains(story: Story) -> None:
    altered(
        story.world,
        """UPDATE account_day SET amount_cents = amount_cents - 1 WHERE (account_id, business_on) IN (
                SELECT account_id, business_on FROM account_day JOIN account ON account.id = account_id
                 WHERE account.code = 'circulation.digital' LIMIT 1)""",
    )
    assert difference(story.world, Form.DIGITAL) == (-1, [("unexplained", -1)])


def test_a_statement_of_fewer_days_that_comes_later_changes_nothing(story: Story) -> None:
    """The first half of a month whose whole is known: its lines are counted once."""
    world, bank = story.world, story.digital
    world.on, opening = on(28, month=2), bank.balance_cents
    story.lines(bank, 1, 28, (5, 5_00, "DON"), (20, 7_00, "DON"), month=2)
    half = bank.statement(1, 10, (5, 5_00, "DON"), month=2, opening=opening)
    assert brought(imported(world, as_camt(half))) == (0, 1)
    for day in (4, 5, 10, 15, 20, 28):
        assert proof(world, on(day, month=2)).holds, day


def leaving(story: Story, bank: Bank, cents: int) -> UUID:
    """Euros leave an account for another of our own; answers the match."""
    story.lines(bank, 31, 31, (31, -cents, "VIR INTERNE"))
    return explained(story.world, line_of(story.world, -cents), PartGiven("own_transfer", cents))


def arriving(story: Story, bank: Bank, cents: int, paired: UUID | None = None) -> UUID:
    """They arrive on 2 February."""
    story.world.on = on(2, month=2)
    story.lines(bank, 1, 2, (2, cents, "VIR INTERNE RECU"), month=2)
    part = PartGiven("own_transfer", cents, other_line_id=paired)
    return explained(story.world, line_of(story.world, cents), part)


def on_the_road(world: World, form: Form, day: date | None = None) -> list[tuple[str, int, int]]:
    """What is on the road: the document, the cents and the age in days."""
    rows = proof_as_data(proof(world, day))["forms"][str(form)]["on_the_road"]
    return [(row["document"], row["amount_cents"], row["age_days"]) for row in rows]


@pytest.mark.parametrize("told_of_its_departure", [True, False], ids=["paired", "alone"])
def test_an_own_transfer_on_the_road_is_named_with_its_document_and_age(story: Story, told_of_its_departure: bool) -> None:
    """Also when the arrival is explained alone: its departure was explained before it was seen to arrive."""
    world = story.world
    leaving(story, story.collection, 777_77)
    world.on = LAST + timedelta(days=1)
    assert proof(world).holds
    assert on_the_road(world, Form.DIGITAL) == [(f"{COLLECTION} 2026-01-31 VIR INTERNE", 777_77, 1)]
    out = line_of(world, -777_77)
    arriving(story, story.digital, 777_77, out if told_of_its_departure else None)
    assert proof(world).holds
    assert on_the_road(world, Form.DIGITAL) == []
    assert on_the_road(world, Form.DIGITAL, LAST) == [(f"{COLLECTION} 2026-01-31 VIR INTERNE", 777_77, 0)]
    assert proof(world, LAST).holds
    check_invariants(world.database)


def test_a_departure_that_was_not_one_is_no_longer_on_the_road(story: Story) -> None:
    world = story.world
    match = leaving(story, story.collection, 777_77)
    undone(world, match, "not for us")
    assert on_the_road(world, Form.DIGITAL) == []
    assert difference(world, Form.DIGITAL) == (-777_77, [("paid_unattributed", -777_77)])


def test_notes_put_on_account_are_a_difference_of_both_forms_until_the_transfer_leaves(story: Story) -> None:
    world = story.world
    world.move_notes("put_on_account", (20_00, 60_00), member="E00007")
    found = proof(world)
    assert [(form.form, form.difference_cents, [one.kind for one in form.causes]) for form in found.forms] == [
        (Form.DIGITAL, -60_00, ["transfer_due"]),
        (Form.NOTES, 60_00, ["transfer_due"]),
    ]
    leaving(story, story.notes, 60_00)
    assert proof(world).holds
    assert [cents for _, cents, _ in on_the_road(world, Form.DIGITAL)] == [60_00]
    arriving(story, story.digital, 60_00)
    assert proof(world).holds
    assert on_the_road(world, Form.DIGITAL) == on_the_road(world, Form.NOTES) == []


def test_a_transfer_within_a_form_is_not_taken_for_what_it_owes_the_other(story: Story) -> None:
    world = story.world
    world.move_notes("withdrawn", (20_00, 60_00), member="E00007")
    leaving(story, story.collection, 100_00)
    assert [cents for _, cents, _ in on_the_road(world, Form.DIGITAL)] == [100_00]
    assert [(form.difference_cents, [one.kind for one in form.causes]) for form in proof(world).forms] == [
        (60_00, ["transfer_due"]),
        (-60_00, ["transfer_due"]),
    ]


def test_cash_of_notes_sold_is_on_the_road_with_its_slip(story: Story) -> None:
    world = story.world
    for slip, cents in (("slip 901", 40_00), ("slip 902", 60_00)):
        world.move_notes("sold", (20_00, cents), slip=slip)
    story.lines(story.notes, 31, 31, (31, 50_00, "REMISE"))
    explained(world, line_of(world, 50_00), PartGiven("cash_paid_in", 50_00))
    assert on_the_road(world, Form.NOTES) == [("slip 902", 50_00, 0)]
    assert proof(world).holds


def _spent(story: Story) -> None:
    story.world.pay("E00001", "E00002", 1)


def _charged(story: Story) -> None:
    story.lines(story.digital, 31, 31, (31, -1_00, "FRAIS"))


def _lost(story: Story) -> None:
    story.world.move_notes("lost", (20_00, 20_00))


def _held(story: Story) -> None:
    bank = story.notes
    bank.cfonb(31, 31, (31, -9_00, "INCONNU"))
    imported(story.world, bank.cfonb(31, 31, (31, 1_00, "APRES")))


def _overlapped(story: Story) -> None:
    """A known day in a file of another format: nothing in it is new."""
    opening = story.digital.balance_cents - 10_000_00
    known = story.digital.statement(30, 30, (30, 10_000_00, "VIR DE COLLECTE"), opening=opening)
    assert brought(imported(story.world, as_camt(known))) == (0, 1)


def _left(story: Story) -> None:
    leaving(story, story.collection, 5_00)


@pytest.mark.parametrize("later", [_spent, _charged, _lost, _held, _overlapped, _left], ids=lambda each: each.__name__.strip("_"))
def test_a_proof_asked_again_is_the_same_whatever_happened_since(story: Story, later: Callable[[Story], None]) -> None:
    """The proof names its day and the last event that it saw; both say all that it depends on."""
    first = proof(story.world)
    later(story)
    assert proof(story.world, LAST, first.event) == first
    assert proof(story.world).event > first.event


def test_a_proof_as_of_an_event_in_the_middle_of_a_batch_sees_no_more(story: Story) -> None:
    world = story.world
    leaving(story, story.collection, 5_00)
    before = proof(world)
    story.lines(story.digital, 31, 31, (31, -1_00, "FRAIS"), (31, -2_00, "FRAIS"), (31, -4_00, "FRAIS"))
    seen = [of_form(proof(world, LAST, before.event + at), Form.DIGITAL).accounts for at in range(5)]
    books = [next(one.books_cents for one in accounts if one.iban == RESERVE_DIGITAL) for accounts in seen]
    assert [cents - books[0] for cents in books] == [0, 0, -1_00, -3_00, -7_00]
    assert proof(world, LAST, before.event + 4).holds is False


def test_an_event_that_is_not_there_is_refused(story: Story) -> None:
    with pytest.raises(EventUnknown):
        proof(story.world, LAST, 10_000_000)
