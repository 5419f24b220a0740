"""The routes of one subject, found without trying those of the others."""

from functools import cached_property

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope

from .watching import PREFIX


class SubjectRouter(APIRouter):
    """Routes that are tried for the addresses only that begin as one of them does.

    The framework tries the routes of every router in turn, which takes longer than what most of them do.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a route answers to a request."""
        _, _, address = scope["path"].partition(f"{PREFIX}/")
        if address.partition("/")[0] not in self._beginnings:
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        """The first parts of the addresses, after the prefix of them all; none of them is variable."""
        return frozenset(str(getattr(route, "path", "")).split("/")[1] for route in self.routes)
