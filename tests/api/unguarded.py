"""The first wall taken down: the program asks nobody for a role, a party or a book, and takes what anyone names for theirs."""

from typing import Any

import pytest

from monnaielocale.actions import handovers, open_runs, payment_requests, receipts, till_sessions
from monnaielocale.actions.desks import Held
from monnaielocale.api import routes, sight
from monnaielocale.api.access import Asking
from monnaielocale.domain.actors import Actor, ActsForAnother
from monnaielocale.domain.conventions.convention import Enterer
from monnaielocale.domain.desks import sessions
from monnaielocale.domain.desks.staff import Staff
from monnaielocale.domain.payments import run_states
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store import faults
from tests.api.rights_sides import SIDES

# What says no in front of documents, and what it answers to whoever may see everything.
SIGHTS: dict[str, Any] = {
    "of_the_books": lambda _: None,
    "of_the_runs": lambda _: None,
    "of_the_transfers": lambda _: None,
    "of_the_accounts": lambda *_: None,
    "seen_by": lambda _, run: run,
}


def take_down(patch: pytest.MonkeyPatch) -> list[str]:
    """Let everything through that the database does not refuse; authentication and four eyes still hold.

    Answers the list to which the name of each rule is added by which the database refuses from then on.
    """
    for question in ("require", "require_party"):
        patch.setattr(Actor, question, lambda *_: None)
    for question in ("require_collector", "require_head_or_deputy"):
        patch.setattr(Staff, question, lambda *_: None)
    patch.setattr(Asking, "require", lambda *_: None)
    patch.setattr(Asking, "book", lambda asking, asked: asked or asking.caller.books[0])
    for module in (sight, *(getattr(routes, name) for name in dir(routes))):
        for name, answer in SIGHTS.items():
            if hasattr(module, name):
                patch.setattr(module, name, answer)
    patch.setattr(run_states, "check_signer", lambda *_: "town_signer")
    patch.setattr(run_states, "refuse_accountant", lambda _: None)
    patch.setattr(open_runs, "refuse_accountant", lambda _: None)
    entering = open_runs._entering_party

    def entered_for(*given: Any) -> Enterer:
        try:
            return entering(*given)
        except ActsForAnother:
            return Enterer.PUBLIC_BODY

    patch.setattr(open_runs, "_entering_party", entered_for)
    for module, name in (
        (sessions, "check_taking"),
        (receipts, "check_taking"),
        (sessions, "check_counting"),
        (till_sessions, "check_counting"),
        (handovers, "check_acceptance"),
    ):
        patch.setattr(module, name, lambda *_, **__: None)
    own_wallet = payment_requests._own_wallet

    def wallet_of(actor: Actor, held: Held, wallets: Any) -> str:
        try:
            return own_wallet(actor, held, wallets)
        except ActsForAnother:
            return next(side.wallet() for side in SIDES if side.book == held.desk.issuer_book)

    patch.setattr(payment_requests, "_own_wallet", wallet_of)
    names: list[str] = []
    translated = faults._refused

    def refused(rule: str, detail: str | None) -> Refusal:
        names.append(rule)
        return translated(rule, detail)

    patch.setattr(faults, "_refused", refused)
    return names
