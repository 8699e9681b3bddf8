"""Running again, in other pieces or after a gap changes nothing but when we looked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from night.past import Past
from night.shop import START, Shop, open_shop, pulled_at, snapshot

from pipelines.warehouse.publication import DIGESTED

LOOKED = (
    "first_seen_at",
    "first_seen_date",
    "last_seen_date",
    "recorded_from",
    "recorded_to",
    "version",
    "source",
    "state",
    "open_breaks",  # counts LATE_PAYMENT, which only nights can see
)


def figures(shop: Shop) -> dict[str, object]:
    """The tables that must not depend on how the dates were closed."""
    tables = [
        "validated.orders",
        "validated.transactions",
        "reconciled.matches",
        "marts.daily_close",
    ]
    found: dict[str, object] = dict(snapshot(shop, tables, without=LOOKED))
    found["breaks"] = sorted(
        shop.ask(
            "select case_id, list_filter(list_prepend(code, secondary_codes), "
            "lambda held: held <> 'LATE_PAYMENT') as codes, money_impact, business_date, age_days "
            "from reconciled.breaks where state in ('open', 'reopened') and len(codes) > 0"
        ),
        key=str,
    )
    found["proof"] = sorted(
        shop.ask(
            "select business_date, currency, line, code, amount, rows from reconciled.proof "
            "where not starts_with(line, 'breaks_') and not starts_with(line, 'rows_')"
        ),
        key=str,
    )
    return found


@pytest.fixture
def days(request: pytest.FixtureRequest) -> int:
    """Dates of a book; four hold a night, a range and a gap."""
    return 6 if request.config.getoption("full") else 4


def close_nightly(shop: Shop, first: int, last: int) -> None:
    for offset in range(first, last + 1):
        day = START + timedelta(days=offset)
        shop.move_clock(pulled_at(day))
        shop.close(day)


@pytest.mark.counts(small=5, full=20)
def test_a_night_run_again_changes_nothing(tmp_path: Path, count: int, days: int) -> None:
    with open_shop(tmp_path, days=days, orders_per_day=count) as shop:
        last = START + timedelta(days=days - 1)
        first = shop.close(START, last)
        before = snapshot(shop, [*DIGESTED, "delivered.reports"])
        report = {path.name: path.read_bytes() for path in first.delivered.files}
        again = shop.close(last)
        assert snapshot(shop, [*DIGESTED, "delivered.reports"]) == before
        assert {path.name: path.read_bytes() for path in again.delivered.files} == report
        assert again.published.snapshot_digest == first.published.snapshot_digest
        assert [one.repeated for one in again.delivered.deliveries] == [True]
        assert len(list(shop.settings.places.outbox.glob("*.eml"))) == 1


@pytest.mark.seeds(small=1, full=5)
@pytest.mark.counts(small=5, full=20)
def test_nights_one_range_and_gaps_give_the_same_figures(
    tmp_path: Path, seed: int, count: int, days: int
) -> None:
    last, middle = START + timedelta(days=days - 1), START + timedelta(days=days // 2)
    found = []
    with open_shop(
        tmp_path / "nights", days=days, orders_per_day=count, seed=seed, clock=pulled_at(START)
    ) as shop:
        close_nightly(shop, 0, days - 1)
        found.append(figures(shop))
    with open_shop(tmp_path / "range", days=days, orders_per_day=count, seed=seed) as shop:
        shop.close(START, last)
        found.append(figures(shop))
    with open_shop(tmp_path / "pieces", days=days, orders_per_day=count, seed=seed) as shop:
        shop.close(middle, last - timedelta(days=1))
        shop.close(last)
        shop.close(START, middle - timedelta(days=1))
        found.append(figures(shop))
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_a_missed_night_is_covered_by_the_next(past: Past, tmp_path: Path) -> None:
    with past.open_shop(tmp_path, nights=1, clock=pulled_at(START + timedelta(days=3))) as shop:
        shop.close(START + timedelta(days=3))
        dates = shop.ask("select count(distinct business_date) from validated.transactions")
        windows = shop.ask(
            "select min(window_from), max(window_to) from ops.pulls where stream = 'transactions'"
        )
        assert dates == [(4,)]
        assert windows[0][1] == shop.closings[-1]
