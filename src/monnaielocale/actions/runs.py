"""Payment runs (bordereaux de paiement): opened from the town's list, checked, signed, cancelled, closed, accounted for.

A list is accepted whole or not at all. Sent again, it is answered with what it did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from ..domain.actors import Actor
from ..domain.conventions.convention import Enterer
from ..domain.conventions.rules import check_carried_out
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.payments import run_states as rules
from ..domain.payments.periods import Period
from ..domain.payments.run_states import RunFacts, run_state
from ..domain.refusals import Refusal
from ..store.conventions import BookKept, Conventions, books_of, convention_with, conventions_of
from ..store.runs import Runs, known_run, run_act_row, run_facts
from ..store.unit_of_work import UnitOfWork
from .deciding import DatedItem, decide_each, require_association
from .open_runs import OpenRun, RunOpened, open_runs
from .perform import action


@dataclass(frozen=True, slots=True)
class SignRun:
    """A second person of the right party signs a run; `run` is its RF reference."""

    actor: Actor
    book: str
    run: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class CancelRun:
    """A run is given up before any euros arrived for it; its identity is free again."""

    actor: Actor
    book: str
    run: str
    reason: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class CloseRun:
    """What is left of a run will not come: an order suspended for good, or replaced by another list."""

    actor: Actor
    book: str
    run: str
    reason: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class AccountForRun:
    """The association gives the public body its account of a run (reddition de comptes)."""

    actor: Actor
    book: str
    run: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class RunChanged:
    """What was done to a run and where it stands, with its euros in cents."""

    run: str
    act: str
    state: str
    total_cents: int
    credited_cents: int
    returned_cents: int
    event_id: UUID


class _ItemOnRun(DatedItem, Protocol):
    @property
    def run(self) -> str: ...


@dataclass(slots=True)
class _Batch:
    """The runs of one transaction as it changes them, and the acts that it is going to write."""

    work: UnitOfWork
    books: dict[str, BookKept]
    runs: Runs
    acts: list[dict[str, Any]]

    @classmethod
    def of(cls, work: UnitOfWork, items: Sequence[_ItemOnRun]) -> "_Batch":
        return cls(
            work,
            books_of(work, (item.book for item in items)),
            run_facts(work, ((item.book, item.run) for item in items)),
            [],
        )

    def act(self, item: _ItemOnRun, run: RunFacts, act: str, after: RunFacts, reason: str = "") -> RunChanged:
        """Post an act on a run and keep its row."""
        details = {"run": run.reference, "act": act}
        event = Event(new_id(), item.book, f"run_{act}", item.actor.person_id, item.on, (), details, reason=reason)
        self.work.post(event)
        # From here on nothing refuses.
        self.acts.append(run_act_row(run, act, item.on, acted_by=item.actor.person_id, event_id=event.id, reason=reason))
        self.runs[item.book, item.run] = after
        kept_cents = run.euros.credited_cents - run.euros.taken_back_cents
        return RunChanged(
            run.reference, act, str(run_state(after)), run.total_cents, kept_cents, run.euros.returned_cents, event.id
        )

    def decide(self, items: Sequence[_ItemOnRun], decide: Callable[[Any, RunFacts], RunChanged]) -> list[Any]:
        """Decide each item about the run that it names, then keep the acts for writing."""
        outcomes = decide_each(items, lambda item: decide(item, known_run(self.runs, item.book, item.run)))
        self.work.insert("run_act", *self.acts)
        return outcomes


@action("sign_run")
def sign_runs(work: UnitOfWork, items: Sequence[SignRun]) -> list[RunChanged | Refusal]:
    """A second person signs what another entered, under a convention that still holds for the period.

    Refusals: RunUnknown, AccountantMayNotDecide, RoleMissing, RunNotSignedBy, RunSignedByTown, ActsForAnother,
    SecondPersonNeeded, RunCancelled, RunAlreadySigned, RunRulesChanged, ConventionSuspended, ConventionEnded.
    """
    batch = _Batch.of(work, items)
    conventions = conventions_of(work, (item.book for item in items))
    return batch.decide(items, lambda item, run: _sign(batch, item, run, conventions))


def _sign(batch: _Batch, item: SignRun, run: RunFacts, conventions: Conventions) -> RunChanged:
    loaded = convention_with(conventions, item.book, run.public_body)
    checked_under = next(one for one in loaded.convention.versions if loaded.id_of(one) == run.convention_version_id)
    role = rules.check_signer(item.actor, checked_under, run)
    item.actor.require_party(run.public_body_id if role == "town_signer" else batch.books[item.book].party_id)
    item.actor.require_other_than(run.prepared_by)
    version = loaded.convention.version_for(Period(run.period_first_on, run.period_last_on))
    rules.check_may_be_signed(run, loaded.id_of(version))
    check_carried_out(version, item.on)
    return batch.act(item, run, "signed", replace(run, signed_on=item.on))


@action("cancel_run")
def cancel_runs(work: UnitOfWork, items: Sequence[CancelRun]) -> list[RunChanged | Refusal]:
    """The party that entered a run gives it up before any euros arrived.

    Refusals: RunUnknown, AccountantMayNotDecide, RoleMissing, ActsForAnother, ReasonMissing, RunCancelled, RunClosed,
    RunAccountedFor, RunFunded.
    """
    batch = _Batch.of(work, items)
    return batch.decide(items, lambda item, run: _cancel(batch, item, run))


def _cancel(batch: _Batch, item: CancelRun, run: RunFacts) -> RunChanged:
    rules.refuse_accountant(item.actor)
    if run.entered_for == Enterer.PUBLIC_BODY:
        item.actor.require("town_preparer", "town_signer")
        item.actor.require_party(run.public_body_id)
    else:
        require_association(item.actor, batch.books[item.book])
    reason = rules.checked_reason(item.reason)
    rules.check_may_be_cancelled(run)
    return batch.act(item, run, "cancelled", replace(run, cancelled_on=item.on), reason)


@action("close_run")
def close_runs(work: UnitOfWork, items: Sequence[CloseRun]) -> list[RunChanged | Refusal]:
    """The association's accountant closes a run with what is left of it, once all that arrived is credited or going back.

    Refusals: RunUnknown, RoleMissing, ActsForAnother, ReasonMissing, RunCancelled, RunClosed, RunAccountedFor,
    RunAwaitsSignature, RunNotFunded, RunFundsWaiting, RunFullySettled.
    """
    batch = _Batch.of(work, items)
    return batch.decide(items, lambda item, run: _close(batch, item, run))


def _close(batch: _Batch, item: CloseRun, run: RunFacts) -> RunChanged:
    require_association(item.actor, batch.books[item.book], "association_accountant")
    reason = rules.checked_reason(item.reason)
    rules.check_may_be_closed(run)
    return batch.act(item, run, "closed", replace(run, closed_on=item.on), reason)


@action("account_for_run")
def account_for_runs(work: UnitOfWork, items: Sequence[AccountForRun]) -> list[RunChanged | Refusal]:
    """The association's account of a run is given to the public body, once everything of it is settled.

    Refusals: RunUnknown, RoleMissing, ActsForAnother, RunCancelled, RunAccountedFor, RunAwaitsSignature, CreditsUnconfirmed,
    RunNotSettled.
    """
    batch = _Batch.of(work, items)
    return batch.decide(items, lambda item, run: _account_for(batch, item, run))


def _account_for(batch: _Batch, item: AccountForRun, run: RunFacts) -> RunChanged:
    require_association(item.actor, batch.books[item.book])
    rules.check_may_be_accounted_for(run)
    return batch.act(item, run, "accounted", replace(run, accounted_on=item.on))


__all__ = [
    "AccountForRun",
    "CancelRun",
    "CloseRun",
    "OpenRun",
    "RunChanged",
    "RunOpened",
    "SignRun",
    "account_for_runs",
    "cancel_runs",
    "close_runs",
    "open_runs",
    "sign_runs",
]
