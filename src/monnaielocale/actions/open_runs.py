"""Opening payment runs: the town's list is read, checked against members, mandates and shares, and kept or refused whole."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor, ActsForAnother
from ..domain.conventions.convention import ConventionVersion, Enterer
from ..domain.conventions.rules import check_carried_out, check_may_enter, check_period, rules_for_kind
from ..domain.files import Notice, RowsRefused
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.payments.mandates import DocumentMissing, Mandate, checked_document_name
from ..domain.payments.periods import Period
from ..domain.payments.run_states import Euros, RunFacts, refuse_accountant, run_state
from ..domain.payments.runs import (
    AskedBefore,
    CheckedRow,
    RowContent,
    RunContext,
    check_rows,
    checked_list_number,
    content_sha256,
    contents_of,
    refuse_differences,
)
from ..domain.references import run_reference, run_seed
from ..domain.refusals import Refusal
from ..formats.run_files import ExaminedRows, RunRows, examine_run_rows, summed_run_rows
from ..formats.tabular import read_table
from ..store.conventions import BookKept, Conventions, LoadedConvention, books_of, convention_with, conventions_of
from ..store.documents import DocumentGiven, fingerprints, keep_documents
from ..store.mandates import mandates_of_members
from ..store.members import MemberKnown, Members, members_of
from ..store.runs import (
    Content,
    Identity,
    SameContent,
    asked_before,
    payment_rows,
    run_act_row,
    run_contents,
    run_row,
    runs_by_identity,
    runs_with_contents,
)
from ..store.unit_of_work import UnitOfWork
from .perform import action


@dataclass(frozen=True, slots=True)
class OpenRun:
    """The list of a payment run, as a file or as a program's rows; the period like 2026-01, totals as the sender counted them.

    When the association enters it, the file is the list that the town signed, and is needed beside a program's rows as well.
    """

    actor: Actor
    book: str
    public_body: str
    kind: str
    period: str
    list_number: str
    file_name: str
    data: bytes = field(repr=False)
    on: date
    rows: tuple[Mapping[str, Any], ...] | None = None
    declared_total_cents: int | None = None
    declared_count: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class RunOpened:
    """The run under its reference; `repeated` when the same list was sent before and nothing new was done."""

    run: str
    state: str
    public_body: str
    kind: str
    period: str
    list_number: str
    attempt: int
    total_cents: int
    payment_count: int
    repeated: bool
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """An item with its list as far as it could be read, or the reason why it could not."""

    period: Period | None = None
    list_number: str = ""
    examined: ExaminedRows | None = None
    document: DocumentGiven | None = None
    contents: tuple[RowContent, ...] = ()
    content_sha256: bytes = b""
    refusal: Refusal | None = None


@dataclass(slots=True)
class _Batch:
    """What the books know about all items of a batch, with what the batch adds to it, and the rows that it is going to write."""

    work: UnitOfWork
    books: dict[str, BookKept]
    conventions: Conventions
    members: Members
    mandates: dict[tuple[str, str], list[Mandate]]
    asked: AskedBefore
    runs: dict[Identity, RunFacts]
    contents: dict[UUID, list[RowContent]]
    same: dict[Content, list[SameContent]]
    documents: list[tuple[str, DocumentGiven]] = field(default_factory=list)
    new: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    acts: list[dict[str, Any]] = field(default_factory=list)

    def write(self) -> None:
        """Keep the rows for writing, documents first because runs refer to them."""
        for book in sorted({book for book, _ in self.documents}):
            keep_documents(self.work, book, (document for code, document in self.documents if code == book))
        self.work.insert("payment_run", *self.new)
        self.work.insert("payment", *self.payments)
        self.work.insert("run_act", *self.acts)


@action("open_run")
def open_runs(work: UnitOfWork, items: Sequence[OpenRun]) -> list[RunOpened | Refusal]:
    """Lists become runs that await their signature; each is accepted whole or refused with every fault of every row.

    Refusals: AccountantMayNotDecide, RoleMissing, ActsForAnother, PartyNotOfConvention, RunNotEnteredBy, PeriodUnreadable,
    PeriodNotOfKind, KindNotAllowed, ListNumberMissing, what `Convention.version_for`, `read_table` and `examine_run_rows` refuse,
    DocumentMissing, RowsRefused, TotalDiffers, CountDiffers, RunDiffers.
    """
    read = [_read(item) for item in items]
    batch = _load(work, items, read)
    outcomes: list[RunOpened | Refusal] = []
    for item, given in zip(items, read, strict=True):
        try:
            outcomes.append(_open(batch, item, given))
        except Refusal as refusal:
            outcomes.append(refusal)
    batch.write()
    return outcomes


def _read(item: OpenRun) -> _Read:
    """What can be said of an item without the books."""
    try:
        refuse_accountant(item.actor)
        item.actor.require("town_preparer", "association_operator")
        period = Period.parse(item.period)
        list_number = checked_list_number(item.list_number)
        if item.rows is None:
            examined = examine_run_rows(read_table(item.data, file_name=item.file_name))
            document = DocumentGiven(checked_document_name(item.file_name, item.data), item.data)
        else:
            examined = examine_run_rows(item.rows)
            data = item.data or _as_document(item.rows)
            document = DocumentGiven(checked_document_name(item.file_name, data) or "rows.json", data)
        contents = () if examined.faults else tuple(contents_of(examined.rows))
        return _Read(period, list_number, examined, document, contents, content_sha256(contents))
    except Refusal as refusal:
        return _Read(refusal=refusal)


def _as_document(rows: Sequence[object]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1, default=str).encode("utf-8", "backslashreplace")


def _identity(item: OpenRun, given: _Read) -> Identity:
    return item.book, item.public_body, str(item.kind), str(given.period), given.list_number


def _load(work: UnitOfWork, items: Sequence[OpenRun], read: Sequence[_Read]) -> _Batch:
    pairs = [(item, given, given.examined) for item, given in zip(items, read, strict=True)]
    asked = {(item.book, row.member_number) for item, _, examined in pairs if examined for row in examined.rows}
    readable = [(item, given) for item, given, examined in pairs if examined]
    mandates = mandates_of_members(work, asked)
    runs = runs_by_identity(work, (_identity(item, given) for item, given in readable))
    return _Batch(
        work=work,
        books=books_of(work, (item.book for item in items)),
        conventions=conventions_of(work, (item.book for item in items)),
        members=members_of(work, asked),
        mandates=mandates,
        asked=asked_before(
            work,
            ((item.book, item.public_body, str(item.kind), str(given.period)) for item, given in readable),
            (mandate for of_member in mandates.values() for mandate in of_member),
        ),
        runs=runs,
        contents=run_contents(work, (run.id for run in runs.values())),
        same=runs_with_contents(work, (_content(item, given) for item, given in readable if given.contents)),
    )


def _content(item: OpenRun, given: _Read) -> Content:
    return item.book, item.public_body, str(item.kind), given.content_sha256


def _open(batch: _Batch, item: OpenRun, given: _Read) -> RunOpened:
    if given.refusal is not None:
        raise given.refusal
    assert given.period is not None and given.examined is not None and given.document is not None
    loaded = convention_with(batch.conventions, item.book, item.public_body)
    party = _entering_party(item, loaded, batch.books[item.book])
    version = loaded.convention.version_for(given.period)
    check_may_enter(version, party)
    check_carried_out(version, item.on)
    check_period(version, item.kind, given.period)
    if party is Enterer.ISSUER and not item.data:
        raise DocumentMissing()
    known = batch.runs.get(_identity(item, given))
    if known is not None and known.cancelled_on is None and not given.examined.faults:
        return _repeated(batch, item, given, known)
    checked = _checked(batch, item, given, version)
    attempt = known.attempt + 1 if known else 1
    run = _run(item, given, loaded, version, party, checked, attempt)
    return _keep(batch, item, given, run, checked)


def _entering_party(item: OpenRun, loaded: LoadedConvention, book: BookKept) -> Enterer:
    """For whom a person enters a run: their town, or the association that received the town's signed list."""
    if "town_preparer" in item.actor.roles and item.actor.party_id == loaded.public_body_id:
        return Enterer.PUBLIC_BODY
    if "association_operator" in item.actor.roles and item.actor.party_id == book.party_id:
        return Enterer.ISSUER
    raise ActsForAnother(login=item.actor.login)


def _repeated(batch: _Batch, item: OpenRun, given: _Read, known: RunFacts) -> RunOpened:
    """The same list again is answered with what it did; another list under the same number is refused with the differences."""
    assert given.examined is not None
    if known.content_sha256 != given.content_sha256:
        raise refuse_differences(known.reference, batch.contents[known.id], given.contents)
    _summed(item, given.examined)
    notice = Notice("This list was sent before as run {run}: nothing was done a second time.", {"run": known.reference})
    return _opened(known, True, (notice,))


def _summed(item: OpenRun, examined: ExaminedRows) -> RunRows:
    return summed_run_rows(examined, declared_total_cents=item.declared_total_cents, declared_count=item.declared_count)


@dataclass(frozen=True, slots=True)
class _Checked:
    rows: list[CheckedRow]
    asked: AskedBefore
    total_cents: int
    notices: tuple[Notice, ...]


def _checked(batch: _Batch, item: OpenRun, given: _Read, version: ConventionVersion) -> _Checked:
    """Every row checked; RowsRefused with all faults of reading and of rules together, in the order of the rows."""
    assert given.period is not None and given.examined is not None
    examined = given.examined
    numbers = {row.member_number for row in examined.rows}
    known: dict[str, MemberKnown] = {
        number: batch.members[item.book, number] for number in numbers if (item.book, number) in batch.members
    }
    checked = check_rows(
        examined.rows,
        RunContext(
            period=given.period,
            on=item.on,
            minimum_cents=rules_for_kind(version, item.kind).minimum_cents,
            members=known,
            mandates={number: _mandates(batch, item, number) for number in known},
            asked_before=batch.asked,
            headings=examined.headings,
        ),
    )
    faults = sorted((*examined.faults, *checked.faults), key=lambda fault: fault.row_number)
    if faults:
        raise RowsRefused(tuple(faults))
    summed = _summed(item, examined)
    return _Checked(checked.rows, checked.asked, summed.total_cents, examined.notices)


def _mandates(batch: _Batch, item: OpenRun, member: str) -> list[Mandate]:
    given = batch.mandates.get((item.book, member), ())
    return [mandate for mandate in given if (mandate.public_body, mandate.kind) == (item.public_body, item.kind)]


def _run(
    item: OpenRun,
    given: _Read,
    loaded: LoadedConvention,
    version: ConventionVersion,
    party: Enterer,
    checked: _Checked,
    attempt: int,
) -> RunFacts:
    assert given.period is not None and given.document is not None
    seed = run_seed(
        public_body=item.public_body,
        kind=str(item.kind),
        period=str(given.period),
        list_number=given.list_number,
        attempt=attempt,
    )
    return RunFacts(
        id=new_id(),
        book=item.book,
        reference=run_reference(seed),
        public_body=item.public_body,
        public_body_id=loaded.public_body_id,
        convention_version_id=loaded.id_of(version),
        kind=str(item.kind),
        period=str(given.period),
        period_first_on=given.period.first_on,
        period_last_on=given.period.last_on,
        list_number=given.list_number,
        attempt=attempt,
        payment_count=len(checked.rows),
        content_sha256=given.content_sha256,
        document_sha256=fingerprints([given.document.content])[0],
        entered_for=str(party),
        prepared_by=item.actor.person_id,
        euros=Euros(checked.total_cents),
        checked_on=item.on,
    )


def _keep(batch: _Batch, item: OpenRun, given: _Read, run: RunFacts, checked: _Checked) -> RunOpened:
    assert given.document is not None
    twins = batch.same.setdefault(_content(item, given), [])
    notices = (*checked.notices, *(_notice(run, twin) for twin in twins))
    details = {
        "run": run.reference,
        "public_body": run.public_body,
        "kind": run.kind,
        "period": run.period,
        "list_number": run.list_number,
        "payments": run.payment_count,
        "total_cents": run.total_cents,
        "content_sha256": run.content_sha256.hex(),
        "document_sha256": run.document_sha256.hex(),
    }
    event = Event(new_id(), item.book, "run_checked", item.actor.person_id, item.on, (), details)
    batch.work.post(event)
    # From here on nothing refuses.
    batch.documents.append((item.book, given.document))
    batch.new.append(run_row(run, batch.books[item.book].id, event.id))
    member_ids = {number: member.id for (book, number), member in batch.members.items() if book == item.book}
    batch.payments.extend(payment_rows(run, checked.rows, member_ids))
    batch.acts.append(run_act_row(run, "checked", item.on, acted_by=item.actor.person_id, event_id=event.id))
    batch.asked.update(checked.asked)
    batch.runs[_identity(item, given)] = run
    batch.contents[run.id] = list(given.contents)
    twins.append(SameContent(run.reference, run.period, run.list_number))
    return _opened(run, False, notices)


def _notice(run: RunFacts, twin: SameContent) -> Notice:
    """January's list sent as February's is no fault, and worth a look."""
    values = {"run": twin.run, "period": twin.period, "list_number": twin.list_number}
    if twin.period == run.period:
        return Notice("The payments are the same as those of list {list_number} of this period, run {run}.", values)
    return Notice("The payments are the same as those of {period}, run {run}.", values)


def _opened(run: RunFacts, repeated: bool, notices: tuple[Notice, ...]) -> RunOpened:
    return RunOpened(
        run.reference,
        str(run_state(run)),
        run.public_body,
        run.kind,
        run.period,
        run.list_number,
        run.attempt,
        run.total_cents,
        run.payment_count,
        repeated,
        notices,
    )
