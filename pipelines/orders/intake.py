"""Reading exports in a process of their own, so that no file can take the night down with it.

Belongs here: starting the worker, its limits, and what is said of a file that ended it. Stays out:
reading (`reader`) and what the worker does with it (`worker`).
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.handing import handed_over, sweep
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.names import shown_name
from pipelines.orders.opening import ExportChanged, Whereabouts
from pipelines.orders.reader import NO_MAPPINGS, OrderFile
from pipelines.orders.sidecars import ControlTotals

if TYPE_CHECKING:
    import polars as pl

_GIB = 1024 * 1024 * 1024
_LOOK_SECONDS = 0.1
_LEAVE_SECONDS = 10.0
_REMEDY = "Split the export by date, or export it again, and drop it anew."


@dataclass(frozen=True)
class Limits:
    """What one file may cost. Addresses count what is only reserved, so they are given more."""

    resident_bytes: int = _GIB
    address_bytes: int = 3 * _GIB
    processor_seconds: float = 120
    seconds: float = 300.0
    written_bytes: int = 2 * _GIB


@dataclass(frozen=True)
class Reading:
    """An export that was read: its bytes and what came of them lie in a folder, not in memory."""

    folder: Path

    @property
    def content(self) -> Path:
        """The bytes, as they were read."""
        from pipelines.orders import worker

        return self.folder / worker.CONTENT

    def file(self) -> OrderFile:
        """Give what was read; its rows come from the folder as they are looked at."""
        from pipelines.orders import worker

        return worker.outcome(self.folder)

    def moved(self, folder: Path) -> Reading:
        """Take it out of the intake, which else removes it; `folder` is not there yet."""
        self.folder.rename(folder)
        return Reading(folder)


class Intake:
    """One look at the inbox: a worker that is started when it is needed, and again when it died.

    `folder` is where files are handed over; nothing stays there, and what a killed process left
    goes first.
    """

    def __init__(self, folder: Path, limits: Limits = Limits()) -> None:
        self._folder = folder
        self._limits = limits
        self._worker: _Worker | None = None

    def __enter__(self) -> Intake:
        sweep(self._folder)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def read(
        self,
        name: str,
        content: bytes | Whereabouts,
        *,
        time_zone: ZoneInfo,
        mappings: Mapping[str, OrderMapping] = NO_MAPPINGS,
        control: ControlTotals | None = None,
        taken_at: datetime | None = None,
    ) -> OrderFile:
        """Read an export as `reader.read_order_file` does, within the limits.

        Raises `ExportChanged` where it is no longer what was surveyed.
        """
        given: dict[str, Any] = {"mappings": mappings, "control": control, "taken_at": taken_at}
        with self.reading(name, content, time_zone=time_zone, **given) as reading:
            return reading.file()

    @contextmanager
    def reading(
        self,
        name: str,
        content: bytes | Whereabouts,
        *,
        time_zone: ZoneInfo,
        mappings: Mapping[str, OrderMapping] = NO_MAPPINGS,
        control: ControlTotals | None = None,
        taken_at: datetime | None = None,
    ) -> Iterator[Reading]:
        """Read as `read` does, and give it where it lies; it goes with the block unless moved."""
        from pipelines.orders import worker

        asked = worker.request(
            name, zone=time_zone, mappings=mappings, control=control, taken_at=taken_at
        )
        with self._answered(name, content, asked) as folder:
            found = worker.outcome(folder).digest
            if isinstance(content, Whereabouts) and found != content.digest:
                raise ExportChanged(name)
            yield Reading(folder)

    def rows(
        self,
        name: str,
        content: bytes,
        *,
        lines: Collection[int],
        time_zone: ZoneInfo,
        mappings: Mapping[str, OrderMapping] = NO_MAPPINGS,
    ) -> pl.DataFrame:
        """Give rows of an export as `reader.read_rows` does, within the limits."""
        from pipelines.orders import worker

        asked = worker.request(name, zone=time_zone, mappings=mappings, control=None, taken_at=None)
        with self._answered(name, content, {**asked, "lines": sorted(lines)}) as folder:
            return worker.rows(folder)

    @contextmanager
    def _answered(
        self, name: str, content: bytes | Whereabouts, asked: Mapping[str, Any]
    ) -> Iterator[Path]:
        from pipelines.orders import worker

        with self._handed_over() as folder:
            if isinstance(content, Whereabouts):
                content.copy_to(folder / worker.CONTENT)
            else:
                (folder / worker.CONTENT).write_bytes(content)
            (folder / worker.REQUEST).write_text(json.dumps(asked), encoding="utf-8")
            ended = self._ask(folder)
            if ended is not None:
                raise OrderFileRefused(shown_name(name), ended, remedy=_REMEDY)
            yield folder

    @contextmanager
    def _handed_over(self) -> Iterator[Path]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with handed_over(self._folder) as folder:
            yield folder

    def _ask(self, folder: Path) -> str | None:
        """Let the worker read what lies in a folder; say how it ended where it did."""
        worker = self._worker = self._worker or self._start()
        try:
            worker.questions.write(f"{folder}\n".encode())
        except BrokenPipeError:
            return self._said_of_end(worker)
        deadline = time.monotonic() + self._limits.seconds
        while not worker.has_answered():
            if time.monotonic() > deadline:
                self._kill(worker)
                return f"reading it took more than {self._limits.seconds:g} seconds."
            if worker.resident_bytes() > self._limits.resident_bytes:
                self._kill(worker)
                return (
                    f"reading it takes more than {self._limits.resident_bytes:,} bytes of memory."
                )
        answer = worker.answers.readline()
        return None if answer == f"{folder}\n".encode() else self._said_of_end(worker)

    def _start(self) -> _Worker:
        limits = self._limits
        process = subprocess.Popen(  # noqa: S603
            [
                *(sys.executable, "-I", "-m", "pipelines.orders.worker"),
                str(limits.address_bytes),
                str(limits.processor_seconds),
                str(limits.written_bytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            # No key of this deployment, and few threads: each reserves addresses.
            env={"POLARS_MAX_THREADS": "2", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"},
            cwd="/",
        )
        return _Worker(process, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))

    def _said_of_end(self, worker: _Worker) -> str:
        self._end()
        status = worker.process.returncode
        if status == -signal.SIGPROF:
            most = self._limits.processor_seconds
            return f"reading it took more than {most} seconds of a processor."
        told = signal.Signals(-status).name if status < 0 else f"status {status}"
        return f"the process that read it ended ({told}): it is damaged, or needs too much memory."

    def _kill(self, worker: _Worker) -> None:
        worker.process.kill()
        self._end()

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.questions.close()
        worker.answers.close()
        try:
            worker.process.wait(timeout=_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()


@dataclass(frozen=True)
class _Worker:
    """A running worker and the two pipes to it."""

    process: subprocess.Popen[bytes]
    questions: IO[bytes]
    answers: IO[bytes]

    def has_answered(self) -> bool:
        """Tell whether there is something to read within a moment: an answer, or the end."""
        ready, _, _ = select.select([self.answers], [], [], _LOOK_SECONDS)
        return bool(ready)

    def resident_bytes(self) -> int:
        """Give the memory that it holds now; 0 where this system does not say."""
        try:
            held = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()
        except OSError:
            return 0
        return int(held[1]) * os.sysconf("SC_PAGE_SIZE") if held else 0
