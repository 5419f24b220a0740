"""Values beside a file: a form sends texts only, and each is read in the one way in which JSON would have to write it."""

import re
from typing import Annotated, Any

from fastapi import File, Form, UploadFile
from pydantic import BeforeValidator, WithJsonSchema

from monnaielocale.domain.refusals import Refusal

from .fields import CENTS_MOST, Day, FieldUnfit

_WHOLE = re.compile(r"-?[0-9]{1,16}", re.ASCII)


class WholeUnfit(Refusal):
    """Write a whole number in figures alone, such as 12345, of ten thousand thousand million euros in cents at most."""

    code = "whole_unfit"


def _whole(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value) and abs(int(value)) <= CENTS_MOST:
        return int(value)
    raise FieldUnfit(WholeUnfit())


def _given(description: str, example: int) -> Any:
    schema = {"type": "integer", "minimum": -CENTS_MOST, "maximum": CENTS_MOST, "examples": [example]}
    return Annotated[Annotated[int, BeforeValidator(_whole), WithJsonSchema(schema)] | None, Form(description=description)]


ListFile = Annotated[UploadFile, File(description="The list, as XLSX or CSV.")]
StatementFileGiven = Annotated[UploadFile, File(description="The bank's file, as CFONB120, camt.053 or CSV.")]
DayGiven = Annotated[Day | None, Form(description="The business date; today unless given.")]
TotalGiven = _given("The total in cents, as the sender counted it.", 125000)
CountGiven = _given("How many payments there are, as the sender counted them.", 12)
BalanceGiven = _given("A balance in cents, for a CSV file that shows none; below zero where the account is.", 250000)
