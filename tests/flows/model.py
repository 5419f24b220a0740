"""The trade once more, as a few dictionaries: what each operation does to what people hold, owe and wait for.

It knows positions and no entries, and shares no code with the books: whatever both get wrong, they do not get wrong together.
An operation that may not be raises No with the code of the refusal and changes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from tests.flows.facts import SIGNS, TOWN, UNFLOORED, Due, Line, Mandate, Match, No, Part, Payment, Position, Run, Undoable


@dataclass
class Book:
    """All that a book's balances follow from. `own` holds natural balances that no document explains."""

    banks: dict[str, tuple[str, int]]
    members: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    own: Counter[Position] = field(default_factory=Counter)
    mandates: dict[str, Mandate] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    dues: dict[str, Due] = field(default_factory=dict)
    matches: dict[str, Match] = field(default_factory=dict)
    events: dict[str, Undoable] = field(default_factory=dict)

    # What the balances are.

    def balances(self) -> dict[str, int]:
        """The natural balance of each account of the chart, without those at zero."""
        found: Counter[str] = Counter()
        for position, cents in self.own.items():
            found[_account(position)] += cents
        wallets = sum(cents for position, cents in self.own.items() if position[0] == "wallet")
        found["issuance.digital"] = found["circulation.digital"] = wallets
        for (place, *rest), cents in self.own.items():
            if place in ("vault", "public", "returned"):
                found[f"issuance.notes:{rest[0]}"] += cents
                found["circulation.notes"] += cents if place == "public" else 0
        for iban, (_, cents) in self.banks.items():
            found[f"bank:{iban}"] = cents
        for line in self.lines.values():
            found[f"{'received' if line.cents > 0 else 'paid'}_unattributed.{line.form}"] += line.open
        for reference, run in self.runs.items():
            found[f"to_credit:{TOWN}:{reference}"] = sum(payment.held for payment in run.payments)
        for due in self.dues.values():
            if due.open:
                found[f"{'redemption_due' if due.kind == 'redemption' else 'to_return'}.{due.form}:{due.party}"] += due.cents
        return {account: cents for account, cents in found.items() if cents}

    # Members and units.

    def wallet(self, member: str) -> int:
        return self.own["wallet", member]

    def present(self, member: str) -> None:
        if member not in self.members:
            raise No("member_unknown")
        if member in self.left:
            raise No("member_left")

    def enrol(self, member: str, kind: str) -> None:
        if member in self.left:
            raise No("member_left")
        if self.members.setdefault(member, kind) != kind:
            raise No("member_already_exists")

    def check_pair(self, payer: str, payee: str) -> None:
        if payer == payee:
            raise No("payee_is_payer")
        self.present(payer)
        self.present(payee)

    def pay(self, payer: str, payee: str, cents: int) -> Undoable:
        self.check_pair(payer, payee)
        return self._move({("wallet", payer): -cents, ("wallet", payee): cents})

    def redeem(self, member: str, cents: int) -> tuple[Undoable, int]:
        """The event, and the euros that are owed: a business leaves five per cent."""
        self.present(member)
        if self.members[member] == "person":
            raise No("redemption_not_allowed")
        fee = (cents * 5 + 50) // 100
        return self._move({("wallet", member): -cents, ("fees",): fee}), cents - fee

    def depart(self, member: str, remainder: str, heir: str) -> int:
        """The euros that are owed to who leaves: a person leaves without a fee."""
        self.present(member)
        cents, owed = self.wallet(member), 0
        if cents and remainder == "refuse":
            raise No("wallet_not_empty")
        if cents and remainder == "redeem":
            fee = (cents * 5 + 50) // 100 if self.members[member] == "business" else 0
            self._move({("wallet", member): -cents, ("fees",): fee})
            owed = cents - fee
        elif cents:
            self.present(heir)
            if heir == member:
                raise No("payee_is_payer")
            self._move({("wallet", member): -cents, ("wallet", heir): cents})
        self.left.add(member)
        return owed

    def notes(self, kind: str, denomination: int, cents: int, member: str) -> Undoable:
        each = str(denomination)
        vault, public, back = ("vault", each), ("public", each), ("returned", each)
        moved: dict[str, dict[Position, int]] = {
            "printed": {vault: cents},
            "sold": {vault: -cents, public: cents, ("cash", "notes"): cents},
            "lost": {vault: -cents, public: cents, ("operating", "notes"): -cents},
            "found": {vault: cents, public: -cents, ("operating", "notes"): cents},
            "counterfeit": {back: -cents, public: cents, ("operating", "notes"): -cents},
            "sorted_again": {back: -cents, vault: cents},
            "destroyed": {back: -cents},
            "put_on_account": {public: -cents, back: cents, ("transfers", "digital"): cents, ("transfers", "notes"): -cents},
            "withdrawn": {vault: -cents, public: cents, ("transfers", "notes"): cents, ("transfers", "digital"): -cents},
        }
        if kind in ("put_on_account", "withdrawn"):
            self.present(member)
            moved[kind]["wallet", member] = cents if kind == "put_on_account" else -cents
        return self._move(moved[kind])

    def reverse(self, event: Undoable) -> None:
        """Refused while something rests on the event: its transfer was made, or what it gave was used."""
        if event.reversed:
            raise No("already_reversed")
        if event.due and not self.dues[event.due].open:
            raise No("later_event_depends")
        for place, *rest in event.moved:
            if place == "wallet":
                self.present(rest[0])
        try:
            self._move({position: -cents for position, cents in event.moved.items()})
        except No:
            raise No("later_event_depends", "balance_too_low") from None
        if event.due:
            self.dues[event.due].open = False
        event.reversed = True

    def _move(self, moved: Mapping[Position, int]) -> Undoable:
        for position, cents in moved.items():
            if position[0] not in UNFLOORED and cents < 0 and self.own[position] + cents < 0:
                raise No("balance_too_low")
        for position, cents in moved.items():
            self.own[position] += cents
        return Undoable(moved)

    # What the town orders.

    def active_mandate(self, member: str) -> str | None:
        """Of several, only the last can stand: another is accepted once the one before was revoked."""
        found = [number for number, one in self.mandates.items() if one.member == member and not one.revoked]
        return found[-1] if found else None

    def open_run(self, rows: Sequence[tuple[str, int]]) -> Run:
        asked: Counter[str] = Counter()
        for run in self.runs.values():
            for payment in run.payments if not run.cancelled else ():
                asked[payment.mandate] += payment.asked
        payments = []
        for member, cents in rows:
            mandate = self.active_mandate(member)
            if member not in self.members or member in self.left or mandate is None:
                raise No("rows_refused")
            share = self.mandates[mandate].share
            asked[mandate] += cents
            if share is not None and asked[mandate] > share:
                raise No("rows_refused")
            payments.append(Payment(member, mandate, cents))
        if len(set(rows)) < len(rows):
            raise No("rows_refused")
        return Run(payments)

    def sign_run(self, run: Run) -> None:
        if run.cancelled:
            raise No("run_cancelled")
        if run.signed:
            raise No("run_already_signed")
        run.signed = True

    def cancel_run(self, run: Run) -> None:
        if run.cancelled:
            raise No("run_cancelled")
        if any(payment.allocated for payment in run.payments):
            raise No("run_funded")
        run.cancelled = True

    # What the bank says, and what it is for.

    def arrive(self, name: str, iban: str, cents: int) -> None:
        form, balance = self.banks[iban]
        self.banks[iban] = form, balance + cents
        self.lines[name] = Line(iban, form, cents, name, abs(cents))

    def propose(self, line: str, parts: Sequence[Part]) -> None:
        """Whether the parts could be booked as they stand; nothing is changed. What an account must hold is asked later."""
        deepcopy(self)._explain(line, parts, floors=False)

    def confirm(self, match: Match) -> list[Due]:
        """The transfers that fall due by it."""
        if match.state != "proposed":
            raise No(f"match_already_{match.state}")
        deepcopy(self)._explain(match.line, match.parts, floors=True)
        dues = self._explain(match.line, match.parts, floors=True)
        match.state = "confirmed"
        return dues

    def _explain(self, name: str, parts: Sequence[Part], *, floors: bool) -> list[Due]:
        line = self.lines[name]
        for part in parts:
            if SIGNS[part.kind] * line.cents < 0:
                raise No("wrong_direction")
        if sum(part.cents for part in parts) > line.open:
            raise No("line_explained_beyond")
        made, moved = [], Counter[Position]()
        for part in parts:
            made += self._part(line, part, moved)
        line.open -= sum(part.cents for part in parts)
        if floors:
            self._move(moved)
        return made

    def _part(self, line: Line, part: Part, moved: Counter[Position]) -> list[Due]:
        cents, way = part.cents, 1 if line.cents > 0 else -1
        if part.kind in ("allocation", "recall", "recall_missing"):
            self._on_payment(part, moved)
            self._across(line, "digital", way * cents, moved)
        elif part.kind == "to_return":
            return [Due("return", line.form, part.what, cents)]
        elif part.kind == "top_up":
            self.present(part.what)
            moved["wallet", part.what] += cents
            self._across(line, "digital", cents, moved)
        elif part.kind == "debt_recovered":
            moved["owed_by", part.what] -= cents
            self._across(line, "digital", cents, moved)
        elif part.kind == "transfer_made":
            due = self.dues[part.what]
            if not due.open:
                raise No("transfer_not_open")
            if due.cents != cents:
                raise No("transfer_not_exact")
            due.open = False
            self._across(line, due.form, -cents, moved)
        elif part.kind == "own_transfer":
            moved["transfers", line.form] -= way * cents
        elif part.kind == "cash_paid_in":
            moved["cash", line.form] -= cents
        else:
            moved["operating", line.form] += way * cents
        return []

    def _on_payment(self, part: Part, moved: Counter[Position]) -> None:
        run = self.runs[part.what]
        payment = run.payments[part.row]
        if part.kind == "allocation":
            if run.cancelled or not run.signed:
                raise No("run_cancelled" if run.cancelled else "run_not_signed_yet")
            if part.cents > payment.asked - payment.allocated:
                raise No("payment_paid_beyond")
            payment.allocated += part.cents
        elif part.kind == "recall":
            if part.cents > payment.held:
                raise No("recall_beyond_held")
            payment.recalled += part.cents
        else:
            if part.cents > payment.missing - payment.missing_recalled:
                raise No("recall_beyond_missing")
            payment.missing_recalled += part.cents
            moved["owed_by", payment.member] += part.cents

    def _across(self, line: Line, form: str, cents: int, moved: Counter[Position]) -> None:
        """Euros of one form's account that are the other form's: a transfer between the reserves is due."""
        if line.form != form:
            moved["transfers", form] += cents
            moved["transfers", line.form] -= cents

    def undo(self, match: Match) -> None:
        """Refused once something used what the match gave."""
        if match.state != "confirmed":
            raise No({"proposed": "match_not_confirmed"}.get(match.state, f"match_already_{match.state}"))
        deepcopy(self)._undo(match)
        self._undo(match)
        match.state = "undone"

    def _undo(self, match: Match) -> None:
        line, moved = self.lines[match.line], Counter[Position]()
        way = 1 if line.cents > 0 else -1
        for due in match.dues:
            if not self.dues[due].open:
                raise No("match_used_since")
            self.dues[due].open = False
        for part in match.parts:
            cents = part.cents
            line.open += cents
            if part.kind in ("allocation", "recall", "recall_missing"):
                payment = self.runs[part.what].payments[part.row]
                self._across(line, "digital", -way * cents, moved)
                if part.kind == "allocation":
                    if payment.held < cents:
                        raise No("match_used_since", "match_credited_since")
                    payment.allocated -= cents
                elif part.kind == "recall":
                    payment.recalled -= cents
                else:
                    payment.missing_recalled -= cents
                    moved["owed_by", payment.member] -= cents
            elif part.kind in ("top_up", "debt_recovered"):
                moved["wallet" if part.kind == "top_up" else "owed_by", part.what] -= cents * (1 if part.kind == "top_up" else -1)
                self._across(line, "digital", -cents, moved)
            elif part.kind == "transfer_made":
                self.dues[part.what].open = True
                self._across(line, self.dues[part.what].form, cents, moved)
            elif part.kind == "own_transfer":
                moved["transfers", line.form] += way * cents
            elif part.kind == "cash_paid_in":
                moved["cash", line.form] += cents
            elif part.kind != "to_return":
                moved["operating", line.form] -= way * cents
        try:
            self._move(moved)
        except No:
            raise No("match_used_since", "match_credited_since", "balance_too_low") from None

    # What becomes of the town's euros.

    def _may_credit(self, run: Run) -> None:
        if run.cancelled:
            raise No("run_cancelled")
        if not run.signed:
            raise No("run_not_signed")

    def _obstacle(self, payment: Payment) -> bool:
        return self.mandates[payment.mandate].revoked or payment.member in self.left

    def _creditable(self, run: Run) -> dict[int, int]:
        """For each row that is funded and not settled, what may be credited of it."""
        given: Counter[str] = Counter()
        for other in self.runs.values():
            for payment in other.payments:
                given[payment.mandate] += payment.credited - payment.taken
        found = {}
        for row, payment in enumerate(run.payments):
            if payment.credited or payment.returned or payment.allocated - payment.recalled != payment.asked:
                continue
            share = self.mandates[payment.mandate].share
            room = payment.held if share is None else max(share - given[payment.mandate], 0)
            found[row] = 0 if self._obstacle(payment) else min(payment.held, room)
            given[payment.mandate] += found[row]
        return found

    def credit_run(self, run: Run) -> None:
        self._may_credit(run)
        creditable = self._creditable(run)
        if not any(creditable.values()):
            waits = not creditable and not any(payment.credited for payment in run.payments)
            raise No("euros_not_seen" if waits else "nothing_left_to_credit")
        for row, cents in creditable.items():
            run.payments[row].credited += cents
            self.own["wallet", run.payments[row].member] += cents

    def return_uncreditable(self, run: Run) -> list[Due]:
        self._may_credit(run)
        creditable, dues = self._creditable(run), []
        for row, payment in enumerate(run.payments):
            stuck = self._obstacle(payment) or payment.taken or payment.credited or creditable.get(row) == 0
            if payment.held > 0 and stuck:
                dues.append(Due("return", "digital", payment.member, payment.held))
                payment.returned += payment.held
        if not dues:
            raise No("nothing_to_return")
        return dues

    def take_back(self, payment: Payment) -> None:
        if not payment.credited or payment.was_taken_back:
            raise No("credit_unknown")
        payment.was_taken_back = True
        payment.taken = min(payment.credited, self.wallet(payment.member))
        payment.missing = payment.credited - payment.taken
        self.own["wallet", payment.member] -= payment.taken


def _account(position: Position) -> str:
    place, *rest = position
    if place == "fees":
        return "redemption_fees.digital"
    if place == "cash":
        return f"cash_in_hand.{rest[0]}"
    if place in ("vault", "public", "returned"):
        return f"notes.{place}:{rest[0]}"
    if place == "owed_by":
        return f"owed_by.digital:{rest[0]}"
    if place in ("operating", "transfers"):
        return f"{place}.{rest[0]}"
    return f"wallet:{rest[0]}"
