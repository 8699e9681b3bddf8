"""The snapshot as Parquet says what the snapshot says, or is not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from click.testing import Result

from pipelines.faults import ClaimBroken, ConfigurationFault
from pipelines.reading.exporting import MANIFEST, export_parquet, require_same
from pipelines.settings import Places
from pipelines.warehouse.publication import PRIVATE_COLUMNS, PUBLISHED
from pipelines.warehouse.verification.files import sha256_of


@pytest.fixture(scope="module")
def folder(known_book: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The known book as Parquet."""
    folder = tmp_path_factory.mktemp("exported") / "parquet"
    export_parquet(known_book.published, folder)
    return folder


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Any:
    return json.loads((folder / MANIFEST).read_text())


def test_every_published_table_is_there_and_every_file_is_named_with_its_digest(
    folder: Path, manifest: Any
) -> None:
    named = {
        file["path"]: file["sha256"] for table in manifest["tables"] for file in table["files"]
    }
    held = {
        path.relative_to(folder).as_posix(): sha256_of(path) for path in folder.rglob("*.parquet")
    }
    assert {table["table"] for table in manifest["tables"]} == set(PUBLISHED)
    assert named == held


def test_a_table_with_a_business_date_is_split_by_its_month(folder: Path) -> None:
    months = sorted(path.name for path in (folder / "validated" / "orders").iterdir())
    assert months == [f"business_month=2026-0{month}" for month in (1, 2, 3)]
    february = pl.read_parquet(folder / "validated" / "orders" / months[1] / "part.parquet")
    assert sorted(february["order_id"].to_list()) == ["K20", "K32"]


def test_polars_and_duckdb_read_the_same_money_as_the_snapshot_holds(
    folder: Path, known_book: Places
) -> None:
    files = f"{folder}/reconciled/breaks/*/*.parquet"
    query = "select sum(money_impact), count(*) from "
    with duckdb.connect(known_book.published, read_only=True) as snapshot:
        held = snapshot.execute(query + "reconciled.breaks").fetchall()
    with duckdb.connect() as reader:
        assert reader.execute(query + "read_parquet(?)", [files]).fetchall() == held
    frame = pl.read_parquet(files)
    assert [(frame["money_impact"].sum(), frame.height)] == held


def test_the_digest_is_that_of_the_run_that_published(book: Places, tmp_path: Path) -> None:
    manifest = export_parquet(book.published, tmp_path / "parquet")
    with duckdb.connect(book.published, read_only=True) as snapshot:
        runs = snapshot.execute("select snapshot_digest from ops.runs").fetchall()
    assert [(manifest["snapshot_digest"],)] == runs


def test_no_private_column_is_exported(folder: Path) -> None:
    columns = {name for file in folder.rglob("*.parquet") for name in pl.read_parquet_schema(file)}
    assert len(columns) > 100
    assert columns.isdisjoint(PRIVATE_COLUMNS)


def test_files_that_say_something_else_are_not_kept(known_book: Places, folder: Path) -> None:
    """One cent in one row, and a row of a table that has no digest."""
    with (
        duckdb.connect(known_book.published, read_only=True) as snapshot,
        duckdb.connect() as read,
    ):
        for table in PUBLISHED:
            schema, _, name = table.partition(".")
            read.execute(f"create schema if not exists {schema}")
            read.execute(f"set schema = 'memory.{schema}'")
            read.read_parquet(
                f"{folder}/{schema}/{name}/**/*.parquet", hive_partitioning=False
            ).create(name)
        require_same(read, snapshot, PUBLISHED)
        for change in (
            "update validated.orders set amount = amount + 0.01 where order_id = 'K1'",
            "delete from ops.closings where closing_no = 1",
        ):
            read.execute("begin")
            read.execute(change)
            with pytest.raises(ClaimBroken):
                require_same(read, snapshot, PUBLISHED)
            read.execute("rollback")


def test_the_command_says_what_was_written_and_overwrites_nothing(
    known_book: Places, recon: Callable[..., Result], fault_of: Callable
) -> None:
    told = recon(known_book, "export", "parquet", "out").output
    assert told.startswith(f"{len(PUBLISHED)} tables with ")
    assert fault_of(recon(known_book, "export", "parquet", "out")).sentence == (
        "out is already there."
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nowhere/out", "out cannot be made: no such file or directory."),
        ("out[1]", "The folder's path has one of * ? [ ], which readers of Parquet take for a"),
    ],
)
def test_a_folder_that_cannot_be_is_one_sentence(
    known_book: Places, tmp_path: Path, name: str, sentence: str
) -> None:
    with pytest.raises(ConfigurationFault) as told:
        export_parquet(known_book.published, tmp_path / name)
    assert told.value.sentence.startswith(sentence)
    assert list(tmp_path.iterdir()) == []
