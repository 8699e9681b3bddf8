"""The composition root: settings in, everything Dagster needs out. Nothing else imports `assets`.

Belongs here: putting assets, checks, jobs, schedules, sensors and resources together.
Stays out: what any of them does.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import dagster as dg

from assets import claims, delivered, marts, raw, reconciled, validated
from assets.contracts.contract import StreamContract
from assets.contracts.streams import all_contracts
from pipelines.jobs import (
    business_dates,
    business_months,
    monthly_job,
    monthly_schedule,
    nightly_job,
    nightly_schedule,
)
from pipelines.night.progress import Observer
from pipelines.resources import Nights
from pipelines.sensors import (
    checks_sensor,
    failure_sensor,
    freshness_sensor,
    killed_sensor,
    orders_sensor,
)
from pipelines.settings import Settings, load_settings

WAREHOUSE_POOL = "warehouse"
RETRIES = 2
"""How often a run of the daemon tries a step again that the gateway or a busy store stopped."""


def build(
    settings: Callable[[], Settings] = load_settings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    tell: Callable[[str], None] | None = None,
    observer: Observer | None = None,
    pool: str | None = WAREHOUSE_POOL,
) -> dg.Definitions:
    """All definitions over the given settings and clock.

    `tell` replaces the run's own log; the observer hears of the pull beside it. `pool` lets runs
    of the daemon queue for the warehouse; a run in this process has none, because a killed one
    would keep its place for ever, and relies on the writer lock, which dies with the process.
    """
    with warnings.catch_warnings():
        # A range that runs as one run is what backfills rest on, beta or not.
        warnings.filterwarnings(
            "ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning
        )
        retries = 0 if pool is None else RETRIES
        nights = Nights(settings, now=now, tell=tell, observer=observer, retries=retries)
        return _compose(settings(), nights, pool)


def contracts() -> Mapping[str, StreamContract]:
    """The contracts by stream, for rows that are checked outside a job."""
    return all_contracts()


def _compose(known: Settings, nights: Nights, pool: str | None) -> dg.Definitions:
    partitions = business_dates(known.recon_first_date)
    checks = claims.definitions(pool)
    months = business_months(known.recon_first_date)
    job, month = nightly_job(checks), monthly_job()
    return dg.Definitions(
        assets=[
            definition
            for stage in (raw, validated, reconciled, marts)
            for definition in stage.definitions(partitions, pool)
        ]
        + delivered.definitions(partitions, pool, months=months),
        asset_checks=checks,
        jobs=[job, month],
        schedules=[nightly_schedule(known, job), monthly_schedule(known, month)],
        sensors=[
            failure_sensor(known),
            checks_sensor(known),
            freshness_sensor(known, nights.now),
            killed_sensor(),
            orders_sensor(known, job),
        ],
        # A run begun on assets in the UI is one process, too: it keeps the writer lock.
        executor=dg.in_process_executor,
        resources={"night": nights},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What the code location holds; asked for by Dagster, and by nothing of ours."""
    return build()
