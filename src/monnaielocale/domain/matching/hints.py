"""Lines that name what they pay: a payment order, a member's number, a beneficiary's name; or a member who buys units."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..reasons import Reason
from ..references import member_numbers_in, order_key, order_keys_in
from . import reasons as words
from .values import Candidates, OpenItems, OpenLine, OpenPayment, Pass, Proposal, TopUpMember
from .words import NameIndex, name_words

Evidence = Literal["order", "member", "name"]
Named = tuple[str, list[OpenPayment]]
REASONS: dict[Evidence, str] = {"order": words.BY_ORDER, "member": words.BY_MEMBER, "name": words.BY_NAME}


def shown(payment: OpenPayment) -> str:
    """Whom a payment is for, in a sentence."""
    return payment.member_name or payment.member_number or payment.payment_order


def fitting(items: OpenItems, named: Sequence[OpenPayment], cents: int) -> list[Candidates]:
    """The ways in which the named payments make the amount: one alone, or all those of one public body together."""
    still_open = [payment for payment in named if items.open_cents(payment)]
    by_town: dict[str, list[OpenPayment]] = {}
    for payment in still_open:
        by_town.setdefault(payment.public_body, []).append(payment)
    together = [tuple(mine) for mine in by_town.values() if len(mine) > 1 and items.sum_cents(mine) == cents]
    return together + [(payment,) for payment in still_open if items.open_cents(payment) == cents]


class Hints:
    """What open payments can be named by, prepared once for all lines; equal texts are read once."""

    def __init__(self, payments: Sequence[OpenPayment]) -> None:
        self._payments = payments
        self._orders: dict[str, list[OpenPayment]] = {}
        self._members: dict[str, list[OpenPayment]] = {}
        for payment in payments:
            if key := order_key(payment.payment_order):
                self._orders.setdefault(key, []).append(payment)
            if payment.member_number:
                self._members.setdefault(payment.member_number.upper(), []).append(payment)
        self._names = NameIndex([payment.member_name for payment in payments])
        self._full_names = frozenset(name for name in {one.member_name for one in payments} if len(name_words(name)) > 1)
        self._read: dict[tuple[str, ...], dict[Evidence, Named]] = {}

    def by_evidence(self, line: OpenLine) -> dict[Evidence, Named]:
        """What the line names, and the payments named so, the surest evidence first."""
        if line.all_texts not in self._read:
            self._read[line.all_texts] = self._evidence(line)
        return self._read[line.all_texts]

    def named_in(self, line: OpenLine) -> list[Named]:
        return list(self.by_evidence(line).values())

    def names_somebody(self, line: OpenLine) -> str:
        """The person whom the line certainly names, by number or by at least two words of a name; empty if none."""
        evidence = self.by_evidence(line)
        if "member" in evidence:
            return evidence["member"][0]
        named = evidence["name"][1] if "name" in evidence else []
        return next((one.member_name for one in named if one.member_name in self._full_names), "")

    def _evidence(self, line: OpenLine) -> dict[Evidence, Named]:
        orders = [self._orders[key] for key in sorted(order_keys_in(line.texts) & self._orders.keys())]
        numbers = [number for number in member_numbers_in(line.texts) if number in self._members]
        names = [self._payments[position] for position in self._names.named_in(line.all_texts)]
        by_order = [payment for named in orders for payment in named]
        found: dict[Evidence, Named] = {
            "order": (", ".join(sorted({one.payment_order for one in by_order})), by_order),
            "member": (", ".join(numbers), [one for number in numbers for one in self._members[number]]),
            "name": (", ".join(sorted({one.member_name for one in names})), names),
        }
        return {evidence: named for evidence, named in found.items() if named[1]}


def propose_by_hints(current: Pass, lines: Sequence[OpenLine], hints: Hints) -> None:
    """Lines that name a payment and have its exact amount, the surest evidence first."""
    for evidence in REASONS:
        groups: dict[tuple[str, int], _Group] = {}
        for line in lines:
            if line.id not in current.proposals and evidence in hints.by_evidence(line):
                label, named = hints.by_evidence(line)[evidence]
                groups.setdefault((label, line.amount_cents), _Group(evidence, label, named)).lines.append(line)
        for group in groups.values():
            group.settle(current)


@dataclass(slots=True)
class _Group:
    """Lines of one amount that name the same payments."""

    evidence: Evidence
    label: str
    named: list[OpenPayment]
    lines: list[OpenLine] = field(default_factory=list)

    def settle(self, current: Pass) -> None:
        cents = self.lines[0].amount_cents
        free = fitting(current.items, self.named, cents)
        if not free and all(payment.amount_cents != cents for payment in self.named):
            return
        single = all(len(one) == 1 for one in free) and len({one[0].public_body for one in free}) == 1
        if len(free) > 1 and not (single and len(self.lines) >= len(free)):
            for line in self.lines:
                self._leave(current, line, "ambiguous", words.HINT_AMBIGUOUS, len(free))
            return
        for line, candidates in zip(self.lines, free, strict=False):
            msgid = REASONS[self.evidence] if len(free) == 1 else words.BY_HINT_TWINS
            current.allocate(line, candidates, Reason(msgid, {"named": self.label, "count": len(free)}))
        for line in self.lines[len(free) :]:
            self._leave(current, line, "paid_twice", words.HINT_TAKEN, len(free))

    def _leave(self, current: Pass, line: OpenLine, kind: Literal["ambiguous", "paid_twice"], msgid: str, count: int) -> None:
        runs = tuple(dict.fromkeys(payment.run_id for payment in self.named))
        current.leave(line, kind, Reason(msgid, {"named": self.label, "count": count}), run_ids=runs)


def propose_top_ups(current: Pass, lines: Sequence[OpenLine], members: Sequence[TopUpMember]) -> None:
    """Lines that carry the number of one member who may buy units by transfer."""
    ordered = sorted(members, key=lambda member: (member.member_number, member.member_name))
    known = {member.member_number.upper(): member for member in ordered}
    for line in lines:
        numbers = [number for number in member_numbers_in(line.texts) if number in known]
        if line.id not in current.proposals and len(numbers) == 1:
            reason = Reason(words.TOP_UP, {"named": f"{numbers[0]} {known[numbers[0]].member_name}".strip()})
            current.put(Proposal(line.id, "top_up", "proposed", reason, member_number=numbers[0]))
