"""Two nights, a backfill, a manual run and eight readers at once, one command in twenty killed.

With --full only: a round is four processes that each start Dagster.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from night.shop import Shop, open_shop, pulled_at
from orchestration.crowd import crowd

from pipelines.runs import bury_killed
from pipelines.warehouse.store import writer_lock
from pipelines.warehouse.verification import verify

START = date(2026, 9, 1)
LAST = START + timedelta(days=3)
COMMANDS = (
    ("nightly", "--date", "2026-09-03"),
    ("nightly", "--date", "2026-09-04"),
    ("backfill", "--from", "2026-09-01", "--to", "2026-09-03"),
    ("nightly", "--date", "2026-09-02"),
)

ROWS = (
    "select order_id, status, amount::varchar from validated.orders",
    "select transaction_id, status, fiat_amount::varchar from validated.transactions",
    "select case_id, order_id, transaction_id, match_status from reconciled.matches",
    "select case_id, code, money_impact::varchar, state from reconciled.breaks",
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A store whose first two dates are closed, before a book of four."""
    with open_shop(tmp_path, days=4, orders_per_day=10, clock=pulled_at(LAST)) as shop:
        shop.close(START, START + timedelta(days=1))
        yield shop


def environment(shop: Shop) -> dict[str, str]:
    settings = shop.settings
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(shop.root),
        "KUVARPAY_BASE_URL": settings.kuvarpay_base_url,
        "KUVARPAY_API_KEY": "rsp_test_key",
        "RECON_DATA_DIR": str(settings.recon_data_dir),
        "RECON_ORDERS_DIR": str(settings.recon_orders_dir),
        "RECON_CONFIG": str(settings.recon_config),
    }


@pytest.mark.seeds(small=0, full=100)
def test_nothing_is_lost_doubled_torn_or_stuck(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, *, seed: int
) -> None:
    places = shop.settings.places
    round_ = crowd(COMMANDS, environment(shop), places.published, seed=seed)
    assert round_.torn == []
    assert round_.reads > 0
    assert round_.exits.count(-signal.SIGKILL) <= round_.killed
    assert {code for code in round_.exits if code != -signal.SIGKILL} <= {0, 3}, round_
    # Whatever was killed, the next night covers.
    shop.close(LAST)
    with writer_lock(places, wait_seconds=0):
        assert verify(places).open_findings == []
    monkeypatch.setenv("DAGSTER_HOME", str(places.dagster_home))
    with dg.DagsterInstance.from_config(str(places.dagster_home)) as instance:
        bury_killed(instance)
        assert instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])) == []
    alone = Shop(shop.root.parent / "alone", shop.server)
    alone.close(START, LAST)
    for rows in ROWS:
        assert sorted(shop.ask(rows)) == sorted(alone.ask(rows))
