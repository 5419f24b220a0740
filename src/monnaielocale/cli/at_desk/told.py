"""What commands at a desk answer in words: notes and coins, amounts, receipts with what to give back, and totals."""

from collections.abc import Iterable, Sequence
from typing import Any

from ...domain.money import Money, decimal_text
from ...words import say, shown, word
from ..answers import tell, tell_json, tell_table


def euros(cents: int) -> str:
    """An amount of euros."""
    return shown(Money(cents, "EUR"))


def units(cents: int) -> str:
    """An amount of local currency, which is worth as many euros."""
    return shown(decimal_text(cents))


def pieces_in_words(pieces: Iterable[Sequence[int]]) -> str:
    """Notes or coins: 2 × 5,00 + 1 × 1,00."""
    return " + ".join(f"{count} × {units(denomination)}" for denomination, count in pieces)


def given_back(notes: Sequence[Sequence[int]], euros_cents: int, *, other_cents: int = 0) -> str:
    """What the payer gets back, in words: out of the till, and by the card, the cheque or the account that paid."""
    notes_cents = sum(denomination * count for denomination, count in notes)
    parts = []
    if notes_cents:
        parts.append(say("{amount} in local notes ({pieces})", amount=units(notes_cents), pieces=pieces_in_words(notes)))
    if euros_cents:
        parts.append(euros(euros_cents))
    if other_cents:
        parts.append(say("{amount} by the card, the cheque or the account that paid", amount=euros(other_cents)))
    return say("To give back: {parts}.", parts=parts) if parts else say("Nothing to give back.")


def tell_receipt(done: dict[str, Any], as_json: bool) -> None:
    """A receipt that was issued, and what to give back."""
    if as_json:
        tell_json(done)
        return
    amounts = {"total": euros(done["total_cents"]), "vat": euros(done["vat_cents"])}
    tell(say("Receipt {receipt}: {total}, of which VAT {vat}.", receipt=done["number"], **amounts))
    # A minus receipt gives back by the other means what it leaves neither to the till nor to the town.
    from_till = done["change_notes_cents"] + done["change_euros_cents"]
    other = max(-done["total_cents"] - from_till - done["to_refund_cents"], 0)
    tell(given_back(done["change_notes"], done["change_euros_cents"], other_cents=other))
    if done["to_refund_cents"]:
        tell(say("The town refunds {amount}: nothing of it leaves the till.", amount=euros(done["to_refund_cents"])))


def tell_totals(named: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Totals side by side: how many receipts, what they took and gave back, and what came in by each means."""
    totals = [each for _, each in named]
    means = sorted({name for each in totals for name, _ in each["by_means"]})
    rows = [
        [say("Receipts"), *(shown(each["receipts"], "count") for each in totals)],
        [say("Taken"), *(euros(each["taken_cents"]) for each in totals)],
        [say("Given back"), *(euros(each["given_back_cents"]) for each in totals)],
        [say("Total"), *(euros(each["taken_cents"] - each["given_back_cents"]) for each in totals)],
        *([_means(name), *(euros(dict(each["by_means"]).get(name, 0)) for each in totals)] for name in means),
    ]
    tell_table(["", *(name for name, _ in named)], rows, right=range(1, len(named) + 1))


def _means(name: str) -> str:
    return say("To be refunded") if name == "to_refund" else word("kind", name)


def tell_report(report: dict[str, Any]) -> None:
    """The totals of a day, of its month and its year, and the perpetual ones."""
    names = {"day": say("Day"), "month": say("Month"), "year": say("Year"), "perpetual": say("Since the beginning")}
    tell_totals([(name, report[each]) for each, name in names.items()])
