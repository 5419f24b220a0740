"""Redemptions (reconversions), and the transfers that the association has to make (virements à faire)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from monnaielocale.actions.redemptions import Redeem, redeem
from monnaielocale.domain.chart import Form
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.members import IbanMissing, MemberLeft, MemberUnknown
from monnaielocale.store.transfers import TransferShown, transfers_page
from monnaielocale.words import word

from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Body, BookAsked, Cents, CentsOrZero, Day, MemberNumber, Number, Reference, Shape
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..places import identifier
from ..sight import ASSOCIATION, of_the_transfers
from ..subjects import SubjectRouter

router = SubjectRouter(tags=["redemptions"], route_class=StrictRoute)
_NOT_REDEEMED = refusing(
    MemberUnknown(member="E00042"),
    MemberLeft(member="E00042", left_on=date(2026, 1, 31)),
    IbanMissing(member="E00042"),
    BalanceTooLow(account="wallet:E00042", balance="5.00", amount="12.50"),
)


class TransferKind(StrEnum):
    """Why euros are owed: units were given back, or euros could not be credited."""

    REDEMPTION = "redemption"
    RETURN = "return"


KindAsked = Annotated[TransferKind | None, Query(description="Only transfers of this kind.")]
OpenAsked = Annotated[
    bool | None, Query(description="Only those still to be made, or only those that were made.", examples=[True])
]


class RedemptionAsked(Body):
    """Units that a member gives back for euros."""

    member: MemberNumber
    amount_cents: Cents
    on: Day | None = None


class RedemptionMade(Shape):
    """The units are gone and the euros are owed; a fee that is invoiced apart is not taken from them."""

    event_id: UUID
    member: MemberNumber
    amount_cents: Cents
    fee_cents: CentsOrZero
    owed_cents: CentsOrZero
    invoiced_fee_cents: CentsOrZero
    transfer_due_id: UUID | None


class RedemptionShown(Shape):
    """A redemption: units given back, euros owed for them, and what of these the bank has not shown yet."""

    transfer_due_id: UUID
    event_id: UUID
    member: MemberNumber
    name: str
    amount_cents: CentsOrZero
    owed_cents: Cents
    open_cents: CentsOrZero
    on: Day


class RedemptionsPage(Shape):
    """Redemptions in their order, and where the next page begins."""

    items: list[RedemptionShown]
    next: str | None


class TransferDue(Shape):
    """Euros owed to a party: a member by number, or a public body by its code; `reason` says in words why euros go back."""

    transfer_due_id: UUID
    event_id: UUID
    kind: TransferKind
    form: Form
    party: str
    name: str
    iban: str
    amount_cents: Cents
    open_cents: CentsOrZero
    due_on: Day
    run: Reference | None
    row_number: Number | None
    code: str
    reason: str


class TransfersPage(Shape):
    """Transfers in the order of falling due, and where the next page begins."""

    items: list[TransferDue]
    next: str | None


@router.post("/redemptions", status_code=201, responses=_NOT_REDEEMED)
async def redeem_units(body: RedemptionAsked, who: Keyed, book: BookAsked = None) -> RedemptionMade:
    """Give units back for euros: a member their own, the association for anyone."""
    who.require("member", *ASSOCIATION)
    item = Redeem(who.actor, who.book(book), body.member, body.amount_cents, who.day(body.on), who.key)
    return RedemptionMade(**await who.ask(redeem, item))


@router.get("/redemptions")
def list_redemptions(
    who: Anyone,
    book: BookAsked = None,
    still_open: Annotated[OpenAsked, Query(alias="open")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> RedemptionsPage:
    """List redemptions of members of which euros were or are owed; a member sees their own. Those of desks are remittances."""
    shown, following = _page(who, book, TransferKind.REDEMPTION, still_open, limit, cursor, members_only=True)
    return RedemptionsPage(items=[_redemption(one) for one in shown], next=following)


@router.get("/transfers-due")
def list_transfers_due(
    who: Anyone,
    book: BookAsked = None,
    kind: KindAsked = None,
    still_open: Annotated[OpenAsked, Query(alias="open")] = True,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> TransfersPage:
    """List transfers to make, or with `open=false` those that the bank has shown; a town or a member sees its own."""
    shown, following = _page(who, book, kind, still_open, limit, cursor)
    return TransfersPage(items=[_transfer(one) for one in shown], next=following)


def _page(
    who: Anyone,
    book: str | None,
    kind: TransferKind | None,
    still_open: bool | None,
    limit: int,
    cursor: str | None,
    *,
    members_only: bool = False,
) -> tuple[list[TransferShown], str | None]:
    party, code, after = of_the_transfers(who), who.book(book), identifier(cursor)
    asked: dict[str, Any] = {"kind": kind, "members_only": members_only, "party": party, "still_open": still_open}
    with who.visit() as connection:
        shown, last = page(transfers_page(connection, code, after=after, limit=limit + 1, **asked), limit)
    return list(shown), cursor_of(str(last.id)) if last else None


def _redemption(due: TransferShown) -> RedemptionShown:
    return RedemptionShown(
        transfer_due_id=due.id,
        event_id=due.event_id,
        member=due.party,
        name=due.party_name,
        amount_cents=due.given_cents or due.amount_cents,
        owed_cents=due.amount_cents,
        open_cents=due.open_cents,
        on=due.due_on,
    )


def _transfer(due: TransferShown) -> TransferDue:
    return TransferDue(
        transfer_due_id=due.id,
        event_id=due.event_id,
        kind=TransferKind(due.kind),
        form=Form(due.form),
        party=due.party,
        name=due.party_name,
        iban=due.iban or "",
        amount_cents=due.amount_cents,
        open_cents=due.open_cents,
        due_on=due.due_on,
        run=due.run,
        row_number=due.row_number,
        code=due.reason,
        reason=word("set_aside", due.reason) if due.reason else "",
    )
