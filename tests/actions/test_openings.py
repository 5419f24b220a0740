"""A book opens once, with balances that hold together and euros that back the circulation, signed by two."""

from datetime import date
from uuid import UUID

import pytest

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from monnaielocale.actions.perform import perform
from monnaielocale.actions.redemptions import MemberDeparts, depart_members
from monnaielocale.domain.actors import ActsForAnother, RoleMissing, SecondPersonNeeded
from monnaielocale.domain.closings import ClosingInFuture, ClosingNotLater
from monnaielocale.domain.conventions.rules import DenominationUnknown, WalletsKeptElsewhere
from monnaielocale.domain.files import RowsRefused
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import PeriodClosed
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.openings import (
    BankAccountNotOfBook,
    BookAlreadyOpened,
    DigitalUnitsDiffer,
    NotesCirculationDiffers,
    NotesDiffer,
    OpeningAccountRefused,
    OpeningEmpty,
    OpeningNotBacked,
    OpeningPartyUnknown,
    OpeningUnbalanced,
    OpeningUnknown,
)
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from tests.invariants import check_invariants
from tests.world import BOOK, COLLECTION, MEMBER_IBAN, MONDAY, RESERVE_DIGITAL, RESERVE_NOTES, World, csv

Balances = dict[str, int]
SOUND: Balances = {
    f"bank:{RESERVE_DIGITAL}": 100_00,
    f"bank:{COLLECTION}": 25_00,
    f"bank:{RESERVE_NOTES}": 60_00,
    "circulation.digital": 110_00,
    "circulation.notes": 60_00,
    "redemption_due.digital:Z00002": 9_50,
    "operating.digital": 5_50,
    "issuance.digital": 110_00,
    "wallet:E00001": 80_00,
    "wallet:Z00002": 30_00,
    "issuance.notes:2000": 100_00,
    "notes.vault:2000": 40_00,
    "notes.public:2000": 60_00,
}


@pytest.fixture
def world(database: Database) -> World:
    world = World.create(database)
    world.enrol("E00001", "Maite Etxeberria")
    world.enrol("Z00002", "Peio's shop", "business", MEMBER_IBAN)
    return world


def preparing(world: World, balances: Balances, *, by: str = "operator", book: str = BOOK) -> PrepareOpening:
    return PrepareOpening(world.actor(by), book, "opening.csv", csv(balances.items()), MONDAY)


def prepare(world: World, balances: Balances) -> UUID:
    return UUID(world.do(prepare_openings, preparing(world, balances))["opening_id"])


def sign(world: World, opening: UUID, *, by: str = "accountant", on: date = MONDAY) -> dict[str, object]:
    return world.do(sign_openings, SignOpening(world.actor(by), BOOK, opening, on))


def faults(world: World, changes: Balances, *, without: tuple[str, ...] = ()) -> list[tuple[int, Refusal]]:
    """What is wrong when the sound balances are changed: row numbers as the spreadsheet shows them, 0 for the whole."""
    balances = {code: cents for code, cents in {**SOUND, **changes}.items() if code not in without}
    with pytest.raises(RowsRefused) as refused:
        prepare(world, balances)
    assert world.count("book_opening") == 0
    return [(fault.row_number, fault.refusal) for fault in refused.value.faults]


def test_a_sound_opening_is_booked_by_a_second_signature(world: World) -> None:
    opening = prepare(world, SOUND)
    assert (world.count("entry"), world.count("document")) == (0, 1)
    sign(world, opening)
    assert (world.wallet("E00001"), world.wallet("Z00002")) == (80_00, 30_00)
    assert world.balance(f"bank:{RESERVE_NOTES}") == 60_00
    check_invariants(world.database)


def test_what_was_owed_becomes_transfers_due(world: World) -> None:
    sign(world, prepare(world, SOUND))
    with world.database.reading() as connection:
        rows = connection.execute("SELECT kind, form, iban, amount_cents FROM transfer_due").fetchall()
    assert rows == [("redemption", "digital", MEMBER_IBAN, 9_50)]


def test_nothing_is_dated_before_the_opening(world: World) -> None:
    sign(world, prepare(world, SOUND))
    world.on = date(2026, 1, 4)
    with pytest.raises(PeriodClosed):
        world.pay("E00001", "Z00002", 1_00)
    world.on = MONDAY
    world.pay("E00001", "Z00002", 1_00)
    check_invariants(world.database)


def test_a_book_opens_once(world: World) -> None:
    first, second = prepare(world, SOUND), prepare(world, SOUND)
    accountant = world.actor("accountant")
    signing = [SignOpening(accountant, BOOK, opening, MONDAY) for opening in (first, second)]
    outcomes = perform(world.database, sign_openings, signing)
    assert outcomes[1] == BookAlreadyOpened(book=BOOK)
    with pytest.raises(BookAlreadyOpened):
        sign(world, second)
    with pytest.raises(BookAlreadyOpened):
        prepare(world, SOUND)


def test_an_opening_comes_before_everything_else(world: World) -> None:
    opening = prepare(world, SOUND)
    world.move_notes("printed", (5_00, 50_00))
    with pytest.raises(BookAlreadyOpened):
        sign(world, opening)


def test_who_prepared_an_opening_does_not_sign_it(world: World) -> None:
    opening = UUID(world.do(prepare_openings, preparing(world, SOUND, by="accountant"))["opening_id"])
    with pytest.raises(SecondPersonNeeded):
        sign(world, opening)
    world.add("second-accountant", "euskal-moneta", "association_accountant")
    sign(world, opening, by="second-accountant")


def test_an_opening_is_signed_by_the_accountant_of_the_association(world: World) -> None:
    opening = prepare(world, SOUND)
    with pytest.raises(RoleMissing):
        sign(world, opening, by="second-operator")
    with pytest.raises(RoleMissing):
        world.do(prepare_openings, preparing(world, SOUND, by="signer"))
    world.load("grenoble-cairn.toml")
    world.add("stranger", "le-cairn", "association_accountant")
    with pytest.raises(ActsForAnother):
        sign(world, opening, by="stranger")


def test_an_unknown_opening_is_refused(world: World) -> None:
    with pytest.raises(OpeningUnknown):
        sign(world, new_id())


def test_one_missing_euro_is_named_as_unbalanced_and_as_not_backed(world: World) -> None:
    assert faults(world, {f"bank:{RESERVE_DIGITAL}": 99_00}) == [
        (0, OpeningUnbalanced(currency="EUR", difference="-1.00")),
        (0, OpeningNotBacked(form="digital", missing="1.00")),
    ]


def test_the_euros_of_one_form_do_not_back_the_other(world: World) -> None:
    assert faults(world, {f"bank:{RESERVE_DIGITAL}": 130_00, f"bank:{RESERVE_NOTES}": 30_00}) == [
        (0, OpeningNotBacked(form="notes", missing="30.00"))
    ]


def test_a_debt_to_recover_backs_nothing(world: World) -> None:
    changes = {f"bank:{RESERVE_DIGITAL}": 90_00, "owed_by.digital:E00001": 10_00}
    assert faults(world, changes) == [(0, OpeningNotBacked(form="digital", missing="10.00"))]


def test_what_the_association_owes_its_reserve_backs_nothing(world: World) -> None:
    changes = {f"bank:{RESERVE_DIGITAL}": 80_00, "operating.digital": -14_50}
    assert faults(world, changes) == [(0, OpeningNotBacked(form="digital", missing="14.50"))]


def test_wallets_issuance_and_debt_are_one_amount(world: World) -> None:
    assert faults(world, {"wallet:E00001": 79_00}) == [
        (0, OpeningUnbalanced(currency="EUS", difference="-1.00")),
        (0, DigitalUnitsDiffer(issued="110.00", held="109.00", circulation="110.00")),
    ]


def test_every_printed_note_is_somewhere_by_denomination(world: World) -> None:
    changes = {"notes.vault:2000": 20_00, "notes.vault:500": 20_00}
    assert faults(world, changes) == [
        (0, NotesDiffer(issued="0.00", denomination="5.00", found="20.00")),
        (0, NotesDiffer(issued="100.00", denomination="20.00", found="80.00")),
    ]


def test_notes_in_circulation_are_those_with_the_public(world: World) -> None:
    changes = {"notes.vault:2000": 20_00, "notes.public:2000": 80_00}
    assert faults(world, changes) == [(0, NotesCirculationDiffers(circulation="60.00", held="80.00"))]


def test_all_faults_of_the_rows_are_told_at_once(world: World) -> None:
    changes = {
        f"bank:{MEMBER_IBAN}": 1_00,
        "wallet:E00099": 1_00,
        "notes.vault:5000": 50_00,
        "to_return.digital:nowhere": 1_00,
        "received_unattributed.digital": 1_00,
        "to_credit:bayonne:RF18A": 1_00,
        "wallets_elsewhere": 1_00,
    }
    found = faults(world, changes)
    first = len(SOUND) + 2
    assert [row for row, _ in found] == list(range(first, first + 7))
    assert [type(refusal) for _, refusal in found] == [
        BankAccountNotOfBook,
        MemberUnknown,
        DenominationUnknown,
        OpeningPartyUnknown,
        OpeningAccountRefused,
        OpeningAccountRefused,
        OpeningAccountRefused,
    ]


def test_a_file_that_cannot_be_read_is_refused_before_its_balances(world: World) -> None:
    item = PrepareOpening(world.actor("operator"), BOOK, "opening.csv", b"compte;coupure;solde\nbank;;12,345\n", MONDAY)
    with pytest.raises(RowsRefused):
        world.do(prepare_openings, item)


def test_an_opening_of_nothing_is_refused(world: World) -> None:
    assert faults(world, dict.fromkeys(SOUND, 0)) == [(0, OpeningEmpty())]


def test_what_changed_since_the_preparation_is_seen_at_the_signature(world: World) -> None:
    opening = prepare(world, SOUND)
    world.do(depart_members, MemberDeparts(world.actor("operator"), BOOK, "E00001", MONDAY, "Moved away"))
    with pytest.raises(RowsRefused) as refused:
        sign(world, opening)
    assert [fault.refusal for fault in refused.value.faults] == [MemberUnknown(member="E00001")]
    assert world.count("entry") == 0


def test_wallets_that_another_system_keeps_are_opened_as_one_sum(world: World) -> None:
    world.load("grenoble-cairn.toml")
    world.add("cairn-operator", "le-cairn", "association_operator")
    with pytest.raises(RowsRefused) as refused:
        world.do(prepare_openings, preparing(world, {"wallet:A00001": 1_00}, by="cairn-operator", book="cairn"))
    assert [type(fault.refusal) for fault in refused.value.faults] == [WalletsKeptElsewhere]
    balances = {
        "bank:FR7699999000010000000000406": 50_00,
        "circulation.digital": 50_00,
        "issuance.digital": 50_00,
        "wallets_elsewhere": 50_00,
    }
    ready = world.do(prepare_openings, preparing(world, balances, by="cairn-operator", book="cairn"))
    assert (ready["accounts"], ready["circulation_digital_cents"]) == (4, 50_00)


def test_the_books_close_further_and_never_open_again(world: World) -> None:
    def close(until: date, *, by: str = "accountant", on: date = MONDAY) -> None:
        world.do(close_books, CloseBooks(world.actor(by), BOOK, until, on))

    close(date(2025, 11, 30))
    close(date(2025, 12, 31))
    for until in (date(2025, 12, 31), date(2025, 11, 30)):
        with pytest.raises(ClosingNotLater):
            close(until)
    with pytest.raises(ClosingInFuture):
        close(date(2026, 1, 6))
    with pytest.raises(RoleMissing):
        close(MONDAY, by="operator")
    check_invariants(world.database)


def test_an_opening_is_not_dated_in_a_closed_period(world: World) -> None:
    opening = prepare(world, SOUND)
    world.do(close_books, CloseBooks(world.actor("accountant"), BOOK, MONDAY, MONDAY))
    with pytest.raises(PeriodClosed):
        sign(world, opening)
