"""Reading the reports that closings stored, and saying what to ask for instead of one that is not.

Belongs here: the figures of a name and date from the published snapshot. Stays out: which reports
a closing files (`deliver`), and how they look (`reports`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.settings import Settings
from pipelines.warehouse.queries import first_row, script
from pipelines.warehouse.store import connect
from reports.kinds import REPORTS
from reports.wording import is_month_end


def published_figures(
    settings: Settings, name: str, day: date | None, *, known_at: datetime | None = None
) -> Any:
    """The stored figures of a report; of the latest as-of when no date is given.

    With `known_at`, only what a closing up to that instant gave. Raises ConfigurationFault when
    nothing is published or no such report is stored.
    """
    return published_reports(settings, [name], day, known_at=known_at)[0]


def published_reports(
    settings: Settings,
    names: Sequence[str],
    day: date | None,
    *,
    known_at: datetime | None = None,
) -> list[Any]:
    """The stored figures of several reports, in that order; as `published_figures` otherwise."""
    path = settings.places.published
    if not path.exists():
        raise ConfigurationFault(
            "Nothing is published yet.", "Run `recon nightly` or `recon demo` first."
        )
    found = []
    connection = connect(path, read_only=True)
    try:
        for name in names:
            asked = {"name": name, "business_date": day, "known_at": known_at}
            row = first_row(connection, script("work/stored_report"), asked)
            if row is None:
                raise _not_stored(connection, name, day, known_at=known_at)
            found.append(json.loads(row[0]))
    finally:
        connection.close()
    return found


def _not_stored(
    connection: duckdb.DuckDBPyConnection, name: str, day: date | None, *, known_at: datetime | None
) -> ConfigurationFault:
    is_monthly = name in REPORTS and REPORTS[name].is_monthly
    if is_monthly and known_at is None and day is not None and is_month_end(day.isoformat()):
        return _no_pack(connection, name, day)
    of_date = "" if day is None else f" for {day}"
    by_then = "" if known_at is None else f" as of {known_at.isoformat()}"
    return ConfigurationFault(
        f"No report {name} is stored{of_date}{by_then}.",
        'Ask for a date that was closed, see `recon sql "select name, business_date, as_of '
        'from delivered.reports"`.',
    )


def _no_pack(connection: duckdb.DuckDBPyConnection, name: str, last: date) -> ConfigurationFault:
    """Say how to have the pack of a month; a date that later ones passed is never closed alone."""
    asked = {"name": name, "last": last}
    found = first_row(connection, script("work/packs_of_month"), asked)
    passed, ended, latest = found or (False, False, None)
    if not passed:
        return not_closed(last)
    so_far = f"the month up to {latest}: `recon report {name} --date {latest}`"
    why = (
        f"{last} was closed after the book had passed it"
        if ended
        else f"no closing ended on {last}, and a later date is closed"
    )
    return ConfigurationFault(
        f"{last:%B %Y} has no close pack: {why}.",
        f"Ask for {so_far}." if latest else "No date of the month has one; see marts.daily_close.",
    )


def not_closed(last: date) -> ConfigurationFault:
    """The pack of a month whose last date can still be closed."""
    return ConfigurationFault(
        f"{last:%B %Y} has no close pack yet: {last} is not closed.",
        f"Close it first (`recon nightly --date {last}`), then ask for the month again.",
    )
