"""Reading a convention's file: all of its faults at once, each with its line and key, or the convention."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from ..payments.periods import PeriodKind
from ..refusals import Refusal
from . import faults as reasons
from .convention import (
    AccountPurpose,
    Convention,
    ConventionVersion,
    canonical_text,
    enclosing_keys,
    version_from_canonical,
    with_ending,
)
from .faults import ConventionFault, ConventionFaults
from .lines import Path, key_text, toml_lines, visible
from .schema import CONVENTION, TARIFF, Check, Named, Node, Rows, Table, Value, Values, suggestion, text_check
from .tariffs import tariff_faults

MOST_BYTES = 128 * 1024
# The standard library's parser takes a time that grows with the square of a dotted key's length; no honest line is as long.
MOST_CHARACTERS_IN_LINE = 1000
# A version may stop after it was loaded, and a source may be completed: neither is part of what is frozen.
NOT_FROZEN = ("suspended_on", "ended_on")
SOURCES = "sources"
_SOURCE = re.compile(r"S: \S.*|illustrative(?:: \S.*)?")
_SOURCE_TEXT = text_check(300)
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_convention(data: bytes) -> Convention:
    """The convention that a TOML file describes; ConventionFaults with every fault of the file otherwise."""
    text = _text(data)
    document, lines = _parsed(text)
    faults = _Faults(lines)
    sources = _take_sources(document)
    content = _read_table(CONVENTION, document, (), faults)
    versions = content.get("versions", [])
    for number, (version, named) in enumerate(zip(versions, sources, strict=False)):
        _check_version(version, ("versions", number), faults)
        _check_sources(document["versions"][number], named, ("versions", number), faults)
    _check_order(versions, faults)
    _check_same_parties(versions, faults)
    faults.refuse()
    return Convention(tuple(_version(version, named) for version, named in zip(versions, sources, strict=True)))


class _Faults:
    """The faults found so far, and the lines to find them on."""

    def __init__(self, lines: dict[Path, int]) -> None:
        self.lines = lines
        self.found: list[ConventionFault] = []

    def add(self, path: Path, reason: Refusal, value: object = "") -> None:
        """A key that is missing is said on the line of what should contain it."""
        near = (path[:length] for length in range(len(path), 0, -1))
        line = next((self.lines[each] for each in near if each in self.lines), 1)
        self.found.append(ConventionFault(line, key_text(path), _shown(value), reason))

    def suggest(self, written: str, known: Collection[str]) -> str | None:
        """Likeness takes time, and a file with so many faults or keys is no convention with a slip of the pen."""
        return suggestion(written, sorted(known)) if len(self.found) < 200 and len(known) < 500 else None

    def refuse(self) -> None:
        if self.found:
            raise ConventionFaults(tuple(sorted(self.found, key=lambda fault: fault.line)))


def _shown(value: object) -> str:
    shown = value.isoformat() if isinstance(value, date) else visible(value[:100]) if isinstance(value, str) else repr(value)
    return shown if len(shown) <= 80 else f"{shown[:79]}…"


def _alone(line: int, reason: Refusal, value: str = "") -> ConventionFaults:
    return ConventionFaults((ConventionFault(line, "", _shown(value), reason),))


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _alone(1, reasons.ConventionTooLarge(most_bytes=MOST_BYTES))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _alone(data.count(b"\n", 0, error.start) + 1, reasons.ConventionNotUtf8()) from None
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MOST_CHARACTERS_IN_LINE:
            raise _alone(number, reasons.LineTooLong(most_characters=MOST_CHARACTERS_IN_LINE), line)
    return text


def _parsed(text: str) -> tuple[dict[str, Any], dict[Path, int]]:
    try:
        return tomllib.loads(text), toml_lines(text)
    except ValueError as error:
        detail = str(error)
        at = _AT_LINE.search(detail)
        line = int(at[1]) if at and at[1] else text.rstrip("\n").count("\n") + 1
        shown = text.split("\n")[line - 1] if line <= text.count("\n") + 1 else ""
        raise _alone(line, reasons.TomlUnreadable(detail=_AT_LINE.sub("", detail)[:200]), shown.strip()) from None
    except RecursionError:
        raise _alone(1, reasons.NestedTooDeeply()) from None


def _take_sources(document: dict[str, Any]) -> list[Any]:
    """The sources of each version, taken out of the document: they speak about values and are none."""
    versions = document.get("versions")
    if not isinstance(versions, list):
        return []
    return [version.pop(SOURCES, None) if isinstance(version, dict) else None for version in versions]


def _read(node: Node, value: object, path: Path, faults: _Faults) -> Any:
    """The value in its only form; what is faulty is left out and noted."""
    if isinstance(node, Value):
        return _checked(node.check, value, path, faults)
    if isinstance(node, Values):
        return _read_values(node, value, path, faults)
    if isinstance(node, Rows):
        return _read_rows(node, value, path, faults)
    if not isinstance(value, dict):
        faults.add(path, reasons.NotTable(), value)
        return None
    return _read_named(node, value, path, faults) if isinstance(node, Named) else _read_table(node, value, path, faults)


def _checked(check: Check, value: object, path: Path, faults: _Faults) -> Any:
    try:
        return check(value)
    except Refusal as reason:
        faults.add(path, reason, value)
        return None


def _read_values(node: Values, value: object, path: Path, faults: _Faults) -> list[Any] | None:
    if not isinstance(value, list):
        faults.add(path, reasons.NotList(), value)
        return None
    if not value:
        faults.add(path, reasons.ListEmpty())
    checked = [_checked(node.check, each, (*path, number), faults) for number, each in enumerate(value)]
    if node.ordered:
        return checked
    _check_no_twins((((*path, number), each) for number, each in enumerate(checked)), faults)
    return sorted({each for each in checked if each is not None})


def _read_rows(node: Rows, value: object, path: Path, faults: _Faults) -> list[Any] | None:
    if not isinstance(value, list):
        faults.add(path, reasons.NotList(), value)
        return None
    if not value:
        faults.add(path, reasons.ListEmpty())
    return [_read(node.table, each, (*path, number), faults) or {} for number, each in enumerate(value)]


def _read_named(node: Named, value: dict[str, Any], path: Path, faults: _Faults) -> dict[str, Any]:
    read = {}
    for name, each in value.items():
        if name in node.names:
            read[name] = _read(node.node, each, (*path, name), faults)
        else:
            _add_unknown(name, node.names, (*path, name), faults)
    return read


def _read_table(node: Table, value: dict[str, Any], path: Path, faults: _Faults) -> dict[str, Any]:
    read = {}
    for key, each in value.items():
        if key in node.keys:
            read[key] = _read(node.keys[key], each, (*path, key), faults)
        else:
            _add_unknown(key, node.keys, (*path, key), faults)
    for key, inner in node.keys.items():
        if inner.required and key not in value:
            faults.add((*path, key), reasons.KeyMissing())
    return {key: each for key, each in read.items() if each is not None}


def _add_unknown(key: str, known: Collection[str], path: Path, faults: _Faults) -> None:
    near = faults.suggest(key, known)
    faults.add(path, reasons.KeyMisspelt(suggestion=near) if near else reasons.KeyUnknown(), key)


def _check_version(version: dict[str, Any], path: Path, faults: _Faults) -> None:
    """What the keys of one version must be together."""
    issuer = (*path, "parties", "issuer")
    if issuer in faults.lines and ((*issuer, "siren") in faults.lines) == ((*issuer, "rna") in faults.lines):
        faults.add(issuer, reasons.IdentifierNotOne())
    accounts = version.get("bank_accounts") or []
    if (
        accounts
        and all("purpose" in each for each in accounts)
        and AccountPurpose.RESERVE not in [each["purpose"] for each in accounts]
    ):
        faults.add((*path, "bank_accounts"), reasons.ReserveAbsent())
    for rows, key in (("bank_accounts", "iban"), ("support_grants", "label"), ("desks", "code"), ("desks", "prefix")):
        values = enumerate(version.get(rows) or [])
        _check_no_twins((((*path, rows, number, key), each.get(key)) for number, each in values), faults)
    for number, desk in enumerate(version.get("desks") or []):
        where = (*path, "desks", number)
        _check_no_twins((((*where, "tills", place), till) for place, till in enumerate(desk.get("tills") or [])), faults)
        _check_tariffs(desk.get("tariffs") or [], (*where, "tariffs"), faults)
    for kind, rules in (version.get("kinds") or {}).items():
        if rules and "pay_day" in rules and rules.get("period") == PeriodKind.ONCE:
            faults.add((*path, "kinds", kind, "pay_day"), reasons.PayDayNeedsMonths(), rules["pay_day"])
    if version.get("kinds"):
        for key in ("crediting", "runs", "uncreditable"):
            if key not in version and (*path, key) not in faults.lines:
                faults.add((*path, key), reasons.KeyMissingForPayments())


def _check_tariffs(tariffs: list[dict[str, Any]], path: Path, faults: _Faults) -> None:
    rows = range(len(tariffs))
    written = [{key for key in TARIFF.keys if (*path, number, key) in faults.lines} for number in rows]
    for where, reason, value in tariff_faults(tariffs, written):
        faults.add((*path, *where), reason, value)


def _check_no_twins(values: Iterable[tuple[Path, Any]], faults: _Faults) -> None:
    seen: set[Any] = set()
    for path, value in values:
        if value is not None and value in seen:
            faults.add(path, reasons.ListedTwice(), value)
        seen.add(value)


def _check_order(versions: list[dict[str, Any]], faults: _Faults) -> None:
    for number, version in enumerate(versions):
        begun = version.get("in_force_on")
        if begun is not None:
            _check_ends(version, number, begun, faults)
    for number, (version, following) in enumerate(pairwise(versions)):
        begun, amended = version.get("in_force_on"), following.get("in_force_on")
        if begun is None or amended is None:
            continue
        if amended <= begun:
            out_of_order = reasons.VersionsOutOfOrder(earlier_on=date.fromisoformat(begun))
            faults.add(("versions", number + 1, "in_force_on"), out_of_order, amended)
            continue
        for key in NOT_FROZEN:
            if version.get(key, begun) > amended:
                late = reasons.EndsAfterAmendment(amended_on=date.fromisoformat(amended))
                faults.add(("versions", number, key), late, version[key])


def _check_ends(version: dict[str, Any], number: int, begun: str, faults: _Faults) -> None:
    for key in NOT_FROZEN:
        if version.get(key, begun) < begun:
            early = reasons.EndsBeforeInForce(in_force_on=date.fromisoformat(begun))
            faults.add(("versions", number, key), early, version[key])


def _check_same_parties(versions: list[dict[str, Any]], faults: _Faults) -> None:
    """The codes name the convention for ever; a party's name or register number may change by amendment."""
    wheres = (
        ("parties", "issuer", "code"),
        ("parties", "issuer", "book"),
        ("parties", "public_body", "code"),
        ("currency", "code"),
    )
    for where in wheres:
        first = _at(versions[0], where) if versions else None
        for number, version in enumerate(versions[1:], 1):
            value = _at(version, where)
            if first is not None and value is not None and value != first:
                faults.add(("versions", number, *where), reasons.AmendmentOfAnother(first=first), value)


def _at(version: dict[str, Any], where: tuple[str, ...]) -> Any:
    found: Any = version
    for key in where:
        found = (found or {}).get(key)
    return found


def _check_sources(version: object, sources: object, path: Path, faults: _Faults) -> None:
    """Every value of a version but its label has a source, its own or that of something that contains it."""
    if not isinstance(version, dict):
        return
    here = (*path, SOURCES)
    if not isinstance(sources, dict):
        faults.add(here, reasons.KeyMissing() if sources is None else reasons.NotTable())
        return
    values = [key for key in _value_paths(version, ()) if key != ("label",)]
    known = {key for value in values for key in enclosing_keys(value)}
    for key, source in sources.items():
        if key not in known:
            near = faults.suggest(key, known)
            faults.add((*here, key), reasons.SourceMisspelt(suggestion=near) if near else reasons.SourceOfNothing(), key)
        elif _checked(_SOURCE_TEXT, source, (*here, key), faults) and not _SOURCE.fullmatch(source):
            faults.add((*here, key), reasons.SourceUnreadable(), source)
    faulty = {fault.key for fault in faults.found}
    for value in values:
        if key_text((*path, *value)) not in faulty and not any(key in sources for key in enclosing_keys(value)):
            faults.add((*path, *value), reasons.SourceMissing())


def _value_paths(content: Any, path: Path) -> Iterator[Path]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _value_paths(value, (*path, key))
    elif isinstance(content, list) and any(isinstance(each, dict) for each in content):
        for number, value in enumerate(content):
            yield from _value_paths(value, (*path, number))
    else:
        yield path


def _version(content: dict[str, Any], sources: dict[str, str]) -> ConventionVersion:
    frozen = {key: value for key, value in content.items() if key not in NOT_FROZEN}
    version = replace(version_from_canonical(canonical_text(frozen)), sources=tuple(sources.items()))
    suspended_on, ended_on = (date.fromisoformat(content[key]) if key in content else None for key in NOT_FROZEN)
    return with_ending(version, suspended_on=suspended_on, ended_on=ended_on)
