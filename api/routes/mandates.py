"""Collection mandates (mandats d'encaissement): drafted, signed, accepted by another person, ended or revoked."""

from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Form, Path, Query, Response, UploadFile
from pydantic import Field

from monnaielocale.actions.mandates import (
    AcceptMandate,
    DraftMandate,
    EndMandate,
    RevokeMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    end_mandates,
    revoke_mandates,
    sign_mandates,
)
from monnaielocale.domain.actors import SecondPersonNeeded
from monnaielocale.domain.conventions.convention import PaymentKind, ShareMode
from monnaielocale.domain.conventions.rules import PartyNotOfConvention
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.payments.mandates import (
    SUBJECT_LENGTH_MAX,
    MandateAlreadySigned,
    MandateNotSigned,
    MandateNumberTaken,
    MandateOverlaps,
    MandateRevoked,
    MandateState,
    MandateUnknown,
    ShareAmountMissing,
    SignatureLater,
    mandate_state,
)
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.mandates import (
    MandateActKnown,
    MandateSeen,
    beneficiaries_in,
    mandate_document,
    mandate_history,
    mandate_seen,
    mandates_page,
)

from .. import places
from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Body, BookAsked, Cents, CentsOrZero, Code, Day, MandateNumber, MemberNumber, Name, Note, Shape
from ..fields import text as line_of_text
from ..forms import DayGiven
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..sight import BOOKS, TOWN
from ..subjects import SubjectRouter
from ..uploads import FORM_BYTES, content_of

STAFF = (*BOOKS, *TOWN)
router = SubjectRouter(prefix="/mandates", tags=["mandates"], route_class=StrictRoute)

NumberInPath = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9-]{1,35}$", description="The number of the mandate.", examples=["M-000001"])
]
Subject = Annotated[
    str,
    *line_of_text(most=SUBJECT_LENGTH_MAX),
    Field(description="The grant or invoice that it is for, if only one.", examples=["Spring festival"]),
]
StateOn = Annotated[Day | None, Query(description="The day on which states are told; today unless given.")]


class DocumentOfSeveral(Refusal):
    """This document holds the mandates of other people as well: ask the association for a copy of yours."""

    code = "document_of_several"


_DAY = date(2026, 1, 31)
_UNKNOWN = MandateUnknown(mandate="M-000001")
_REVOKED = MandateRevoked(mandate="M-000001", revoked_on=_DAY)
UNKNOWN = refusing(_UNKNOWN)
REFUSED_DRAFT = refusing(
    MemberUnknown(member="E00042"),
    PartyNotOfConvention(party="bayonne", convention="eusko"),
    ShareAmountMissing(),
    MandateNumberTaken(mandate="M-000001"),
)
REFUSED_SIGNATURE = refusing(
    _UNKNOWN, MandateAlreadySigned(mandate="M-000001", signed_on=_DAY), SignatureLater(signed_on=_DAY, on=date(2026, 1, 5))
)
REFUSED_ACCEPTANCE = refusing(
    _UNKNOWN,
    SecondPersonNeeded(login="maite"),
    MandateNotSigned(mandate="M-000001"),
    MandateOverlaps(mandate="M-000001", other="M-000002", day=_DAY),
)
REFUSED_END = refusing(_UNKNOWN, _REVOKED)
DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes of the document.", "content": {"application/octet-stream": {}}},
    **refusing(_UNKNOWN, DocumentOfSeveral(), MandateNotSigned(mandate="M-000001")),
}


class MandateAsked(Body):
    """A mandate as it is to be printed and signed; without an end it holds until revoked."""

    public_body: Code
    member: MemberNumber
    kind: PaymentKind
    share_mode: ShareMode = ShareMode.WHOLE
    share_cents: Annotated[Cents | None, Field(description="For a fixed share or a ceiling, in cents.")] = None
    starts_on: Day
    ends_on: Day | None = None
    subject: Subject = ""
    number: Annotated[MandateNumber | None, Field(description="A number of your own; the next one unless given.")] = None
    on: Day | None = None


class AcceptanceAsked(Body):
    """The business date; today unless given."""

    on: Day | None = None


class EndAsked(Body):
    """The last day of a mandate that ends sooner than it says, and why."""

    ended_on: Day
    reason: Note = ""
    on: Day | None = None


class RevocationAsked(Body):
    """The first day on which a mandate no longer holds, because its beneficiary took it back."""

    revoked_on: Day
    reason: Note = ""
    on: Day | None = None


class MandateChangedShown(Shape):
    """What was done to a mandate, and where it stands on the day of the act."""

    mandate: MandateNumber
    act: str
    state: MandateState
    event_id: UUID


class MandateShown(Shape):
    """A mandate with its terms and the days of what happened to it; `state` is where it stands on the day `on`."""

    number: MandateNumber
    state: MandateState
    on: Day
    public_body: Code
    member: MemberNumber
    member_name: Name
    kind: PaymentKind
    subject: str
    share_mode: ShareMode
    share_cents: CentsOrZero | None
    period_kind: str
    starts_on: Day
    ends_on: Day | None
    signed_on: Day | None
    accepted_on: Day | None
    ended_on: Day | None
    revoked_on: Day | None


class MandatesPage(Shape):
    """Mandates by number, and where the next page begins."""

    items: list[MandateShown]
    next: str | None


class ActShown(Shape):
    """One act in a mandate's life; who acted is shown to those who work with the mandate."""

    act: str
    acted_on: Day
    reason: str
    acted_by: str | None
    recorded_at: datetime
    event_id: UUID
    document_name: str | None
    document_sha256: str | None


class MandateWithHistory(MandateShown):
    """A mandate with everything that happened to it, in the order in which it was recorded."""

    history: list[ActShown]


@router.get("")
def list_mandates(
    who: Anyone,
    book: BookAsked = None,
    member: Annotated[MemberNumber | None, Query(description="Of this member.")] = None,
    public_body: Annotated[Code | None, Query(description="For this public body.")] = None,
    state: Annotated[MandateState | None, Query(description="Only those in this state.")] = None,
    on: StateOn = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> MandatesPage:
    """Mandates that you may see, by number."""
    who.require(*STAFF, "member")
    code, day, after = who.book(book), who.day(on), places.code(cursor)
    with who.visit() as connection:
        read = mandates_page(connection, code, after, limit + 1, on=day, state=state, member=member, public_body=public_body)
    seen, last = page(read, limit)
    items = [MandateShown(**_mandate(one, day)) for one in seen]
    return MandatesPage(items=items, next=cursor_of(last.mandate.number) if last else None)


@router.post("", status_code=201, responses=REFUSED_DRAFT)
async def draft_mandate(body: MandateAsked, who: Keyed, book: BookAsked = None) -> MandateChangedShown:
    """Draft a mandate under the convention in force on its first day."""
    item = DraftMandate(
        who.actor,
        who.book(book),
        body.public_body,
        body.member,
        str(body.kind),
        str(body.share_mode),
        body.share_cents,
        body.starts_on,
        body.ends_on,
        who.day(body.on),
        body.subject,
        body.number or "",
        key=who.key,
    )
    return MandateChangedShown(**await who.ask(draft_mandates, item))


@router.get("/{number}", responses=UNKNOWN)
def show_mandate(number: NumberInPath, who: Anyone, book: BookAsked = None, on: StateOn = None) -> MandateWithHistory:
    """One mandate with everything that happened to it."""
    who.require(*STAFF, "member")
    code, day = who.book(book), who.day(on)
    with who.visit() as connection:
        seen, history = mandate_seen(connection, code, number), mandate_history(connection, code, number)
    return MandateWithHistory(**_mandate(seen, day), history=[_act(one) for one in history])


@router.post("/{number}/sign", max_body_size=FORM_BYTES, responses=REFUSED_SIGNATURE)
async def sign_mandate(
    number: NumberInPath,
    who: Keyed,
    document: UploadFile,
    signed_on: Annotated[Day, Form(description="When the beneficiary signed.")],
    on: DayGiven = None,
    book: BookAsked = None,
) -> MandateChangedShown:
    """Keep the document by which the beneficiary signed."""
    name, data = content_of(document)
    item = SignMandate(who.actor, who.book(book), number, name, data, signed_on, who.day(on), key=who.key)
    return MandateChangedShown(**await who.ask(sign_mandates, item))


@router.post("/{number}/accept", responses=REFUSED_ACCEPTANCE)
async def accept_mandate(number: NumberInPath, body: AcceptanceAsked, who: Keyed, book: BookAsked = None) -> MandateChangedShown:
    """Accept a signed mandate for the association; another person does than the one who drafted it."""
    item = AcceptMandate(who.actor, who.book(book), number, who.day(body.on), key=who.key)
    return MandateChangedShown(**await who.ask(accept_mandates, item))


@router.post("/{number}/end", responses=REFUSED_END)
async def end_mandate(number: NumberInPath, body: EndAsked, who: Keyed, book: BookAsked = None) -> MandateChangedShown:
    """End a mandate sooner than it says."""
    item = EndMandate(who.actor, who.book(book), number, body.ended_on, body.reason, who.day(body.on), key=who.key)
    return MandateChangedShown(**await who.ask(end_mandates, item))


@router.post("/{number}/revoke", responses=REFUSED_END)
async def revoke_mandate(number: NumberInPath, body: RevocationAsked, who: Keyed, book: BookAsked = None) -> MandateChangedShown:
    """Take a mandate back: the beneficiary may at any time, and the association records what they wrote."""
    item = RevokeMandate(who.actor, who.book(book), number, body.revoked_on, body.reason, who.day(body.on), key=who.key)
    return MandateChangedShown(**await who.ask(revoke_mandates, item))


@router.get("/{number}/document", response_class=Response, responses=DOCUMENT)
def show_mandate_document(number: NumberInPath, who: Anyone, book: BookAsked = None) -> Response:
    """The signed document as it came, to be saved and not shown by the browser."""
    who.require(*STAFF, "member")
    code = who.book(book)
    with who.visit() as connection:
        signed = mandate_document(connection, code, number)
    if who.actor.roles.isdisjoint(STAFF):
        with who.services.database.reading() as connection:
            if beneficiaries_in(connection, signed) > 1:
                raise DocumentOfSeveral()
    # A document of a stranger never runs as a page of ours, whatever it claims to be.
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(signed.name or number, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{signed.sha256.hex()}"',
    }
    return Response(signed.content, media_type="application/octet-stream", headers=headers)


def _mandate(seen: MandateSeen, on: date) -> dict[str, Any]:
    kept = seen.mandate
    return {
        "number": kept.number,
        "state": mandate_state(kept, on),
        "on": on,
        "public_body": kept.public_body,
        "member": kept.member,
        "member_name": seen.member_name,
        "kind": PaymentKind(kept.kind),
        "subject": kept.subject,
        "share_mode": ShareMode(kept.share_mode),
        "share_cents": kept.share_cents,
        "period_kind": kept.period_kind,
        "starts_on": kept.starts_on,
        "ends_on": kept.ends_on,
        "signed_on": kept.signed_on,
        "accepted_on": kept.accepted_on,
        "ended_on": kept.ended_on,
        "revoked_on": kept.revoked_on,
    }


def _act(known: MandateActKnown) -> ActShown:
    return ActShown(
        act=known.act,
        acted_on=known.acted_on,
        reason=known.reason,
        acted_by=known.login or None,
        recorded_at=known.recorded_at,
        event_id=known.event_id,
        document_name=known.document_name,
        document_sha256=known.document_sha256.hex() if known.document_sha256 else None,
    )
