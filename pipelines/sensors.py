"""Sensors: what must not be missed although nobody looks.

Belongs here: mailing a run that failed outside a step of ours, such as a killed process, and asking
for a run when order exports arrive. Stays out: composing and sending the mail
(`pipelines.night.mailing`), reading exports (`pipelines.night.arriving`).
"""

import json

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from pipelines.jobs import RANGE_END_TAG, RANGE_START_TAG
from pipelines.night.arriving import Arrived, arrived, looks_of
from pipelines.night.mailing import deliver_failure
from pipelines.settings import Settings

LOOK_SECONDS = 60


def failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Mail once for every run that failed; a fault that a step mailed already is not sent again."""

    @dg.run_failure_sensor(
        name="failed_night",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Mails that a night failed: what failed, what was not sent, what to do.",
    )
    def failed_night(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        day = run.tags.get("dagster/partition") or run.tags.get(
            "dagster/asset_partition_range_end", ""
        )
        if day:
            deliver_failure(
                settings,
                run_id=run.run_id,
                business_date=day,
                failed=context.failure_event.message or "The run failed.",
                remedy="Open the run in the Dagster UI, mend the cause, and run the date again.",
            )

    return failed_night


def orders_sensor(settings: Settings, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Ask for the dates of exports that arrive after their night; the run takes the files in.

    A file counts once it looks as it did at the tick before. Off until somebody switches it on.
    """

    @dg.sensor(
        name="orders_arrived",
        job=job,
        minimum_interval_seconds=LOOK_SECONDS,
        description="Takes in order exports that arrive, and reconciles their dates again.",
    )
    def orders_arrived(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        seen = json.loads(context.cursor or "{}")
        looks = looks_of(settings)
        former, asked = seen.get("looks", {}), seen.get("asked", {})
        still = {name: look for name, look in looks.items() if former.get(name) == look}
        fresh = {name for name, look in still.items() if asked.get(name) != look}
        found = arrived(settings, looks=looks, former=former) if fresh else None
        # What is still growing is asked about again; what was looked at is not.
        cursor = json.dumps({"looks": looks, "asked": still})
        return dg.SensorResult(
            run_requests=[_request(found)] if found else [],
            skip_reason=None if found else "No new export of a closed date stands still.",
            cursor=cursor,
        )

    return orders_arrived


def _request(found: Arrived) -> dg.RunRequest:
    dates = found.dates
    first, last = dates.first.isoformat(), dates.last.isoformat()
    if first == last:
        return dg.RunRequest(partition_key=first, run_key=found.key)
    return dg.RunRequest(run_key=found.key, tags={RANGE_START_TAG: first, RANGE_END_TAG: last})
