"""The working database keeps within its memory, and what it spills stays in the data directory."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.faults import StoreFault
from pipelines.night.frame import Store
from pipelines.night.judge import commit_drawn
from pipelines.partitions import DateRange
from pipelines.settings import Places
from pipelines.warehouse import store
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.closing import Run
from pipelines.warehouse.publication import require_memory_for_texts
from pipelines.warehouse.store import open_warehouse

DAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ONE_LIST = "create or replace table kept as select list(range) from range(1000000)"
"""It cannot be spilled: a million numbers take more than 16 MB and less than 64."""
RUN = Run("one", "nightly", DateRange(DAY, DAY), NOW, NOW)


def test_what_does_not_fit_is_spilled_beside_the_file_and_never_left(tmp_path: Path) -> None:
    places = Places(tmp_path)
    spilled = places.warehouse.with_name(f"{places.warehouse.name}.tmp")
    spilled.mkdir()
    (spilled / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"of a killed run")
    with open_warehouse(places) as connection:
        assert not spilled.exists()
        connection.execute("set memory_limit = '8MB'")
        # 16 MB of text that no compression makes small.
        connection.execute(
            "create temp table wide as select sha256(range::varchar) as filling from range(262144)"
        )
        assert [path.name for path in spilled.iterdir()] != []
    assert not spilled.exists()


@pytest.mark.parametrize(("held", "limit"), [(0, "320.0 MiB"), (1_080_000, "350.1 MiB")])
def test_memory_is_limited_by_what_the_book_holds(tmp_path: Path, held: int, limit: str) -> None:
    places = Places(tmp_path)
    with open_warehouse(places) as connection:
        connection.execute(
            "insert into raw.transactions by name select range as arrival, '' as content_digest, "
            "now() as recorded_from, '' as run_id, '' as source from range($held)",
            {"held": held},
        )
    with open_warehouse(places) as connection:
        (told,) = connection.execute(
            "select current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchall()
    assert told == (limit, f"{places.warehouse}.tmp")


def test_work_that_runs_out_of_memory_is_done_again_with_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MEMORY_LEAST_BYTES", 16 * 2**20)
    with open_warehouse(Places(tmp_path)) as connection:
        tries: list[str] = []

        def work(_: int) -> None:
            (limit,) = connection.execute("select current_setting('memory_limit')").fetchall()[0]
            tries.append(limit)
            with store.transaction(connection):
                connection.execute(ONE_LIST)

        store.with_memory(connection, work)
        assert tries[0] == "16.0 MiB"
        assert len(tries) > 1
        assert connection.execute("select len(columns(*)) from kept").fetchall() == [(1000000,)]

        monkeypatch.setattr(store, "half_of_memory", lambda: 24 * 2**20)
        tries.clear()
        told: list[str] = []
        with pytest.raises(duckdb.OutOfMemoryException):
            store.with_memory(connection, work, tell=told.append)
        assert tries == ["16.0 MiB", "24.0 MiB"]
        assert told == [
            "the database ran out of 16 MiB of memory: the step is done again with 24 MiB"
        ]


@pytest.mark.parametrize(("told", "half"), [("1073741824\n", 2**29), ("max\n", None)])
def test_a_container_may_use_less_than_its_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, told: str, half: int | None
) -> None:
    monkeypatch.setattr(store, "CONTAINER_LIMIT", tmp_path / "none")
    machine = store.half_of_memory()
    limit = tmp_path / "memory.max"
    limit.write_text(told, encoding="ascii")
    monkeypatch.setattr(store, "CONTAINER_LIMIT", limit)
    assert store.half_of_memory() == (half or machine)


def store_large_reports(
    connection: duckdb.DuckDBPyConnection, count: int = 12, megabytes: int = 4
) -> dict[str, str]:
    """So many, one after the other."""
    for number in range(count):
        connection.execute(
            "insert into delivered.reports values ('exceptions', ?, ?, '', ?)",
            [DAY + timedelta(days=number), NOW, f"{number:064}" * (megabytes * 16384)],
        )
    return {"run": "one"}


@pytest.mark.parametrize(("count", "megabytes"), [(12, 4), (2, 11), (1, 16)])
def test_texts_that_a_checkpoint_cannot_hold_are_committed_with_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, count: int, megabytes: int
) -> None:
    monkeypatch.setattr(store, "MEMORY_LEAST_BYTES", 32 * 2**20)
    places = Places(tmp_path)
    with open_warehouse(places) as connection:
        step = Store(connection, Chain(places.control), RUN)
        commit_drawn(step, "report", lambda: store_large_reports(connection, count, megabytes))
        (limit,) = connection.execute("select current_setting('memory_limit')").fetchall()[0]
        assert limit in {"64.0 MiB", "128.0 MiB"}
        store.limit_memory(connection, 2**30)
        told = connection.execute("select count(*), min(strlen(figures)) from delivered.reports")
        assert told.fetchall() == [(count, megabytes * 2**20)]


def test_a_checkpoint_that_cannot_hold_them_ends_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MEMORY_LEAST_BYTES", 32 * 2**20)
    with (
        pytest.raises(StoreFault, match="FATAL"),
        open_warehouse(Places(tmp_path)) as connection,
    ):
        store_large_reports(connection)


def test_a_commit_that_runs_out_of_memory_is_void_and_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MEMORY_LEAST_BYTES", 16 * 2**20)
    places = Places(tmp_path)
    with open_warehouse(places) as connection:
        tries: list[int] = []

        def work(most_bytes: int) -> dict[str, str]:
            tries.append(most_bytes)
            told = store_large_reports(connection, count=7)
            if len(tries) > 1:
                require_memory_for_texts(connection, most_bytes)
            return told

        step = Store(connection, Chain(places.control), RUN)
        step.commit_with_memory("report", work)
        assert len(tries) > 1
        # The first try was announced: it failed at its commit, not in its work.
        assert '"voids"' in (places.control / "chain.jsonl").read_text(encoding="utf-8")
        entries = step.chain.history().entries
        assert [(entry.sequence, entry.is_confirmed) for entry in entries] == [(1, True)]
        step.chain.check(connection)


def test_what_tidies_up_after_a_work_does_not_hide_that_it_ran_out_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MEMORY_LEAST_BYTES", 16 * 2**20)
    with open_warehouse(Places(tmp_path)) as connection:
        tries: list[int] = []

        def work(most_bytes: int) -> None:
            tries.append(most_bytes)
            with store.transaction(connection):
                try:
                    connection.execute(ONE_LIST)
                finally:
                    connection.execute("drop table if exists temp.part")

        store.with_memory(connection, work)
        assert len(tries) > 1
