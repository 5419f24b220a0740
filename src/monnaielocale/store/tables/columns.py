"""How columns are declared, so that an amount is 64 bits wide and a reference is checked everywhere in the same words."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, ForeignKeyConstraint, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, MetaData, SQLModel

METADATA: MetaData = SQLModel.metadata
METADATA.naming_convention = {
    "pk": "%(table_name)s_pk",
    "fk": "%(table_name)s_%(column_0_N_name)s_fk",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_index",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


def key(kind: Any = Uuid, *, to: str | None = None) -> Any:
    """Part of the primary key, with the column that it refers to, if any."""
    return Field(primary_key=True, sa_type=kind, sa_column_args=[ForeignKey(to)] if to else [])


def identity(*references: str) -> Any:
    """A 128-bit identifier, checked against the table that it refers to."""
    return Field(sa_type=Uuid, sa_column_args=[ForeignKey(reference) for reference in references])


def optional_identity(*references: str) -> Any:
    """An identifier that may be absent."""
    return Field(default=None, nullable=True, sa_type=Uuid, sa_column_args=[ForeignKey(reference) for reference in references])


def whole() -> Any:
    """A 64-bit whole number: cents, or an order number."""
    return Field(sa_type=BigInteger)


def optional_whole() -> Any:
    """A 64-bit whole number that may be absent."""
    return Field(default=None, nullable=True, sa_type=BigInteger)


def text(default: str | None = None) -> Any:
    """Text without a length limit of the database: the domain limits what people may write."""
    return Field(sa_type=Text) if default is None else Field(default=default, sa_type=Text)


def octets() -> Any:
    """A digest or a document."""
    return Field(sa_type=LargeBinary)


def json() -> Any:
    """Structured details, never an amount that a rule reads."""
    return Field(sa_type=JSONB)


def day() -> Any:
    """A date of the world, in Europe/Paris."""
    return Field(sa_type=Date)


def optional_day() -> Any:
    """A date of the world that may be absent."""
    return Field(default=None, nullable=True, sa_type=Date)


MOMENT = DateTime(timezone=True)


def instant() -> Any:
    """When the machine recorded it, in UTC."""
    return Field(sa_type=MOMENT)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of these words."""
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=column)


def refers(columns: tuple[str, ...], table: str, targets: tuple[str, ...]) -> ForeignKeyConstraint:
    """A reference of several columns, so that a row cannot point into another owner's rows."""
    return ForeignKeyConstraint(columns, [f"{table}.{target}" for target in targets])


__all__ = [
    "METADATA",
    "MOMENT",
    "UUID",
    "Any",
    "BigInteger",
    "Date",
    "LargeBinary",
    "Text",
    "date",
    "datetime",
    "day",
    "identity",
    "instant",
    "json",
    "key",
    "octets",
    "one_of",
    "optional_day",
    "optional_identity",
    "optional_whole",
    "refers",
    "text",
    "whole",
]
