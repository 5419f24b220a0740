"""What people read, in their language.

Sentences stand in the code in English, with the values they name in braces, and are the keys of a catalogue that says them in
French. Codes such as roles and states have their words in the same catalogue, under a context of their own (`msgctxt`).
"""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from .domain.files import Notice
from .domain.money import Money, cents_from_text, decimal_of
from .domain.reasons import Reason
from .domain.refusals import Refusal

FRENCH, ENGLISH = "fr", "en"
# Babel writes amounts and dates of these languages of France in a way that nobody there does.
FORMATTED_LIKE = {"oc": "fr", "co": "fr"}
# Values that are codes, and the contexts under which the catalogue has words for them.
CODED = {
    "event_kind": ("event",),
    "field": ("field",),
    "form": ("form",),
    "kind": ("kind", "event"),
    "party_kind": ("party_kind",),
    "role": ("role",),
    "roles": ("role",),
    "share_mode": ("share_mode",),
    "state": ("state",),
    "undone_by": ("undone_by",),
    "who": ("who",),
}
# Values that name several codes in one text.
SEVERAL = frozenset({"roles"})
# Values that people or files wrote are shown as they stand, even when they look like an amount of ours.
AS_WRITTEN = frozenset({"written", "value", "detail", "label", "name", "suggestion", "choices", "heading", "headings"})
COUNTS = frozenset({"count", "least", "most", "limit", "size_bytes", "limit_bytes", "most_bytes", "most_characters"})
PARIS = ZoneInfo("Europe/Paris")

_AMOUNT = re.compile(r"-?\d+\.\d\d", re.ASCII)
_language: ContextVar[str] = ContextVar("language", default=FRENCH)


def speak(language: str) -> None:
    """Say everything from here on in this language; one without a catalogue is answered in French."""
    _language.set(language if _is_spoken(language) else FRENCH)


def say(msgid: str, /, **values: Any) -> str:
    """The sentence in the language that is spoken, with its values as that language writes them."""
    return _translated(msgid).format(**{name: shown(value, name) for name, value in values.items()})


def explain(told: Refusal | Reason | Notice) -> str:
    """A refusal, the reason of a proposal or a notice, as people read it."""
    if isinstance(told, Refusal):
        return say(told.template(), **told.values)
    return say(told.msgid if isinstance(told, Reason) else told.message, **told.values)


def word(context: str, code: str) -> str:
    """What people call something that has a code: a role, a state, a kind; the code itself when the catalogue has no word."""
    return _catalogue(_language.get()).get((context, code), code)


def shown(value: Any, name: str = "") -> str:
    """One value as the language writes it: `1 234,56 €`, 31/12/2026, a list with its conjunction; `name` says what it is."""
    if isinstance(value, Refusal | Reason | Notice):
        return explain(value)
    if isinstance(value, Money):
        return str(format_currency(decimal_of(value.cents), value.currency, locale=_formats()))
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, datetime):
        return str(format_datetime(value, "dd/MM/yyyy HH:mm", tzinfo=PARIS, locale=_formats()))
    if isinstance(value, date):
        return str(format_date(value, "dd/MM/yyyy", locale=_formats()))
    if isinstance(value, int) and name in COUNTS:
        return str(format_decimal(value, locale=_formats()))
    if isinstance(value, list | tuple | set | frozenset):
        each = [shown(one, name) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
        return str(format_list(each, locale=_formats()))
    return _shown_text(value.value if isinstance(value, Enum) else value, name)


def refusal_as_problem(refusal: Refusal) -> dict[str, Any]:
    """A refusal for programs: its code, its sentence, its values as JSON can hold them, and each fault when it has several."""
    problem = {"code": refusal.code, "message": explain(refusal), "values": _plain_values(refusal.values)}
    faults = getattr(refusal, "faults", None)
    return problem if faults is None else problem | {"faults": [fault_as_data(fault) for fault in faults]}


def fault_as_data(fault: Any) -> dict[str, Any]:
    """One fault of a file: where it stands and what was found, with the code and the sentence of its reason."""
    if isinstance(fault, Refusal):
        return refusal_as_problem(fault)
    place: dict[str, Any] = {}
    for declared in fields(fault):
        value = getattr(fault, declared.name)
        place |= refusal_as_problem(value) if isinstance(value, Refusal) else {declared.name: _plain(value)}
    place.pop("values", None)
    return place


def catalogue_languages() -> list[str]:
    """The languages that have a catalogue."""
    folder = files("monnaielocale") / "locale"
    return sorted(each.name for each in folder.iterdir() if _catalogue_file(each.name).is_file())


def _catalogue_file(language: str) -> Any:
    return files("monnaielocale") / "locale" / language / "LC_MESSAGES" / "monnaielocale.po"


@cache
def _is_spoken(language: str) -> bool:
    return language == ENGLISH or bool(_catalogue_file(language).is_file())


@cache
def _catalogue(language: str) -> Mapping[tuple[str, str], str]:
    """The translations of a language by context and key, read once from its file."""
    if language == ENGLISH:
        return {}
    read = read_po(BytesIO(_catalogue_file(language).read_bytes()), locale=language)
    return {(message.context or "", str(message.id)): str(message.string) for message in read if message.id and message.string}


def _translated(msgid: str) -> str:
    return _catalogue(_language.get()).get(("", msgid), msgid)


def _formats() -> str:
    language = _language.get()
    return FORMATTED_LIKE.get(language, language)


def _shown_text(value: Any, name: str) -> str:
    text = "" if value is None else str(value)
    if name in SEVERAL:
        return str(format_list([_coded(code, name) for code in text.split(", ")], locale=_formats())) if text else ""
    if name in CODED:
        return _coded(text, name)
    if name not in AS_WRITTEN and _AMOUNT.fullmatch(text):
        return str(format_decimal(decimal_of(cents_from_text(text)), "#,##0.00", locale=_formats()))
    return text


def _coded(code: str, name: str) -> str:
    known = _catalogue(_language.get())
    return next((known[context, code] for context in CODED[name] if (context, code) in known), code)


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items() if name != "faults"}


def _plain(value: Any) -> Any:
    """A value as JSON can hold it, whatever a refusal was given."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Money):
        return {"amount_cents": value.cents, "currency": value.currency}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Refusal):
        return refusal_as_problem(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(content) for name, content in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {declared.name: _plain(getattr(value, declared.name)) for declared in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, Iterable) else str(value)
