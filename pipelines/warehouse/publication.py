"""Publishing: the database that people query, complete and checked, in place by one rename.

Belongs here: which tables readers get, without which columns, and the snapshot's digest.
Stays out: raw rows, personal data and working tables; they never leave the working file.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from pipelines.faults import ClaimBroken
from pipelines.settings import Places
from pipelines.warehouse.queries import DICTIONARY, READERS, columns_of, first_row, run_scripts
from pipelines.warehouse.store import STORAGE_VERSION, private_folder, transaction

PRIVATE_COLUMNS = ("customer_email_digest", "known_ids", "is_closed")
"""Never published: what could identify a payer, and bookkeeping of the working file."""

UNDIGESTED_COLUMNS = ("source",)
"""Published, but outside the digest: they name the run that received a row, not what it says."""

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


def control_totals(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Row count and digest of every digested table; the order of rows does not matter."""
    return [_control_total(connection, table) for table in DIGESTED]


def digest_of(totals: Sequence[Mapping[str, Any]]) -> str:
    """One digest over the control totals: the digest of the snapshot."""
    return hashlib.sha256(json.dumps(list(totals), sort_keys=True).encode()).hexdigest()


def publish(connection: duckdb.DuckDBPyConnection, places: Places, *, digest: str) -> Path:
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
            for table in PUBLISHED:
                _copy(connection, table)
            connection.execute("use fresh")
            run_scripts(connection, DICTIONARY)
            run_scripts(connection, READERS)
        written = digest_of(control_totals(connection))
    finally:
        connection.execute(f'use "{home[0] if home else places.warehouse.stem}"')
        connection.execute("detach fresh")
    if written != digest:
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


def _copy(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    schema = table.partition(".")[0]
    kept = ", ".join(f'"{column}"' for column in _public_columns(connection, table))
    connection.execute(f"create schema if not exists fresh.{schema}")
    connection.execute(f"create table fresh.{table} as select {kept} from {table}")


def _public_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    names = columns_of(connection, table)
    return [name for name in names if name not in PRIVATE_COLUMNS]


def _control_total(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any]:
    kept = ", ".join(
        f'"{column}"'
        for column in _public_columns(connection, table)
        if column not in UNDIGESTED_COLUMNS
    )
    row = first_row(
        connection,
        f"select count(*), sum(md5_number_lower(to_json(rows_of)::varchar))::varchar "
        f"from (select {kept} from {table}) as rows_of",
    )
    rows, total = row or (0, None)
    return {
        "table": table,
        "rows": rows,
        "digest": hashlib.sha256(f"{table}:{rows}:{total}".encode()).hexdigest()[:16],
    }


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
