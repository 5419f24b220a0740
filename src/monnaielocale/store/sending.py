"""Statements on their way: sent without waiting, so that the next is sent behind while the database carries one out."""

import re
from select import POLLIN, POLLOUT, poll
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format

from .arrays import Array
from .database import Connection
from .queries import query

_PARAMETER = re.compile(r"%\((\w+)\)s")
Written = list[tuple[bytes | None, Format]]


class Sending:
    """One named query that a connection sends again and again, each time in a transaction of its own.

    The driver's own calls wait for their answer. This speaks to libpq below them, while no transaction of theirs is open; the
    connection is theirs again when nothing is on its way.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        """Prepare the query; raises what the database says."""
        self._connection = connection
        self._pgconn = connection.pgconn
        self._encoding = connection.info.encoding
        self._name = name.encode()
        self._on_their_way = 0
        self._parameters = _PARAMETER.findall(query(name))
        sql = query(name) % {parameter: f"${place}" for place, parameter in enumerate(self._parameters, 1)}
        prepared = self._pgconn.prepare(self._name, sql.encode(self._encoding))
        if prepared.status != ExecStatus.COMMAND_OK:
            raise error_from_result(prepared, self._encoding)

    def fileno(self) -> int:
        """The socket on which answers arrive."""
        return self._pgconn.socket

    def written(self, parameters: dict[str, Any]) -> Written:
        """The parameters as they will be sent; raises UnicodeError for what cannot be written down, such as half a character."""
        return [self._written(parameters[name]) for name in self._parameters]

    def send(self, written: Written) -> None:
        """Send the query behind those that are on their way; raises OperationalError when it cannot."""
        if not self._on_their_way:
            self._pgconn.enter_pipeline_mode()
        self._on_their_way += 1
        octets, forms = zip(*written, strict=True)
        self._pgconn.send_query_prepared(self._name, octets, forms)
        # Each has an end of its own, where the database commits it: one that is refused takes no other with it.
        self._pgconn.pipeline_sync()
        while self._pgconn.flush():
            self._wait(POLLIN | POLLOUT)
            self._pgconn.consume_input()

    def arrived(self) -> bool:
        """Whether the answer to what was sent first is here; raises OperationalError when the connection is lost."""
        self._pgconn.consume_input()
        return not self._pgconn.is_busy()

    def answer(self) -> None:
        """Wait until what was sent first is committed; raises what the database says, OperationalError for a lost connection."""
        assert self._on_their_way, "nothing was sent"
        refused = None
        # What the query answers, then the end of that, then perhaps what the database refuses when it commits.
        while (result := self._next_result()) is None or result.status != ExecStatus.PIPELINE_SYNC:
            if result is not None and result.status != ExecStatus.TUPLES_OK:
                refused = refused or result
        self._on_their_way -= 1
        if not self._on_their_way:
            self._pgconn.exit_pipeline_mode()
        if refused is not None:
            raise error_from_result(refused, self._encoding)

    def _next_result(self) -> Any:
        while not self.arrived():
            self._wait(POLLIN)
        result = self._pgconn.get_result()
        if self._pgconn.status == ConnStatus.BAD:
            raise psycopg.OperationalError("the connection is lost")
        return result

    def _wait(self, events: int) -> None:
        waiting = poll()
        waiting.register(self._pgconn.socket, events)
        waiting.poll()

    def _written(self, value: Any) -> tuple[bytes | None, Format]:
        match value:
            case Array():
                return value.octets, Format.BINARY
            case bytes():
                return value, Format.BINARY
            case None:
                return None, Format.TEXT
        return str(value).encode(self._encoding), Format.TEXT
