"""Amounts as people write them: exact cents, or a refusal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.money import (
    CENTS_MAX,
    AmountTooLarge,
    AmountUnreadable,
    CurrenciesDiffer,
    Money,
    cents_from_text,
    decimal_of,
    decimal_text,
)

cents = st.integers(-CENTS_MAX, CENTS_MAX)


@pytest.mark.parametrize(
    "written",
    [
        "1234,56",
        "1234.56",
        "1 234,56 €",
        "1\u00a0234,56\u00a0€",
        "1\u202f234,56\u202f€",
        "1\u2009234,56",
        "€1234.56",
        "1234,56 EUR",
        "+1234,56",
        "  1234,56  ",
    ],
)
def test_an_amount_is_read_in_every_french_way_of_writing_it(written: str) -> None:
    assert cents_from_text(written) == 123456


def test_an_old_windows_file_and_a_new_one_give_the_same_amount() -> None:
    assert cents_from_text("1 234,56 €".replace(" ", "\u00a0").encode("cp1252").decode("cp1252")) == 123456
    assert cents_from_text("1\u202f234,56\u202f€".encode().decode("utf-8")) == 123456


@pytest.mark.parametrize(("written", "expected"), [("125 000,00", 12500000), ("10 000,00", 1000000), ("1 000 000", 100000000)])
def test_a_large_grant_is_an_ordinary_amount(written: str, expected: int) -> None:
    assert cents_from_text(written) == expected


@pytest.mark.parametrize(("written", "expected"), [("-12,5", -1250), ("\u221212,50", -1250), ("0,05", 5), ("7", 700), ("-0", 0)])
def test_signs_and_short_decimals_are_read(written: str, expected: int) -> None:
    assert cents_from_text(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-",
        "12,345",
        "1.234,56",
        "12,",
        ",50",
        "1e3",
        "NaN",
        "Infinity",
        "١٢",
        "12 $",
        "--5",
        "5-",
        "12,5,0",
        "0x10",
        "1_000",
        "12€34",
    ],
)
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(AmountUnreadable):
        cents_from_text(written)


def test_more_than_two_decimals_are_refused_and_never_rounded() -> None:
    with pytest.raises(AmountUnreadable) as refused:
        cents_from_text("10,005")
    assert str(refused.value).startswith("10,005 is not an amount")


def test_what_64_bits_cannot_hold_is_refused() -> None:
    assert cents_from_text(decimal_text(CENTS_MAX)) == CENTS_MAX
    with pytest.raises(AmountTooLarge):
        cents_from_text("92233720368547758,08")
    with pytest.raises(AmountTooLarge):
        Money(CENTS_MAX) + Money(1)


@given(
    cents,
    st.sampled_from([".", ","]),
    st.sampled_from(["", "\u00a0", "\u202f", " "]),
    st.sampled_from(["", " €", "\u202f€", " EUR"]),
)
def test_what_is_written_is_read_back(amount: int, mark: str, space: str, currency: str) -> None:
    written = f"{Decimal(abs(amount)).scaleb(-2):,.2f}".replace(",", space).replace(".", mark)
    assert cents_from_text(f"{'-' if amount < 0 else ''}{written}{currency}") == amount


@given(cents)
def test_the_plain_form_is_read_back_and_is_the_same_number(amount: int) -> None:
    assert cents_from_text(decimal_text(amount)) == amount
    assert Decimal(decimal_text(amount)) == decimal_of(amount)


@given(st.text())
def test_any_text_gives_cents_or_a_refusal(written: str) -> None:
    try:
        assert type(cents_from_text(written)) is int
    except (AmountUnreadable, AmountTooLarge) as refusal:
        assert refusal.values["written"] == written[:80]


@given(cents, cents)
def test_money_adds_up_as_whole_cents(left: int, right: int) -> None:
    if abs(left + right) <= CENTS_MAX:
        assert Money(left) + Money(right) == Money(left + right)
        assert Money(left + right) - Money(right) == Money(left)
    assert (Money(left) < Money(right)) is (left < right)
    assert -Money(left) == Money(-left)


def test_two_currencies_never_mix() -> None:
    with pytest.raises(CurrenciesDiffer):
        Money(100, "EUR") + Money(100, "EUS")


@pytest.mark.parametrize("wrong", [1.0, True, "1", None])
def test_money_is_made_of_whole_cents_only(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]
