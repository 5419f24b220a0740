"""What one transaction sends arrives, however large it is."""

from datetime import UTC, datetime
from hashlib import sha256
from threading import Thread

from monnaielocale.store.database import Database
from monnaielocale.store.unit_of_work import unit_of_work

SCAN = bytes(range(256)) * 65_536
PATIENCE_SECONDS = 60


def test_megabytes_are_sent_whole_before_the_commit_is_awaited(database: Database) -> None:
    def keep() -> None:
        with unit_of_work(database) as work:
            received_at = datetime(2026, 1, 5, tzinfo=UTC)
            work.insert(
                "document",
                {"sha256": sha256(SCAN).digest(), "name": "scan.pdf", "content": SCAN, "received_at": received_at},
            )

    # A thread of its own, so that two sides that wait for each other are a failure and not the end of the whole run.
    writer = Thread(target=keep, daemon=True)
    writer.start()
    writer.join(PATIENCE_SECONDS)
    assert not writer.is_alive()
    with database.reading() as connection:
        assert connection.execute("SELECT content FROM document").fetchone() == (SCAN,)
