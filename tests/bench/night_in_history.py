"""What a night asks and how much memory a book takes, with a short and with a long history.

Both books trade alike every day; one is a hundred days old and one a thousand. All transactions
are pulled and published once, which is where memory is measured; the requests are those of the
second ordinary night after that. `python tests/bench/night_in_history.py 100000` takes one size.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from serving import sandbox_at

from assets.contracts.streams import all_contracts
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.manners import keep_manners
from pipelines.gateway.probing import probe
from pipelines.night.deliver import publish
from pipelines.night.frame import Frame, begin, frame
from pipelines.night.judge import build_marts, draw_up, reconcile
from pipelines.night.pull import take_in
from pipelines.night.pulling import Puller
from pipelines.night.validate import validate
from pipelines.night.whole import run_night
from pipelines.partitions import DateRange, cut_off
from pipelines.settings import Settings

SIZES = (100_000, 1_000_000)
ORDERS_A_DAY = 1_000
NIGHTS = 2
LAST = date(2026, 10, 29)
PORT = 8876
URL = f"http://127.0.0.1:{PORT}"
KEY = "rsp_test_bench"


def main(sizes: tuple[int, ...]) -> None:
    """One book after the other, each in a process of its own."""
    for size in sizes:
        command = [sys.executable, __file__, "--measure", str(size)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode:
            raise SystemExit(told.stderr)
        print(told.stdout, end="")


def measure(size: int) -> None:
    """Pull a whole book, then close the nights after it."""
    days = size // ORDERS_A_DAY
    first = LAST - timedelta(days=days - 1)
    with tempfile.TemporaryDirectory() as folder, _sandbox(first, days + NIGHTS):
        settings = Settings(
            _env_file=None,
            kuvarpay_api_key=KEY,
            kuvarpay_base_url=URL,
            recon_data_dir=Path(folder),
            recon_first_date=first,
        )
        whole = frame(settings, run_id="bench", kind="backfill", dates=DateRange(first, LAST))
        _move_clock(settings, LAST)
        rows, seconds = _take_all(whole)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"bench history_rows value={rows} unit=rows target=none")
        print(f"bench history_pull_to_publish value={rows / seconds:.0f} unit=rows/s target=none")
        target = 1024 if size == max(SIZES) else "none"
        print(f"bench history_memory value={peak:.0f} unit=MB target={target}")
        for number in range(1, NIGHTS + 1):
            day = LAST + timedelta(days=number)
            _move_clock(settings, day)
            night = frame(
                settings,
                run_id=f"night-{number}",
                kind="nightly",
                dates=DateRange(day, day),
                now=datetime.now(UTC),
            )
            began = time.perf_counter()
            run_night(night, all_contracts())
            seconds = time.perf_counter() - began
        print(f"bench night_requests value={_requests(night)} unit=requests target=none")
        print(f"bench night_seconds value={seconds:.1f} unit=s target=none")


def _take_all(night: Frame) -> tuple[int, float]:
    """Rows and seconds of one pull of the transactions, to the published file."""
    keep_manners(night.settings.places, probe(night.gateway))
    began = time.perf_counter()
    with night.alone():
        begin(night)
        with night.store() as store:
            puller = Puller(night, store)
            puller.pull(ENDPOINTS["transactions"])
            pulled = take_in(night, store, puller)
        validate(night, all_contracts())
        reconcile(night)
        build_marts(night)
        draw_up(night)
        publish(night)
    return pulled.rows_received["transactions"], time.perf_counter() - began


def _requests(night: Frame) -> int:
    """Answers that the night kept."""
    landing = night.landing
    files = [file for file in landing.files() if f"/{night.run_id}/" in file]
    return sum(1 for file in files for _ in landing.read(file))


def _move_clock(settings: Settings, day: date) -> None:
    instant = cut_off(day, settings.zone) + timedelta(hours=2)
    moved = httpx.put(f"{URL}/_sandbox/clock", json={"now": instant.isoformat()}, timeout=600)
    moved.raise_for_status()


def _sandbox(start: date, days: int) -> AbstractContextManager[None]:
    clock = f"{start.isoformat()}T00:00:00Z"
    book = ["--start", start.isoformat(), "--days", str(days), "--clock", clock]
    return sandbox_at(PORT, *book, "--orders-per-day", str(ORDERS_A_DAY))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]))
    else:
        main(tuple(map(int, sys.argv[1:])) or SIZES)
