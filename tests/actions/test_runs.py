"""Payment runs through the real actions: a list is kept whole or not at all, and never twice."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.mandates import EndMandate, RevokeMandate, end_mandates, revoke_mandates
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.perform import Answer, perform
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
from monnaielocale.domain.actors import AccountantMayNotDecide, ActsForAnother, RoleMissing, SecondPersonNeeded
from monnaielocale.domain.conventions.convention import ConventionSuspended, NoConventionInForce
from monnaielocale.domain.conventions.rules import PartyNotOfConvention, PeriodNotOfKind, PeriodNotOnce, RunNotSignedBy
from monnaielocale.domain.files import CountDiffers, RowsRefused, TotalDiffers
from monnaielocale.domain.payments import run_states as states
from monnaielocale.domain.payments.crediting import ReasonMissing, RunCancelled, RunUnknown
from monnaielocale.domain.payments.mandates import DocumentMissing
from monnaielocale.domain.payments.runs import ListNumberMissing, RunDiffers
from monnaielocale.store.database import Database
from monnaielocale.store.runs import payments_of_runs, run_facts, run_slip
from monnaielocale.store.unit_of_work import UnitOfWork
from tests.invariants import check_invariants
from tests.towns import drafting, each_done, list_of, mandate_in_force, mandates_in_force, opening, run_opened, run_signed
from tests.world import BOOK, COLLECTION, CONVENTIONS, MONDAY, TOWN, World
from tests.yardstick import yardsticks

ANE = ("E00001", "ETXEBERRI Ane", "300,00")
BIXENTE = ("E00002", "Bixente Harispe", "1 234,56 €")


@pytest.fixture
def world(database: Database) -> World:
    """Ane has a mandate for at most 300.00 a month, Bixente one for the whole of his allowance."""
    world = World.create(database)
    world.enrol("E00001", "Ane Etxeberri")
    world.enrol("E00002", "Bixente Harispe")
    mandates_in_force(world, drafting(world, "E00001", 30000), drafting(world, "E00002"))
    return world


def sign(world: World, run: str, by: str = "signer") -> dict[str, Any]:
    return world.do(sign_runs, SignRun(world.actor(by), BOOK, run, world.on))


def cancel(world: World, run: str, by: str = "preparer", reason: str = "wrong month") -> dict[str, Any]:
    return world.do(cancel_runs, CancelRun(world.actor(by), BOOK, run, reason, world.on))


def faults(refused: RowsRefused) -> list[tuple[int, str, str]]:
    return [(fault.row_number, fault.column, fault.refusal.code) for fault in refused.faults]


def test_a_list_becomes_a_run_that_a_second_person_signs(world: World) -> None:
    opened = world.do(open_runs, opening(world, list_of(ANE, BIXENTE, total="1 534,56")))
    assert (opened["state"], opened["total_cents"], opened["payment_count"]) == ("checked", 153456, 2)
    assert opened["run"].startswith("RF") and len(opened["run"]) <= 25
    assert sign(world, opened["run"])["state"] == "awaiting_funds"
    check_invariants(world.database)


def test_the_slip_tells_the_town_what_to_write_on_its_orders(world: World) -> None:
    run = run_signed(world, ANE, BIXENTE)
    with world.database.reading() as connection:
        slip = run_slip(UnitOfWork(connection), BOOK, run)
    assert (slip.reference, slip.iban, slip.total_cents, slip.payment_count) == (run, COLLECTION, 153456, 2)
    assert slip.account_holder.startswith("Euskal Moneta")
    assert (slip.period, slip.expected_on) == ("2026-01", date(2026, 1, 28))


def test_t1_the_same_file_twice_is_one_run_and_the_second_answer_says_so(world: World) -> None:
    first = world.do(open_runs, opening(world, list_of(ANE, BIXENTE)))
    again = world.do(open_runs, opening(world, list_of(BIXENTE, ANE)))
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["run"] == first["run"]
    assert "sent before" in again["notices"][0]["message"]
    assert (world.count("payment_run"), world.count("payment")) == (1, 2)


def test_t1_the_same_file_twice_in_one_batch_is_one_run(world: World) -> None:
    item = opening(world, list_of(ANE))
    first, second = perform(world.database, open_runs, [item, item])
    assert isinstance(first, Answer) and isinstance(second, Answer)
    assert (first.content["repeated"], second.content["repeated"]) == (False, True)
    assert world.count("payment_run") == 1


def test_t20_the_same_request_with_the_same_key_is_answered_the_same(world: World) -> None:
    item = opening(world, list_of(ANE), key="january")
    assert world.do(open_runs, item) == world.do(open_runs, item)
    with pytest.raises(Exception, match="january"):
        world.do(open_runs, replace(item, data=list_of(BIXENTE)))


def test_the_same_list_number_with_other_rows_is_refused_with_the_differences(world: World) -> None:
    run_opened(world, ANE, BIXENTE)
    with pytest.raises(RunDiffers) as refused:
        run_opened(world, ("E00001", "", "250,00"))
    values = refused.value.values
    assert (values["added"], values["removed"], values["changed"]) == (0, 1, 1)
    assert [(each.member_number, each.before_cents, each.after_cents) for each in values["differences"]] == [
        ("E00001", 30000, 25000),
        ("E00002", 123456, None),
    ]


def test_t2_every_fault_of_every_row_is_named_and_nothing_is_kept(world: World) -> None:
    world.enrol("E00003", "Maite Goyhenetche")
    rows = [
        BIXENTE,
        ("E00017", "", "10,00"),
        ("E00003", "", "10,00"),
        ("E00001", "Someone Else", "350,00"),
        ("E00001", "", "douze"),
        ("", "Nobody", "1,005"),
    ]
    documents = world.count("document")
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, *rows)
    assert faults(refused.value) == [
        (3, "Adhérent", "member_unknown"),
        (4, "Adhérent", "mandate_missing"),
        (5, "Bénéficiaire", "name_differs"),
        (5, "Montant", "amount_above_ceiling"),
        (6, "Montant", "amount_unreadable"),
        (7, "Adhérent", "value_missing"),
        (7, "Montant", "amount_unreadable"),
    ]
    assert world.count("payment_run") == world.count("payment") == 0
    assert world.count("document") == documents
    check_invariants(world.database)


def test_a_mandate_not_accepted_revoked_ended_or_not_begun_covers_no_row(world: World) -> None:
    for number in range(3, 7):
        world.enrol(f"E0000{number}", f"Member {number}")
    operator = world.actor("operator")
    revoked, ended, _ = mandates_in_force(
        world,
        drafting(world, "E00003"),
        drafting(world, "E00004", starts_on=date(2025, 6, 1)),
        drafting(world, "E00005", starts_on=date(2026, 2, 1)),
    )
    world.do(revoke_mandates, RevokeMandate(operator, BOOK, revoked, MONDAY, "", MONDAY))
    world.do(end_mandates, EndMandate(operator, BOOK, ended, date(2025, 12, 31), "", MONDAY))
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, *((f"E0000{number}", "", "10,00") for number in range(3, 7)))
    assert [code for _, _, code in faults(refused.value)] == [
        "mandate_revoked",
        "mandate_ended",
        "mandate_not_begun",
        "mandate_missing",
    ]


def test_t4_t5_a_grant_of_125_000_with_french_spaces_is_ordinary(world: World) -> None:
    world.enrol("A00001", "Ikastola Invented", kind="association")
    world.enrol("A00002", "Harmonie Invented", kind="association")
    mandates_in_force(world, *(drafting(world, number, kind="grant") for number in ("A00001", "A00002")))
    data = "Adhérent;Montant\nA00001;125\u202f000,00 €\nA00002;10\u00a0000,00\n".encode()
    opened = world.do(open_runs, opening(world, data, kind="grant", period="2026"))
    assert opened["total_cents"] == 13_500_000


def test_t15_a_wrong_total_or_count_refuses_right_rows(world: World) -> None:
    data = list_of(ANE, BIXENTE)
    for item, refusal in (
        (opening(world, data, declared_total_cents=153455), TotalDiffers),
        (opening(world, data, declared_count=3), CountDiffers),
        (opening(world, list_of(ANE, BIXENTE, total="1 534,55")), TotalDiffers),
    ):
        with pytest.raises(refusal):
            world.do(open_runs, item)
    right = opening(world, data, declared_total_cents=153456, declared_count=2)
    assert world.do(open_runs, right)["payment_count"] == 2
    with pytest.raises(TotalDiffers):
        world.do(open_runs, opening(world, data, declared_total_cents=1))


def test_t18_a_ceiling_refuses_350_takes_300_and_refuses_a_second_run_in_the_month(world: World) -> None:
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, ("E00001", "", "350,00"))
    assert faults(refused.value) == [(2, "Montant", "amount_above_ceiling")]
    first = run_opened(world, ANE)
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, ("E00001", "", "1,00"), list_number="2")
    assert faults(refused.value) == [(2, "Montant", "share_used_up")]
    assert run_opened(world, ANE, period="2026-02")
    cancel(world, first)
    assert run_opened(world, ("E00001", "", "1,00"), list_number="2")


def test_rows_of_one_member_add_up_and_a_row_repeated_is_a_fault(world: World) -> None:
    half = ("E00001", "", "150,00")
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, half, half)
    assert faults(refused.value) == [(3, "Adhérent", "row_repeated")]
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, half, ("E00001", "", "150,01"))
    assert faults(refused.value) == [(3, "Montant", "share_used_up")]
    assert run_opened(world, half, ("E00001", "", "149,00"))


def test_two_lists_in_one_batch_share_one_ceiling(world: World) -> None:
    items = [opening(world, list_of(ANE), list_number=number) for number in ("1", "2")]
    first, second = perform(world.database, open_runs, items)
    assert isinstance(first, Answer) and isinstance(second, RowsRefused)


def test_the_share_of_a_grant_is_used_up_once_whatever_the_period(world: World) -> None:
    world.enrol("A00001", "Ikastola Invented", kind="association")
    mandate_in_force(world, "A00001", 500000, kind="grant")
    grant = {"kind": "grant", "list_number": "9"}
    assert run_opened(world, ("A00001", "", "3000"), period="2026-03-02", **grant)
    with pytest.raises(RowsRefused):
        run_opened(world, ("A00001", "", "3000"), period="2026-06-01", **grant)
    assert run_opened(world, ("A00001", "", "2000"), period="2026-06-01", **grant)


def test_t21_february_with_januarys_rows_is_a_new_run_with_a_notice(world: World) -> None:
    january = run_opened(world, BIXENTE)
    february = world.do(open_runs, opening(world, list_of(BIXENTE), period="2026-02"))
    assert (february["repeated"], february["run"] != january) == (False, True)
    assert february["notices"] == [
        {
            "message": "The payments are the same as those of {period}, run {run}.",
            "values": {"run": january, "period": "2026-01", "list_number": "1"},
        }
    ]
    other_list = world.do(open_runs, opening(world, list_of(BIXENTE), list_number="2"))
    assert other_list["notices"][0]["values"]["run"] == january
    again = world.do(open_runs, opening(world, list_of(BIXENTE), period="2026-02"))
    assert (again["repeated"], again["run"]) == (True, february["run"])


def test_a_cancelled_run_frees_its_identity(world: World) -> None:
    first = run_opened(world, ANE)
    assert cancel(world, first)["state"] == "cancelled"
    second = world.do(open_runs, opening(world, list_of(ANE, BIXENTE)))
    assert (second["attempt"], second["repeated"], second["run"] != first) == (2, False, True)
    with pytest.raises(RunCancelled):
        sign(world, first)
    with pytest.raises(RunCancelled):
        cancel(world, first)
    with pytest.raises(ReasonMissing):
        cancel(world, second["run"], reason=" ")
    check_invariants(world.database)


def test_a_run_is_signed_once_by_a_second_person_of_the_town_and_never_by_the_accountant(world: World) -> None:
    run = run_opened(world, ANE)
    with pytest.raises(AccountantMayNotDecide):
        sign(world, run, by="treasurer")
    with pytest.raises(RoleMissing):
        sign(world, run, by="preparer")
    with pytest.raises(states.RunSignedByTown):
        sign(world, run, by="accountant")
    with pytest.raises(RunNotSignedBy):
        sign(world, run, by="operator")
    world.add("both", TOWN, "town_preparer", "town_signer")
    own = run_opened(world, BIXENTE, by="both", list_number="2")
    with pytest.raises(SecondPersonNeeded):
        sign(world, own, by="both")
    sign(world, run)
    with pytest.raises(states.RunAlreadySigned):
        sign(world, run)
    with pytest.raises(RunUnknown):
        sign(world, "RF00NOWHERE")


def test_the_association_enters_the_towns_signed_list_and_its_accountant_signs(world: World) -> None:
    run = run_opened(world, ANE, by="operator")
    with pytest.raises(RoleMissing):
        cancel(world, run, by="preparer")
    assert sign(world, run, by="accountant")["state"] == "awaiting_funds"
    rows = ({"member_number": "E00002", "amount_cents": 100},)
    with pytest.raises(DocumentMissing):
        world.do(open_runs, opening(world, b"", by="operator", rows=rows, list_number="2"))
    scanned = opening(world, b"%PDF-1.7 signed list", by="operator", rows=rows, list_number="2", file_name="list.pdf")
    assert world.do(open_runs, scanned)["total_cents"] == 100


def test_a_program_sends_rows_and_gets_the_same_answers(world: World) -> None:
    rows = ({"member_number": "e00001", "amount_cents": 30000, "payment_order": "2026-451"},)
    opened = world.do(open_runs, opening(world, b"", rows=rows, file_name=""))
    assert opened["payment_count"] == 1
    wrong = ({"member_number": "E00001", "amount_cents": 30000.0}, {"member_number": "E00099", "amount_cents": 5})
    with pytest.raises(RowsRefused) as refused:
        world.do(open_runs, opening(world, b"", rows=wrong, list_number="2"))
    assert faults(refused.value) == [(1, "amount_cents", "cents_expected"), (2, "member_number", "member_unknown")]


def test_a_workbook_is_read_like_a_csv_file(world: World) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Member number", "Amount", "Payment order"])
    sheet.append(["E00002", 1234.56, "2026-000451"])
    data = BytesIO()
    book.save(data)
    opened = world.do(open_runs, opening(world, data.getvalue(), file_name="liste.xlsx"))
    assert opened["total_cents"] == 123456


def test_the_period_and_the_list_number_must_make_sense(world: World) -> None:
    for given, refusal in (
        ({"period": "2026"}, PeriodNotOfKind),
        ({"period": "2026-01", "kind": "grant"}, PeriodNotOnce),
        ({"period": "2017-12"}, NoConventionInForce),
        ({"period": "2018-05"}, ConventionSuspended),
        ({"list_number": "  "}, ListNumberMissing),
        ({"public_body": "biarritz"}, PartyNotOfConvention),
    ):
        with pytest.raises(refusal):
            run_opened(world, ANE, **given)


def test_a_run_is_not_signed_under_rules_that_changed_or_were_suspended_since(world: World) -> None:
    run = run_opened(world, ANE)
    text = (CONVENTIONS / "bayonne-eusko.toml").read_text("utf-8")
    stopped = text.replace("in_force_on = 2018-06-07", "in_force_on = 2018-06-07\nsuspended_on = 2026-01-01")
    stopped = stopped.replace('in_force_on = "S: banque', 'suspended_on = "illustrative"\nin_force_on = "S: banque')
    load_convention(world.database, world.actor("administrator"), stopped.encode(), world.on)
    with pytest.raises(ConventionSuspended):
        sign(world, run)
    with pytest.raises(ConventionSuspended):
        run_opened(world, BIXENTE, list_number="2")


def test_t26_of_a_batch_the_item_that_names_anothers_run_is_refused_alone(world: World) -> None:
    world.load("grenoble-cairn.toml")
    stranger = world.add("grenoble-signer", "grenoble", "town_signer", "town_preparer")
    run = run_opened(world, ANE)
    signer = world.actor("signer")
    outcomes = perform(
        world.database,
        sign_runs,
        [SignRun(stranger, BOOK, run, world.on), SignRun(signer, BOOK, run, world.on)],
    )
    assert isinstance(outcomes[0], ActsForAnother) and isinstance(outcomes[1], Answer)
    item = opening(world, list_of(BIXENTE), list_number="2")
    outcomes = perform(world.database, open_runs, [replace(item, actor=stranger), item])
    assert isinstance(outcomes[0], ActsForAnother) and isinstance(outcomes[1], Answer)
    with pytest.raises(AccountantMayNotDecide):
        run_opened(world, BIXENTE, by="treasurer", list_number="3")


def test_a_run_without_euros_is_neither_closed_nor_accounted_for(world: World) -> None:
    run = run_opened(world, ANE)
    accountant = world.actor("accountant")
    close = CloseRun(accountant, BOOK, run, "suspended for good", world.on)
    account = AccountForRun(accountant, BOOK, run, world.on)
    for act, item in ((close_runs, close), (account_for_runs, account)):
        with pytest.raises(states.RunAwaitsSignature):
            world.do(act, item)
    sign(world, run)
    with pytest.raises(states.RunNotFunded):
        world.do(close_runs, close)
    with pytest.raises(states.RunNotSettled):
        world.do(account_for_runs, account)
    with pytest.raises(RoleMissing):
        world.do(close_runs, replace(close, actor=world.actor("signer")))
    assert cancel(world, run)["state"] == "cancelled"


def test_the_facts_of_a_run_hold_its_payments_in_order(world: World) -> None:
    reference = run_signed(world, ANE, BIXENTE)
    with world.database.reading() as connection:
        work = UnitOfWork(connection)
        run = run_facts(work, [(BOOK, reference), (BOOK, "RF00")])[BOOK, reference]
        payments = payments_of_runs(work, [run.id])[run.id]
    assert (run.signed_on, run.euros, states.run_state(run)) == (MONDAY, states.Euros(153456), "awaiting_funds")
    assert [(each.row_number, each.member, each.euros.asked_cents) for each in payments] == [
        (2, "E00001", 30000),
        (3, "E00002", 123456),
    ]
    assert states.payment_state(run, payments[0]) == ("awaiting_funds", None)


def test_ten_thousand_payments_are_opened_at_once(world: World) -> None:
    operator = world.actor("operator")
    members = [f"F{number:05d}" for number in range(10_000)]
    first = EnrolMember(operator, BOOK, "F00000", "person", "Staff", world.on)
    each_done(world, enrol_members, (replace(first, number=number, name=f"Staff {number}") for number in members))
    draft = drafting(world, members[0], kind="staff_pay", share_mode="fixed", share_cents=12345)
    mandates_in_force(world, *(replace(draft, member=number) for number in members))
    data = list_of(*((number, f"STAFF {number}", "123,45") for number in members), total="1 234 500,00")
    item = opening(world, data, kind="staff_pay", declared_count=10_000)
    opened: dict[str, Any] = {}
    assert yardsticks(lambda: opened.update(world.do(open_runs, item)), waiting=True) < 150
    assert (opened["payment_count"], opened["total_cents"]) == (10_000, 123_450_000)
    assert sign(world, opened["run"])["state"] == "awaiting_funds"
    assert world.do(open_runs, item)["repeated"]
    check_invariants(world.database)
