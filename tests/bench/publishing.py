"""What publishing costs beside other ways to bring the published file about, and how it answers.

A long history is closed and published, a night of 100,000 facts follows it, and its publication is
made in four ways: the product's own, which copies the former file, replaces the rows of the night's
ids and compares all of it; every table written anew; Parquet files of the tables, without reading
them back; and a bare copy of the working file, which holds what readers must not have. Then five
queries of `sql/adhoc` are asked of the published file, and of one that a hand has sorted by the
columns they go by. `python tests/bench/publishing.py 10000000` takes another size.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from long_history import DAY, day_after, frame_of, steps_timed, write_history

from assets.contracts.streams import all_contracts
from pipelines.night import whole
from pipelines.partitions import DateRange
from pipelines.reading.examples import example_of, values_for
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Settings
from pipelines.warehouse.carried import carried_tables
from pipelines.warehouse.digests import quick_sums
from pipelines.warehouse.publication import PUBLISHED, note, publish, replace
from pipelines.warehouse.queries import READERS, columns_of, run_scripts
from pipelines.warehouse.store import connect
from pipelines.warehouse.verification.files import sha256_of

SIZE = 1_000_000
FACTS = 100_000
ROUNDS = 3
TARGET_RATIO = 2.0
ASKED = (
    "unpaid_fulfilled_orders",
    "fee_by_network",
    "days_to_payout",
    "revenue_by_month",
    "paid_twice",
)
SORTED_BY = ("business_date", "recorded_date", "order_id", "transaction_id", "case_id")
"""What a hand sorts each table by: the first two of these that it has."""


def main(size: int) -> None:
    """Close a history and a night, publish in each way, and ask."""
    with tempfile.TemporaryDirectory() as folder, day_after(Path(folder), FACTS) as settings:
        _timed("history", lambda: write_history(settings, size))
        former = Path(folder) / "former.duckdb"
        shutil.copy(settings.places.published, former)
        seconds: dict[str, float] = {}
        with steps_timed(seconds):
            whole.run_night(frame_of(settings, "night", DateRange(DAY, DAY)), all_contracts())
        for step, took in seconds.items():
            _say(f"night_{step}", took, f"s orders={size} facts={FACTS}")
        _publish_in_each_way(settings, former, Path(folder))
        _ask(settings, Path(folder))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _say("memory", memory, "MB")


def _publish_in_each_way(settings: Settings, former: Path, folder: Path) -> None:
    places = settings.places
    columns = _columns_of(places.published)
    with closing(connect(places.warehouse)) as connection:
        _note_changed_ids(connection, former, columns)
        shutil.copy(former, places.published)
        note(connection, sha256_of(former))
        connection.execute("insert into ops.unpublished from changed_ids")
        for way, is_carried in (("carried_on", True), ("written_whole", False)):
            began = time.perf_counter()
            fresh = publish(connection, places)
            _say(way, time.perf_counter() - began, "s")
            if fresh.is_carried is not is_carried:
                raise SystemExit(f"The file was meant to be {way}, and was not.")
            _say(f"{way}_size", fresh.path.stat().st_size / 2**20, "MB")
            connection.execute("delete from ops.published")
        replace(fresh, places)
        _timed("check_of_one_file", lambda: quick_sums(connection, columns))
        _timed("export", lambda: _export(connection, columns, folder / "parquet"))
        size = sum(path.stat().st_size for path in (folder / "parquet").iterdir())
        _say("export_size", size / 2**20, "MB")
        _timed("copy_of_working_file", lambda: shutil.copy(places.warehouse, folder / "copy"))
        _say("working_file_size", places.warehouse.stat().st_size / 2**20, "MB")


def _columns_of(path: Path) -> dict[str, list[str]]:
    with closing(duckdb.connect(path, read_only=True)) as connection:
        return {table: columns_of(connection, table) for table in PUBLISHED}


def _note_changed_ids(
    connection: duckdb.DuckDBPyConnection, former: Path, columns: Mapping[str, list[str]]
) -> None:
    """Keep, as `changed_ids`, the ids whose rows are not those of the former file.

    A night knows them from what it computed anew; here they are found by comparing all rows.
    """
    connection.execute("create temp table changed_ids as from ops.unpublished limit 0")
    connection.execute(f"attach '{former}' as former (read_only)")
    for table in sorted(set(PUBLISHED) & set(carried_tables())):
        key, stage = carried_tables()[table], table.partition(".")[0]
        listed = ", ".join(f'"{column}"' for column in columns[table])
        connection.execute(
            f"insert into changed_ids select distinct '{stage}', '{key}', {key} from ("
            f"select {key}, hash({listed}) as number from {table} union all "
            f"select {key}, hash({listed}) from former.{table}) "
            f"group by {key}, number having count(*) = 1"
        )
    connection.execute("detach former")


def _export(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, list[str]], folder: Path
) -> None:
    folder.mkdir()
    for table, names in columns.items():
        listed = ", ".join(f'"{name}"' for name in names)
        connection.execute(
            f"copy (select {listed} from {table}) to '{folder / table}.parquet' "
            "(format parquet, compression zstd)"
        )


def _ask(settings: Settings, folder: Path) -> None:
    published = settings.places.published
    sorted_copy = folder / "sorted.duckdb"
    columns = _columns_of(published)
    with closing(duckdb.connect(sorted_copy)) as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        for table, names in columns.items():
            order = ", ".join([name for name in SORTED_BY if name in names][:2]) or "all"
            connection.execute(f"create schema if not exists {table.partition('.')[0]}")
            connection.execute(f"create table {table} as from published.{table} order by {order}")
        run_scripts(connection, READERS)
    command = [str(Path(sys.executable).with_name("recon")), "sql", "--format", "csv"]
    question = "select count(*) from reconciled.breaks"
    environment = {"RECON_DATA_DIR": str(settings.places.root), "PATH": ""}
    _timed(
        "first_query",
        lambda: subprocess.run(
            [*command, question], env=environment, cwd=folder, check=True, capture_output=True
        ),
    )
    for name in ASKED:
        ours, sorted_by_hand = (_seconds_of(path, name) for path in (published, sorted_copy))
        _say(f"query_{name}", ours, "s")
        _say(f"query_{name}_beside_sorted", ours / sorted_by_hand, f"ratio target={TARGET_RATIO}")


def _seconds_of(path: Path, name: str) -> float:
    example = example_of(name)
    values = values_for(example, {})
    seconds = []
    with open_snapshot(path) as connection:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            connection.execute(example.text, values).fetchall()
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _timed(name: str, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    _say(name, time.perf_counter() - began, "s")


def _say(name: str, value: float, unit: str) -> None:
    print(f"bench publishing_{name} value={value:.2f} unit={unit}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZE)
