"""What the association owes a desk, until the euros arrived."""

import pytest

from monnaielocale.domain.chart import Form
from monnaielocale.domain.desks.remittances import (
    Remittance,
    RemittanceConfirmedBeyond,
    check_confirmation,
    remittance_number,
)
from monnaielocale.domain.money import AmountNotPositive


@pytest.mark.parametrize(
    ("paid", "confirmed", "state", "claim"),
    [(0, 0, "due", 50_00), (49_99, 49_99, "due", 1), (50_00, 0, "paid", 50_00), (50_00, 50_00, "confirmed", 0)],
)
def test_a_step_is_taken_when_it_is_complete(paid: int, confirmed: int, state: str, claim: int) -> None:
    remittance = Remittance("PISC-2026-R0001", Form.NOTES, 50_00, paid, confirmed)
    assert (remittance.state.value, remittance.claim_cents) == (state, claim)


def test_no_more_is_confirmed_than_was_paid() -> None:
    remittance = Remittance(remittance_number("PISC", 2026, 1), Form.NOTES, 50_00, 30_00, 10_00)
    check_confirmation(remittance, 20_00)
    with pytest.raises(RemittanceConfirmedBeyond) as refused:
        check_confirmation(remittance, 20_01)
    assert str(refused.value) == (
        "20.01 is more than the 20.00 that was paid for the remittance PISC-2026-R0001 and is not confirmed yet."
    )
    with pytest.raises(AmountNotPositive):
        check_confirmation(remittance, 0)
