"""What people type at a desk is read as they mean it, or told to be written otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.actions.issuing import OtherGiven, ServiceAsked
from monnaielocale.cli.arguments import ArgumentRefused
from monnaielocale.cli.at_desk.given import (
    PiecesNotUnderstood,
    ServiceNotUnderstood,
    SlipNotUnderstood,
    counted,
    given_over,
    pieces,
    services,
)
from monnaielocale.domain.desks.bundles import EURO_PIECES_CENTS
from monnaielocale.domain.money import AmountUnreadable, decimal_text
from monnaielocale.domain.refusals import Refusal
from monnaielocale.words import explain

WORTHS = st.sampled_from(EURO_PIECES_CENTS) | st.integers(1, 10**9)
COUNTS = st.integers(0, 9_999_999)
CODES = st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True)


def written(cents: int, comma: bool, short: bool) -> str:
    """An amount as somebody types it: with a comma or a point, and whole amounts without decimals."""
    text = decimal_text(cents).removesuffix(".00") if short else decimal_text(cents)
    return text.replace(".", ",") if comma else text


@given(st.lists(st.tuples(WORTHS, COUNTS)), st.booleans(), st.booleans(), st.sampled_from(["x", "X", "×", " x "]))
def test_pieces_are_read_as_they_are_written(told: list[tuple[int, int]], comma: bool, short: bool, sign: str) -> None:
    assert pieces(f"{written(worth, comma, short)}{sign}{count}" for worth, count in told) == tuple(told)


@given(st.text(max_size=40))
def test_pieces_are_read_or_told_to_be_written_otherwise(text: str) -> None:
    try:
        ((worth, count),) = pieces([text])
    except PiecesNotUnderstood:
        return
    assert worth > 0
    assert 0 <= count <= 9_999_999


@pytest.mark.parametrize("text", ["5xtwo", "5", "x3", "5x-2", "-5x2", "0x3", "5x1,5", "5x", "", "5x12345678", "0,205x3", "5x1x2"])
def test_what_names_no_pieces_is_told(text: str) -> None:
    with pytest.raises(PiecesNotUnderstood) as told:
        pieces([text])
    assert explain(told.value).startswith(f"{text} ne dit pas combien")


def test_a_count_has_pieces_and_sums() -> None:
    count = counted(["5x12", "1x0"], ["0,20x3", "2x1"], "12,50", "")
    assert (count.notes, count.euros) == (((500, 12), (100, 0)), ((20, 3), (200, 1)))
    assert (count.card_cents, count.cheque_cents) == (12_50, 0)
    assert counted(None, None, "", "").notes == ()


@given(CODES, st.none() | st.integers(0, 999_999_999), st.none() | st.integers(0, 10**9))
def test_services_are_read_as_they_are_written(code: str, quantity: int | None, unit: int | None) -> None:
    text = code + ("" if quantity is None else f"={quantity}") + ("" if unit is None else f"@{decimal_text(unit)}")
    assert services([text]) == (ServiceAsked(code, 1 if quantity is None else quantity, unit),)


@pytest.mark.parametrize("text", ["", "=2", "entry=two", "entry=-1", "entry=1,5", "entry@", "two words", "@5,00"])
def test_what_names_no_service_is_told(text: str) -> None:
    with pytest.raises(ServiceNotUnderstood):
        services([text])


def test_a_price_that_is_no_amount_is_told() -> None:
    with pytest.raises(AmountUnreadable):
        services(["entry@free"])


def test_what_a_payer_gives_is_read() -> None:
    given = given_over(["5x1"], "0,20", ["4,50:0042"], ["12:BX 7:1"])
    assert (given.notes, given.euros_cents) == (((500, 1),), 20)
    assert given.others == (OtherGiven("card", 4_50, "0042"), OtherGiven("cheque", 12_00, "BX 7:1"))


@pytest.mark.parametrize("text", ["4,50", "4,50:", ":0042", " : ", ""])
def test_a_card_payment_without_its_amount_or_number_is_told(text: str) -> None:
    with pytest.raises(SlipNotUnderstood):
        given_over(None, "", [text], None)


@given(st.text(max_size=60))
def test_nothing_that_is_typed_fails_otherwise_than_by_a_refusal(text: str) -> None:
    for read in (lambda: pieces([text]), lambda: services([text]), lambda: given_over(None, text, [text], [text])):
        try:
            read()
        except Refusal as refusal:
            assert isinstance(refusal, ArgumentRefused) or refusal.code in ("amount_unreadable", "amount_too_large")
            assert explain(refusal)
