"""Which windows a night pulls, told from what is covered; a missed night costs no listing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines.warehouse.coverage import LOOK_BACK, Interval, windows_to_pull
from pipelines.warehouse.queries import script

ZONE = ZoneInfo("UTC")
FIRST = date(2026, 9, 1)
BEGIN = datetime(2026, 8, 31, 23, tzinfo=UTC)
LAST_CLOSED = datetime(2026, 10, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set TimeZone = 'UTC'")
        opened.execute(script("schema"))
        opened.execute(
            "insert into ops.closings values (1, 'run', ?, ?, ?)",
            [FIRST, LAST_CLOSED.date() - DAY, LAST_CLOSED],
        )
        yield opened


def cover(connection: duckdb.DuckDBPyConnection, end: datetime, *, complete: bool = True) -> None:
    connection.execute(
        "insert into ops.pulls values ('run', 'transactions', ?, ?, ?, 1, 0, 0, 0, 0, null, ?, "
        "'', '', true, ?, ?, 1, 0, 0, 0, 0, '{}')",
        [BEGIN, end, end, complete, end, end],
    )


def windows(connection: duckdb.DuckDBPyConnection, until: datetime) -> list[Interval]:
    return windows_to_pull(connection, FIRST, until=until, zone=ZONE)


def test_the_first_night_pulls_everything(connection: duckdb.DuckDBPyConnection) -> None:
    assert windows(connection, LAST_CLOSED) == [(BEGIN, LAST_CLOSED)]


@pytest.mark.parametrize("missed", range(4))
def test_a_night_lists_every_row_that_the_missed_ones_would_have_listed_for_the_last_time(
    connection: duckdb.DuckDBPyConnection, missed: int
) -> None:
    cover(connection, LAST_CLOSED)
    until = LAST_CLOSED + (missed + 1) * DAY
    assert windows(connection, until) == [(LAST_CLOSED + DAY - LOOK_BACK, until)]


def test_an_incomplete_listing_is_not_the_last_one_of_a_row(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    cover(connection, LAST_CLOSED - DAY)
    cover(connection, LAST_CLOSED, complete=False)
    until = LAST_CLOSED + DAY
    assert windows(connection, until) == [(LAST_CLOSED - LOOK_BACK, until)]


def test_an_older_date_is_listed_from_its_own_end(connection: duckdb.DuckDBPyConnection) -> None:
    cover(connection, LAST_CLOSED)
    until = LAST_CLOSED - 5 * DAY
    assert windows(connection, until) == [(until - LOOK_BACK, until)]
