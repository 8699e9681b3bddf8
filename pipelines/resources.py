"""What Dagster hands to assets: a way to open the night that a run is about.

Belongs here: turning a run's partition range into a plain frame, and telling a fault to people.
Stays out: every step of the night (`pipelines.night`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import dagster as dg

from pipelines.faults import ConfigurationFault, ReconFault
from pipelines.night.deliver import fail
from pipelines.night.frame import Frame, frame
from pipelines.night.progress import Observer, PlainLines, Several
from pipelines.runs import KIND_TAG, PROCESS_TAG, SWEEP_TAG, dates_of, process_name
from pipelines.settings import Settings, load_settings

RETRY_SECONDS = 300
"""Before the first try again of what may pass by itself; as much more before each other."""


class Nights:
    """Opens the night of a run; `fault` keeps what stopped the last that was not tried again."""

    def __init__(
        self,
        settings: Callable[[], Settings] = load_settings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        tell: Callable[[str], None] | None = None,
        observer: Observer | None = None,
        retries: int = 0,
    ) -> None:
        self.settings = settings
        self.now = now
        self._tell = tell
        self._observer = observer
        self._alone = ExitStack()
        self._running = ""
        self.retries = retries
        self.fault: ReconFault | None = None

    @contextmanager
    def step(
        self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext
    ) -> Iterator[Frame]:
        """The frame of the run; a fault inside is written down and mailed before it goes on.

        Raises the fault as `dagster.Failure`, with its remedy, or for Dagster to try again.
        """
        night: Frame | None = None
        try:
            night = self.frame(context)
            if self._running != night.run_id:
                _sign(context)
                self._keep_others_out(night)
            yield night
        except ReconFault as fault:
            self.release()
            if fault.may_retry and context.retry_number < self.retries:
                # No policy of Dagster's: it would try a step again that somebody terminated.
                pause = RETRY_SECONDS * (context.retry_number + 1)
                raise dg.RetryRequested(self.retries, seconds_to_wait=pause) from fault
            # Kept though another step begins after this one: the command tells it at the end.
            self.fault = fault
            if night is not None:
                fail(night, fault)
            raise dg.Failure(
                description=fault.sentence, metadata={"remedy": fault.remedy}
            ) from fault

    @contextmanager
    def telling(self) -> Iterator[None]:
        """What only reads what is published: a fault inside stops the run with its remedy."""
        try:
            yield
        except ReconFault as fault:
            raise dg.Failure(
                description=fault.sentence, metadata={"remedy": fault.remedy}
            ) from fault

    def _keep_others_out(self, night: Frame) -> None:
        """Take the writer lock at a run's first step and keep it until `release`."""
        self.release()
        self._alone.enter_context(night.alone())
        self._running = night.run_id

    def _observers(self, log: Observer) -> Observer:
        """The run's own log always hears the counts, also when a terminal does."""
        return log if self._observer is None else Several([log, self._observer])

    def release(self) -> None:
        """Let other runs in; the end of the process does so too."""
        self._running = ""
        self._alone.close()

    def frame(self, context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Frame:
        """The plain frame of the run: its id, its range of business dates, the settings."""
        run = context.run
        dates = dates_of(run.tags)
        if dates is None:
            raise ConfigurationFault(
                "The run names no business date.", "Choose a partition, or a range of them."
            )
        usual = "backfill" if dates.first != dates.last else "nightly"
        return frame(
            self.settings(),
            # Re-executed from a failure, a run goes on under the name it began with.
            run_id=run.root_run_id or run.run_id,
            kind=run.tags.get(KIND_TAG, usual),
            dates=dates,
            tell=self._tell or context.log.info,
            observer=self._observers(PlainLines(context.log.info)),
            now=self.now(),
            is_sweep=run.tags.get(SWEEP_TAG) == "true",
        )


def _sign(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> None:
    """Write which process works on the run; one begun by a command has it on record already."""
    run = context.run
    name = process_name(os.getpid(), run.run_id)
    if run.tags.get(PROCESS_TAG) != name:
        context.instance.add_run_tags(run.run_id, {PROCESS_TAG: name})
