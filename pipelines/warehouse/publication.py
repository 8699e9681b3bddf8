"""Publishing: the database that people query, complete and checked, in place by one rename.

Belongs here: which tables readers get, without which columns, and the snapshot's digest.
Stays out: raw rows, personal data and working tables; they never leave the working file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.faults import ClaimBroken
from pipelines.settings import Places
from pipelines.warehouse.digests import (
    PRIVATE_COLUMNS,
    Sum,
    digested_columns,
    keep_sum,
    kept_sum,
    quick_sums,
    sum_of,
)
from pipelines.warehouse.judgement import CASES
from pipelines.warehouse.queries import DICTIONARY, READERS, columns_of, first_row, run_scripts
from pipelines.warehouse.renewal import keyed_tables
from pipelines.warehouse.store import STORAGE_VERSION, private_folder, transaction

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


@cache
def sums_kept() -> frozenset[str]:
    """Digested tables of which a night replaces the rows of some ids; others are computed whole."""
    return frozenset(DIGESTED) & frozenset((*keyed_tables(), *CASES))


def control_totals(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Row count and digest of every digested table, each row read; their order does not matter."""
    return [_told(table, sum_of_table(connection, table)) for table in DIGESTED]


def kept_control_totals(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The same of the working file, where the sums of tables that grow are kept up to date."""
    return [_told(table, _sum_kept(connection, table)) for table in DIGESTED]


def sum_of_table(connection: duckdb.DuckDBPyConnection, table: str) -> Sum:
    """The sum over the digested columns of a published table."""
    return sum_of(connection, table, digested_columns(connection, table))


def digest_of(totals: Sequence[Mapping[str, Any]]) -> str:
    """One digest over the control totals: the digest of the snapshot."""
    return hashlib.sha256(json.dumps(list(totals), sort_keys=True).encode()).hexdigest()


def publish(connection: duckdb.DuckDBPyConnection, places: Places) -> Path:
    """Write the published file beside the one in place and check it; `replace` puts it there.

    Raises ClaimBroken when what was written is not what was meant to be.
    """
    target = places.published
    private_folder(target.parent)
    fresh = target.with_name(f".{target.name}.new")
    for left in target.parent.glob(f".{target.name}.new*"):
        left.unlink()
    home = first_row(connection, "select current_database()")
    attached = str(fresh).replace("'", "''")
    connection.execute(f"attach '{attached}' as fresh (storage_version '{STORAGE_VERSION}')")
    try:
        # One transaction, because each comment on a column would wait for the disk otherwise.
        with transaction(connection):
            columns = {table: _public_columns(connection, table) for table in PUBLISHED}
            for table, names in columns.items():
                _copy(connection, table, names)
            meant = quick_sums(connection, columns)
            connection.execute("use fresh")
            run_scripts(connection, DICTIONARY)
            run_scripts(connection, READERS)
        written = quick_sums(connection, columns)
    finally:
        connection.execute(f'use "{home[0] if home else places.warehouse.stem}"')
        connection.execute("detach fresh")
    if written != meant:
        raise ClaimBroken(
            "The published file does not hold what the warehouse holds.",
            "Nothing was replaced; check the disk, then run the night again.",
        )
    _sync(fresh)
    return fresh


def replace(fresh: Path, places: Places) -> None:
    """Put the checked file in place: one atomic rename; open readers keep what they opened."""
    fresh.replace(places.published)
    _sync(places.published.parent)


def _copy(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> None:
    schema = table.partition(".")[0]
    kept = ", ".join(f'"{column}"' for column in columns)
    connection.execute(f"create schema if not exists fresh.{schema}")
    connection.execute(f"create table fresh.{table} as select {kept} from {table}")


def _public_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    names = columns_of(connection, table)
    return [name for name in names if name not in PRIVATE_COLUMNS]


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
