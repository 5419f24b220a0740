"""The complements of a CFONB120 movement (enregistrement 05): a code of three characters and up to 70 characters of text."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..text import plain

_LABELS = ("LIB", "LCC", "LC2", "LCS")
_REFERENCE = "REF"
_CLIENT_REFERENCE = "RCN"
_DEBTOR, _CREDITOR = "NPY", "NBE"
_NO_REFERENCE = ("NOTPROVIDED", "NON PRECISE")


@dataclass(frozen=True, slots=True)
class Complement:
    """One complement as it stands in the file, its text still 70 characters wide."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the complements of one movement say together."""

    counterparty: str
    details: tuple[str, ...]
    references: tuple[str, ...]


def complement_of(record: str) -> Complement | None:
    """The complement of a padded record, or None for a blank one."""
    code, text = record[45:48], record[48:118]
    return Complement(code, text) if (code + text).strip() else None


def told_by(complements: Sequence[Complement], *, arriving: bool) -> Told:
    """Counterparty, texts and references, in the order of the file.

    The counterparty is the debtor (NPY) of euros that arrive and the creditor (NBE) of euros that leave, else the other one,
    since banks use both for either. Label texts stand alone; any other text keeps its code in front, known to us or not.
    """
    counterparty_at = _counterparty_at(complements, arriving=arriving)
    details: list[str] = []
    references: list[str] = []
    for position, complement in enumerate(complements):
        text = plain(complement.text)
        if position == counterparty_at:
            continue
        if complement.code == _REFERENCE:
            references.append(text)
        elif complement.code == _CLIENT_REFERENCE:
            references.append(plain(complement.text[:35]))
            details.append(plain(complement.text[35:]))
        elif complement.code in _LABELS:
            details.append(text)
        else:
            details.append(f"{complement.code.strip()} {text}".strip())
    return Told(
        counterparty=plain(complements[counterparty_at].text) if counterparty_at is not None else "",
        details=tuple(detail for detail in details if detail),
        references=tuple(reference for reference in references if reference and reference not in _NO_REFERENCE),
    )


def _counterparty_at(complements: Sequence[Complement], *, arriving: bool) -> int | None:
    for code in (_DEBTOR, _CREDITOR) if arriving else (_CREDITOR, _DEBTOR):
        for position, complement in enumerate(complements):
            if complement.code == code and complement.text.strip():
                return position
    return None
