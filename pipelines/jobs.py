"""Jobs, their partitions and their schedules.

Belongs here: which assets run together, when, and under which executor.
Stays out: the assets, and the instants of a business date (`partitions`).
"""

from collections.abc import Sequence
from datetime import date

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from pipelines.partitions import latest_closable
from pipelines.runs import KIND_TAG
from pipelines.settings import Settings

NIGHTLY = "nightly"
MONTHLY_CLOSE = "monthly_close"
PACKS = dg.AssetSelection.assets(["delivered", "month"])
MONTH_AFTER_HOURS = 4
"""So many hours after the last night of a month its pack is filed; the night should be over."""


def business_dates(first: date) -> dg.DailyPartitionsDefinition:
    """Calendar labels only: UTC here means "no zone", and today's label may end early elsewhere."""
    return dg.DailyPartitionsDefinition(start_date=first.isoformat(), timezone="UTC", end_offset=1)


def business_months(first: date) -> dg.MonthlyPartitionsDefinition:
    """Labels of months from the one that the first business date lies in; this month's is last."""
    start = first.replace(day=1).isoformat()
    return dg.MonthlyPartitionsDefinition(start_date=start, timezone="UTC", end_offset=1)


def nightly_job(checks: Sequence[dg.AssetChecksDefinition]) -> UnresolvedAssetJobDefinition:
    """All stages of one or more business dates, one step after the other in one process."""
    selection = (dg.AssetSelection.all() - PACKS) | dg.AssetSelection.checks(*checks)
    return dg.define_asset_job(
        NIGHTLY,
        selection=selection,
        executor_def=dg.in_process_executor,
        description="Take in orders, pull the gateway, validate, reconcile, publish, deliver.",
    )


def nightly_schedule(
    settings: Settings, job: UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    """Every night the business date that just ended; a tick seen twice runs once."""
    at = settings.recon_nightly_at

    @dg.schedule(
        name="nightly",
        job=job,
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=settings.recon_timezone,
        description="Closes yesterday, in the business time zone.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = latest_closable(context.scheduled_execution_time, settings.zone).isoformat()
        return dg.RunRequest(partition_key=day, run_key=day, tags={KIND_TAG: "nightly"})

    return schedule


def monthly_job() -> UnresolvedAssetJobDefinition:
    """The close pack of a month, from what the closing of its last date stored."""
    return dg.define_asset_job(
        MONTHLY_CLOSE,
        selection=PACKS,
        executor_def=dg.in_process_executor,
        description="File the close pack of a month whose last date is closed.",
    )


def monthly_schedule(
    settings: Settings, job: UnresolvedAssetJobDefinition
) -> dg.ScheduleDefinition:
    """On the first of a month the pack of the month before; a tick seen twice runs once."""
    at = settings.recon_nightly_at

    @dg.schedule(
        name=MONTHLY_CLOSE,
        job=job,
        cron_schedule=f"{at.minute} {min(at.hour + MONTH_AFTER_HOURS, 23)} 1 * *",
        execution_timezone=settings.recon_timezone,
        description="Files the close pack of the month that ended, in the business time zone.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        day = latest_closable(context.scheduled_execution_time, settings.zone)
        month = day.replace(day=1).isoformat()
        return dg.RunRequest(partition_key=month, run_key=month, tags={KIND_TAG: "month"})

    return schedule
