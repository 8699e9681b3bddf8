"""The published file carried on: a copy of the former one, in which what changed is replaced.

Rows of ids that were not computed anew stay as they stand there. Every other table is written
again, and whoever carries a file on compares it with the working file afterwards.

Belongs here: whether there is a file to carry on, its copy, and replacing rows in it.
Stays out: which tables and columns are published (`publication`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipelines.warehouse.judgement import CASES
from pipelines.warehouse.parts import rows_of
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.renewal import keyed_tables
from pipelines.warehouse.store import transaction

CHUNK_BYTES = 8 * 2**20


def note_published(connection: duckdb.DuckDBPyConnection, file_digest: str, form: str) -> None:
    """Keep which file readers have, and its form: it holds everything computed so far.

    A run that dies before it has said so leaves a file that is not the one noted.
    """
    with transaction(connection):
        connection.execute("delete from ops.published")
        connection.execute("insert into ops.published values (?, ?)", [file_digest, form])
        connection.execute("delete from ops.unpublished")


def copy_former(
    connection: duckdb.DuckDBPyConnection, former: Path, fresh: Path, *, form: str
) -> bool:
    """Copy the file that readers have, if it can be carried on; whether it was.

    It can when it is, byte for byte, the one that was noted, of the same form, and not every row
    of a stage was computed anew since.
    """
    noted = first_row(connection, "select file_digest from ops.published where form = ?", [form])
    whole = first_row(connection, "select 1 from ops.unpublished where field is null")
    if noted is None or whole is not None or not former.exists():
        return False
    found = hashlib.sha256()
    with former.open("rb") as read, fresh.open("wb") as written:
        while chunk := read.read(CHUNK_BYTES):
            found.update(chunk)
            written.write(chunk)
    if found.hexdigest() != noted[0]:
        fresh.unlink()
        return False
    return True


def replace_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], *, file: str
) -> None:
    """Put the rows that changed, or all where no ids tell which, in the place of former ones.

    `file` is the name that the copy is attached under.
    """
    key = carried_tables().get(table)
    listed = ", ".join(f'"{column}"' for column in columns)
    ids = f"select value from ops.unpublished where field = '{key}'"
    former, changed = f"{file}.{table}", table
    if key is not None:
        former, changed = rows_of(former, {key: ids}), rows_of(changed, {key: ids})
    connection.execute(f"delete from {former}")
    connection.execute(f"insert into {file}.{table} ({listed}) select {listed} from {changed}")


def carried_tables() -> Mapping[str, str]:
    """The column of ids of each table whose rows a night replaces by ids."""
    return {**keyed_tables(), **CASES}
