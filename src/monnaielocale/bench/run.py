"""All benchmarks in one run."""

from collections.abc import Callable, Iterator

from ..store.server import DatabaseSettings
from ..store.temporary import temporary_database
from .counters import make_counters
from .desks import measure_desks
from .figures import Figure
from .http import measure_http
from .runs import measure_run
from .wallets import measure_wallets
from .world import give_mandates, make_world

WALLET_MEMBERS = 300
RUN_LINES = 10_000
PREFIX = "monnaielocale_bench"


def measure(
    settings: DatabaseSettings, *, payments: int, rounds: int, lines: int = RUN_LINES, progress: Callable[[str], None]
) -> Iterator[Figure]:
    """Each figure as soon as it is known, in databases of their own that are dropped afterwards."""
    with temporary_database(settings, PREFIX) as database:
        world = make_world(database, WALLET_MEMBERS)
        yield from measure_wallets(world, payments=payments, rounds=rounds, progress=progress)
        yield from measure_http(world, payments=payments, rounds=rounds, progress=progress)
    with temporary_database(settings, PREFIX) as database:
        progress("four desks with four tills each")
        yield from measure_desks(make_counters(database), receipts=payments, rounds=rounds, progress=progress)
    with temporary_database(settings, PREFIX) as database:
        progress(f"{lines} members with their mandates")
        world = make_world(database, lines)
        give_mandates(world)
        yield measure_run(world, lines=lines, progress=progress)
