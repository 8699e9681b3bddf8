"""Exports with bytes that were taken in before, under the name of a later day.

Belongs here: which of them say something else than what stands since. Taken in again they would
change nothing, and whoever dropped them believes that they count. Stays out: taking in (`orders`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import duckdb

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.inbox import Arrival, State
from pipelines.orders.reader import stated_day
from pipelines.warehouse.queries import first_row, script


def overruled(
    connection: duckdb.DuckDBPyConnection, found: Sequence[Arrival], zone: ZoneInfo
) -> Iterator[OrderFileRefused]:
    """Refuse each copy whose day is later than that of an export which changed what is in it."""
    accepted = "select file_digest, exported_date from ops.files where state = 'accepted'"
    dates = dict(connection.execute(accepted).fetchall())
    for arrival in found:
        day = stated_day(arrival.name, arrival.control, time_zone=zone)
        former_day = dates.get(arrival.digest) if arrival.state is State.KNOWN else None
        # Most are the very files that were taken in: nothing is asked for them.
        if day is None or former_day is None or day <= former_day:
            continue
        asked = {"file_digest": arrival.digest, "day": day}
        told = first_row(connection, script("intake/overruled_copy"), asked)
        if told is not None:
            former, since = told
            yield OrderFileRefused(
                arrival.name,
                f"its bytes were taken in as {former} and count as of that date; {since} has"
                " changed orders of it since, and stands.",
                remedy="If this one is right, drop it with other bytes, such as in another format"
                " or with its orders sorted otherwise; else remove it.",
            )
