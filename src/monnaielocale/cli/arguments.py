"""What commands are given: files, days and amounts as people type them, and the options that many commands share."""

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ..domain.money import cents_from_text
from ..domain.refusals import Refusal
from ..words import PARIS, say
from .answers import remember_json
from .teaching import argument, flag, option

# More than any reader accepts, so that the reader says what is too much.
READ_AT_MOST_BYTES = 64 * 1024 * 1024


class ArgumentRefused(Refusal):
    """The command cannot be understood."""

    code = "argument_refused"


class FileMissing(ArgumentRefused):
    """There is no file {file}."""

    code = "file_missing"


class FileIsFolder(ArgumentRefused):
    """{file} is a folder and not a file."""

    code = "file_is_folder"


class FileUnreadable(ArgumentRefused):
    """The file {file} cannot be read: {reason}."""

    code = "file_unreadable"


class FileUnwritable(ArgumentRefused):
    """The file {file} cannot be written: {reason}."""

    code = "file_unwritable"


class IdentifierUnreadable(ArgumentRefused):
    """{written} is not an identifier: copy it from the list that shows it."""

    code = "identifier_unreadable"


class DayNotUnderstood(ArgumentRefused):
    """{written} is not a day: write it like 2026-01-31 or 31/01/2026."""

    code = "day_not_understood"


def read_file(path: Path) -> bytes:
    """The bytes of a file; raises FileMissing, FileIsFolder and FileUnreadable."""
    try:
        with path.open("rb") as file:
            return file.read(READ_AT_MOST_BYTES)
    except FileNotFoundError:
        raise FileMissing(file=str(path)) from None
    except IsADirectoryError:
        raise FileIsFolder(file=str(path)) from None
    except OSError as problem:
        raise FileUnreadable(file=str(path), reason=problem.strerror or str(problem)) from problem


def write_file(path: Path | None, content: bytes) -> None:
    """Write a file whole, or to the standard output when none is named; raises FileIsFolder and FileUnwritable."""
    if path is None:
        sys.stdout.buffer.write(content)
        return
    draft = path.with_name(f".{path.name}.part")
    try:
        if path.is_dir():
            raise FileIsFolder(file=str(path))
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        raise FileUnwritable(file=str(path), reason=problem.strerror or str(problem)) from problem


def day(written: str) -> date:
    """A day as 2026-01-31 or 31/01/2026; today in Paris when none is given. DayNotUnderstood."""
    if not written:
        return datetime.now(PARIS).date()
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(written, pattern).date()
        except ValueError:
            continue
    raise DayNotUnderstood(written=written)


def day_or_none(written: str) -> date | None:
    """A day, or None when none is given; DayNotUnderstood."""
    return day(written) if written else None


def cents_or_none(written: str) -> int | None:
    """An amount in cents as people write it, or None when none is given; AmountUnreadable, AmountTooLarge."""
    return cents_from_text(written) if written else None


def identifier(written: str) -> UUID:
    """The identifier of a match, a line or an opening; IdentifierUnreadable."""
    try:
        return UUID(written)
    except ValueError:
        raise IdentifierUnreadable(written=written) from None


def password_typed(file: Path | None, *, confirmed: bool = True) -> str:
    """A password that is asked for or read from a file: other users of the computer would read one in the command itself."""
    if file is not None:
        return read_file(file).decode("utf-8", "replace").rstrip("\r\n")
    again = say("The same once more") if confirmed else False
    return str(typer.prompt(say("Password"), hide_input=True, confirmation_prompt=again))


File = Annotated[Path, argument(say("FILE"), say("The file to read."))]
By = Annotated[str, option("--by", say("LOGIN"), say("Who acts."))]
Book = Annotated[str, option("--book", say("BOOK"), say("The book; needed when there are several."))]
On = Annotated[str, option("--on", say("DAY"), say("The business date; today unless given."))]
AsJson = Annotated[bool, flag("--json", say("Answer in JSON, for programs."), callback=remember_json)]
Why = Annotated[str, option("--reason", say("TEXT"), say("Why; it stays in the books."))]
Run = Annotated[str, argument(say("REFERENCE"), say("The reference of the run."))]
Key = Annotated[str, option("--key", say("KEY"), say("A key of your choice: under it, the request is done only once."))]
PasswordFile = Annotated[Path | None, option("--password-file", say("FILE"), say("Read the password from a file."))]
