"""The engine's answer and the reckoning's in the same words, and where they differ.

Belongs here: reading either answer. Stays out: worlds, and running the engine.
`billed` asks for subscriptions, invoices and charge attempts as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import duckdb
from oracle.reckoning import Reckoning
from oracle.subscription_matches import SubscriptionMatch


def disagreements(
    connection: duckdb.DuckDBPyConnection, reckoning: Reckoning, *, billed: bool = False
) -> dict[str, tuple[Any, Any]]:
    """What → what the engine says and what was reckoned, wherever the two differ."""
    found = differing(engine_cases(connection, billed=billed), oracle_cases(reckoning))
    found |= differing(engine_residuals(connection), reckoning.unexplained_residual)
    if billed:
        rows = engine_subscription_matches(connection), reckoning.subscription_matches
        found |= {"subscription_matches": rows} if rows[0] != rows[1] else {}
    return found


def differing(engine: Mapping[Any, Any], oracle: Mapping[Any, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        str(key): (engine.get(key), oracle.get(key))
        for key in engine.keys() | oracle.keys()
        if engine.get(key) != oracle.get(key)
    }


def engine_cases(
    connection: duckdb.DuckDBPyConnection, *, billed: bool = False
) -> dict[str, dict[str, Any]]:
    """What the engine found, in the oracle's words."""
    cases: dict[str, dict[str, Any]] = {}
    rows = connection.execute(
        "select distinct case_id, match_status, business_date from reconciled.matches"
    ).fetchall()
    if billed:
        rows += [
            (each.case_id, each.match_status, each.business_date)
            for each in engine_subscription_matches(connection)
        ]
    for case_id, status, business_date in sorted(set(rows)):
        case = cases.setdefault(case_id, {"status": status, "date": business_date})
        if (case["status"], case["date"]) != (status, business_date):
            # A case has one status and one date: rows that differ can agree with nothing.
            case |= {"status": f"{case['status']} and {status}", "date": None}
        case |= {"codes": [], "impacts": {}}
    for case_id, code, impact in connection.execute(
        "select case_id, code, impact from reconciled.case_codes order by case_id, rank"
    ).fetchall():
        cases[case_id]["codes"].append(code)
        cases[case_id]["impacts"][code] = impact
    for case_id, kind, members in connection.execute(
        "select case_id, kind, list(id order by id) from reconciled.members group by all"
    ).fetchall():
        cases[case_id][kind] = members
    for case_id, links in connection.execute(
        "select case_id, list((order_id, transaction_id, match_rule)::varchar) "
        "from reconciled.matches where match_rule is not null group by all"
    ).fetchall():
        cases[case_id]["links"] = sorted(links)
    for case_id, currency, expected, received in connection.execute(
        "select case_id, currency, expected, received from reconciled.cases"
    ).fetchall():
        cases[case_id] |= {"currency": currency, "expected": expected, "received": received}
    return cases


def oracle_cases(reckoning: Reckoning) -> dict[str, dict[str, Any]]:
    """The same, as reckoned from the text."""
    found: dict[str, dict[str, Any]] = {}
    for case_id, case in reckoning.cases.items():
        members = {
            "order": list(case.orders),
            "transaction": list(case.transactions),
            "invoice": list(case.invoices),
            "attempt": list(case.attempts),
            "links": sorted(
                f"({order}, {transaction}, {rule})" for order, transaction, rule in case.links
            ),
        }
        found[case_id] = {
            "status": case.match_status,
            "date": case.business_date,
            "codes": list(case.codes),
            "impacts": dict(case.impacts),
            "currency": case.currency,
            "expected": case.expected,
            "received": case.received,
        } | {kind: ids for kind, ids in members.items() if ids}
    return found


def engine_subscription_matches(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[SubscriptionMatch, ...]:
    rows = connection.execute(
        "select case_id, subscription_id, coalesce(invoice_id, ''), "
        "coalesce(charge_attempt_id, ''), match_status, business_date "
        "from reconciled.subscription_matches"
    ).fetchall()
    return tuple(sorted(SubscriptionMatch(*row) for row in rows))


def engine_residuals(connection: duckdb.DuckDBPyConnection) -> dict[Any, Decimal]:
    rows = connection.execute(
        "select business_date, currency, amount from reconciled.proof "
        "where line = 'unexplained_residual'"
    ).fetchall()
    return {(day, currency): amount for day, currency, amount in rows}
