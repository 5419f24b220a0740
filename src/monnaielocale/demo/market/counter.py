"""The act at the counter: the published change table, a card beside notes, digital units, a cancellation, a paper receipt."""

from ...actions.cancels import CancelReceipt, cancel_receipts
from ...actions.payment_requests import ConfirmElsewhere, RequestPayment, confirm_elsewhere, request_payments
from ...actions.receipts import (
    EnterPaperReceipt,
    Given,
    OtherGiven,
    ServiceAsked,
    enter_paper_receipts,
    take_receipts,
)
from ...domain.desks.change import ChangeNeedsEuros
from ...domain.desks.corrections import PaperReceiptKnown
from ...domain.desks.payment_requests import TransactionNumberKnown
from ...words import say
from ..story import euros, told_on
from .cast import (
    ASKED_FOR_CENTS,
    CHANGE_EXPECTED,
    CHANGE_TABLE,
    MARKET_DAY,
    METRE_CENTS,
    PAPER_NUMBER,
    TRANSACTIONS,
    TWO_UNITS,
    NotesGiven,
)
from .day import MarketDay, units
from .till import Till

METRE = ServiceAsked("pitch-metre")
ELECTRICITY = ServiceAsked("electricity")


def change_and_means(day: MarketDay) -> None:
    """What one customer after another gives, and what the program answers."""
    day.story.teller.act(say("At the counter: change, cards, digital units"))
    day.at(MARKET_DAY, 8, 15)
    _change_table(day)
    day.at(MARKET_DAY, 9)
    _card_beside_notes(day)
    _digital_units(day)
    day.at(MARKET_DAY, 9, 40)
    _cancelled(day)
    day.at(MARKET_DAY, 10, 20)
    _from_the_paper_book(day)


def _change_table(day: MarketDay) -> None:
    """Each published row is sold; for the last, which cannot be changed, the program says what to ask for."""
    teller, till = day.story.teller, day.first
    told = say(
        "A metre of the market costs {price}. No euros are given back for local notes, and as few notes as can be:",
        price=euros(METRE_CENTS),
    )
    teller.tell(told_on(MARKET_DAY, told))
    rows, found = [], []
    for notes, cents in CHANGE_TABLE:
        answer = day.take(till, Given(notes, cents), METRE)
        back = answer["change_notes_cents"], answer["change_euros_cents"]
        found.append(back)
        rows.append((units(_worth(notes)), euros(cents), units(back[0]), euros(back[1]), answer["number"]))
    headings = (say("Notes given"), say("Euros given"), say("Change in notes"), say("Change in euros"), say("Receipt"))
    teller.table(headings, rows)
    teller.tell(say("Somebody gives two units and nothing else:"))
    day.story.refuse(ChangeNeedsEuros, take_receipts, day.asks(till, Given(TWO_UNITS), METRE))
    answer = day.take(till, Given(TWO_UNITS, ASKED_FOR_CENTS), METRE)
    last = answer["change_notes_cents"], answer["change_euros_cents"]
    told = say("With {euros} more, Karim gives {notes} back.", euros=euros(ASKED_FOR_CENTS), notes=units(last[0]))
    teller.tell(told)
    day.story.judge(
        "change_as_published",
        say("The change of all {count} rows is the published one.", count=len(found) + 1),
        tuple(found) == CHANGE_EXPECTED and last == (1_00, 0),
    )


def _worth(notes: NotesGiven) -> int:
    return sum(denomination * count for denomination, count in notes)


def _card_beside_notes(day: MarketDay) -> None:
    given = Given(((1000, 1),), 0, (OtherGiven("card", 5_00, "CB-000481"),))
    answer = day.take(day.bikes, given, ServiceAsked("bike-day", 3))
    told = say(
        "Inès rents three bikes for {price}: {notes} in notes, the rest by card. Receipt {number}, with {vat} of VAT.",
        price=euros(answer["total_cents"]),
        notes=units(10_00),
        number=answer["number"],
        vat=euros(answer["vat_cents"]),
    )
    day.story.teller.tell(told)


def _digital_units(day: MarketDay) -> None:
    """The payer approves in the other system, whose transaction number makes the receipt, once."""
    teller, bikes, stall = day.story.teller, day.bikes, day.second
    asked = _ask(day, bikes, ServiceAsked("bike-month"), 30_00)
    told = say("A bike for a month is paid in digital units. The desk shows a request as a square code, without a name:")
    teller.tell(told)
    teller.tell(f"  {asked['text']}")
    paid = _confirm(day, bikes, asked["reference"], TRANSACTIONS[0])
    told = say(
        "The payer approves it in the system where the accounts are kept; Inès records its transaction {transaction}: {number}.",
        transaction=TRANSACTIONS[0],
        number=paid,
    )
    teller.tell(told)
    teller.tell(say("On the market Lucie is shown the same transaction for another payment:"))
    reference = _ask(day, stall, ELECTRICITY, 3_00)["reference"]
    again = ConfirmElsewhere(day.clerk(stall), stall.desk.book, reference, TRANSACTIONS[0])
    day.story.refuse(TransactionNumberKnown, confirm_elsewhere, again)
    paid = _confirm(day, stall, reference, TRANSACTIONS[1])
    teller.tell(say("The right one is {transaction}: {number}.", transaction=TRANSACTIONS[1], number=paid))


def _ask(day: MarketDay, till: Till, service: ServiceAsked, cents: int) -> dict[str, str]:
    return day.do(request_payments, RequestPayment(day.clerk(till), till.desk.book, till.session, (service,), cents))


def _confirm(day: MarketDay, till: Till, reference: str, transaction: str) -> str:
    answer = day.do(confirm_elsewhere, ConfirmElsewhere(day.clerk(till), till.desk.book, reference, transaction))
    till.took(Given(), answer)
    return str(answer["number"])


def _cancelled(day: MarketDay) -> None:
    """A receipt of the same day is cancelled: the same means go back."""
    till = day.bikes
    first = day.take(till, Given(((500, 1),)), ServiceAsked("bike-day"))
    reason = say("It rains, and the customer changes their mind")
    item = CancelReceipt(day.clerk(till), till.desk.book, till.session, first["number"], reason)
    minus = day.do(cancel_receipts, item)
    till.gave_back(minus)
    told = say(
        "It rains: Inès cancels {cancelled} by {minus} and gives the note of {amount} back.",
        cancelled=first["number"],
        minus=minus["number"],
        amount=units(minus["change_notes_cents"]),
    )
    day.story.teller.tell(told)


def _from_the_paper_book(day: MarketDay) -> None:
    """The market was cut off for half an hour: what was written by hand enters the open day under its own series, once."""
    teller, till = day.story.teller, day.second
    given = Given(((500, 2),), 60)
    item = EnterPaperReceipt(
        day.clerk(till),
        till.desk.book,
        till.session,
        PAPER_NUMBER,
        MARKET_DAY,
        (ServiceAsked("pitch-occasional", 4),),
        given,
        change_notes=((100, 1),),
    )
    answer = day.do(enter_paper_receipts, item)
    till.took(given, answer)
    told = say(
        "The market was cut off from the network. Lucie enters {paper} of the paper receipt book, {amount}: {number}.",
        paper=PAPER_NUMBER,
        amount=euros(answer["total_cents"]),
        number=answer["number"],
    )
    teller.tell(told)
    teller.tell(say("She enters it a second time:"))
    day.story.refuse(PaperReceiptKnown, enter_paper_receipts, item)
