"""A small store before its second night, the process that kills it, and what is left of one.

A night costs the same however small its book is, so the book is as small as can be: two days.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from night.shop import START, Shop

from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.warehouse import verification
from pipelines.warehouse.publication import DIGESTED
from pipelines.warehouse.store import writer_lock

NIGHT = START + timedelta(days=1)
ROOT = Path(__file__).parents[2]
RECEIVED = ("raw.orders", *(f"raw.{stream}" for stream in ENDPOINTS))
# When a row was received, in which run, and where its answer lies.
OF_THE_RUN = frozenset({"source", "run_id", "fetched_at"})
LAST_SNAPSHOT = (
    "select outcome, snapshot_digest from ops.runs "
    "where outcome is not null order by started_at desc limit 1"
)
STRACE = shutil.which("strace")
KILLED = "killed"


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where a night is killed: at a named point, or in the n-th call of one kind."""

    point: str | None = None
    call: tuple[str, int] | None = None

    def __str__(self) -> str:
        return self.point or "{} {}".format(*(self.call or ()))


class Driver:
    """The process that forks nights."""

    def __init__(self) -> None:
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("kill_driver.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # More threads only spin on so few rows.
            env={**os.environ, "PYTHONPATH": path, "POLARS_MAX_THREADS": "1"},
        )

    def run(
        self,
        shop: Shop,
        data: Path,
        *,
        run_id: str,
        at: str | None = None,
        strace: dict[str, Any] | None = None,
        is_rebuild: bool = False,
        day: date = NIGHT,
    ) -> dict[str, Any]:
        """A night on a store, or a rebuild: its exit status, and the points it passed."""
        settings = shop.settings
        job = {
            "url": settings.kuvarpay_base_url,
            "policy": str(settings.recon_config),
            "inbox": str(shop.inbox),
            "day": day.isoformat(),
            "run_id": run_id,
            "data": str(data),
            "at": at,
            "strace": strace,
            "is_rebuild": is_rebuild,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


@contextmanager
def driver() -> Iterator[Driver]:
    made = Driver()
    try:
        yield made
    finally:
        made.stop()


class Experiment:
    """Nights on copies of one store, killed in some way, against the night that was not."""

    def __init__(self, before: Shop, nights: Driver, root: Path, *, day: date = NIGHT) -> None:
        self.violations: list[tuple[str, Any]] = []
        self.day = day
        self.before = before
        self.driver = nights
        self._root = root
        self._log = root / "calls"
        calm = shutil.copytree(before.root, root / "calm")
        tracing = {"log": str(self._log), "only": None, "when": None} if STRACE else None
        unharmed = nights.run(before, calm, run_id=KILLED, strace=tracing, day=day)
        assert unharmed["status"] == 0
        self.points: list[str] = unharmed["points"]
        self.calls = calls_in(self._log, calm) if STRACE else []
        self._expected = left_in(calm, before)
        assert (self._expected["verify"], self._expected["half landed"]) == ([], [])

    def kill(self, *ways: Way) -> None:
        """Kill one night after the other on one store, then let one live."""
        data = shutil.copytree(self.before.root, self._root / "killed")
        for number, way in enumerate(ways):
            print(way, flush=True)
            strace = None
            if way.call is not None:
                strace = {"log": str(self._log), "only": way.call[0], "when": way.call[1]}
            killed = self.driver.run(
                self.before, data, run_id=KILLED, at=way.point, strace=strace, day=self.day
            )
            if killed["status"] == 0 and number:
                # The nights killed before left it so little to do that it ended before its call:
                # it is the one that lives.
                self._judge(data, ways[:number], status=0)
                self.kill(*ways[number:])
                return
            if killed["status"] != -9:
                self.violations.append((str(way), f"not killed but {killed['status']}"))
        again = self.driver.run(self.before, data, run_id=f"{KILLED}-again", day=self.day)
        self._judge(data, ways, status=again["status"])

    def _judge(self, data: Path, ways: Sequence[Way], *, status: int) -> None:
        """Compare what the night left that lived; the store is removed."""
        told = ", then ".join(map(str, ways))
        if status != 0:
            self.violations.append((told, f"the next night ended with {status}"))
        else:
            left = left_in(data, self.before)
            self.violations += [
                (told, f"{name}: {left[name]}"[:500])
                for name, wanted in self._expected.items()
                if left[name] != wanted
            ]
        shutil.rmtree(data)


def calls_in(log: Path, data: Path) -> list[Way]:
    """Every write, sync, rename or removal in a store by the night's own thread, numbered."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    numbers: dict[str, int] = {}
    found = []
    for line in lines:
        called = re.fullmatch(r"(\w+)\((.*)", line)
        if called is None:
            continue
        name, arguments = called.groups()
        numbers[name] = numbers.get(name, 0) + 1
        if str(data) in arguments:
            found.append(Way(call=(name, numbers[name])))
    return found


def left_in(data: Path, shop: Shop) -> dict[str, Any]:
    """What a night left: rows received and published, mails, files, and what `verify` finds.

    The landing keeps the answers of a killed night too, so its files are not compared.
    """
    places = Shop(data, shop.server).settings.places
    with writer_lock(places, wait_seconds=0):
        found = verification.verify(places, on_wait=print)
    files = {str(path.relative_to(data)) for path in data.rglob("*") if path.is_file()}
    landing = {file for file in files if file.startswith("landing/")}
    published = _rows(places.published, [*DIGESTED, "delivered.reports"])
    return {
        **_rows(places.warehouse, RECEIVED),
        **published,
        "snapshot": _answer(places.published, LAST_SNAPSHOT),
        "files": sorted(files - landing),
        "half landed": sorted(file for file in landing if not file.endswith(".zst")),
        "verify": [finding.what for finding in found.open_findings],
    }


def _rows(file: Path, tables: Iterable[str]) -> dict[str, list[str]]:
    """Rows as text, in no order, less the columns that record when and by whom they were had."""
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows: dict[str, list[str]] = {}
        for table in tables:
            asked = connection.execute(f"from {table}")
            kept = [
                number
                for number, column in enumerate(asked.description or [])
                if column[0] not in OF_THE_RUN
            ]
            rows[table] = sorted(str([row[one] for one in kept]) for row in asked.fetchall())
        return rows


def _answer(file: Path, query: str) -> list[Any]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()
