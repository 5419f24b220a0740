"""Days at a desk in any order, written in both books in memory: after every event the books agree with each other."""

from collections import defaultdict
from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from monnaielocale.domain import chart
from monnaielocale.domain import postings as issuer_postings
from monnaielocale.domain.chart import Form
from monnaielocale.domain.desks import postings
from monnaielocale.domain.desks.bundles import Bundle, PiecesLacking
from monnaielocale.domain.desks.counts import Contents, TillCount, difference
from monnaielocale.domain.desks.envelopes import proposed_envelope
from monnaielocale.domain.desks.postings import BothBooks, Place
from monnaielocale.domain.desks.settlements import DigitalPaid, Tender, settled
from monnaielocale.domain.ledger import BookState, Entry, Position
from monnaielocale.domain.refusals import Refusal

from .pool import CHARTER, EUSKOS, MONDAY

IBAN = "FR7699999000010000000000309"
PLENTY = Bundle.of(dict.fromkeys(EUSKOS, 200))
TILLS = ("1", "2")
tills = st.sampled_from(TILLS)
few_notes = st.dictionaries(st.sampled_from(EUSKOS), st.integers(0, 2)).map(Bundle.of)


class DeskDays(RuleBasedStateMachine):
    """Receipts, counts, envelopes and payments; an entry that breaks a floor of the books would raise and fail."""

    @initialize()
    def opened(self) -> None:
        self.desk = BookState("grenoble-pool", "EUR", positions=defaultdict(Position))
        self.issuer = BookState("cairn", "CRN", positions=defaultdict(Position))
        self.paid_cents = self.confirmed_cents = 0
        for each, cents in PLENTY.cents_by_denomination.items():
            self.write(issuer=issuer_postings.notes_printed(MONDAY, denomination_cents=each, cents=2 * cents))
        self.write(issuer=issuer_postings.notes_sold(MONDAY, PLENTY.cents_by_denomination))
        self.write(issuer=issuer_postings.statement_line(MONDAY, iban=IBAN, form=Form.DIGITAL, cents=10**7))
        topped_up = issuer_postings.topped_up(Form.DIGITAL, "wallet:E00058", 10**7)
        self.write(issuer=Entry.of(MONDAY, "top-up", topped_up))
        self.both(postings.float_received(MONDAY, 20_000))
        for till in TILLS:
            self.both(postings.float_exchanged(MONDAY, Place("pool", till), Bundle.of({100: 10, 200: 10, 500: 4})))

    def write(self, *, desk: Entry | None = None, issuer: Entry | None = None) -> None:
        for book, entry in ((self.desk, desk), (self.issuer, issuer)):
            if entry is not None:
                book.check(entry)
                book.apply(entry)

    def both(self, books: BothBooks) -> None:
        self.write(desk=books.desk, issuer=books.issuer)

    def notes_at(self, place: str, key: str = "") -> Bundle:
        return Bundle.of_cents({each: self.issuer.balance(chart.notes(place, each, key)) for each in EUSKOS})

    def sum_of(self, places: Iterable[tuple[str, str]]) -> int:
        return sum(self.notes_at(place, key).total_cents for place, key in places)

    @rule(till=tills, price=st.integers(0, 3000), notes=few_notes, euros=st.integers(0, 3000), digital=st.integers(0, 500))
    def receipt(self, till: str, price: int, notes: Bundle, euros: int, digital: int) -> None:
        units = (DigitalPaid("7Q2K", min(digital, price), "wallet:E00058"),) if min(digital, price) else ()
        try:
            self.notes_at("public") - notes
            settlement = settled(
                CHARTER,
                price_cents=price,
                tender=Tender(notes, euros, units),
                drawer=lambda: self.notes_at("drawer", f"pool:{till}"),
                denominations_cents=EUSKOS,
            )
        except (Refusal, PiecesLacking):
            return
        place = Place("pool", till)
        self.both(postings.receipt_taken(MONDAY, place, revenues=[("entry", price)], taken=settlement.taken()))

    @rule(till=tills, missing=few_notes, surplus=few_notes, euros=st.integers(-500, 500))
    def count_differs(self, till: str, missing: Bundle, surplus: Bundle, euros: int) -> None:
        drawer, taken = self.notes_at("drawer", f"pool:{till}"), self.desk.balance(chart.till_euro(till))
        should_be = Contents(drawer, taken + 5000)
        try:
            self.notes_at("public") - surplus
            found = TillCount(drawer - missing + surplus, Bundle.of({1: should_be.euros_cents + euros}))
        except PiecesLacking:
            return
        if self.desk.balance("float.euro") < 500:
            return
        counted = difference(should_be, found).to_book(
            notes_taken_cents=self.desk.balance("values.notes"), euros_taken_cents=taken
        )
        self.both(postings.count_differs(MONDAY, Place("pool", till), counted))

    @rule()
    def evening(self) -> None:
        """Each till proposes its envelope; what the float of the desk lacks after a difference stays in the drawers."""
        for till in TILLS:
            proposed = proposed_envelope(self.notes_at("drawer", f"pool:{till}"), CHARTER.float_notes_cents).envelope
            if 0 < proposed.total_cents <= self.desk.balance("values.notes"):
                self.both(postings.envelope_prepared(MONDAY, "pool", {till: proposed}))

    @rule(till=tills)
    def euros_to_the_safe_and_paid_in(self, till: str) -> None:
        cents = self.desk.balance(chart.till_euro(till))
        if cents:
            self.both(postings.to_the_safe(MONDAY, Place("pool", till), cents))
            self.both(postings.paid_in(MONDAY, cents))

    @precondition(lambda self: self.notes_at("envelope", "pool"))
    @rule(lost=few_notes, found=few_notes)
    def envelope_counted(self, lost: Bundle, found: Bundle) -> None:
        declared = self.notes_at("envelope", "pool")
        self.both(postings.handed_to_carrier(MONDAY, "pool", declared))
        try:
            self.notes_at("public") - found
            counted = declared - lost + found
        except PiecesLacking:
            counted = declared
        self.both(postings.counted_by_association(MONDAY, "pool", public_body="grenoble", declared=declared, counted=counted))

    @precondition(lambda self: self.desk.balance("digital_received"))
    @rule()
    def digital_redeemed(self) -> None:
        cents = self.desk.balance("digital_received")
        self.both(postings.digital_takings_redeemed(MONDAY, "pool", public_body="grenoble", cents=cents))

    @rule(form=st.sampled_from(Form))
    def association_pays(self, form: Form) -> None:
        cents = self.issuer.balance(chart.by_form("redemption_due", form, "grenoble"))
        if cents:
            self.write(issuer=issuer_postings.statement_line(MONDAY, iban=IBAN, form=form, cents=-cents))
            self.both(postings.association_pays(MONDAY, public_body="grenoble", form=form, cents=cents))
            self.paid_cents += cents

    @precondition(lambda self: self.paid_cents > self.confirmed_cents)
    @rule()
    def treasury_confirms(self) -> None:
        self.both(postings.treasury_confirms(MONDAY, self.paid_cents - self.confirmed_cents))
        self.confirmed_cents = self.paid_cents

    @invariant()
    def every_note_is_somewhere_and_backed(self) -> None:
        held = self.sum_of(
            [("public", ""), ("drawer", "pool:1"), ("drawer", "pool:2"), ("envelope", "pool"), ("transit_in", "pool")]
        )
        assert self.issuer.balance("circulation.notes") == held
        for each in EUSKOS:
            places = [("vault", ""), ("public", ""), ("drawer", "pool:1"), ("drawer", "pool:2"), ("envelope", "pool")]
            known = [*places, ("transit_in", "pool"), ("returned", "")]
            found = sum(self.issuer.balance(chart.notes(place, each, key)) for place, key in known)
            assert self.issuer.balance(chart.issuance_of_notes(each)) == found

    @invariant()
    def the_desk_and_the_association_say_the_same(self) -> None:
        desk, issuer = self.desk, self.issuer
        drawers = self.sum_of([("drawer", "pool:1"), ("drawer", "pool:2")])
        assert desk.balance("values.notes") + desk.balance("float.notes") == drawers
        assert desk.balance("values.envelope") == self.sum_of([("envelope", "pool"), ("transit_in", "pool")])
        assert desk.balance("digital_received") == issuer.balance(chart.wallet("pool"))
        due = sum(issuer.balance(chart.by_form("redemption_due", form, "grenoble")) for form in Form)
        assert desk.balance("claim_on_issuer") == due + self.paid_cents - self.confirmed_cents


TestDeskDays = DeskDays.TestCase
TestDeskDays.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
