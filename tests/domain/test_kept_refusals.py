"""Refusals kept as plain data and made whole again: what people read is the same."""

import json
from datetime import UTC, date, datetime

from monnaielocale.domain.actors import RoleMissing
from monnaielocale.domain.files import RowFault, RowsRefused, TotalDiffers
from monnaielocale.domain.kept_refusals import kept_whole, refusal_kept
from monnaielocale.domain.ledger import PeriodClosed
from monnaielocale.domain.money import AmountUnreadable, Money
from monnaielocale.domain.refusals import Refusal
from monnaielocale.words import explain, refusal_as_problem


def again(refusal: Refusal) -> Refusal:
    """The refusal after it was written down and read."""
    return refusal_kept(json.loads(json.dumps(kept_whole(refusal))))


def test_a_refusal_comes_back_with_its_class_and_values() -> None:
    closed = PeriodClosed(closed_until=date(2026, 1, 31), business_on=date(2026, 1, 5))
    assert again(closed) == closed
    assert again(RoleMissing(login="ana", roles="town_signer")) == RoleMissing(login="ana", roles="town_signer")
    values = {"asked": Money(5, "EUS"), "many": (1, "two"), "at": datetime(2026, 1, 5, tzinfo=UTC), "none": None, "true": True}
    assert again(Refusal(**values)).values == values


def test_every_fault_of_every_row_comes_back_where_it_stands() -> None:
    faults = (
        RowFault(2, "Montant", "12.345", AmountUnreadable(written="12.345")),
        RowFault(7, "", "", TotalDiffers(declared="1.00", recomputed="2.00")),
    )
    refused = again(RowsRefused(faults))
    assert isinstance(refused, RowsRefused)
    assert refused.faults == faults
    assert refusal_as_problem(refused) == refusal_as_problem(RowsRefused(faults))


def test_what_no_database_can_hold_is_replaced() -> None:
    refused = again(AmountUnreadable(written="12\0\ud800"))
    assert refused.values == {"written": "12\ufffd?"}


def test_a_sentence_that_the_program_no_longer_knows_is_a_plain_refusal() -> None:
    kept = kept_whole(RoleMissing(login="ana", roles="member")) | {"msgid": "{gone} is gone."}
    assert explain(refusal_kept(kept)) == explain(Refusal())
