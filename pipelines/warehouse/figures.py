"""The figures of a report: drawn from the delivered tables, with money as text.

Belongs here: assembling sections and noticing what changed since a report was drawn before.
Stays out: arithmetic (in `sql`), storing (`drawn`) and rendering (in `reports`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import duckdb

from pipelines.policy import Policy
from pipelines.warehouse.publication import digest_of, kept_control_totals
from pipelines.warehouse.queries import first_row, text_over

_DECIMALS, _DECIMALS_MAX = 2, 4
ROUNDING_RULE = "half away from zero to the currency's minor unit, where an impact is stored"
_DAILY = (
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
DRAWN: Mapping[str, Mapping[str, str]] = {
    "daily": {section: f"daily_{section}" for section in _DAILY},
    "exceptions": {
        "owners": "exceptions_owners",
        "breaks": "daily_breaks",
        "suggestions": "daily_suggestions",
        "decisions": "daily_decisions",
    },
    "settlement": {
        "balances": "settlement_balances",
        "ageing": "settlement_ageing",
        "expected": "settlement_expected",
        "days": "settlement_days",
    },
    "fees": {
        "currencies": "fees_currencies",
        "days": "fees_days",
        "networks": "fees_networks",
        "quotes": "fees_quotes",
    },
    "subscriptions": {
        "revenue": "subscriptions_revenue",
        "failures": "subscriptions_failures",
        "outcomes": "subscriptions_outcomes",
        "authorizations": "subscriptions_authorizations",
        "receivables": "subscriptions_receivables",
        "given_up": "subscriptions_given_up",
    },
    "quality": {
        "windows": "quality_windows",
        "quarantine": "quality_quarantine",
        "freshness": "quality_freshness",
        "sweeps": "quality_sweeps",
    },
    "month": {
        "money": "month_money",
        "movements": "month_movements",
        "settlement": "month_settlement",
        "revenue": "subscriptions_revenue",
        "breaks": "daily_breaks",
        "corrections": "month_corrections",
    },
}
"""What each report is drawn from: its sections by name, each a table of the delivered stage."""


class Compared(NamedTuple):
    """The section of a report whose figures are named when they change, and what keeps its rows."""

    section: str
    keys: tuple[str, ...]
    figures: tuple[str, ...]


COMPARED = {
    "daily": Compared(
        "totals",
        ("currency",),
        (
            "expected",
            "received",
            "difference",
            "in_breaks",
            "in_timing",
            "unexplained_residual",
        ),
    ),
    "exceptions": Compared(
        "owners", ("currency", "assignee", "state"), ("breaks", "short_amount", "over_amount")
    ),
    "settlement": Compared(
        "balances",
        ("currency",),
        ("gross_amount", "fee_amount", "refunded_amount", "paid_out_amount", "owed_amount"),
    ),
    "fees": Compared(
        "currencies",
        ("currency",),
        ("gross_amount", "fee_amount", "scheduled_fee_amount", "variance_amount"),
    ),
    "subscriptions": Compared(
        "revenue",
        ("currency",),
        (
            "opening_amount",
            "new_amount",
            "reactivation_amount",
            "expansion_amount",
            "contraction_amount",
            "churn_amount",
            "closing_amount",
        ),
    ),
    "quality": Compared("quarantine", ("stream", "source", "reason"), ("rows_held_back",)),
    "month": Compared(
        "money",
        ("currency",),
        (
            "expected_amount",
            "received_amount",
            "difference_amount",
            "break_amount",
            "timing_amount",
            "unexplained_amount",
        ),
    ),
}
"""All amounts of the first table of a report, so that what is said to have changed adds up."""


def heading_of(
    connection: duckdb.DuckDBPyConnection, policy: Policy, *, reasons: list[str]
) -> dict[str, Any]:
    """What every report of a closing says of it, above its sections and below them."""
    as_of_date, as_of, timezone, rules = _one(
        connection, "select as_of_date, as_of, timezone, rule_version from reconciled.basis"
    )
    totals = kept_control_totals(connection)
    return {
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
            "control_totals": totals,
        },
    }


def figures_of(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    heading: Mapping[str, Any],
    *,
    drawn: dict[str, list[dict[str, Any]]],
    parts: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """A report's figures: what was drawn already is taken from `drawn`; parts stand for tables."""
    query = (
        f"select figures from delivered.reports where name = '{name}' "
        f"and business_date = date '{heading['business_date']}'"
    )
    figures = {"name": name, **heading, "control": {**heading["control"], "query": query}}
    units = dict(connection.execute("from validated.minor_units order by all").fetchall())
    if name != "daily":
        figures["minor_units"] = units
    for section, table in DRAWN[name].items():
        if table not in drawn:
            drawn[table] = _rows(connection, text_over(f"delivered.{table}", parts), units)
        figures[section] = drawn[table]
    return figures


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each headline figure that differs from the report of the same date that was closed before."""
    old, new = _headline(before), _headline(after)
    return [
        {"figure": figure, "old": old.get(figure, "none"), "new": new.get(figure, "none")}
        for figure in dict.fromkeys((*old, *new))
        if old.get(figure) != new.get(figure)
    ]


def _headline(figures: Mapping[str, Any]) -> dict[str, str]:
    found = {"verdict": figures["verdict"]["state"]}
    if "breaks" in figures:
        found["open breaks"] = str(len(figures["breaks"]))
    compared = COMPARED[figures["name"]]
    for row in figures[compared.section]:
        key = " ".join(str(row[name]) for name in compared.keys if row[name] is not None)
        for name in compared.figures:
            found[f"{key} {name.replace('_', ' ')}"] = _grouped(row[name])
    return found


def _grouped(value: Any) -> str:
    """A figure as the reports write it: thousands in groups of three and a true minus."""
    return "none" if value is None else f"{Decimal(value):,f}".replace("-", "\N{MINUS SIGN}")


def _policy_in_force(policy: Policy) -> dict[str, Any]:
    values = json.loads(policy.as_text())
    return {
        "sla": values["sla"],
        "fees": values["fees"] or None,
        "write_off": values["write_off"],
        "payout_calendar": values["payout"]["calendar"],
    }


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, units: Mapping[str, int]
) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    found = []
    for row in cursor.fetchall():
        values = dict(zip(names, row, strict=True))
        least = units.get(values.get("currency", ""), _DECIMALS)
        found.append({name: _plain(value, least) for name, value in values.items()})
    return found


def _plain(value: Any, least: int) -> Any:
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _decimal_text(value, least)
    return value


def _decimal_text(value: Decimal, least: int) -> str:
    """As the macro `money_text` writes it: the minor units always, more digits where there are."""
    whole, _, fraction = format(value, "f").partition(".")
    fraction = fraction.rstrip("0").ljust(least if least <= _DECIMALS_MAX else 0, "0")
    return f"{whole}.{fraction}" if fraction else whole


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = first_row(connection, query)
    if row is None:
        raise LookupError(query)
    return row
