"""Which windows of a stream are still to be pulled: gaps in the store say so, never a tick.

Belongs here: interval arithmetic over what was pulled completely by a closed run.
Stays out: pulling.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from pipelines.partitions import start_of
from pipelines.warehouse.queries import first_row

LOOK_BACK = timedelta(days=14)
"""Rows of the last days are listed again each night whatever their state."""

OVERLAP = timedelta(hours=1)
"""Before the first date: a payment may be created up to an hour before its order is placed."""

SWEEP_EVERY = timedelta(days=30)
"""All that the gateway lists is read again at least so often."""

Interval = tuple[datetime, datetime]


def windows_to_pull(
    connection: duckdb.DuckDBPyConnection,
    first_date: date,
    *,
    until: datetime,
    zone: ZoneInfo,
    is_sweep: bool = False,
) -> list[Interval]:
    """Half-open windows, oldest first: every gap since the first date, and the look-back.

    A sweep is one window over everything from the first date on.
    """
    row = first_row(connection, "select min(first_date) from ops.closings")
    earliest = min(first_date, row[0]) if row and row[0] else first_date
    begin = start_of(earliest, zone) - OVERLAP
    if is_sweep:
        return [(begin, until)]
    covered = connection.execute(
        "select window_from, window_to from ops.pulls where stream = 'transactions' "
        "and complete and is_closed and window_from is not null"
    ).fetchall()
    recent = (max(begin, _looked_back_to(until, covered)), until)
    return merged([*gaps((begin, until), covered), recent])


def is_sweep_due(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> bool:
    """Whether the last complete sweep, or the first closing, lies thirty days back."""
    row = first_row(
        connection,
        "select coalesce((select max(as_of) from ops.sweeps where complete), "
        "(select min(as_of) from ops.closings))",
    )
    return bool(row and row[0] and as_of - row[0] >= SWEEP_EVERY)


def _looked_back_to(until: datetime, covered: Iterable[Interval]) -> datetime:
    """Missed and incomplete nights lengthen the look-back by as much as they left out.

    Otherwise a settled row that changed before its last listing was due is never seen again.
    """
    due = max((end for _, end in covered), default=until) + timedelta(days=1)
    return min(until, due) - LOOK_BACK


def gaps(whole: Interval, covered: Iterable[Interval]) -> list[Interval]:
    """The parts of an interval that none of the others covers."""
    missing, reached = [], whole[0]
    for start, end in sorted(covered):
        if start > reached:
            missing.append((reached, min(start, whole[1])))
        reached = max(reached, end)
        if reached >= whole[1]:
            break
    if reached < whole[1]:
        missing.append((reached, whole[1]))
    return [(start, end) for start, end in missing if start < end]


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same moments in as few intervals as can be."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif start < end:
            joined.append((start, end))
    return joined
