"""All benchmarks in one run."""

from collections.abc import Callable, Iterator

from .figures import Figure
from .runs import measure_run
from .wallets import measure_wallets
from .world import give_mandates, make_world, temporary_database

WALLET_MEMBERS = 300
RUN_LINES = 10_000


def measure(
    server_url: str, *, payments: int = 4000, rounds: int = 5, lines: int = RUN_LINES, progress: Callable[[str], None]
) -> Iterator[Figure]:
    """Each figure as soon as it is known, in databases of their own that are dropped afterwards."""
    with temporary_database(server_url) as url:
        yield from measure_wallets(make_world(url, WALLET_MEMBERS), payments=payments, rounds=rounds, progress=progress)
    with temporary_database(server_url) as url:
        progress(f"{lines} members with their mandates")
        world = make_world(url, lines)
        give_mandates(world)
        yield measure_run(world, lines=lines, progress=progress)
