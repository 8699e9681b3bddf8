"""The published snapshot as Parquet files: every stage, by business month where a table has a date.

Belongs here: writing the folder, checking what was written by reading it again, and its manifest.
The folder appears whole, by one rename. Stays out: which columns are published (`publication`).
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from pipelines.faults import ClaimBroken, ConfigurationFault
from pipelines.reading.parquet import ROWS_A_GROUP
from pipelines.reading.snapshot import open_snapshot
from pipelines.reading.stopping import stoppable
from pipelines.warehouse.publication import control_totals, digest_of
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.verification.files import sha256_of

MANIFEST = "manifest.json"
MONTH = "business_month"
_WITHOUT_DATE = "none"
_GLOB = frozenset("*?[]")


def export_parquet(snapshot: Path, folder: Path) -> dict[str, Any]:
    """Write every published table below a new folder; gives the manifest that lies in it.

    Raises ConfigurationFault where the folder cannot be made or is there, ClaimBroken when what
    was read back is not what was published; then no folder is left.
    """
    with _new_folder(folder) as fresh, open_snapshot(snapshot) as connection:
        return stoppable(connection, lambda: _export(connection, fresh))


def _export(connection: duckdb.DuckDBPyConnection, fresh: Path) -> dict[str, Any]:
    totals = control_totals(connection)
    as_of = first_row(connection, "select as_of from reconciled.basis") or (None,)
    tables = {name: _write_table(connection, name, fresh) for name in _tables(connection)}
    with closing(_read_back(fresh, tables)) as read:
        require_same(read, connection, tables)
    manifest = {
        "snapshot_digest": digest_of(totals),
        "as_of": as_of[0].isoformat() if as_of[0] else None,
        "control_totals": totals,
        "tables": [_told(name, files, fresh) for name, files in tables.items()],
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (fresh / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def require_same(
    read: duckdb.DuckDBPyConnection,
    published: duckdb.DuckDBPyConnection,
    tables: Iterable[str],
) -> None:
    """Raise ClaimBroken where rows or digests differ between what was read and what is meant."""
    counts = [(len(read.table(name)), len(published.table(name))) for name in tables]
    if any(found != meant for found, meant in counts) or (
        control_totals(read) != control_totals(published)
    ):
        raise ClaimBroken(
            "The Parquet files do not hold what the published database holds.",
            "Nothing was kept; check the disk, then export again.",
        )


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The stored tables, `schema.table`; views and macros compute from them."""
    rows = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() "
        "where not internal and not temporary order by all"
    ).fetchall()
    return [name for (name,) in rows]


def _write_table(connection: duckdb.DuckDBPyConnection, name: str, fresh: Path) -> list[Path]:
    """Write one table; gives its files, at least one, so that columns of an empty table stay."""
    folder = fresh.joinpath(*name.split("."))
    rows = connection.table(name)
    if "business_date" not in rows.columns:
        return [_write(rows, folder / "part.parquet")]
    months = rows.project("date_trunc('month', business_date)::date as month").distinct()
    files = []
    for (month,) in months.order("month nulls last").fetchall():
        label = month.strftime("%Y-%m") if month else _WITHOUT_DATE
        file = folder / f"{MONTH}={label}" / "part.parquet"
        files.append(_write(rows.filter(_in_month(month)), file))
    return files or [_write(rows, folder / "part.parquet")]


def _in_month(month: date | None) -> duckdb.Expression:
    column = duckdb.ColumnExpression("business_date")
    if month is None:
        return column.isnull()
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return (column >= duckdb.ConstantExpression(month)) & (
        column < duckdb.ConstantExpression(following)
    )


def _write(rows: duckdb.DuckDBPyRelation, file: Path) -> Path:
    file.parent.mkdir(parents=True)
    with (
        rows.to_arrow_reader(ROWS_A_GROUP) as batches,
        pq.ParquetWriter(file, batches.schema, compression="zstd") as writer,
    ):
        for batch in batches:
            writer.write_batch(batch)
    return file


def _read_back(fresh: Path, tables: dict[str, list[Path]]) -> duckdb.DuckDBPyConnection:
    """What a reader of the files gets, under the names of the tables."""
    read = duckdb.connect()
    read.execute("set TimeZone = 'UTC'")
    for stage in sorted({path.name for path in fresh.iterdir()}):
        read.execute(f'create schema "{stage}"')
    for name, files in tables.items():
        schema, _, table = name.partition(".")
        read.execute(f"set schema = 'memory.{schema}'")
        paths = [str(file) for file in files]
        read.read_parquet(paths, hive_partitioning=False).create_view(table)
    return read


def _told(name: str, files: list[Path], fresh: Path) -> dict[str, Any]:
    return {
        "table": name,
        "rows": sum(pq.read_metadata(file).num_rows for file in files),
        "files": [
            {
                "path": file.relative_to(fresh).as_posix(),
                "rows": pq.read_metadata(file).num_rows,
                "sha256": sha256_of(file),
            }
            for file in files
        ],
    }


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder that is whole or not there; one that is there already is left as it is."""
    if folder.exists():
        raise ConfigurationFault(f"{folder.name} is already there.", "Name a new folder.")
    target = folder.absolute()
    if _GLOB.intersection(str(target)):
        raise ConfigurationFault(
            "The folder's path has one of * ? [ ], which readers of Parquet take for a pattern.",
            "Name another folder.",
        )
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as unwritten:
        raise ConfigurationFault(
            f"{target.name} cannot be made: {(unwritten.strerror or 'unknown reason').lower()}.",
            "Name a folder in one that can be written to.",
        ) from unwritten
    try:
        yield fresh
        fresh.rename(target)
    finally:
        if fresh.exists():
            shutil.rmtree(fresh)
