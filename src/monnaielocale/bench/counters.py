"""The desks that the benchmarks work at: four pools with four tills each, open today, a clerk in a session at every till."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from uuid import UUID

from ..actions.appointments import NameForDesk, name_for_desks
from ..actions.at_desk import CountGiven
from ..actions.conventions import load_convention
from ..actions.desk_days import OpenDay, open_days
from ..actions.desks import DesksHeld, open_desk
from ..actions.till_sessions import OpenSession, open_sessions
from ..domain.actors import Actor
from ..domain.desks.days import paris_day
from ..store.database import Database
from ..store.people import actor_of, add_person
from ..store.unit_of_work import UnitOfWork
from .world import BOOK, TOWN, done

DESKS, TILLS = 4, 4
SERVICE = "entry"


@dataclass(frozen=True, slots=True)
class Till:
    """A till with its clerk and their session."""

    book: str
    login: str
    actor: Actor
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Counters:
    """Every till of every desk, with the price of what is sold there."""

    database: Database
    administrator: Actor
    tills: tuple[Till, ...]
    price_cents: int
    on: date

    def desk(self, number: int) -> tuple[Till, ...]:
        """The tills of one desk, counted from 0."""
        return self.tills[number * TILLS : (number + 1) * TILLS]


def make_counters(database: Database) -> Counters:
    """Load the convention, open the desks and their day, and let every clerk open a session on an empty till."""
    on = paris_day(datetime.now(UTC))
    administrator = add_person(database, login="administrator", name="Administrator", roles=["administrator"])
    load_convention(database, administrator, _convention(), on)
    add_person(database, login="signer", name="Signer", party=TOWN, roles=["town_signer"], given_by=administrator)
    signer = actor_of(database, "signer")
    places = [(f"{TOWN}-pool-{desk}", f"till-{till}", f"clerk-{desk}-{till}") for desk in range(DESKS) for till in range(TILLS)]
    for desk in range(DESKS):
        open_desk(database, signer, issuer_book=BOOK, public_body=TOWN, desk=f"pool-{desk}", on=on)
    for _, _, login in places:
        add_person(database, login=login, name=login.title(), party=TOWN, roles=["desk_clerk"], given_by=administrator)
    done(database, name_for_desks, [NameForDesk(signer, book, login, "clerk", on, on) for book, _, login in places])
    clerks = {login: actor_of(database, login) for _, _, login in places}
    done(database, open_days, [OpenDay(clerks[f"clerk-{desk}-0"], f"{TOWN}-pool-{desk}", on) for desk in range(DESKS)])
    opening = [OpenSession(clerks[login], book, till, CountGiven()) for book, till, login in places]
    sessions = done(database, open_sessions, opening)
    tills = tuple(
        Till(book, login, clerks[login], UUID(session["session_id"]))
        for (book, _, login), session in zip(places, sessions, strict=True)
    )
    with database.reading() as connection:
        charter = DesksHeld.load(UnitOfWork(connection), [tills[0].book]).as_agreed(tills[0].book, on).charter
    return Counters(database, administrator, tills, charter.tariff_on(SERVICE, on).unit_cents(), on)


def _convention() -> bytes:
    """The convention of Bayonne with its pool four times, and four tills in each."""
    text = files("monnaielocale.conventions").joinpath("bayonne-eusko.toml").read_text(encoding="utf-8")
    begins, ends = text.rindex('[[versions.desks]]\ncode = "pool"'), text.rindex('[[versions.desks]]\ncode = "parking"')
    tills = ", ".join(f'"till-{till}"' for till in range(TILLS))
    pool = text[begins:ends].replace('"till-1", "till-2"', tills)
    pools = [pool.replace('"pool"', f'"pool-{desk}"').replace('"PISC"', f'"PISC{desk}"') for desk in range(DESKS)]
    return (text[:begins] + "".join(pools) + text[text.index("[versions.sources]", ends) :]).encode()
