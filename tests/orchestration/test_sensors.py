"""Alarms: each is mailed once, with a link and a remedy, and none where a report says the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.definitions import build
from pipelines.sensors import REPORT, failed_checks_of
from pipelines.settings import Settings

Tick = Callable[[datetime], dg.SensorResult]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A store whose last closed date is 20 November; its nights are at 01:30 in Lagos."""
    settings = Settings(recon_data_dir=tmp_path, recon_first_date=date(2026, 11, 1))
    settings.places.published.parent.mkdir()
    with duckdb.connect(str(settings.places.published)) as connection:
        connection.execute("create schema ops")
        connection.execute("create table ops.closings as select date '2026-11-20' as last_date")
    return settings


@pytest.fixture
def tick(settings: Settings) -> Tick:
    """One look of the sensor `freshness`, on the cursor of the one before."""
    cursor: list[str | None] = [None]

    def look(now: datetime) -> dg.SensorResult:
        sensors = build(lambda: settings, now=lambda: now).sensors or []
        (sensor,) = [one for one in sensors if one.name == "freshness"]
        with dg.DagsterInstance.ephemeral() as instance:
            result = sensor(dg.build_sensor_context(instance=instance, cursor=cursor[0]))
        assert isinstance(result, dg.SensorResult)
        cursor[0] = result.cursor
        return result

    return look


def test_a_night_that_never_came_fails_its_check_and_is_mailed_once(
    settings: Settings, tick: Tick
) -> None:
    outbox = settings.places.outbox
    # 04:29 in Lagos: the night of the 21st has until 04:30.
    assert tick(datetime(2026, 11, 22, 3, 29, tzinfo=UTC)).asset_events == []
    assert not outbox.exists()
    (behind,) = tick(datetime(2026, 11, 22, 3, 30, tzinfo=UTC)).asset_events
    assert isinstance(behind, dg.AssetCheckEvaluation)
    assert (behind.passed, behind.check_name) == (False, "is_fresh")
    assert behind.metadata["should_be_closed"].value == "2026-11-21"
    assert tick(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)).asset_events == []
    (mail,) = outbox.glob("*.eml")
    assert "recon nightly --date 2026-11-21" in mail.read_text(encoding="utf-8")
    assert "http://127.0.0.1:3000/runs" in mail.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("holds", "report", "told"),
    [
        pytest.param(True, "delivered/other", [], id="the check holds"),
        pytest.param(False, "delivered/other", ["some/table is_right"], id="nothing told of it"),
        pytest.param(False, REPORT.to_user_string(), [], id="the report told of it"),
    ],
)
def test_checks_that_fail_are_told_where_no_report_tells_of_them(
    *, holds: bool, report: str, told: list[str]
) -> None:
    spec = dg.AssetCheckSpec("is_right", asset=["some", "table"])

    @dg.asset(key=["some", "table"], check_specs=[spec])
    def table() -> dg.MaterializeResult:
        result = dg.AssetCheckResult(passed=holds, severity=dg.AssetCheckSeverity.WARN)
        return dg.MaterializeResult(check_results=[result])

    @dg.asset(key=report.split("/"), deps=[table])
    def last() -> None:
        """The end of the run."""

    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize([table, last], instance=instance)
        assert failed_checks_of(instance, run.run_id) == told
