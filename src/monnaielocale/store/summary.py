"""The facts of the account that is given for a run (reddition de comptes), read from the books."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from ..domain.conventions.convention import ConventionVersion
from ..domain.conventions.rules import crediting_due_on, expected_on
from ..domain.payments.periods import Period
from ..domain.payments.run_states import PaymentFacts, PaymentState, RunFacts, payment_state
from ..domain.refusals import Refusal
from ..formats.summary import BankLineSummary, PaymentSummary, RunSummary
from .conventions import convention_with, conventions_of
from .database import Connection
from .runs import known_run, payments_of_runs, run_facts
from .unit_of_work import Row, UnitOfWork

Explain = Callable[[Refusal], str]
Word = Callable[[str, str], str]
# A payment in one of these states has all its euros, and is or was to be credited.
_TO_BE_CREDITED = (PaymentState.FUNDED, PaymentState.ORDERED, PaymentState.PARTLY_CREDITED, PaymentState.CREDITED)


def run_summary(connection: Connection, *, book: str, reference: str, explain: Explain, word: Word) -> RunSummary:
    """What became of each payment of a run, and the bank lines that brought its euros; RunUnknown.

    `explain` and `word` say a refusal and the code of a reason in the reader's language.
    """
    work = UnitOfWork(connection)
    run = known_run(run_facts(work, [(book, reference)]), book, reference)
    loaded = convention_with(conventions_of(work, [book]), book, run.public_body)
    version = next(each for each in loaded.convention.versions if loaded.id_of(each) == run.convention_version_id)
    more: dict[UUID, Row] = {row.id: row for row in work.rows("payments_to_summarise", run=run.id)}
    payments = payments_of_runs(work, [run.id]).get(run.id, [])
    due_on = expected_on(version, run.kind, Period(run.period_first_on, run.period_last_on))
    return RunSummary(
        convention=version.label,
        issuer=version.issuer.name,
        issuer_identifier=version.issuer.identifier,
        public_body=version.public_body.name,
        public_body_identifier=version.public_body.identifier,
        kind=run.kind,
        period=run.period,
        list_number=run.list_number,
        reference=run.reference,
        payments=tuple(_payment(version, run, payment, more[payment.id], explain, word) for payment in payments),
        bank_lines=tuple(_line(row, due_on) for row in work.rows("lines_of_run", run=run.id)),
    )


def _payment(
    version: ConventionVersion, run: RunFacts, payment: PaymentFacts, more: Row, explain: Explain, word: Word
) -> PaymentSummary:
    state, obstacle = payment_state(run, payment)
    euros = payment.euros
    reason = word("set_aside", more.reason) if more.reason else explain(obstacle) if obstacle else ""
    return PaymentSummary(
        row_number=payment.row_number,
        member_number=payment.member,
        name=more.name,
        payment_order=payment.payment_order,
        amount_cents=euros.asked_cents,
        allocated_cents=euros.funded_cents,
        credited_cents=euros.credited_cents - euros.taken_back_cents,
        credited_on=more.credited_on,
        returned_cents=euros.returned_cents,
        returned_to=more.returned_to or "",
        state=state.value,
        reason=reason,
        credit_due_on=crediting_due_on(version, more.funded_on) if more.funded_on and state in _TO_BE_CREDITED else None,
    )


def _line(row: Row, expected: date | None) -> BankLineSummary:
    return BankLineSummary(
        booked_on=row.booked_on,
        amount_cents=row.amount_cents,
        reference=", ".join(row.references_given),
        label=row.label,
        allocated_cents=row.allocated_cents,
        expected_on=expected,
    )
