"""Everything that is not done is answered as a problem document (RFC 9457), in the language of the person who asks."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from monnaielocale.actions.perform import Unforeseen
from monnaielocale.domain.conventions.faults import ChoiceUnknown
from monnaielocale.domain.files import ValueMissing
from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.text import shown_text
from monnaielocale.formats.run_files import TextExpected
from monnaielocale.words import ENGLISH, FRENCH, catalogue_languages, fault_as_data, refusal_as_problem, say, speak

from .bodies import BodyCutShort, BodyTooLarge
from .fields import DayUnfit, FieldUnfit
from .statuses import RETRY_AFTER, status_of
from .strict_json import FAULTS_MOST, ValueFault

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)


class RequestUnfit(Refusal):
    """The request does not fit: see each of its faults, {count} in all."""

    code = "request_unfit"

    def __init__(self, faults: tuple[ValueFault, ...]) -> None:
        super().__init__(count=len(faults), faults=faults)
        self.faults = faults


class RequestUnreadable(Refusal):
    """The request cannot be read."""

    code = "request_unreadable"


class AddressUnknown(Refusal):
    """There is nothing at this address."""

    code = "address_unknown"


class MethodNotTaken(Refusal):
    """This address does not take the method {method}."""

    code = "method_not_taken"


class DatabaseAway(Refusal):
    """The database cannot be reached at the moment: send the request again, with the same key."""

    code = "database_away"


class FailedInside(Refusal):
    """Something went wrong on our side and was noted under {request}: look at what was recorded before you send it again."""

    code = "failed_inside"


class FieldNotKnown(Refusal):
    """There is no field of this name here."""

    code = "field_not_known"


class WholeNumberExpected(Refusal):
    """A whole number is expected here."""

    code = "whole_number_expected"


class YesOrNoExpected(Refusal):
    """Write true or false."""

    code = "yes_or_no_expected"


class ListExpected(Refusal):
    """A list is expected here."""

    code = "list_expected"


class ObjectExpected(Refusal):
    """An object with named fields is expected here."""

    code = "object_expected"


class IdentifierExpected(Refusal):
    """This is no identifier: copy it from the answer that gave it."""

    code = "identifier_expected"


class InstantExpected(Refusal):
    """Write an instant like 2026-01-31T12:00:00Z."""

    code = "instant_expected"


class NumberTooSmall(Refusal):
    """The least that fits here is {least}."""

    code = "number_too_small"


class NumberTooLarge(Refusal):
    """The most that fits here is {most}."""

    code = "number_too_large"


class TooShort(Refusal):
    """This has {least} characters or elements at least."""

    code = "too_short"


class TooLong(Refusal):
    """This has {most} characters or elements at most."""

    code = "too_long"


class FormUnfit(Refusal):
    """This is not written in the form that is expected here."""

    code = "form_unfit"


class ValueUnfit(Refusal):
    """This value does not fit here."""

    code = "value_unfit"


PLAIN_REASONS: dict[str, type[Refusal]] = {
    "missing": ValueMissing,
    "extra_forbidden": FieldNotKnown,
    "bool_type": YesOrNoExpected,
    "bool_parsing": YesOrNoExpected,
    "string_type": TextExpected,
    "string_pattern_mismatch": FormUnfit,
    "list_type": ListExpected,
    "tuple_type": ListExpected,
}
# Kinds of errors of the validating library by the beginning of their names.
REASONS_BY_KIND: dict[str, type[Refusal]] = {
    "int_": WholeNumberExpected,
    "uuid_": IdentifierExpected,
    "datetime_": InstantExpected,
    "date_": DayUnfit,
    "model_": ObjectExpected,
    "dict_": ObjectExpected,
}


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """A refusal as a problem document, in the language that is spoken."""
    request_id = request_name()
    if isinstance(refusal, Unforeseen):
        # What failed is for the log; the person is told where to find it there.
        refusal = Unforeseen(failure=request_id or "-")
    told = refusal_as_problem(refusal)
    status = status_of(refusal)
    problem = {
        "type": f"/problems/{refusal.code}",
        "title": title_of(status),
        "status": status,
        "detail": told["message"],
        "code": refusal.code,
        "values": told["values"],
    }
    if request_id:
        problem["instance"] = request_id
    faults = getattr(refusal, "faults", None)
    return problem if faults is None else problem | {"errors": [_error(fault) for fault in faults]}


def request_name() -> str:
    """The identifier of the request that is being answered, as the log has it; '' outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _error(fault: Any) -> dict[str, Any]:
    """One fault: where it stands, what was found there, its code and its reason in words."""
    names = {"row_number": "row", "message": "reason", "key": "location"}
    return {names.get(name, name): value for name, value in fault_as_data(fault).items()}


def title_of(status: int) -> str:
    """What all problems of a status have in common, in words."""
    titles = {
        400: say("The request cannot be read"),
        401: say("Signing in is needed"),
        403: say("This person may not do this"),
        404: say("There is no such thing"),
        405: say("The address does not take this method"),
        406: say("The answer does not exist in this form"),
        408: say("The request took too long"),
        409: say("The state of the books does not allow this now"),
        413: say("The request is too large"),
        414: say("The address is too long"),
        415: say("This kind of content is not read"),
        422: say("Something in the request does not fit"),
        429: say("Too many attempts"),
        431: say("The head of the request is too large"),
        503: say("The service cannot answer at the moment"),
    }
    return titles.get(status) or say("Something went wrong")


def answer_of(request: Request, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """The answer over HTTP to a request that is refused."""
    language = language_of(request.headers.get("accept-language", ""))
    speak(language)
    status = status_of(refusal)
    content = problem_of(refusal)
    # The line of the log about this request says why it was refused.
    request.scope.setdefault("state", {})["refusal"] = refusal.code
    told = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    if status == 401:
        told["WWW-Authenticate"] = "Bearer"
    if refusal.code in RETRY_AFTER:
        told["Retry-After"] = str(refusal.values.get("retry_after_seconds", RETRY_AFTER[refusal.code]))
    if status == 408:
        told["Connection"] = "close"
    # What was sent may hold half of a character: it is answered with a question mark, never with a failure.
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(written, status, {**told, **(headers or {})}, media_type=MEDIA_TYPE)


@lru_cache(maxsize=256)
def language_of(accepted: str) -> str:
    """The language of an answer, for an Accept-Language header: French unless another one that we speak is preferred."""
    known = (ENGLISH, *catalogue_languages())
    wanted = []
    for place, part in enumerate(accepted[:200].split(",")):
        name, _, weight = part.strip().partition(";")
        language = name.strip().lower().split("-")[0]
        if language in known:
            wanted.append((-_weight(weight), place, language))
    preferred = min(wanted, default=(-1.0, 0, FRENCH))
    return preferred[2] if preferred[0] < 0 else FRENCH


def _weight(written: str) -> float:
    try:
        return float(written.strip().removeprefix("q=")) if written.strip() else 1.0
    except ValueError:
        return 0.0


def request_unfit(errors: Sequence[Mapping[str, Any]]) -> RequestUnfit:
    """The faults that the models found, without what was sent: neither the values nor what libraries say of them."""
    return RequestUnfit(tuple(ValueFault(_location(error["loc"]), _reason(error)) for error in errors[:FAULTS_MOST]))


def _location(place: Sequence[Any]) -> str:
    return ".".join(shown_text(str(part), most=40) for part in place)


def _reason(error: Mapping[str, Any]) -> Refusal:
    kind, context = str(error["type"]), error.get("ctx", {})
    failure = context.get("error")
    if isinstance(failure, FieldUnfit):
        return failure.refusal
    if plain := PLAIN_REASONS.get(kind):
        return plain()
    if limit := _limit(kind, context):
        return limit
    return next((reason() for start, reason in REASONS_BY_KIND.items() if kind.startswith(start)), ValueUnfit())


def _limit(kind: str, context: Mapping[str, Any]) -> Refusal | None:
    """The limits of a field are ours and may be told."""
    if kind in ("literal_error", "enum"):
        return ChoiceUnknown(choices=str(context["expected"]).replace("'", "").replace(" or ", ", "))
    if kind == "greater_than":
        return NumberTooSmall(least=context["gt"] + 1)
    if kind == "greater_than_equal":
        return NumberTooSmall(least=context["ge"])
    if kind == "less_than":
        return NumberTooLarge(most=context["lt"] - 1)
    if kind == "less_than_equal":
        return NumberTooLarge(most=context["le"])
    if kind in ("string_too_short", "too_short"):
        return TooShort(least=context["min_length"])
    if kind in ("string_too_long", "too_long"):
        return TooLong(most=context["max_length"])
    return None


def failure_answer(request: Request, failure: Exception) -> Response:
    """The answer to a request over which we failed: the failure is logged and not told."""
    request_id = request_name()
    if isinstance(failure, psycopg.OperationalError):
        log.error("database_away", request_id=request_id, exc_info=failure)
        return answer_of(request, DatabaseAway())
    log.error("failed_inside", request_id=request_id, exc_info=failure)
    return answer_of(request, FailedInside(request=request_id or "-"))


async def _on_refusal(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    if isinstance(refusal, Unforeseen):
        log.error("unforeseen", request_id=request_name(), exc_info=refusal.__cause__ or refusal)
    return answer_of(request, refusal)


async def _on_unfit(request: Request, unfit: Exception) -> Response:
    assert isinstance(unfit, RequestValidationError)
    return answer_of(request, request_unfit(unfit.errors()))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    cause = error.__cause__
    refusal: Refusal = cause if isinstance(cause, Refusal) else RequestUnreadable()
    if error.status_code == 404:
        refusal = AddressUnknown()
    elif error.status_code == 405:
        return answer_of(request, MethodNotTaken(method=shown_text(request.method, most=20)), {"Allow": _methods_at(request)})
    elif error.status_code == 413:
        refusal = BodyTooLarge(most_bytes=request.scope.get("starlette.max_body_size", 0))
    elif error.status_code >= 500:
        return failure_answer(request, error)
    return answer_of(request, refusal, error.headers)


def _methods_at(request: Request) -> str:
    """All methods of an address, where the framework names those of its first route alone."""
    path = request.scope["path"]
    matching = [route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(path)]
    return ", ".join(sorted({method for route in matching for method in route.methods or ()}))


async def _on_disconnect(request: Request, _: Exception) -> Response:
    return answer_of(request, BodyCutShort())


async def _on_failure(request: Request, failure: Exception) -> Response:
    return failure_answer(request, failure)


def install(app: FastAPI) -> None:
    """Answer every refusal, every misfit and every failure of the application with a problem document."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_unfit)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(ClientDisconnect, _on_disconnect)
    app.add_exception_handler(ResponseValidationError, _on_failure)
    app.add_exception_handler(psycopg.OperationalError, _on_failure)
    app.add_exception_handler(Exception, _on_failure)
