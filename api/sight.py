"""Who may read what: the first wall before documents. The second is the database, which shows each person their own rows only."""

from uuid import UUID

from monnaielocale.domain.actors import ActsForAnother
from monnaielocale.domain.chart import wallet
from monnaielocale.domain.payments.crediting import RunUnknown
from monnaielocale.domain.payments.run_states import RunFacts

from .access import Asking

ASSOCIATION = ("association_operator", "association_accountant")
TOWN = ("town_preparer", "town_signer", "public_accountant")
BOOKS = (*ASSOCIATION, "auditor")


def of_the_books(who: Asking) -> None:
    """The association that keeps the books, and auditors of them: RoleMissing, ActsForAnother."""
    who.require(*BOOKS)
    if who.actor.party_kind == "public_body":
        raise ActsForAnother(login=who.actor.login)


def of_the_runs(who: Asking) -> str | None:
    """The public body whose runs alone a person sees, or None for who sees all of the book: RoleMissing."""
    who.require(*TOWN, *BOOKS)
    return who.actor.party_code if who.actor.party_kind == "public_body" else None


def of_the_transfers(who: Asking) -> UUID | None:
    """The party whose transfers alone a person sees, or None for who sees all of the book: RoleMissing."""
    who.require(*TOWN, *BOOKS, "member")
    return None if who.actor.roles.intersection(BOOKS) and who.actor.party_kind != "public_body" else who.actor.party_id


def of_the_accounts(who: Asking, book: str) -> str | None:
    """The wallet that a member alone sees, or None for who sees every account of the book: RoleMissing, ActsForAnother."""
    if not who.actor.roles.intersection(BOOKS) and "member" in who.actor.roles:
        return wallet(who.actor.party_code.removeprefix(f"{book}:"))
    of_the_books(who)
    return None


def seen_by(public_body: str | None, run: RunFacts) -> RunFacts:
    """The run, for those who see all, or the public body whose own it is; for others it does not exist: RunUnknown."""
    if public_body not in (None, run.public_body):
        raise RunUnknown(run=run.reference)
    return run
