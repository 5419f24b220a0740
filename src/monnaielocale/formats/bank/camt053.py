"""camt.053, the ISO 20022 bank statement, in the versions 001.02, 001.04 and 001.08.

The file is read in pieces and each entry is let go once read, so that memory stays small whatever the file. Nothing outside the
file is ever fetched, a document type is refused before parsing, and only encodings that contain ASCII as it is are accepted, so
that the refusal cannot be avoided by writing it otherwise. Real files often break the schema: what is needed is read wherever it
stands.
Source: ISO 20022 Bank-to-Customer Cash Management; CFONB, guide for camt.053.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree  # type: ignore[import-untyped]

from ...domain.statements.bank import Statement, StatementFile, StatementRemark
from . import faults as faults
from .camt053_marks import local_name
from .camt053_statement import StatementDraft
from .checks import MOVEMENTS_MAX, STATEMENTS_MAX, check_balances, remarks_on

STEM = "urn:iso:std:iso:20022:tech:xsd:camt.053"
VERSIONS = ("02", "04", "08")
_KNOWN = tuple(f"{STEM}.001.{version}" for version in VERSIONS)
_ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin1", "iso-8859-15", "windows-1252", "cp1252")
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENTRY_END = re.compile(rb"</(?:[A-Za-z0-9._-]{1,40}:)?Ntry\s{0,40}>")
_PIECE_BYTES = 65_536
# No name, value or text of a statement comes near these: they bound what one piece can make the parser hold.
_UNMARKED_BYTES_MAX = 32_768
_HELD_MARKS_MAX = 400_000
_MARKS_MAX = 1_300_000


def looks_like_xml(data: bytes) -> bool:
    """True when the first character of the file opens a mark, in an encoding that contains ASCII as it is."""
    return data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read_camt053(data: bytes) -> StatementFile:
    """The statements of a camt.053 message. Only booked entries (BOOK) count; one entry is one movement.

    Refuses forbidden or damaged XML, other messages, entries whose amount, direction or booking date cannot be read, and a
    statement whose balances and entries do not add up (subclasses of StatementUnreadable).
    """
    body = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    _check_markup(body)
    reader = _Reader()
    for event, element in _events(body, reader):
        reader.take(event, element)
    return reader.result()


def _check_markup(body: bytes) -> None:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise faults.StatementMarkupForbidden()
    declared = _DECLARATION.match(body)
    if b"\x00" in body or (declared and declared[1].decode("ascii").lower() not in _ENCODINGS):
        raise faults.StatementMarkupDamaged(line=1)
    if sum(1 for _ in islice(_ENTRY_END.finditer(body), MOVEMENTS_MAX + 1)) > MOVEMENTS_MAX:
        raise faults.StatementTooLong(limit=MOVEMENTS_MAX)
    if body.count(b"<") + body.count(b"=") > _MARKS_MAX:
        raise faults.StatementMarkupExcessive()
    # A window without any end of mark holds part of a name, value or text longer than half of it.
    for start in range(0, len(body) - _UNMARKED_BYTES_MAX, _UNMARKED_BYTES_MAX):
        if body.find(b">", start, start + _UNMARKED_BYTES_MAX) < 0:
            raise faults.StatementMarkupExcessive()


def _events(body: bytes, reader: "_Reader") -> Iterator[tuple[str, etree._Element]]:
    """Beginnings and ends of statements, and ends of entries, as the pieces go through the parser."""
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=("{*}BkToCstmrStmt", "{*}Stmt", "{*}Ntry"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for start in range(0, len(body), _PIECE_BYTES):
            piece = body[start : start + _PIECE_BYTES]
            parser.feed(piece)
            yield from parser.read_events()
            reader.count(piece)
        reader.root = parser.close()
        yield from parser.read_events()
    except etree.XMLSyntaxError as damage:
        raise faults.StatementMarkupDamaged(line=damage.lineno or 1) from None
    except (etree.LxmlError, LookupError, ValueError):
        raise faults.StatementMarkupDamaged(line=1) from None


class _Reader:
    """Takes the parser's events and keeps the statements read so far."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.remarks: list[StatementRemark] = []
        self.namespace: str | None = None
        self.draft: StatementDraft | None = None
        self.root: etree._Element | None = None
        self.movements = 0
        self.held_marks = 0

    def count(self, piece: bytes) -> None:
        """Stops before the marks held since the last entry let go fill the memory."""
        self.held_marks += piece.count(b"<") + piece.count(b"=")
        if self.held_marks > _HELD_MARKS_MAX:
            raise faults.StatementMarkupExcessive()

    def take(self, event: str, element: etree._Element) -> None:
        name, parent, draft = local_name(element), element.getparent(), self.draft
        if event == "start" and name == "BkToCstmrStmt" and self.namespace is None:
            self.namespace = etree.QName(element).namespace or ""
            self._check_namespace(self.namespace)
        elif name == "Stmt" and parent is not None and local_name(parent) == "BkToCstmrStmt":
            self._statement(event, element)
        elif event == "end" and name == "Ntry" and draft is not None and parent is draft.element:
            self._entry(draft, element)

    def _check_namespace(self, namespace: str) -> None:
        if namespace in _KNOWN:
            return
        if namespace and not namespace.startswith(STEM):
            raise faults.StatementMessageOther(found=namespace[:80])
        self.remarks.append(faults.StatementVersionUnknown(found=namespace[:80]))

    def _statement(self, event: str, element: etree._Element) -> None:
        if event == "start":
            if len(self.statements) == STATEMENTS_MAX:
                raise faults.StatementTooLong(limit=STATEMENTS_MAX)
            self.draft = StatementDraft(element, order=len(self.statements) + 1)
        elif self.draft is not None and element is self.draft.element:
            self.draft.absorb(last=None)
            self._finish(self.draft)
            self.draft = None
            self._let_go(element)

    def _entry(self, draft: StatementDraft, element: etree._Element) -> None:
        self.movements += 1
        if self.movements > MOVEMENTS_MAX:
            raise faults.StatementTooLong(limit=MOVEMENTS_MAX)
        draft.absorb(last=element)
        self._let_go(element)

    def _finish(self, draft: StatementDraft) -> None:
        statement = draft.statement()
        check_balances(statement)
        self.statements.append(statement)
        self.remarks.extend(remarks_on(statement))
        account = str(statement.account)
        if draft.pending:
            self.remarks.append(faults.PendingEntriesIgnored(count=draft.pending, account=account))
        if draft.empty:
            self.remarks.append(faults.EmptyMovementsIgnored(count=draft.empty, account=account))

    def _let_go(self, element: etree._Element) -> None:
        """Frees what was read: the element's content and all before it. Its own place in the tree still belongs to the parser."""
        self.held_marks = 0
        element.clear(keep_tail=True)
        for ancestor in (element, *element.iterancestors()):
            parent = ancestor.getparent()
            while parent is not None and parent[0] is not ancestor:
                del parent[0]

    def result(self) -> StatementFile:
        if self.namespace is None:
            root = self.root
            name = "" if root is None else etree.QName(root).namespace or ""
            if "iso:20022" in name:
                raise faults.StatementMessageOther(found=name[:80])
            raise faults.StatementFormatUnknown()
        if not self.statements:
            raise faults.StatementEmpty()
        version = self.namespace.removeprefix("urn:iso:std:iso:20022:tech:xsd:") or "camt.053"
        return StatementFile(format=version, statements=tuple(self.statements), warnings=tuple(self.remarks))
