"""camt.053 files for rehearsals and tests. A bank writes the real ones."""

from collections.abc import Sequence
from datetime import date

from lxml import etree  # type: ignore[import-untyped]

from ...domain.money import decimal_text
from ...domain.statements.bank import Movement, Statement
from .camt053 import STEM, VERSIONS
from .faults import StatementUnwritable

_REMITTANCE_WIDTH, _NAME_WIDTH, _REFERENCE_WIDTH, _LABEL_WIDTH = 140, 140, 35, 500


def write_camt053(statements: Sequence[Statement], *, version: str = "08") -> bytes:
    """The statements as one message valid against its schema, for rehearsals and tests. Versions are 02, 04 and 08.

    The first reference becomes the bank's, the second the end-to-end identification, the others creditor references. Refuses a
    version or an account that the message cannot carry (StatementUnwritable).
    """
    if version not in VERSIONS:
        raise StatementUnwritable(account="", field="version")
    root = etree.Element("Document", nsmap={None: f"{STEM}.001.{version}"})
    message = _under(root, "BkToCstmrStmt")
    header = _under(message, "GrpHdr")
    newest = max((statement.closing_on for statement in statements), default=date(2000, 1, 1))
    _under(header, "MsgId", f"STATEMENTS-{newest:%Y%m%d}")
    _under(header, "CreDtTm", f"{newest}T23:59:59")
    for order, statement in enumerate(statements, start=1):
        _statement(message, statement, order=order, version=version)
    # Elements were made without namespace; the default one is given to all of them by its place in the tree.
    for element in root.iter():
        element.tag = f"{{{STEM}.001.{version}}}{element.tag}"
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _under(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, name, attributes)
    element.text = text
    return element


def _statement(message: etree._Element, statement: Statement, *, order: int, version: str) -> None:
    if statement.account.iban is None:
        raise StatementUnwritable(account=str(statement.account), field="iban")
    element = _under(message, "Stmt")
    _under(element, "Id", statement.number or f"STATEMENT-{order}")
    if statement.number.isdecimal():
        _under(element, "ElctrncSeqNb", statement.number)
    _under(element, "CreDtTm", f"{statement.closing_on}T23:59:59")
    period = _under(element, "FrToDt")
    _under(period, "FrDtTm", f"{statement.covers_from}T00:00:00")
    _under(period, "ToDtTm", f"{statement.closing_on}T23:59:59")
    account = _under(element, "Acct")
    _under(_under(account, "Id"), "IBAN", statement.account.iban)
    _under(account, "Ccy", statement.currency)
    _balance(element, statement, "OPBD", statement.covers_from, statement.opening_cents)
    _balance(element, statement, "CLBD", statement.closing_on, statement.closing_cents)
    for movement in statement.movements:
        _entry(element, statement.currency, movement, version=version)


def _balance(parent: etree._Element, statement: Statement, kind: str, on: date, cents: int | None) -> None:
    if cents is None:
        return
    element = _under(parent, "Bal")
    _under(_under(_under(element, "Tp"), "CdOrPrtry"), "Cd", kind)
    _amount(element, statement.currency, cents)
    _under(_under(element, "Dt"), "Dt", on.isoformat())


def _amount(parent: etree._Element, currency: str, cents: int) -> None:
    _under(parent, "Amt", decimal_text(abs(cents)), Ccy=currency)
    _under(parent, "CdtDbtInd", "DBIT" if cents < 0 else "CRDT")


def _entry(parent: etree._Element, currency: str, movement: Movement, *, version: str) -> None:
    element = _under(parent, "Ntry")
    _amount(element, currency, movement.amount_cents)
    if movement.is_reversal:
        _under(element, "RvslInd", "true")
    status = _under(element, "Sts", None if version == "08" else "BOOK")
    if version == "08":
        _under(status, "Cd", "BOOK")
    _under(_under(element, "BookgDt"), "Dt", movement.booked_on.isoformat())
    if movement.value_on:
        _under(_under(element, "ValDt"), "Dt", movement.value_on.isoformat())
    if movement.references:
        _under(element, "AcctSvcrRef", movement.references[0][:_REFERENCE_WIDTH])
    code = _under(element, "BkTxCd")
    if movement.bank_code:
        _under(_under(code, "Prtry"), "Cd", movement.bank_code[:_REFERENCE_WIDTH])
    _transaction(_under(_under(element, "NtryDtls"), "TxDtls"), currency, movement, version=version)
    if movement.label:
        _under(element, "AddtlNtryInf", movement.label[:_LABEL_WIDTH])


def _transaction(element: etree._Element, currency: str, movement: Movement, *, version: str) -> None:
    end_to_end, structured = movement.references[1:2], movement.references[2:]
    _under(_under(element, "Refs"), "EndToEndId", end_to_end[0][:_REFERENCE_WIDTH] if end_to_end else "NOTPROVIDED")
    if version != "02":
        _amount(element, currency, movement.amount_cents)
    if movement.counterparty:
        party = _under(_under(element, "RltdPties"), "Dbtr" if movement.amount_cents > 0 else "Cdtr")
        _under(_under(party, "Pty") if version == "08" else party, "Nm", movement.counterparty[:_NAME_WIDTH])
    if movement.details or structured:
        remittance = _under(element, "RmtInf")
        for detail in movement.details:
            for start in range(0, len(detail), _REMITTANCE_WIDTH):
                _under(remittance, "Ustrd", detail[start : start + _REMITTANCE_WIDTH])
        for reference in structured:
            _under(_under(_under(remittance, "Strd"), "CdtrRefInf"), "Ref", reference[:_REFERENCE_WIDTH])
    if movement.reject_code:
        _under(_under(_under(element, "RtrInf"), "Rsn"), "Cd", movement.reject_code[:4])
