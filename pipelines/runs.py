"""Runs as Dagster has them on record: the tags we read and write, and runs whose process is gone.

Belongs here: what commands, sensors and steps must agree on about a run.
Stays out: starting runs, and what a run does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import dagster as dg

from pipelines.partitions import DateRange

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
PARTITION_TAG = "dagster/partition"
KIND_TAG = "recon/kind"
SWEEP_TAG = "recon/sweep"
"""A run whose tag says `true` reads again everything that the gateway lists."""
PROCESS_TAG = "recon/process"
"""Which process works on the run: what a kill leaves behind is told from what still works."""

GONE = "Its process is gone; the next run takes over its work."


def range_tags(dates: DateRange) -> dict[str, str]:
    """Tags of a run over a range; Dagster files its results under every date of it."""
    return {RANGE_START_TAG: dates.first.isoformat(), RANGE_END_TAG: dates.last.isoformat()}


def dates_of(tags: Mapping[str, str]) -> DateRange | None:
    """The business dates of a run; None of one that is about no date."""
    single = tags.get(PARTITION_TAG, "")
    first, last = tags.get(RANGE_START_TAG, single), tags.get(RANGE_END_TAG, single)
    if not first or not last:
        return None
    return DateRange(date.fromisoformat(first), date.fromisoformat(last))


def process_name(pid: int, run_id: str) -> str:
    """A process of this machine since it was started, at work on one run.

    A number alone may be used again, and a run that is tried again inherits its tags.
    """
    booted = Path("/proc/sys/kernel/random/boot_id")
    boot = booted.read_text().strip() if booted.exists() else "unknown"
    return f"{boot}:{pid}:{run_id}"


def bury_killed(instance: dg.DagsterInstance) -> list[str]:
    """Show runs whose process is gone as failed instead of running; their ids.

    One of them would keep every run that waits in the queue out.
    """
    unfinished = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    gone = [run for run in instance.get_runs(dg.RunsFilter(statuses=unfinished)) if _is_gone(run)]
    for run in gone:
        instance.report_run_failed(run, GONE)
    return [run.run_id for run in gone]


def _is_gone(run: dg.DagsterRun) -> bool:
    name = run.tags.get(PROCESS_TAG, "")
    pid, _, run_id = name.partition(":")[2].partition(":")
    if not pid.isdecimal() or run_id != run.run_id:
        return False
    return name != process_name(int(pid), run_id) or not Path(f"/proc/{pid}").exists()
