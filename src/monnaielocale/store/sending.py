"""A statement on its way: sent without waiting, so that the next one is prepared while the database carries it out."""

import re
from select import POLLIN, POLLOUT, poll
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

from .database import Connection
from .queries import query

_PARAMETER = re.compile(r"%\((\w+)\)s")
Written = list[bytes | None]


class Sending:
    """One named query that a connection sends again and again, each time in a transaction of its own.

    The driver's own calls wait for their answer. This speaks to libpq below them, while no transaction of theirs is open.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        """Prepare the query; raises what the database says."""
        self._connection = connection
        self._pgconn = connection.pgconn
        self._encoding = connection.info.encoding
        self._name = name.encode()
        self._parameters = _PARAMETER.findall(query(name))
        sql = query(name) % {parameter: f"${place}" for place, parameter in enumerate(self._parameters, 1)}
        self._succeed(self._pgconn.prepare(self._name, sql.encode(self._encoding)))

    def fileno(self) -> int:
        """The socket on which the answer will arrive."""
        return self._pgconn.socket

    def written(self, parameters: dict[str, Any]) -> Written:
        """The parameters as they will be sent; raises UnicodeError for what cannot be written down, such as half a character."""
        return [self._as_text(parameters[name]) for name in self._parameters]

    def send(self, written: Written, **late: Any) -> None:
        """Send the query, with what was not known yet when the rest was written; raises OperationalError when it cannot."""
        for name, value in late.items():
            written[self._parameters.index(name)] = self._as_text(value)
        self._pgconn.send_query_prepared(self._name, written)
        while self._pgconn.flush():
            self._wait(POLLIN | POLLOUT)
            self._pgconn.consume_input()

    def arrived(self) -> bool:
        """Whether the answer is here; raises OperationalError when the connection is lost."""
        self._pgconn.consume_input()
        return not self._pgconn.is_busy()

    def answer(self) -> list[bytes | None]:
        """Wait for the one row of the answer; raises what the database says, and OperationalError when the connection is lost."""
        results = [self._next_result()]
        while results[-1] is not None:
            results.append(self._next_result())
        # The row comes first. What the database refuses when it commits comes after it.
        for result in results[:-1] or results:
            self._succeed(result)
        row = results[0]
        return [row.get_value(0, column) for column in range(row.nfields)]

    def _next_result(self) -> Any:
        while not self.arrived():
            self._wait(POLLIN)
        return self._pgconn.get_result()

    def _succeed(self, result: Any) -> Any:
        if result is None or self._connection.closed:
            raise psycopg.OperationalError("the connection is lost")
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise error_from_result(result, self._encoding)
        return result

    def _wait(self, events: int) -> None:
        waiting = poll()
        waiting.register(self._pgconn.socket, events)
        waiting.poll()

    def _as_text(self, value: Any) -> bytes | None:
        if value is None:
            return None
        return b"\\x" + value.hex().encode() if isinstance(value, bytes) else str(value).encode(self._encoding)
