"""How long to wait is within bounds whatever the gateway says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.gateway.waiting import backoff, http_date, retry_after

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        (" 5 ", 5.0),
        ("2.5", 2.5),
        ("0", 1.0),
        ("-1", 1.0),
        ("-" + "9" * 50, 1.0),
        ("301", 300.0),
        ("9" * 5000, 300.0),
        ("Mon, 02 Mar 2026 01:01:00 GMT", 60.0),
        ("Mon Mar  2 01:01:00 2026", 60.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 300.0),
        ("Sun, 01 Jan 1900 00:00:00 GMT", 1.0),
        ("Mon, 99 Foo 2026 01:01:00 GMT", None),
        ("soon", None),
        ("NaN", None),
        ("1e9", None),
        ("", None),
        (None, None),
    ],
)
def test_both_forms_are_read_and_clamped(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Mon, 02 Mar 2026 01:00:00 GMT", NOW),
        ("Mon, 02 Mar 2026 02:00:00 +0100", NOW),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("2026-03-02T01:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_of_a_header_is_an_instant_or_nothing(
    value: str | None, moment: datetime | None
) -> None:
    assert http_date(value) == moment


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it_or_its_bounds(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or 1.0 <= seconds <= 300.0


@given(st.integers(1, 10_000), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_backoff_stays_within_its_bounds(tries: int, jitter: float) -> None:
    wait = backoff(tries, first_seconds=0.5, most_seconds=60, jitter=jitter)
    assert 0.25 <= wait <= 60
