"""What commands at a desk are given: notes and coins as people count them, services, cards and cheques, and whose till it is."""

import re
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from ...actions.at_desk import CountGiven, Pieces
from ...actions.issuing import Given, OtherGiven, ServiceAsked
from ...domain.desks.charters import Instrument
from ...domain.desks.sessions import SessionState
from ...domain.money import cents_from_text
from ...domain.refusals import Refusal
from ...store.database import Database
from ...store.desks import desk_with, desks_of
from ...store.tills import sessions_of
from ...store.unit_of_work import UnitOfWork
from ...words import say
from ..arguments import ArgumentRefused, cents_or_none
from ..teaching import argument, option

_PIECES = re.compile(r"(?P<denomination>[^xX×]+)[xX×]\s*(?P<count>\d{1,7})", re.ASCII)
_SERVICE = re.compile(r"(?P<service>[^\s=@]+)(?:=(?P<quantity>\d{1,9}))?(?:@(?P<unit>.+))?", re.ASCII)


class PiecesNotUnderstood(ArgumentRefused):
    """{written} does not say how many notes or coins: write what one is worth, an x and how many, like 5x12 or 0,20x3."""

    code = "pieces_not_understood"


class ServiceNotUnderstood(ArgumentRefused):
    """{written} does not name a service: write its code, like entry, entry=2 for two, or entry=2@5,00 where the price is free."""

    code = "service_not_understood"


class SlipNotUnderstood(ArgumentRefused):
    """{written} is not a card payment or a cheque: write the amount, a colon and its number, like 4,50:0042."""

    code = "slip_not_understood"


class NoSessionOnTill(Refusal):
    """Nobody works at till {till} of the desk {desk}: open a session there first."""

    code = "no_session_on_till"


def pieces(written: Iterable[str] | None) -> Pieces:
    """Notes or coins as actions take them, of 5x12 or 0,20x3; PiecesNotUnderstood."""
    return tuple(map(_pieces, written or ()))


def _pieces(written: str) -> tuple[int, int]:
    found = _PIECES.fullmatch(written.strip())
    try:
        denomination = cents_from_text(found["denomination"]) if found else 0
    except Refusal:
        denomination = 0
    if found is None or denomination <= 0:
        raise PiecesNotUnderstood(written=written[:80])
    return denomination, int(found["count"])


def counted(notes: list[str] | None, euros: list[str] | None, cards: str, cheques: str) -> CountGiven:
    """A count of a till; PiecesNotUnderstood, AmountUnreadable, AmountTooLarge."""
    return CountGiven(pieces(notes), pieces(euros), cents_or_none(cards) or 0, cents_or_none(cheques) or 0)


def services(written: Iterable[str]) -> tuple[ServiceAsked, ...]:
    """The services of a receipt; ServiceNotUnderstood, AmountUnreadable, AmountTooLarge."""
    return tuple(map(_service, written))


def _service(written: str) -> ServiceAsked:
    found = _SERVICE.fullmatch(written.strip())
    if found is None:
        raise ServiceNotUnderstood(written=written[:80])
    return ServiceAsked(found["service"], int(found["quantity"] or 1), cents_or_none(found["unit"] or ""))


def given_over(notes: list[str] | None, euros: str, cards: list[str] | None, cheques: list[str] | None) -> Given:
    """What a payer gives over the counter; PiecesNotUnderstood, SlipNotUnderstood, AmountUnreadable, AmountTooLarge."""
    slips = [(Instrument.CARD, each) for each in cards or ()] + [(Instrument.CHEQUE, each) for each in cheques or ()]
    return Given(pieces(notes), cents_or_none(euros) or 0, tuple(_slip(instrument, each) for instrument, each in slips))


def _slip(instrument: Instrument, written: str) -> OtherGiven:
    amount, sign, reference = written.partition(":")
    if not sign or not amount.strip() or not reference.strip():
        raise SlipNotUnderstood(written=written[:80])
    return OtherGiven(instrument.value, cents_from_text(amount), reference)


def session_on(database: Database, desk: str, till: str) -> UUID:
    """The session on a till: the one that is not closed, or else the last one of the desk's last day.

    Refuses with DeskUnknown and NoSessionOnTill.
    """
    with database.reading() as connection:
        work = UnitOfWork(connection)
        desk_with(desks_of(work, [desk]), desk)
        there = [kept.session for kept in sessions_of(work, [desk])[desk].values() if kept.session.till == till]
    if not there:
        raise NoSessionOnTill(till=till[:40], desk=desk)
    return max(there, key=lambda session: (session.state is not SessionState.CLOSED, session.opened_at)).session_id


Desk = Annotated[str, argument(say("DESK"), say("The code of the desk's book, like bayonne-pool."))]
Till = Annotated[str, argument(say("TILL"), say("The code of the till, like till-1."))]
Receipt = Annotated[str, argument(say("RECEIPT"), say("The number of the receipt, like PISC-2026-000042."))]
Amount = Annotated[str, argument(say("AMOUNT"), say("How much, in euros."))]
Notes = Annotated[
    list[str] | None,
    option("--note", say("WORTHxNUMBER"), say("Local notes, like 5x12 for twelve of five; once for each denomination.")),
]
Coins = Annotated[
    list[str] | None,
    option("--euro", say("WORTHxNUMBER"), say("Coins and notes in euros, like 0,20x3; once for each denomination.")),
]
CardSum = Annotated[str, option("--card", say("AMOUNT"), say("What the card slips come to; those of refunds count below zero."))]
ChequeSum = Annotated[str, option("--cheque", say("AMOUNT"), say("What the cheques come to."))]
Services = Annotated[
    list[str],
    option("--service", say("CODE[=NUMBER][@PRICE]"), say("A service, its quantity, and its price where the tariff is free.")),
]
Euros = Annotated[str, option("--euros", say("AMOUNT"), say("The euros that the payer gives."))]
Cards = Annotated[list[str] | None, option("--card", say("AMOUNT:NUMBER"), say("A card payment with the number of its slip."))]
Cheques = Annotated[list[str] | None, option("--cheque", say("AMOUNT:NUMBER"), say("A cheque with its number."))]
Total = Annotated[str, option("--total", say("AMOUNT"), say("The total as you announced it; another one is refused."))]
WhyDiffers = Annotated[str, option("--reason", say("TEXT"), say("Why the count differs, if it does."))]
Slip = Annotated[str, option("--slip", say("TEXT"), say("What the slip of the pay-in says."))]
