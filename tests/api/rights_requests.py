"""One valid request for each route, about documents of a side: made anew where it is to succeed, since most succeed once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.api.rights_sides import OWN, Side, iban
from tests.api.rights_world import CLOSED_UNTIL, DAY, OPENING, RightsWorld
from tests.serving import Api
from tests.towns import SCAN
from tests.world import csv

ASSOCIATION = ("operator", "accountant")
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Case:
    """Who asks, and about whose documents; `fresh` when the request is to have an effect and so needs documents of its own."""

    api: Api
    world: RightsWorld
    side: Side
    login: str
    own: bool
    fresh: bool = True

    def have(self, make: Callable[..., Thing], **how: Any) -> Thing:
        """What somebody made for the side. All requests that leave it as it is share one."""
        if self.fresh:
            return make(self.world, self.side, **how)
        kept, place = self.world.kept, (make.__name__, self.side.town, *sorted(how.items()))
        if place not in kept:
            kept[place] = make(self.world, self.side, **how)
        found: Thing = kept[place]
        return found

    def somebody(self) -> str:
        """The person who asks, or for what is not theirs somebody else."""
        return self.login if self.own and self.login else "peio"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; `shows` is a text that the answer carries exactly when the documents of the side are seen."""

    path: str
    json: Any = None
    form: dict[str, Any] | None = None
    files: dict[str, Any] | None = None
    params: dict[str, str] = field(default_factory=dict)
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """How a route is asked. Whose documents they are: of a `book`, of a `party` in it, of a `person`, or of `nobody`.

    `personal` requests differ by who asks; those that succeed in `ending` sessions end those of who asks. In some it is `implied`
    that they are about the party of whoever asks: nobody else's can be named.
    """

    whose: str
    make: Callable[[Case], Asked]
    personal: bool
    ending: bool
    implied: bool


REQUESTS: dict[tuple[str, str], Request] = {}
Make = Callable[[Case], Asked]


def route(
    method: str, path: str, whose: str = "book", *, personal: bool = False, ending: bool = False, implied: bool = False
) -> Callable[[Make], Make]:
    """Declare how a route is asked."""

    def declare(make: Make) -> Make:
        REQUESTS[method, path] = Request(whose, make, personal or whose == "person", ending, implied)
        return make

    return declare


def simple(method: str, path: str, whose: str, **given: Any) -> None:
    """A route that is always asked in the same way."""
    route(method, path, whose)(lambda _: Asked(path, **given))


def about(case: Case, path: str, body: dict[str, Any] | None = None, *, shows: str = "", side: Side | None = None) -> Asked:
    """A request in the book of the side, dated as the world is."""
    json = None if body is None else {"on": DAY, **body}
    return Asked(f"/v1{path}", json, params={"book": (side or case.side).book}, shows=shows)


def listed(case: Case, path: str, shows: str, side: Side | None = None) -> Asked:
    """A list of the book, in one page."""
    return Asked(f"/v1{path}", params={"book": (side or case.side).book, "limit": "500"}, shows=shows)


def sent(case: Case, path: str, form: dict[str, Any], *, side: Side | None = None, **files: tuple[str, bytes]) -> Asked:  # noqa: ARG001
    """The same with files."""
    return Asked(f"/v1{path}", form={"on": DAY, **form}, files=files, params={"book": side.book} if side is not None else {})


# Conventions and books.


@route("GET", "/v1/conventions", "party")
def _(case: Case) -> Asked:
    return Asked("/v1/conventions", params={"limit": "500"}, shows=f'"convention":"{case.side.town}-{case.side.book}"')


@route("POST", "/v1/conventions")
def _(case: Case) -> Asked:
    """A convention with another town, and a book for it."""
    world, number = case.world, next(case.world.numbers)
    side = Side(f"new-{number}", case.side.issuer, f"town-{number}", "", "", "", "", account=iban(60_000 + number))
    return sent(case, "/conventions", {}, file=("convention.toml", world.convention_text(side)))


@route("POST", "/v1/conventions/check", "nobody")
def _(case: Case) -> Asked:
    return sent(case, "/conventions/check", {}, file=("convention.toml", case.world.convention_text(case.side)))


for _path in ("/v1/conventions/{code}", "/v1/conventions/{code}/in-force"):

    @route("GET", _path, "party")
    def _(case: Case, path: str = _path) -> Asked:
        code = f"{case.side.town}-{case.side.book}"
        return Asked(path.replace("{code}", code), shows=f'"convention":"{code}"')


def _book(case: Case) -> str:
    """A desk has a book of its own."""
    return case.side.desk if case.login == OWN.clerk else case.side.book


@route("GET", "/v1/books", personal=True)
def _(case: Case) -> Asked:
    return Asked("/v1/books", params={"limit": "500"}, shows=f'"book":"{_book(case)}"')


@route("GET", "/v1/books/{book}", personal=True)
def _(case: Case) -> Asked:
    return Asked(f"/v1/books/{_book(case)}", shows=f'"book":"{_book(case)}"')


@route("POST", "/v1/books/{book}/opening")
def _(case: Case) -> Asked:
    balances = [
        {"account": code.rpartition(":")[0], "denomination_cents": 100, "balance_cents": cents} for code, cents in OPENING
    ]
    return Asked(f"/v1/books/{case.have(RightsWorld.spare).book}/opening", {"balances": balances, "on": DAY})


@route("POST", "/v1/books/{book}/opening/import")
def _(case: Case) -> Asked:
    return sent(case, f"/books/{case.have(RightsWorld.spare).book}/opening/import", {}, file=("opening.csv", csv(OPENING)))


@route("GET", "/v1/books/{book}/opening")
def _(case: Case) -> Asked:
    spare, opening = case.have(RightsWorld.prepared)
    return Asked(f"/v1/books/{spare.book}/opening", shows=opening)


@route("GET", "/v1/books/{book}/opening/{opening_id}")
def _(case: Case) -> Asked:
    spare, opening = case.have(RightsWorld.prepared)
    return Asked(f"/v1/books/{spare.book}/opening/{opening}", shows=opening)


@route("POST", "/v1/books/{book}/opening/{opening_id}/sign")
def _(case: Case) -> Asked:
    spare, opening = case.have(RightsWorld.prepared)
    return Asked(f"/v1/books/{spare.book}/opening/{opening}/sign", {"on": DAY})


@route("GET", "/v1/books/{book}/closed-until")
def _(case: Case) -> Asked:
    return Asked(f"/v1/books/{case.have(RightsWorld.closed).book}/closed-until", shows=CLOSED_UNTIL.isoformat())


@route("POST", "/v1/books/{book}/closed-until")
def _(case: Case) -> Asked:
    return Asked(f"/v1/books/{case.have(RightsWorld.spare).book}/closed-until", {"closed_until": "2026-01-10", "on": DAY})


@route("GET", "/v1/reserve-proof")
def _(case: Case) -> Asked:
    asked = about(case, "/reserve-proof", shows='"forms"')
    return Asked(asked.path, params={**asked.params, "on": DAY}, shows=asked.shows)


# Members and mandates.


@route("GET", "/v1/members")
def _(case: Case) -> Asked:
    return listed(case, "/members", f'"{case.side.shop}"')


@route("POST", "/v1/members")
def _(case: Case) -> Asked:
    number = f"N{next(case.world.numbers):05}"
    return about(case, "/members", {"number": number, "kind": "person", "name": "Ana Duhalde"})


@route("POST", "/v1/members/import")
def _(case: Case) -> Asked:
    rows = f"Adhérent;Nom;Type\r\nL{next(case.world.numbers):05};Ana Ibarra;personne".encode("cp1252")
    return sent(case, "/members/import", {"public_body": case.side.town}, side=case.side, file=("list.csv", rows))


@route("POST", "/v1/members/{number}/close")
def _(case: Case) -> Asked:
    return about(case, f"/members/{case.have(RightsWorld.enrol)}/close", {"reason": "Moved away"})


@route("GET", "/v1/members/{number}", "party")
def _(case: Case) -> Asked:
    return about(case, f"/members/{case.side.member}", shows=f'"number":"{case.side.member}"')


@route("GET", "/v1/mandates", "party")
def _(case: Case) -> Asked:
    return listed(case, "/mandates", f'"{_mandate(case, "drafted")}"')


@route("POST", "/v1/mandates")
def _(case: Case) -> Asked:
    body = {"public_body": case.side.town, "member": case.side.member, "kind": "official_allowance", "starts_on": "2026-01-01"}
    return about(case, "/mandates", {**body, "subject": f"subject {next(case.world.numbers)}"})


def _mandate(case: Case, until: str) -> str:
    return case.have(RightsWorld.another_mandate, until=until)


@route("GET", "/v1/mandates/{number}", "party")
def _(case: Case) -> Asked:
    number = _mandate(case, "signed")
    return about(case, f"/mandates/{number}", shows=number)


@route("GET", "/v1/mandates/{number}/document", "party")
def _(case: Case) -> Asked:
    number = _mandate(case, "signed")
    return about(case, f"/mandates/{number}/document", shows=(SCAN + number.encode()).decode())


@route("POST", "/v1/mandates/{number}/sign", "party")
def _(case: Case) -> Asked:
    path = f"/mandates/{_mandate(case, 'drafted')}/sign"
    return sent(case, path, {"signed_on": DAY}, side=case.side, document=("mandate.pdf", SCAN))


@route("POST", "/v1/mandates/{number}/accept", "party")
def _(case: Case) -> Asked:
    return about(case, f"/mandates/{_mandate(case, 'signed')}/accept", {})


@route("POST", "/v1/mandates/{number}/end", "party")
def _(case: Case) -> Asked:
    return about(case, f"/mandates/{_mandate(case, 'accepted')}/end", {"ended_on": "2026-06-30", "reason": "left office"})


@route("POST", "/v1/mandates/{number}/revoke", "party")
def _(case: Case) -> Asked:
    return about(case, f"/mandates/{_mandate(case, 'accepted')}/revoke", {"revoked_on": DAY})


# Units.


def _payment(case: Case) -> dict[str, Any]:
    return {"payer": case.side.member, "payee": case.side.shop, "amount_cents": 1_00, "on": DAY}


@route("POST", "/v1/payments", "party")
def _(case: Case) -> Asked:
    return about(case, "/payments", _payment(case))


@route("POST", "/v1/payments/batch", "party")
def _(case: Case) -> Asked:
    return Asked("/v1/payments/batch", {"payments": [_payment(case)] * 2}, params={"book": case.side.book})


@route("POST", "/v1/redemptions", "party")
def _(case: Case) -> Asked:
    return about(case, "/redemptions", {"member": case.side.member, "amount_cents": 2_00})


@route("GET", "/v1/redemptions", "party")
def _(case: Case) -> Asked:
    return listed(case, "/redemptions", case.have(RightsWorld.redeemed))


@route("GET", "/v1/transfers-due", "party")
def _(case: Case) -> Asked:
    return listed(case, "/transfers-due", case.have(RightsWorld.redeemed))


@route("POST", "/v1/notes")
def _(case: Case) -> Asked:
    return about(case, "/notes", {"kind": "printed", "notes": [{"denomination_cents": 100, "amount_cents": 10_00}]})


@route("GET", "/v1/notes")
def _(case: Case) -> Asked:
    return about(case, "/notes", shows='"place":"returned"')


__all__ = ["ASSOCIATION", "REQUESTS", "Asked", "Case", "about", "listed", "route", "sent", "simple"]
