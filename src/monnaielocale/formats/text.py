"""Text as banks write it, UTF-8 with or without its mark or Windows-1252, read in pieces to keep memory small."""

import codecs
import re
import unicodedata
from io import BytesIO, TextIOWrapper

from ..domain.refusals import Refusal

ENCODINGS = {"utf-8": "utf-8-sig", "cp1252": "cp1252", "iso8859-15": "iso8859-15"}
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]+")
_PIECE_BYTES = 1 << 20


class TextEncodingUnknown(Refusal):
    """The text of this file can be read neither as UTF-8 nor as Windows-1252: save it as UTF-8 and try again."""

    code = "text_encoding_unknown"


def is_utf8(data: bytes) -> bool:
    """True when every byte fits UTF-8. Accented Windows-1252 text practically never does. Nothing is copied whole."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _PIECE_BYTES):
            decoder.decode(data[start : start + _PIECE_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(data: bytes) -> str:
    """`utf-8-sig` (which also reads UTF-8 without a mark) or `cp1252`. Refuses anything else (TextEncodingUnknown)."""
    if data.startswith(_WIDE_MARKS) or b"\x00" in data:
        raise TextEncodingUnknown()
    if is_utf8(data):
        return "utf-8-sig"
    if data.translate(None, b"\x81\x8d\x8f\x90\x9d") != data:
        raise TextEncodingUnknown()
    return "cp1252"


def open_text(data: bytes, encoding: str | None = None) -> TextIOWrapper:
    """The text of a file, read piece by piece, with its line ends as they are, for `csv.reader`.

    An encoding that somebody chose (one of ENCODINGS) is believed unless the bytes cannot be it (TextEncodingUnknown).
    """
    found = encoding_of(data)
    if encoding is not None and ENCODINGS[encoding] != found:
        if found == "cp1252" and encoding == "utf-8":
            raise TextEncodingUnknown()
        found = ENCODINGS[encoding]
    return TextIOWrapper(BytesIO(data), encoding=found, errors="replace", newline="")


def plain(written: str) -> str:
    """One line of printable text: composed (NFC), without control or direction characters, with single spaces."""
    if written.isascii() and written.isprintable():
        if " " not in written:
            return written
    else:
        written = _UNPRINTED.sub(" ", unicodedata.normalize("NFC", written))
    return " ".join(written.split())
