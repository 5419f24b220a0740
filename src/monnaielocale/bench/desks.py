"""Receipts over HTTP against an empty route, and closing a day against one bare query over the same receipts."""

import json
import secrets
from collections.abc import Callable, Iterator
from time import perf_counter

from ..actions.at_desk import CountGiven
from ..actions.desk_days import CloseDay, close_days
from ..actions.receipts import Given, ServiceAsked, TakeReceipt, take_receipts
from ..actions.till_sessions import CloseSession, CountTill, close_sessions, count_tills
from ..store.people import set_password
from .counters import SERVICE, Counters, Till
from .figures import Figure
from .http import CONNECTIONS, Load, against_empty, log_in, serving
from .world import done

REACH_OVER_HTTP, REACH_OF_CLOSING, REACH_OF_SIZE = 0.35, 10.0, 6.0
FEW, MANY = 2_500, 10_000
# What a day comes to, by service, in one query and nothing else.
BARE = """
    SELECT line.service, count(DISTINCT receipt.chain_number), sum(line.total_cents)
      FROM book JOIN receipt ON receipt.book_id = book.id
      JOIN receipt_line AS line ON line.book_id = receipt.book_id AND line.chain_number = receipt.chain_number
     WHERE book.code = %s GROUP BY line.service
"""


def measure_desks(counters: Counters, *, receipts: int, rounds: int, progress: Callable[[str], None]) -> Iterator[Figure]:
    """Receipts a second by 16 clerks on 4 desks as a share of the empty route, then what closing days costs."""
    password = secrets.token_urlsafe(16)
    for till in counters.tills:
        set_password(counters.database, till.login, password, counters.administrator)
    with serving(counters.database) as url:
        progress(f"receipts over HTTP, {CONNECTIONS} clerks on 4 desks")
        tokens = [log_in(url, till.login, password) for till in counters.tills]
        paths = [f"/v1/desks/{till.book}/receipts" for till in counters.tills]
        given = {"services": [{"service": SERVICE}], "given": {"euros_cents": counters.price_cents}}
        bodies = [json.dumps(given | {"session_id": str(till.session_id)}) for till in counters.tills]
        taking = Load("POST", paths, tokens, bodies)
        mine, empty, _ = against_empty(url, taking, requests=receipts, rounds=rounds)
    name = f"receipts over HTTP, {CONNECTIONS} clerks on 4 desks, against an empty route"
    yield Figure(name, mine, empty, "requests a second", True, REACH_OVER_HTTP)
    progress(f"closing days of {FEW} and of {MANY} receipts")
    few, _ = _closed(counters, 1, FEW)
    many, bare = _closed(counters, 2, MANY)
    yield Figure(f"closing a day of {MANY} receipts, against one bare query", many, bare, "seconds", False, REACH_OF_CLOSING)
    yield Figure(f"closing a day of {MANY} receipts, against one of {FEW}", many, few, "seconds", False, REACH_OF_SIZE)


def _closed(counters: Counters, desk: int, receipts: int) -> tuple[float, float]:
    """How long the Z of a desk takes once it has so many receipts, and how long the bare query does, in seconds."""
    database, tills = counters.database, counters.desk(desk)
    with database.reading() as connection:
        (there,) = connection.execute(
            "SELECT count(*) FROM receipt JOIN book ON book.id = book_id WHERE code = %s", [tills[0].book]
        ).fetchone() or (0,)
    done(database, take_receipts, [_receipt(counters, tills[at % len(tills)]) for at in range(receipts - there)])
    done(database, count_tills, [CountTill(till.actor, till.book, till.session_id, CountGiven()) for till in tills])
    closing = [CloseSession(till.actor, till.book, till.session_id, "The coins were not counted") for till in tills]
    done(database, close_sessions, closing)
    with database.reading() as connection:
        bare = min(_timed(lambda: connection.execute(BARE, [tills[0].book]).fetchall()) for _ in range(3))
    return _timed(lambda: done(database, close_days, [CloseDay(tills[0].actor, tills[0].book, counters.on)])), bare


def _receipt(counters: Counters, till: Till) -> TakeReceipt:
    given = Given(euros_cents=counters.price_cents)
    return TakeReceipt(till.actor, till.book, till.session_id, (ServiceAsked(SERVICE),), given)


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
