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
from pipelines.warehouse.store import open_warehouse

DAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 2, tzinfo=UTC)


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
            # One list cannot be spilled: a million numbers take more than 16 MB and less than 64.
            with store.transaction(connection):
                connection.execute(
                    "create or replace table kept as select list(range) from range(1000000)"
                )

        store.with_memory(connection, work)
        assert tries[0] == "16.0 MiB"
        assert len(tries) > 1
        assert connection.execute("select len(columns(*)) from kept").fetchall() == [(1000000,)]

        monkeypatch.setattr(store, "MEMORY_LEAST_BYTES", 2**20)
        with pytest.raises(duckdb.OutOfMemoryException):
            store.with_memory(connection, work)


def store_large_reports(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Twelve of 4 MB each, one after the other."""
    for number in range(12):
        connection.execute(
            "insert into delivered.reports values ('exceptions', ?, ?, '', ?)",
            [DAY + timedelta(days=number), NOW, f"{number:064}" * 65536],
        )
    return {"run": "one"}


def test_texts_that_a_checkpoint_cannot_hold_are_committed_with_more_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MEMORY_LEAST_BYTES", 32 * 2**20)
    run = Run("one", "nightly", DateRange(DAY, DAY), NOW, NOW)
    places = Places(tmp_path / "guarded")
    with open_warehouse(places) as connection:
        books = Store(connection, Chain(places.control), run)
        commit_drawn(books, "report", lambda: store_large_reports(connection))
        (limit,) = connection.execute("select current_setting('memory_limit')").fetchall()[0]
        assert limit in {"64.0 MiB", "128.0 MiB"}
        store.limit_memory(connection, 2**30)
        told = connection.execute("select count(*), min(strlen(figures)) from delivered.reports")
        assert told.fetchall() == [(12, 4 * 2**20)]

    with (
        pytest.raises(StoreFault, match="FATAL"),
        open_warehouse(Places(tmp_path / "unguarded")) as connection,
    ):
        store_large_reports(connection)
