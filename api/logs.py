"""Logs as JSON lines: what was asked, by which person's identifier, and what came of it. No name, amount or account number."""

import logging
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from traceback import extract_tb
from typing import Any

import structlog
from starlette.types import Scope

from .watching import route_of

log = structlog.get_logger("monnaielocale.api")
# What is asked for so often that its success says nothing.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
# Who asks is not known, may not do this, or has tried too often.
ACCESS_REFUSED = frozenset({401, 403, 429})
DEEPEST = 5
PLACES = 15


def configure(stream: Any = None) -> None:
    """Write every log line of this process as one JSON object; our own and those of the server alike."""
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        tell_failure,
    ]
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    render = structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)


def tell_failure(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What failed and where, by kinds and places alone: the message of a failure may hold a name or a whole row."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    failure = given[1] if isinstance(given, tuple) else given
    if isinstance(failure, BaseException):
        event["failures"] = failures_of(failure)
    return event


def failures_of(failure: BaseException) -> list[dict[str, Any]]:
    """A failure and its causes, the last first: its class, its SQLSTATE and constraint, and the places in the code."""
    told: list[dict[str, Any]] = []
    cause: BaseException | None = failure
    while cause is not None and len(told) < DEEPEST:
        frames = extract_tb(cause.__traceback__)[-PLACES:]
        one = {
            "kind": f"{type(cause).__module__}.{type(cause).__qualname__}",
            "sqlstate": getattr(cause, "sqlstate", None),
            "constraint": getattr(getattr(cause, "diag", None), "constraint_name", None),
            "places": [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
        }
        told.append({name: value for name, value in one.items() if value})
        cause = cause.__cause__ or cause.__context__
    return told


def tell_request(scope: Scope, status: int, seconds: float) -> None:
    """One line for a request that was answered; its route's pattern stands for its path, which may name a person."""
    if status < 400 and scope["path"] in QUIET:
        return
    state = scope.get("state", {})
    told = {
        "method": scope["method"],
        "route": route_of(scope),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        "request_id": state.get("request_id"),
        "code": state.get("refusal"),
    }
    told = {name: value for name, value in told.items() if value is not None}
    if status in ACCESS_REFUSED:
        log.warning("access_refused", **told)
    elif status >= 500 or not status:
        log.error("request_failed", **told)
    else:
        log.info("request", **told)


def tell_refused_parts(problems: Iterable[Mapping[str, Any]]) -> None:
    """One line for each way in which parts of a request were refused for want of rights, while the request itself is answered."""
    refused = Counter((problem["status"], problem["code"]) for problem in problems if problem["status"] in ACCESS_REFUSED)
    for (status, code), parts in refused.items():
        log.warning("access_refused", status=status, code=code, parts=parts)
