"""The payment slip of a run: what the town copies on its payment orders, so that its euros are recognised when they arrive."""

from dataclasses import dataclass
from datetime import date

from ..chart import Form
from ..conventions.convention import ConventionVersion
from ..conventions.rules import arrival_account, expected_on
from .periods import Period
from .run_states import RunFacts


@dataclass(frozen=True, slots=True)
class RunSlip:
    """Where the euros of a run are sent, under which reference, and how many; `expected_on` is the agreed pay day, if any."""

    reference: str
    iban: str
    account_holder: str
    public_body: str
    kind: str
    period: str
    list_number: str
    total_cents: int
    payment_count: int
    expected_on: date | None


def slip_of(version: ConventionVersion, run: RunFacts) -> RunSlip:
    """The slip of a run under the convention's version for its period; NoReserveForForm when no account can receive it."""
    return RunSlip(
        run.reference,
        arrival_account(version, Form.DIGITAL).iban,
        version.issuer.name,
        version.public_body.name,
        run.kind,
        run.period,
        run.list_number,
        run.total_cents,
        run.payment_count,
        expected_on(version, run.kind, Period(run.period_first_on, run.period_last_on)),
    )
