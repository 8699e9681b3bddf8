"""Exports that arrive after their night: the sensor asks for their dates once they stand still."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from night.exports import HEADER

from pipelines.definitions import build
from pipelines.orders.archive import OrderArchive
from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A store whose dates 1 to 20 November are closed."""
    settings = Settings(recon_data_dir=tmp_path, recon_first_date=date(2026, 11, 1))
    places = settings.places
    places.orders_inbox.mkdir(parents=True)
    places.published.parent.mkdir()
    with duckdb.connect(str(places.published)) as connection:
        connection.execute("create schema ops")
        connection.execute(
            "create table ops.runs as select date '2026-11-01' as first_date, "
            "date '2026-11-20' as last_date, 'green' as outcome"
        )
    return settings


@pytest.fixture
def tick(settings: Settings) -> Callable[[], list[dg.RunRequest]]:
    """One evaluation of the sensor, on the cursor of the one before."""
    (sensor,) = [
        one for one in build(lambda: settings).sensors or [] if one.name == "orders_arrived"
    ]
    cursor: list[str | None] = [None]

    def evaluate() -> list[dg.RunRequest]:
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, cursor=cursor[0])
            result = sensor(context)
        assert isinstance(result, dg.SensorResult)
        cursor[0] = result.cursor
        return list(result.run_requests or [])

    return evaluate


def drop(settings: Settings, name: str, *days: str, damage: str = "") -> bytes:
    rows = [f"K{day},paid,5.00,NGN,{day}T12:00:00+01:00,,,,\n" for day in days]
    content = f"{HEADER}\n{''.join(rows)}{damage}".encode()
    (settings.places.orders_inbox / name).write_bytes(content)
    return content


def test_a_new_export_is_asked_for_once_it_stands_still(
    settings: Settings, tick: Callable[[], list[dg.RunRequest]]
) -> None:
    drop(settings, "a.csv", "2026-11-03", "2026-11-05", "2026-12-01")
    assert tick() == []
    (request,) = tick()
    assert request.tags["dagster/asset_partition_range_start"] == "2026-11-03"
    assert request.tags["dagster/asset_partition_range_end"] == "2026-11-20"
    assert tick() == []


def test_an_export_of_one_date_asks_for_its_partition(
    settings: Settings, tick: Callable[[], list[dg.RunRequest]]
) -> None:
    drop(settings, "a.csv", "2026-11-03")
    tick()
    (request,) = tick()
    assert request.partition_key == "2026-11-03"


def test_a_file_that_grows_is_left_for_the_next_tick(
    settings: Settings, tick: Callable[[], list[dg.RunRequest]]
) -> None:
    drop(settings, "a.csv", "2026-11-03")
    tick()
    drop(settings, "a.csv", "2026-11-03", "2026-11-04")
    assert tick() == []
    assert len(tick()) == 1


def test_what_is_refused_younger_or_taken_already_asks_for_nothing(
    settings: Settings, tick: Callable[[], list[dg.RunRequest]]
) -> None:
    drop(settings, "damaged.csv", "2026-11-03", damage="x")
    drop(settings, "younger.csv", "2026-11-21")
    taken = drop(settings, "taken.csv", "2026-11-04")
    OrderArchive(settings.places.orders_archive).open().keep("taken.csv", BytesIO(taken))
    tick()
    assert tick() == []


def test_before_anything_is_published_nothing_is_asked(
    settings: Settings, tick: Callable[[], list[dg.RunRequest]]
) -> None:
    settings.places.published.unlink()
    drop(settings, "a.csv", "2026-11-03")
    tick()
    assert tick() == []


def test_a_file_taken_away_while_it_is_listed_fails_no_tick(
    settings: Settings,
    tick: Callable[[], list[dg.RunRequest]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: [*listed(folder), "gone.csv"])
    drop(settings, "late 2026-11-20.csv", "2026-11-05")
    assert tick() == []
    assert [request.partition_key for request in tick()] == ["2026-11-05"]
