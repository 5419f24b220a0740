"""A process that serves: it is started with everything it needs in its environment, alone or beside others like it."""

from fastapi import FastAPI

from monnaielocale.settings import Settings
from monnaielocale.store.database import Database

from . import logs
from .application import create_app
from .services import Services
from .tokens import Tokens

STOP_SECONDS = 30


def application() -> FastAPI:
    """The application on the database and the keys that the environment names; refuses to start with unfit keys."""
    settings = Settings()
    assert settings.database_url is not None, "whoever starts a process tells it the database"
    logs.configure()
    return create_app(Services(Database(settings.database_url), settings, Tokens.from_settings(settings)))
