"""From the envelopes to the euros: carried, counted, owed at face value, seen at the bank, confirmed by the Treasury."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from ...actions.desk_days import SealDay, seal_days
from ...actions.envelopes import HandEnvelope, hand_envelopes
from ...actions.matches import ConfirmMatch, PartGiven, ProposeMatch, confirm_matches, propose_matches
from ...actions.matching import MatchLines, match_lines
from ...actions.proof import proof_as_data, prove_backing
from ...actions.remittances import (
    ConfirmRemittance,
    CountEnvelope,
    RedeemDigitalTakings,
    confirm_remittances,
    count_envelopes,
    redeem_digital_takings,
)
from ...actions.safes import PayIn, PayInOtherMeans, pay_in, pay_in_other_means
from ...actions.statements import ImportStatement, import_statements
from ...domain.chart import EURO
from ...domain.desks.bundles import Bundle
from ...domain.desks.envelopes import EnvelopeDifferenceUnexplained
from ...domain.desks.remittances import RemittanceConfirmedBeyond
from ...domain.explaining.facts import PartKind
from ...domain.statements.bank import BankAccountName, Movement, Statement
from ...formats.bank.camt053_writer import write_camt053
from ...formats.desk_report import report_sheets
from ...formats.spreadsheets import write_csv, write_xlsx
from ...store.desk_reports import desk_report
from ...store.exports import journal_of
from ...store.matches import unexplained_lines
from ...words import say, word
from ..proofs import tell_proof
from ..story import as_json, euros, told_on
from .cast import (
    BANK_DAY,
    BOOK,
    CARRIED_DAY,
    CARRIER,
    CONFIRMED_DAY,
    COUNTED_DAY,
    DESKS,
    DIGITAL_CENTS,
    LOST_ON_THE_WAY_CENTS,
    MARKET,
    MARKET_DAY,
    NOTES_OF_THE_PUBLIC,
    OPENING_DAY,
    RESERVE_DIGITAL,
    RESERVE_NOTES,
    UNIT,
    DeskCast,
)
from .day import MarketDay, units

STATEMENT = "releve-cairn-2026-03-12.camt.xml"


def carry_and_count(day: MarketDay) -> None:
    """Takings in euros go to the public accountant; a carrier brings two envelopes, and one comes a note short."""
    teller = day.story.teller
    teller.act(say("Two envelopes, and one note short"))
    day.at(CARRIED_DAY, 9)
    told = say(
        "The heads seal the day and pay in euros, card payments and cheques; {carrier} takes the envelopes.", carrier=CARRIER
    )
    teller.tell(told_on(CARRIED_DAY, told))
    teller.table((say("Envelope"), say("Declared"), say("Paid in")), [_left_the_desk(day, desk) for desk in DESKS])
    day.at(COUNTED_DAY, 10)
    teller.tell(told_on(COUNTED_DAY, say("Leïla counts what came. In the market's envelope a note of five is missing:")))
    rows = [_counted(day, desk) for desk in DESKS]
    headings = (say("Envelope"), say("Declared"), say("Counted"), say("Difference"), say("Remittance"))
    teller.table(headings, rows)
    for desk in DESKS:
        answer = day.do(redeem_digital_takings, RedeemDigitalTakings(day.actor("leila"), desk.book, COUNTED_DAY))
        day.remittances.append((desk.book, answer["remittance"], "digital", answer["amount_cents"]))
    due = sum(cents for *_, cents in day.remittances)
    told = say("Digital takings follow without notes. Le Cairn owes the town {amount}, at face value.", amount=euros(due))
    teller.tell(told)


def _left_the_desk(day: MarketDay, desk: DeskCast) -> tuple[object, ...]:
    """The day is sealed, euros and other means are paid in, and the envelope leaves."""
    head, envelope, means = day.actor(desk.head), day.envelopes[desk.book], dict(day.totals[desk.book]["by_means"])
    day.do(seal_days, SealDay(head, desk.book, MARKET_DAY))
    paid = [day.do(pay_in, PayIn(head, desk.book, envelope["safe_cents"], CARRIED_DAY))]
    paid += [
        day.do(pay_in_other_means, PayInOtherMeans(head, desk.book, instrument, means[instrument], CARRIED_DAY))
        for instrument in ("card", "cheque")
        if means.get(instrument)
    ]
    cents = sum(each["amount_cents"] for each in paid)
    day.paid_in_cents[desk.book] += cents
    item = HandEnvelope(head, desk.book, envelope["number"], CARRIER, CARRIED_DAY)
    handed = day.do(hand_envelopes, item)
    return handed["envelope"], units(handed["declared_cents"]), euros(cents)


def _counted(day: MarketDay, desk: DeskCast) -> tuple[object, ...]:
    envelope = day.envelopes[desk.book]
    found, reason = envelope["content"], ""
    if desk is MARKET:
        found -= Bundle.of({LOST_ON_THE_WAY_CENTS: 1})
        day.lost_cents[desk.book] += LOST_ON_THE_WAY_CENTS
        day.story.refuse(EnvelopeDifferenceUnexplained, count_envelopes, _count(day, desk, found))
        reason = say("One note of five is missing, the envelope was sealed")
    answer = day.do(count_envelopes, _count(day, desk, found, reason))
    day.remittances.append((desk.book, answer["remittance"], "notes", answer["counted_cents"]))
    amounts = (envelope["content"].total_cents, answer["counted_cents"], answer["difference_cents"])
    return answer["envelope"], *map(units, amounts), answer["remittance"]


def _count(day: MarketDay, desk: DeskCast, found: Bundle, reason: str = "") -> CountEnvelope:
    number = day.envelopes[desk.book]["number"]
    return CountEnvelope(day.actor("leila"), desk.book, number, found.pieces, COUNTED_DAY, reason)


def euros_arrive(day: MarketDay) -> None:
    """The Treasury confirms no euro before the bank shows that it left; in the end every cent of the takings is somewhere."""
    teller = day.story.teller
    teller.act(say("The euros: seen at the bank, confirmed by the Treasury"))
    book, number, _, cents = day.remittances[0]
    early = ConfirmRemittance(day.actor("helene"), book, number, cents, BANK_DAY)
    teller.tell(told_on(BANK_DAY, say("Hélène, the public accountant, would confirm before the bank showed anything:")))
    day.story.refuse(RemittanceConfirmedBeyond, confirm_remittances, early)
    _bank_speaks(day)
    proof = prove_backing(day.story.database, book=BOOK, on=BANK_DAY)
    tell_proof(day.story, proof, UNIT)
    day.story.papers[f"{BOOK}.proof.json"] = as_json(proof_as_data(proof))
    told = say("Every cairn is backed by a euro of its reserve, to the cent.")
    day.story.judge("every_cairn_is_backed", told, proof.holds and not any(form.difference_cents for form in proof.forms))
    rows = []
    for book, number, _, cents in day.remittances:
        item = ConfirmRemittance(day.actor("helene"), book, number, cents, CONFIRMED_DAY)
        answer = day.do(confirm_remittances, item)
        day.paid_in_cents[book] += answer["confirmed_cents"]
        rows.append((number, euros(answer["confirmed_cents"]), euros(answer["claim_cents"])))
    teller.tell(told_on(CONFIRMED_DAY, say("Hélène confirms the four transfers:")))
    teller.table((say("Remittance"), say("Confirmed"), say("Still claimed")), rows)
    _judge_takings(day)
    _treasury_looks(day)


def _bank_speaks(day: MarketDay) -> None:
    """The statement of both reserves: cash for the floats paid in, and what the association sent."""
    story, operator = day.story, day.actor("leila")
    data = story.papers[STATEMENT] = _statement(day)
    answer = day.do(import_statements, ImportStatement(operator, BOOK, STATEMENT, data, BANK_DAY))
    lines = sum(each["new"] for each in answer["accounts"])
    made = day.do(match_lines, MatchLines(operator, BOOK, BANK_DAY))
    proposed = [UUID(match["match_id"]) for match in made["proposed"]]
    floats = sum(till.notes_of_float_cents for till in day.tills)
    with story.database.reading() as connection:
        cash = next(line for line in unexplained_lines(connection, BOOK) if line.amount_cents > 0)
    part = PartGiven(PartKind.CASH_PAID_IN, floats)
    proposed.append(UUID(day.do(propose_matches, ProposeMatch(operator, BOOK, cash.id, (part,), BANK_DAY))["match_id"]))
    for match in proposed:
        day.do(confirm_matches, ConfirmMatch(day.actor("matteo"), BOOK, match, BANK_DAY))
    told = say(
        "The bank's file shows {count} lines: {amount} in cash for the notes of the floats, and a transfer for each remittance. "
        "Mattéo confirms what they are for.",
        count=lines,
        amount=euros(floats),
    )
    story.teller.tell(told)


def _statement(day: MarketDay) -> bytes:
    """What the bank writes of both reserves until its day: the association sent what it owed, with the remittance's number."""
    cash = sum(till.notes_of_float_cents for till in day.tills)
    paid_in = Movement(BANK_DAY - timedelta(days=1), cash, "VERSEMENT ESPECES", details=("FONDS DE CAISSE EN CAIRNS",))
    notes = _reserve(RESERVE_NOTES, sum(NOTES_OF_THE_PUBLIC.values()), [paid_in, *_sent(day, "notes")])
    return write_camt053([notes, _reserve(RESERVE_DIGITAL, DIGITAL_CENTS, _sent(day, "digital"))])


def _sent(day: MarketDay, form: str) -> list[Movement]:
    return [
        Movement(BANK_DAY, -cents, "VIR SEPA EMIS", counterparty="VILLE DE GRENOBLE", details=(f"REMISE {number}",))
        for _, number, kind, cents in day.remittances
        if kind == form
    ]


def _reserve(iban: str, opening_cents: int, listed: list[Movement]) -> Statement:
    closing_cents = opening_cents + sum(one.amount_cents for one in listed)
    return Statement(BankAccountName(iban=iban), EURO, OPENING_DAY, BANK_DAY, opening_cents, closing_cents, tuple(listed))


def _judge_takings(day: MarketDay) -> None:
    """What the receipts say, what the public accountant has, what was lost, and what lies in the tills beyond the float."""
    rows, proofs = [], {}
    for desk in DESKS:
        tills = day.tills_of(desk)
        taken = sum(till.taken_cents for till in tills)
        left = sum(till.notes.total_cents - till.notes_of_float_cents + till.euros_taken_cents for till in tills)
        paid, lost = day.paid_in_cents[desk.book], day.lost_cents[desk.book]
        books = _books_say(day, desk.book)
        holds = taken == paid + lost + left and books == (taken, paid, lost, left)
        rows.append((desk.title, euros(taken), euros(paid), euros(lost), euros(left)))
        amounts = {"takings_cents": taken, "paid_in_cents": paid, "lost_cents": lost, "left_in_tills_cents": left}
        proofs[desk.book] = {"book": desk.book, "on": CONFIRMED_DAY.isoformat(), "holds": holds} | amounts
        day.story.papers[f"{desk.book}.proof.json"] = as_json(proofs[desk.book])
    headings = (say("Desk"), say("Takings"), say("With the Treasury"), say("Lost, with its reason"), say("Beyond the float"))
    day.story.teller.table(headings, rows)
    told = say("Every cent of the takings is with the Treasury, or a difference that somebody gave a reason for.")
    day.story.judge("takings_became_euros", told, all(proof["holds"] for proof in proofs.values()))


def _treasury_looks(day: MarketDay) -> None:
    """The receipt journal and the whole report of each desk, for the Treasury: notes are proven to be revenue in euros."""
    reports = []
    with day.story.database.reading() as connection:
        for desk in DESKS:
            report = desk_report(connection, desk.book, MARKET_DAY, CONFIRMED_DAY)
            sheets = report_sheets(report, say=say, word=word)
            written_at = datetime.combine(CONFIRMED_DAY, time(), UTC)
            day.story.papers[f"{desk.book}.receipts.csv"] = write_csv(sheets[0])
            day.story.papers[f"{desk.book}.treasury.xlsx"] = write_xlsx(sheets, created_at=written_at)
            reports.append(report)
    told = say("The desks' books count every note of their receipts as euros of revenue.")
    day.story.judge("notes_are_revenue", told, all(report.notes_are_revenue for report in reports))


def _books_say(day: MarketDay, book: str) -> tuple[int, int, int, int]:
    """The same four amounts by a desk's book: takings, what the public accountant has, differences, and what is still held."""
    with day.story.database.reading() as connection:
        balances = {line.account: line.cents for line in journal_of(connection, book).balances}

    def of(*roles: str) -> int:
        return sum(cents for code, cents in balances.items() if code.partition(":")[0] in roles)

    held = ("values.notes", "values.envelope", "digital_received", "claim_on_issuer", "other_means", "safe.euro", "till.euro")
    return -of("revenue"), of("paid_in"), of("till_difference", "remittance_difference"), of(*held)
