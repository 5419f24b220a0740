"""Crediting runs (créditer les comptes), and the roads back: euros that cannot be credited, and credits that were wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain import chart, postings
from ..domain.actors import Actor
from ..domain.conventions.rules import credited_account, returned_to
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.money import decimal_text
from ..domain.payments.crediting import (
    CreditKeptElsewhere,
    CreditUnknown,
    Decision,
    EurosNotSeen,
    NothingLeftToCredit,
    NothingToReturn,
    ReasonMissing,
    RunCancelled,
    RunNotSigned,
    RunUnknown,
    decide_credits,
    decide_returns,
)
from ..domain.refusals import Refusal
from ..store.conventions import BookKept, books_of
from ..store.crediting import CreditGiven, RunToCredit, credits_given, runs_to_credit
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .perform import action


@dataclass(frozen=True, slots=True)
class CreditRun:
    """Credit every payment of a run that is fully funded, not yet credited, and whose mandate allows it."""

    actor: Actor
    book: str
    run: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class PaymentSetAside:
    """A payment that this crediting left out, wholly or in part, and why."""

    payment_id: UUID
    row: int
    member: str
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class RunCredited:
    """What one crediting gave; the payments that still wait for euros are not mentioned."""

    crediting_id: UUID
    run: str
    credited_count: int
    credited_cents: int
    ordered_elsewhere: bool
    set_aside: tuple[PaymentSetAside, ...]


@action("credit_runs")
def credit_runs(work: UnitOfWork, items: Sequence[CreditRun]) -> list[RunCredited | Refusal]:
    """The association credits each beneficiary with what the town paid for them.

    Refusals: RoleMissing, ActsForAnother, RunUnknown, RunNotSigned, RunCancelled, EurosNotSeen, NothingLeftToCredit,
    PeriodClosed.
    """
    books = books_of(work, (item.book for item in items))
    runs = runs_to_credit(work, [(item.book, item.run) for item in items])
    credited: set[tuple[str, str]] = set()

    def decide(item: CreditRun) -> RunCredited:
        require_association(item.actor, books[item.book])
        run = _signed_run(runs, item.book, item.run)
        if (item.book, item.run) in credited:
            raise NothingLeftToCredit(run=item.run, credited=len(run.payments), set_aside=0)
        answer = _credit(work, item, run)
        credited.add((item.book, item.run))
        return answer

    return decide_each(items, decide)


def _signed_run(runs: dict[tuple[str, str], RunToCredit], book: str, reference: str) -> RunToCredit:
    run = runs.get((book, reference))
    if run is None:
        raise RunUnknown(run=reference)
    if "cancelled" in run.acts:
        raise RunCancelled(run=reference)
    if "signed" not in run.acts:
        raise RunNotSigned(run=reference)
    return run


def _credit(work: UnitOfWork, item: CreditRun, run: RunToCredit) -> RunCredited:
    decisions = decide_credits(run.payments, period_first_on=run.period_first_on)
    giving = [decision for decision in decisions if decision.credit_cents]
    if not giving:
        raise _nothing_to_credit(run, decisions)
    account = chart.to_credit(run.public_body, run.reference)
    wallets = [(credited_account(run.version, decision.payment.member), decision.credit_cents) for decision in giving]
    entry = postings.run_credited(item.on, account=account, credits=wallets)
    elsewhere = wallets[0][0] == postings.PENDING
    aside = tuple(
        PaymentSetAside(one.payment.id, one.payment.row, one.payment.member, one.aside_cents, str(one.reason))
        for one in decisions
        if one.aside_cents
    )
    details = {"run": run.reference, "set_aside": [[one.row, one.amount_cents, one.reason] for one in aside]}
    event = Event(new_id(), item.book, "run_credited", item.actor.person_id, item.on, ((item.book, entry),), details)
    work.post(event)
    crediting_id = new_id()
    work.insert("crediting", {"id": crediting_id, "run_id": run.id, "credited_on": item.on, "event_id": event.id})
    work.insert(
        "payment_credit",
        *(
            {
                "id": new_id(),
                "payment_id": decision.payment.id,
                "crediting_id": crediting_id,
                "amount_cents": decision.credit_cents,
                "elsewhere_reference": f"{run.reference}-{decision.payment.row}" if elsewhere else "",
            }
            for decision in giving
        ),
    )
    return RunCredited(crediting_id, run.reference, len(giving), sum(one.credit_cents for one in giving), elsewhere, aside)


def _nothing_to_credit(run: RunToCredit, decisions: Sequence[Decision]) -> Refusal:
    credited = sum(1 for payment in run.payments if payment.credited_cents)
    if credited == 0 and not decisions:
        allocated = sum(payment.allocated_cents for payment in run.payments)
        return EurosNotSeen(run=run.reference, allocated=decimal_text(allocated), total=decimal_text(run.total_cents))
    return NothingLeftToCredit(run=run.reference, credited=credited, set_aside=len(decisions))


@dataclass(frozen=True, slots=True)
class ReturnUncreditable:
    """Send back, as the convention says, the euros of a run that cannot be credited."""

    actor: Actor
    book: str
    run: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class PaymentReturned:
    """Euros of one payment that are now due to a party; `party` is a member's number or a public body's code."""

    transfer_due_id: UUID
    payment_id: UUID
    row: int
    party: str
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class UncreditableReturned:
    """The transfers that fell due for a run; they are made when the bank line shows it."""

    run: str
    amount_cents: int
    returned: tuple[PaymentReturned, ...]


@action("return_uncreditable")
def return_uncreditable(work: UnitOfWork, items: Sequence[ReturnUncreditable]) -> list[UncreditableReturned | Refusal]:
    """Euros that cannot become units go to the beneficiary or back to the Treasury: a transfer due for each payment.

    Refusals: RoleMissing, ActsForAnother, RunUnknown, RunNotSigned, RunCancelled, NothingToReturn, PeriodClosed.
    """
    books = books_of(work, (item.book for item in items))
    runs = runs_to_credit(work, [(item.book, item.run) for item in items])
    returned: set[tuple[str, str]] = set()

    def decide(item: ReturnUncreditable) -> UncreditableReturned:
        require_association(item.actor, books[item.book])
        run = _signed_run(runs, item.book, item.run)
        decisions = decide_returns(run.payments, period_first_on=run.period_first_on)
        if not decisions or (item.book, item.run) in returned:
            raise NothingToReturn(run=item.run)
        answer = _return(work, item, run, books[item.book], decisions)
        returned.add((item.book, item.run))
        return answer

    return decide_each(items, decide)


def _return(
    work: UnitOfWork, item: ReturnUncreditable, run: RunToCredit, book: BookKept, decisions: Sequence[Decision]
) -> UncreditableReturned:
    parts = [(decision, returned_to(run.version, decision.payment.member)) for decision in decisions]
    entry = postings.not_creditable(
        item.on,
        account=chart.to_credit(run.public_body, run.reference),
        returns=[(party, decision.aside_cents) for decision, party in parts],
    )
    details = {"run": run.reference, "rows": [[one.payment.row, one.aside_cents, str(one.reason)] for one in decisions]}
    event = Event(new_id(), item.book, "euros_to_return", item.actor.person_id, item.on, ((item.book, entry),), details)
    work.post(event)
    returned = tuple(
        PaymentReturned(new_id(), one.payment.id, one.payment.row, party, one.aside_cents, str(one.reason))
        for one, party in parts
    )
    for part in returned:
        party_id, iban = run.beneficiaries.get(part.party, (run.public_body_id, ""))
        work.insert(
            "transfer_due",
            {
                "id": part.transfer_due_id,
                "book_id": book.id,
                "kind": "return",
                "form": "digital",
                "party_id": party_id,
                "iban": iban,
                "amount_cents": part.amount_cents,
                "payment_id": part.payment_id,
                "run_id": run.id,
                "reason": part.reason,
                "details": {},
                "event_id": event.id,
            },
        )
    return UncreditableReturned(run.reference, sum(part.amount_cents for part in returned), returned)


@dataclass(frozen=True, slots=True)
class TakeBackCredit:
    """Undo a wrong credit, up to what the wallet still holds."""

    actor: Actor
    book: str
    payment_id: UUID
    reason: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class CreditTakenBack:
    """What came back to the run, and what had been spent and is owed once the euros leave."""

    payment_id: UUID
    member: str
    taken_cents: int
    missing_cents: int


@action("take_back_credits")
def take_back_credits(work: UnitOfWork, items: Sequence[TakeBackCredit]) -> list[CreditTakenBack | Refusal]:
    """The accountant takes wrong credits back; euros stay with the run until they are recalled or returned.

    Refusals: RoleMissing, ActsForAnother, ReasonMissing, CreditUnknown, CreditKeptElsewhere, PeriodClosed.
    """
    books = books_of(work, (item.book for item in items))
    given = credits_given(work, [item.payment_id for item in items])
    taken: set[UUID] = set()

    def decide(item: TakeBackCredit) -> CreditTakenBack:
        require_association(item.actor, books[item.book], "association_accountant")
        credit = given.get(item.payment_id)
        if credit is None or credit.book != item.book or credit.id in taken:
            raise CreditUnknown(payment=item.payment_id)
        if credit.elsewhere_reference:
            raise CreditKeptElsewhere()
        if not item.reason.strip():
            raise ReasonMissing()
        answer = _take_back(work, item, credit)
        taken.add(credit.id)
        return answer

    return decide_each(items, decide)


def _take_back(work: UnitOfWork, item: TakeBackCredit, credit: CreditGiven) -> CreditTakenBack:
    wallet = chart.wallet(credit.member)
    taken = min(credit.amount_cents, work.state(item.book, [wallet]).balance(wallet))
    missing = credit.amount_cents - taken
    account = chart.to_credit(credit.public_body, credit.run)
    entries = ((item.book, postings.credit_taken_back(item.on, account=account, wallet=wallet, cents=taken)),) if taken else ()
    details = {"payment": str(item.payment_id), "missing_cents": missing}
    event = Event(
        new_id(), item.book, "credit_taken_back", item.actor.person_id, item.on, entries, details, reason=item.reason.strip()
    )
    work.post(event)
    work.insert(
        "credit_taken_back",
        {
            "id": new_id(),
            "credit_id": credit.id,
            "taken_cents": taken,
            "missing_cents": missing,
            "reason": item.reason.strip(),
            "event_id": event.id,
        },
    )
    return CreditTakenBack(item.payment_id, credit.member, taken, missing)
