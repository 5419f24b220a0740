"""What the association does while a desk works: decisions about notes, the town's payments, and what members do with units."""

from collections import Counter
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from monnaielocale.actions.matches import PartGiven
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.redemptions import Redeem, redeem
from monnaielocale.actions.reversals import ReverseEvent, reverse_events
from monnaielocale.domain.notes import WITH_MEMBER, NotesKind
from tests.bank_files import Bank
from tests.flows.desk_model import No
from tests.flows.desk_moves import KINDS, Moves, amounts
from tests.flows.test_desk_machine import places
from tests.matching import allocation, credited, explained, payments_of
from tests.towns import drafting, mandates_in_force, run_signed
from tests.world import BOOK, COLLECTION, MEMBER_IBAN

# From where to where; no name is the printer or the fire.
WAYS = {
    NotesKind.PRINTED: ("", "vault"),
    NotesKind.SOLD: ("vault", "public"),
    NotesKind.LOST: ("vault", "public"),
    NotesKind.SENT_OUT: ("vault", "transit_out"),
    NotesKind.BROUGHT_BACK: ("transit_out", "vault"),
    NotesKind.FOUND: ("public", "vault"),
    NotesKind.COUNTERFEIT: ("returned", "public"),
    NotesKind.PUT_ON_ACCOUNT: ("public", "returned"),
    NotesKind.WITHDRAWN: ("vault", "public"),
    NotesKind.SORTED_AGAIN: ("returned", "vault"),
    NotesKind.DESTROYED: ("returned", ""),
}


class Register(Moves):
    """The desk, and the association's book: the member who pays at the desk deals with a shop that the town pays as well."""

    def __init__(self) -> None:
        super().__init__()
        self.world.enrol("E00002", "Peio Harispe", "business", MEMBER_IBAN)
        mandates_in_force(self.world, drafting(self.world, "E00002"))
        self.other_wallet = 0
        self.collection = Bank(COLLECTION)
        # Payments by the events that stand for them: from the member to the shop or back, cents, and whether it was reversed.
        self.payments: dict[str, tuple[bool, int, bool]] = {}

    def arrives(self, cents: int, label: str) -> UUID | None:
        """Euros arrive at the association's bank; None when January is over there."""
        day = self.collection.until + 1
        if day > 28:
            return None
        self.statement(self.collection, day, (day, cents, label))
        with self.database.reading() as connection:
            line = connection.execute("SELECT id FROM bank_line WHERE label = %s", [label]).fetchone()
        assert line
        return UUID(str(line[0]))

    @rule(cents=amounts)
    def town_pays(self, cents: int) -> None:
        """A run for the shop from its list to the account: signed, paid to the association, matched, credited."""
        self.steps += 1
        line = self.arrives(cents, f"TRESOR {self.steps}")
        if line is None:
            return
        run = run_signed(self.world, ("E00002", "Peio Harispe", f"{cents // 100},00"), list_number=str(self.steps))
        explained(self.world, line, allocation(payments_of(self.world, run)[0], cents))
        credited(self.world, run)
        self.other_wallet += cents
        self.model.on_accounts += cents

    @rule(cents=amounts)
    def top_up(self, cents: int) -> None:
        """The member sends euros for units."""
        self.steps += 1
        line = self.arrives(cents, f"RECHARGE {self.steps}")
        if line is not None:
            explained(self.world, line, PartGiven("top_up", cents, party="E00001"))
            self.model.wallet += cents
            self.model.on_accounts += cents

    @rule(cents=amounts)
    def redeem(self, cents: int) -> None:
        """The shop wants euros for its units."""

        def expect() -> None:
            self.model.enough(self.other_wallet, cents)
            self.other_wallet -= cents
            self.model.on_accounts -= cents

        self.act(redeem, Redeem(self.people["operator"], BOOK, "E00002", cents, self.now), expect)

    @precondition(lambda self: self.payments)
    @rule(place=places)
    def reverse(self, place: int) -> None:
        """A payment was a mistake; units that were spent since do not come back."""
        event = sorted(self.payments)[place % len(self.payments)]
        there, cents, reversed_before = self.payments[event]

        def expect() -> None:
            if reversed_before:
                raise No("already_reversed")
            if cents > (self.other_wallet if there else self.model.wallet):
                raise No("later_event_depends", "balance_too_low")
            self.pass_on(not there, cents)
            self.payments[event] = there, cents, True

        item = ReverseEvent(self.people["operator"], BOOK, UUID(event), "a mistake", self.now)
        self.act(reverse_events, item, expect)

    def pass_on(self, there: bool, cents: int) -> None:
        """Units go from the member to the shop, or back."""
        self.model.wallet -= cents if there else -cents
        self.other_wallet += cents if there else -cents

    @rule(kind=st.sampled_from(tuple(NotesKind)), denomination=st.sampled_from(KINDS), count=st.integers(1, 3))
    def decide_on_notes(self, kind: NotesKind, denomination: int, count: int) -> None:
        notes, cents = Counter({denomination: count}), denomination * count
        source, target = WAYS[kind]
        change = (target == "public") - (source == "public")

        def expect() -> None:
            if kind is NotesKind.WITHDRAWN:
                self.model.enough(self.model.wallet, cents)
            self.model.move(notes, source, target)
            self.model.circulating += change * cents
            if kind in WITH_MEMBER:
                self.model.wallet -= change * cents
                self.model.on_accounts -= change * cents

        member = "E00001" if kind in WITH_MEMBER else ""
        slip = f"B-{self.steps}" if kind is NotesKind.SOLD else ""
        item = MoveNotes(self.people["operator"], BOOK, kind, ((denomination, cents),), self.now, member, slip)
        self.act(move_notes, item, expect)

    @rule(there=st.booleans(), cents=amounts)
    def pay_a_member(self, there: bool, cents: int) -> None:
        """The member pays the shop, or the shop the member."""
        payer, payee = ("E00001", "E00002") if there else ("E00002", "E00001")

        def expect() -> None:
            self.model.enough(self.model.wallet if there else self.other_wallet, cents)
            self.pass_on(there, cents)

        item = WalletPayment(self.people["operator"], BOOK, payer, payee, cents, self.now)
        if done := self.act(pay_between_wallets, item, expect):
            self.payments[done["event_id"]] = there, cents, False
