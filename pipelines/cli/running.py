"""Running the job in this process, as a run that the Dagster UI shows.

Belongs here: Dagster's home, starting the job over a range, and the exit code of its outcome.
Stays out: what the job does, and how its result is worded for a terminal.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from pipelines.faults import ReconFault, Stopped, StoreFault
from pipelines.partitions import DateRange
from pipelines.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

    from pipelines.night.frame import Frame
    from pipelines.night.progress import Observer

INTERRUPTED = "DagsterExecutionInterruptedError"
EVENTS_AT_ONCE = "1000"
EXIT_CODES = {"green": 0, "red": 3}


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its id, the verdict and why it is red."""

    run_id: str
    verdict: str
    reasons: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 when all controls hold, 3 when one does not, 1 when nothing was published."""
        return EXIT_CODES.get(self.verdict, 1)


def dagster_home(settings: Settings) -> Path:
    """Dagster's home of this store, with the `dagster.yaml` of this deployment in it."""
    from pipelines.warehouse.store import lay_out

    places = settings.places
    lay_out(places)
    shutil.copyfile(settings.recon_dagster_config, places.dagster_home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(places.dagster_home)
    # What a step says of many dates is written at once.
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", EVENTS_AT_ONCE)
    return places.dagster_home


def run_range(
    settings: Settings,
    dates: DateRange,
    *,
    kind: str,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    tell: Callable[[str], None] | None = None,
    observer: Observer | None = None,
    is_sweep: bool = False,
) -> Outcome:
    """Run the nightly job over a range as one run; `tell` gets one line a step, and the
    observer hears how the pull goes on.

    Raises the fault that stopped it; everything that can be refused before is refused first.
    """
    from pipelines.night.deliver import fail
    from pipelines.night.frame import frame, gateway_of, require_ready
    from pipelines.night.mailing import smtp_settings

    # Refuse wrong dates, settings and keys before a run is on record.
    checked = frame(
        settings,
        run_id=str(uuid4()),
        kind=kind,
        dates=dates,
        tell=tell or _silent,
        now=now(),
        is_sweep=is_sweep,
    )
    smtp_settings(settings)
    gateway_of(settings)
    with ExitStack() as alone:
        try:
            alone.enter_context(checked.alone())
            require_ready(checked)
        except StoreFault as refused:
            # No run is on record yet, but whoever waits for a report has to hear of it.
            fail(checked, refused)
            raise
        return _run_alone(checked, now=now, tell=tell, observer=observer)


def _run_alone(
    checked: Frame,
    *,
    now: Callable[[], datetime],
    tell: Callable[[str], None] | None,
    observer: Observer | None,
) -> Outcome:
    """Run the job while no other run may write; the frame names the run."""
    from pipelines.night.reading import outcome_of

    settings, run_id = checked.settings, checked.run_id
    dagster_home(settings)

    import dagster as dg

    from pipelines.definitions import build
    from pipelines.runs import (
        KIND_TAG,
        PROCESS_TAG,
        SWEEP_TAG,
        bury_killed,
        process_name,
        range_tags,
    )

    definitions = build(lambda: settings, now=now, tell=tell, observer=observer, pool=None)
    nights = definitions.resources["night"] if definitions.resources else None
    job = definitions.resolve_job_def("nightly")
    with dg.DagsterInstance.get() as instance:
        bury_killed(instance)
        result = job.execute_in_process(
            run_id=run_id,
            instance=instance,
            raise_on_error=False,
            # The event log keeps everything; the terminal gets one line a step instead.
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            tags={
                **range_tags(checked.dates),
                KIND_TAG: checked.kind,
                SWEEP_TAG: str(checked.is_sweep).lower(),
                PROCESS_TAG: process_name(os.getpid(), run_id),
            },
        )
        if _was_stopped(result):
            instance.report_run_canceled(result.dagster_run, message="Stopped by hand.")
            raise Stopped(
                f"The {checked.kind} of {checked.dates} was stopped; nothing was published.",
                "The same command again goes on from what is kept.",
            )
    if not result.success:
        fault = getattr(nights, "fault", None)
        raise fault if isinstance(fault, ReconFault) else _unforeseen(checked, result)
    verdict, reasons = outcome_of(checked)
    return Outcome(run_id, verdict, tuple(reasons))


def _silent(_: str) -> None:
    """Tell nobody."""


def _was_stopped(result: dg.ExecuteInProcessResult) -> bool:
    """Whether Ctrl-C ended a step; Dagster tells it like any other error of one."""
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    return any(error is not None and error.cls_name == INTERRUPTED for error in errors)


def _unforeseen(checked: Frame, result: dg.ExecuteInProcessResult) -> ReconFault:
    """What to say of a failure that no fault of ours describes; mailed like any other."""
    from pipelines.night.deliver import fail

    failed = [event for event in result.all_events if event.is_step_failure]
    step = failed[0].step_key if failed else "a step"
    error = failed[0].step_failure_data.error if failed else None
    cause = (error.cause or error) if error else None
    told = str(cause.message).strip().splitlines()[0] if cause else "no reason is known"
    fault = StoreFault(
        f"The step {step} failed: {told[:300]}.",
        f"Open run {result.run_id} in the Dagster UI (`recon dev`) and report it.",
    )
    fail(checked, fault)
    return fault
