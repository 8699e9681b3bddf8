"""Exact text in, exact text out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import amounts
from reports.figures import FiguresUnusable

exact_amounts = st.decimals(
    min_value=Decimal("-1e20"), max_value=Decimal("1e20"), places=18, allow_nan=False
).map(lambda amount: format(amount, "f"))


@pytest.mark.parametrize(
    ("text", "least", "shown"),
    [
        ("41200.00", 2, "41,200.00"),
        ("41200.000000000000000000", 2, "41,200.00"),
        ("41200.000000000000000001", 2, "41,200.000000000000000001"),
        ("-41200.5", 2, "\N{MINUS SIGN}41,200.50"),
        ("1234567", 0, "1,234,567"),
        ("1234567.000000000000000000", 0, "1,234,567"),
        ("0.001", 3, "0.001"),
        ("-0.00", 2, "0.00"),
        ("0E-18", 2, "0.00"),
        ("007", 0, "7"),
        (
            "99999999999999999999.123456789012345678",
            2,
            "99,999,999,999,999,999,999.123456789012345678",
        ),
    ],
)
def test_an_amount_is_shown_with_all_its_digits_and_no_idle_zeros(text, least, shown):
    assert amounts.grouped(text, least=least) == shown


@given(exact_amounts, st.integers(0, 3))
def test_an_amount_read_back_from_the_page_is_the_amount(text, least):
    shown = amounts.signed(text, least=least)

    read = shown.replace(",", "").replace(amounts.MINUS, "-")

    assert Decimal(read) == Decimal(text)
    assert Decimal(amounts.digits(text, least=least)) == Decimal(text)


@pytest.mark.parametrize(
    "text", ["", " 1", "1,000", "NaN", "Infinity", "1e400", "٣", "=1+1", "0x1", "1_000"]
)
def test_what_is_not_exact_decimal_text_is_refused(text):
    with pytest.raises(FiguresUnusable, match="not an exact decimal"):
        amounts.exact(text)


@pytest.mark.parametrize("value", [1.5, 1, None, True])
def test_a_number_that_is_not_text_is_refused(value):
    with pytest.raises(FiguresUnusable):
        amounts.exact(value)


def test_sums_keep_every_digit_that_a_default_context_would_round_away():
    huge, tiny = "99999999999999999999", "0.000000000000000001"

    assert amounts.add([huge, tiny]) == "99999999999999999999.000000000000000001"
    assert amounts.subtract(huge, tiny) == "99999999999999999998.999999999999999999"


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        ("100", "100", "100.0"),
        ("99.999999", "100", "99.9"),
        ("0", "100", "0.0"),
        ("1", "3", "33.3"),
        ("5", "0", None),
    ],
)
def test_a_share_is_cut_so_that_only_all_of_it_is_a_hundred(part, whole, percent):
    assert amounts.share(part, whole) == percent
