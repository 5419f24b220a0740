"""In how many ways a statement can be laid on the lines that the books know, by days, amounts and balances alone."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

Amounts = Counter[tuple[date, int]]
Chosen = tuple["Chosen", int] | None
SUMS_MAX = 20_000


def readings(
    books: Amounts, listed: Amounts, *, first_on: date, last_on: date, closing_on: date, since_opening_cents: int
) -> list[Amounts] | None:
    """The possible sets of movements that the statement and the books share, two at most; None where there are too many to count.

    `listed` is the statement's content from `first_on` to `last_on`; `closing_on` is the last day that the books know, perhaps
    partly. `since_opening_cents` is the books' closing balance minus the statement's opening balance:
    what the shared movements must sum to when the statement reaches as far as the books do.
    """
    found: list[Amounts] = []
    if last_on >= closing_on:
        reaching = _reaching(books, listed, first_on, closing_on, since_opening_cents)
        if reaching is None:
            return None
        found.extend(reaching)
    if last_on <= closing_on:
        inside = _inside(books, listed, first_on, last_on, since_opening_cents)
        if inside is None:
            return None
        if inside and listed not in found:
            found.append(listed)
    return found


def _reaching(books: Amounts, listed: Amounts, first_on: date, closing_on: date, target: int) -> list[Amounts] | None:
    """Readings in which the statement ends where the books end, or later: it then holds all they learnt since it opened."""
    if first_on > closing_on:
        # The days covered are after ours: what is booked before is booked late and new, even beside a twin. Only a statement that
        # opens during our last day, as CFONB balances may, shares something with the books.
        shared_days = [closing_on] if first_on == closing_on + timedelta(days=1) else []
        return _completed(Counter(), books, listed, lambda day: day in shared_days, target)
    if first_on == closing_on:
        certain = _only(books, lambda day: day > closing_on)
        return _completed(certain, books, listed, lambda day: day <= closing_on, target)
    shared = _only(listed, lambda day: first_on <= day < closing_on)
    within = _only(books, lambda day: first_on < day < closing_on)
    if shared <= books and within <= shared:
        certain = shared + _only(books, lambda day: day >= closing_on)
        found = _completed(certain, books, listed, lambda day: day < first_on, target)
        if found is None or found:
            return found
    # The bank booked something late, on a day both know: only whole days from the first one can prove that.
    return _completed(_only(books, lambda day: day >= first_on), books, listed, lambda day: day < first_on, target)


def _completed(
    certain: Amounts, books: Amounts, listed: Amounts, open_days: Callable[[date], bool], target: int
) -> list[Amounts] | None:
    if not certain <= listed:
        return []
    choices = parts_with_sum(_only(books & listed, open_days), target - _sum(certain))
    return None if choices is None else [certain + choice for choice in choices]


def _inside(books: Amounts, listed: Amounts, first_on: date, last_on: date, since_opening_cents: int) -> bool | None:
    """Whether the statement lists only known lines: all of the days between its first and last, from an opening that fits."""
    if not listed <= books or not _only(books, lambda day: first_on < day < last_on) <= listed:
        return False
    before = _only(books - listed, lambda day: day == first_on)
    early = _only(listed, lambda day: day < first_on)
    wanted = _sum(_only(books, lambda day: day >= first_on)) - since_opening_cents + _sum(early)
    choices = parts_with_sum(before, wanted)
    return None if choices is None else bool(choices)


def _only(amounts: Amounts, day_wanted: Callable[[date], bool]) -> Amounts:
    return Counter({key: count for key, count in amounts.items() if day_wanted(key[0])})


def _sum(amounts: Amounts) -> int:
    return sum(cents * count for (_, cents), count in amounts.items())


def parts_with_sum(available: Amounts, target: int) -> list[Amounts] | None:
    """Up to two different parts of what is available that sum to the target in cents; None beyond 20,000 sums in sight.

    Sums from which the target is out of reach are dropped at each step, so days of credits only are settled at once.
    """
    keys = sorted(available, key=lambda key: (-abs(key[1]), key))
    low = sum(min(0, cents * available[day, cents]) for day, cents in keys)
    high = sum(max(0, cents * available[day, cents]) for day, cents in keys)
    sums: dict[int, list[Chosen]] = {0: [None]} if low <= target <= high else {}
    for day, cents in keys:
        count = available[day, cents]
        low -= min(0, cents * count)
        high -= max(0, cents * count)
        following: dict[int, list[Chosen]] = {}
        for total, ways in sums.items():
            for taken in range(count + 1):
                reached = total + cents * taken
                if low <= target - reached <= high:
                    kept = following.setdefault(reached, [])
                    kept.extend((way, taken) for way in ways[: 2 - len(kept)])
        if len(following) > SUMS_MAX:
            return None
        sums = following
    return [_unrolled(way, keys) for way in sums.get(target, [])]


def _unrolled(way: Chosen, keys: list[tuple[date, int]]) -> Amounts:
    part: Amounts = Counter()
    for key in reversed(keys):
        assert way is not None, "a way has one step per key"
        way, taken = way
        if taken:
            part[key] = taken
    return part
