"""Lines that carry the reference of a payment run: what they pay of it, from the exact run to the unexplained rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ..money import Money
from ..reasons import Reason
from ..references import known_references_in
from . import reasons as words
from .combinations import Amounts, some_or_all_but_some
from .hints import Hints, fitting, shown
from .values import Candidates, OpenItems, OpenLine, OpenPayment, Pass

NAMES_SHOWN = 5
Carried = Mapping[UUID, tuple[UUID, ...]]


def carried_references(lines: Sequence[OpenLine], items: OpenItems) -> dict[UUID, tuple[UUID, ...]]:
    """The runs whose references each line carries, by line."""
    by_reference = {run.reference: run.id for run in items.runs.values()}
    found = {line.id: known_references_in(line.texts, by_reference) for line in lines}
    return {line_id: tuple(by_reference[one] for one in references) for line_id, references in found.items() if references}


def references_text(items: OpenItems, run_ids: Sequence[UUID]) -> str:
    """The references of the runs, for a sentence."""
    return ", ".join(items.runs[run_id].reference for run_id in run_ids)


def pay_exact_references(current: Pass, carried: Carried, lines: Sequence[OpenLine]) -> None:
    """The only automatic step: exact references whose whole open amounts are exactly the line."""
    items = current.items
    for line in lines:
        run_ids = carried.get(line.id, ())
        if run_ids and all(map(items.run_cents, run_ids)) and sum(map(items.run_cents, run_ids)) == line.amount_cents:
            msgid = words.EXACT_REFERENCE if len(run_ids) == 1 else words.EXACT_REFERENCES
            reason = Reason(msgid, {"references": references_text(items, run_ids)})
            current.allocate(line, _payments(items, run_ids), reason, certainty="automatic")


def propose_by_reference(current: Pass, carried: Carried, hints: Hints) -> None:
    """Lines that carry the reference of a run still open, the most precise explanation first; all wait for a person."""
    matcher = _ByReference(current, carried)
    matcher.pay_what_is_named(hints)
    matcher.pay_single_payments()
    for line in matcher.lines():
        if matcher.open_runs(line):  # An earlier line may have taken all that was left.
            matcher.pay_some_or_all(line)


def propose_on_funded_runs(current: Pass, carried: Carried) -> None:
    """Lines whose runs await nothing any more: paid twice when the amount says so, else to be returned."""
    for line in current.undecided(lambda line: line.id in carried):
        run_ids = carried[line.id]
        twice = sum(current.items.runs[run_id].total_cents for run_id in run_ids) == line.amount_cents
        msgid = words.PAID_TWICE if twice else words.NOTHING_OPEN
        reason = Reason(msgid, {"references": references_text(current.items, run_ids)})
        current.leave(line, "paid_twice" if twice else "overpayment", reason, run_ids=run_ids)


def _payments(items: OpenItems, run_ids: Sequence[UUID]) -> Candidates:
    return tuple(payment for run_id in run_ids for payment in items.of_run(run_id))


@dataclass(slots=True)
class _ByReference:
    current: Pass
    carried: Carried
    prepared: dict[tuple[tuple[UUID, ...], int], tuple[Candidates, Amounts]] = field(default_factory=dict)

    def lines(self) -> list[OpenLine]:
        return self.current.undecided(lambda line: bool(self.open_runs(line)))

    def open_runs(self, line: OpenLine) -> tuple[UUID, ...]:
        return tuple(run_id for run_id in self.carried.get(line.id, ()) if self.current.items.run_cents(run_id))

    def _reason(self, msgid: str, line: OpenLine, **values: object) -> Reason:
        return Reason(msgid, {"references": references_text(self.current.items, self.open_runs(line)), **values})

    def pay_what_is_named(self, hints: Hints) -> None:
        """Payments of the run that the line names by order, number or name, and whole runs among several references."""
        for line in self.lines():
            runs = self.open_runs(line)
            for label, named in hints.named_in(line):
                fits = fitting(self.current.items, [one for one in named if one.run_id in runs], line.amount_cents)
                if len(fits) == 1:
                    self.current.allocate(line, fits[0], self._reason(words.NAMED_IN_RUN, line, named=label))
                    break
            else:
                self._pay_some_of_several(line, runs)

    def _pay_some_of_several(self, line: OpenLine, runs: tuple[UUID, ...]) -> None:
        items = self.current.items
        found = Amounts([items.run_cents(run_id) for run_id in runs]).search(line.amount_cents).found if len(runs) > 1 else ()
        if len(found) == 1:
            paid = [runs[position] for position in found[0]]
            reason = self._reason(words.SOME_OF_THE_RUNS, line, paid=references_text(items, paid))
            self.current.allocate(line, _payments(items, paid), reason)

    def pay_single_payments(self) -> None:
        """Lines equal to one payment of the run; equal lines meet equally many equal payments one by one."""
        groups: dict[tuple[tuple[UUID, ...], int], list[OpenLine]] = {}
        for line in self.lines():
            groups.setdefault((self.open_runs(line), line.amount_cents), []).append(line)
        by_amount = {runs: self._by_amount(runs) for runs, _ in groups}
        for (runs, cents), lines in groups.items():
            payments = [one for one in by_amount[runs].get(cents, ()) if self.current.items.open_cents(one) == cents]
            self._pair(lines, payments)

    def _by_amount(self, runs: tuple[UUID, ...]) -> dict[int, list[OpenPayment]]:
        found: dict[int, list[OpenPayment]] = {}
        for payment in _payments(self.current.items, runs):
            found.setdefault(self.current.items.open_cents(payment), []).append(payment)
        return found

    def _pair(self, lines: list[OpenLine], payments: list[OpenPayment]) -> None:
        if len(payments) > len(lines):
            for line in lines:
                reason = self._reason(words.SEVERAL_IN_RUN, line, count=len(payments))
                self.current.leave(line, "ambiguous", reason, run_ids=self.open_runs(line))
            return
        reasons = [
            self._reason(words.TWINS_IN_RUN, line, count=len(payments))
            if len(payments) > 1
            else self._reason(words.ONE_PAYMENT, line, member=shown(payment))
            for line, payment in zip(lines, payments, strict=False)
        ]
        for line, payment, reason in zip(lines, payments, reasons, strict=False):
            self.current.allocate(line, [payment], reason)

    def pay_some_or_all(self, line: OpenLine) -> None:
        """A line equal to no single payment: all that is open and more, some payments, all but some, or a choice for a person."""
        runs, items = self.open_runs(line), self.current.items
        open_cents = sum(map(items.run_cents, runs))
        if line.amount_cents == open_cents:
            self.current.allocate(line, _payments(items, runs), self._reason(words.SUM_AFTER_OTHERS, line))
        elif line.amount_cents > open_cents:
            self._pay_all_and_more(line, runs, line.amount_cents - open_cents)
        else:
            self._pay_some(line, runs, open_cents - line.amount_cents)

    def _pay_all_and_more(self, line: OpenLine, runs: tuple[UUID, ...], rest_cents: int) -> None:
        items = self.current.items
        towns = {items.runs[run_id].public_body for run_id in runs}
        others = [one for one in items.open_runs() if one not in runs and {items.runs[one].public_body} == towns]
        found = Amounts([items.run_cents(run_id) for run_id in others]).search(rest_cents, at_most=4).found
        if len(found) == 1:
            added = [others[position] for position in found[0]]
            reason = self._reason(words.WITH_OTHER_RUNS, line, others=references_text(items, added))
            self.current.allocate(line, _payments(items, (*runs, *added)), reason)
        else:
            reason = self._reason(words.TOO_MUCH, line, rest=Money(rest_cents))
            self.current.allocate(line, _payments(items, runs), reason, kind="overpayment")

    def _pay_some(self, line: OpenLine, runs: tuple[UUID, ...], missing_cents: int) -> None:
        payments, amounts = self._amounts(runs)
        search = some_or_all_but_some(amounts, line.amount_cents)
        missing = Money(missing_cents)
        if len(payments) == 1:
            self.current.allocate(line, payments, self._reason(words.PART_OF_ONE, line, missing=missing))
        elif len(search.found) == 1:
            paid = [payments[position] for position in search.found[0]]
            self.current.allocate(line, paid, self._some_or_all_but_some(line, payments, paid))
        elif search.found:
            self.current.leave(line, "ambiguous", self._reason(words.SEVERAL_COMBINATIONS, line), run_ids=runs)
        else:
            reason = self._reason(words.RUN_WITHOUT_PARTS, line, missing=missing, size=search.size_searched)
            self.current.leave(line, "run_named", reason, run_ids=runs)

    def _amounts(self, runs: tuple[UUID, ...]) -> tuple[Candidates, Amounts]:
        # What is open only shrinks during a pass, so its sum tells whether the amounts are still those prepared.
        key = (runs, sum(map(self.current.items.run_cents, runs)))
        if key not in self.prepared:
            payments = _payments(self.current.items, runs)
            self.prepared[key] = (payments, Amounts([self.current.items.open_cents(one) for one in payments]))
        return self.prepared[key]

    def _some_or_all_but_some(self, line: OpenLine, payments: Candidates, paid: list[OpenPayment]) -> Reason:
        left_out = [shown(payment) for payment in payments if payment not in set(paid)]
        if len(left_out) < len(paid) and len(left_out) <= NAMES_SHOWN:
            return self._reason(words.ALL_BUT, line, left_out=", ".join(left_out))
        return self._reason(words.SOME_PAYMENTS, line, count=len(paid))
