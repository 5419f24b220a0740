"""camt.053 statements: booked entries to the cent, whatever the version and the habits of the bank."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from monnaielocale.domain.money import Money
from monnaielocale.domain.statements.bank import BankAccountName, Movement, Statement, StatementFile
from monnaielocale.formats.bank import faults as faults
from monnaielocale.formats.bank.camt053_writer import write_camt053
from monnaielocale.formats.bank.statements import read_statement_file

SAMPLES = Path(__file__).parent.parent / "samples" / "camt053"
IBAN = "FR1420041010050500013M02606"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def entry(
    amount: str = "12.50", *, direction: str = "CRDT", day: str = "<Dt>2026-03-02</Dt>", more: str = "", status: str = "BOOK"
) -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt>{day}</BookgDt>{more}</Ntry>"
    )


def bal(kind: str, amount: str, *, on: str = "2026-03-02", direction: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def account(number: str = f"<IBAN>{IBAN}</IBAN>", currency: str = "<Ccy>EUR</Ccy>") -> str:
    return f"<Acct><Id>{number}</Id>{currency}</Acct>"


def message(*parts: str, namespace: str = NAMESPACE) -> bytes:
    statement = "".join(parts) if parts and parts[0].startswith("<Acct") else account() + "".join(parts)
    declared = f' xmlns="{namespace}"' if namespace else ""
    return f"<Document{declared}><BkToCstmrStmt><Stmt><Id>S1</Id>{statement}</Stmt></BkToCstmrStmt></Document>".encode()


def read(*parts: str) -> Statement:
    (statement,) = read_statement_file(message(*parts)).statements
    return statement


def details(*transactions: str) -> str:
    return "<NtryDtls>" + "".join(f"<TxDtls>{content}</TxDtls>" for content in transactions) + "</NtryDtls>"


def test_a_sample_of_others_is_read_although_it_breaks_its_schema() -> None:
    file = read_statement_file((SAMPLES / "pain001_camt053_sample.xml").read_bytes())
    assert file == StatementFile(
        format="camt.053.001.08",
        statements=(
            Statement(
                account=BankAccountName("DE89370400440532013000"),
                currency="EUR",
                covers_from=date(2026, 4, 10),
                closing_on=date(2026, 4, 10),
                opening_cents=None,
                closing_cents=None,
                number="42",
                movements=(
                    Movement(
                        booked_on=date(2026, 4, 10),
                        value_on=date(2026, 4, 10),
                        amount_cents=15000,
                        label="Incoming transfer from Jane Subscriber",
                        references=("ENTRY-001",),
                        place="1/1",
                    ),
                ),
            ),
        ),
        warnings=(faults.BalancesNotChecked(account="DE89370400440532013000"),),
    )


def test_a_french_iban_names_bank_branch_and_account() -> None:
    assert read(entry()).account == BankAccountName(IBAN, "20041", "01005", "0500013M026")


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("<Othr><Id>0500013M026</Id></Othr>", BankAccountName(None, number="0500013M026")),
        (f"<Othr><Id>{IBAN}</Id></Othr>", BankAccountName(IBAN, number=IBAN)),
        ("<IBAN>FR1520041010050500013M02606</IBAN>", BankAccountName(None, number="FR1520041010050500013M02606")),
    ],
)
def test_an_account_without_iban_keeps_the_number_that_the_bank_gives(number: str, name: BankAccountName) -> None:
    assert read(account(number), entry()).account == name


def test_opening_and_entries_must_lead_to_the_closing_balance() -> None:
    good = read(bal("OPBD", "100.00"), bal("CLBD", "87.50"), entry(direction="DBIT"))
    assert (good.opening_cents, good.closing_cents) == (10000, 8750)
    with pytest.raises(faults.StatementUnbalanced) as refused:
        read(bal("OPBD", "100.00"), bal("CLBD", "87.51"), entry(direction="DBIT"))
    assert refused.value.values == {"account": IBAN, "expected": Money(8750), "found": Money(8751)}


def test_an_overdrawn_balance_is_negative() -> None:
    assert read(bal("OPBD", "100.00", direction="DBIT"), bal("CLBD", "87.50", direction="DBIT"), entry()).opening_cents == -10000


def test_balances_may_stand_below_the_entries() -> None:
    assert read(entry(), bal("OPBD", "100.00"), entry(), bal("CLBD", "125.00")).opening_cents == 10000


@pytest.mark.parametrize(
    ("balances", "bounds"),
    [
        ((("PRCD", "10.00"), ("CLBD", "22.50")), (1000, 2250)),
        ((("OPBD", "10.00"), ("ITBD", "22.50")), (1000, 2250)),
        ((("ITBD", "10.00"), ("ITBD", "22.50")), (1000, 2250)),
        ((("ITBD", "10.00"), ("CLBD", "22.50")), (1000, 2250)),
        ((("ITBD", "10.00"),), (None, None)),
        ((("CLAV", "99.00"), ("CLBD", "22.50")), (None, 2250)),
        ((("OPBD", "10.00"), ("PRCD", "9.00"), ("CLBD", "22.50")), (1000, 2250)),
    ],
)
def test_pages_and_previous_closings_open_a_statement_too(
    balances: tuple[tuple[str, str], ...], bounds: tuple[int | None, int | None]
) -> None:
    statement = read(*(bal(kind, amount) for kind, amount in balances), entry())
    assert (statement.opening_cents, statement.closing_cents) == bounds


def test_two_different_closing_balances_are_refused() -> None:
    with pytest.raises(faults.StatementBalancesContradict):
        read(bal("CLBD", "1.00"), bal("CLBD", "2.00"), entry())


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR", "<Cd>PDNG</Cd>", "<Prtry>OTHER</Prtry>"])
def test_what_is_not_booked_is_left_out_and_remarked(status: str) -> None:
    file = read_statement_file(message(entry(status=status), entry("3.00"), entry("4.00", status="<Cd>BOOK</Cd>")))
    assert [line.amount_cents for line in file.statements[0].movements] == [300, 400]
    assert faults.PendingEntriesIgnored(count=1, account=IBAN) in file.warnings


@pytest.mark.parametrize(
    ("day", "booked_on"),
    [
        ("<Dt>2026-03-02</Dt>", date(2026, 3, 2)),
        ("<Dt>2026-03-02+01:00</Dt>", date(2026, 3, 2)),
        ("<DtTm>2026-03-02T09:00:00</DtTm>", date(2026, 3, 2)),
        ("<DtTm>2026-03-02T23:30:00Z</DtTm>", date(2026, 3, 3)),
        ("<DtTm>2026-07-01T22:30:00Z</DtTm>", date(2026, 7, 2)),
        ("<DtTm>2026-03-02T23:30:00.123+01:00</DtTm>", date(2026, 3, 2)),
    ],
)
def test_an_instant_falls_on_its_day_in_france(day: str, booked_on: date) -> None:
    assert read(entry(day=day)).movements[0].booked_on == booked_on


@pytest.mark.parametrize(
    "day",
    [
        "",
        "<Dt/>",
        "<Dt>2026-02-30</Dt>",
        "<Dt>02/03/2026</Dt>",
        "<DtTm>0001-01-01T00:00:00Z</DtTm>",
        "<Dt>99999999999-01-01</Dt>",
    ],
)
def test_an_entry_without_readable_booking_date_is_refused(day: str) -> None:
    with pytest.raises(faults.StatementFieldUnreadable) as refused:
        read(entry(), entry(day=day))
    assert (refused.value.values["place"], refused.value.values["field"]) == ("1/2", "BookgDt")


@pytest.mark.parametrize(
    ("written", "cents"), [("12", 1200), ("12.5", 1250), ("12.", 1200), ("12.50000", 1250), ("+12.50", 1250), (" 1.00 ", 100)]
)
def test_amounts_are_exact(written: str, cents: int) -> None:
    assert read(entry(written)).movements[0].amount_cents == cents


@pytest.mark.parametrize(
    "written",
    ["", "12.505", "-12.50", "12,50", "1e3", "NaN", "Infinity", "9" * 5000, "9" * 18, "1 200.00", "١٢", "0x10", "1_000"],
)
def test_an_amount_that_is_not_in_whole_cents_is_refused(written: str) -> None:
    with pytest.raises(faults.StatementFieldUnreadable) as refused:
        read(entry(written))
    assert (refused.value.values["place"], refused.value.values["field"]) == ("1/1", "Amt")


@pytest.mark.parametrize("direction", ["", "crdt", "CREDIT"])
def test_an_entry_without_direction_is_refused(direction: str) -> None:
    with pytest.raises(faults.StatementFieldUnreadable) as refused:
        read(entry(direction=direction))
    assert refused.value.values["field"] == "CdtDbtInd"


def test_an_amount_in_another_currency_is_refused() -> None:
    with pytest.raises(faults.StatementCurrencyDiffers) as refused:
        read(entry().replace("EUR", "USD"))
    assert refused.value == faults.StatementCurrencyDiffers(place="1/1", expected="EUR", found="USD")


def test_a_statement_that_names_no_currency_is_in_the_one_of_its_first_amount() -> None:
    assert read(account(currency=""), entry().replace("EUR", "CHF")).currency == "CHF"


def test_a_reversal_keeps_the_direction_that_the_bank_gives() -> None:
    reason = details("<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>compte clos</AddtlInf></RtrInf>")
    (line,) = read(entry(more=f"<RvslInd>true</RvslInd>{reason}")).movements
    assert (line.amount_cents, line.is_reversal, line.reject_code, line.label) == (1250, True, "AC04", "compte clos")


@pytest.mark.parametrize(
    "name", ["<Dbtr><Nm>Ville de Bellerive</Nm></Dbtr>", "<Dbtr><Pty><Nm>Ville de Bellerive</Nm></Pty></Dbtr>"]
)
def test_the_debtor_is_found_in_both_shapes(name: str) -> None:
    party = f"<RltdPties>{name}<Cdtr><Nm>Nous</Nm></Cdtr></RltdPties>"
    assert read(entry(more=details(party))).movements[0].counterparty == "Ville de Bellerive"
    assert read(entry(direction="DBIT", more=details(party))).movements[0].counterparty == "Nous"


def test_one_entry_is_one_movement_with_all_that_its_transactions_say() -> None:
    first = (
        "<Refs><EndToEndId>E2E-1</EndToEndId><TxId>T1</TxId></Refs><RltdPties><Dbtr><Nm>Ville A</Nm></Dbtr></RltdPties>"
        "<RmtInf><Ustrd>mandat 12</Ustrd><Ustrd>mars</Ustrd></RmtInf>"
    )
    second = (
        "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Nm>Ville B</Nm></Dbtr></RltdPties>"
        "<RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf><AddtlTxInf>solde</AddtlTxInf>"
    )
    head = (
        "<AcctSvcrRef>BK-7</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    )
    (line,) = read(entry(more=head + details(first, second) + "<AddtlNtryInf>VIR SEPA</AddtlNtryInf>")).movements
    assert line == Movement(
        booked_on=date(2026, 3, 2),
        amount_cents=1250,
        label="VIR SEPA",
        counterparty="Ville A",
        details=("mandat 12", "mars", "solde", "Ville B"),
        references=("BK-7", "E2E-1", "T1", "RF18539007547034"),
        bank_code="PMNT/RCDT/ESCT",
        place="1/1",
    )


def test_the_banks_own_operation_code_comes_first() -> None:
    code = "<BkTxCd><Domn><Cd>PMNT</Cd></Domn><Prtry><Cd>05</Cd></Prtry></BkTxCd>"
    assert read(entry(more=code)).movements[0].bank_code == "05"


@pytest.mark.parametrize(
    ("parts", "days"),
    [
        (("<FrToDt><FrDtTm>2026-03-01T00:00:00</FrDtTm><ToDtTm>2026-03-31T23:59:59</ToDtTm></FrToDt>",), (1, 31)),
        (("<FrToDt><FrDt>2026-03-01</FrDt><ToDt>2026-03-31</ToDt></FrToDt>",), (1, 31)),
        (("<FrToDt><FrDtTm>2026-03-01T00:00:00</FrDtTm><ToDtTm>2026-03-31T00:00:00</ToDtTm></FrToDt>",), (1, 30)),
        (
            (
                "<FrToDt><FrDtTm>2026-03-01T00:00:00</FrDtTm><ToDtTm>2026-03-31T00:00:00</ToDtTm></FrToDt>",
                bal("CLBD", "12.50", on="2026-03-31"),
            ),
            (1, 31),
        ),
        (("<FrToDt><FrDtTm>2026-03-02T00:00:00</FrDtTm><ToDtTm>2026-03-02T00:00:00</ToDtTm></FrToDt>",), (2, 2)),
        ((bal("OPBD", "0.00", on="2026-03-01"), bal("CLBD", "12.50", on="2026-03-04")), (2, 4)),
        ((bal("OPBD", "0.00", on="2026-03-02"), bal("CLBD", "12.50", on="2026-03-04")), (2, 4)),
        ((bal("OPBD", "0.00", on="2026-03-02"), bal("CLBD", "12.50", on="2026-03-02")), (2, 2)),
        ((bal("PRCD", "0.00", on="2026-03-01"), bal("CLBD", "12.50", on="2026-03-04")), (2, 4)),
        ((bal("OPBD", "0.00", on="2026-03-01"),), (2, 2)),
        ((), (2, 2)),
    ],
)
def test_the_days_covered_come_from_the_period_or_the_balances_or_the_entries(
    parts: tuple[str, ...], days: tuple[int, int]
) -> None:
    statement = read(*parts, entry())
    assert (statement.covers_from.day, statement.closing_on.day) == days


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(faults.StatementPeriodImpossible):
        read("<FrToDt><FrDt>2026-03-05</FrDt><ToDt>2026-03-01</ToDt></FrToDt>", entry())


def test_a_statement_without_account_or_without_any_day_is_refused() -> None:
    with pytest.raises(faults.StatementAccountMissing):
        read("<Acct></Acct>", entry())
    with pytest.raises(faults.StatementFieldUnreadable):
        read(account())


@pytest.mark.parametrize("prefix", ["", "c:", "ns0:"])
def test_prefixes_do_not_matter(prefix: str) -> None:
    root = etree.fromstring(message(entry()))
    name = prefix.rstrip(":") or None
    renamed = etree.Element(root.tag, nsmap={name: NAMESPACE})
    renamed.extend(list(root))
    etree.cleanup_namespaces(renamed, top_nsmap={name: NAMESPACE})
    written = etree.tostring(renamed, xml_declaration=True, encoding="UTF-8")
    assert f"<{prefix}Document".encode() in written
    assert len(read_statement_file(written).statements[0].movements) == 1


@pytest.mark.parametrize(("namespace", "warned"), [("02", False), ("04", False), ("08", False), ("06", True), ("13", True)])
def test_other_versions_are_read_with_a_remark(namespace: str, warned: bool) -> None:
    file = read_statement_file(message(bal("OPBD", "0.00"), bal("CLBD", "12.50"), entry(), namespace=NAMESPACE[:-2] + namespace))
    assert file.format == f"camt.053.001.{namespace}"
    assert [remark.code for remark in file.warnings] == ["statement_version_unknown"] * warned


def test_other_messages_are_named() -> None:
    for namespace in ("urn:iso:std:iso:20022:tech:xsd:camt.052.001.08", "urn:example"):
        with pytest.raises(faults.StatementMessageOther) as refused:
            read_statement_file(message(entry(), namespace=namespace))
        assert refused.value == faults.StatementMessageOther(found=namespace)
    payment = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/></Document>'
    with pytest.raises(faults.StatementMessageOther):
        read_statement_file(payment)
    with pytest.raises(faults.StatementFormatUnknown):
        read_statement_file(b"<html><body>Connexion</body></html>")


def test_a_message_without_statement_is_empty() -> None:
    with pytest.raises(faults.StatementEmpty):
        read_statement_file(f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt/></Document>'.encode())


def test_several_statements_keep_their_own_entries() -> None:
    one = f"<Stmt><Id>A</Id>{account()}{entry('1.00')}{entry('2.00')}</Stmt>"
    two = f"<Stmt><Id>B</Id>{account('<IBAN>DE89370400440532013000</IBAN>')}{entry('3.00')}</Stmt>"
    data = f'<Document xmlns="{NAMESPACE}"><BkToCstmrStmt><GrpHdr/>{one}{two}</BkToCstmrStmt></Document>'.encode()
    read_all = read_statement_file(data).statements
    assert [[line.amount_cents for line in statement.movements] for statement in read_all] == [[100, 200], [300]]
    assert [line.place for statement in read_all for line in statement.movements] == ["1/1", "1/2", "2/1"]


def test_texts_are_one_line_of_printable_characters() -> None:
    note = "<AddtlNtryInf>\n  aide\tsociale \u202e e\u0301te\u0301\u00a0\n</AddtlNtryInf>"
    assert read(entry(more=note)).movements[0].label == "aide sociale été"


TEXTS = (
    st.text("ABCdefghi jkl0123456789éàçŒ€&<>\"'", min_size=1, max_size=100).map(lambda text: " ".join(text.split())).filter(bool)
)
REFERENCES = st.text("ABCdef0123456789-", min_size=1, max_size=35).filter(lambda text: text not in ("NOTPROVIDED", "NONREF"))
DAYS = st.dates(date(2020, 1, 2), date(2030, 12, 31))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    first = draw(DAYS)
    last = first + timedelta(days=draw(st.integers(0, 40)))
    movements = draw(
        st.lists(
            st.builds(
                lambda label, texts, **fields: Movement(
                    label=label, details=tuple(text for text in texts if text != label), **fields
                ),
                label=TEXTS,
                texts=st.lists(TEXTS, max_size=3, unique=True),
                booked_on=st.dates(first, last),
                value_on=st.none() | DAYS,
                amount_cents=st.integers(-(10**12), 10**12).filter(bool),
                counterparty=st.just("") | TEXTS,
                references=st.lists(REFERENCES, max_size=4, unique=True).map(tuple),
                bank_code=st.sampled_from(("", "05", "B1")),
                is_reversal=st.booleans(),
                reject_code=st.sampled_from(("", "AC04")),
            ),
            max_size=5,
        )
    )
    opening_cents = draw(st.integers(-(10**14), 10**14))
    return Statement(
        account=BankAccountName(IBAN, "20041", "01005", "0500013M026"),
        currency="EUR",
        covers_from=first,
        closing_on=last,
        opening_cents=opening_cents,
        closing_cents=opening_cents + sum(line.amount_cents for line in movements),
        movements=tuple(movements),
        number=str(draw(st.integers(1, 10**9))),
    )


SCHEMAS = {version: etree.XMLSchema(etree.parse(str(SAMPLES / f"camt.053.001.{version}.xsd"))) for version in ("02", "04", "08")}


@settings(max_examples=50, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=3), st.sampled_from(("02", "04", "08")))
def test_what_is_written_is_valid_and_read_again(written: list[Statement], version: str) -> None:
    data = write_camt053(written, version=version)
    SCHEMAS[version].assertValid(etree.fromstring(data))
    file = read_statement_file(data)
    assert file.warnings == ()
    assert [
        replace(statement, movements=tuple(replace(line, place="") for line in statement.movements))
        for statement in file.statements
    ] == written


def test_what_the_format_cannot_carry_is_not_written() -> None:
    statement = read(bal("OPBD", "0.00"), bal("CLBD", "12.50"), entry())
    with pytest.raises(faults.StatementUnwritable):
        write_camt053([statement], version="13")
    with pytest.raises(faults.StatementUnwritable):
        write_camt053([replace(statement, account=BankAccountName(None, number="12345"))])
