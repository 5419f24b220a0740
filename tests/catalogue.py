"""Every sentence and every code that people may read, found in the code itself, to compare with the catalogue."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import get_args

import monnaielocale
import monnaielocale.api
from monnaielocale.domain import chart, notes, people, progress, proof, reversals
from monnaielocale.domain.conventions import convention
from monnaielocale.domain.desks import charters, days, envelopes, payment_requests, remittances, sessions, staff
from monnaielocale.domain.explaining import facts as explanation_facts
from monnaielocale.domain.matching import reasons as matching_reasons
from monnaielocale.domain.matching import values as matching_values
from monnaielocale.domain.members import MEMBER_KINDS
from monnaielocale.domain.payments import crediting, mandates, run_states
from monnaielocale.domain.refusals import every_refusal
from monnaielocale.store.queries import query_names

SOURCES = Path(monnaielocale.__file__).parent
API = Path(monnaielocale.api.__file__).parent
# Event kinds that the code composes or passes on instead of writing them where the event is made.
COMPOSED_EVENTS = (
    "statement_held",
    "statement_imported",
    "match_proposed",
    "match_rejected",
    "opening_prepared",
    "opening_signed",
    "run_cancelled",
    "run_closed",
    "run_checked",
    "run_signed",
    "run_accounted_for",
    *(f"float_{act}" for act in ("received", "lowered", "exchanged", "exchanged_back")),
    *("envelope_prepared", "envelope_handed", "envelope_counted", "digital_takings_redeemed"),
    *("remittance_confirmed", "takings_accounted", "refund_paid_by_town"),
    *("notes_between_tills", "to_the_safe", "from_the_safe", "paid_in", "other_means_paid_in"),
    *(f"desk_day_{act}" for act in ("opened", "closed", "sealed")),
    "desk_period_closed",
    "desk_handed_over",
    "desk_taken_over",
    *(f"till_session_{act}" for act in ("opened", "taken_over", "counted", "closed")),
    *(f"receipt_{act}" for act in ("taken", "entered_late", "cancelled", "duplicated", "refunded")),
    "payment_requested",
    "payment_request_withdrawn",
    "payment_approved",
    "payment_confirmed_elsewhere",
    *(f"notes_{kind}" for kind in notes.NotesKind),
    *(f"mandate_{act}" for act in ("drafted", "signed", "accepted", "revoked", "ended")),
    reversals.REVERSAL,
    *reversals.UNDONE_BY,
)
PART_FIELDS = ("payment_id", "party", "transfer_due_id", "other_line_id")

Key = tuple[str, str]


def import_everything() -> None:
    """Import every module of the package, so that every refusal is known."""
    for package in (monnaielocale, monnaielocale.api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def expected_keys() -> dict[Key, str]:
    """What the catalogue must hold, as (context, key), and where each stands."""
    import_everything()
    found: dict[Key, str] = {}
    for place, context, key in [*_sentences(), *_codes()]:
        found.setdefault((context, key), place)
    return found


def _sentences() -> Iterator[tuple[str, str, str]]:
    for refusal in every_refusal():
        if refusal.__module__.startswith("monnaielocale"):
            yield refusal.__module__, "", refusal.template()
    for name, sentence in vars(matching_reasons).items():
        if name.isupper() and isinstance(sentence, str):
            yield "matching_reasons", "", sentence
    for sentence in proof.CAUSES.values():
        yield "proof", "", sentence
    for role in chart.ROLES.values():
        yield "chart", "", role.title
    yield from _written_in_calls()


def _written_in_calls() -> Iterator[tuple[str, str, str]]:
    """The first argument of say, Reason and Notice; labels of entries and kinds of events have contexts of their own."""
    for path in sorted((*SOURCES.rglob("*.py"), *API.rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                context, at = _wording(node)
                if context is None or len(node.args) <= at:
                    continue
                given = node.args[at]
                given = constants.get(given.id, given) if isinstance(given, ast.Name) else given
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield path.name, context, given.value


def _wording(call: ast.Call) -> tuple[str | None, int]:
    """The context of what a call words, and which of its arguments is the key."""
    name = ast.unparse(call.func)
    if name in ("say", "words.say", "Reason", "Notice"):
        return "", 0
    if name in ("Entry", "Entry.of"):
        return "entry", 1
    if name == "Event":
        return "event", 2
    return None, 0


def _codes() -> Iterator[tuple[str, str, str]]:
    enumerations: dict[str, list[type[StrEnum]]] = {
        "kind": [explanation_facts.PartKind, convention.PaymentKind, charters.Instrument],
        "role": [staff.Rank],
        "share_mode": [convention.ShareMode],
        "state": [
            mandates.MandateState,
            run_states.RunState,
            run_states.PaymentState,
            sessions.SessionState,
            days.DayState,
            envelopes.EnvelopeState,
            remittances.RemittanceState,
            payment_requests.RequestState,
        ],
        "set_aside": [crediting.SetAside],
        "form": [chart.Form],
        "who": [convention.Redeemer],
        "party_kind": [convention.Enterer],
        "step": [progress.Step],
    }
    for context, given in enumerations.items():
        for each in given:
            yield from (("domain", context, str(code)) for code in each)
    plain: dict[str, list[str]] = {
        "role": list(people.PARTY_KINDS_OF_ROLES),
        "kind": [*MEMBER_KINDS, "cash", *get_args(matching_values.Kind)],
        "state": ["proposed", "confirmed", "rejected", "undone"],
        "field": list(PART_FIELDS),
        "event": list(COMPOSED_EVENTS),
        "undone_by": list(reversals.UNDONE_BY.values()),
        "rule": ["chain", *(name.removeprefix("check_") for name in query_names() if name.startswith("check_"))],
        "outcome": ["imported", "held", "known"],
    }
    for context, codes in plain.items():
        yield from (("domain", context, code) for code in codes)
