"""Refusals of the database, translated in one place by the name of the rule or constraint."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg

from ..domain.actors import ActsForAnother, RoleMissing
from ..domain.desks.staff import HeadOrDeputyNeeded, NotNamedToCollect
from ..domain.refusals import Refusal


class RefusedByTheBooks(Refusal):
    """The books refuse this: rule {rule}."""

    code = "refused_by_the_books"


class BusyBook(Refusal):
    """Someone else is writing in the same book for too long: try again."""

    code = "busy_book"


class OutcomeUnknown(Refusal):
    """The connection broke while the work was being recorded: look before you send it again."""

    code = "outcome_unknown"


def refusal_of(error: psycopg.Error) -> Refusal | None:
    """The refusal that a database error stands for; None when it is a mistake of ours or a broken machine."""
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
        return BusyBook()
    if isinstance(error, psycopg.errors.IntegrityError):
        return _refused(error.diag.constraint_name or error.diag.message_primary or "", error.diag.message_detail)
    return None


@contextmanager
def translated() -> Iterator[None]:
    """What the database refuses within the block is raised as a Refusal; its other failures as they are."""
    try:
        yield
    except psycopg.IntegrityError as error:
        raise refusal_of(error) or error from error


def _refused(rule: str, detail: str | None) -> Refusal:
    """What the database says of a person, it says with what names them: the same refusal as the program's own."""
    if rule == RoleMissing.code and detail:
        return RoleMissing(**json.loads(detail))
    if rule == ActsForAnother.code and detail:
        return ActsForAnother(login=json.loads(detail)["login"])
    for unnamed in (NotNamedToCollect, HeadOrDeputyNeeded):
        if rule == unnamed.code and detail:
            told = json.loads(detail)
            return unnamed(login=told["login"], desk=told["desk"], day=date.fromisoformat(told["day"]))
    return RefusedByTheBooks(rule=rule)
