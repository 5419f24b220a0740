"""Text that people and programs send us, in the one form in which it is kept."""

import unicodedata

from .refusals import Refusal

# All of Unicode's spaces (category Zs) beside the ordinary one: no-break, narrow no-break, thin and their like.
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")


class TextUnacceptable(Refusal):
    """The text {written} holds the character {character}, which nobody can see: type it again without it."""

    code = "text_unacceptable"


class TextTooLong(TextUnacceptable):
    """The text {written} is too long: at most {most} characters."""

    code = "text_too_long"


def clean_text(value: str, *, max_length: int) -> str:
    """The text composed (NFC), with ordinary spaces and none at its ends; it may be empty.

    Control characters (a NUL breaks PostgreSQL), lone surrogates, orders that turn the writing direction and other invisible
    characters raise TextUnacceptable: dropped silently, they would make two different texts look the same. Raises TextTooLong.
    """
    text = value.strip()
    if not (text.isascii() and text.isprintable()):
        text = _composed(text)
    if len(text) > max_length:
        raise TextTooLong(written=shown_text(text), most=max_length)
    return text


def _composed(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():
        return composed
    spaced = composed.translate(_SPACES)
    hidden = next((character for character in spaced if not character.isprintable()), None)
    if hidden is not None:
        raise TextUnacceptable(written=shown_text(composed), character=f"U+{ord(hidden):04X}")
    return spaced


def shown_text(value: str, *, most: int = 80) -> str:
    """The beginning of any text as it can be shown, logged and stored: a replacement character stands for what cannot."""
    return "".join(character if character.isprintable() else "\ufffd" for character in value[:most])
