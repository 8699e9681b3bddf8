"""The macros against Python's Decimal: exact products, one rounding rule, amounts as text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

SMALLEST = 18
examples = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def decimals(below: int, *, places: int = SMALLEST) -> st.SearchStrategy[Decimal]:
    """Decimals from 0 up to but not including `below`; short and round ones come up often."""
    return st.builds(
        lambda digits, cut: Decimal(f"{digits // 10**cut * 10**cut}E-{places}"),
        st.integers(0, below * 10**places - 1),
        st.integers(0, places),
    )


def signed(values: st.SearchStrategy[Decimal]) -> st.SearchStrategy[Decimal]:
    return st.builds(lambda value, sign: value.copy_sign(sign), values, st.sampled_from((1, -1)))


def rounded(value: Decimal, places: int) -> Decimal:
    with localcontext(prec=80):
        return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def one(connection: Any, query: str, *values: Any) -> Any:
    """The one value of a query."""
    return connection.execute(query, list(values)).fetchall()[0][0]


FIAT_VALUE = "select fiat_value(?::varchar::decimal(38, 18), ?::varchar::decimal(38, 18))"
ROUNDED_VALUE = (
    "select round_to_minor_units("
    "fiat_value(?::varchar::decimal(38, 18), ?::varchar::decimal(38, 18)), ?::integer)"
)
ROUNDED = "select round_to_minor_units(?::varchar::decimal(38, 18), ?::integer)"
AS_MONEY = "select money_text(?::varchar::decimal(38, 18), ?::integer)"
AS_COINS = "select coins_text(?::varchar::decimal(38, 18))"


@examples
@given(coins=signed(decimals(10**12)), rate=decimals(10**12))
def test_a_fiat_value_is_the_exact_product_to_fourteen_digits(
    blank: Any, coins: Decimal, rate: Decimal
) -> None:
    with localcontext(prec=80):
        exact = coins * rate
        assume(abs(exact) < 10**19)
        found = one(blank, FIAT_VALUE, f"{coins:f}", f"{rate:f}")
        assert 0 <= abs(exact) - abs(found) < Decimal("1e-14")
        assert found == 0 or (found < 0) == (exact < 0)


@examples
@given(coins=signed(decimals(10**6)), rate=decimals(10**6), minor_units=st.integers(0, 4))
def test_a_fiat_value_rounds_as_the_exact_product_does(
    blank: Any, coins: Decimal, rate: Decimal, minor_units: int
) -> None:
    with localcontext(prec=80):
        exact = coins * rate
    found = one(blank, ROUNDED_VALUE, f"{coins:f}", f"{rate:f}", minor_units)
    assert found == rounded(exact, minor_units)


@examples
@given(
    halves=st.integers(-(10**9), 10**9),
    minor_units=st.integers(0, 4),
    nudge=st.sampled_from((0, 1, -1)),
)
def test_rounding_goes_half_away_from_zero_and_notices_the_last_digit(
    blank: Any, halves: int, minor_units: int, nudge: int
) -> None:
    value = Decimal(halves).scaleb(-minor_units) / 2 + Decimal(nudge).scaleb(-SMALLEST)
    assert one(blank, ROUNDED, f"{value:f}", minor_units) == rounded(value, minor_units)


@pytest.mark.parametrize(
    ("amount", "minor_units", "expected"),
    [
        ("0.005", 2, "0.01"),
        ("-0.005", 2, "-0.01"),
        ("0.004999999999999999", 2, "0"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("1.0005", 3, "1.001"),
        ("1.005", None, "1.01"),
        ("12345678901234567890.123456789012345678", 4, "12345678901234567890.1235"),
    ],
)
def test_amounts_round_to_the_minor_unit(
    blank: Any, amount: str, minor_units: int | None, expected: str
) -> None:
    assert one(blank, ROUNDED, amount, minor_units) == Decimal(expected)


@examples
@given(amount=signed(decimals(10**15)), minor_units=st.sampled_from((None, 0, 1, 2, 3, 4)))
def test_an_amount_as_text_loses_nothing_and_shows_its_minor_units(
    blank: Any, amount: Decimal, minor_units: int | None
) -> None:
    text = one(blank, AS_MONEY, f"{amount:f}", minor_units)
    assert Decimal(text) == amount
    places = 2 if minor_units is None else minor_units
    shown = len(text.partition(".")[2])
    assert shown == places if rounded(amount, places) == amount else shown > places


@pytest.mark.parametrize(
    ("amount", "minor_units", "expected"),
    [
        ("41200", 2, "41200.00"),
        ("-0.5", 2, "-0.50"),
        ("1501131", 0, "1501131"),
        ("7796.136", 3, "7796.136"),
        ("0.005", 2, "0.005"),
        ("0", 0, "0"),
        (None, 2, "nothing"),
    ],
)
def test_amounts_read_as_people_write_them(
    blank: Any, amount: str | None, minor_units: int, expected: str
) -> None:
    assert one(blank, AS_MONEY, amount, minor_units) == expected


@pytest.mark.parametrize(
    ("coins", "expected"),
    [
        ("750.12", "750.12"),
        ("100", "100"),
        ("0", "0"),
        ("0.000000000000000001", "0.000000000000000001"),
    ],
)
def test_coins_bear_no_needless_zeros(blank: Any, coins: str, expected: str) -> None:
    assert one(blank, AS_COINS, coins) == expected


@pytest.mark.parametrize(
    ("first", "last", "band"),
    [
        (-1, 1, "0\u20131"),
        (2, 7, "2\u20137"),
        (8, 30, "8\u201330"),
        (31, 60, "31\u201360"),
        (61, 90, "61\u201390"),
        (91, 4000, "over 90"),
    ],
)
def test_age_bands_begin_and_end_where_documented(
    blank: Any, first: int, last: int, band: str
) -> None:
    assert [one(blank, "select age_band(?::bigint)", days) for days in (first, last)] == [band] * 2


def test_instants_read_in_utc_whatever_the_zone_of_the_session(blank: Any) -> None:
    blank.execute("set TimeZone = 'Africa/Lagos'")
    assert (
        one(blank, "select instant_text('2026-03-05T00:30:00+01:00'::timestamptz)")
        == "2026-03-04T23:30:00Z"
    )


@pytest.mark.parametrize(
    ("told", "readable"),
    [
        ("Order K6 of ada@example.com, thank you", "Order K6 of (e-mail), thank you"),
        ("<Ada.Obi+x@mail.example.co.ke>", "<(e-mail)>"),
        ("ada@example.com;bo@x.example", "(e-mail);(e-mail)"),
        ("2 @ 500 NGN", "2 @ 500 NGN"),
        ("@shop", "@shop"),
        ("", ""),
        (None, None),
    ],
)
def test_addresses_in_a_text_become_unreadable(blank: Any, told: str, readable: str) -> None:
    assert one(blank, "select without_addresses(?::varchar)", told) == readable
