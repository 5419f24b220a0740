"""What all routes of one process share: the database, the tokens, and the threads that write in batches and look people up."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Self
from uuid import UUID

from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from monnaielocale.actions.collector import Collector, TooBusy
from monnaielocale.actions.perform import Action, Answer
from monnaielocale.actions.runner import Runner
from monnaielocale.domain.refusals import Refusal
from monnaielocale.settings import Settings
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.sessions import Caller, callers_asking
from monnaielocale.store.visits import visit

from .gathering import Gatherer
from .tokens import Tokens

# Reading routes run in threads; more of them at once than the database has processors to read with would only wait there.
READERS = 8
READERS_WAITING = 200
WAIT_SECONDS = 10.0


class Services:
    """Opened when the process starts to serve, closed when it stops: what was accepted is finished first."""

    def __init__(self, database: Database, settings: Settings, tokens: Tokens) -> None:
        self.database = database
        self.settings = settings
        self.tokens = tokens
        self.runner = Runner(database)
        self.closing = False
        self._open = ExitStack()
        self._collectors: dict[str, Collector[Any]] = {}
        self._callers = Gatherer("callers", self._look_up)
        self._looking: Connection | None = None
        self._readers = ConnectionPool(
            database.url,
            kwargs=database.options("visitor"),
            min_size=1,
            max_size=READERS,
            max_waiting=READERS_WAITING,
            timeout=WAIT_SECONDS,
            open=False,
        )

    def __enter__(self) -> Self:
        self._readers.open()
        self._open.callback(self._readers.close)
        self._open.enter_context(self._callers)
        self._open.enter_context(self.runner)
        return self

    def __exit__(self, *_: object) -> None:
        self.closing = True
        self._open.close()
        if self._looking is not None:
            self._looking.close()

    async def ask(self, act: Action[Any], item: Any) -> Answer:
        """Carry out an action for one item, together with those that arrive in the same moment; a refusal is raised."""
        outcome = await self._collector(act).ask(item)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    async def ask_all(self, act: Action[Any], items: Sequence[Any]) -> list[Answer | Refusal]:
        """The same for several independent items, each with its own answer or refusal."""
        collector = self._collector(act)
        return await asyncio.gather(*(collector.ask(item) for item in items))

    async def caller(self, token_id: UUID) -> Caller | None:
        """Whom an access token stands for at this moment, as the database knows them; None when it opens nothing any more."""
        return await self._callers.ask(token_id)

    @contextmanager
    def visit(self, person_id: UUID) -> Iterator[Connection]:
        """A look at the books as one person may see them; TooBusy when all readers are taken for too long."""
        try:
            with self._readers.connection() as connection, visit(connection, person_id):
                yield connection
        except (PoolTimeout, TooManyRequests):
            raise TooBusy() from None

    def _collector(self, act: Action[Any]) -> Collector[Any]:
        """One per kind of action; its thread and its connection come with the first item."""
        collector = self._collectors.get(act.name)
        if collector is None:
            collector = self._collectors[act.name] = self._open.enter_context(Collector(self.database, act))
        return collector

    def _look_up(self, token_ids: Sequence[UUID]) -> Mapping[UUID, Caller]:
        if self._looking is None or self._looking.closed:
            self._looking = self.database.connect("writer", autocommit=True)
        return callers_asking(self._looking, token_ids)
