"""The demonstration's whole story once more, over HTTP, by an administrator, a town and an association."""

from pathlib import Path

from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.settings import Settings
from monnaielocale.store.database import Database
from tests.http_story import http_story, play_over_http
from tests.serving import served


def test_the_story_over_http_ends_as_it_does_without(database: Database, tmp_path: Path) -> None:
    """Every verdict of the story holds, with the same bank files, refusals, proofs and invariants."""
    settings = Settings(data=tmp_path)
    with served(Services(database, settings, Tokens.from_settings(settings))) as url:
        story = http_story(database, url)
        play_over_http(story)
        for client in story.clients.values():
            client.close()
    assert not [verdict.code for verdict in story.verdicts if not verdict.holds]
    assert {"revoked_payment_returned", "same_files_change_nothing", "every_unit_is_backed", "invariants_hold"} <= {
        verdict.code for verdict in story.verdicts
    }
    assert set(story.clients) == {"nekane", "ane", "bixente", "claire", "denis", "elorri"}
    assert story.requests > 1_000
