"""The engine and the independent reckoning agree on every case of random worlds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from oracle.engine import judge
from oracle.reckoning import Reckoning, reckon
from oracle.worlds import random_world


def engine_cases(connection: Any) -> dict[str, dict[str, Any]]:
    """What the engine found, in the oracle's words."""
    cases: dict[str, dict[str, Any]] = {}
    for case_id, status, business_date in connection.execute(
        "select distinct case_id, match_status, business_date from reconciled.matches"
    ).fetchall():
        cases[case_id] = {"status": status, "date": business_date, "codes": [], "impacts": {}}
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
        found[case_id] = {
            "status": case.match_status,
            "date": case.business_date,
            "codes": list(case.codes),
            "impacts": dict(case.impacts),
            "currency": case.currency,
            "expected": case.expected,
            "received": case.received,
        }
        if case.orders:
            found[case_id]["order"] = list(case.orders)
        if case.transactions:
            found[case_id]["transaction"] = list(case.transactions)
        if case.links:
            found[case_id]["links"] = sorted(
                f"({order}, {transaction}, {rule})" for order, transaction, rule in case.links
            )
    return found


def engine_residuals(connection: Any) -> dict[Any, Decimal]:
    rows = connection.execute(
        "select business_date, currency, amount from reconciled.proof "
        "where line = 'unexplained_residual'"
    ).fetchall()
    return {(day, currency): amount for day, currency, amount in rows}


@pytest.mark.seeds(small=20, full=300)
def test_engine_and_reckoning_agree_on_a_random_world(seed: int) -> None:
    world = random_world(seed)
    reckoning = reckon(world)
    connection = judge(world)
    expected, found = oracle_cases(reckoning), engine_cases(connection)
    for case_id in sorted(expected.keys() | found.keys()):
        assert found.get(case_id) == expected.get(case_id), case_id
    assert engine_residuals(connection) == reckoning.unexplained_residual
