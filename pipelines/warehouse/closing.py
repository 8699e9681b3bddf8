"""A run's life in the store: begun, judged green or red, closed, answered, acted, or failed.

Belongs here: `ops.runs`, `ops.closings`, the book's as-of, the verdict and what a closing posts.
Stays out: the steps of the night (see `night`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.partitions import DateRange, cut_off
from pipelines.warehouse.queries import first_row, script

QUOTES = "quotes"
"""The kind of a run that asks for fee quotes and closes nothing: it is no night."""

ANSWERED = "answered"
"""How such a run ends when its answers are kept."""

ACTION = "action"
"""The kind of a run that takes in what people decided, judges and publishes, and closes nothing."""

ACTED = "acted"
"""How such a run ends when it has published."""


@dataclass(frozen=True)
class Run:
    """One run over a closed range of business dates, judged at one as-of."""

    run_id: str
    kind: str
    dates: DateRange
    as_of: datetime
    started_at: datetime


def book_as_of(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The as-of of the book: that of the latest date closed; None before the first closing."""
    row = first_row(connection, "select max(as_of) from ops.closings")
    return row[0] if row else None


def as_of_for(connection: duckdb.DuckDBPyConnection, dates: DateRange, zone: ZoneInfo) -> datetime:
    """The as-of a run judges at: the range's last cut-off, or the book's own if that is later."""
    return max(
        cut_off(dates.last, zone), book_as_of(connection) or datetime.min.replace(tzinfo=UTC)
    )


def require_same_gateway(
    connection: duckdb.DuckDBPyConnection, base_url: str, business_id: str | None, zone: ZoneInfo
) -> None:
    """Refuse another gateway or another business day than this store was begun with."""
    host = _host(base_url)
    row = first_row(connection, "select host, business_id, timezone from ops.gateway")
    if row is None:
        return
    if row[2] != zone.key:
        raise ConfigurationFault(
            f"This store's business days are those of {row[2]}, the settings name {zone.key}.",
            "Correct RECON_TIMEZONE, or begin another RECON_DATA_DIR.",
        )
    if row[:2] != (host, business_id or ""):
        raise ConfigurationFault(
            f"This store belongs to gateway {row[0]} (business {row[1] or 'not set'}), "
            f"the settings name {host} (business {business_id or 'not set'}).",
            "Use another RECON_DATA_DIR for another gateway or business.",
        )


def remember_gateway(
    connection: duckdb.DuckDBPyConnection, base_url: str, business_id: str | None, zone: ZoneInfo
) -> None:
    """Bind the store to the gateway of its first pull; one that never answered is not."""
    if first_row(connection, "select host from ops.gateway") is None:
        connection.execute(
            "insert into ops.gateway values (?, ?, ?)",
            [_host(base_url), business_id or "", zone.key],
        )


def _host(base_url: str) -> str:
    host = urlsplit(base_url).hostname or base_url
    return "loopback" if host in ("127.0.0.1", "::1", "localhost") else host


def begin(connection: duckdb.DuckDBPyConnection, run: Run, policy_version: str, rules: str) -> None:
    """Write that the run has begun; a night takes its turn and buries what a kill left behind."""
    connection.execute("delete from ops.runs where run_id = ?", [run.run_id])
    if run.kind != QUOTES:
        # A night that is continued after its failure does not lose its turn to a question.
        connection.execute("delete from ops.turn")
        connection.execute("insert into ops.turn values (?)", [run.run_id])
        connection.execute(script("intake/killed_runs"))
    connection.execute(
        "insert into ops.runs values (?, ?, ?, ?, ?, ?, null, 'running', [], null, ?, ?)",
        [
            run.run_id,
            run.kind,
            run.dates.first,
            run.dates.last,
            run.as_of,
            run.started_at,
            policy_version,
            rules,
        ],
    )


def finish(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    *,
    outcome: str,
    reasons: list[str],
    snapshot_digest: str | None = None,
) -> None:
    """Write how the run ended: `green`, `red`, `answered`, `acted` or `failed`, and why."""
    connection.execute(
        "update ops.runs set outcome = ?, reasons = ?, snapshot_digest = ?, finished_at = ? "
        "where run_id = ?",
        [outcome, reasons, snapshot_digest, datetime.now(UTC), run_id],
    )


def reasons_for_red(connection: duckdb.DuckDBPyConnection, run: Run) -> list[str]:
    """Every control that does not hold, one sentence each; empty when the night is green."""
    rows = connection.execute(script("reconciled/controls/red"), {"run_id": run.run_id}).fetchall()
    return [row[0] for row in rows]


def has_turn(connection: duckdb.DuckDBPyConnection, run: Run) -> bool:
    """Whether no other run has begun since this one did."""
    return first_row(connection, "select run_id from ops.turn") == (run.run_id,)


def is_closed(connection: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Whether the run was closed already."""
    found = first_row(connection, "select 1 from ops.closings where run_id = ?", [run_id])
    return found is not None


def close(connection: duckdb.DuckDBPyConnection, run: Run) -> dict[str, Any]:
    """Post the movements, keep the breaks as closed, and count the run's windows as covered.

    Call it inside a transaction of the control chain. Returns what the chain entry says.
    """
    row = first_row(connection, "select coalesce(max(closing_no), 0) + 1 from ops.closings")
    number = int(row[0]) if row else 1
    connection.execute(
        "insert into ops.closings values (?, ?, ?, ?, ?)",
        [number, run.run_id, run.dates.first, run.dates.last, run.as_of],
    )
    connection.execute(script("intake/postings"), {"closing_no": number})
    connection.execute(script("intake/closed_figures"), {"closing_no": number, "as_of": run.as_of})
    connection.execute("delete from reconciled.closed_breaks")
    connection.execute(
        "insert into reconciled.closed_breaks by name select * from reconciled.breaks"
    )
    connection.execute("delete from reconciled.closed_versions")
    connection.execute(
        "insert into reconciled.closed_versions by name select * from reconciled.breaks_history"
    )
    connection.execute("update ops.pulls set is_closed = true where run_id = ?", [run.run_id])
    return {
        "closing": number,
        "run": run.run_id,
        "as_of": run.as_of.isoformat(),
        "first_date": run.dates.first.isoformat(),
        "last_date": run.dates.last.isoformat(),
    }
