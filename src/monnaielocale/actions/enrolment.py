"""Enrolment from the list that an association already keeps: its members with their mandates, accepted whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..domain.actors import Actor
from ..domain.conventions.convention import ConventionEnded, ConventionSuspended, NoConventionInForce
from ..domain.conventions.rules import KindNotAllowed, MandateTooShort, ShareBelowMinimum, ShareModeNotAllowed
from ..domain.files import Notice, RowFault, RowsRefused
from ..domain.members import MemberAlreadyExists, MemberLeft, MemberNameMissing
from ..domain.payments.mandates import DocumentMissing, Mandate, SignatureLater, check_may_be_signed, checked_document_name
from ..domain.payments.runs import RowRepeated
from ..domain.progress import Step, counted
from ..domain.refusals import Refusal
from ..domain.text import shown_text
from ..formats.member_files import ExaminedMembers, MandateRow, MemberRow, examine_member_rows
from ..formats.tabular import read_table
from ..store.conventions import Conventions, LoadedConvention, books_of, convention_with, conventions_of
from ..store.documents import DocumentGiven
from ..store.mandates import last_mandate_numbers, mandates_of_members
from ..store.members import MemberKnown, Members, members_of, present_member
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .mandate_batch import MandateBatch, Numbers
from .mandates import DraftMandate, drafted
from .members import EnrolMember, checked_member, keep_member
from .perform import action

# The column in which people look for what is refused about a mandate's terms.
_COLUMNS: tuple[tuple[type[Refusal], str], ...] = (
    (KindNotAllowed, "mandate_kind"),
    (ShareModeNotAllowed, "share_mode"),
    (ShareBelowMinimum, "share"),
    (MandateTooShort, "ends_on"),
    (NoConventionInForce, "starts_on"),
    (ConventionSuspended, "starts_on"),
    (ConventionEnded, "starts_on"),
    (SignatureLater, "signed_on"),
    (DocumentMissing, "signed_on"),
    (MemberAlreadyExists, "name"),
    (MemberNameMissing, "name"),
    (MemberLeft, "number"),
)


@dataclass(frozen=True, slots=True)
class EnrolFromFile:
    """A list of members and their mandates for one public body, with the scan of what they signed, if it is at hand."""

    actor: Actor
    book: str
    public_body: str
    file_name: str
    data: bytes = field(repr=False)
    on: date
    document_name: str = ""
    document: bytes = field(default=b"", repr=False)
    key: str = ""


@dataclass(frozen=True, slots=True)
class EnrolledFromFile:
    """What the list added, by numbers of members and mandates, and what was known before."""

    members: tuple[str, ...]
    members_known: tuple[str, ...]
    mandates: tuple[str, ...]
    mandates_known: tuple[str, ...]
    signed: tuple[str, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class _Mandate:
    """A row of the list with the mandate that it describes, or the one that it describes again."""

    row: MandateRow
    mandate: Mandate
    is_new: bool

    @property
    def is_to_sign(self) -> bool:
        return self.row.signed_on is not None and self.mandate.signed_on is None


@dataclass(slots=True)
class _Plan:
    """One list decided and not yet written."""

    members: dict[str, MemberKnown] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    new: list[MemberKnown] = field(default_factory=list)
    mandates: list[_Mandate] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    """What the books know about all lists of a batch, with what the batch adds to it."""

    mandates: MandateBatch
    members: Members
    given: dict[tuple[str, str], list[Mandate]]
    conventions: Conventions
    numbers: Numbers


@action("enrol_from_file")
def enrol_from_files(work: UnitOfWork, items: Sequence[EnrolFromFile]) -> list[EnrolledFromFile | Refusal]:
    """Members enter and their mandates are drafted, and signed where the list says when; another person accepts them later.

    The same list again adds nothing. Refusals: RoleMissing, ActsForAnother, PartyNotOfConvention, what `read_table` and
    `examine_member_rows` refuse, RowsRefused with every fault of every row, DocumentTooLarge.
    """
    read = decide_each(items, _read)
    lists = [(item, one) for item, one in zip(items, read, strict=True) if isinstance(one, ExaminedMembers)]
    asked = {(item.book, row.member_number) for item, one in lists for row in one.file.members}
    asked |= {(item.book, row.member_number) for item, one in lists for row in one.file.mandates}
    books = [item.book for item in items]
    batch = _Batch(
        MandateBatch(work, books_of(work, books), {}),
        members_of(work, asked),
        mandates_of_members(work, asked),
        conventions_of(work, books),
        Numbers(last_mandate_numbers(work, books)),
    )
    by_item = {id(item): one for item, one in zip(items, read, strict=True)}
    outcomes = decide_each(items, lambda item: _enrol(work, batch, item, by_item[id(item)]))
    batch.mandates.write()
    return outcomes


def _read(item: EnrolFromFile) -> ExaminedMembers:
    return examine_member_rows(read_table(item.data, file_name=item.file_name))


def _enrol(work: UnitOfWork, batch: _Batch, item: EnrolFromFile, read: ExaminedMembers | Refusal) -> EnrolledFromFile:
    book = batch.mandates.books[item.book]
    require_association(item.actor, book)
    if isinstance(read, Refusal):
        raise read
    loaded = convention_with(batch.conventions, item.book, item.public_body)
    document = None
    if item.document:
        document = DocumentGiven(checked_document_name(item.document_name, item.document), item.document)
    plan = _plan(batch, item, read, loaded)
    if plan.faults:
        raise RowsRefused(tuple(sorted(plan.faults, key=lambda fault: fault.row_number)))
    # From here on nothing refuses.
    for member in plan.new:
        batch.members[item.book, member.number] = keep_member(work, item.actor, member, book)
    return _keep_mandates(batch, item, plan, loaded, document, read.file.notices)


def _plan(batch: _Batch, item: EnrolFromFile, read: ExaminedMembers, loaded: LoadedConvention) -> _Plan:
    """Every member and mandate of a list checked, in memory only; rows that could not be read are not judged twice."""
    plan = _Plan(faults=list(read.faults))
    unreadable = {fault.row_number for fault in read.faults}
    members, mandates = read.file.members, read.file.mandates
    rows = len(members) + len(mandates)
    for row in counted(Step.CHECKING, members, total=rows):
        if row.row_number not in unreadable:
            try:
                _plan_member(batch, item, plan, row)
            except Refusal as refusal:
                _fault(plan, read, row, refusal)
    # Mandates of a member whose own row has a fault wait until that one is corrected.
    faulty = {row.member_number for row in members} - plan.members.keys()
    seen: dict[tuple[object, ...], int] = {}
    for mandate in counted(Step.CHECKING, mandates, before=len(members), total=rows):
        if mandate.row_number not in unreadable and mandate.member_number not in faulty:
            try:
                _plan_mandate(batch, item, plan, mandate, loaded, seen)
            except Refusal as refusal:
                _fault(plan, read, mandate, refusal)
    return plan


def _fault(plan: _Plan, read: ExaminedMembers, row: MemberRow | MandateRow, refusal: Refusal) -> None:
    column = next((name for kind, name in _COLUMNS if isinstance(refusal, kind)), "number")
    value = row.member_number if column == "number" else str(getattr(row, column, None) or "")
    plan.faults.append(RowFault(row.row_number, read.headings[column], shown_text(value), refusal))


def _plan_member(batch: _Batch, item: EnrolFromFile, plan: _Plan, row: MemberRow) -> None:
    before = batch.members.get((item.book, row.member_number))
    asked = EnrolMember(item.actor, item.book, row.member_number, row.kind, row.name, item.on, row.iban)
    member = checked_member(asked, before)
    plan.members[member.number] = member
    if before is None:
        plan.new.append(member)
    else:
        plan.known.append(member.number)


def _plan_mandate(
    batch: _Batch,
    item: EnrolFromFile,
    plan: _Plan,
    row: MandateRow,
    loaded: LoadedConvention,
    seen: dict[tuple[object, ...], int],
) -> None:
    if row.member_number not in plan.members:
        plan.members[row.member_number] = present_member(batch.members, item.book, row.member_number)
    asked = DraftMandate(
        item.actor,
        item.book,
        item.public_body,
        row.member_number,
        str(row.kind),
        str(row.share_mode),
        row.share_cents,
        row.starts_on,
        row.ends_on,
        item.on,
        row.subject,
    )
    mandate = drafted(asked, loaded)
    first = seen.setdefault(_terms(mandate), row.row_number)
    if first != row.row_number:
        raise RowRepeated(first_row=first)
    before = next((one for one in batch.given.get((item.book, row.member_number), ()) if _terms(one) == _terms(mandate)), None)
    planned = _Mandate(row, before or mandate, before is None)
    if planned.is_to_sign and row.signed_on is not None:
        check_may_be_signed(planned.mandate, signed_on=row.signed_on, on=item.on)
        if not item.document:
            raise DocumentMissing()
    plan.mandates.append(planned)


def _terms(mandate: Mandate) -> tuple[object, ...]:
    """What makes two mandates the same, so that a list sent again adds nothing; one that was ended or revoked is no twin."""
    gone = mandate.id if mandate.ended_on or mandate.revoked_on else None
    return mandate.matter, mandate.share_mode, mandate.share_cents, mandate.starts_on, mandate.ends_on, gone


def _keep_mandates(
    batch: _Batch,
    item: EnrolFromFile,
    plan: _Plan,
    loaded: LoadedConvention,
    document: DocumentGiven | None,
    notices: tuple[Notice, ...],
) -> EnrolledFromFile:
    new: list[str] = []
    known: list[str] = []
    signed: list[str] = []
    for planned in counted(Step.RECORDING, plan.mandates):
        mandate = planned.mandate
        if planned.is_new:
            mandate = replace(mandate, number=batch.numbers.next(item.book, batch.mandates.mandates))
            batch.mandates.draft(item, mandate, loaded, plan.members[mandate.member].id)
        (new if planned.is_new else known).append(mandate.number)
        if planned.is_to_sign and planned.row.signed_on is not None:
            batch.mandates.act(item, mandate, "signed", planned.row.signed_on, document=document)
            mandate = batch.mandates.mandates[item.book, mandate.number]
            signed.append(mandate.number)
        _remember(batch, item, mandate)
    members = tuple(member.number for member in plan.new)
    return EnrolledFromFile(members, tuple(plan.known), tuple(new), tuple(known), tuple(signed), notices)


def _remember(batch: _Batch, item: EnrolFromFile, mandate: Mandate) -> None:
    """Later lists of the batch see what this one did."""
    of_member = batch.given.setdefault((item.book, mandate.member), [])
    of_member[:] = [one for one in of_member if one.id != mandate.id] + [mandate]
