"""Change at a desk (rendu de monnaie): no euros are given back for local notes, and as few local notes as possible.

For a price P, notes given M and euros given E, what is given too much is T = M + E - P. The change is c_m in notes and
c_e = T - c_m in euros, with c_m as small as possible such that 0 <= c_e <= E, c_m <= M and c_m can be counted out of the drawer,
which already holds the notes just given. The rule is the one that Euskal Moneta and La Racine publish by examples.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import gcd
from typing import Any

from ..money import decimal_text
from ..refusals import Refusal
from .bundles import NOTHING, Bundle, endless_sums, fewest_pieces, sums

# More than this is not asked for in notes over a counter.
NOTES_ASKED_FOR_CENTS_MAX = 100_000


class TenderTooLow(Refusal):
    """{missing} is still missing: ask for it."""

    code = "tender_too_low"


class ChangeNeedsEuros(Refusal):
    """The drawer cannot give this change, and no euros are given back for local notes: ask for {extra_euros} more in euros."""

    code = "change_needs_euros"


class ChangeNeedsMore(Refusal):
    """The drawer cannot give this change, and no euros are given back for local notes: ask for {extra_euros} more in euros or
    {extra_notes} more in notes."""

    code = "change_needs_more"


@dataclass(frozen=True, slots=True)
class Change:
    """What the clerk gives back: notes by denomination, and euros in cents."""

    notes: Bundle = NOTHING
    euros_cents: int = 0


@dataclass(frozen=True, slots=True)
class Wanting:
    """What would make an impossible change possible: the smallest extra euros, or the smallest extra notes, if any would."""

    extra_euros_cents: int
    extra_notes: Bundle | None


def change_due(
    *, price_cents: int, notes: Bundle, euros_cents: int, drawer: Callable[[], Bundle], denominations_cents: Iterable[int]
) -> Change:
    """The change for notes and euros given; `drawer` is asked what it held before the notes were put into it.

    The price is what remains after digital units and other means. The notes given back are as few as can be; among equals the
    clerk keeps the smallest, which are what change is made of. `denominations_cents` are the notes that exist: they say
    which notes to ask for. Refuses with TenderTooLow, and with ChangeNeedsMore or ChangeNeedsEuros when what was given cannot
    be changed; each refusal's values carry what to ask for, also in cents.
    """
    given = notes.total_cents
    too_much = given + euros_cents - price_cents
    if 0 <= too_much <= euros_cents:
        # The notes are worth no more than the price, so that euros alone come back, whatever the drawer holds.
        return Change(euros_cents=too_much)
    held = drawer() + notes
    possible = sums(held, given)
    least, most = max(given - price_cents, 0), min(given, too_much)
    back = possible.smallest(least, most) if too_much >= 0 else None
    if back is None:
        wanting = _wanting(price_cents, given, euros_cents, held, denominations_cents)
        raise _refusal(too_much, wanting)
    given_back = fewest_pieces(held, back)
    assert given_back is not None, "a composable amount has a composition"
    return Change(given_back, too_much - back)


def _wanting(price_cents: int, given_cents: int, euros_cents: int, held: Bundle, denominations: Iterable[int]) -> Wanting:
    """The smallest extra euros and the smallest extra notes with which the change can be given.

    With x euros more, the notes given back may be worth any composable c from M - P to M, and x = c - T. With notes worth y more,
    c may lie from M + y - P to M + y - P + E. Extra notes that would be given back at once need not be asked for, so that c comes
    from what the drawer holds already, and y is at most what the drawer holds beyond M - P.
    """
    possible = sums(held, held.total_cents)
    over = given_cents - price_cents
    back = possible.smallest(over, given_cents)
    assert back is not None, "all the notes given can be given back, and none need be when they are worth less than the price"
    extra_euros = back - over - euros_cents
    known = sorted(set(denominations))
    most = min(held.total_cents - over, NOTES_ASKED_FOR_CENTS_MAX)
    askable = endless_sums(known, most)
    step = gcd(possible.step_cents, askable.step_cents)
    extra = askable.smallest(max(-over - euros_cents, 1), most) if -over % step <= euros_cents else None
    while extra is not None and possible.smallest(over + extra, over + extra + euros_cents) is None:
        extra = askable.smallest(extra + 1, most)
    plenty = Bundle.of({each: (extra or 0) // each for each in known})
    return Wanting(extra_euros, fewest_pieces(plenty, extra) if extra else None)


def _refusal(too_much_cents: int, wanting: Wanting) -> Refusal:
    values: dict[str, Any] = {
        "extra_euros": decimal_text(wanting.extra_euros_cents),
        "extra_euros_cents": wanting.extra_euros_cents,
    }
    if wanting.extra_notes is not None:
        values["extra_notes"] = decimal_text(wanting.extra_notes.total_cents)
        values["extra_notes_by_denomination"] = tuple(wanting.extra_notes.cents_by_denomination.items())
    if too_much_cents < 0:
        return TenderTooLow(missing=decimal_text(-too_much_cents), **values)
    return ChangeNeedsEuros(**values) if wanting.extra_notes is None else ChangeNeedsMore(**values)
