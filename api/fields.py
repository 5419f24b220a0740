"""The kinds of values that requests and answers share, each with its rule, its description and an example."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from monnaielocale.domain.members import MEMBER_KINDS
from monnaielocale.domain.payments.periods import Period as PeriodOfPayment
from monnaielocale.domain.payments.periods import PeriodUnreadable
from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.text import clean_text

# Ten thousand thousand million euros: no town pays so much at once, and sums of such amounts stay far below 64 bits.
CENTS_MOST = 10**15
# Days far outside of these can only be slips, and the calendar of Python ends after them.
YEARS = (1900, 2199)
_PERIOD = re.compile(r"2[01][0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class DayUnfit(Refusal):
    """Write a day like 2026-01-31, of this century or its neighbours."""

    code = "day_unfit"


class FieldUnfit(ValueError):
    """How a refusal of the domain reaches the answer from within a model, with the place of the field."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.code)


class Body(BaseModel):
    """What a request asks: a field that nobody knows is refused, since it may be one that matters, misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shape(BaseModel):
    """What an answer holds."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)


def _refusing(check: Callable[[str], Any]) -> Callable[[str], Any]:
    """The check of the domain, its refusals told as faults of the field."""

    def checked(value: str) -> Any:
        try:
            return check(value)
        except Refusal as refusal:
            raise FieldUnfit(refusal) from None

    return checked


def text(*, most: int, least: int = 0) -> Any:
    """What makes a field one line of text: composed, without characters that nobody can see, and of some length."""
    return (
        AfterValidator(_refusing(lambda value: clean_text(value, max_length=most))),
        Field(strict=True, min_length=least, max_length=most),
    )


def _day(value: object) -> date:
    """A calendar day, written like 2026-01-31 and in no other way: no instant, no number, no other order of its parts."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise FieldUnfit(DayUnfit()) from None
    if isinstance(value, date) and not isinstance(value, datetime) and YEARS[0] <= value.year <= YEARS[1]:
        return value
    raise FieldUnfit(DayUnfit())


def _period(value: str) -> str:
    # People write 01/2026 in lists; programs write a period in one way.
    if not _PERIOD.fullmatch(value):
        raise PeriodUnreadable(written=value)
    return str(PeriodOfPayment.parse(value))


Cents = Annotated[
    int,
    Field(strict=True, gt=0, le=CENTS_MOST, description="An amount in whole cents, more than zero.", examples=[1250]),
]
CentsOrZero = Annotated[
    int, Field(strict=True, ge=0, le=CENTS_MOST, description="An amount in whole cents, or zero.", examples=[125000])
]
Balance = Annotated[
    int,
    Field(strict=True, description="An amount in whole cents; below zero where an account may be.", examples=[125000]),
]
BalanceGiven = Annotated[Balance, Field(ge=-CENTS_MOST, le=CENTS_MOST)]
Count = Annotated[int, Field(strict=True, ge=0, le=CENTS_MOST, description="How many.", examples=[12])]
Number = Annotated[
    int, Field(strict=True, ge=1, le=2**63 - 1, description="A number that the books gave, from 1 without a hole.", examples=[42])
]

Currency = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^[A-Z]{3}$"),
    Field(description="A currency: EUR, or three letters for a local currency.", examples=["EUR"]),
]
Code = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^[a-z][a-z0-9_-]{0,39}$"),
    Field(description="The short name of a book, a party or a kind.", examples=["bayonne"]),
]
MemberNumber = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^[A-Z0-9][A-Z0-9._/-]{0,19}$"),
    Field(description="The number of a member of the association.", examples=["E00042"]),
]
MandateNumber = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^[A-Za-z0-9-]{1,35}$"),
    Field(description="The number of a collection mandate.", examples=["M-000001"]),
]
Reference = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^RF[0-9]{2}[A-Z0-9]{1,21}$"),
    Field(description="The reference of a payment run (ISO 11649).", examples=["RF36BAYONNEIND202601L1"]),
]
MemberKind = Annotated[
    str,
    StringConstraints(strict=True, pattern="^(" + "|".join(MEMBER_KINDS) + ")$"),
    Field(description=f"What a member is: {', '.join(MEMBER_KINDS)}.", examples=["person"]),
]

Name = Annotated[
    str, *text(most=120, least=1), Field(description="The name of a person or of an organisation.", examples=["Maite Etxe"])
]
Label = Annotated[
    str, *text(most=140), Field(description="A few words that stay with the booking.", examples=["Bread and cheese"])
]
Note = Annotated[
    str, *text(most=500), Field(description="A remark for whoever reads it later.", examples=["Seen with the clerk"])
]
Reason = Annotated[
    str, *text(most=200, least=1), Field(description="Why this is done: it stays in the books.", examples=["Entered twice"])
]
Login = Annotated[str, *text(most=80, least=1), Field(description="The name under which a person signs in.", examples=["maite"])]
Iban = Annotated[
    str, *text(most=42), Field(description="An IBAN, with or without spaces.", examples=["FR7630006000011234567890189"])
]
FileName = Annotated[str, *text(most=200, least=1), Field(description="The name of a file.", examples=["january.csv"])]

Password = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=500, description="A password: never shown again.", examples=["correct horse"]),
]

Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "pattern": "^(19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$",
            "description": "A calendar day.",
            "examples": ["2026-01-31"],
        }
    ),
]
Period = Annotated[
    str,
    *text(most=20, least=1),
    AfterValidator(_refusing(_period)),
    Field(
        description="What a payment is for: a month, a year or a day.",
        examples=["2026-01"],
        json_schema_extra={"pattern": f"^{_PERIOD.pattern}$"},
    ),
]
ShareMode = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^(whole|fixed|ceiling)$"),
    Field(description="How much of each payment a mandate covers.", examples=["whole"]),
]

IdempotencyKeyText = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^[\x21-\x7e]{1,200}$"),
    Field(
        description="Any text of your own, of visible characters without spaces.",
        examples=["6f1ef6a0-3f5c-4d6e-9c55-2f1f0a1f2b3c"],
    ),
]

BookAsked = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z][a-z0-9_-]{0,39}$",
        description="The code of the book that is meant; needed by those who may name several.",
        examples=["eusko"],
    ),
]
