"""The figures of a report: drawn from the delivered tables, stored as JSON with money as text.

Belongs here: assembling sections and noticing what changed since the report was last drawn up.
Stays out: arithmetic (in `sql`) and rendering (in `reports`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from pipelines.policy import Policy
from pipelines.warehouse.publication import control_totals, digest_of
from pipelines.warehouse.queries import first_row

ROUNDING_RULE = "half away from zero to the currency's minor unit, where an impact is stored"
_SECTIONS = (
    "totals",
    "day",
    "rows",
    "statuses",
    "roll_forward",
    "breaks",
    "suggestions",
    "decisions",
    "ageing",
    "trend",
    "quarantine",
    "mended",
    "files",
    "order_changes",
    "vanished_orders",
    "pulls",
)
_TOTALS_COMPARED = ("expected", "received", "difference", "in_breaks", "in_timing")


def store_daily(
    connection: duckdb.DuckDBPyConnection, policy: Policy, *, reasons: list[str]
) -> str:
    """Store the daily report of the date just judged; its digest.

    Where nothing but the note on changes would differ, the stored report stays as it is, so that a
    night run again gives the same bytes.
    """
    name, as_of_date, as_of, timezone, rules = _one(
        connection,
        "select 'daily', as_of_date, as_of, timezone, rule_version from reconciled.basis",
    )
    # What a run of a later date drew up and never published is no report.
    connection.execute("delete from delivered.reports where business_date > ?", [as_of_date])
    totals = control_totals(connection)
    figures: dict[str, Any] = {
        "name": name,
        "business_date": as_of_date.isoformat(),
        "as_of": _instant(as_of),
        "timezone": timezone,
        "verdict": {"state": "red" if reasons else "green", "reasons": reasons},
        "policy": _policy_in_force(policy),
        "control": {
            "snapshot_digest": digest_of(totals),
            "data_cut_off": _instant(as_of),
            "rule_version": rules,
            "policy_version": policy.version,
            "rounding_rule": ROUNDING_RULE,
            "query": "select figures from delivered.reports where name = 'daily' "
            f"and business_date = date '{as_of_date.isoformat()}'",
            "control_totals": totals,
        },
    }
    for section in _SECTIONS:
        figures[section] = _rows(connection, f"delivered.daily_{section}")
    former = first_row(
        connection,
        "select figures from delivered.reports where name = ? and business_date = ?",
        [name, as_of_date],
    )
    before = json.loads(former[0]) if former else None
    if former and before and {**before, "changes": []} == {**figures, "changes": []}:
        return _digest(former[0])
    figures["changes"] = _changes(before, figures) if before is not None else []
    text = json.dumps(figures, sort_keys=True, ensure_ascii=False)
    connection.execute(
        "delete from delivered.reports where name = ? and business_date = ?", [name, as_of_date]
    )
    connection.execute(
        "insert into delivered.reports values (?, ?, ?, ?, ?)",
        [name, as_of_date, as_of, _digest(text), text],
    )
    return _digest(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each headline figure that differs from the stored report of the same date."""
    old, new = _headline(before), _headline(after)
    return [
        {"figure": figure, "old": old.get(figure, "none"), "new": new.get(figure, "none")}
        for figure in dict.fromkeys((*old, *new))
        if old.get(figure) != new.get(figure)
    ]


def _headline(figures: Mapping[str, Any]) -> dict[str, str]:
    found = {"verdict": figures["verdict"]["state"], "open breaks": str(len(figures["breaks"]))}
    for row in figures["totals"]:
        for name in _TOTALS_COMPARED:
            found[f"{row['currency']} {name.replace('_', ' ')}"] = row[name]
    return found


def _policy_in_force(policy: Policy) -> dict[str, Any]:
    values = json.loads(policy.as_text())
    return {
        "sla": values["sla"],
        "fees": values["fees"] or None,
        "write_off": values["write_off"],
        "payout_calendar": values["payout"]["calendar"],
    }


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description or []]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = first_row(connection, query)
    if row is None:
        raise LookupError(query)
    return row
