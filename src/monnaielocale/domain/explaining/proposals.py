"""What the program's proposal for a bank line means as a match: the parts that a person confirms with one word."""

from datetime import date

from ..matching.propose import Proposal
from .facts import PartGiven, PartKind


def parts_of(proposal: Proposal, line_cents: int, public_body: str) -> tuple[PartGiven, ...]:
    """The parts of a proposal; none when it only names what a person must choose from.

    `line_cents` is what of the line is open, positive. `public_body` is the town of the runs that the proposal names: what it
    paid too much, or twice, goes back to it.
    """
    match proposal.kind:
        case "allocation":
            return _allocations(proposal)
        case "overpayment" | "paid_twice":
            back = PartGiven(PartKind.TO_RETURN, proposal.rest_cents, party=public_body, note=proposal.kind)
            return (*_allocations(proposal), back)
        case "top_up":
            return (PartGiven(PartKind.TOP_UP, line_cents, party=proposal.member_number),)
        case "own_transfer":
            return (PartGiven(PartKind.OWN_TRANSFER, line_cents, other_line_id=proposal.other_line_id),)
        case "transfer_made":
            return (PartGiven(PartKind.TRANSFER_MADE, line_cents, transfer_due_id=proposal.transfer_id),)
        case "charge":
            return (PartGiven(PartKind.CHARGE, line_cents),)
        case _:
            return ()


def _allocations(proposal: Proposal) -> tuple[PartGiven, ...]:
    return tuple(PartGiven(PartKind.ALLOCATION, cents, payment_id=payment) for payment, cents in proposal.parts)


def expected_on(*, first_on: date, last_on: date, signed_on: date) -> date:
    """When a payment's euros are expected: at the end of its month, or once its run is signed when it is paid once."""
    return last_on if (last_on - first_on).days < 31 else signed_on
