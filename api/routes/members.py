"""Members of an association: they enter under a number, one by one or from a list, and leave with an empty account."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Form, Path, Query, UploadFile
from pydantic import Field

from monnaielocale.actions.enrolment import EnrolFromFile, enrol_from_files
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.redemptions import MemberDeparts, depart_members
from monnaielocale.domain.conventions.rules import PartyNotOfConvention
from monnaielocale.domain.files import Notice, RowFault, RowsRefused
from monnaielocale.domain.members import MemberAlreadyExists, MemberIbanWrong, WalletNotEmpty
from monnaielocale.formats.tabular import FileIsNoTable, FileTooLarge
from monnaielocale.store.members import MemberSeen, member_seen, members_page
from monnaielocale.words import explain

from .. import places
from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Body, BookAsked, CentsOrZero, Code, Day, Iban, MandateNumber, MemberKind, MemberNumber, Name, Reason, Shape
from ..fields import text as line_of_text
from ..forms import DayGiven
from ..jobs import ACCEPTED, Prefer, shown_as, within_or_job
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..paths import MEMBER_NUMBER
from ..sight import of_the_books
from ..subjects import SubjectRouter
from ..uploads import FORM_BYTES, content_of

router = SubjectRouter(prefix="/members", tags=["members"], route_class=StrictRoute)

NumberInPath = Annotated[
    str,
    Path(pattern=r"^[A-Z0-9][A-Z0-9._/-]{0,19}$", description="The number of the member.", examples=["E00042"]),
]
REFUSED_LIST = refusing(
    RowsRefused((RowFault(2, "IBAN", "FR00", MemberIbanWrong(member="E00042")),)),
    PartyNotOfConvention(party="bayonne", convention="eusko"),
    FileTooLarge(most_megabytes=20),
    FileIsNoTable(),
)
RegisterNumber = Annotated[
    str, *line_of_text(most=40), Field(description="A register number, such as a SIREN.", examples=["216401026"])
]


class MemberAsked(Body):
    """A member to enrol; the IBAN is where euros are sent to them."""

    number: MemberNumber
    kind: MemberKind
    name: Name
    iban: Iban = ""
    identifier: RegisterNumber = ""
    on: Day | None = None


class MemberEnrolledShown(Shape):
    """The member is in the books; `already_known` when they were before, under the same name."""

    member_id: UUID
    number: MemberNumber
    already_known: bool


class MemberShown(Shape):
    """A member; the IBAN and the reason of a departure are shown to the association, its auditors and the member only."""

    number: MemberNumber
    kind: MemberKind
    name: Name
    identifier: str
    joined_on: Day
    left_on: Day | None
    iban: str | None
    left_because: str | None


class MembersPage(Shape):
    """Members by number, and where the next page begins."""

    items: list[MemberShown]
    next: str | None


class ListEnrolled(Shape):
    """What a list added, by numbers of members and mandates, and what was known before."""

    members: list[MemberNumber]
    members_known: list[MemberNumber]
    mandates: list[MandateNumber]
    mandates_known: list[MandateNumber]
    signed: list[MandateNumber]
    notices: list[str]


class DepartureAsked(Body):
    """Why a member leaves, and what becomes of what the account still holds: a reason to refuse, euros, or another's."""

    reason: Reason
    remainder: Literal["refuse", "redeem", "transfer"] = "refuse"
    transfer_to: MemberNumber | None = None
    on: Day | None = None


class DepartureShown(Shape):
    """The member left: euros to send to them, or units that another member received."""

    event_id: UUID
    number: MemberNumber
    owed_cents: CentsOrZero
    transferred_cents: CentsOrZero
    transfer_due_id: UUID | None


@router.get("")
def list_members(
    who: Anyone,
    book: BookAsked = None,
    q: Annotated[
        str,
        Query(max_length=120, description="How the number begins, or a word of the name."),
    ] = "",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> MembersPage:
    """Members of a book by number."""
    of_the_books(who)
    code, after = who.book(book), places.code(cursor)
    with who.visit() as connection:
        seen, last = page(members_page(connection, code, after, limit + 1, sought=q.strip()), limit)
    return MembersPage(items=[_member(one) for one in seen], next=cursor_of(last.number) if last else None)


@router.post("", status_code=201, responses=refusing(MemberAlreadyExists(member="E00042", name="Maite Etxe")))
async def enrol_member(body: MemberAsked, who: Keyed, book: BookAsked = None) -> MemberEnrolledShown:
    """Enrol one member; somebody known already under the same name is answered as known."""
    on = who.day(body.on)
    item = EnrolMember(who.actor, who.book(book), body.number, body.kind, body.name, on, body.iban, body.identifier, key=who.key)
    return MemberEnrolledShown(**await who.ask(enrol_members, item))


@router.post("/import", status_code=201, max_body_size=FORM_BYTES, responses=ACCEPTED | REFUSED_LIST)
async def import_members(
    who: Keyed,
    file: UploadFile,
    public_body: Annotated[Code, Form(description="The public body that pays.")],
    document: Annotated[UploadFile | None, Form(description="The scan of the mandates that are signed.")] = None,
    on: DayGiven = None,
    book: BookAsked = None,
    prefer: Prefer = None,
) -> ListEnrolled:
    """Enrol the members of a list with their mandates: all of it, or every fault of every row; a long list becomes a job."""
    name, data = content_of(file)
    document_name, scan = content_of(document) if document else ("", b"")
    item = EnrolFromFile(who.actor, who.book(book), public_body, name, data, who.day(on), document_name, scan, key=who.key)
    return _enrolled(await within_or_job(who, enrol_from_files, item, size_bytes=len(data), prefer=prefer))


@router.post(f"/{MEMBER_NUMBER}/close", responses=refusing(WalletNotEmpty(member="E00042", balance="12.50")))
async def close_membership(number: NumberInPath, body: DepartureAsked, who: Keyed, book: BookAsked = None) -> DepartureShown:
    """Record that a member leaves; their account takes and gives nothing any more."""
    item = MemberDeparts(
        who.actor,
        who.book(book),
        number,
        who.day(body.on),
        body.reason,
        body.remainder,
        body.transfer_to or "",
        key=who.key,
    )
    return DepartureShown(**await who.ask(depart_members, item))


@router.get(f"/{MEMBER_NUMBER}")
def show_member(number: NumberInPath, who: Anyone, book: BookAsked = None) -> MemberShown:
    """One member, as the association, its auditors and the member see them."""
    if "member" not in who.actor.roles:
        of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        return _member(member_seen(connection, code, number))


def _member(seen: MemberSeen) -> MemberShown:
    return MemberShown(
        number=seen.number,
        kind=seen.kind,
        name=seen.name,
        identifier=seen.identifier,
        joined_on=seen.joined_on,
        left_on=seen.left_on,
        iban=seen.iban,
        left_because=seen.reason,
    )


def _enrolled(done: dict[str, Any]) -> ListEnrolled:
    notices = [explain(Notice(notice["message"], notice["values"])) for notice in done["notices"]]
    return ListEnrolled(**done | {"notices": notices})


shown_as(enrol_from_files, _enrolled)
