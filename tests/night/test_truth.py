"""The breaks found are the breaks planned: same codes, same ids, same money impact, none more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from night.shop import START, Shop, open_shop, pulled_at

from pipelines.sandbox import expected_breaks

COMPARED = ("code", "secondary_codes", "order_id", "transaction_id", "currency", "money_impact")


def found_breaks(shop: Shop) -> dict[str, tuple[Any, ...]]:
    rows = shop.ask(
        f"select case_id, {', '.join(COMPARED)} from reconciled.breaks "
        "where state in ('open', 'assigned', 'waiting', 'reopened')"
    )
    return {row[0]: row[1:] for row in rows}


def planned_breaks(shop: Shop) -> dict[str, tuple[Any, ...]]:
    planned = expected_breaks(shop.truth, shop.closings)
    return {
        entry["case_id"]: tuple(
            Decimal(entry[name]) if name == "money_impact" else entry[name] for name in COMPARED
        )
        for entry in planned
    }


@pytest.mark.seeds(small=1, full=10)
@pytest.mark.counts(small=20, full=200)
def test_a_month_shows_exactly_the_planned_breaks(
    tmp_path: Path, pytestconfig: pytest.Config, seed: int, count: int
) -> None:
    days, nights = 30, 3 if pytestconfig.getoption("full") else 2
    first_nights = START + timedelta(days=days - 1 - nights)
    with open_shop(
        tmp_path, days=days, orders_per_day=count, seed=seed, clock=pulled_at(first_nights)
    ) as shop:
        shop.close(START, first_nights)
        assert found_breaks(shop) == planned_breaks(shop)
        for night in range(1, nights + 1):
            day = first_nights + timedelta(days=night)
            shop.move_clock(pulled_at(day))
            assert shop.close(day).published.outcome == "green"
            assert found_breaks(shop) == planned_breaks(shop)
            assert "the former file carried on" in " ".join(shop.told[-3:])
        residuals = shop.ask(
            "select count(*), sum(abs(amount)), sum(rows) from reconciled.proof "
            "where line = 'unexplained_residual'"
        )
    assert residuals[0][0] > days
    assert residuals[0][1:] == (0, 0)
