"""The working database keeps within its memory, and what it spills stays in the data directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import Places
from pipelines.warehouse.store import open_warehouse


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


@pytest.mark.parametrize(("held", "limit"), [(0, "512.0 MiB"), (1_080_000, "527.3 MiB")])
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
