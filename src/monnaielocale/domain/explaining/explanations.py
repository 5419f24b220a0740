"""What a bank line is explained as, in parts, and which accounts each part moves.

A match (rapprochement) gives cents of one line to payments, members, obligations, or to what needs no party. It is tried on
copies of the facts that it touches and kept when the books accepted it, so that the next one sees its effect and a refused one
leaves nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from .. import chart, postings
from ..ledger import Entry, Line
from ..members import MemberLeft, MemberUnknown
from ..money import AmountNotPositive, decimal_text
from ..payments.crediting import RunCancelled
from ..refusals import Refusal
from . import faults as refusals
from .facts import Facts, LineFacts, PartGiven, PartKind, PartyFacts, PaymentFacts, unknown_payer


@dataclass(frozen=True, slots=True)
class _Rule:
    """A kind of part: the sign of the lines it fits (0 for both), what it names, and what it posts."""

    sign: int
    needs: frozenset[str]
    may_name: frozenset[str]
    posting: Callable[[Facts, LineFacts, PartGiven], list[Line]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A match that holds: its parts in full, the entry it makes, and the facts as they stand after it."""

    line: LineFacts
    parts: tuple[PartGiven, ...]
    entry: Entry
    after: Facts


def completed(part: PartGiven, facts: Facts) -> PartGiven:
    """The part with what may be left out: who owes a missing credit, the unknown payer, the grant whose instalment this is."""
    if part.kind == PartKind.TO_RETURN and part.party in ("", "unknown-payer"):
        return replace(part, party=unknown_payer(facts.book))
    if part.kind == PartKind.RECALL_MISSING and not part.party and part.payment_id in facts.payments:
        return replace(part, party=facts.payments[part.payment_id].party)
    if part.kind == PartKind.GRANT and not part.note:
        agreed = (grant for grant in facts.grants.values() if grant.party == part.party)
        return replace(part, note=next((grant.label for grant in agreed if grant.next_cents == part.amount_cents), ""))
    return part


def explain(facts: Facts, line_id: UUID, parts: Sequence[PartGiven], on: date) -> Explanation:
    """Check a match of one line against the facts and say which entry it makes; the facts themselves are not changed.

    Raises LineUnknown, MatchEmpty, ExplainedTooEarly, LineExplainedBeyond and what is wrong with a part.
    """
    line = facts.line(line_id)
    if not parts:
        raise refusals.MatchEmpty()
    if on < line.booked_on:
        raise refusals.ExplainedTooEarly(booked_on=line.booked_on, on=on)
    for part in parts:
        check_shape(part, line)
    total = sum(part.amount_cents for part in parts)
    if total > line.open_cents:
        raise refusals.LineExplainedBeyond(asked=decimal_text(total), left=decimal_text(line.open_cents))
    after = facts.trial(line_id, parts)
    full: list[PartGiven] = []
    lines: list[Line] = []
    for part in parts:
        full.append(completed(part, after))
        lines += _RULES[PartKind(part.kind)].posting(after, line, full[-1])
    after.lines[line_id].open_cents -= total
    return Explanation(after.lines[line_id], tuple(full), Entry.of(on, "match confirmed", lines), after)


def check_shape(part: PartGiven, line: LineFacts) -> None:
    """Whether a part names what its kind takes and fits the direction of the line."""
    if part.kind not in _KINDS:
        raise refusals.PartKindUnknown(kind=part.kind)
    rule = _RULES[PartKind(part.kind)]
    if part.amount_cents <= 0:
        raise AmountNotPositive(amount=decimal_text(part.amount_cents))
    if rule.sign * line.amount_cents < 0:
        raise refusals.WrongDirection(kind=part.kind, amount=decimal_text(line.amount_cents))
    for name in ("payment_id", "party", "transfer_due_id", "other_line_id"):
        if name in rule.needs and not getattr(part, name):
            raise refusals.PartLacks(kind=part.kind, field=name)
        if getattr(part, name) and name not in rule.needs | rule.may_name:
            raise refusals.PartNamesTooMuch(kind=part.kind, field=name)


def _payment(facts: Facts, part: PartGiven) -> PaymentFacts:
    payment = facts.payments.get(part.payment_id) if part.payment_id else None
    if payment is None:
        raise refusals.PaymentUnknown(payment=part.payment_id, book=facts.book)
    return payment


def _party(facts: Facts, key: str) -> PartyFacts:
    if key not in facts.parties:
        raise refusals.PartyNotOfBook(party=key, book=facts.book)
    return facts.parties[key]


def _allocation(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    payment = _payment(facts, part)
    if payment.state:
        raise _STOPPED[payment.state](run=payment.run)
    if part.amount_cents > payment.open_cents:
        raise refusals.PaymentPaidBeyond(
            row=payment.row, run=payment.run, left=decimal_text(payment.open_cents), asked=decimal_text(part.amount_cents)
        )
    payment.open_cents -= part.amount_cents
    payment.held_cents += part.amount_cents
    return postings.allocated(line.form, chart.to_credit(payment.public_body, payment.run), part.amount_cents)


def _to_return(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    if part.party != unknown_payer(facts.book):
        _party(facts, part.party)
    return postings.kept_to_return(line.form, part.party, part.amount_cents)


def _top_up(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    member = facts.parties.get(part.party)
    if member is None or not member.member:
        raise MemberUnknown(member=part.party)
    if member.left_on is not None:
        raise MemberLeft(member=part.party, left_on=member.left_on)
    return postings.topped_up(line.form, chart.wallet(part.party), part.amount_cents)


def _own_money_in(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    if part.party:
        _party(facts, part.party)
    return postings.own_money_received(line.form, part.amount_cents)


def _grant(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    """A town that promised instalments pays them one by one and in their order; other givers owe none."""
    if part.party:
        _party(facts, part.party)
    agreed = [grant for grant in facts.grants.values() if grant.party == part.party]
    grant = facts.grants.get((part.party, part.note))
    if agreed and (grant is None or grant.next_cents != part.amount_cents):
        due = ", ".join(decimal_text(each.next_cents) for each in agreed if each.next_cents is not None)
        raise refusals.GrantNotAgreed(party=part.party, amount=decimal_text(part.amount_cents), instalments=due or "0.00")
    if grant is not None:
        grant.received += 1
    return postings.own_money_received(line.form, part.amount_cents)


def _own_money_out(_: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    return postings.own_money_paid(line.form, part.amount_cents)


def _own_transfer(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    if part.other_line_id is not None:
        other = facts.line(part.other_line_id)
        opposite = other.amount_cents == (-part.amount_cents if line.amount_cents > 0 else part.amount_cents)
        unpaired = max(other.open_cents, other.lone_cents) >= part.amount_cents
        if not opposite or other.iban == line.iban or not (unpaired or line.id in other.paired_with):
            raise refusals.PairDoesNotFit()
        other.lone_cents = 0
    arriving = line.amount_cents > 0
    return (postings.arrived_from_own_account if arriving else postings.left_for_own_account)(line.form, part.amount_cents)


def _cash_paid_in(_: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    return postings.cash_paid_in(line.form, part.amount_cents)


def _transfer_made(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    due = facts.dues.get(part.transfer_due_id) if part.transfer_due_id else None
    if due is None:
        raise refusals.TransferDueUnknown(transfer=part.transfer_due_id, book=facts.book)
    if not due.open:
        raise refusals.TransferNotOpen(party=due.party, amount=decimal_text(due.amount_cents))
    if due.amount_cents != part.amount_cents:
        asked = decimal_text(part.amount_cents)
        raise refusals.TransferNotExact(party=due.party, due=decimal_text(due.amount_cents), asked=asked)
    due.open = False
    posting = postings.redemption_paid if due.kind == "redemption" else postings.returned
    return posting(line.form, due.form, due.party, due.amount_cents)


def _recall(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    payment = _payment(facts, part)
    if part.amount_cents > payment.held_cents:
        raise refusals.RecallBeyondHeld(
            row=payment.row, run=payment.run, left=decimal_text(payment.held_cents), asked=decimal_text(part.amount_cents)
        )
    payment.held_cents -= part.amount_cents
    account = chart.to_credit(payment.public_body, payment.run)
    return postings.recalled(line.form, account, payment.party, recovered_cents=part.amount_cents, missing_cents=0)


def _recall_missing(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    payment = _payment(facts, part)
    _party(facts, part.party)
    if part.amount_cents > payment.missing_cents:
        raise refusals.RecallBeyondMissing(
            row=payment.row, run=payment.run, left=decimal_text(payment.missing_cents), asked=decimal_text(part.amount_cents)
        )
    payment.missing_cents -= part.amount_cents
    account = chart.to_credit(payment.public_body, payment.run)
    return postings.recalled(line.form, account, part.party, recovered_cents=0, missing_cents=part.amount_cents)


def _debt_recovered(facts: Facts, line: LineFacts, part: PartGiven) -> list[Line]:
    _party(facts, part.party)
    return postings.debt_recovered(line.form, part.party, part.amount_cents)


_KINDS = frozenset(kind.value for kind in PartKind)
_STOPPED: dict[str, type[Refusal]] = {
    "not signed": refusals.RunNotSignedYet,
    "cancelled": RunCancelled,
    "closed": refusals.RunClosedSince,
}
_NONE: frozenset[str] = frozenset()
_PAYMENT, _PARTY = frozenset({"payment_id"}), frozenset({"party"})
_RULES: dict[PartKind, _Rule] = {
    PartKind.ALLOCATION: _Rule(1, _PAYMENT, _NONE, _allocation),
    PartKind.TO_RETURN: _Rule(1, _NONE, _PARTY, _to_return),
    PartKind.TOP_UP: _Rule(1, _PARTY, _NONE, _top_up),
    PartKind.DUES: _Rule(1, _NONE, _PARTY, _own_money_in),
    PartKind.GIFT: _Rule(1, _NONE, _PARTY, _own_money_in),
    PartKind.GRANT: _Rule(1, _NONE, _PARTY, _grant),
    PartKind.CHARGE: _Rule(-1, _NONE, _NONE, _own_money_out),
    PartKind.OWN_MONEY_OUT: _Rule(-1, _NONE, _NONE, _own_money_out),
    PartKind.OWN_TRANSFER: _Rule(0, _NONE, frozenset({"other_line_id"}), _own_transfer),
    PartKind.CASH_PAID_IN: _Rule(1, _NONE, _NONE, _cash_paid_in),
    PartKind.TRANSFER_MADE: _Rule(-1, frozenset({"transfer_due_id"}), _NONE, _transfer_made),
    PartKind.RECALL: _Rule(-1, _PAYMENT, _NONE, _recall),
    PartKind.RECALL_MISSING: _Rule(-1, _PAYMENT, _PARTY, _recall_missing),
    PartKind.DEBT_RECOVERED: _Rule(1, _PARTY, _NONE, _debt_recovered),
}
