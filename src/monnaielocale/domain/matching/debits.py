"""Lines on which euros leave: transfers due, bank charges, and moves between the association's own accounts."""

from collections.abc import Callable, Collection, Sequence
from itertools import product
from uuid import UUID

from ..reasons import Reason
from ..references import plain_text
from . import reasons as words
from .values import OpenLine, OpenTransfer, Pass, Proposal, line_order
from .words import NameIndex, charge_words

OWN_TRANSFER_DAYS = 5
_IDENTIFIER_LENGTH_MIN = 6


def could_be_moved(lines: Sequence[OpenLine]) -> Callable[[OpenLine], bool]:
    """Tells whether the same amount left another of our accounts within five days of a line's arrival."""
    leaving: dict[int, list[OpenLine]] = {}
    for line in lines:
        if line.amount_cents < 0:
            leaving.setdefault(-line.amount_cents, []).append(line)
    return lambda line: any(_is_move(out, line) for out in leaving.get(line.amount_cents, ()))


def _days_apart(out: OpenLine, arrived: OpenLine) -> int:
    return abs((arrived.booked_on - out.booked_on).days)


def _is_move(out: OpenLine, arrived: OpenLine) -> bool:
    return out.account != arrived.account and _days_apart(out, arrived) <= OWN_TRANSFER_DAYS


def pair_own_transfers(current: Pass, lines: Sequence[OpenLine]) -> None:
    """An amount that left one of our accounts and arrived on another within five days, the nearest days first."""
    leaving: dict[int, list[OpenLine]] = {}
    arrived: dict[int, list[OpenLine]] = {}
    for line in lines:
        (leaving if line.amount_cents < 0 else arrived).setdefault(abs(line.amount_cents), []).append(line)
    for cents in sorted(leaving.keys() & arrived.keys()):
        pairs = [(out, back) for out, back in product(leaving[cents], arrived[cents]) if _is_move(out, back)]
        for out, back in sorted(pairs, key=lambda pair: (_days_apart(*pair), line_order(pair[0]), line_order(pair[1]))):
            if out.id not in current.proposals and back.id not in current.proposals:
                reason = Reason(words.OWN_TRANSFER, {"days": _days_apart(out, back)})
                current.put(Proposal(out.id, "own_transfer", "proposed", reason, other_line_id=back.id))
                current.put(Proposal(back.id, "own_transfer", "proposed", reason, other_line_id=out.id))


def recognise_own_accounts(current: Pass, own_ibans: Collection[str]) -> None:
    """Lines whose other party is one of our accounts: paired when both sides are there, and never offered a payment."""
    own = frozenset(_bare_iban(iban) for iban in own_ibans)
    lines = current.undecided(lambda line: _bare_iban(line.iban) in own)
    pair_own_transfers(current, lines)
    for line in lines:
        if line.id not in current.proposals:
            current.put(Proposal(line.id, "own_transfer", "proposed", Reason(words.OWN_TRANSFER_ALONE)))


def _bare_iban(iban: str) -> str:
    return iban.replace(" ", "").upper()


def propose_transfers(current: Pass, transfers: Sequence[OpenTransfer]) -> None:
    """Transfers due that a line pays: by their own identifier and exact amount automatically, else by account or by name."""
    due = sorted(transfers, key=lambda one: (one.amount_cents, one.party_name, one.iban, str(one.id)))
    names = NameIndex([transfer.party_name for transfer in due])
    seen: set[UUID] = set()
    _by_identifier(current, due, seen)
    by_iban: dict[tuple[int, str], list[OpenTransfer]] = {}
    for transfer in due:
        by_iban.setdefault((transfer.amount_cents, _bare_iban(transfer.iban)), []).append(transfer)
    for line in current.undecided(lambda line: line.amount_cents < 0):
        by_account = by_iban.get((-line.amount_cents, _bare_iban(line.iban)), []) if line.iban else []
        named = [due[position] for position in names.named_in(line.all_texts)]
        by_name = [transfer for transfer in named if transfer.amount_cents == -line.amount_cents]
        if not _pay_one_of(current, line, by_account, seen, words.BY_IBAN):
            _pay_one_of(current, line, by_name, seen, words.BY_PARTY)


def _by_identifier(current: Pass, due: Sequence[OpenTransfer], seen: set[UUID]) -> None:
    by_amount: dict[int, list[tuple[str, str, OpenTransfer]]] = {}
    for transfer in due:
        for identifier in transfer.end_to_end_ids:
            bare = _bare(identifier)
            if len(bare) >= _IDENTIFIER_LENGTH_MIN:
                by_amount.setdefault(transfer.amount_cents, []).append((bare, identifier, transfer))
    for line in current.undecided(lambda line: -line.amount_cents in by_amount):
        written = "".join(map(_bare, line.texts))
        for bare, identifier, transfer in by_amount[-line.amount_cents]:
            if bare in written and transfer.id not in seen:
                seen.add(transfer.id)
                reason = Reason(words.BY_END_TO_END, {"identifier": identifier})
                current.put(Proposal(line.id, "transfer_made", "automatic", reason, transfer_id=transfer.id))
                break


def _bare(text: str) -> str:
    return "".join(sign for sign in plain_text(text) if sign.isalnum())


def _pay_one_of(current: Pass, line: OpenLine, fits: Sequence[OpenTransfer], seen: set[UUID], msgid: str) -> bool:
    """Transfers to one party that are alike are paid in their order; different parties are a choice for a person."""
    free = [transfer for transfer in fits if transfer.id not in seen]
    if not free:
        return False
    if len({(one.party_name, one.iban) for one in free}) > 1:
        current.leave(line, "ambiguous", Reason(words.TRANSFER_AMBIGUOUS, {"count": len(free)}))
        return True
    seen.add(free[0].id)
    party = free[0].party_name or free[0].iban
    current.put(Proposal(line.id, "transfer_made", "proposed", Reason(msgid, {"party": party}), transfer_id=free[0].id))
    return True


def propose_charges(current: Pass) -> None:
    """Leaving lines that say in words that they are the bank's charge."""
    for line in current.undecided(lambda line: line.amount_cents < 0):
        if found := charge_words(line.texts):
            reason = Reason(words.CHARGE, {"words": ", ".join(word.lower() for word in found)})
            current.put(Proposal(line.id, "charge", "proposed", reason))
