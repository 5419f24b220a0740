"""The backing proof: that every unit is backed by a euro, shown from the bank's own statements and not from the books alone.

Per form: euros as the statements say, minus what of them is owed to others than holders, plus what is on the road, minus
circulation, is the difference. Double entry cannot make it zero: a robbed bank, a missing statement or a charge that nobody paid
back shows here, with its cause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .chart import FORMS, Form, by_form

OWED_ROLES = ("received_unattributed", "to_return", "redemption_due", "redemption_fees")


@dataclass(frozen=True, slots=True)
class StatedBalance:
    """What the bank's statements say of one account at the date, and what the books hold."""

    iban: str
    purpose: str
    form: Form
    stated_cents: int
    books_cents: int
    known_until: date | None
    held: str = ""


@dataclass(frozen=True, slots=True)
class RoadItem:
    """Euros that left one place and have not arrived: always with the one document that names them."""

    form: Form
    kind: str
    amount_cents: int
    document: str
    since: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document behind a cause: an unexplained bank line, a charge, a person who owes."""

    form: Form
    kind: str
    amount_cents: int
    document: str
    since: date


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the difference is not zero: `reason` is a message, `amount_cents` its signed share of the difference."""

    kind: str
    reason: str
    amount_cents: int
    documents: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class FormProof:
    """The proof for one form. reserve = bank - owed to others; reserve + on the road - circulation = difference."""

    form: Form
    bank_cents: int
    owed_to_others_cents: int
    reserve_cents: int
    on_the_road_cents: int
    circulation_cents: int
    difference_cents: int
    accounts: tuple[StatedBalance, ...]
    owed: tuple[tuple[str, int], ...]
    on_the_road: tuple[RoadItem, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class ProofFacts:
    """All that a proof is made from: natural balances of the book's euro accounts, statements, leaving lines, cash, evidence."""

    book: str
    on: date
    event: int
    entry: int
    balances: Mapping[str, int]
    banks: Sequence[StatedBalance]
    departures: Sequence[RoadItem] = ()
    cash: Sequence[RoadItem] = ()
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The backing proof of a book at a business date, as of the last event and entry that it saw."""

    book: str
    on: date
    event: int
    entry: int
    forms: tuple[FormProof, ...] = field(default=())

    @property
    def holds(self) -> bool:
        """Every form is backed to the cent, and the books say of each bank account what its statements say."""
        return all(
            form.difference_cents == 0 and all(one.stated_cents == one.books_cents for one in form.accounts)
            for form in self.forms
        )


CAUSES = {
    "statement_differs": "The bank's statement differs from the books",
    "statement_missing": "A statement is missing: the bank says more or less than the books know",
    "paid_unattributed": "Euros left the bank and nobody has said why",
    "owed_by": "Credited or paid in error, not yet recovered",
    "transfer_due": "A transfer between the reserves is due and has not left",
    "cash_without_slip": "Cash in hand without a slip",
    "operating": "The association owes its reserve: charges or losses that it has not yet paid back",
    "unexplained": "The books explain no such difference: look for an alteration",
}


def backing_proof(facts: ProofFacts) -> Proof:
    """The proof from its facts; the same facts give the same proof."""
    road = _on_the_road(facts)
    return Proof(facts.book, facts.on, facts.event, facts.entry, tuple(_form_proof(facts, form, road[form]) for form in FORMS))


def _sum(facts: ProofFacts, role: str, form: Form) -> int:
    """The natural balance of a role in one form, all its keys together; `to_credit` only ever backs digital units."""
    if role == "to_credit":
        name = "to_credit" if form is Form.DIGITAL else ""
    else:
        name = by_form(role, form)
    return sum(cents for code, cents in facts.balances.items() if name and code.split(":")[0] == name)


def _on_the_road(facts: ProofFacts) -> dict[Form, list[RoadItem]]:
    """Where the documented departures are going: what a form owes the other leaves for the other; all else stays in its form.

    `transfers` of a form holds what left for it or is due to it, and less than nothing when it owes the other form.
    """
    found: dict[Form, list[RoadItem]] = {form: [] for form in FORMS}
    for form in FORMS:
        other = Form.NOTES if form is Form.DIGITAL else Form.DIGITAL
        leaving = [item for item in facts.departures if item.form is form]
        owes = sum(item.amount_cents for item in leaving) - _sum(facts, "transfers", form)
        for item in sorted(leaving, key=lambda item: (item.since, item.document)):
            target = other if item.amount_cents <= owes else form
            owes -= item.amount_cents if target is other else 0
            found[target].append(RoadItem(target, item.kind, item.amount_cents, item.document, item.since))
        found[form] += [item for item in facts.cash if item.form is form and item.document]
    return found


def _form_proof(facts: ProofFacts, form: Form, road: list[RoadItem]) -> FormProof:
    accounts = tuple(sorted((one for one in facts.banks if one.form is form), key=lambda one: one.iban))
    bank = sum(one.stated_cents for one in accounts)
    operating = _sum(facts, "operating", form)
    owed = [(role, _sum(facts, role, form)) for role in ("to_credit", *OWED_ROLES)] + [("operating", max(operating, 0))]
    owed_cents = sum(cents for _, cents in owed)
    on_the_road = sum(item.amount_cents for item in road)
    circulation = _sum(facts, "circulation", form)
    difference = bank - owed_cents + on_the_road - circulation
    return FormProof(
        form=form,
        bank_cents=bank,
        owed_to_others_cents=owed_cents,
        reserve_cents=bank - owed_cents,
        on_the_road_cents=on_the_road,
        circulation_cents=circulation,
        difference_cents=difference,
        accounts=accounts,
        owed=tuple((role, cents) for role, cents in owed if cents),
        on_the_road=tuple(road),
        causes=_causes(facts, form, accounts, road, difference),
    )


def _causes(
    facts: ProofFacts, form: Form, accounts: Sequence[StatedBalance], road: Sequence[RoadItem], difference: int
) -> tuple[Cause, ...]:
    moving = sum(item.amount_cents for item in road if item.kind == "own_transfer")
    slipped = sum(item.amount_cents for item in road if item.kind == "cash")
    amounts = [
        ("paid_unattributed", -_sum(facts, "paid_unattributed", form)),
        ("owed_by", -_sum(facts, "owed_by", form)),
        ("transfer_due", moving - _sum(facts, "transfers", form)),
        ("cash_without_slip", slipped - _sum(facts, "cash_in_hand", form)),
        ("operating", min(_sum(facts, "operating", form), 0)),
    ]
    causes = [
        Cause(kind, CAUSES[kind], cents, tuple(one for one in facts.evidence if one.form is form and one.kind == kind))
        for kind, cents in amounts
        if cents
    ]
    for one in accounts:
        if one.stated_cents != one.books_cents:
            kind = "statement_missing" if one.held else "statement_differs"
            since = one.known_until or facts.on
            proof = Evidence(form, kind, one.stated_cents - one.books_cents, one.held or one.iban, since)
            causes.append(Cause(kind, CAUSES[kind], one.stated_cents - one.books_cents, (proof,)))
    rest = difference - sum(cause.amount_cents for cause in causes)
    if rest:
        causes.append(Cause("unexplained", CAUSES["unexplained"], rest))
    return tuple(causes)
