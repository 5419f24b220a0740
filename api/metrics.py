"""Figures for monitoring: requests and their durations, and what waits in the books."""

import os
from collections import Counter as Tally
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from secrets import compare_digest
from threading import Lock
from time import monotonic
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.types import Scope

from monnaielocale.actions.proof import prove_backing
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.alarms import alarms_of_desks
from monnaielocale.store.database import Database
from monnaielocale.store.figures import book_figures, jobs_unfinished
from monnaielocale.words import PARIS

from .watching import route_of

# The books are asked at most this often, however many systems watch.
FRESH_SECONDS = 15.0
router = APIRouter(include_in_schema=False)


class MetricsNotForYou(Refusal):
    """Figures are given to the computer itself, or with the token of the setting MONNAIELOCALE_METRICS_TOKEN."""

    code = "metrics_not_for_you"


class RequestFigures:
    """Counts requests by route, and how long they took."""

    def __init__(self, registry: CollectorRegistry) -> None:
        names = ["route", "method", "status"]
        self._requests = Counter("http_requests", "Requests by route and status.", names, registry=registry)
        self._seconds = Histogram("http_request_seconds", "How long requests took.", ["route"], registry=registry)

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """A request was answered."""
        route = route_of(scope) or "unknown"
        self._requests.labels(route, scope["method"], str(status)).inc()
        self._seconds.labels(route).observe(seconds)


class BookFiguresCollector:
    """What waits in the books, asked of the database when somebody looks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._asked_at = float("-inf")
        self._known: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """The figures, at most a few seconds old."""
        with self._lock:
            if monotonic() - self._asked_at > FRESH_SECONDS:
                self._known = list(self._ask())
                self._asked_at = monotonic()
            yield from self._known

    def describe(self) -> list[Metric]:
        """Nothing: the database is not asked before somebody looks."""
        return []

    def _ask(self) -> Iterator[Metric]:
        today = datetime.now(PARIS).date()
        with self._database.reading() as connection:
            figures, jobs = book_figures(connection), jobs_unfinished(connection)
            alarms = Tally((alarm.desk, alarm.kind.value) for alarm in alarms_of_desks(connection, today))
        told: dict[str, tuple[str, list[tuple[str, int]]]] = {
            "unexplained_lines": (
                "Bank lines that nobody has explained.",
                [(one.book, one.unexplained_lines) for one in figures],
            ),
            "unexplained_cents": ("Cents of them.", [(one.book, one.unexplained_cents) for one in figures]),
            "unexplained_age_days": (
                "Age in days of the oldest of them.",
                [(one.book, (today - one.unexplained_since).days if one.unexplained_since else 0) for one in figures],
            ),
            "runs_awaiting_euros": (
                "Signed runs whose euros have not all arrived.",
                [(o.book, o.runs_awaiting) for o in figures],
            ),
            "runs_awaiting_cents": ("Cents that they miss.", [(one.book, one.runs_awaiting_cents) for one in figures]),
            "transfers_due": ("Transfers that the association has to make.", [(one.book, one.transfers_due) for one in figures]),
            "transfers_due_cents": ("Cents of them.", [(one.book, one.transfers_due_cents) for one in figures]),
        }
        for name, (text, values) in told.items():
            family = GaugeMetricFamily(f"monnaielocale_{name}", text, labels=["book"])
            for book, value in values:
                family.add_metric([book], value)
            yield family
        yield GaugeMetricFamily("monnaielocale_jobs_unfinished", "Jobs that wait or run.", value=jobs)
        raised = GaugeMetricFamily(
            "monnaielocale_desk_alarms", "What should be looked after at a desk, by kind.", labels=["desk", "kind"]
        )
        for labels, count in sorted(alarms.items()):
            raised.add_metric(list(labels), count)
        yield raised
        difference = GaugeMetricFamily(
            "monnaielocale_backing_difference_cents",
            "Reserve less circulation, by form; zero when each unit is backed.",
            labels=["book", "form"],
        )
        for one in figures:
            for form in prove_backing(self._database, book=one.book, on=today).forms:
                difference.add_metric([one.book, form.form.value], form.difference_cents)
        yield difference


def registry_of(database: Database) -> tuple[CollectorRegistry, CollectorRegistry]:
    """The registry that this process counts in, and the one that is shown: several processes add up what each counted."""
    counting = CollectorRegistry()
    shown = counting
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        shown = CollectorRegistry()
        multiprocess.MultiProcessCollector(shown)  # type: ignore[no-untyped-call]
    shown.register(BookFiguresCollector(database))
    return counting, shown


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The figures, for the computer itself or whoever has the token."""
    _admit(request)
    return Response(generate_latest(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)


def _admit(request: Request) -> None:
    token: Any = request.app.state.services.settings.metrics_token
    given = request.headers.get("authorization", "")
    if token is not None:
        if not compare_digest(given.encode(), f"Bearer {token.get_secret_value()}".encode()):
            raise MetricsNotForYou()
    elif request.client is None or not _is_this_computer(request.client.host):
        raise MetricsNotForYou()


def _is_this_computer(host: str) -> bool:
    """Behind a proxy the address is what the proxy wrote, which may be no address at all."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
