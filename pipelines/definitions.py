"""The composition root: settings in, everything Dagster needs out. Nothing else imports `assets`.

Belongs here: putting assets, checks, jobs, schedules, sensors and resources together.
Stays out: what any of them does.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg

from assets import claims, delivered, marts, raw, reconciled, validated
from pipelines.jobs import business_dates, nightly_job, nightly_schedule
from pipelines.resources import Nights
from pipelines.sensors import failure_sensor
from pipelines.settings import Settings, load_settings


def build(
    settings: Callable[[], Settings] = load_settings,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    tell: Callable[[str], None] | None = None,
) -> dg.Definitions:
    """All definitions over the given settings and clock; `tell` replaces the run's own log."""
    with warnings.catch_warnings():
        # A range that runs as one run is what backfills rest on, beta or not.
        warnings.filterwarnings(
            "ignore", message="Parameter `backfill_policy`", category=dg.BetaWarning
        )
        return _compose(settings(), Nights(settings, now=now, tell=tell))


def _compose(known: Settings, nights: Nights) -> dg.Definitions:
    partitions = business_dates(known.recon_first_date)
    checks = claims.definitions()
    job = nightly_job(partitions, checks)
    return dg.Definitions(
        assets=[
            definition
            for stage in (raw, validated, reconciled, marts, delivered)
            for definition in stage.definitions(partitions)
        ],
        asset_checks=checks,
        jobs=[job],
        schedules=[nightly_schedule(known, job)],
        sensors=[failure_sensor(known)],
        resources={"night": nights},
    )


defs = build()
