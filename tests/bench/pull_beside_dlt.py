"""How fast a large book comes in, beside dlt on the same pages, and how much memory it takes.

Ours archives every answer, shows the window complete, keeps versions, holds every row to its
contract and publishes; dlt appends to a DuckDB table, tuned as its manual says: parquet loader
files and two workers. Both read the transactions stream of one sandbox, 500 rows a page, and each
runs in a process of its own. A bare loop reads the same pages first; what it saw is what both
tables are held to, amount by amount. `python tests/bench/pull_beside_dlt.py 1000000` takes
another size.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import httpx
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from serving import sandbox_at

ROWS = 200_000
DAYS = 30
PAGE = 500
PORT = 8874
ROUNDS = 2
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
URL = f"http://127.0.0.1:{PORT}"
KEY = "rsp_test_bench"


def main(rows: int) -> None:
    """Fill the sandbox once, then take turns."""
    with _sandbox(rows // DAYS), tempfile.TemporaryDirectory() as folder:
        truth = f"{folder}/truth.parquet"
        bare = _measured("bare", truth)
        sides = [(_measured("ours", truth), _measured("dlt", truth)) for _ in range(ROUNDS)]
    ours, dlt = ([side[place] for side in sides] for place in (0, 1))
    best = max(one["rows"] / one["seconds"] for one in ours)
    peer = max(one["rows"] / one["seconds"] for one in dlt)
    print(f"bench pull_rows value={ours[0]['rows']:.0f} unit=rows target=none")
    for phase in ("pull", "validate", "publish"):
        seconds = min(one[phase] for one in ours)
        print(f"bench pull_beside_dlt_{phase} value={seconds:.1f} unit=s target=none")
    print(f"bench pull_whole_path value={best:.0f} unit=rows/s target=none")
    print(f"bench dlt_tuned value={peer:.0f} unit=rows/s target=none")
    loop = bare["rows"] / bare["seconds"]
    print(f"bench pull_bare_loop value={loop:.0f} unit=rows/s target=none")
    print(f"bench pull_whole_path_of_dlt value={best / peer:.2f} unit=ratio target=3")
    memory = max(one["megabytes"] for one in ours)
    cpu = min(one["cpu"] for one in dlt) / min(one["cpu"] for one in ours)
    print(f"bench dlt_processor_time_of_ours value={cpu:.2f} unit=ratio target=none")
    for name, side, target in (("pull", ours, "0"), ("dlt", dlt, "none")):
        inexact = max(one["inexact"] for one in side)
        print(f"bench {name}_amounts_not_exact value={inexact:.0f} unit=rows target={target}")
    print(f"bench pull_memory value={memory:.0f} unit=MB target=1024")


def _measured(side: str, truth: str) -> dict[str, float]:
    """What one side says of itself: names and numbers, one a line."""
    command = [sys.executable, __file__, side, truth]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(told.stderr)
    pairs = (line.split("=") for line in told.stdout.splitlines() if line.startswith("measured "))
    return {name.removeprefix("measured "): float(value) for name, value in pairs}


def bare(truth: str) -> None:
    """Ask for the pages, read their numbers as they stand, and keep nothing but the truth."""
    ids: list[str] = []
    amounts: list[str] = []
    seconds = 0.0
    with httpx.Client(base_url=URL, headers={"authorization": KEY}) as client:
        rows: list[dict[str, Any]] = [{}]
        while rows:
            began = time.perf_counter()
            params = {"page": len(ids) // PAGE + 1, "limit": PAGE, "sortOrder": "asc"}
            answer = client.get("/api/v1/transactions", params=params)
            rows = json.loads(answer.content, parse_float=str, parse_int=str)["data"]
            seconds += time.perf_counter() - began
            ids += [row["id"] for row in rows]
            amounts += [row["expectedAmount"] for row in rows]
    pl.DataFrame({"id": ids, "amount": amounts}).write_parquet(truth)
    _tell(rows=len(ids), seconds=seconds)


def _inexact(database: str, query: str, truth: str) -> int:
    """Rows of the truth that a table does not hold with exactly this amount."""
    with duckdb.connect(database, read_only=True) as connection:
        row = connection.execute(
            f"select count(*) from read_parquet(?) as truth left join ({query}) as held "
            "on held.id = truth.id and held.amount = truth.amount::decimal(38, 18) "
            "where held.id is null",
            [truth],
        ).fetchone()
    return int(row[0])


def ours(truth: str) -> None:
    """The steps of a night for one stream, without the judgement that dlt has no part in."""
    from assets.contracts.streams import all_contracts
    from pipelines.gateway.endpoints import ENDPOINTS
    from pipelines.gateway.manners import keep_manners
    from pipelines.gateway.probing import probe
    from pipelines.night.deliver import publish
    from pipelines.night.frame import begin, frame
    from pipelines.night.judge import build_marts, draw_up, reconcile
    from pipelines.night.pull import take_in
    from pipelines.night.pulling import Puller
    from pipelines.night.validate import validate
    from pipelines.partitions import DateRange
    from pipelines.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            kuvarpay_api_key=KEY,
            kuvarpay_base_url=URL,
            recon_data_dir=Path(folder),
        )
        night = frame(settings, run_id="bench", kind="backfill", dates=DateRange(FIRST, LAST))
        keep_manners(settings.places, probe(night.gateway))
        with night.alone():
            begin(night)
            began, used = time.perf_counter(), _cpu_seconds()
            with night.store() as store:
                puller = Puller(night, store)
                puller.pull(ENDPOINTS["transactions"])
                pulled = take_in(night, store, puller)
            at_pull = time.perf_counter()
            validate(night, all_contracts())
            at_validate, cpu = time.perf_counter(), _cpu_seconds() - used
            reconcile(night)
            build_marts(night)
            draw_up(night)
            at_judged, judging = time.perf_counter(), _cpu_seconds() - used
            publish(night)
            at_end, used = time.perf_counter(), _cpu_seconds() - used - judging
            memory = _megabytes()
        inexact = _inexact(
            str(settings.places.published),
            "select transaction_id as id, crypto_expected as amount from validated.transactions",
            truth,
        )
    _tell(
        inexact=inexact,
        megabytes=memory,
        cpu=cpu + used,
        rows=pulled.rows_received["transactions"],
        pull=at_pull - began,
        validate=at_validate - at_pull,
        publish=at_end - at_judged,
        seconds=at_validate - began + at_end - at_judged,
    )


def dlt(truth: str) -> None:
    """The same pages through dlt."""
    os.environ |= {
        "NORMALIZE__WORKERS": "2",
        "LOAD__WORKERS": "2",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
    }
    import dlt as library

    seen = 0

    @library.resource(name="transactions", write_disposition="append")
    def transactions() -> Iterator[list[dict[str, object]]]:
        nonlocal seen
        with httpx.Client(base_url=URL, headers={"authorization": KEY}) as client:
            page = 0
            while True:
                page += 1
                params = {"page": page, "limit": PAGE, "sortOrder": "asc"}
                rows = client.get("/api/v1/transactions", params=params).json()["data"]
                if not rows:
                    return
                seen += len(rows)
                yield rows

    with tempfile.TemporaryDirectory() as folder:
        pipeline = library.pipeline(
            "bench",
            destination=library.destinations.duckdb(f"{folder}/dlt.duckdb"),
            dataset_name="bench",
            pipelines_dir=folder,
        )
        began, used = time.perf_counter(), _cpu_seconds()
        pipeline.run(transactions(), loader_file_format="parquet")
        seconds, cpu = time.perf_counter() - began, _cpu_seconds() - used
        inexact = _inexact(
            f"{folder}/dlt.duckdb",
            "select id, expected_amount::decimal(38, 18) as amount from bench.transactions",
            truth,
        )
    _tell(rows=seen, seconds=seconds, inexact=inexact, cpu=cpu)


def _cpu_seconds() -> float:
    """Processor time of this process and of those it started and saw end."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tell(**figures: float) -> None:
    for name, value in figures.items():
        print(f"measured {name}={value}")


def _sandbox(orders_per_day: int) -> AbstractContextManager[None]:
    book = ["--start", FIRST.isoformat(), "--days", str(DAYS), "--page-limit", str(PAGE)]
    book += ["--clock", "2026-10-01T01:00:00Z", "--orders-per-day", str(orders_per_day)]
    return sandbox_at(PORT, *book)


if __name__ == "__main__":
    sides = {"bare": bare, "ours": ours, "dlt": dlt}
    if sys.argv[1:] and sys.argv[1] in sides:
        sides[sys.argv[1]](sys.argv[2])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ROWS)
