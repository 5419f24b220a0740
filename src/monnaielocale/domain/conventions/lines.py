"""Where each key of a TOML document stands: the parser gives the values, this gives the lines.

The text has already been read by a TOML parser, so what is scanned here is known to be well formed; nothing is validated twice.
"""

import re
from bisect import bisect_left

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_BLANK = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}\r\n#]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def key_text(path: Path) -> str:
    """A path as people write it: `versions[2].account_numbers."circulation.digital"`; lists count from one."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            bare = part if _BARE.fullmatch(part) else '"' + visible(part.replace("\\", "\\\\").replace('"', '\\"')) + '"'
            text += f".{bare}" if text else bare
    return text


def visible(text: str) -> str:
    """The text with every character that is not printed written as its escape, safe to show on a terminal."""
    return "".join(character if character.isprintable() else f"\\u{ord(character):04X}" for character in text)


def toml_lines(text: str) -> dict[Path, int]:
    """The line, counted from one, on which each table, key, array element and inline key of a well-formed TOML text begins."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.ends = [found.start() for found in re.finditer("\n", text)]
        self.lines: dict[Path, int] = {}
        self.lengths: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self.skip(_BETWEEN)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BETWEEN)
        return self.lines

    def header(self) -> Path:
        line = self.line()
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *outer, last = self.key()
        self.at += brackets
        path: Path = ()
        for part in outer:
            path = self.inside(self.mark((*path, part), line))
        path = self.mark((*path, last), line)
        if brackets == 1:
            return path
        self.lengths[path] = self.lengths.get(path, 0) + 1
        return self.mark(self.inside(path), line)

    def inside(self, path: Path) -> Path:
        """A header that passes through an array of tables speaks of its last table."""
        return (*path, self.lengths[path] - 1) if path in self.lengths else path

    def pair(self, table: Path) -> None:
        line = self.line()
        path = table
        for part in self.key():
            path = self.mark((*path, part), line)
        self.at = self.text.index("=", self.at) + 1
        self.skip(_BLANK)
        self.value(path)

    def value(self, path: Path) -> None:
        start = self.text[self.at]
        if start == "[":
            self.array(path)
        elif start == "{":
            self.inline_table(path)
        elif start in "\"'":
            self.string()
        else:
            self.skip(_SCALAR)

    def array(self, path: Path) -> None:
        self.at += 1
        self.skip(_BETWEEN)
        number = 0
        while self.text[self.at] != "]":
            self.value(self.mark((*path, number), self.line()))
            self.next_element()
            number += 1
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.skip(_BETWEEN)
        while self.text[self.at] != "}":
            self.pair(path)
            self.next_element()
        self.at += 1

    def next_element(self) -> None:
        self.skip(_BETWEEN)
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_BETWEEN)

    def key(self) -> list[str]:
        parts = []
        while True:
            self.skip(_BLANK)
            if self.text[self.at] in "\"'":
                parts.append(self.string())
            else:
                parts.append(self.skip(_BARE))
            self.skip(_BLANK)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def string(self) -> str:
        """Steps over a string of any of the four kinds; the content returned is exact for those that may be keys."""
        quote = self.text[self.at]
        marks = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at + len(marks)
        end = start
        while not self.text.startswith(marks, end):
            end += 2 if quote == '"' and self.text[end] == "\\" else 1
        # A multi-line string may end in one or two quotation marks of its own, just before the closing three.
        while len(marks) == 3 and self.text.startswith(marks, end + 1):
            end += 1
        self.at = end + len(marks)
        content = self.text[start:end]
        return content if quote == "'" else _ESCAPE.sub(_unescaped, content)

    def skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None, "the text was not well-formed TOML"
        self.at = found.end()
        return found.group()

    def mark(self, path: Path, line: int) -> Path:
        self.lines.setdefault(path, line)
        return path

    def line(self) -> int:
        return bisect_left(self.ends, self.at) + 1


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])
