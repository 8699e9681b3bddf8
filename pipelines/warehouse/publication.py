"""Publishing: the database that people query, complete and checked, in place by one rename.

Belongs here: which tables readers get, without which columns, and the snapshot's digest.
Stays out: raw rows, personal data and working tables; they never leave the working file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipelines.faults import ClaimBroken, DiskFull
from pipelines.settings import Places
from pipelines.warehouse.carried import carried_tables, copy_former, note_published, replace_rows
from pipelines.warehouse.digests import (
    PRIVATE_COLUMNS,
    Sum,
    keep_sum,
    kept_sum,
    public_columns,
    quick_sums,
    whole_sum,
)
from pipelines.warehouse.queries import (
    DICTIONARY,
    READERS,
    SQL_FOLDER,
    first_row,
    run_scripts,
    script,
)
from pipelines.warehouse.renewal import forget_computed
from pipelines.warehouse.store import (
    STORAGE_VERSION,
    limit_memory,
    private_folder,
    tell_nobody,
    transaction,
    with_memory,
)

DIGESTED = (
    "validated.orders",
    "validated.transactions",
    "validated.transactions_history",
    "validated.checkout_sessions",
    "validated.subscriptions",
    "validated.plans",
    "validated.prices",
    "validated.subscription_invoices",
    "validated.charge_attempts",
    "validated.quarantine",
    "reconciled.matches",
    "reconciled.subscription_matches",
    "reconciled.breaks",
    "reconciled.proof",
    "marts.daily_close",
    "marts.break_ageing",
    "marts.fees",
)
"""The tables of the snapshot's digest: every figure, and nothing that records when we looked."""

PUBLISHED = (
    *DIGESTED,
    "validated.orders_history",
    "validated.order_changes",
    "validated.vanished_orders",
    "validated.subscriptions_history",
    "validated.subscription_invoices_history",
    "validated.authorizations",
    "validated.authorizations_history",
    "validated.currencies",
    "validated.networks",
    "validated.subscription_currencies",
    "validated.fee_quotes",
    "reconciled.breaks_history",
    "reconciled.mended_rows",
    "reconciled.refunds_due",
    "reconciled.unsupported_decisions",
    "reconciled.break_codes",
    "reconciled.charge_failures",
    "reconciled.failure_words",
    "reconciled.basis",
    "reconciled.fee_schedule",
    "marts.settlement",
    "marts.fee_quotes",
    "marts.receivables_ageing",
    "marts.subscription_revenue",
    "marts.dunning",
    "marts.corrections",
    "delivered.reports",
    "ops.pulls",
    "ops.sweeps",
    "ops.files",
    "ops.runs",
    "ops.closings",
    "ops.deliveries",
    "ops.actions",
)

_TEXTS_BESIDE = 3
"""How many texts of the largest size have to fit into memory beside all stored ones."""


class Fresh(NamedTuple):
    """A file that was written and checked, and whether the former one was carried on."""

    path: Path
    is_carried: bool


@cache
def sums_kept() -> frozenset[str]:
    """Digested tables of which a night replaces the rows of some ids; others are computed whole."""
    return frozenset(DIGESTED) & frozenset(carried_tables())


def control_totals(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Row count and digest of every digested table, each row read; their order does not matter."""
    return [_told(table, sum_of_table(connection, table)) for table in DIGESTED]


def kept_control_totals(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The same of the working file, where the sums of tables that grow are kept up to date."""
    return [_told(table, _sum_kept(connection, table)) for table in DIGESTED]


def sum_of_table(connection: duckdb.DuckDBPyConnection, table: str) -> Sum:
    """The sum over the digested columns of a published table."""
    return whole_sum(connection, table)


def digest_of(totals: Sequence[Mapping[str, Any]]) -> str:
    """One digest over the control totals: the digest of the snapshot."""
    return hashlib.sha256(json.dumps(list(totals), sort_keys=True).encode()).hexdigest()


def publish(
    connection: duckdb.DuckDBPyConnection,
    places: Places,
    *,
    tell: Callable[[str], None] = tell_nobody,
) -> Fresh:
    """Write the published file beside the one in place and check it; `replace` puts it there.

    The former file is carried on where it can be; one that then does not hold what the warehouse
    holds is thrown away, and all of it is written. Raises ClaimBroken when that does not either.
    """
    written: list[Fresh] = []

    def write(most_bytes: int) -> None:
        require_memory_for_texts(connection, most_bytes)
        written.append(_written(connection, places))

    with_memory(connection, write, tell=tell)
    return written[-1]


def require_memory_for_texts(connection: duckdb.DuckDBPyConnection, most_bytes: int) -> None:
    """Raise duckdb.OutOfMemoryException when so much memory is not enough for the stored reports.

    A checkpoint holds the texts of two thousand reports at once and writes them one by one, and one
    that runs out of memory takes the database with it. A query that reads them does not, so it is
    asked first, with less.
    """
    query = script("work/largest_report")
    (largest,) = first_row(connection, query) or (None,)
    left = most_bytes - _TEXTS_BESIDE * (largest or 0)
    if left <= 0:
        raise duckdb.OutOfMemoryException(f"A report of {largest} bytes needs {-left} bytes more.")
    limit_memory(connection, left)
    connection.execute(query)
    limit_memory(connection, most_bytes)


def _written(connection: duckdb.DuckDBPyConnection, places: Places) -> Fresh:
    private_folder(places.published.parent)
    fresh = places.published.with_name(f".{places.published.name}.new")
    _remove(fresh)
    columns = {table: public_columns(connection, table) for table in PUBLISHED}
    meant = quick_sums(connection, columns)
    _require_unaltered(connection, meant)
    with _removed_when_stopped(fresh):
        if copy_former(connection, places.published, fresh, form=_form()):
            if _write(connection, fresh, columns, is_carried=True) == meant:
                return Fresh(fresh, is_carried=True)
            _remove(fresh)
        if _write(connection, fresh, columns, is_carried=False) != meant:
            raise ClaimBroken(
                "The published file does not hold what the warehouse holds.",
                "Nothing was replaced; check the disk, then run the night again.",
            )
    return Fresh(fresh, is_carried=False)


def replace(fresh: Fresh, places: Places) -> None:
    """Put the checked file in place: one atomic rename; open readers keep what they opened."""
    fresh.path.replace(places.published)
    _sync(places.published.parent)


def note(connection: duckdb.DuckDBPyConnection, file_digest: str) -> None:
    """Keep the digest of the file that was put in place: the next one is made from it."""
    note_published(connection, file_digest, _form())


@contextmanager
def _removed_when_stopped(fresh: Path) -> Iterator[None]:
    """A file that is not finished is removed, and an error of the disk is told as one."""
    try:
        yield
    except OSError as refused:
        _remove(fresh)
        raise DiskFull(
            f"The published file could not be written ({refused.strerror}).",
            "Free space or mend the disk, then start the run again; readers keep the former file.",
        ) from refused
    except (duckdb.Error, ClaimBroken):
        _remove(fresh)
        raise


def _remove(fresh: Path) -> None:
    for left in fresh.parent.glob(f"{fresh.name}*"):
        left.unlink()


def _write(
    connection: duckdb.DuckDBPyConnection,
    fresh: Path,
    columns: Mapping[str, Sequence[str]],
    *,
    is_carried: bool,
) -> dict[str, tuple[int, int]]:
    """Write the tables into a file, which may be a copy; what it holds then, in quick sums."""
    home = first_row(connection, "select current_database()") or ("",)
    attached = str(fresh).replace("'", "''")
    connection.execute(f"attach '{attached}' as fresh (storage_version '{STORAGE_VERSION}')")
    try:
        # One transaction, because each comment on a column would wait for the disk otherwise.
        with transaction(connection):
            for table, names in columns.items():
                (replace_rows if is_carried else _copy)(connection, table, names, file="fresh")
            connection.execute("use fresh")
            if not is_carried:
                run_scripts(connection, DICTIONARY)
                run_scripts(connection, READERS)
        written = quick_sums(connection, columns)
    finally:
        connection.execute(f'use "{home[0]}"')
        connection.execute("detach fresh")
    _sync(fresh)
    return written


def _require_unaltered(
    connection: duckdb.DuckDBPyConnection, found: Mapping[str, tuple[int, int]]
) -> None:
    """Raise ClaimBroken when a table whose sum is kept holds something else than was computed.

    A night computes what was touched; whatever else altered, lost or added a row shows here only.
    The next run computes every row anew then, from what was received.
    """
    altered = []
    for table in sorted(sums_kept()):
        kept = kept_sum(connection, table)
        if kept is not None and kept.quick is None:
            keep_sum(connection, table, kept._replace(quick=found[table][1]))
        elif kept is not None and (kept.rows, kept.quick) != found[table]:
            altered.append(table)
    if altered:
        with transaction(connection):
            forget_computed(connection)
        raise ClaimBroken(
            f"The rows of {' and '.join(altered)} are not those that were computed: something else "
            "altered the warehouse.",
            "Nothing was published; run `recon verify` for what was received, then the night "
            "again: it computes every row anew.",
        )


def _copy(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], *, file: str
) -> None:
    schema = table.partition(".")[0]
    kept = ", ".join(f'"{column}"' for column in columns)
    connection.execute(f"create schema if not exists {file}.{schema}")
    connection.execute(f"create table {file}.{table} as select {kept} from {table}")


@cache
def _form() -> str:
    """A digest of everything that the tables, views and comments of a published file come from."""
    made_of = (PUBLISHED, PRIVATE_COLUMNS, DICTIONARY, READERS, STORAGE_VERSION, duckdb.__version__)
    digest = hashlib.sha256(str(made_of).encode())
    for path in sorted(SQL_FOLDER.rglob("*.sql")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sum_kept(connection: duckdb.DuckDBPyConnection, table: str) -> Sum:
    kept = kept_sum(connection, table)
    if kept is None:
        kept = sum_of_table(connection, table)
        if table in sums_kept():
            keep_sum(connection, table, kept)
    return kept


def _told(table: str, found: Sum) -> dict[str, Any]:
    digest = hashlib.sha256(f"{table}:{found.rows}:{found.total}".encode()).hexdigest()[:16]
    return {"table": table, "rows": found.rows, "digest": digest}


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
