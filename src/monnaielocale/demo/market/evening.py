"""The evening: blind counts, a difference with its reason, two Zs, what goes into the envelopes and into the safes."""

from typing import Any

from ...actions.desk_days import CloseDay, close_days
from ...actions.envelopes import FillEnvelope, fill_envelopes
from ...actions.safes import MoveToSafe, move_to_safes
from ...actions.till_sessions import CloseSession, CountTill, close_sessions, count_tills
from ...domain.desks.bundles import Bundle
from ...domain.desks.counts import DifferenceUnexplained
from ...domain.desks.receipt_chain import first_broken, first_gap
from ...domain.desks.receipts import Receipt, Series
from ...store.counter import evening_envelope
from ...store.receipts import receipt_journal
from ...words import say
from ..story import euros, told_on
from .cast import DESKS, LOST_IN_TILL_CENTS, MARKET, MARKET_DAY, DeskCast
from .day import MarketDay, units
from .till import Till


def close_the_desks(day: MarketDay) -> None:
    """Three tills are counted blindly, one note is missing, and both desks close their day for good."""
    teller = day.story.teller
    teller.act(say("The evening: counts, a difference, and the closings"))
    day.second.lose(Bundle.of({LOST_IN_TILL_CENTS: 1}))
    day.at(MARKET_DAY, 13)
    told = say("Each clerk counts the till without being told what should be in it. Lucie closes hers:")
    teller.tell(told_on(MARKET_DAY, told))
    for till in day.tills:
        day.do(count_tills, CountTill(day.clerk(till), till.desk.book, till.session, till.count()))
    day.story.refuse(DifferenceUnexplained, close_sessions, _closing(day, day.second))
    reason = say("Probably a note of one given back too much")
    done = [day.do(close_sessions, _closing(day, till, reason if till is day.second else "")) for till in day.tills]
    headings = (say("Till"), say("Expected"), say("Counted"), say("Difference"), say("Reason"))
    teller.table(headings, [_session_row(till, answer) for till, answer in zip(day.tills, done, strict=True)])
    day.lost_cents[MARKET.book] += LOST_IN_TILL_CENTS
    differences = [answer["difference_cents"] for answer in done]
    told = say("The blind counts find what was lost, and nothing else.")
    day.story.judge("count_finds_the_loss", told, differences == [0, -LOST_IN_TILL_CENTS, 0])
    _close_days(day)
    _judge_journals(day)
    _fill_envelopes(day)


def _closing(day: MarketDay, till: Till, reason: str = "") -> CloseSession:
    return CloseSession(day.clerk(till), till.desk.book, till.session, reason)


def _session_row(till: Till, answer: dict[str, Any]) -> tuple[object, ...]:
    amounts = (euros(answer[name]) for name in ("expected_cents", "counted_cents", "difference_cents"))
    return till.title, *amounts, answer["reason"]


def _close_days(day: MarketDay) -> None:
    """The Zs, numbered and final, which come to what the clerks' receipts come to."""
    rows = []
    for desk in DESKS:
        answer = day.do(close_days, CloseDay(day.clerk(day.tills_of(desk)[0]), desk.book, MARKET_DAY))
        totals = answer["totals"]["day"]
        day.totals[desk.book] = totals
        means = dict(totals["by_means"])
        amounts = (euros(means.get(name, 0)) for name in ("notes", "digital", "euros", "card", "cheque"))
        taken = totals["taken_cents"] - totals["given_back_cents"]
        rows.append((answer["number"], totals["receipts"], euros(taken), *amounts))
    means_of = (say("Notes"), say("Digital"), say("Euros"), say("Card"), say("Cheque"))
    day.story.teller.table((say("Closing (Z)"), say("Receipts"), say("Takings"), *means_of), rows)
    agree = all(
        (totals["receipts"], totals["taken_cents"] - totals["given_back_cents"]) == _told_to_clerks(day, desk)
        for desk in DESKS
        for totals in (day.totals[desk.book],)
    )
    told = say("Both closings come to what the clerks' receipts come to.")
    day.story.judge("closings_agree", told, agree)


def _told_to_clerks(day: MarketDay, desk: DeskCast) -> tuple[int, int]:
    tills = day.tills_of(desk)
    return sum(len(till.numbers) for till in tills), sum(till.taken_cents for till in tills)


def _judge_journals(day: MarketDay) -> None:
    """The receipt journals as the books hold them, compared with what the clerks were answered."""
    continuous, unbroken = True, True
    with day.story.database.reading() as connection:
        for desk in DESKS:
            kept = receipt_journal(connection, desk.book)
            receipts = [receipt for receipt, _ in kept]
            answered = [number for till in day.tills_of(desk) for number in till.numbers]
            continuous &= sorted(receipt.number for receipt in receipts) == sorted(answered)
            continuous &= all(first_gap(_numbers(receipts, series)) is None for series in Series)
            unbroken &= first_broken(kept) is None
    told = say("The numbers of each desk follow each other without a hole, and each is one that a clerk was answered.")
    day.story.judge("numbers_continuous", told, continuous)
    told = say("Each receipt carries the fingerprint of the one before: the chains are unbroken.")
    day.story.judge("receipt_chains_unbroken", told, unbroken)


def _numbers(receipts: list[Receipt], series: Series) -> list[int]:
    """The numbers of a series, without what stands before them."""
    mark = "P" if series is Series.PAPER else ""
    return [int(each.number.rpartition("-")[2].removeprefix(mark)) for each in receipts if each.series is series]


def _fill_envelopes(day: MarketDay) -> None:
    """The proposal is followed: what goes beyond the float in notes, and the euros go to the safe."""
    day.at(MARKET_DAY, 14)
    rows = []
    for desk in DESKS:
        with day.story.database.reading() as connection:
            proposals = evening_envelope(connection, desk.book)
        clerk, tills = day.clerk(day.tills_of(desk)[0]), day.tills_of(desk)
        notes = tuple((till, proposal.envelope.pieces) for till, proposal in proposals.items())
        answer = day.do(fill_envelopes, FillEnvelope(clerk, desk.book, notes, MARKET_DAY))
        safe_cents = 0
        for till in tills:
            till.lose(proposals[till.cast.till].envelope)
            if till.euros_taken_cents:
                item = MoveToSafe(day.clerk(till), desk.book, till.cast.till, till.euros_taken_cents, MARKET_DAY)
                safe_cents = day.do(move_to_safes, item)["safe_cents"]
                till.euros_cents = till.cast.float_euros_cents
        content = sum((proposal.envelope for proposal in proposals.values()), Bundle())
        day.envelopes[desk.book] = {"number": answer["envelope"], "content": content, "safe_cents": safe_cents}
        left = sum(till.notes.total_cents for till in tills)
        rows.append((answer["envelope"], units(content.total_cents), units(left), euros(safe_cents)))
    day.story.teller.tell(say("The envelopes are proposed note by note, so that the smallest notes stay as the float:"))
    headings = (say("Envelope"), say("Put aside"), say("Stays in the tills"), say("Euros to the safe"))
    day.story.teller.table(headings, rows)
