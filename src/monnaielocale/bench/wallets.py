"""Wallet payments by concurrent callers to one hot account, against a minimal transfer function and an equally bare client."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from importlib.resources import files
from itertools import count
from time import perf_counter

import psycopg

from ..actions.collector import Collector
from ..actions.pay import WalletPayment, pay_between_wallets
from ..actions.perform import Answer
from .figures import Figure, paired
from .world import BOOK, ON, BenchWorld

CALLERS = (1, 16, 256)
REACH = {16: 3.0}
# More connections than this only make the peer slower, and the server refuses more than a hundred.
PEER_CONNECTIONS = 64


def measure_wallets(world: BenchWorld, *, payments: int, rounds: int, progress: Callable[[str], None]) -> Iterator[Figure]:
    """Payments a second by 1, 16 and 256 callers, each waiting for its own answer before it asks again."""
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute(files(__package__).joinpath("peer.sql").read_text(encoding="utf-8"))
    numbers = count()
    with Collector(world.database, pay_between_wallets) as collector:
        for callers in CALLERS:
            progress(f"wallet payments, {callers} callers")
            each = max(payments // callers, 8) if callers > 1 else payments // 8
            ours, reference = paired(
                lambda callers=callers, each=each: asyncio.run(_ours(world, collector, callers, each, numbers)),  # type: ignore[misc]
                lambda callers=callers, each=each: asyncio.run(_peer(world, callers, each)),  # type: ignore[misc]
                rounds=rounds,
            )
            name = f"wallet payments, {callers} {'caller' if callers == 1 else 'callers'}, one hot account"
            yield Figure(name, ours, reference, "payments a second", True, REACH.get(callers))


async def _rate(callers: int, each: int, work: Callable[[int], Awaitable[None]]) -> float:
    begun = perf_counter()
    await asyncio.gather(*(work(caller) for caller in range(callers)))
    return callers * each / (perf_counter() - begun)


async def _ours(world: BenchWorld, collector: Collector[WalletPayment], callers: int, each: int, numbers: Iterator[int]) -> float:
    operator = world.actor("operator")
    hot = world.number(0)

    async def work(caller: int) -> None:
        for _ in range(each):
            key = str(next(numbers))
            payment = WalletPayment(operator, BOOK, world.number(caller + 1), hot, 1, ON, key=key)
            outcome = await collector.ask(payment)
            assert isinstance(outcome, Answer), outcome

    return await _rate(callers, each, work)


async def _peer(world: BenchWorld, callers: int, each: int) -> float:
    connections: asyncio.Queue[psycopg.AsyncConnection[tuple[object, ...]]] = asyncio.Queue()
    for _ in range(min(callers, PEER_CONNECTIONS)):
        connection = await psycopg.AsyncConnection.connect(world.database.url, autocommit=True)
        connection.prepare_threshold = 1
        connections.put_nowait(connection)

    async def work(caller: int) -> None:
        for _ in range(each):
            connection = await connections.get()
            await connection.execute("SELECT peer_transfer(%s::integer, 0, 1)", [caller + 1])
            connections.put_nowait(connection)

    try:
        return await _rate(callers, each, work)
    finally:
        while not connections.empty():
            await connections.get_nowait().close()
