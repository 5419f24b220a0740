"""Commands about service desks (régies de recettes)."""

from typing import Annotated

from ..actions.desks import DesksHeld, NameForDesk, name_for_desks, open_desk
from ..actions.perform import perform_one
from ..domain.desks.charters import Tariff, holds
from ..domain.desks.staff import Rank
from ..domain.money import Money
from ..store.desks import desks_page, people_of_desk
from ..store.people import actor_of
from ..store.unit_of_work import UnitOfWork
from ..words import say, shown, word
from .answers import tell, tell_done, tell_json, tell_table
from .arguments import AsJson, Book, By, On, day, day_or_none
from .databases import chosen_book, open_database
from .teaching import alone, argument, command, group, option

desks = group("desk", say("Service desks that take local currency, with their people and their charter."))
app = alone(desks)

Desk = Annotated[str, argument(say("DESK"), say("The code of the desk's book, like bayonne-pool."))]
DESKS_MOST = 10_000


@command(
    desks,
    "open",
    say("Open a desk that the convention lists; it gets a book of its own."),
    "desk open pool --by bixente",
)
def open_one(
    desk: Annotated[str, argument(say("DESK"), say("The code of the desk in the convention."))],
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Open a desk of the public body for which the person acts."""
    with open_database() as database:
        actor, issuer_book = actor_of(database, by), chosen_book(database, book)
        opened = open_desk(database, actor, issuer_book=issuer_book, public_body=actor.party_code, desk=desk, on=day(on)).content
    tell_done(opened, as_json, say("The desk {label} is open: its book is {book}.", label=opened["label"], book=opened["book"]))


@command(
    desks,
    "name",
    say("Name somebody for a desk: its head, a deputy or a clerk, for a time."),
    "desk name bayonne-pool maia --rank clerk --from 2026-01-05 --by bixente",
)
def name(
    desk: Desk,
    login: Annotated[str, argument(say("LOGIN"), say("The login of the person."))],
    rank: Annotated[str, option("--rank", say("RANK"), say("One of: {codes}.", codes=", ".join(Rank)))],
    by: By,
    starts_on: Annotated[str, option("--from", say("DAY"), say("The first day; today unless given."))] = "",
    ends_on: Annotated[str, option("--until", say("DAY"), say("The last day, if it is known."))] = "",
    on: On = "",
    as_json: AsJson = False,
) -> None:
    """Name somebody of the public body for a desk."""
    with open_database() as database:
        item = NameForDesk(actor_of(database, by), desk, login, rank, day(starts_on), day(on), day_or_none(ends_on))
        named = perform_one(database, name_for_desks, item)
    told = say("{login} is named for the desk {desk} as {rank}.", login=login, desk=desk, rank=word("role", rank))
    tell_done(named, as_json, told)


@command(desks, "list", say("List the desks."), "desk list")
def list_all(as_json: AsJson = False) -> None:
    """List the desks with the days on which they opened."""
    with open_database() as database, database.reading() as connection:
        found = desks_page(connection, "", DESKS_MOST)
    if as_json:
        tell_json([{"book": one.book, "desk": one.code, "opened_on": one.opened_on.isoformat()} for one in found])
    else:
        tell_table([say("Book"), say("Opened on")], [[one.book, shown(one.opened_on)] for one in found])


@command(
    desks,
    "show",
    say("Show what a desk may collect on a day, at which prices, and who is named for it."),
    "desk show bayonne-pool",
    "desk show bayonne-pool --on 2026-01-05 --json",
)
def show(desk: Desk, on: On = "", as_json: AsJson = False) -> None:
    """Show a desk's charter as it holds on a day."""
    asked = day(on)
    with open_database() as database, database.reading() as connection:
        held = DesksHeld.load(UnitOfWork(connection), [desk]).as_agreed(desk, asked)
        people = people_of_desk(connection, desk)
    named = [one for one in people if holds(one.starts_on, one.ends_on, asked)]
    services = held.charter.services_on(asked)
    if as_json:
        tell_json(
            {
                "book": desk,
                "label": held.charter.label,
                "on": asked.isoformat(),
                "tills": list(held.charter.tills),
                "instruments": sorted(held.charter.instruments),
                "services": [_as_data(tariff) for tariff in services],
                "people": [{"login": one.login, "rank": one.rank} for one in named],
            }
        )
        return
    tell(say("{label} ({book}), {on}", label=held.charter.label, book=desk, on=asked))
    tell_table([say("Name"), say("Rank")], [[one.name, word("role", one.rank)] for one in named])
    headings = [say("Service"), say("Price from"), say("Price to")]
    prices = [(tariff.label, tariff.price.least_cents, tariff.price.most_cents) for tariff in services]
    tell_table(headings, [[label, *(shown(Money(cents, "EUR")) for cents in bounds)] for label, *bounds in prices], right=(1, 2))


def _as_data(tariff: Tariff) -> dict[str, str | int]:
    return {
        "service": tariff.service,
        "label": tariff.label,
        "least_cents": tariff.price.least_cents,
        "most_cents": tariff.price.most_cents,
        "vat_basis_points": tariff.vat.basis_points,
    }
