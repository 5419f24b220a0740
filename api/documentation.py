"""What people read of the API: its reference at /docs, and each problem at the address that its `type` names."""

import re
from contextvars import copy_context
from html import escape
from string import Formatter
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from monnaielocale.domain.refusals import Refusal, every_refusal
from monnaielocale.words import ENGLISH, FRENCH, say, speak

from .bodies import StrictRoute
from .pages import POLICY, STYLE, STYLE_PATH, page, table, words
from .problems import AddressUnknown, title_of
from .reference import reference_page
from .statuses import met_by_requests, status_of

LANGUAGES = {FRENCH: "En français", ENGLISH: "In English"}
HEADERS = {"Content-Security-Policy": POLICY}
_PLACE = re.compile(r"\{(\w+)\}")


def install(app: FastAPI) -> None:
    """Serve the reference and the explanations of problems; neither belongs to the API that they describe."""
    router = APIRouter(route_class=StrictRoute, include_in_schema=False)
    router.add_api_route("/docs", lambda: HTMLResponse(_reference(app), headers=HEADERS))
    router.add_api_route(STYLE_PATH, lambda: Response(STYLE, media_type="text/css"))
    router.add_api_route("/problems", lambda: HTMLResponse(problems_page(), headers=HEADERS))
    router.add_api_route("/problems/{code}", explain_problem)
    app.include_router(router)


def _reference(app: FastAPI) -> str:
    written: str | None = getattr(app.state, "reference", None)
    if written is None:
        written = app.state.reference = reference_page(app.openapi())
    return written


def explain_problem(code: str, request: Request) -> Response:
    """What a problem means, in each language: as a page, or as JSON to whoever asks for that. AddressUnknown."""
    kind = known_problems().get(code)
    if kind is None:
        raise AddressUnknown()
    if "json" in request.headers.get("accept", ""):
        return JSONResponse(problem_data(kind))
    return HTMLResponse(problem_page(kind), headers=HEADERS)


def known_problems() -> dict[str, type[Refusal]]:
    """The refusals that a request may be answered with, by code."""
    return {kind.code: kind for kind in sorted(every_refusal(), key=lambda kind: kind.code) if met_by_requests(kind)}


def problem_data(kind: type[Refusal]) -> dict[str, Any]:
    """What programs may want to know of a problem."""
    status = status_of(kind)
    template = kind.template()
    return {
        "code": kind.code,
        "status": status,
        "title": {language: _in(language, title_of, status) for language in LANGUAGES},
        "detail": {language: _in(language, _sentence, template) for language in LANGUAGES},
        "values": [name for _, name, _, _ in Formatter().parse(template) if name],
    }


def problem_page(kind: type[Refusal]) -> str:
    """The page of one problem."""
    told = problem_data(kind)
    parts = [f"<h1><code>{escape(kind.code)}</code></h1>"]
    for language, heading in LANGUAGES.items():
        parts.append(
            f'<section lang="{language}"><h2>{heading}</h2><p>HTTP {told["status"]}. {words(told["title"][language])}.</p>'
            f"<p>{_with_places(told['detail'][language])}</p></section>"
        )
    parts.append('<p><a href="/problems">All problems</a>, <a href="/docs">the API</a></p>')
    return page(kind.code, "".join(parts))


def problems_page() -> str:
    """All problems: their codes, their statuses and their sentences."""
    rows = []
    for code, kind in known_problems().items():
        told = problem_data(kind)
        sentences = "<br>".join(
            f'<span lang="{language}">{_with_places(sentence)}</span>' for language, sentence in told["detail"].items()
        )
        rows.append([f'<a href="/problems/{code}"><code>{code}</code></a>', str(told["status"]), sentences])
    intro = (
        "<h1>Problems</h1><p>Everything that is not done is answered as <code>application/problem+json</code> (RFC 9457). "
        "The code never changes; the sentence is for people, in French unless <code>Accept-Language</code> prefers English.</p>"
    )
    return page("Problems", intro + table(["Code", "Status", "What it says"], rows))


def _with_places(sentence: str) -> str:
    return _PLACE.sub(r"<var>\1</var>", words(sentence))


def _sentence(template: str) -> str:
    """The sentence with its values still named: each stands for itself."""
    return say(template, **{name: f"{{{name}}}" for _, name, _, _ in Formatter().parse(template) if name})


def _in(language: str, call: Any, *given: Any) -> Any:
    def said() -> Any:
        speak(language)
        return call(*given)

    return copy_context().run(said)
