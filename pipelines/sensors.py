"""Sensors: what must not be missed although nobody looks.

Belongs here: mailing a run that failed outside a step of ours, such as a killed process.
Stays out: composing and sending the mail (`pipelines.night.deliver`).
"""

import dagster as dg

from pipelines.night.deliver import deliver_failure
from pipelines.settings import Settings


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
