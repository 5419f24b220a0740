"""Who is the head of a desk: the town ends one and names the next, and the desk passes between them under two signatures."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import rule

from monnaielocale.actions.appointments import EndAppointment, NameForDesk, end_appointments, name_for_desks
from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.handovers import AcceptHandover, DrawUpHandover, accept_handovers, draw_up_handovers
from tests.desks import POOL
from tests.flows.desk_model import No, worth
from tests.flows.desk_purse import Head, Passed
from tests.flows.desk_register import Register
from tests.flows.desk_worlds import HEIR
from tests.flows.test_desk_machine import off, pieces, places

HEADS = ("pool-head", HEIR)
heads = st.sampled_from(HEADS)


class Succession(Register):
    """The desk with its heads, one after the other."""

    @rule()
    def change_heads(self) -> None:
        """Today is the last day of the head, and tomorrow the first of the other; the town tries both at once and twice."""
        leaving, today = self.model.head, self.model.today
        other = next(login for login in HEADS if login != leaving.login)

        def ending() -> None:
            if leaving.ends is not None:
                raise No("appointment_end_unfit")
            leaving.ends = today

        def naming(starts: int) -> None:
            if any(each.ends is None or each.ends >= starts for each in self.model.heads):
                raise No("heads_overlap")
            self.model.heads.append(Head(other, starts))

        signer = self.people["signer"]
        for starts in (today, today + 1):
            item = NameForDesk(signer, POOL, other, "head", self.on(starts), self.now)
            self.act(name_for_desks, item, lambda starts=starts: naming(starts))
            if starts == today:
                ended = EndAppointment(signer, POOL, leaving.login, "head", self.now, self.now)
                self.act(end_appointments, ended, ending)

    @rule(successor=heads, deputy=st.booleans(), note=off, coins=off)
    def draw_up_handover(self, successor: str, deputy: bool, note: int, coins: int) -> None:
        """What the desk holds is counted for the next head, by the one who leaves or by the deputy."""
        by = "pool-deputy" if deputy else self.model.head.login
        found = self.model.drawers
        found[100] = max(found[100] + note, 0)
        euros = max(self.model.float_euro + 10 * coins, 0)
        expected = worth(self.model.drawers) + self.model.float_euro

        def expect() -> Head:
            begins = next((each for each in self.model.heads if each.login == successor and self.not_over(each)), None)
            before = [each for each in self.model.heads if begins is not None and each.starts < begins.starts]
            if begins is None or not before or before[-1].login == successor:
                raise No("nobody_takes_over")
            if by == successor:
                raise No("signed_by_one")
            if self.model.open_day is not None:
                raise No("earlier_day_open")
            takings = [till.euros - till.float_euros for till in self.model.tills.values()]
            if sum(takings) + self.model.safe + self.model.other:
                raise No("takings_not_paid_in")
            return begins

        count = CountGiven(pieces(+found), ((1, euros),) if euros else ())
        item = DrawUpHandover(self.people[by], POOL, successor, count, "found otherwise")
        if done := self.do(draw_up_handovers, item, expect):
            answer, begins = done
            number = f"PISC-PV{len(self.model.handovers) + 1:04d}"
            assert (answer["handover"], answer["begins_on"]) == (number, str(self.on(begins.starts)))
            assert answer["expected_cents"] == expected
            assert answer["difference_cents"] == worth(Counter(+found)) + euros - expected
            self.model.handovers.append(Passed(number, successor, begins.starts))

    def not_over(self, head: Head) -> bool:
        return head.ends is None or head.ends >= self.model.today

    @rule(place=places, by=heads)
    def accept_handover(self, place: int, by: str) -> None:
        """The next head signs, once, on their first day or later, and only what was drawn up last."""
        at = place % (len(self.model.handovers) + 1)
        passed = self.model.handovers[at] if at < len(self.model.handovers) else None

        def expect() -> None:
            if passed is None:
                raise No("handover_unknown")
            if by != passed.incoming or self.model.today < passed.begins:
                raise No("not_your_handover")
            if passed.accepted:
                raise No("handover_accepted")
            if passed is not self.model.handovers[-1]:
                raise No("handover_replaced")
            passed.accepted = True

        number = passed.number if passed else "PISC-PV9999"
        self.act(accept_handovers, AcceptHandover(self.people[by], POOL, number), expect)
