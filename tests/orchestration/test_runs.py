"""Runs on record: which dates they are about, and which of them a kill left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest

from pipelines.partitions import DateRange
from pipelines.runs import PROCESS_TAG, bury_killed, dates_of, process_name, range_tags

STARTED = dg.DagsterRunStatus.STARTED
NO_PROCESS = 2**22 + 1
"""Above the greatest process id that Linux gives."""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def test_a_run_is_about_its_partition_or_its_range_or_nothing() -> None:
    one, some = (
        DateRange(date(2026, 9, 1), date(2026, 9, 1)),
        DateRange(date(2026, 9, 1), date(2026, 9, 3)),
    )
    assert dates_of({"dagster/partition": "2026-09-01"}) == one
    assert dates_of(range_tags(some)) == some
    assert dates_of({"recon/kind": "nightly"}) is None


@pytest.mark.parametrize(
    ("pid", "run_id", "is_buried"),
    [
        pytest.param(NO_PROCESS, "run", True, id="its process was killed"),
        pytest.param(os.getpid(), "run", False, id="its process works"),
        pytest.param(NO_PROCESS, "parent", False, id="its tag is that of the run it tries again"),
    ],
)
def test_only_a_run_whose_own_process_is_gone_is_buried(
    instance: dg.DagsterInstance, *, pid: int, run_id: str, is_buried: bool
) -> None:
    tags = {PROCESS_TAG: process_name(pid, run_id)}
    instance.run_storage.add_run(
        dg.DagsterRun(job_name="nightly", run_id="run", status=STARTED, tags=tags)
    )
    assert bury_killed(instance) == (["run"] if is_buried else [])
    run = instance.get_run_by_id("run")
    assert run is not None
    assert (run.status is dg.DagsterRunStatus.FAILURE) is is_buried
