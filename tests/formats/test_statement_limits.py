"""Hostile statements: every file ends in statements or in a refusal, soon and in little memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.refusals import Refusal, every_refusal
from monnaielocale.domain.statements.bank import StatementFile
from monnaielocale.formats.bank import faults as faults
from monnaielocale.formats.bank.checks import MOVEMENTS_MAX, STATEMENT_BYTES_MAX
from monnaielocale.formats.bank.csv_mapping import CsvMapping
from monnaielocale.formats.bank.statements import read_statement_file, statement_as_json
from monnaielocale.formats.text import plain

SAMPLES = Path(__file__).parent.parent / "samples"
IBAN = "FR1420041010050500013M02606"
MAPPING = CsvMapping(account=IBAN, booked_on="D", labels=("L",), amount="A", balance="B")
SECONDS_MAX = 2
MEMORY_MAX_KIB = 200 * 1024

# Each hostile file is made by an expression inside the child, so that what is measured is one process that reads one file.
PRELUDE = """
NS = b'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'
HEAD = (b'<Document xmlns="' + NS + b'"><BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id>'
        b'<Ccy>EUR</Ccy></Acct>')
TAIL = b'</Stmt></BkToCstmrStmt></Document>'
ENTRY = (b'<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
         b'<BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><Dt>2026-03-02</Dt></ValDt><AcctSvcrRef>REF-1</AcctSvcrRef><NtryDtls><TxDtls>'
         b'<Refs><EndToEndId>E2E-1</EndToEndId></Refs><RmtInf><Ustrd>aide sociale</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>')
OPENING = b'0130002    00550EUR2 0000157845Z  010326' + b' ' * 50 + b'0000000000000{' + b' ' * 16
MOVEMENT = b'0430002    00550EUR2 0000157845Z05020326  020326' + b'AIDE SOCIALE'.ljust(42) + b'0000000000100A' + b' ' * 16
COMPLEMENT = b'0530002    00550EUR2 0000157845Z05020326     LIB' + b'aide'.ljust(72)
CSV = b'D;L;A;B\\n'
MAX = 20_000_000
def filled(head, unit, tail=b'', size=MAX):
    return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail
"""
CHILD = """
import json, pathlib, resource, sys, time
from monnaielocale.formats.bank.statements import read_statement_file
from monnaielocale.formats.bank.csv_mapping import CsvMapping
from monnaielocale.domain.refusals import Refusal
mapping = CsvMapping(account='FR1420041010050500013M02606', booked_on='D', labels=('L',), amount='A', balance='B')
data = eval(sys.argv[1])
before = time.process_time()
try:
    outcome = read_statement_file(data, csv_mapping=mapping).format
except Refusal as refusal:
    outcome = refusal.code
seconds = time.process_time() - before
# Linux counts in ru_maxrss what the parent held when it started the child; VmHWM is of this process alone.
status = pathlib.Path('/proc/self/status')
lines = status.read_text().splitlines() if status.exists() else []
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == 'darwin' else 1)
peak = next((int(line.split()[1]) for line in lines if line.startswith('VmHWM')), peak)
print(json.dumps([outcome, seconds, peak]))
"""
HOSTILE = {
    "billion laughs": (
        "b'<!DOCTYPE l [<!ENTITY a \"' + b'x' * 1000 + b'\">' + b''.join(b'<!ENTITY %c \"&%c;&%c;&%c;\">' % (i + 1, i, i, i) "
        "for i in range(97, 120)) + b']>' + HEAD + b'<Id>&x;</Id>' + TAIL",
        "statement_markup_forbidden",
    ),
    "external entity": (
        "b'<!DOCTYPE l [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>' + HEAD + b'<Id>&a;</Id>' + TAIL",
        "statement_markup_forbidden",
    ),
    "external schema": ("b'<!DOCTYPE l SYSTEM \"http://example.invalid/l.dtd\">' + HEAD + TAIL", "statement_markup_forbidden"),
    "doctype late": ("filled(HEAD, ENTRY, b'<!DOCTYPE l>')", "statement_markup_forbidden"),
    "entity without declaration": ("HEAD + b'<Id>&a;</Id>' + TAIL", "statement_markup_damaged"),
    "hidden doctype": (
        '\'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE l>\'.encode() + HEAD + TAIL',
        "statement_markup_damaged",
    ),
    "unknown encoding": ('b\'<?xml version="1.0" encoding="klingon"?>\' + HEAD + TAIL', "statement_markup_damaged"),
    "wide XML": (
        "('<?xml version=\"1.0\" encoding=\"utf-16\"?>' + (HEAD + TAIL).decode()).encode('utf-16')",
        "text_encoding_unknown",
    ),
    "wide XML without mark": ("(HEAD + TAIL).decode().encode('utf-16-le')", "statement_markup_damaged"),
    "too large": ("b'0' * 100_000_000", "statement_too_large"),
    "too large XML": ("filled(HEAD, ENTRY, TAIL, 100_000_000)", "statement_too_large"),
    "deep nesting": ("HEAD + b'<a>' * 300_000", "statement_markup_damaged"),
    "deep nesting in an entry": (
        "HEAD + b'<Ntry>' + b'<a>' * 250 + b'</a>' * 250 + b'</Ntry>' + TAIL",
        "statement_field_unreadable",
    ),
    "empty elements": ("filled(HEAD, b'<a/>', TAIL)", "statement_markup_excessive"),
    "fewer empty elements": ("filled(HEAD, b'<a/>', TAIL, 1_500_000)", "statement_field_unreadable"),
    "attributes": ("filled(HEAD + b'<a ', b'b%d=\"\" ' % 1, b'/>' + TAIL)", "statement_markup_excessive"),
    "many attributes": (
        "HEAD + b''.join(b'<a ' + b' '.join(b'b%d=\"\"' % j for j in range(3000)) + b'/>' for i in range(600)) + TAIL",
        "statement_markup_excessive",
    ),
    "namespaces": (
        "HEAD + b''.join(b'<a xmlns:n%d=\"u%d\"/>' % (i, i) for i in range(700_000)) + TAIL",
        "statement_markup_excessive",
    ),
    "one long text": ("HEAD + b'<Id>' + b'x' * 15_000_000 + b'</Id>' + TAIL", "statement_markup_excessive"),
    "one long name": ("HEAD + b'<' + b'x' * 15_000_000 + b'/>' + TAIL", "statement_markup_excessive"),
    "comments": ("filled(HEAD, b'<!---->', TAIL)", "statement_markup_excessive"),
    "junk between entries": ("HEAD + (ENTRY + b'<a/>' * 1000) * 1000 + TAIL", "camt.053"),
    "much junk between entries": ("filled(HEAD, ENTRY + b'<a/>' * 300, TAIL)", "statement_markup_excessive"),
    "transactions in one entry": (
        "filled(HEAD + b'<Ntry><NtryDtls>', b'<TxDtls><Refs><TxId>1</TxId></Refs></TxDtls>', b'</NtryDtls></Ntry>' + TAIL)",
        "statement_markup_excessive",
    ),
    "a million entries": ("filled(HEAD, b'<Ntry/>', TAIL, 7_000_000)", "statement_field_unreadable"),
    "entries past the limit": ("filled(HEAD, ENTRY, TAIL)", "statement_too_long"),
    "statements without end": (
        "filled(b'<Document xmlns=\"' + NS + b'\"><BkToCstmrStmt>', HEAD.split(b'<BkToCstmrStmt>')[1] + ENTRY + b'</Stmt>')",
        "statement_too_long",
    ),
    "broken at the end": ("HEAD + ENTRY * 15_000", "statement_markup_damaged"),
    "page of a web site": ("filled(b'<html>', b'<p>x</p>', b'</html>')", "statement_markup_excessive"),
    "gigantic amount": ("HEAD + ENTRY.replace(b'1.00', b'9' * 30_000) + TAIL", "statement_field_unreadable"),
    "gigantic date": ("HEAD + ENTRY.replace(b'2026-', b'9' * 30_000 + b'-') + TAIL", "statement_field_unreadable"),
    "a million movements": ("OPENING + (MOVEMENT + b'\\n') * 1_000_000", "statement_too_large"),
    "movements to the limit": ("filled(OPENING, MOVEMENT)", "statement_too_long"),
    "complements to the limit": ("filled(OPENING + MOVEMENT, COMPLEMENT)", "statement_not_closed"),
    "blank lines": ("filled(OPENING, b'\\n', MOVEMENT)", "statement_too_long"),
    "blank line": ("filled(OPENING + b'\\n', b' ')", "statement_not_closed"),
    "one long line": ("filled(OPENING + b'\\n04', b'x')", "statement_line_too_long"),
    "wide characters": ("filled(OPENING + b'\\n', '\\U0001f4b6'.encode())", "statement_line_too_long"),
    "wide characters unbroken": ("filled(OPENING, '\\U0001f4b6'.encode())", "statement_record_unknown"),
    "zeros": ("OPENING + b'\\x00' * 15_000_000", "statement_character_forbidden"),
    "csv to the limit": ("filled(CSV, b'1/1/26;x;1;\\n')", "statement_too_long"),
    "csv without balance holding": ("filled(CSV, b'1/1/26;x;1;1\\n', b'', 150_000)", "statement_rows_refused"),
    "csv all wrong": ("filled(CSV, b'x;x;x;x\\n', b'', 2_000_000)", "statement_rows_refused"),
    "csv of wrong rows to the limit": ("filled(CSV, b'x;x;x;x\\n')", "statement_rows_refused"),
    "csv blank rows": ("filled(CSV, b'\\n')", "statement_too_long"),
    "csv never closed": ("filled(CSV + b'1/1/26;\"', b'x')", "statement_row_damaged"),
    "csv many cells": ("filled(CSV, b';')", "statement_row_damaged"),
    "csv many cells over many lines": ("filled(CSV, b';' * 60_000 + b'\"\\n\"')", "statement_row_damaged"),
    "statements of nothing": ("filled(b'', OPENING + b'07' + OPENING[2:])", "statement_too_long"),
    "csv long preamble": ("filled(b'', b'x')", "column_missing"),
    "csv wide characters": ("filled(CSV, b'1/1/26;' + '\\U0001f4b6'.encode() * 50 + b';1;\\n')", "statement_too_long"),
    "csv gigantic amount": ("CSV + b'1/1/26;x;' + b'9' * 100_000 + b';\\n'", "statement_row_damaged"),
    "csv zeros": ("CSV + b'\\x00' * 15_000_000", "text_encoding_unknown"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_soon_and_in_little_memory(case: str) -> None:
    expression, expected = HOSTILE[case]
    child = subprocess.run(
        [sys.executable, "-c", PRELUDE + CHILD, expression], capture_output=True, text=True, timeout=60, check=False
    )
    assert child.returncode == 0, child.stderr[-2000:]
    outcome, seconds, peak_kib = json.loads(child.stdout)
    assert outcome.startswith(expected)
    assert seconds < SECONDS_MAX
    if "too_large" not in expected:
        assert peak_kib < MEMORY_MAX_KIB


def test_the_size_is_checked_before_anything_else() -> None:
    with pytest.raises(faults.StatementTooLarge) as refused:
        read_statement_file(b"<" * (STATEMENT_BYTES_MAX + 1))
    assert refused.value.values == {"size_bytes": STATEMENT_BYTES_MAX + 1, "limit_bytes": STATEMENT_BYTES_MAX}


def test_many_entries_are_read_across_the_pieces_of_the_file() -> None:
    entry = (
        '<Ntry><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>'
        "<AddtlNtryInf>aide {}</AddtlNtryInf></Ntry>\n"
    )
    head = f"<Stmt><Id>1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>"
    entries = "".join(entry.format(amount, amount) for amount in range(1, 5001))
    message = f"<BkToCstmrStmt>{head}{entries}</Stmt></BkToCstmrStmt>"
    data = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.04">{message}</Document>'
    (statement,) = read_statement_file(data.encode()).statements
    assert [line.amount_cents for line in statement.movements] == [amount * 100 for amount in range(1, 5001)]
    assert statement.movements[-1].label == "aide 5000"
    assert len(statement.movements) < MOVEMENTS_MAX


def ends_well(data: bytes) -> None:
    try:
        file = read_statement_file(data, csv_mapping=MAPPING)
    except Refusal as refusal:
        assert str(refusal)
    else:
        assert isinstance(file, StatementFile)
        json.dumps(statement_as_json(file))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_statements_or_a_refusal(data: bytes) -> None:
    ends_well(data)


SEEDS = [
    (SAMPLES / "cfonb120" / "pennylane_example.txt").read_bytes(),
    (SAMPLES / "camt053" / "pain001_camt053_sample.xml").read_bytes(),
    'D;L;A;B\r\n31/12/2026;été;1 234,56;1 300,00\r\n30/12/2026;"a;b";-1,00;65,44\r\n'.encode(),
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.integers(0, 40),
            st.binary(max_size=6) | st.sampled_from((b"<Ntry>", b"]]>", b"\n", b'"')),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_any_damage_to_a_good_file_ends_in_statements_or_a_refusal(seed: bytes, damages: list[tuple[float, int, bytes]]) -> None:
    for where, dropped, inserted in damages:
        start = int(where * len(seed))
        seed = seed[:start] + inserted + seed[start + dropped :]
    ends_well(seed)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["01", "04", "05", "07", "\n", " " * 22, "0" * 13 + "{", "010326", "EUR2", "LIB", "é"]), max_size=60)
)
def test_any_heap_of_fields_ends_in_statements_or_a_refusal(fields: list[str]) -> None:
    ends_well("".join(["0130002", *fields]).encode("cp1252"))


@given(st.text(max_size=60))
def test_plain_text_is_one_printable_line_and_stays_as_it_is(written: str) -> None:
    once = plain(written)
    assert plain(once) == once
    assert not set(once) & set("\x00\n\r\t\u202e\u2028\u200b")
    once.encode("utf-8")


def test_every_refusal_has_a_code_of_its_own_and_a_sentence() -> None:
    found = every_refusal(faults.StatementUnreadable)
    assert len({refusal.code for refusal in found}) == len(found)
    assert all(refusal.template().endswith((".", "}")) for refusal in found)
