"""Payment runs and their payments as actions and pages need them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.identifiers import new_ids
from ..domain.payments.crediting import RunUnknown
from ..domain.payments.mandates import Mandate
from ..domain.payments.periods import PeriodKind
from ..domain.payments.run_slips import RunSlip, slip_of
from ..domain.payments.run_states import Euros, PaymentFacts, RunFacts, RunState, run_state
from ..domain.payments.runs import AskedBefore, CheckedRow, RowContent
from .conventions import convention_with, conventions_of
from .database import Connection
from .unit_of_work import Row, UnitOfWork

Runs = dict[tuple[str, str], RunFacts]
# Book, public body, kind, period and list number.
Identity = tuple[str, str, str, str, str]


# What tells states apart without looking at euros: acts that a run must have, and acts that it must not have.
_ENDED = ("cancelled", "accounted", "closed")
_ACTS: dict[RunState, tuple[tuple[str, ...], tuple[str, ...]]] = {
    RunState.CANCELLED: (("cancelled",), ()),
    RunState.ACCOUNTED_FOR: (("accounted",), ("cancelled",)),
    RunState.CLOSED: (("closed",), ("cancelled", "accounted")),
    RunState.CHECKED: ((), ("signed", *_ENDED)),
}


def runs_page(
    connection: Connection,
    book: str,
    *,
    after: tuple[date, UUID] | None = None,
    limit: int = 100,
    state: str | None = None,
    period: str | None = None,
    public_body: str | None = None,
) -> list[RunFacts]:
    """Runs of a book, the latest first, after a place: (day of the check, identifier) of the last one seen."""
    work = UnitOfWork(connection)
    acts, no_acts = ((), ()) if state is None else _ACTS.get(RunState(state), (("signed",), _ENDED))
    asked = {"book": book, "period": period, "public_body": public_body, "acts": list(acts), "no_acts": list(no_acts)}
    found: list[RunFacts] = []
    while True:
        after_on, after_id = after or (None, None)
        rows = work.rows("runs_page", **asked, after_on=after_on, after_id=after_id, limit=limit)
        facts = _facts(work, [row.id for row in rows])
        # Where the euros are is asked of the domain: a page goes on until it has as many runs in that state as were asked for.
        runs = [facts[row.id] for row in rows]
        found += [run for run in runs if state in (None, run_state(run))]
        if len(found) >= limit or len(rows) < limit:
            return found[:limit]
        after = rows[-1].checked_on, rows[-1].id


def run_kept(connection: Connection, book: str, reference: str) -> RunFacts:
    """A run with all that happened to it; RunUnknown."""
    return known_run(run_facts(UnitOfWork(connection), [(book, reference)]), book, reference)


def payment_count(connection: Connection, book: str, reference: str) -> int:
    """How many payments a run has; 0 when there is no such run."""
    rows = UnitOfWork(connection).rows("runs_by_reference", books=[book], references=[reference])
    return sum(row.payment_count for row in rows)


def run_facts(work: UnitOfWork, references: Iterable[tuple[str, str]]) -> Runs:
    """The runs asked for by (book, reference) with all that happened to them; those that do not exist are left out."""
    asked = sorted(set(references))
    if not asked:
        return {}
    rows = work.rows("runs_by_reference", books=[book for book, _ in asked], references=[reference for _, reference in asked])
    facts = _facts(work, [row.id for row in rows])
    return {(row.book, row.reference): facts[row.id] for row in rows}


def runs_by_identity(work: UnitOfWork, identities: Iterable[Identity]) -> dict[Identity, RunFacts]:
    """The latest attempt of each identity that was ever used."""
    asked = sorted(set(identities))
    if not asked:
        return {}
    names = ("books", "public_bodies", "kinds", "periods", "list_numbers")
    rows = work.rows("runs_by_identity", **{name: [place[at] for place in asked] for at, name in enumerate(names)})
    facts = _facts(work, [row.id for row in rows])
    return {(row.book, row.public_body, row.kind, row.period, row.list_number): facts[row.id] for row in rows}


def known_run(runs: Runs, book: str, reference: str) -> RunFacts:
    """The run, or RunUnknown."""
    found = runs.get((book, reference))
    if found is None:
        raise RunUnknown(run=reference)
    return found


def _facts(work: UnitOfWork, runs: Sequence[UUID]) -> dict[UUID, RunFacts]:
    return {row.id: _run(row) for row in work.rows("run_facts", runs=list(runs))} if runs else {}


def _run(row: Row) -> RunFacts:
    return RunFacts(
        id=row.id,
        book=row.book,
        reference=row.reference,
        public_body=row.public_body,
        public_body_id=row.public_body_id,
        convention_version_id=row.convention_version_id,
        kind=row.kind,
        period=row.period,
        period_first_on=row.period_first_on,
        period_last_on=row.period_last_on,
        list_number=row.list_number,
        attempt=row.attempt,
        payment_count=row.payment_count,
        content_sha256=row.content_sha256,
        document_sha256=row.document_sha256,
        entered_for=row.entered_for,
        prepared_by=row.prepared_by,
        euros=_euros(row.total_cents, row),
        checked_on=row.checked_on,
        signed_on=row.signed_on,
        cancelled_on=row.cancelled_on,
        closed_on=row.closed_on,
        accounted_on=row.accounted_on,
    )


def _euros(asked_cents: int, row: Row) -> Euros:
    return Euros(
        asked_cents,
        row.allocated_cents,
        row.recalled_cents,
        row.credited_cents,
        row.taken_back_cents,
        row.returned_cents,
        row.unconfirmed_cents,
    )


def payments_of_runs(work: UnitOfWork, runs: Iterable[UUID]) -> dict[UUID, list[PaymentFacts]]:
    """The payments of each run with all that happened to them, in the order of their rows."""
    found: dict[UUID, list[PaymentFacts]] = {}
    for row in work.rows("payments_of_runs", runs=list(runs), after=0, most=None):
        found.setdefault(row.run_id, []).append(_payment(row))
    return found


def payments_page(connection: Connection, run: RunFacts, *, after: int | None = None, limit: int = 100) -> list[PaymentFacts]:
    """Payments of a run in the order of their rows, after a row number."""
    rows = UnitOfWork(connection).rows("payments_of_runs", runs=[run.id], after=after or 0, most=limit)
    return [_payment(row) for row in rows]


def _payment(row: Row) -> PaymentFacts:
    return PaymentFacts(
        id=row.id,
        run_id=row.run_id,
        row_number=row.row_number,
        member=row.member,
        member_id=row.member_id,
        mandate=row.mandate,
        mandate_id=row.mandate_id,
        subject=row.subject,
        payment_order=row.payment_order,
        label=row.label,
        euros=_euros(row.amount_cents, row),
        revoked_on=row.revoked_on,
        left_on=row.left_on,
    )


def run_contents(work: UnitOfWork, runs: Iterable[UUID]) -> dict[UUID, list[RowContent]]:
    """What the payments of runs say, for comparing a list that comes again."""
    found: dict[UUID, list[RowContent]] = {}
    asked = list(runs)
    for row in work.rows("run_contents", runs=asked) if asked else ():
        found.setdefault(row.run_id, []).append(RowContent(*row[1:]))
    return found


def asked_before(work: UnitOfWork, periods: Iterable[tuple[str, str, str, str]], mandates: Iterable[Mandate]) -> AskedBefore:
    """Cents already asked for under mandates: in periods given as (book, public body, kind, period), or ever when given once."""
    asked = sorted(set(periods))
    names = ("books", "public_bodies", "kinds", "periods")
    columns = {name: [place[at] for place in asked] for at, name in enumerate(names)}
    found: AskedBefore = {(row.mandate_id, row.period): row.cents for row in work.rows("asked_in_periods", **columns)}
    once = [mandate.id for mandate in mandates if mandate.period_kind == PeriodKind.ONCE]
    for row in work.rows("asked_in_all", mandates=once) if once else ():
        found[row.mandate_id, ""] = row.cents
    return found


@dataclass(frozen=True, slots=True)
class SameContent:
    """A run whose payments say exactly the same as another's."""

    run: str
    period: str
    list_number: str


Content = tuple[str, str, str, bytes]


def runs_with_contents(work: UnitOfWork, contents: Iterable[Content]) -> dict[Content, list[SameContent]]:
    """Runs, not cancelled, by (book, public body, kind, fingerprint of the payments), the first period first."""
    asked = sorted(set(contents))
    names = ("books", "public_bodies", "kinds", "contents")
    columns = {name: [place[at] for place in asked] for at, name in enumerate(names)}
    found: dict[Content, list[SameContent]] = {}
    for row in work.rows("runs_with_contents", **columns) if asked else ():
        place = (row.book, row.public_body, row.kind, bytes(row.content_sha256))
        found.setdefault(place, []).append(SameContent(row.reference, row.period, row.list_number))
    return found


def run_row(run: RunFacts, book_id: int, event_id: UUID) -> dict[str, Any]:
    """The row of a new run."""
    named = (
        "id",
        "public_body_id",
        "convention_version_id",
        "kind",
        "period",
        "period_first_on",
        "period_last_on",
        "list_number",
    )
    more = (
        "attempt",
        "reference",
        "total_cents",
        "payment_count",
        "content_sha256",
        "document_sha256",
        "entered_for",
        "prepared_by",
    )
    return {"book_id": book_id, "event_id": event_id, **{name: getattr(run, name) for name in (*named, *more)}}


def payment_rows(run: RunFacts, checked: Sequence[CheckedRow], member_ids: Mapping[str, UUID]) -> list[dict[str, Any]]:
    """The rows of a new run's payments; `member_ids` are by member number."""
    return [
        {
            "id": payment_id,
            "run_id": run.id,
            "row_number": one.row.row_number,
            "member_id": member_ids[one.row.member_number],
            "mandate_id": one.mandate.id,
            "amount_cents": one.row.amount_cents,
            "subject": one.row.subject,
            "payment_order": one.row.payment_order,
            "label": one.row.label,
        }
        for payment_id, one in zip(new_ids(len(checked)), checked, strict=True)
    ]


def run_act_row(run: RunFacts, act: str, on: date, *, acted_by: UUID, event_id: UUID, reason: str = "") -> dict[str, Any]:
    """The row of the next act on a run; `run` is as it was before."""
    before = (run.signed_on, run.cancelled_on, run.closed_on, run.accounted_on)
    return {
        "run_id": run.id,
        "position": 1 if act == "checked" else 2 + sum(day is not None for day in before),
        "act": act,
        "acted_on": on,
        "acted_by": acted_by,
        "reason": reason,
        "event_id": event_id,
    }


def run_slip(work: UnitOfWork, book: str, reference: str) -> RunSlip:
    """What the town copies on its payment orders for a run; RunUnknown."""
    run = known_run(run_facts(work, [(book, reference)]), book, reference)
    loaded = convention_with(conventions_of(work, [book]), book, run.public_body)
    version = next(each for each in loaded.convention.versions if loaded.id_of(each) == run.convention_version_id)
    return slip_of(version, run)


__all__ = [
    "Identity",
    "Runs",
    "SameContent",
    "asked_before",
    "known_run",
    "payment_count",
    "payment_rows",
    "payments_of_runs",
    "payments_page",
    "run_act_row",
    "run_contents",
    "run_facts",
    "run_kept",
    "run_row",
    "run_slip",
    "runs_by_identity",
    "runs_page",
    "runs_with_contents",
]
