"""Which open items a bank line pays: one pass over all lines, the strongest evidence first.

A line equal to a run's whole open amount with its exact reference is allocated automatically. All else is proposed with its
reason in words, never in proportion, and a second person confirms it. The result does not depend on the order of the input,
and within a pass no payment is offered twice.
"""

from collections.abc import Collection, Sequence

from ..reasons import Reason
from . import reasons as words
from .amounts import propose_by_amount, propose_several_runs
from .by_reference import (
    Carried,
    carried_references,
    pay_exact_references,
    propose_by_reference,
    propose_on_funded_runs,
)
from .debits import (
    could_be_moved,
    pair_own_transfers,
    propose_charges,
    propose_transfers,
    recognise_own_accounts,
)
from .hints import Hints, propose_by_hints, propose_top_ups
from .values import (
    Certainty,
    Kind,
    OpenItems,
    OpenLine,
    OpenPayment,
    OpenRun,
    OpenTransfer,
    Pass,
    Proposal,
    TopUpMember,
    line_order,
)

__all__ = [
    "Certainty",
    "Kind",
    "OpenLine",
    "OpenPayment",
    "OpenRun",
    "OpenTransfer",
    "Proposal",
    "TopUpMember",
    "propose",
]


def propose(
    lines: Sequence[OpenLine],
    payments: Sequence[OpenPayment],
    runs: Sequence[OpenRun],
    top_ups: Sequence[TopUpMember] = (),
    transfers: Sequence[OpenTransfer] = (),
    own_ibans: Collection[str] = (),
) -> list[Proposal]:
    """One proposal for each line, in the order of days and amounts.

    Give what no confirmed match explains yet: the open rest of lines and payments, and the funded runs too, so that what is paid
    twice is recognised. Every payment's run must be among the runs.
    """
    current = Pass(OpenItems(payments, runs), sorted(lines, key=line_order), {})
    carried = carried_references([line for line in current.lines if _arrives(line)], current.items)
    hints = Hints(current.items.payments)
    recognise_own_accounts(current, own_ibans)
    _propose_on_references(current, carried, hints)
    unreferenced = current.undecided(lambda line: _arrives(line) and line.id not in carried)
    propose_by_hints(current, unreferenced, hints)
    propose_top_ups(current, unreferenced, top_ups)
    propose_transfers(current, transfers)
    propose_charges(current)
    pair_own_transfers(current, current.undecided(lambda _: True))
    propose_on_funded_runs(current, carried)
    propose_by_amount(current, current.undecided(_arrives), hints)
    propose_several_runs(current, current.undecided(_arrives))
    _say_what_is_unknown(current, hints)
    return [current.proposals[line.id] for line in current.lines]


def _arrives(line: OpenLine) -> bool:
    return line.amount_cents > 0


def _propose_on_references(current: Pass, carried: Carried, hints: Hints) -> None:
    # Our own move of the same euros may repeat the town's reference, so a line that could be one comes last.
    moved = could_be_moved(current.lines)
    arrived = current.undecided(_arrives)
    pay_exact_references(current, carried, sorted(arrived, key=lambda line: (moved(line), line_order(line))))
    propose_by_reference(current, carried, hints)


def _say_what_is_unknown(current: Pass, hints: Hints) -> None:
    for line in current.undecided(lambda _: True):
        named = hints.names_somebody(line) if line.amount_cents > 0 else ""
        current.leave(line, "unknown", Reason(words.HINT_OTHER_AMOUNT, {"named": named}) if named else Reason(words.UNKNOWN))
