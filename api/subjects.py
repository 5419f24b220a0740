"""The routes of one subject, found without trying those of the others."""

from fastapi import APIRouter
from starlette.routing import Match
from starlette.types import Scope

from .watching import PREFIX


class SubjectRouter(APIRouter):
    """The routes under one prefix: they are tried for addresses that contain it only.

    The framework tries the routes of every router in turn, several times over, which takes longer than a route's own work.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a route answers to a request."""
        if f"{PREFIX}{self.prefix}" not in scope["path"]:
            return Match.NONE, {}
        return super().matches(scope)
