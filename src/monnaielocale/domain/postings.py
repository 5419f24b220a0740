"""One function per event of the issuer's book: which accounts it debits and credits. Sides are chosen here and nowhere else.

Amounts are cents. `a -> b` in a docstring moves local units from a to b. Labels are English names of the event; what people read
is translated where it is shown.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from . import chart
from .chart import Form, by_form
from .ledger import Entry, Line, credit, debit, move

ISSUED = "issuance.digital"
ELSEWHERE = "wallets_elsewhere"
PENDING = "wallets_elsewhere.pending"


def opening(on: date, natural_balances: Mapping[str, int]) -> Entry:
    """All balances of a file, each on its own side (reprise des soldes); that they balance is checked before."""
    return Entry.of(
        on, "opening", (Line(code, cents * chart.account(code).role.side) for code, cents in natural_balances.items())
    )


def statement_line(on: date, *, iban: str, form: Form, cents: int) -> Entry:
    """A bank line enters the books at once: euros received or paid, by whom and why not yet said."""
    if cents > 0:
        lines = (debit(chart.bank(iban), cents), credit(by_form("received_unattributed", form), cents))
    else:
        lines = (debit(by_form("paid_unattributed", form), -cents), credit(chart.bank(iban), -cents))
    return Entry(on, "bank line", lines)


def _from_received(form: Form, target: Form, cents: int) -> list[Line]:
    """Take euros out of those received; when they back the other form, a transfer between the reserves falls due."""
    lines = [debit(by_form("received_unattributed", form), cents)]
    if form is not target:
        lines += [debit(by_form("transfers", target), cents), credit(by_form("transfers", form), cents)]
    return lines


def allocated(form: Form, account: str, cents: int) -> list[Line]:
    """Part of an arriving line pays payments of a run: Dr received_unattributed, Cr to_credit."""
    return [*_from_received(form, Form.DIGITAL, cents), credit(account, cents)]


def kept_to_return(form: Form, party: str, cents: int) -> list[Line]:
    """Part of an arriving line belongs to nobody here and goes back: Dr received_unattributed, Cr to_return."""
    return [debit(by_form("received_unattributed", form), cents), credit(by_form("to_return", form, party), cents)]


def topped_up(form: Form, wallet: str, cents: int) -> list[Line]:
    """A member's own transfer becomes units on their account: Dr received_unattributed, Cr circulation; issuance -> wallet."""
    return [*_from_received(form, Form.DIGITAL, cents), credit("circulation.digital", cents), *move(ISSUED, wallet, cents)]


def own_money_received(form: Form, cents: int) -> list[Line]:
    """Dues, gifts, grants to the association: its own euros lie in a guaranteed account until they are taken out."""
    return [debit(by_form("received_unattributed", form), cents), credit(by_form("operating", form), cents)]


def own_money_paid(form: Form, cents: int) -> list[Line]:
    """A bank charge, or the association's own euros taken out: Dr operating, which it owes when it had none there."""
    return [debit(by_form("operating", form), cents), credit(by_form("paid_unattributed", form), cents)]


def left_for_own_account(form: Form, cents: int) -> list[Line]:
    """The leaving line of a transfer between own bank accounts (virement interne)."""
    return [debit(by_form("transfers", form), cents), credit(by_form("paid_unattributed", form), cents)]


def arrived_from_own_account(form: Form, cents: int) -> list[Line]:
    """The arriving line of a transfer between own bank accounts."""
    return [debit(by_form("received_unattributed", form), cents), credit(by_form("transfers", form), cents)]


def cash_paid_in(form: Form, cents: int) -> list[Line]:
    """The bank line of cash and cheques that were in hand."""
    return [debit(by_form("received_unattributed", form), cents), credit(by_form("cash_in_hand", form), cents)]


def redemption_paid(form: Form, redeemed: Form, party: str, cents: int) -> list[Line]:
    """The bank line by which the association pays what it owed for units given back."""
    return [debit(by_form("redemption_due", redeemed, party), cents), *_to_paid(form, redeemed, cents)]


def returned(form: Form, owed: Form, party: str, cents: int) -> list[Line]:
    """The bank line by which euros that were kept to return leave."""
    return [debit(by_form("to_return", owed, party), cents), *_to_paid(form, owed, cents)]


def recalled(form: Form, account: str, party: str, *, recovered_cents: int, missing_cents: int) -> list[Line]:
    """The bank takes a transfer back: what was recovered leaves to_credit, what was spent is owed by the person credited."""
    cents = recovered_cents + missing_cents
    lines = [debit(account, recovered_cents), debit(by_form("owed_by", Form.DIGITAL, party), missing_cents)]
    return [*lines, *_to_paid(form, Form.DIGITAL, cents)]


def debt_recovered(form: Form, party: str, cents: int) -> list[Line]:
    """Euros come back from someone who owed them: Dr received_unattributed, Cr owed_by."""
    return [*_from_received(form, Form.DIGITAL, cents), credit(by_form("owed_by", Form.DIGITAL, party), cents)]


def _to_paid(form: Form, owed: Form, cents: int) -> list[Line]:
    """Close euros paid; paid from the other form's reserve, they must come back to it by a transfer."""
    lines = [credit(by_form("paid_unattributed", form), cents)]
    if form is not owed:
        lines += [debit(by_form("transfers", form), cents), credit(by_form("transfers", owed), cents)]
    return lines


def run_credited(on: date, *, account: str, credits: Iterable[tuple[str, int]]) -> Entry:
    """Each beneficiary gets what the town paid for them: Dr to_credit, Cr circulation; issuance -> wallets."""
    wallets = list(credits)
    total = sum(cents for _, cents in wallets)
    lines = [debit(account, total), credit("circulation.digital", total), credit(ISSUED, total)]
    return Entry.of(on, "run credited", [*lines, *(debit(wallet, cents) for wallet, cents in wallets)])


def credit_ordered_elsewhere(on: date, *, account: str, cents: int) -> Entry:
    """Wallets are kept in another system: the units exist and wait there until that system confirms."""
    return run_credited(on, account=account, credits=[(PENDING, cents)])


def credit_confirmed_elsewhere(on: date, cents: int) -> Entry:
    """The other system confirmed the credit: wallets_elsewhere.pending -> wallets_elsewhere."""
    return Entry(on, "credit confirmed elsewhere", move(PENDING, ELSEWHERE, cents))


def credit_taken_back(on: date, *, account: str, wallet: str, cents: int) -> Entry:
    """A wrong credit is undone up to what the wallet still holds: wallet -> issuance; Dr circulation, Cr to_credit."""
    return Entry(
        on, "credit taken back", (debit("circulation.digital", cents), credit(account, cents), *move(wallet, ISSUED, cents))
    )


def not_creditable(on: date, *, account: str, returns: Iterable[tuple[str, int]]) -> Entry:
    """Euros that cannot become units are kept for their owner: Dr to_credit, Cr to_return of each party."""
    parts = list(returns)
    lines = [debit(account, sum(cents for _, cents in parts))]
    return Entry.of(
        on, "not creditable", [*lines, *(credit(by_form("to_return", Form.DIGITAL, party), cents) for party, cents in parts)]
    )


def paid_between_wallets(on: date, *, payer: str, payee: str, cents: int) -> Entry:
    """A member pays another: wallet -> wallet."""
    return Entry(on, "wallet payment", (Line(payer, -cents), Line(payee, cents)))


def redeemed(on: date, *, wallet: str, party: str, cents: int, fee_cents: int) -> Entry:
    """Digital units become euros owed (reconversion): Dr circulation, Cr redemption_due and fees; wallet -> issuance."""
    lines = [
        debit("circulation.digital", cents),
        credit(by_form("redemption_due", Form.DIGITAL, party), cents - fee_cents),
        credit(by_form("redemption_fees", Form.DIGITAL), fee_cents),
        *move(wallet, ISSUED, cents),
    ]
    return Entry.of(on, "redemption", lines)


def notes_printed(on: date, *, denomination_cents: int, cents: int) -> Entry:
    """New notes come from the printer: issuance -> vault."""
    units = move(chart.issuance_of_notes(denomination_cents), chart.notes("vault", denomination_cents), cents)
    return Entry(on, "notes printed", units)


def _notes_moved(source: str, target: str, by_denomination: Mapping[int, int]) -> list[Line]:
    return [
        line
        for denomination, cents in sorted(by_denomination.items())
        for line in move(chart.notes(source, denomination), chart.notes(target, denomination), cents)
    ]


def notes_sold(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Notes sold for cash: Dr cash_in_hand, Cr circulation; vault -> public."""
    total = sum(by_denomination.values())
    euros = [debit("cash_in_hand.notes", total), credit("circulation.notes", total)]
    return Entry.of(on, "notes sold", [*euros, *_notes_moved("vault", "public", by_denomination)])


def notes_lost(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Unissued notes disappeared and may be spent: vault -> public; Dr operating, Cr circulation, a shortage until it is paid."""
    total = sum(by_denomination.values())
    euros = [debit("operating.notes", total), credit("circulation.notes", total)]
    return Entry.of(on, "notes lost", [*euros, *_notes_moved("vault", "public", by_denomination)])


def notes_found(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Notes that were held for lost or spent are in the vault after all: public -> vault; Dr circulation, Cr operating."""
    total = sum(by_denomination.values())
    euros = [debit("circulation.notes", total), credit("operating.notes", total)]
    return Entry.of(on, "notes found", [*euros, *_notes_moved("public", "vault", by_denomination)])


def counterfeit_found(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Among the notes that came back some were never ours: the real ones are still out, and the loss is the association's.

    returned -> public; Dr operating, Cr circulation, a shortage until it is paid.
    """
    total = sum(by_denomination.values())
    euros = [debit("operating.notes", total), credit("circulation.notes", total)]
    return Entry.of(on, "counterfeit notes found", [*euros, *_notes_moved("returned", "public", by_denomination)])


def notes_sent_out(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Unissued notes leave for where they will be sold: vault -> transit_out."""
    return Entry.of(on, "notes sent out", _notes_moved("vault", "transit_out", by_denomination))


def notes_brought_back(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Unissued notes come back unsold, or to be sold from the vault: transit_out -> vault."""
    return Entry.of(on, "notes brought back", _notes_moved("transit_out", "vault", by_denomination))


def notes_put_on_account(on: date, *, wallet: str, by_denomination: Mapping[int, int]) -> Entry:
    """A member gives notes and gets digital units: public -> returned, issuance -> wallet; the reserves owe a transfer."""
    total = sum(by_denomination.values())
    euros = [
        debit("circulation.notes", total),
        credit("circulation.digital", total),
        debit("transfers.digital", total),
        credit("transfers.notes", total),
    ]
    return Entry.of(
        on, "notes put on account", [*euros, *move(ISSUED, wallet, total), *_notes_moved("public", "returned", by_denomination)]
    )


def notes_withdrawn(on: date, *, wallet: str, by_denomination: Mapping[int, int]) -> Entry:
    """A member takes notes from their account: wallet -> issuance, vault -> public; a transfer between reserves falls due."""
    total = sum(by_denomination.values())
    euros = [
        debit("circulation.digital", total),
        credit("circulation.notes", total),
        debit("transfers.notes", total),
        credit("transfers.digital", total),
    ]
    return Entry.of(
        on, "notes withdrawn", [*euros, *move(wallet, ISSUED, total), *_notes_moved("vault", "public", by_denomination)]
    )


def notes_sorted_again(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Notes that came back are fit for use: returned -> vault."""
    return Entry.of(on, "notes sorted again", _notes_moved("returned", "vault", by_denomination))


def notes_destroyed(on: date, by_denomination: Mapping[int, int]) -> Entry:
    """Worn notes that came back are destroyed: returned -> issuance."""
    lines = [
        line
        for denomination, cents in sorted(by_denomination.items())
        for line in move(chart.notes("returned", denomination), chart.issuance_of_notes(denomination), cents)
    ]
    return Entry.of(on, "notes destroyed", lines)
