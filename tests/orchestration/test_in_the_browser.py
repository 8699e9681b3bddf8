"""An operator in the real UI: ten days as one run, their report, a red night and its repair.

With --full only: it takes minutes. The screenshots lie in the test's folder.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from orchestration.operator import Operator, at_work

from pipelines.sandbox import SandboxPlan, SandboxServer

HEADER = (
    "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,customer_email"
)
ROW = "LATE-1,paid,100.00,NGN,2026-09-11T12:00:00+01:00,2026-09-11T12:00:00+01:00,,,"


def drop(inbox: Path, *rows: str) -> None:
    (inbox / "late.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")


def close_ten_days(operator: Operator) -> None:
    operator.switch_on("schedules/nightly")
    operator.picture("1-schedule")
    operator.materialize("2026-09-01", "2026-09-10")
    run = operator.finished(1)
    assert run["status"] == "SUCCESS"
    assert run["tags"]["recon/verdict"] == "green"
    assert run["tags"]["dagster/asset_partition_range_end"] == "2026-09-10"
    operator.open("runs")
    operator.page.get_by_text("10 partitions").wait_for()
    operator.picture("2-one-run")


def read_the_report(operator: Operator) -> None:
    operator.open("assets/delivered/daily?view=partitions&partition=2026-09-10")
    page = operator.page
    page.get_by_text("open_breaks").wait_for()
    page.get_by_text("[Show Markdown]").click()
    picture = page.get_by_role("img", name="matched against expected")
    picture.wait_for()
    assert picture.evaluate("image => image.naturalWidth") > 500
    operator.picture("3-chart")
    page.keyboard.press("Escape")
    page.goto(page.get_by_role("link", name="daily.html").first.get_attribute("href") or "")
    page.get_by_role("heading", level=1).wait_for()
    assert page.title().startswith("2026-09-10")
    operator.picture("4-report")


def see_red(operator: Operator, inbox: Path) -> None:
    drop(inbox, ROW, "a line too short")
    before = operator.mails()
    operator.materialize("2026-09-11", "2026-09-11")
    run = operator.finished(2)
    assert (run["status"], run["tags"]["recon/verdict"]) == ("SUCCESS", "red")
    operator.open("assets/raw/orders?view=checks")
    operator.page.get_by_text("exports_are_taken_in").first.click()
    operator.page.get_by_text("late.csv").first.wait_for()
    operator.picture("5-red-check")
    assert len(operator.mails()) == len(before) + 1


def repair(operator: Operator, inbox: Path) -> None:
    operator.switch_on("sensors/orders_arrived")
    drop(inbox, ROW)
    run = operator.finished(3)
    assert (run["status"], run["tags"]["recon/verdict"]) == ("SUCCESS", "green")
    assert run["tags"]["dagster/sensor_name"] == "orders_arrived"
    assert run["tags"]["recon/changed"].startswith("orders +1")
    operator.open("assets/delivered/finance?view=partitions&partition=2026-09-11")
    operator.page.get_by_text("changed_rows").wait_for()
    operator.picture("6-repaired")


@pytest.mark.needs("chromium")
@pytest.mark.seeds(small=0, full=1)
def test_an_operator_closes_ten_days_sees_a_red_night_and_repairs_it(
    tmp_path: Path, *, seed: int
) -> None:
    plan = SandboxPlan(seed=seed, start=date(2026, 9, 1), days=12, orders_per_day=12)
    clock = datetime(2026, 9, 13, 1, tzinfo=UTC)
    inbox = tmp_path / "data" / "orders" / "inbox"
    with (
        SandboxServer(plan, clock=clock, orders_dir=inbox) as server,
        at_work(tmp_path, server, RECON_FIRST_DATE="2026-09-01") as operator,
    ):
        close_ten_days(operator)
        read_the_report(operator)
        see_red(operator, inbox)
        repair(operator, inbox)
        alarms = [name for name in operator.mails() if "failure" in name]
        # Nobody has closed yesterday of the real clock: said once, and nothing failed.
        assert len(alarms) <= 1
