"""Exports are handed to their reader from where they lie, unchanged or not at all."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.inbox import State, arrivals
from pipelines.orders.intake import Intake
from pipelines.orders.opening import ExportChanged
from pipelines.orders.sidecars import ControlTotals

Line = Callable[..., str]
Export = Callable[..., bytes]


def test_the_bytes_of_new_files_are_never_all_in_memory(
    tmp_path: Path, line: Line, export: Export
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for place in range(3):
        header, row = export(line(order_id=f"K{place}")).splitlines()
        # A note that nobody reads makes each file 4 MB.
        (inbox / f"{place}.csv").write_bytes(header + b"\n" + row[:-1] + b"x" * 4_000_000 + b"\n")
    tracemalloc.start()
    found = arrivals(inbox, wait_still=False)
    with Intake(tmp_path / "handed") as intake:
        for one in found:
            assert one.export is not None
            with pytest.raises(OrderFileRefused):
                intake.read(one.name, one.export, time_zone=ZoneInfo("Africa/Lagos"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.state for one in found] == [State.READY] * 3
    assert peak < 4_000_000


@pytest.mark.parametrize("change", ["rewritten", "grown", "gone", "link", "no folder"])
def test_a_file_that_changes_before_it_is_read_is_not_read(
    tmp_path: Path, line: Line, export: Export, change: str
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    file = inbox / "a.csv"
    file.write_bytes(export(line()))
    (found,) = arrivals(inbox, wait_still=False)
    if change == "rewritten":
        file.write_bytes(export(line(order_id="K9")))
        os.utime(file, ns=(1, 1))
    elif change == "grown":
        file.write_bytes(export(line(), line(order_id="K9")))
    elif change == "no folder":
        inbox.rename(tmp_path / "elsewhere")
    else:
        file.rename(tmp_path / "a.csv")
    if change == "link":
        file.symlink_to(tmp_path / "a.csv")
    with Intake(tmp_path / "handed") as intake, pytest.raises(ExportChanged):
        intake.read("a.csv", found.export or b"", time_zone=ZoneInfo("Africa/Lagos"))
    assert list((tmp_path / "handed").iterdir()) == []


@pytest.mark.parametrize("control", [ControlTotals(), ControlTotals(rows=1)])
def test_a_control_file_may_say_nothing(
    tmp_path: Path, line: Line, export: Export, control: ControlTotals
) -> None:
    with Intake(tmp_path) as intake:
        content = export(line())
        read = intake.read("orders.csv", content, time_zone=ZoneInfo("UTC"), control=control)
    assert read.rows_received == 1
