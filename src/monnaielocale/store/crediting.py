"""Runs with everything that decides their crediting, loaded for a whole batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.conventions.convention import ConventionVersion, version_from_canonical
from ..domain.payments.crediting import PaymentToCredit
from .database import Connection
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RunToCredit:
    """A run, the version of the convention that rules its period, and its payments."""

    id: UUID
    book: str
    reference: str
    public_body: str
    public_body_id: UUID
    kind: str
    period: str
    period_first_on: date
    total_cents: int
    version: ConventionVersion
    acts: frozenset[str]
    payments: tuple[PaymentToCredit, ...]
    beneficiaries: dict[str, tuple[UUID, str]]


def runs_to_credit(work: UnitOfWork, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], RunToCredit]:
    """Runs by (book, reference); one that does not exist is missing from the answer."""
    pairs = sorted(set(asked))
    rows = work.rows("runs_to_credit", books=[book for book, _ in pairs], references=[reference for _, reference in pairs])
    ids = [row.id for row in rows]
    used = {(row.run_id, row.mandate_id): row.cents for row in work.rows("credited_in_period", runs=ids)}
    payments: dict[UUID, list[PaymentToCredit]] = {run_id: [] for run_id in ids}
    beneficiaries: dict[UUID, dict[str, tuple[UUID, str]]] = {run_id: {} for run_id in ids}
    for row in work.rows("payments_to_credit", runs=ids):
        beneficiaries[row.run_id][row.member] = (row.member_id, row.iban)
        payments[row.run_id].append(
            PaymentToCredit(
                id=row.id,
                row=row.row,
                member=row.member,
                mandate_id=row.mandate_id,
                amount_cents=row.amount_cents,
                allocated_cents=row.allocated_cents,
                recalled_cents=row.recalled_cents,
                credited_cents=row.credited_cents,
                taken_back_cents=row.taken_back_cents,
                returned_cents=row.returned_cents,
                share_cents=row.share_cents,
                period_credited_cents=used.get((row.run_id, row.mandate_id), 0),
                revoked=row.revoked,
                ended_on=row.ended_on,
                left_on=row.left_on,
            )
        )
    return {
        (row.book, row.reference): RunToCredit(
            id=row.id,
            book=row.book,
            reference=row.reference,
            public_body=row.public_body,
            public_body_id=row.public_body_id,
            kind=row.kind,
            period=row.period,
            period_first_on=row.period_first_on,
            total_cents=row.total_cents,
            version=version_from_canonical(row.content),
            acts=frozenset(row.acts),
            payments=tuple(payments[row.id]),
            beneficiaries=beneficiaries[row.id],
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class CreditGiven:
    """A credit that was not taken back, and where it went."""

    id: UUID
    payment_id: UUID
    amount_cents: int
    elsewhere_reference: str
    member: str
    public_body: str
    run: str
    book: str


def credits_given(work: UnitOfWork, payments: Iterable[UUID]) -> dict[UUID, CreditGiven]:
    """The standing credit of each payment that has one."""
    return {row.payment_id: CreditGiven(*row) for row in work.rows("credits_to_take_back", payments=list(payments))}


@dataclass(frozen=True, slots=True)
class CreditOrdered:
    """A credit ordered in another system, and the number of its transaction there once it was confirmed."""

    id: UUID
    book: str
    reference: str
    amount_cents: int
    transaction_number: str | None


def credits_ordered(work: UnitOfWork, books: Iterable[str], references: Iterable[str]) -> dict[tuple[str, str], CreditOrdered]:
    """Credits ordered elsewhere, by (book, reference)."""
    rows = work.rows("credits_elsewhere", books=sorted(set(books)), references=sorted(set(references)))
    return {(row.book, row.reference): CreditOrdered(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class CreditOrder:
    """A credit that the other system has not confirmed: cents for a member, under a reference fixed for ever."""

    id: UUID
    run: str
    row_number: int
    member: str
    amount_cents: int
    reference: str
    ordered_on: date


def credit_orders_page(connection: Connection, book: str, *, after: UUID | None = None, limit: int = 100) -> list[CreditOrder]:
    """Credits to have carried out in the other system, in the order in which they were ordered, after one of them."""
    rows = UnitOfWork(connection).rows("credit_orders_page", book=book, after=after, limit=limit)
    return [CreditOrder(*row) for row in rows]


def all_credit_orders(connection: Connection, book: str) -> list[CreditOrder]:
    """Every credit that is to be carried out in the other system."""
    found: list[CreditOrder] = []
    while page := credit_orders_page(connection, book, after=found[-1].id if found else None, limit=1000):
        found += page
    return found
