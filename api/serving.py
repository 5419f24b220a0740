"""A process that serves: it is started with everything it needs in its environment, alone or beside others like it."""

import gc
import sys
from typing import Any

from fastapi import FastAPI
from uvicorn import Config

from monnaielocale.settings import Settings
from monnaielocale.store.database import Database

from . import logs
from .application import create_app
from .services import Services
from .tokens import Tokens

STOP_SECONDS = 30
LONGEST_QUEUE = 2048


def application() -> FastAPI:
    """The application on the database and the keys that the environment names; refuses to start with unfit keys."""
    settings = Settings()
    assert settings.database_url is not None, "whoever starts a process tells it the database"
    logs.configure()
    app = create_app(Services(Database(settings.database_url), settings, Tokens.from_settings(settings)))
    # All of this stays for as long as the process does. A collection of garbage would look through it again and again, for a
    # tenth of a second in which nobody is answered.
    gc.collect()
    gc.freeze()
    return app


def configuration(**given: Any) -> Config:
    """How the HTTP server serves; what is given takes the place of what it would do."""
    usual: dict[str, Any] = {
        "app": f"{__name__}:application",
        "factory": "app" not in given,
        # The parser that the guarded connections are made of does not exist for Windows.
        "http": "auto" if sys.platform == "win32" else f"{__package__}.connections:Connection",
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        # Each request has one line of ours, which knows who asked and names nobody.
        "access_log": False,
        "server_header": False,
        "backlog": LONGEST_QUEUE,
        "timeout_keep_alive": 15,
        "timeout_graceful_shutdown": STOP_SECONDS,
    }
    return Config(**usual | given)
