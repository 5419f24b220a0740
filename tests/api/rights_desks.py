"""Desks of the rights matrix: each as far in its day as a request needs it, so that no request spoils another's desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from monnaielocale.actions.appointments import NameForDesk, name_for_desks
from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import CancelReceipt, cancel_receipts
from monnaielocale.actions.credits_elsewhere import ConfirmCreditsElsewhere, confirm_credits_elsewhere
from monnaielocale.actions.desk_days import CloseDay, OpenDay, close_days, open_days
from monnaielocale.actions.desks import desk_book, open_desk
from monnaielocale.actions.envelopes import FillEnvelope, HandEnvelope, fill_envelopes, hand_envelopes
from monnaielocale.actions.floats import ExchangeFloat, ReceiveFloat, exchange_floats, receive_floats
from monnaielocale.actions.handovers import DrawUpHandover, draw_up_handovers
from monnaielocale.actions.matches import PartGiven
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.payment_requests import ApprovePayment, RequestPayment, approve_payments, request_payments
from monnaielocale.actions.receipts import Given, OtherGiven, ServiceAsked, TakeReceipt, take_receipts
from monnaielocale.actions.remittances import RedeemDigitalTakings, redeem_digital_takings
from monnaielocale.actions.safes import MoveToSafe, PayIn, PayInOtherMeans, move_to_safes, pay_in, pay_in_other_means
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.actions.till_sessions import CloseSession, CountTill, OpenSession, close_sessions, count_tills, open_sessions
from monnaielocale.words import PARIS
from tests.api.rights_sides import Side, member_login
from tests.api.rights_world import TODAY, RightsWorld, reserve_iban
from tests.bank_files import Bank

TILL = "till-1"
# The float in the till, in notes of one; a lesson costs twelve, an entry four and a half.
FLOAT_NOTES = ((100, 10),)
LESSON, LESSON_CENTS, ENTRY, ENTRY_CENTS = "lesson", 12_00, "entry", 4_50
IN_NOTES = Given(((100, 2), (500, 2)))
IN_EUROS = Given((), LESSON_CENTS)


@dataclass(frozen=True, slots=True)
class DeskAt:
    """A desk with what was done there."""

    desk: str
    issuer_book: str
    session: str = ""
    receipt: str = ""
    reference: str = ""
    envelope: str = ""
    minus: str = ""
    handover: str = ""


def today() -> date:
    """The day of whatever happens at a till."""
    return datetime.now(PARIS).date()


@contextmanager
def yesterday(world: RightsWorld) -> Iterator[date]:
    """What happens at desks meanwhile happened a day ago."""
    world.database.ahead = timedelta(days=-1)
    try:
        yield today() - timedelta(days=1)
    finally:
        world.database.ahead = timedelta(0)


def empty_desk(world: RightsWorld, side: Side) -> DeskAt:
    """A desk for which nobody is named."""
    number = world.kept[side.town, "desks"] = world.kept.get((side.town, "desks"), 0) + 1
    signer, code = world.actor(side.signer), f"desk-{number:02}"
    open_desk(world.database, signer, issuer_book=side.book, public_body=side.town, desk=code, on=TODAY)
    return DeskAt(desk_book(side.town, code), side.book)


def _name(world: RightsWorld, side: Side, at: DeskAt, login: str, rank: str, starts_on: date, ends_on: date | None) -> None:
    item = NameForDesk(world.actor(side.signer), at.desk, login, rank, starts_on, TODAY, ends_on=ends_on)
    world.do(name_for_desks, item)


def closed_desk(world: RightsWorld, side: Side) -> DeskAt:
    """A desk with its people, on no day yet."""
    at = empty_desk(world, side)
    for login, rank in ((side.clerk, "head"), (side.second_clerk, "clerk")):
        _name(world, side, at, login, rank, TODAY, None)
    return at


def with_helper(world: RightsWorld, side: Side) -> tuple[str, str]:
    """A desk with somebody who is named for it, by their login."""
    return closed_desk(world, side).desk, side.second_clerk


def changing_hands(world: RightsWorld, side: Side) -> DeskAt:
    """A desk whose head leaves tonight; the second clerk begins tomorrow."""
    at = empty_desk(world, side)
    _name(world, side, at, side.clerk, "head", TODAY, today())
    _name(world, side, at, side.second_clerk, "head", today() + timedelta(days=1), None)
    return at


def handed_over(world: RightsWorld, side: Side) -> DeskAt:
    """A desk whose head left yesterday, and what was drawn up for the one who begins today."""
    at = empty_desk(world, side)
    _name(world, side, at, side.second_clerk, "head", TODAY, today() - timedelta(days=1))
    _name(world, side, at, side.clerk, "head", today(), None)
    with yesterday(world):
        item = DrawUpHandover(world.actor(side.second_clerk), at.desk, side.clerk, CountGiven())
        return replace(at, handover=str(world.do(draw_up_handovers, item)["handover"]))


def on_open_day(world: RightsWorld, side: Side) -> DeskAt:
    """A desk that is open today, on whose tills nobody works yet."""
    at = closed_desk(world, side)
    world.do(open_days, OpenDay(world.actor(side.clerk), at.desk, today()))
    return at


def on_closed_day(world: RightsWorld, side: Side) -> DeskAt:
    """A desk with the Z of today."""
    at = on_open_day(world, side)
    world.do(close_days, CloseDay(world.actor(side.clerk), at.desk, today()))
    return at


def in_session(world: RightsWorld, side: Side, notes: tuple[tuple[int, int], ...] = ()) -> DeskAt:
    """A desk on the first till of which its head works."""
    return _session(world, side, on_open_day(world, side), notes)


def _session(world: RightsWorld, side: Side, at: DeskAt, notes: tuple[tuple[int, int], ...] = ()) -> DeskAt:
    item = OpenSession(world.actor(side.clerk), at.desk, TILL, CountGiven(notes))
    return replace(at, session=str(world.do(open_sessions, item)["session_id"]))


def in_counted_session(world: RightsWorld, side: Side) -> DeskAt:
    """The same at the end of the session, before its difference is explained."""
    at = in_session(world, side)
    world.do(count_tills, CountTill(world.actor(side.clerk), at.desk, UUID(at.session), CountGiven()))
    return at


def take(world: RightsWorld, side: Side, at: DeskAt, given: Given) -> DeskAt:
    """A receipt for a lesson."""
    item = TakeReceipt(world.actor(side.clerk), at.desk, UUID(at.session), (ServiceAsked(LESSON),), given)
    return replace(at, receipt=str(world.do(take_receipts, item)["number"]))


def at_work(world: RightsWorld, side: Side) -> DeskAt:
    """The desk of a side where there is something of everything: its requests take little, and so it serves all of them."""
    if (side.town, "at work") not in world.kept:
        world.kept[side.town, "at work"] = _at_work(world, side)
    found: DeskAt = world.kept[side.town, "at work"]
    return found


def _at_work(world: RightsWorld, side: Side) -> DeskAt:
    operator, clerk = world.actor(side.operator), world.actor(side.clerk)
    printed = ((100, 200_00), (500, 200_00))
    world.do(move_notes, MoveNotes(operator, side.book, "printed", printed, TODAY))
    sold = ((100, 100_00), (500, 100_00))
    world.do(move_notes, MoveNotes(operator, side.book, "sold", sold, TODAY, slip=f"S-{next(world.numbers)}"))
    at = on_open_day(world, side)
    world.do(receive_floats, ReceiveFloat(clerk, at.desk, 50_00, TODAY))
    world.do(exchange_floats, ExchangeFloat(clerk, at.desk, TILL, FLOAT_NOTES, TODAY))
    at = _session(world, side, at, FLOAT_NOTES)
    card = Given(others=(OtherGiven("card", LESSON_CENTS, "0042"),))
    for given in (IN_EUROS, card, IN_NOTES):
        at = take(world, side, at, given)
    world.do(move_to_safes, MoveToSafe(clerk, at.desk, TILL, 2_00, TODAY))
    world.do(pay_in_other_means, PayInOtherMeans(clerk, at.desk, "card", LESSON_CENTS // 2, TODAY))
    return at


def with_another_receipt(world: RightsWorld, side: Side) -> DeskAt:
    """The same desk with a receipt that nobody else needs."""
    return take(world, side, at_work(world, side), IN_EUROS)


def asked_for(world: RightsWorld, side: Side) -> DeskAt:
    """A payment request that waits for its payer."""
    return _asked_for(world, side, at_work(world, side))


def _asked_for(world: RightsWorld, side: Side, at: DeskAt) -> DeskAt:
    services = (ServiceAsked(ENTRY),)
    item = RequestPayment(world.actor(side.clerk), at.desk, UUID(at.session), services, ENTRY_CENTS, lasts_seconds=3600)
    return replace(at, reference=str(world.do(request_payments, item)["reference"]))


def asked_for_elsewhere(world: RightsWorld, side: Side) -> DeskAt:
    """The same where another system keeps the wallets, in which units were credited."""
    spare, credited = world.ordered_elsewhere(side)
    confirmed = ((credited, f"T-{next(world.numbers)}"),)
    operator = world.actor(side.operator)
    world.do(confirm_credits_elsewhere, ConfirmCreditsElsewhere(operator, spare.book, confirmed, TODAY))
    return _asked_for(world, spare, in_session(world, spare))


def paid_digitally(world: RightsWorld, side: Side) -> DeskAt:
    """A desk that holds units of a member who approved."""
    at = asked_for(world, side)
    world.do(approve_payments, ApprovePayment(world.actor(member_login(side)), at.desk, at.reference))
    return at


def redeemed_digitally(world: RightsWorld, side: Side) -> tuple[DeskAt, str]:
    """The association owes euros for such units; answers the remittance as well."""
    at = paid_digitally(world, side)
    done = world.do(redeem_digital_takings, RedeemDigitalTakings(world.actor(side.operator), at.desk, TODAY))
    return at, str(done["remittance"])


def remittance_paid(world: RightsWorld, side: Side) -> tuple[DeskAt, str]:
    """The bank showed that the euros were sent."""
    at, remittance = redeemed_digitally(world, side)
    asked = (
        "SELECT transfer_due_id FROM remittance JOIN book ON book.id = remittance.book_id"
        " WHERE remittance.number = %s AND book.code = %s"
    )
    due = UUID(str(world.one(asked, remittance, at.desk)))
    cents = int(world.one("SELECT amount_cents FROM transfer_due WHERE id = %s", due))
    number = next(world.numbers)
    bank = world.kept.setdefault((side.account, "bank"), Bank(reserve_iban(side.account)))
    label = f"VIR {number}"
    lines = ((bank.until + 1, 500_00, f"VERSEMENT {number}"), (bank.until + 1, -cents, label))
    data = bank.cfonb(bank.until + 1, bank.until + 1, *lines)
    world.do(import_statements, ImportStatement(world.actor(side.operator), side.book, f"{number}.txt", data, TODAY))
    line = UUID(str(world.one("SELECT id FROM bank_line WHERE amount_cents = %s AND label = %s", -cents, label)))
    world.lines[side.book].append(line)
    world.matched(side, PartGiven("transfer_made", cents, transfer_due_id=due))
    return at, remittance


def with_envelope(world: RightsWorld, side: Side) -> DeskAt:
    """A desk with notes in an envelope."""
    at = take(world, side, in_session(world, side), IN_NOTES)
    item = FillEnvelope(world.actor(side.clerk), at.desk, ((TILL, ((100, 1),)),), TODAY)
    return replace(at, envelope=str(world.do(fill_envelopes, item)["envelope"]))


def with_envelope_sent(world: RightsWorld, side: Side) -> DeskAt:
    """The same when the envelope has left."""
    at = with_envelope(world, side)
    world.do(hand_envelopes, HandEnvelope(world.actor(side.clerk), at.desk, at.envelope, "Ane Etxeberri", TODAY))
    return at


def owing_refund(world: RightsWorld, side: Side) -> DeskAt:
    """A desk that cancelled today what it took yesterday, when it paid in as much and kept as much in its till."""
    clerk = world.actor(side.clerk)
    at = closed_desk(world, side)
    with yesterday(world) as day:
        world.do(open_days, OpenDay(clerk, at.desk, day))
        at = _session(world, side, at)
        for _ in ("to pay in", "to keep"):
            at = take(world, side, at, IN_EUROS)
        world.do(move_to_safes, MoveToSafe(clerk, at.desk, TILL, LESSON_CENTS, day))
        world.do(pay_in, PayIn(clerk, at.desk, LESSON_CENTS, day))
        counted = CountGiven((), ((1000, 1), (200, 1)))
        world.do(count_tills, CountTill(clerk, at.desk, UUID(at.session), counted))
        world.do(close_sessions, CloseSession(clerk, at.desk, UUID(at.session)))
        world.do(close_days, CloseDay(clerk, at.desk, day))
    world.do(open_days, OpenDay(clerk, at.desk, today()))
    item = OpenSession(clerk, at.desk, TILL, CountGiven((), ((1000, 1), (200, 1))))
    at = replace(at, session=str(world.do(open_sessions, item)["session_id"]))
    cancelled = world.do(cancel_receipts, CancelReceipt(clerk, at.desk, UUID(at.session), at.receipt, "by mistake"))
    return replace(at, minus=str(cancelled["number"]))
