"""Logs as JSON lines: what was asked, by which person's identifier, and what came of it. No name, amount or account number."""

import logging
import sys
from typing import Any

import structlog
from starlette.types import Scope

from .watching import route_of

log = structlog.get_logger("monnaielocale.api")
# What is asked for so often that its success says nothing.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


def configure(stream: Any = None) -> None:
    """Write every log line of this process as one JSON object; our own and those of the server alike."""
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
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
    # Each request has one line of ours, which knows who asked.
    logging.getLogger("uvicorn.access").disabled = True


def tell_request(scope: Scope, status: int, seconds: float) -> None:
    """One line for a request that was answered; its route's pattern stands for its path, which may name a person."""
    if status < 400 and scope["path"] in QUIET:
        return
    route = route_of(scope)
    told = {"method": scope["method"], "route": route, "status": status, "milliseconds": round(seconds * 1000, 1)}
    request_id = scope.get("state", {}).get("request_id")
    if request_id:
        told["request_id"] = request_id
    if status in (401, 403):
        log.warning("access_refused", **told)
    elif status >= 500 or not status:
        log.error("request_failed", **told)
    else:
        log.info("request", **told)
