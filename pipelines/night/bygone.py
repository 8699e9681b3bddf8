"""The book as a past night had it: judged again, over a copy, from what was known then.

The facts are those taken in up to that as-of, the policy is that of its closing, and the breaks are
those that it published; the rules are those of this program.

Belongs here: forgetting what came later, and judging. Stays out: what is asked of such a book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.night.book import require_begun
from pipelines.night.copying import copied_store
from pipelines.policy import Policy, load_policy
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Settings
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.forgetting import forget_after
from pipelines.warehouse.policies import PolicyLog
from pipelines.warehouse.queries import (
    READERS,
    build_stage,
    first_row,
    run_scripts,
    script,
)


@contextmanager
def book_known_at(
    settings: Settings, instant: datetime, *, tell: Callable[[str], None]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The book of the last closing up to an instant; the published one when that is the latest.

    Raises ConfigurationFault when nothing was closed by then.
    """
    require_begun(settings.places)
    with open_snapshot(settings.places.published) as published:
        # Not its closings: it is written before the closing that publishes it.
        latest = first_row(published, "select as_of from reconciled.basis")
        if latest is not None and instant >= latest[0]:
            yield published
            return
    with copied_store(settings, tell) as (_, connection):
        row = first_row(connection, script("work/bygone_book"), {"instant": instant})
        if row is None:
            raise ConfigurationFault(
                f"No date was closed by {instant.isoformat()}.",
                'See `recon sql "select as_of from ops.closings order by all"`.',
            )
        as_of, first_date, version = row
        log = PolicyLog(settings.places.actions)
        policy = log.find(version) if version else load_policy(settings.recon_config)
        _go_back(settings, connection, policy, as_of=as_of, first_date=first_date)
        yield connection


def _go_back(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    *,
    as_of: datetime,
    first_date: date,
) -> None:
    """Leave only what was known at an as-of, and judge that."""
    run_scripts(connection, READERS)
    connection.execute(
        "create table reconciled.bygone_breaks as select * from reconciled.breaks_as_of(?)",
        [as_of],
    )
    forget_after(connection, as_of)
    write_basis(connection, policy, as_of=as_of, zone=settings.zone, first_date=first_date)
    for stage in ("validated", "reconciled"):
        build_stage(connection, stage)
    # State, assignee and age are those that the night gave, not those that are judged now.
    connection.execute("create or replace table reconciled.breaks as from reconciled.bygone_breaks")
