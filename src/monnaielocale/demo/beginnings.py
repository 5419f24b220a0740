"""The first acts: the convention, the opening of the books, members with their mandates, and the town's lists."""

from datetime import date
from importlib.resources import files as resources
from uuid import UUID

from ..actions.crediting import CreditRun, credit_runs
from ..actions.enrolment import EnrolFromFile, enrol_from_files
from ..actions.mandates import (
    AcceptMandate,
    DraftMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    sign_mandates,
)
from ..actions.members import EnrolMember, enrol_members
from ..actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from ..actions.runs import OpenRun, SignRun, open_runs, sign_runs
from ..domain.actors import SecondPersonNeeded
from ..domain.files import RowsRefused
from ..domain.money import Money
from ..domain.payments.crediting import EurosNotSeen
from ..store.runs import run_slip
from ..store.unit_of_work import UnitOfWork
from ..words import say, word
from . import cast, make_files
from .cast import BOOK, ISSUER, TOWN, PaymentList
from .story import Story, euros, told_on

CONVENTION = "bayonne-eusko.toml"
# Who acts: login, name, party, roles.
PEOPLE: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("ane", "Ane Errecart", ISSUER, ("association_operator",)),
    ("bixente", "Bixente Halsouet", ISSUER, ("association_operator",)),
    ("claire", "Claire Mendiboure", ISSUER, ("association_accountant",)),
    ("denis", "Denis Laxague", TOWN, ("town_preparer", "town_signer")),
    ("elorri", "Elorri Pagola", TOWN, ("town_signer",)),
)
ACCEPTED_TOGETHER = 100
BY_HAND = (cast.OFFICIAL, cast.EMPLOYEE, cast.ASSOCIATION, cast.SUPPLIER)


def open_the_books(story: Story) -> None:
    """The convention is loaded, people get their roles, and the books open from a file that two persons answer for."""
    story.teller.act(say("The convention and the opening of the books"))
    administrator = story.add_person("nekane", "Nekane Ospital", None, ["administrator"], None)
    data = (resources("monnaielocale.conventions") / CONVENTION).read_bytes()
    loaded = story.load_convention(administrator, data, cast.OPENING_DAY)
    told = say("Nekane loads the convention between Bayonne and Euskal Moneta: {versions}.", versions=loaded["loaded"])
    story.teller.tell(told_on(cast.OPENING_DAY, told))
    for login, name, party, roles in PEOPLE:
        story.add_person(login, name, party, roles, administrator)
    story.do(enrol_from_files, _list_of_members(story, make_files.HOLDERS, cast.OPENING_DAY))
    _sign_the_opening(story)


def _sign_the_opening(story: Story) -> None:
    item = PrepareOpening(story.people["ane"], BOOK, make_files.OPENING, story.files[make_files.OPENING], cast.OPENING_DAY)
    ready = story.do(prepare_openings, item)
    told = say("Ane prepares the opening from {file}; Claire, the accountant, checks it and signs.", file=make_files.OPENING)
    story.teller.tell(told)
    story.do(sign_openings, SignOpening(story.people["claire"], BOOK, UUID(ready["opening_id"]), cast.OPENING_DAY))
    forms = (("digital", "circulation_digital_cents"), ("notes", "circulation_notes_cents"))
    rows = [(word("form", form), euros(ready[name]), Money(ready[name], "EUS")) for form, name in forms]
    story.teller.table((say("Form"), say("Euros in reserve"), say("In circulation")), rows)


def _list_of_members(story: Story, name: str, on: date) -> EnrolFromFile:
    scan = make_files.SIGNED_MANDATES
    return EnrolFromFile(story.people["ane"], BOOK, TOWN, name, story.files[name], on, scan, story.files[scan])


def collect_mandates(story: Story) -> None:
    """Four beneficiaries by hand, a thousand and thirty-nine employees from lists: each gives a mandate, signed and accepted."""
    story.teller.act(say("Members and collection mandates"))
    told = say("Ane enrols an elected official, an employee, an association and a supplier, and enters the mandates they signed.")
    story.teller.tell(told_on(cast.MANDATES_DAY, told))
    numbers = _by_hand(story)
    headings = (say("Mandate"), say("Beneficiary"), say("Kind of payment"), say("Share"), say("Up to"))
    story.teller.table(
        headings,
        [
            (
                number,
                one.member.name,
                word("kind", one.kind),
                word("share_mode", one.share_mode),
                "" if one.share_cents is None else euros(one.share_cents),
            )
            for number, one in zip(numbers, BY_HAND, strict=True)
        ],
    )
    for name in (make_files.STAFF_MEMBERS, make_files.SCHOOL_MEMBERS):
        answer = story.do(enrol_from_files, _list_of_members(story, name, cast.MANDATES_DAY))
        told = say(
            "From {file}, as a French spreadsheet wrote it: {count} members, with a signed mandate each.",
            file=name,
            count=len(answer["members"]),
        )
        story.teller.tell(told)
        numbers += answer["signed"]
    story.teller.tell(say("Bixente, a second person, accepts every mandate for the association."))
    with story.teller.counting(say("Mandates accepted"), len(numbers)) as advance:
        for start in range(0, len(numbers), ACCEPTED_TOGETHER):
            some = numbers[start : start + ACCEPTED_TOGETHER]
            bixente = story.people["bixente"]
            story.do_all(accept_mandates, [AcceptMandate(bixente, BOOK, each, cast.MANDATES_DAY) for each in some])
            advance(len(some))


def _by_hand(story: Story) -> list[str]:
    """Four beneficiaries entered one by one, with the mandates they signed; answers the mandates' numbers."""
    ane, on = story.people["ane"], cast.MANDATES_DAY
    members = [one.member for one in BY_HAND]
    story.do_all(enrol_members, [EnrolMember(ane, BOOK, each.number, each.kind, each.name, on, each.iban) for each in members])
    drafts = [
        DraftMandate(ane, BOOK, TOWN, one.member.number, one.kind, one.share_mode, one.share_cents, cast.MANDATES_FROM, None, on)
        for one in BY_HAND
    ]
    numbers = [str(answer["mandate"]) for answer in story.do_all(draft_mandates, drafts)]
    name, scan = make_files.SIGNED_MANDATES, story.files[make_files.SIGNED_MANDATES]
    story.do_all(sign_mandates, [SignMandate(ane, BOOK, each, name, scan, cast.SIGNATURE_DAY, on) for each in numbers])
    return numbers


def receive_lists(story: Story) -> None:
    """The town sends its lists: one is refused for two rows, corrected, and signed by another person than its author."""
    story.teller.act(say("The town's lists"))
    told = say("Denis, of the town, sends January's list of a thousand employees. Two of its rows are wrong:")
    story.teller.tell(told_on(cast.LISTS_DAY, told))
    story.refuse(RowsRefused, open_runs, _opening(story, cast.STAFF_LIST, cast.STAFF_LIST_WITH_FAULTS))
    story.teller.tell(say("Nothing of it was kept. Denis corrects both rows and sends all lists."))
    for each in story.teller.progress(say("Lists read and checked"), cast.LISTS):
        opened = story.do(open_runs, _opening(story, each, each.file_name))
        assert opened["run"] == each.reference, "the files of the bank bear the references of the runs"
    story.teller.tell(say("Denis may sign lists, but not his own:"))
    story.refuse(SecondPersonNeeded, sign_runs, SignRun(story.people["denis"], BOOK, cast.STAFF_LIST.reference, cast.LISTS_DAY))
    elorri = story.people["elorri"]
    story.do_all(sign_runs, [SignRun(elorri, BOOK, each.reference, cast.LISTS_DAY) for each in cast.LISTS])
    story.teller.tell(say("Elorri, a second person of the town, signs them. Each run has a reference for the payment orders:"))
    _tell_slips(story)


def _opening(story: Story, one: PaymentList, file_name: str) -> OpenRun:
    data = story.files[file_name]
    denis = story.people["denis"]
    return OpenRun(denis, BOOK, TOWN, one.kind, one.period, one.list_number, file_name, data, cast.LISTS_DAY)


def _tell_slips(story: Story) -> None:
    """What the town copies on its payment orders."""
    with story.database.reading() as connection:
        slips = [run_slip(UnitOfWork(connection), BOOK, each.reference) for each in cast.LISTS]
    rows = [
        (word("kind", slip.kind), slip.period, slip.list_number, slip.payment_count, euros(slip.total_cents), slip.reference)
        for slip in slips
    ]
    headings = (say("Kind of payment"), say("Period"), say("List"), say("Payments"), say("Amount"), say("Reference"))
    story.teller.table(headings, rows)
    story.teller.tell(say("To be paid to {holder}, {iban}.", holder=slips[0].account_holder, iban=slips[0].iban))


def send_a_list_again(story: Story) -> bool:
    """The same list again is answered with what it did: whether it was known."""
    return bool(story.do(open_runs, _opening(story, cast.STAFF_LIST, cast.STAFF_LIST.file_name))["repeated"])


def credit_too_early(story: Story) -> None:
    """Nothing is credited before the euros were seen on a bank statement."""
    story.teller.act(say("Crediting before the euros are there"))
    told = say("Ane tries to credit the thousand employees on the day of their pay, before any bank statement came:")
    story.teller.tell(told_on(cast.PAY_DAY, told))
    story.refuse(EurosNotSeen, credit_runs, CreditRun(story.people["ane"], BOOK, cast.STAFF_LIST.reference, cast.PAY_DAY))
