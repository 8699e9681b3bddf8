"""What the engine shows to people, breaks and proof, and the same as reckoned.

Belongs here: `reconciled.breaks`, lines 1 and 2 of `reconciled.proof`, and control breaks. Stays
out: the cases themselves, and what depends on former nights (states, first_seen, ages, postings).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import duckdb
from oracle.controls import controls
from oracle.reckoning import Reckoning
from oracle.world import World

CONTROL_CODES = (
    "VALIDATION_FAILED",
    "STALE_SOURCE",
    "DELETED_AT_SOURCE",
    "UNEXPLAINED_RESIDUAL",
)
SIDES = ("expected", "received")


def engine_breaks(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """case_id → the public row of its break; control breaks are counted by their code."""
    rows = connection.execute(
        "select case_id, code, secondary_codes, order_id, transaction_id, subscription_id, "
        "invoice_id, charge_attempt_id, currency, expected_amount, actual_amount, money_impact, "
        "business_date, state "
        "from reconciled.breaks"
    ).fetchall()
    counts = Counter(row[1] for row in rows if row[1] in CONTROL_CODES)
    return {row[0]: row[1:] for row in rows if row[1] not in CONTROL_CODES} | counts


def oracle_breaks(world: World, reckoning: Reckoning) -> dict[str, Any]:
    counts = Counter(each.code for each in controls(world, reckoning))
    return {
        case.case_id: (
            case.code,
            list(case.codes[1:]),
            case.oldest_order,
            case.oldest_transaction,
            case.subscription,
            case.oldest_invoice,
            case.attempt,
            case.currency,
            case.expected,
            case.received,
            case.money_impact,
            case.business_date,
            "open",
        )
        for case in reckoning.cases.values()
        if case.codes
    } | {code: counts[code] for code in CONTROL_CODES if counts[code]}


def engine_proof(connection: duckdb.DuckDBPyConnection) -> dict[Any, Any]:
    """Line 2 by date and currency, line 1 by side and status; what is 0 is left out."""
    money = connection.execute(
        "select business_date, currency, line, code, amount from reconciled.proof "
        "where regexp_matches(line, '^(expected|received)_') or line = 'difference_explained'"
    ).fetchall()
    rows = connection.execute(
        "select line, code, sum(rows) from reconciled.proof "
        "where line in ('orders_by_status', 'transactions_by_status') group by all"
    ).fetchall()
    return without_zeros(
        {(day, currency, line, code): amount for day, currency, line, code, amount in money}
        | {(line, code): count for line, code, count in rows}
    )


def oracle_proof(reckoning: Reckoning) -> dict[Any, Any]:
    lines: dict[Any, Any] = {
        (day, currency, "difference_explained", name): amount
        for (day, currency, name), amount in reckoning.explained.items()
    }
    for (day, currency), line in reckoning.proof.items():
        for name in SIDES:
            side = getattr(line, name)
            lines |= {
                (day, currency, f"{name}_own", ""): side.own,
                (day, currency, f"{name}_moved_in", ""): side.moved_in,
                (day, currency, f"{name}_moved_out", ""): -side.moved_out,
                (day, currency, f"{name}_by_cases", ""): side.by_cases,
            }
    for (side, status), count in reckoning.rows_by_status.items():
        if side in ("order", "transaction"):
            lines[f"{side}s_by_status", status] = count
    return without_zeros(lines)


def without_zeros(lines: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: amount for key, amount in lines.items() if amount}
