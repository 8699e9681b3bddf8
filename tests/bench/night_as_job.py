"""A night as the job in this process beside the same night through plain functions.

Two stores over one sandbox close the same dates in turn, so that whatever else the machine does
meets both alike; each night is of the demo's size. The load of the code location and the start of
Dagster's daemon are printed beside them. A night is told in seconds by the clock, and what the job
takes more in those of the processor as well, which other work on the machine changes less.
`python tests/bench/night_as_job.py 5` closes five dates instead of three.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

import httpx

sys.path.insert(0, str(Path(__file__).parents[2]))

from assets.contracts.streams import all_contracts
from pipelines.cli.running import dagster_home, run_range
from pipelines.definitions import build
from pipelines.night.frame import frame
from pipelines.night.whole import run_night
from pipelines.partitions import DateRange, cut_off
from pipelines.sandbox import SandboxPlan, SandboxServer
from pipelines.settings import PROJECT, Settings

START = date(2026, 9, 1)
BEFORE = 5
ORDERS_A_DAY = 200
SECONDS_A_STEP = 0.1
DAEMON_SECONDS = 180.0


class Took(NamedTuple):
    """Seconds of one night, with those of the sandbox in this process."""

    clock: float
    processor: float


def main(nights: int) -> None:
    """Fill both stores, then close one date after the other in each."""
    plan = SandboxPlan(start=START, days=BEFORE + nights, orders_per_day=ORDERS_A_DAY)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        clock = cut_off(START, Settings(_env_file=None).zone)
        with SandboxServer(plan, clock=clock, orders_dir=root / "inbox") as server:
            plain, job = (_settings(root, name, server.url) for name in ("plain", "job"))
            first = DateRange(START, START + timedelta(days=BEFORE - 1))
            seconds: dict[str, list[Took]] = {"plain": [], "job": []}
            for number in range(nights + 1):
                day = first.last + timedelta(days=number)
                dates = DateRange(day, day) if number else first
                _move_clock(server.url, dates, plain)
                told = {"plain": _timed(_plainly, plain, dates), "job": _timed(_as_job, job, dates)}
                if number:
                    for name, took in told.items():
                        seconds[name].append(took)
        _print(seconds, steps=len(list(build(pool=None).resolve_job_def("nightly").nodes)))
        print(f"bench code_location_load value={_load():.2f} unit=s target=2")
        print(f"bench daemon_start value={_daemon_start(job):.1f} unit=s target=none")


def _print(seconds: dict[str, list[Took]], *, steps: int) -> None:
    plain, job = (median(one.clock for one in seconds[name]) for name in ("plain", "job"))
    print(f"bench night_through_functions value={plain:.2f} unit=s target=none")
    print(f"bench night_as_job value={job:.2f} unit=s target={plain + steps * SECONDS_A_STEP:.2f}")
    pairs = list(zip(seconds["plain"], seconds["job"], strict=True))
    by_clock = median(job.clock - plain.clock for plain, job in pairs) / steps
    of_processor = median(job.processor - plain.processor for plain, job in pairs) / steps
    print(f"bench job_more_a_step value={by_clock:.3f} unit=s target={SECONDS_A_STEP}")
    print(
        f"bench job_more_a_step_of_processor value={of_processor:.3f} unit=s "
        f"target={SECONDS_A_STEP}"
    )


def _timed(close: Callable[[Settings, DateRange], None], at: Settings, dates: DateRange) -> Took:
    clock, processor = time.perf_counter(), time.process_time()
    close(at, dates)
    return Took(time.perf_counter() - clock, time.process_time() - processor)


def _plainly(settings: Settings, dates: DateRange) -> None:
    kind = "nightly" if dates.first == dates.last else "backfill"
    run_night(
        frame(settings, run_id=f"{kind}-{dates.last}", kind=kind, dates=dates), all_contracts()
    )


def _as_job(settings: Settings, dates: DateRange) -> None:
    kind = "nightly" if dates.first == dates.last else "backfill"
    run_range(settings, dates, kind=kind)


def _settings(root: Path, name: str, url: str) -> Settings:
    return Settings(
        _env_file=None,
        kuvarpay_api_key="rsp_test_bench",
        kuvarpay_base_url=url,
        recon_data_dir=root / name,
        recon_orders_dir=root / "inbox",
        recon_first_date=START,
    )


def _move_clock(url: str, dates: DateRange, settings: Settings) -> None:
    instant = cut_off(dates.last, settings.zone) + timedelta(hours=2)
    moved = httpx.put(f"{url}/_sandbox/clock", json={"now": instant.isoformat()}, timeout=600)
    moved.raise_for_status()


def _load() -> float:
    """Seconds of the processor that loading takes beyond Dagster's own import, in a new process."""
    program = (
        "import time, dagster; began = time.process_time(); "
        "from pipelines.definitions import defs; defs().get_repository_def(); "
        "print(time.process_time() - began)"
    )
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return float(told.stdout)


def _daemon_start(settings: Settings) -> float:
    """Seconds until a daemon over the store has noted its first heartbeat."""
    from dagster import DagsterInstance

    home = dagster_home(settings)
    environment = {**os.environ, "DAGSTER_HOME": str(home)}
    environment["RECON_DATA_DIR"] = str(settings.places.root)
    command = [
        sys.executable,
        "-m",
        "dagster._daemon",
        "run",
        "-w",
        str(PROJECT / "workspace.yaml"),
    ]
    began = time.perf_counter()
    at = datetime.now(UTC).timestamp()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, **quiet) as process:
        try:
            with DagsterInstance.from_config(str(home)) as instance:
                while time.perf_counter() - began < DAEMON_SECONDS:
                    beats = instance.get_daemon_heartbeats()
                    if any(beat.timestamp > at for beat in beats.values()):
                        return time.perf_counter() - began
                    time.sleep(0.1)
        finally:
            process.terminate()
    raise SystemExit("The daemon never beat.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
