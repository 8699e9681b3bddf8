"""Sensors: what must not be missed although nobody looks.

Belongs here: mailing a run that failed outside a step of ours, such as a killed process, checks
that failed without a report, and a night that never came; asking for a run when exports arrive.
Stays out: composing and sending the mail (`pipelines.night.mailing`), reading exports
(`pipelines.night.arriving`).
"""

import json
from collections.abc import Callable
from datetime import datetime

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import (
    UnresolvedAssetJobDefinition,
)

from pipelines.jobs import MONTHLY_CLOSE
from pipelines.night.arriving import Arrived, arrived, looks_of
from pipelines.night.mailing import deliver_failure
from pipelines.night.watching import mail_behind, standing_of
from pipelines.runs import bury_killed, dates_of, range_tags
from pipelines.settings import Settings

LOOK_SECONDS = 60
WATCH_SECONDS = 900
REPORT = dg.AssetKey(["delivered", "daily"])


def failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """Mail once for every run that failed; a fault that a step mailed already is not sent again."""

    @dg.run_failure_sensor(
        name="failed_night",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Mails that a night failed: what failed, what was not sent, what to do.",
    )
    def failed_night(context: dg.RunFailureSensorContext) -> None:
        run = context.dagster_run
        dates = dates_of(run.tags)
        if dates is not None:
            again = f"run the date again (`recon nightly --date {dates.last}`)"
            if run.job_name == MONTHLY_CLOSE:
                again = f"run the close pack of {dates.first:%B %Y} again"
            deliver_failure(
                settings,
                # The name under which its steps mail: tried again, it is the same night.
                run_id=run.root_run_id or run.run_id,
                business_date=dates.last.isoformat(),
                failed=context.failure_event.message or "The run failed.",
                remedy=f"Open {settings.recon_ui_url}/runs/{run.run_id}, mend the cause, and "
                f"{again}.",
            )

    return failed_night


def checks_sensor(settings: Settings) -> dg.SensorDefinition:
    """Mail once for a run whose checks failed and that mailed no report, such as one of a part.

    The report of a whole night says so itself: a second mail would only be noise.
    """

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="failed_checks",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Mails that checks failed in a run that delivered no report of its own.",
    )
    def failed_checks(context: dg.RunStatusSensorContext) -> None:
        run = context.dagster_run
        dates = dates_of(run.tags)
        failed = failed_checks_of(context.instance, run.run_id)
        if dates is None or not failed:
            return
        link = f"{settings.recon_ui_url}/runs/{run.run_id}"
        deliver_failure(
            settings,
            run_id=run.root_run_id or run.run_id,
            business_date=dates.last.isoformat(),
            failed=f"These checks do not hold: {', '.join(failed)}.",
            remedy=f"Each check says in {link} what it found and what to do; then close the date "
            f"again as a whole (`recon nightly --date {dates.last}`).",
            is_published=True,
        )

    return failed_checks


def failed_checks_of(instance: dg.DagsterInstance, run_id: str) -> list[str]:
    """The checks of a run that do not hold; none where its report told of them."""
    kinds = {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    events = [
        entry.dagster_event
        for entry in instance.all_logs(run_id, of_type=kinds)
        if entry.dagster_event is not None
    ]
    if any(event.asset_key == REPORT for event in events if event.is_step_materialization):
        return []
    checks = [event.asset_check_evaluation_data for event in events if _is_check(event)]
    return [
        f"{one.asset_key.to_user_string()} {one.check_name}" for one in checks if not one.passed
    ]


def _is_check(event: dg.DagsterEvent) -> bool:
    return event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION


def freshness_sensor(settings: Settings, now: Callable[[], datetime]) -> dg.SensorDefinition:
    """Fail the check of freshness and mail, once for each date that no night has closed."""

    @dg.sensor(
        name="freshness",
        minimum_interval_seconds=WATCH_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Fails `is_fresh` and mails when yesterday is not closed though it was due.",
    )
    def freshness(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        standing = standing_of(settings, now())
        told = standing.due.isoformat()
        if standing.last_closed is None or standing.is_fresh or context.cursor == told:
            return dg.SensorResult(
                skip_reason=f"Closed up to {standing.last_closed}, due is {standing.due}.",
                cursor=context.cursor,
            )
        mail_behind(settings, standing)
        behind = dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(["delivered", "finance"]),
            check_name="is_fresh",
            passed=False,
            severity=dg.AssetCheckSeverity.WARN,
            metadata=standing.as_text(),
        )
        return dg.SensorResult(asset_events=[behind], cursor=told)

    return freshness


def killed_sensor() -> dg.SensorDefinition:
    """Show runs whose process was killed as failed: while they seem to run, no other begins."""

    @dg.sensor(
        name="killed_runs",
        minimum_interval_seconds=LOOK_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Marks runs as failed whose process is gone, so that those queued can begin.",
    )
    def killed_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        buried = bury_killed(context.instance)
        return dg.SkipReason(f"Marked as failed: {', '.join(buried) or 'none'}.")

    return killed_runs


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
    if dates.first == dates.last:
        return dg.RunRequest(partition_key=dates.first.isoformat(), run_key=found.key)
    return dg.RunRequest(run_key=found.key, tags=range_tags(dates))
