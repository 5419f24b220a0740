"""The first acts of the market day: the books of Le Cairn, the town's desks with their people, floats, and three open tills."""

from importlib.resources import files as resources
from uuid import UUID

from ...actions.appointments import NameForDesk, name_for_desks
from ...actions.desk_days import OpenDay, open_days
from ...actions.desks import open_desk
from ...actions.floats import ExchangeFloat, ReceiveFloat, exchange_floats, receive_floats
from ...actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from ...actions.till_sessions import OpenSession, open_sessions
from ...words import say, word
from .. import make_files
from ..story import euros, told_on
from .cast import BOOK, DESKS, MARKET_DAY, OPENING_DAY, PEOPLE, TOWN, DeskCast
from .day import MarketDay, units

CONVENTION = "grenoble-cairn.toml"


def open_the_books(day: MarketDay) -> None:
    """Another convention in the same database, and the books of Le Cairn from a file that two persons answer for."""
    story = day.story
    story.teller.act(say("Le Cairn opens its books"))
    administrator = day.actor("nekane")
    loaded = story.load_convention(administrator, (resources("monnaielocale.conventions") / CONVENTION).read_bytes(), OPENING_DAY)
    told = say("Nekane loads the convention between Grenoble and Le Cairn: {versions}.", versions=loaded["loaded"])
    story.teller.tell(told_on(OPENING_DAY, told))
    for login, name, party, roles in PEOPLE:
        story.add_person(login, name, party, roles, administrator)
    name = make_files.CAIRN_OPENING
    item = PrepareOpening(day.actor("leila"), BOOK, name, story.files[name], OPENING_DAY)
    ready = day.do(prepare_openings, item)
    day.do(sign_openings, SignOpening(day.actor("odile"), BOOK, UUID(ready["opening_id"]), OPENING_DAY))
    story.teller.tell(say("Leïla prepares the opening from {file}; Odile, the accountant, checks it and signs.", file=name))
    forms = (("digital", "circulation_digital_cents"), ("notes", "circulation_notes_cents"))
    rows = [(word("form", form), euros(ready[field]), units(ready[field])) for form, field in forms]
    story.teller.table((say("Form"), say("Euros in reserve"), say("In circulation")), rows)
    story.teller.tell(say("The accounts of its members are kept in another system, so that one sum stands for all of them here."))


def open_the_desks(day: MarketDay) -> None:
    """The town opens two desks, names their people, and hands the floats over; on the market day three tills are opened."""
    story = day.story
    story.teller.act(say("Two desks open, with three tills"))
    day.at(MARKET_DAY, 7, 30)
    told = say("Samuel opens two desks of the town under the convention and names the people who may collect there.")
    story.teller.tell(told_on(MARKET_DAY, told))
    rows = [_desk_opened(day, desk) for desk in DESKS]
    headings = (say("Desk"), say("Head"), say("Clerks"), say("Float in euros"), say("Float in notes"))
    story.teller.table(headings, rows)
    told = say("The public accountant hands the floats over; each head exchanges a part for local notes, for giving change.")
    story.teller.tell(told)
    day.at(MARKET_DAY, 8)
    for till in day.tills:
        till.fill()
        item = OpenSession(day.clerk(till), till.desk.book, till.cast.till, till.count(), till.cast.float_euros_cents)
        till.session_id = UUID(day.do(open_sessions, item)["session_id"])
    counted = sum(till.notes.total_cents + till.euros_cents for till in day.tills)
    told = say("Karim, Lucie and Inès count their tills: {amount} in all, as it should be.", amount=euros(counted))
    story.teller.tell(told)


def _desk_opened(day: MarketDay, desk: DeskCast) -> tuple[object, ...]:
    signer, head = day.actor("samuel"), day.actor(desk.head)
    opened = open_desk(day.story.database, signer, issuer_book=BOOK, public_body=TOWN, desk=desk.code, on=MARKET_DAY).content
    clerks = [till.clerk for till in desk.tills]
    for login, rank in ((desk.head, "head"), *((clerk, "clerk") for clerk in clerks)):
        day.do(name_for_desks, NameForDesk(signer, desk.book, login, rank, MARKET_DAY, MARKET_DAY))
    held = day.do(receive_floats, ReceiveFloat(head, desk.book, desk.float_cents, MARKET_DAY))
    for till in desk.tills:
        item = ExchangeFloat(head, desk.book, till.till, till.float_notes, MARKET_DAY)
        held = day.do(exchange_floats, item)
    day.do(open_days, OpenDay(head, desk.book, MARKET_DAY))
    names = {login: name.split()[0] for login, name, _, _ in PEOPLE}
    called = [names[clerk] for clerk in clerks]
    return opened["label"], names[desk.head], ", ".join(called), euros(held["euro_cents"]), units(held["notes_cents"])
