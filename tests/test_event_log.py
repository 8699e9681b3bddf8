"""The event log with its files kept open: the same rows as Dagster's, few open files, seen live."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from queue import Queue

import dagster as dg
import pytest
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from pipelines.event_log import KEPT, KeptEventLog

WRITTEN = """
select * from (
    select 'event' as kind, dagster_event_type, step_key, asset_key, partition from event_logs
    union all select 'asset', asset_key, '', '', '' from asset_keys
    union all select 'tag', asset_key, key, '', '' from asset_event_tags
    union all
    select 'check', asset_key, check_name, execution_status, partition from asset_check_executions
) order by 1, 2, 3, 4, 5
"""
RANGE = {
    "dagster/asset_partition_range_start": "2026-09-01",
    "dagster/asset_partition_range_end": "2026-09-03",
}
OF_DAGSTER = """
event_log_storage:
  module: dagster._core.storage.event_log
  class: SqliteEventLogStorage
  config: {base_dir: "BASE/history/runs"}
"""
KEPT_OPEN = """
event_log_storage:
  module: pipelines.event_log
  class: KeptEventLog
  config: {base_dir: "BASE"}
"""
EVENTS = text("select * from event_logs")
START = dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, "nightly")


@dg.asset(
    partitions_def=dg.DailyPartitionsDefinition("2026-09-01", end_date="2026-09-05"),
    check_specs=[dg.AssetCheckSpec("holds", asset="fees")],
)
def fees() -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(check_results=[dg.AssetCheckResult(passed=True)])


def test_a_backfill_is_logged_as_by_dagsters_own_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "0")
    usual = _written(tmp_path / "usual", OF_DAGSTER)
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    kept = _written(tmp_path / "kept", KEPT_OPEN)

    assert kept == usual
    assert [row[4] for row in kept["index"] if row[1] == "ASSET_MATERIALIZATION"] == [
        "2026-09-01",
        "2026-09-02",
        "2026-09-03",
    ]


def test_few_files_are_held_open_however_many_runs_are_looked_at(
    tmp_path: Path, log: KeptEventLog
) -> None:
    for number in range(KEPT + 1):
        log.store_event(_entry(f"run-{number}"))
        assert len(log.get_logs_for_run(f"run-{number}")) == 1

    assert len(_open_below(tmp_path)) == KEPT
    log.dispose()
    assert _open_below(tmp_path) == []


def test_few_files_are_held_open_also_after_many_threads_looked_at_many_runs(
    tmp_path: Path, log: KeptEventLog
) -> None:
    log.store_event(_entry("run"))
    log.dispose()
    laid_out = Path(log.path_for_shard("run"))
    runs = [shutil.copy(laid_out, laid_out.with_stem(f"run-{n}")).stem for n in range(24)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(partial(_count, log), runs * 4))

    assert found == [1] * len(runs) * 4
    assert len(_open_below(tmp_path)) == KEPT


def test_a_file_that_was_let_go_while_it_was_used_is_closed_after_that(
    tmp_path: Path, log: KeptEventLog
) -> None:
    with log.run_connection("run") as first, log.run_connection("run") as second:
        log.dispose()
        for connection in (first, second):
            connection.execute(EVENTS).fetchall()

    assert _open_below(tmp_path) == []


def test_who_waits_for_a_new_file_keeps_nobody_from_one_that_is_open(log: KeptEventLog) -> None:
    log.store_event(_entry("run"))
    path = Path(log.path_for_shard("new"))
    with ThreadPoolExecutor(2) as threads, closing(sqlite3.connect(path)) as other:
        other.execute("begin exclusive")
        waiting = threads.submit(_count, log, "new")
        while _open_below(path.parent).count(str(path)) < 2:
            assert not waiting.done()
        found = threads.submit(_count, log, "run")
        try:
            assert found.result(timeout=20) == 1
            assert not waiting.done()
        finally:
            other.rollback()

        assert waiting.result() == 0


def test_who_watches_a_run_hears_of_it_while_it_is_being_written(
    tmp_path: Path, log: KeptEventLog
) -> None:
    log.store_event(_entry("run"))
    heard: Queue[str] = Queue()
    other = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    other.watch("run", None, _teller(heard))
    log.store_event(_entry("run", "said"))

    assert [heard.get(timeout=20), heard.get(timeout=20)] == ["", "said"]
    other.dispose()


def test_an_event_is_in_the_file_of_its_run_before_the_index_tells_of_it(
    log: KeptEventLog,
) -> None:
    log.store_event(_entry("run"))
    committed: list[str] = []

    def note(connection: Connection) -> None:
        committed.append(Path(connection.engine.url.database or "").stem)

    event.listen(Engine, "commit", note)
    try:
        log.store_event_batch([_entry("run"), _entry("run", dagster_event=START)])
    finally:
        event.remove(Engine, "commit", note)

    assert committed == ["run", "index"]


def test_of_a_batch_that_fails_nothing_is_stored(log: KeptEventLog) -> None:
    log.store_event(_entry("run"))
    with pytest.raises(OperationalError):
        log.store_event_batch([_entry("run"), _entry("no-such-folder/run")])

    assert len(log.get_logs_for_run("run")) == 1
    log.store_event(_entry("run"))
    assert len(log.get_logs_for_run("run")) == 2


@pytest.mark.parametrize("told", [[], ["told by another"]], ids=["not laid out", "laid out"])
def test_a_folder_that_is_replaced_is_read_and_written_as_it_stands(
    tmp_path: Path, log: KeptEventLog, told: list[str]
) -> None:
    log.store_event(_entry("run", "in the former folder", START))
    shutil.rmtree(tmp_path / "history")
    other = SqliteEventLogStorage(str(tmp_path / "history" / "runs"))
    for message in told:
        other.store_event(_entry("run", message, START))

    assert _told(log) == [("index", told), ("run", told)]
    log.store_event(_entry("run", "told at last", START))
    assert _told(other) == [("index", [*told, "told at last"]), ("run", [*told, "told at last"])]


@pytest.fixture
def log(tmp_path: Path) -> KeptEventLog:
    return KeptEventLog(str(tmp_path))


def _written(home: Path, configuration: str) -> dict[str, list[tuple[str, ...]]]:
    """All rows that one run over three dates leaves in the index and in its own file."""
    home.mkdir()
    text = configuration.replace("BASE", str(home))
    (home / "dagster.yaml").write_text(f"telemetry: {{enabled: false}}\n{text}")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        done = dg.materialize([fees], instance=instance, tags=RANGE)
        assert len(instance.all_logs(done.run_id)) > 0
    files = {"index": "index", "run": done.run_id}
    return {name: _rows(home / "history" / "runs" / f"{file}.db") for name, file in files.items()}


def _rows(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(WRITTEN).fetchall()


def _count(log: KeptEventLog, run_id: str) -> int:
    with log.run_connection(run_id) as connection:
        return len(connection.execute(EVENTS).fetchall())


def _told(log: SqliteEventLogStorage) -> list[tuple[str, list[str]]]:
    """What the index and the file of a run say of its start."""
    started = log.fetch_run_status_changes(dg.DagsterEventType.RUN_START, 9, ascending=True)
    index = [record.event_log_entry.user_message for record in started.records]
    return [
        ("index", index),
        ("run", [entry.user_message for entry in log.get_logs_for_run("run")]),
    ]


def _entry(
    run_id: str, message: str = "", dagster_event: dg.DagsterEvent | None = None
) -> EventLogEntry:
    return EventLogEntry(
        error_info=None,
        level="INFO",
        user_message=message,
        run_id=run_id,
        timestamp=1.0,
        step_key=None,
        job_name="nightly",
        dagster_event=dagster_event,
    )


def _teller(heard: Queue[str]) -> Callable[[EventLogEntry, str], None]:
    return lambda entry, _: heard.put(entry.user_message)


def _open_below(folder: Path) -> list[str]:
    """Databases under a folder that this process holds open, each as often as it does."""
    names = (str(path.resolve()) for path in Path("/proc/self/fd").iterdir())
    return [name for name in names if name.startswith(str(folder)) and name.endswith(".db")]
