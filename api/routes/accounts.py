"""Accounts: what each holds, now, at the end of a day or at an instant, and its lines."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime

from monnaielocale.domain.chart import AccountUnknown
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.accounts import account_kept, accounts_page, balance_at, balance_on, lines_of
from monnaielocale.words import PARIS, word

from ..access import Anyone
from ..bodies import StrictRoute
from ..fields import YEARS, Balance, BookAsked, Cents, Currency, Day, DayUnfit, FieldUnfit, Number, Shape
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..places import code as code_place
from ..places import number
from ..sight import of_the_accounts
from ..subjects import SubjectRouter

router = SubjectRouter(prefix="/accounts", tags=["accounts"], route_class=StrictRoute)


class InstantOrDay(Refusal):
    """Ask for the balance at an instant or at the end of a day, not for both."""

    code = "instant_or_day"


def _near(moment: datetime) -> datetime:
    if not YEARS[0] < moment.year < YEARS[1]:
        raise FieldUnfit(DayUnfit())
    return moment


_NO_ACCOUNT = refusing(AccountUnknown(account="wallet:E00042"), InstantOrDay())

AccountCode = Annotated[
    str,
    Path(
        pattern=r"^[a-z_.]{1,60}(:[A-Za-z0-9._/-]{1,80}){0,3}$",
        description="The code of an account of the chart.",
        examples=["wallet:E00042"],
    ),
]
RoleAsked = Annotated[
    str | None,
    Query(
        pattern="^[a-z_.]{1,60}$",
        description="Only accounts of this role, such as wallet, to_credit, circulation or notes.",
        examples=["circulation"],
    ),
]
DayAsked = Annotated[Day | None, Query(description="The balance at the end of this business day, whenever it was recorded.")]
InstantAsked = Annotated[
    AwareDatetime | None,
    AfterValidator(lambda moment: moment and _near(moment)),
    Query(description="The balance as it was recorded at this instant.", examples=["2026-01-31T17:00:00Z"]),
]


class AccountShown(Shape):
    """An account with what it holds now; a balance is positive on the account's own side."""

    account: str
    role: str
    currency: Currency
    denomination_cents: Cents | None
    balance_cents: Balance


class AccountsPage(Shape):
    """Accounts by code, and where the next page begins."""

    items: list[AccountShown]
    next: str | None


class BalanceShown(Shape):
    """What an account held, positive on its own side."""

    account: str
    currency: Currency
    on: Day | None
    at: datetime | None
    balance_cents: Balance


class LineOfAccount(Shape):
    """A line of an account with the balance after it, both positive on the account's own side."""

    number: Number
    entry: Number
    business_on: Day
    recorded_at: datetime
    label: str
    amount_cents: Balance
    balance_cents: Balance


class LinesOfAccount(Shape):
    """Lines in the order of recording, and where the next page begins."""

    account: str
    currency: Currency
    items: list[LineOfAccount]
    next: str | None


@router.get("")
def list_accounts(
    who: Anyone, book: BookAsked = None, role: RoleAsked = None, limit: Limit = 100, cursor: Cursor = None
) -> AccountsPage:
    """List accounts with what they hold now; a member sees their own wallet."""
    code = who.book(book)
    own, after = of_the_accounts(who, code), code_place(cursor)
    with who.visit() as connection:
        held = accounts_page(connection, code, after=after, limit=limit + 1, role=role, only=own)
    shown, last = page(held, limit)
    items = [
        AccountShown(
            account=one.code,
            role=one.role,
            currency=one.currency,
            denomination_cents=one.denomination_cents,
            balance_cents=one.balance_cents,
        )
        for one in shown
    ]
    return AccountsPage(items=items, next=cursor_of(last.code) if last else None)


@router.get("/{code:path}/lines", responses=_NO_ACCOUNT)
def list_account_lines(
    code: AccountCode, who: Anyone, book: BookAsked = None, limit: Limit = 100, cursor: Cursor = None
) -> LinesOfAccount:
    """List the lines of an account in the order of recording."""
    named = _seen(who, book, code)
    with who.visit() as connection:
        kept = account_kept(connection, named, code)
        found, last = page(lines_of(connection, kept, after=number(cursor), most=limit + 1), limit)
    items = [
        LineOfAccount(
            number=line.number,
            entry=line.entry,
            business_on=line.business_on,
            recorded_at=line.recorded_at,
            label=word("entry", line.label),
            amount_cents=line.amount_cents,
            balance_cents=line.balance_cents,
        )
        for line in found
    ]
    following = cursor_of(last.number) if last else None
    return LinesOfAccount(account=code, currency=kept.currency, items=items, next=following)


@router.get("/{code:path}", responses=_NO_ACCOUNT)
def show_account(
    code: AccountCode, who: Anyone, on: DayAsked = None, at: InstantAsked = None, book: BookAsked = None
) -> BalanceShown:
    """What an account holds now, held at the end of a business day, or held as recorded at an instant."""
    if on is not None and at is not None:
        raise InstantOrDay()
    named = _seen(who, book, code)
    moment = at or datetime.now(PARIS)
    with who.visit() as connection:
        kept = account_kept(connection, named, code)
        cents = balance_on(connection, kept, on) if on else balance_at(connection, kept, moment)
    return BalanceShown(account=code, currency=kept.currency, on=on, at=None if on else moment, balance_cents=cents)


def _seen(who: Anyone, book: str | None, code: str) -> str:
    """The book that is meant; an account that somebody may not see does not exist for them: AccountUnknown."""
    named = who.book(book)
    if of_the_accounts(who, named) not in (None, code):
        raise AccountUnknown(account=code)
    return named
