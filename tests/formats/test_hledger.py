"""Our books checked by hledger, a program that knows nothing of ours: where it is not installed, these tests are skipped."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monnaielocale.domain.chart import ROLES, AccountUnknown, Role, account
from monnaielocale.formats.hledger import (
    BalancesUnreadable,
    JournalBook,
    JournalEntry,
    JournalLine,
    account_name,
    final_balances,
    parse_balances,
    write_journal,
)

IBAN = "FR7699999000011234567890152"
JANUARY, FEBRUARY = date(2026, 1, 30), date(2026, 2, 2)


def entry(number: int, on: date, label: str, *lines: tuple[str, int]) -> JournalEntry:
    return JournalEntry(number, on, label, label.replace(" ", "_"), tuple(JournalLine(code, cents) for code, cents in lines))


RUN = "to_credit:bayonne:2026-01-1"
NUMBERS = {"circulation.digital": "463400"}
ENTRIES = (
    entry(1, FEBRUARY, "bank line", (f"bank:{IBAN}", 123456), ("received_unattributed.digital", -123456)),
    entry(2, FEBRUARY, "allocation", ("received_unattributed.digital", 123456), (RUN, -123456)),
    entry(
        3,
        FEBRUARY,
        "run credited",
        (RUN, 123456),
        ("circulation.digital", -123456),
        ("issuance.digital", -123456),
        ("wallet:E00058", 100000),
        ("wallet:E00059", 23456),
    ),
    entry(4, JANUARY, "notes printed", ("issuance.notes:2000", -40000), ("notes.vault:2000", 40000)),
)


def book_of(entries: tuple[JournalEntry, ...]) -> JournalBook:
    sums: dict[str, int] = {}
    for one in entries:
        for line in one.lines:
            sums[line.account] = sums.get(line.account, 0) + line.cents
    balances = tuple(JournalLine(code, cents) for code, cents in sums.items())
    return JournalBook("Euskal, le livre", "EUS", entries, balances, NUMBERS)


BOOK = book_of(ENTRIES)


def hledger(journal: bytes, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed")
    file = folder / "book.journal"
    file.write_bytes(journal)
    command = [program, "-f", str(file), *words]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=60, check=False)


def agreed(book: JournalBook, folder: Path) -> None:
    """hledger accepts the journal in its strictest reading and finds our balances to the cent."""
    journal = write_journal(book)
    checked = hledger(journal, folder, "check", "--strict")
    assert (checked.returncode, checked.stderr) == (0, "")
    balances = hledger(journal, folder, "balance", "-N", "--flat", "-O", "csv")
    assert parse_balances(balances.stdout) == final_balances(book)


def test_the_journal_reads_like_the_book() -> None:
    lines = write_journal(BOOK).decode().splitlines()
    assert lines[:4] == ["; Euskal le livre", "decimal-mark .", "commodity 1000.00 EUR", "commodity 1000.00 EUS"]
    assert f"account assets:bank:{IBAN}  ; type: A" in lines
    assert "account liabilities:circulation.digital  ; type: L, number: 463400" in lines
    assert "account register:wallet:E00058" in lines
    start = lines.index("2026-02-02 (2) allocation  ; event: allocation")
    assert lines[start + 1 : start + 3] == [
        "    liabilities:received_unattributed.digital  1234.56 EUR",
        "    liabilities:to_credit:bayonne:2026-01-1  -1234.56 EUR",
    ]
    assert f"    assets:bank:{IBAN}  0.00 EUR == 1234.56 EUR" in lines
    assert "    register:notes.vault:2000  0.00 EUS == 400.00 EUS" in lines


def test_hledger_agrees_with_our_balances(tmp_path: Path) -> None:
    agreed(BOOK, tmp_path)


def test_hledger_shows_a_balance_sheet_of_euros_only(tmp_path: Path) -> None:
    shown = hledger(write_journal(BOOK), tmp_path, "balancesheet").stdout
    assert "liabilities:circulation.digital" in shown and "1234.56 EUR" in shown
    assert "register" not in shown and "EUS" not in shown


def test_hledger_finds_entries_by_number_and_by_event(tmp_path: Path) -> None:
    journal = write_journal(BOOK)
    assert "run credited" in hledger(journal, tmp_path, "print", "code:^3$").stdout
    assert "run credited" in hledger(journal, tmp_path, "print", "tag:event=run_credited").stdout


def test_hledger_refuses_a_balance_that_is_one_cent_wrong(tmp_path: Path) -> None:
    wrong = JournalBook(BOOK.title, "EUS", ENTRIES, (JournalLine("wallet:E00059", 23457),))
    refused = hledger(write_journal(wrong), tmp_path, "check", "--strict")
    assert refused.returncode != 0
    assert "assertion" in refused.stderr


def test_hledger_refuses_an_entry_that_does_not_balance(tmp_path: Path) -> None:
    wrong = entry(9, JANUARY, "robbed", ("circulation.digital", 100), (RUN, -99))
    assert hledger(write_journal(JournalBook("x", "EUS", (wrong,), ())), tmp_path, "check").returncode != 0


def test_texts_of_people_cannot_change_the_journal(tmp_path: Path) -> None:
    texts = [
        "a\n    assets:bank:x  5.00 EUR",
        "; comment",
        "x | y",
        "(9) ! = 2026-01-01",
        "tag:value, other:",
        "\ud800\x00\u2028",
        "",
    ]
    lines = (("circulation.digital", -100), (RUN, 100))
    agreed(book_of(tuple(entry(number, JANUARY, text, *lines) for number, text in enumerate(texts))), tmp_path)


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_every_account_of_the_chart_has_a_name_under_the_right_root(role: Role) -> None:
    code = ":".join([role.name, *(["x"] if role.keyed else []), *(["2000"] if role.by_denomination else [])])
    root = account_name(code).partition(":")[0]
    if role.money == "units":
        assert root == "register"
    else:
        assert root in ({"assets"} if role.side > 0 else {"liabilities", "equity", "income"})


def test_a_currency_with_a_figure_in_its_code_is_understood(tmp_path: Path) -> None:
    agreed(JournalBook("x", "E2", BOOK.entries, BOOK.balances), tmp_path)


def test_an_account_outside_the_chart_has_no_name() -> None:
    with pytest.raises(AccountUnknown):
        account_name("caisse")


def test_signs_that_hledger_would_misread_are_written_as_codes() -> None:
    assert account_name("wallet:E 58;x") == "register:wallet:E%2058%3Bx"
    assert account_name("to_return.digital:élu%20") == "liabilities:to_return.digital:élu%2520"


keys = st.text(min_size=1, max_size=8).filter(lambda key: ":" not in key)


@given(keys, keys)
def test_two_accounts_never_share_a_name(left: str, right: str) -> None:
    names = {account_name(f"wallet:{left}"), account_name(f"wallet:{right}")}
    assert len(names) == len({left, right})


movements = st.lists(
    st.tuples(st.integers(-(2**58), 2**58).filter(bool), st.sampled_from([JANUARY, FEBRUARY]), keys, st.text(max_size=12)),
    min_size=1,
    max_size=6,
)


@given(movements)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hledger_agrees_with_any_book(tmp_path: Path, moved: list[tuple[int, date, str, str]]) -> None:
    entries = [
        entry(number, on, label, (f"wallet:{key}", cents), ("issuance.digital", -cents))
        for number, (cents, on, key, label) in enumerate(moved)
    ]
    agreed(book_of(tuple(entries)), tmp_path)


@pytest.mark.parametrize(
    ("text", "balances"),
    [
        ('"account","balance"\n', {}),
        ('"account","balance"\n"a:b","-1.50 EUR"\n"c","0"\n', {"a:b": {"EUR": -150}}),
        ('"account","balance"\n"a","5.00 EUR, -2.00 EUS"\n', {"a": {"EUR": 500, "EUS": -200}}),
        ('"account","balance"\n"a","5.00 ""E2"""\n', {"a": {"E2": 500}}),
        ('"account","balance"\n"a","5.00"\n', None),
        ('"account","balance"\n"a","5.001 EUR"\n', None),
        ('"account","balance"\n"a","99999999999999999.00 EUR"\n', None),
        ('"account","balance","more"\n', None),
        ("", None),
    ],
)
def test_balances_are_read_as_hledger_writes_them(text: str, balances: dict[str, dict[str, int]] | None) -> None:
    if balances is None:
        with pytest.raises(BalancesUnreadable):
            parse_balances(text)
    else:
        assert parse_balances(text) == balances


@given(st.text() | st.text('",\n01. EUR-', max_size=40).map(lambda text: f"account,balance\n{text}"))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        balances = parse_balances(text)
    except BalancesUnreadable:
        return
    assert all(type(cents) is int for by_currency in balances.values() for cents in by_currency.values())


def test_a_book_of_ten_thousand_wallets_is_written_in_a_blink() -> None:
    lines = tuple(JournalLine(f"wallet:E{number:05d}", 100) for number in range(10_000))
    one = JournalEntry(1, JANUARY, "opening", "opening", (*lines, JournalLine("issuance.digital", -1_000_000)))
    assert write_journal(book_of((one,))).count(b"\n") > 30_000
    assert account(lines[-1].account).key == "E09999"
