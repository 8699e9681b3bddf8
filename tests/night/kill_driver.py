"""Runs nights that are killed: forks a child that dies at its n-th durable effect.

Called as a script: it imports everything once, then forks for each point, because a fork is
cheap and an import is not. Effects are counted by an audit hook on what Python itself reports
(files opened for writing, renames, removals) and by the statements sent to the database; the
product has no hook for this.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from assets.contracts.streams import all_contracts
from pipelines.gateway.client import Limits
from pipelines.night.frame import frame
from pipelines.night.whole import run_night
from pipelines.partitions import DateRange
from pipelines.settings import Settings

EFFECTS = {"os.rename", "os.remove", "os.truncate", "os.link"}
WRITES = os.O_WRONLY | os.O_RDWR


class Reaper:
    """Counts durable effects and kills the process at one of them."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.count = 0

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in EFFECTS or (event == "open" and self._writes(arguments)):
            self.step()

    def step(self) -> None:
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    @staticmethod
    def _writes(arguments: tuple[Any, ...]) -> bool:
        flags = arguments[2] if len(arguments) > 2 else 0
        return isinstance(flags, int) and bool(flags & WRITES)


class Watched:
    """A connection whose every statement counts as an effect."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, reaper: Reaper) -> None:
        self._connection = connection
        self._reaper = reaper

    def execute(self, *arguments: Any) -> Any:
        self._reaper.step()
        return self._connection.execute(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def one_night(job: dict[str, Any], data: str, at: int | None) -> int:
    """Run the night in this process; the number of effects it took."""
    reaper = Reaper(at)
    plain_connect = duckdb.connect
    duckdb.connect = lambda *a, **k: Watched(plain_connect(*a, **k), reaper)  # type: ignore[assignment]
    sys.addaudithook(reaper)
    settings = Settings(
        kuvarpay_base_url=job["url"],
        kuvarpay_api_key="rsp_test_key",
        recon_data_dir=Path(data),
        recon_config=Path(job["policy"]),
        recon_orders_dir=Path(job["inbox"]),
    )
    day = date.fromisoformat(job["day"])
    run_night(
        frame(
            settings,
            run_id=job["run_id"] if at else job["run_id"] + "-again",
            kind="nightly",
            dates=DateRange(day, day),
            now=datetime(2030, 1, 1, tzinfo=UTC),
            limits=Limits(tries=2, backoff_first_seconds=0.01),
        ),
        all_contracts(),
    )
    return reaper.count


def forked(job: dict[str, Any], data: str, at: int | None) -> tuple[int, int]:
    """Exit status (negative for a signal) and count of effects of a night in a child."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            os.write(writing, str(one_night(job, data, at)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    _, ended = os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        counted = told.read()
    return os.waitstatus_to_exitcode(ended), int(counted or 0)


def main() -> None:
    """Read jobs as JSON lines, answer each with one line."""
    for line in sys.stdin:
        job = json.loads(line)
        status, count = forked(job, job["data"], job["at"])
        print(json.dumps({"status": status, "effects": count}), flush=True)


if __name__ == "__main__":
    main()
