"""The process that reads order exports: a stranger's bytes are parsed here and nowhere else.

Started by `intake`, one for each look at the inbox; it knows no key, no store and no network, and
ends itself at its limits. A line on stdin names a folder with `request.json` and `content`; what
the file holds is written there, and the folder's line comes back on stdout.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile, read_order_file, read_rows
from pipelines.orders.sidecars import ControlTotals, control_json, control_totals_in

REQUEST, CONTENT, TOLD = "request.json", "content", "told.json"
ACCEPTED, QUARANTINED, ASIDE = "accepted.arrow", "quarantined.arrow", "set_aside.arrow"
_FRAMES = {"accepted": ACCEPTED, "quarantined": QUARANTINED, "set_aside": ASIDE}


def serve(memory_bytes: int, processor_seconds: float, file_bytes: int) -> None:
    """Read what is asked for, one file after the other, until stdin ends."""
    for what, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    # Whatever the process that started this one does with it.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF})
    for line in sys.stdin:
        folder = Path(line.rstrip("\n"))
        signal.setitimer(signal.ITIMER_PROF, processor_seconds)
        _answer(folder)
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(folder, flush=True)


def request(
    name: str,
    *,
    zone: ZoneInfo,
    mappings: Mapping[str, OrderMapping],
    control: ControlTotals | None,
    taken_at: datetime | None,
) -> dict[str, Any]:
    """Give what a worker has to know to read a file."""
    return {
        "name": name,
        "zone": zone.key,
        "mappings": {label: mapping.model_dump() for label, mapping in mappings.items()},
        "control": control_json(control),
        "taken_at": taken_at and taken_at.isoformat(),
    }


def outcome(folder: Path) -> OrderFile:
    """Give what a worker has written into a folder, or raise the refusal that it came to."""
    told = json.loads((folder / TOLD).read_bytes())
    if "refused" in told:
        raise OrderFileRefused(**told["refused"])
    exported = told.pop("exported_on")
    return OrderFile(
        **{
            **told,
            "totals": {code: Decimal(total) for code, total in told["totals"].items()},
            "exported_on": date.fromisoformat(exported) if exported else None,
            **{frame: _mapped(folder / name) for frame, name in _FRAMES.items()},
        }
    )


def _mapped(file: Path) -> pl.DataFrame:
    """The rows where they lie on the disk; reading them would hold a million of them in memory."""
    return cast(pl.DataFrame, pl.from_arrow(pa.ipc.open_file(pa.memory_map(str(file))).read_all()))


def rows(folder: Path) -> pl.DataFrame:
    """Give the rows that a worker was asked for, or raise the refusal that it came to."""
    told = json.loads((folder / TOLD).read_bytes())
    if "refused" in told:
        raise OrderFileRefused(**told["refused"])
    return pl.read_ipc((folder / ACCEPTED).read_bytes())


def _answer(folder: Path) -> None:
    asked = json.loads((folder / REQUEST).read_bytes())
    try:
        told = _rows_told(folder, asked) if "lines" in asked else _file_told(folder, asked)
    except OrderFileRefused as refusal:
        told = {"refused": refusal.parts()}
    (folder / TOLD).write_text(json.dumps(told), encoding="utf-8")


def _rows_told(folder: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    found = read_rows(
        asked["name"],
        (folder / CONTENT).read_bytes(),
        lines=asked["lines"],
        time_zone=ZoneInfo(asked["zone"]),
        mappings=_mappings(asked),
    )
    found.write_ipc(folder / ACCEPTED)
    return {}


def _file_told(folder: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    control, taken_at = asked["control"], asked["taken_at"]
    file = read_order_file(
        asked["name"],
        (folder / CONTENT).read_bytes(),
        time_zone=ZoneInfo(asked["zone"]),
        mappings=_mappings(asked),
        control=None if control is None else control_totals_in(json.dumps(control).encode()),
        taken_at=None if taken_at is None else datetime.fromisoformat(taken_at),
    )
    for frame, name in _FRAMES.items():
        getattr(file, frame).write_ipc(folder / name)
    return _told(file)


def _mappings(asked: Mapping[str, Any]) -> dict[str, OrderMapping]:
    return {
        label: OrderMapping.model_validate(mapping) for label, mapping in asked["mappings"].items()
    }


def _told(file: OrderFile) -> dict[str, Any]:
    parts = {name: value for name, value in vars(file).items() if name not in _FRAMES}
    return {
        **parts,
        "totals": {code: f"{total:f}" for code, total in file.totals.items()},
        "exported_on": file.exported_on and file.exported_on.isoformat(),
    }


if __name__ == "__main__":
    # A parent that is gone, or an interrupt meant for it, needs no traceback of ours.
    try:
        serve(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)
