"""Payment runs (bordereaux de paiement): what is checked row by row, and how a run is told from another.

A run is identified by its public body, kind, period and the town's own list number: January's and February's allowances have the
same rows. The same identity with the same rows is the same run sent twice.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from ..files import RowFault
from ..members import MemberLeft, MemberUnknown, name_key
from ..money import decimal_text
from ..progress import Step, counted
from ..refusals import Refusal
from ..text import clean_text, shown_text
from .coverage import MandateMissingForSubject, check_share, mandate_for, share_period
from .mandates import Mandate, subject_key
from .periods import Period

LIST_NUMBER_LENGTH_MAX = 30


class RunDiffers(Refusal):
    """Run {run} has this list number already, and {added} rows are new, {removed} are missing, {changed} differ.
    Cancel it first, or give the new list another number."""

    code = "run_differs"


class ListNumberMissing(Refusal):
    """The list needs the number that the public body gives it."""

    code = "list_number_missing"


class NameDiffers(Refusal):
    """Member {member} is not known under this name: check the number."""

    code = "name_differs"


class RowRepeated(Refusal):
    """This row says the same as row {first_row}: the payment would be made twice."""

    code = "row_repeated"


class AmountBelowMinimum(Refusal):
    """{amount} is below the agreed minimum of {minimum} for a payment."""

    code = "amount_below_minimum"


class RowAsked(Protocol):
    """One payment as a list states it; a value that could not be read is blank, or zero."""

    @property
    def row_number(self) -> int: ...
    @property
    def member_number(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def amount_cents(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def payment_order(self) -> str: ...
    @property
    def label(self) -> str: ...


class KnownMember(Protocol):
    """What must be known of a member to pay them."""

    @property
    def name(self) -> str: ...
    @property
    def left_on(self) -> date | None: ...


AskedBefore = dict[tuple[UUID, str], int]


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the rows of one run are checked against.

    `mandates` are those of each member for the run's public body and kind. `asked_before` are the cents already asked for under a
    mandate in one stretch (`share_period`) by runs that were not cancelled; it is left as it was. `headings` name the columns.
    """

    period: Period
    on: date
    minimum_cents: int | None
    members: Mapping[str, KnownMember]
    mandates: Mapping[str, Sequence[Mandate]]
    asked_before: AskedBefore
    headings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that may be paid, with the mandate under which it is collected."""

    row: RowAsked
    mandate: Mandate


@dataclass(slots=True)
class CheckedRows:
    """The rows that hold, the faults of the others, and the cents asked for under each mandate once the rows are counted in."""

    rows: list[CheckedRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    asked: AskedBefore = field(default_factory=dict)


def check_rows(rows: Sequence[RowAsked], context: RunContext) -> CheckedRows:
    """Every fault of every row against members, mandates, shares and the agreed minimum; earlier rows count against a share.

    Reasons: MemberUnknown, MemberLeft, NameDiffers, RowRepeated, AmountBelowMinimum, and what `mandate_for` and `check_share`
    refuse.
    """
    checked = CheckedRows()
    first_rows: dict[tuple[str, str, int, str, str], int] = {}
    for row in counted(Step.CHECKING, rows):
        before = len(checked.faults)
        _check_repeated(row, first_rows, checked, context)
        if row.member_number:
            _check_member(row, checked, context)
        if row.amount_cents and context.minimum_cents is not None and row.amount_cents < context.minimum_cents:
            minimum = decimal_text(context.minimum_cents)
            _fault(checked, context, row, "amount", AmountBelowMinimum(amount=decimal_text(row.amount_cents), minimum=minimum))
        mandate = _covering(row, checked, context)
        if mandate is not None and len(checked.faults) == before:
            checked.rows.append(CheckedRow(row, mandate))
    return checked


def _fault(checked: CheckedRows, context: RunContext, row: RowAsked, column: str, refusal: Refusal) -> None:
    value = decimal_text(row.amount_cents) if column == "amount" else getattr(row, column)
    checked.faults.append(RowFault(row.row_number, context.headings.get(column, column), shown_text(value), refusal))


def _check_repeated(
    row: RowAsked, first_rows: dict[tuple[str, str, int, str, str], int], checked: CheckedRows, context: RunContext
) -> None:
    """The same member may stand twice; a row that nothing tells from another is there by mistake."""
    if not row.member_number or not row.amount_cents:
        return
    said = (row.member_number, subject_key(row.subject), row.amount_cents, row.payment_order, row.label)
    first = first_rows.setdefault(said, row.row_number)
    if first != row.row_number:
        _fault(checked, context, row, "member_number", RowRepeated(first_row=first))


def _check_member(row: RowAsked, checked: CheckedRows, context: RunContext) -> None:
    member = context.members.get(row.member_number)
    if member is None:
        _fault(checked, context, row, "member_number", MemberUnknown(member=row.member_number))
        return
    if member.left_on is not None:
        refusal = MemberLeft(member=row.member_number, left_on=member.left_on)
        _fault(checked, context, row, "member_number", refusal)
    if row.name and not same_name(row.name, member.name):
        _fault(checked, context, row, "name", NameDiffers(member=row.member_number))


def same_name(written: str, known: str) -> bool:
    """Whether two names have the same words, in any order: ETXEBERRI Ane and Ane Etxeberri."""
    return written == known or sorted(name_key(written).split()) == sorted(name_key(known).split())


def _covering(row: RowAsked, checked: CheckedRows, context: RunContext) -> Mandate | None:
    """The mandate that covers a row, its amount counted against the share; None once the fault is told."""
    if row.member_number not in context.members:
        return None
    try:
        mandate = mandate_for(
            context.mandates.get(row.member_number, ()),
            member=row.member_number,
            subject=row.subject,
            period=context.period,
            on=context.on,
        )
    except MandateMissingForSubject as refusal:
        _fault(checked, context, row, "subject", refusal)
        return None
    except Refusal as refusal:
        _fault(checked, context, row, "member_number", refusal)
        return None
    if not row.amount_cents:
        return mandate
    stretch = (mandate.id, share_period(mandate, context.period))
    already_cents = checked.asked.get(stretch, context.asked_before.get(stretch, 0))
    try:
        check_share(mandate, row.amount_cents, already_cents=already_cents)
    except Refusal as refusal:
        _fault(checked, context, row, "amount", refusal)
        return None
    checked.asked[stretch] = already_cents + row.amount_cents
    return mandate


def checked_list_number(written: str) -> str:
    """The town's list number in its only form, in capitals and with single spaces; ListNumberMissing, TextUnacceptable."""
    number = " ".join(clean_text(written, max_length=LIST_NUMBER_LENGTH_MAX).upper().split())
    if not number:
        raise ListNumberMissing()
    return number


@dataclass(frozen=True, slots=True)
class RowContent:
    """What one payment says, whatever its place in the list."""

    member_number: str
    subject: str
    payment_order: str
    amount_cents: int
    label: str


def contents_of(rows: Sequence[RowAsked]) -> list[RowContent]:
    """The payments without their row numbers and names."""
    return [RowContent(row.member_number, row.subject, row.payment_order, row.amount_cents, row.label) for row in rows]


def content_sha256(contents: Sequence[RowContent]) -> bytes:
    """The fingerprint of a run's payments: the order of the rows and the format of the file leave it as it is."""
    said = sorted((one.member_number, one.subject, one.payment_order, one.amount_cents, one.label) for one in contents)
    return sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).digest()


@dataclass(frozen=True, slots=True)
class RowDifference:
    """One payment that two lists state differently; None in the list that lacks it. Amounts in cents."""

    member_number: str
    subject: str
    payment_order: str
    before_cents: int | None
    after_cents: int | None


def run_differences(before: Sequence[RowContent], after: Sequence[RowContent]) -> list[RowDifference]:
    """Payments that are new, missing or different, in the order of members; those for one purpose are compared in pairs."""
    old, new = _by_purpose(before), _by_purpose(after)
    found = []
    for purpose in sorted(old.keys() | new.keys()):
        gone, come = old.get(purpose, Counter()), new.get(purpose, Counter())
        removed, added = sorted((gone - come).elements()), sorted((come - gone).elements())
        for place in range(max(len(removed), len(added))):
            before_cents = removed[place][0] if place < len(removed) else None
            after_cents = added[place][0] if place < len(added) else None
            found.append(RowDifference(*purpose, before_cents, after_cents))
    return found


def _by_purpose(contents: Sequence[RowContent]) -> dict[tuple[str, str, str], Counter[tuple[int, str]]]:
    found: dict[tuple[str, str, str], Counter[tuple[int, str]]] = {}
    for one in contents:
        purpose = (one.member_number, one.subject, one.payment_order)
        found.setdefault(purpose, Counter())[one.amount_cents, one.label] += 1
    return found


def refuse_differences(run: str, before: Sequence[RowContent], after: Sequence[RowContent]) -> RunDiffers:
    """The refusal of a list that comes again with other rows; it carries the differences themselves."""
    found = tuple(run_differences(before, after))
    return RunDiffers(
        run=run,
        added=sum(one.before_cents is None for one in found),
        removed=sum(one.after_cents is None for one in found),
        changed=sum(one.before_cents is not None and one.after_cents is not None for one in found),
        differences=found,
    )
