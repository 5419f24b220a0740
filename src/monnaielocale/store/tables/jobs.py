"""Long work that was asked for: what it is, how far it came, and how it ended."""

from sqlalchemy import CheckConstraint, Index, Integer
from sqlmodel import Field, SQLModel

from .columns import UUID, Any, LargeBinary, datetime, identity, instant, json, key, text


class Job(SQLModel, table=True):
    """An action on one item that is carried out after the request was answered; its id is the key of an effect without one."""

    __table_args__ = (Index("job_person_index", "person_id", "recorded_at"), Index("job_key_index", "person_id", "action", "key"))

    id: UUID = key()
    person_id: UUID = identity("person.id")
    action: str = text()
    book: str = text()
    key: str = text("")
    request: dict[str, Any] = json()
    document_sha256: bytes | None = Field(default=None, nullable=True, sa_type=LargeBinary, foreign_key="document.sha256")
    recorded_at: datetime = instant()


class JobProgress(SQLModel, table=True):
    """How far a job came: `done` of `total` in one step of it; each attempt begins with a step that says so."""

    __tablename__ = "job_progress"
    __table_args__ = (CheckConstraint("done BETWEEN 0 AND total", name="done"),)

    job_id: UUID = key(to="job.id")
    position: int = key(Integer)
    step: str = text()
    done: int = Field(sa_type=Integer)
    total: int = Field(sa_type=Integer)
    recorded_at: datetime = instant()


class JobEnd(SQLModel, table=True):
    """What a job did, or why it was refused: exactly what the request would have been answered."""

    __tablename__ = "job_end"

    job_id: UUID = key(to="job.id")
    refused: bool
    outcome: dict[str, Any] = json()
    recorded_at: datetime = instant()
