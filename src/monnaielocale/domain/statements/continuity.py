"""Does a statement continue what the books know of a bank account, and which of its movements are new?

No format gives a movement an identity of its own. What holds across files and formats is the account, the booking date, the sign,
the amount and the occurrence within the full day; texts only order twins and enrich a known line. The proof is the balances:
a statement is a stretch of the account's life between two of them, and it either starts at the books' closing balance, or
starts earlier and then contains everything that the books have known since. A stretch that can be laid on the books in more
than one way, or in none, is held and a person looks at it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from ..money import Money
from ..reasons import Reason
from ..refusals import Refusal
from .bank import Movement, Statement
from .pairing import pair_by_texts
from .readings import Amounts, readings

BOOKED_LATE = "The bank booked {count} movements on days that the books had closed, the first on {first_on}."


class StatementWithoutBalances(Refusal):
    """The statement of {closing_on} states no opening or closing balance, so nothing proves that it is complete."""

    code = "statement_without_balances"


class StatementNotBalanced(Refusal):
    """The statement of {closing_on} closes at {closing}, but its opening balance and its movements make {computed}."""

    code = "statement_not_balanced"


class StatementOpensElsewhere(Refusal):
    """The first statement opens at {opening} on {covers_from}, but the books of this account open at {expected}."""

    code = "statement_opens_elsewhere"


class StatementMissing(Refusal):
    """The books know this account up to {known_to} at {expected}, but the statement opens at {opening} on {covers_from}.
    A statement of {missing} in between is missing.
    """

    code = "statement_missing"


class StatementDisagrees(Refusal):
    """The statement and the books do not list the same movements on {days}."""

    code = "statement_disagrees"


class StatementAmbiguous(Refusal):
    """The balances do not tell which movements of {days} the books already know: the day is covered partly and has twins."""

    code = "statement_ambiguous"


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A bank line of the books. `occurrence` counts lines of the same day, sign and amount from one."""

    booked_on: date
    amount_cents: int
    occurrence: int
    texts: tuple[str, ...] = ()
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What the books know of a bank account.

    `closing_on` is the last day of its last statement, None before the first one; `closing_cents` is the balance then, or the
    opening balance of the books. `lines` are all known lines booked from `lines_wanted_from(statements)` on.
    """

    closing_cents: int
    closing_on: date | None
    lines: tuple[KnownLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Continuation:
    """A statement that fits: its new movements with their occurrence, and those that are known lines, whose texts it enriches."""

    statement: Statement
    new: tuple[tuple[Movement, int], ...]
    known: tuple[tuple[KnownLine, Movement], ...] = ()
    notices: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A statement that a person must look at: why, the doubtful days, and the ways to read it where there are several."""

    statement: Statement
    reason: Refusal
    days: tuple[date, ...]
    readings: tuple[Continuation, ...] = ()


def lines_wanted_from(statements: Sequence[Statement]) -> date:
    """The first day whose known lines must be given for these statements: a bank may book late, before the days it covers."""
    return min(day for statement in statements for day in (statement.covers_from, *(m.booked_on for m in statement.movements)))


def continue_statements(known: KnownAccount, statements: Sequence[Statement]) -> tuple[Continuation, ...] | Held:
    """The statements of one account in one file, each continuing the one before; the first that does not fit holds them all.

    Refuses as `continue_account`.
    """
    continuations = []
    for statement in sorted(statements, key=lambda one: (one.covers_from, one.closing_on)):
        outcome = continue_account(known, statement)
        if isinstance(outcome, Held):
            return outcome
        continuations.append(outcome)
        known = known_after(known, outcome)
    return tuple(continuations)


def known_after(known: KnownAccount, continuation: Continuation) -> KnownAccount:
    """What the books will know of the account once the continuation is imported."""
    added = tuple(
        KnownLine(movement.booked_on, movement.amount_cents, occurrence, texts_of(movement))
        for movement, occurrence in continuation.new
    )
    closing_on = max(known.closing_on or date.min, continuation.statement.closing_on)
    closing_cents = known.closing_cents + sum(line.amount_cents for line in added)
    return replace(known, closing_on=closing_on, closing_cents=closing_cents, lines=known.lines + added)


def texts_of(movement: Movement) -> tuple[str, ...]:
    """All that the bank wrote about a movement, in the order in which a cut reference can be joined again."""
    return tuple(text for text in (movement.label, *movement.details, *movement.references, movement.counterparty) if text)


def continue_account(known: KnownAccount, statement: Statement) -> Continuation | Held:
    """What the statement adds to a known account, or why it is held.

    Raises StatementWithoutBalances, StatementNotBalanced, and for the first statement of an account StatementOpensElsewhere.
    """
    opening_cents, _ = _balances(statement)
    if known.closing_on is None:
        if opening_cents != known.closing_cents:
            raise StatementOpensElsewhere(
                opening=Money(opening_cents), covers_from=statement.covers_from, expected=Money(known.closing_cents)
            )
        return _continuation(known, statement, Counter())
    return _laid_on_the_books(known, known.closing_on, statement, opening_cents)


def _balances(statement: Statement) -> tuple[int, int]:
    opening, closing = statement.opening_cents, statement.closing_cents
    if opening is None or closing is None:
        raise StatementWithoutBalances(closing_on=statement.closing_on)
    computed = opening + sum(movement.amount_cents for movement in statement.movements)
    if computed != closing:
        raise StatementNotBalanced(closing_on=statement.closing_on, closing=Money(closing), computed=Money(computed))
    return opening, closing


def _laid_on_the_books(known: KnownAccount, closing_on: date, statement: Statement, opening_cents: int) -> Continuation | Held:
    books, listed = _of_books(known), _of_statement(statement)
    latest = max((statement.closing_on, *(day for day, _ in listed)))
    found = readings(
        books,
        listed,
        first_on=statement.covers_from,
        last_on=latest,
        closing_on=closing_on,
        since_opening_cents=known.closing_cents - opening_cents,
    )
    if found is None:
        return _ambiguous(known, statement, [])
    if not found:
        return _unfitting(known, closing_on, statement, opening_cents, books, listed)
    if len(found) > 1:
        return _ambiguous(known, statement, found)
    return _continuation(known, statement, found[0])


def _of_books(known: KnownAccount) -> Amounts:
    return Counter((line.booked_on, line.amount_cents) for line in known.lines)


def _of_statement(statement: Statement) -> Amounts:
    return Counter((movement.booked_on, movement.amount_cents) for movement in statement.movements if movement.amount_cents)


def _continuation(known: KnownAccount, statement: Statement, already: Amounts) -> Continuation:
    """The outcome once it is decided how many movements of each day and amount the books already know."""
    books: dict[tuple[date, int], list[KnownLine]] = {}
    for line in sorted(known.lines, key=lambda line: line.occurrence):
        books.setdefault((line.booked_on, line.amount_cents), []).append(line)
    listed: dict[tuple[date, int], list[int]] = {}
    for position, movement in enumerate(statement.movements):
        listed.setdefault((movement.booked_on, movement.amount_cents), []).append(position)
    pairs: dict[int, KnownLine] = {}
    for key, count in already.items():
        written = [texts_of(statement.movements[position]) for position in listed[key]]
        for one, twin in pair_by_texts([line.texts for line in books[key]], written, count):
            pairs[listed[key][twin]] = books[key][one]
    counted: Amounts = Counter({key: lines[-1].occurrence for key, lines in books.items()})
    new = []
    for position, movement in enumerate(statement.movements):
        if position not in pairs and movement.amount_cents:
            counted[movement.booked_on, movement.amount_cents] += 1
            new.append((movement, counted[movement.booked_on, movement.amount_cents]))
    matched = tuple((pairs[position], statement.movements[position]) for position in sorted(pairs))
    return Continuation(statement, tuple(new), matched, _notices(known, new))


def _notices(known: KnownAccount, new: list[tuple[Movement, int]]) -> tuple[Reason, ...]:
    late = sorted(movement.booked_on for movement, _ in new if known.closing_on and movement.booked_on < known.closing_on)
    return (Reason(BOOKED_LATE, {"count": len(late), "first_on": late[0]}),) if late else ()


def _missing(known: KnownAccount, closing_on: date, statement: Statement, opening_cents: int) -> Held:
    gap = range(1, (statement.covers_from - closing_on).days)
    reason = StatementMissing(
        known_to=closing_on,
        expected=Money(known.closing_cents),
        covers_from=statement.covers_from,
        opening=Money(opening_cents),
        missing=Money(opening_cents - known.closing_cents),
    )
    return Held(statement, reason, tuple(closing_on + timedelta(days=day) for day in gap) or (closing_on,))


def _unfitting(
    known: KnownAccount, closing_on: date, statement: Statement, opening_cents: int, books: Amounts, listed: Amounts
) -> Held:
    common = any(day >= statement.covers_from for day, _ in books & listed)
    if statement.covers_from > closing_on or (statement.covers_from == closing_on and not common):
        return _missing(known, closing_on, statement, opening_cents)
    last_on = min(closing_on, statement.closing_on)
    surplus = (books - listed) + (listed - books)
    days = sorted({day for day, _ in surplus if statement.covers_from <= day <= last_on}) or [statement.covers_from]
    return Held(statement, StatementDisagrees(days=_listed(days)), tuple(days))


def _ambiguous(known: KnownAccount, statement: Statement, found: list[Amounts]) -> Held:
    differing = {day for one in found for other in found for day, _ in one - other} or {statement.covers_from}
    days = sorted(differing)
    ways = tuple(_continuation(known, statement, one) for one in found)
    return Held(statement, StatementAmbiguous(days=_listed(days)), tuple(days), ways)


def _listed(days: Sequence[date]) -> str:
    return ", ".join(day.isoformat() for day in days)
