"""Lines without a reference that name nobody: only the amount, and the days around the day a payment is expected, speak."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from ..reasons import Reason
from . import reasons as words
from .by_reference import references_text
from .combinations import Amounts
from .hints import Hints, shown
from .values import OpenItems, OpenLine, OpenPayment, Pass

DAYS_AROUND = 62


@dataclass(slots=True)
class _Near:
    """Equal lines whose days reach the same open payments and runs of their amount."""

    lines: list[OpenLine]
    payments: list[OpenPayment]
    runs: list[UUID]
    alike: bool


def propose_by_amount(current: Pass, lines: Sequence[OpenLine], hints: Hints) -> None:
    """Lines equal to one open payment or whole run near their day; equal lines meet equally many equal payments one by one."""
    by_amount: dict[int, list[OpenPayment]] = {}
    for payment in current.items.payments:
        if cents := current.items.open_cents(payment):
            by_amount.setdefault(cents, []).append(payment)
    runs: dict[int, list[UUID]] = {}
    for run_id in current.items.open_runs():
        if current.items.count_of_run(run_id) > 1:
            runs.setdefault(current.items.run_cents(run_id), []).append(run_id)
    groups: dict[tuple[int, bool], list[OpenLine]] = {}
    for line in lines:
        groups.setdefault((line.amount_cents, bool(hints.names_somebody(line))), []).append(line)
    for (cents, names_somebody), equal in sorted(groups.items(), key=lambda group: group[0]):
        # A line that names one person is never given to another because the amounts are alike.
        payments = [] if names_somebody else [one for one in by_amount.get(cents, []) if current.items.open_cents(one) == cents]
        whole = [run_id for run_id in runs.get(cents, []) if current.items.run_cents(run_id) == cents]
        for near in _neighbourhoods(current.items, equal, payments, whole):
            _settle(current, near)


def _neighbourhoods(items: OpenItems, lines: list[OpenLine], payments: list[OpenPayment], runs: list[UUID]) -> Iterator[_Near]:
    """Equal lines, in groups that share candidates and share none with the next group."""
    days = [payment.expected_on for payment in payments]
    around = timedelta(days=DAYS_AROUND)
    group: list[OpenLine] = []
    first = last = 0
    alike = True
    for line in sorted(lines, key=lambda line: line.booked_on):
        low, high = bisect_left(days, line.booked_on - around), bisect_right(days, line.booked_on + around)
        if group and low >= last and not runs:
            yield _Near(group, payments[first:last], runs, alike)
            group, alike = [], True
        if not group:
            first, last = low, high
        alike = alike and (low, high) == (first, last)
        group, last = [*group, line], max(last, high)
    if group:
        yield _Near(group, payments[first:last], [one for one in runs if _is_near(items, one, group)], alike)


def _is_near(items: OpenItems, run_id: UUID, lines: list[OpenLine]) -> bool:
    days = [payment.expected_on for payment in items.of_run(run_id)]
    around = timedelta(days=DAYS_AROUND)
    return any(min(days) - around <= line.booked_on <= max(days) + around for line in lines)


def _settle(current: Pass, near: _Near) -> None:
    lines, payments, runs = near.lines, near.payments, near.runs
    count = len(payments) + len(runs)
    if count == 0:
        return
    if count == 1 and len(lines) == 1:
        _pay_the_only_one(current, near)
    elif not runs and near.alike and len(lines) == count and len({one.public_body for one in payments}) == 1:
        for line, payment in zip(lines, payments, strict=True):
            current.allocate(line, [payment], Reason(words.AMOUNT_TWINS, {"count": count}))
    else:
        for line in lines:
            current.leave(line, "ambiguous", Reason(words.AMOUNT_AMBIGUOUS, {"count": count}))


def _pay_the_only_one(current: Pass, near: _Near) -> None:
    line = near.lines[0]
    if near.runs:
        reason = Reason(words.WHOLE_RUN, {"references": references_text(current.items, near.runs)})
        current.allocate(line, current.items.of_run(near.runs[0]), reason)
        return
    payment = near.payments[0]
    values = {"member": shown(payment), "expected_on": payment.expected_on}
    current.allocate(line, [payment], Reason(words.AMOUNT_ALONE, values))


def propose_several_runs(current: Pass, lines: Sequence[OpenLine]) -> None:
    """One transfer for two to five whole runs of one public body, when only one combination makes the amount."""
    by_town: dict[str, list[UUID]] = {}
    for run_id in current.items.open_runs():
        by_town.setdefault(current.items.runs[run_id].public_body, []).append(run_id)
    amounts = {town: Amounts([current.items.run_cents(one) for one in runs]) for town, runs in by_town.items()}
    groups: dict[int, list[OpenLine]] = {}
    for line in lines:
        if line.id not in current.proposals:
            groups.setdefault(line.amount_cents, []).append(line)
    found: dict[int, list[list[UUID]]] = {
        cents: [
            [runs[position] for position in positions]
            for town, runs in sorted(by_town.items())
            for positions in amounts[town].search(cents, at_least=2).found
        ]
        for cents in groups
    }
    for cents, combinations in found.items():
        _settle_runs(current, groups[cents], combinations)


def _settle_runs(current: Pass, lines: list[OpenLine], combinations: list[list[UUID]]) -> None:
    if not combinations:
        return
    runs = combinations[0]
    payments = [payment for run_id in runs for payment in current.items.of_run(run_id)]
    # An earlier line of this pass may have taken a run that this combination counts on.
    if len(combinations) == len(lines) == 1 and current.items.sum_cents(payments) == lines[0].amount_cents:
        references = references_text(current.items, runs)
        current.allocate(lines[0], payments, Reason(words.SEVERAL_RUNS, {"references": references}))
        return
    for line in lines:
        current.leave(line, "ambiguous", Reason(words.SEVERAL_RUN_COMBINATIONS))
