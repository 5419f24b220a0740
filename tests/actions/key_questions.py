"""Actions whose outcome a convention decides, each carried out in a world of its own; a question answers plain data."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.crediting import ReturnUncreditable, return_uncreditable
from monnaielocale.actions.mandates import RevokeMandate, draft_mandates, revoke_mandates
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.perform import plain
from monnaielocale.actions.redemptions import MemberDeparts, depart_members
from monnaielocale.actions.runs import SignRun, sign_runs
from monnaielocale.actions.shifts import begin_shift_at_desk
from monnaielocale.domain.actors import Actor
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.domain.people import PersonUnknown
from monnaielocale.domain.refusals import Refusal
from monnaielocale.formats.hledger import write_journal
from monnaielocale.formats.summary import summary_as_data
from monnaielocale.store.database import Database
from monnaielocale.store.exports import journal_of
from monnaielocale.store.people import add_person, set_password
from monnaielocale.store.runs import run_slip
from monnaielocale.store.sessions import log_in
from monnaielocale.store.summary import run_summary
from monnaielocale.store.unit_of_work import UnitOfWork
from tests.bank_files import Bank, imported, on, seen
from tests.desks import POOL, Pool
from tests.matching import credited, line_of, matched, proposed
from tests.towns import drafting, mandate_in_force, run_opened, run_signed
from tests.world import BOOK, MEMBER_IBAN, PEOPLE, TOWN, World

MAITE = "E00001"
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(slots=True)
class Scene(World):
    """A world to which people come when they are needed."""

    @classmethod
    def under(cls, database: Database, convention: str) -> "Scene":
        """The world under one convention, given as the text of its file."""
        administrator = add_person(database, login="administrator", name="Administrator", roles=["administrator"])
        scene = cls(database)
        load_convention(database, administrator, convention.encode(), scene.on)
        return scene

    def actor(self, login: str) -> Actor:
        try:
            return World.actor(self, login)
        except PersonUnknown:
            party, roles = next((party, roles) for known, party, roles in PEOPLE if known == login)
            return self.add(login, party, *roles)

    def official(self, **mandate: Any) -> None:
        """Maite takes her payments in local currency."""
        self.enrol(MAITE, "Maite Etxeberria", iban=MEMBER_IBAN)
        mandate_in_force(self, MAITE, **mandate)


Question = Callable[[Scene], Any]
ROW = (MAITE, "Maite Etxeberria", "300,00")


def outcome(database: Database, convention: str, question: Question) -> object:
    """The answer, or the refusal with its words; identifiers, which are new in every world, are left out."""
    try:
        answered = repr(plain(question(Scene.under(database, convention))))
    except Refusal as refusal:
        answered = f"{refusal.code}: {refusal} {[str(fault) for fault in getattr(refusal, 'faults', ())]}"
    return _IDENTIFIER.sub("identifier", answered)


def drafted(**terms: Any) -> Question:
    """A mandate is drafted in these terms."""

    def ask(scene: Scene) -> Any:
        scene.enrol(MAITE, "Maite Etxeberria")
        return scene.do(draft_mandates, drafting(scene, MAITE, **terms))

    return ask


def enrolled(scene: Scene) -> Any:
    """A member is enrolled."""
    return scene.enrol(MAITE, "Maite Etxeberria")


def enrolled_by_another_association(scene: Scene) -> Any:
    """Somebody of Le Cairn, which has a convention of its own, enrols a member in this book."""
    scene.load("grenoble-cairn.toml")
    stranger = scene.add("stranger", "le-cairn", "association_operator")
    return scene.do(enrol_members, EnrolMember(stranger, BOOK, MAITE, "person", "Maite Etxeberria", scene.on))


def run_entered(scene: Scene) -> Any:
    """The town enters its list."""
    scene.official()
    return run_opened(scene, ROW)


def grant_entered(scene: Scene) -> Any:
    """The town enters a grant that is paid for the year."""
    scene.official(kind="grant")
    return run_opened(scene, ROW, kind="grant", period="2026")


def run_signed_by_town(scene: Scene) -> Any:
    """The town's signer signs its list."""
    scene.official()
    return scene.do(sign_runs, SignRun(scene.actor("signer"), BOOK, run_opened(scene, ROW), scene.on))


def slip_shown(scene: Scene) -> Any:
    """The town reads where its euros go."""
    scene.official()
    run = run_opened(scene, ROW)
    with scene.database.reading() as connection:
        return run_slip(UnitOfWork(connection), BOOK, run)


def account_given(scene: Scene) -> Any:
    """The town reads the account of a run whose euros its bank booked on the sixth and that was credited on the ninth."""
    scene.official()
    run = run_signed(scene, ROW)
    scene.on = on(9)
    seen(scene, Bank(), (6, 300_00, f"VIR {run}"))
    matched(scene)
    credited(scene, run)
    with scene.database.reading() as connection:
        summary = run_summary(connection, book=BOOK, reference=run, explain=str, word=lambda _, code: code)
    return summary_as_data(summary)


def uncreditable_returned(scene: Scene) -> Any:
    """Maite revokes her mandate before her euros are credited, and they go back."""
    scene.official()
    run = run_signed(scene, ROW)
    scene.on = on(9)
    seen(scene, Bank(), (6, 300_00, f"VIR {run}"))
    matched(scene)
    scene.do(revoke_mandates, RevokeMandate(scene.actor("operator"), BOOK, "M-000001", on(7), "letter", scene.on))
    return scene.do(return_uncreditable, ReturnUncreditable(scene.actor("operator"), BOOK, run, scene.on))


def statement_imported(scene: Scene) -> Any:
    """The statement of the collection account is imported."""
    scene.on = on(9)
    return imported(scene, Bank().cfonb(1, 6, (6, 300_00, "VIR")))


def support_explained(scene: Scene) -> Any:
    """The first instalment of the town's support arrives and is said to be it."""
    scene.on = on(9)
    seen(scene, Bank(), (6, 25_000_00, "SUBVENTION"))
    return str(proposed(scene, line_of(scene, 25_000_00), PartGiven("grant", 25_000_00, party=TOWN, note="Printing of notes")))


def notes_printed(denomination_cents: int) -> Question:
    """Notes are printed."""
    return lambda scene: scene.move_notes("printed", (denomination_cents, 100 * denomination_cents))


def bought(scene: Scene, kind: str = "person") -> str:
    """A member who brought 100 units in notes to have them on account."""
    scene.enrol(MAITE, "Maite Etxeberria", kind, MEMBER_IBAN)
    scene.fund(MAITE, 100_00)
    return MAITE


def redeemed(scene: Scene) -> Any:
    """A business turns units back into euros."""
    return scene.redeem(bought(scene, "business"), 100_00)


def left_with_units(scene: Scene) -> Any:
    """A member leaves who still holds units."""
    return scene.do(depart_members, MemberDeparts(scene.actor("operator"), BOOK, bought(scene), scene.on, "moved away"))


def exported(scene: Scene) -> Any:
    """The book is written for another program."""
    bought(scene)
    with scene.database.reading() as connection:
        return write_journal(journal_of(connection, BOOK)).decode()


def desk_opened(scene: Scene) -> Any:
    """The town opens its pool."""
    return Pool(scene).open()


def float_received(scene: Scene) -> Any:
    """The pool gets its float."""
    return Pool.opened(scene).receive(150_00)


def float_exchanged(scene: Scene) -> Any:
    """Fifty euros of the pool's float become notes in its second till."""
    pool = Pool.opened(scene)
    pool.receive(140_00)
    scene.move_notes("printed", (5_00, 100_00))
    return pool.exchange((5_00, 10), till="till-2")


def shift_begun(scene: Scene) -> Any:
    """A clerk's session at the pool begins to last the shift."""
    Pool.opened(scene)
    set_password(scene.database, "pool-clerk", "a long enough password", scene.actor("administrator"))
    given = log_in(scene.database, login="pool-clerk", password="a long enough password", address="192.0.2.1")
    return begin_shift_at_desk(scene.database, given.caller, desk=POOL, code="4071", on=scene.on).idle_minutes
