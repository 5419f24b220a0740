"""What the association does with notes and accounts while a desk works: each decision about notes, and payments by members."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import rule

from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.domain.notes import WITH_MEMBER, NotesKind
from tests.flows.desk_moves import KINDS, Moves, amounts
from tests.world import BOOK

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
    """The desk, and the association's register of notes and accounts; the member who pays at the desk has a friend."""

    def __init__(self) -> None:
        super().__init__()
        self.world.enrol("E00002", "Peio Harispe")
        self.other_wallet = 0

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
        """The member pays their friend, or the friend pays back."""
        payer, payee = ("E00001", "E00002") if there else ("E00002", "E00001")

        def expect() -> None:
            self.model.enough(self.model.wallet if there else self.other_wallet, cents)
            self.model.wallet -= cents if there else -cents
            self.other_wallet += cents if there else -cents

        item = WalletPayment(self.people["operator"], BOOK, payer, payee, cents, self.now)
        self.act(pay_between_wallets, item, expect)
