"""The routes of one subject, found without trying those of the others."""

import re
from functools import cached_property

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from .watching import PREFIX

VARIABLE = "{}"


class SubjectRouter(APIRouter):
    """Routes that are tried for the addresses only that one of them may answer to, by their first and third parts.

    The framework tries the routes of every router in turn, which takes longer than what most of them do.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a route answers to a request."""
        _, _, address = scope["path"].partition(PREFIX)
        first, third = _told(address)
        thirds = self._parts.get(first)
        if thirds is None or not (third in thirds or VARIABLE in thirds):
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _parts(self) -> dict[str, set[str]]:
        """The third parts of the addresses by their first, after the prefix of them all; no first part is variable."""
        parts: dict[str, set[str]] = {}
        for route in self.routes:
            first, third = _told(str(getattr(route, "path", "")))
            anything = third.startswith("{") or _may_hold_slashes(route)
            parts.setdefault(first, set()).add(VARIABLE if anything else third)
        return parts


def _may_hold_slashes(route: BaseRoute) -> bool:
    """Whether a name in the address of a route takes as many parts as it likes, as the number of a member may."""
    convertors = getattr(route, "param_convertors", {}).values()
    return any(re.fullmatch(convertor.regex, "A/B") for convertor in convertors)


def _told(address: str) -> tuple[str, str]:
    """What tells an address from others, as in /desks/bayonne-pool/receipts: the second part is a name, in most of them."""
    parts = address.split("/", 4)
    return parts[1] if len(parts) > 1 else "", parts[3] if len(parts) > 3 else ""
