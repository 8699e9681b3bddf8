"""What one look at the inbox leaves in the store when exports come together, dated or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.night.frame import begin, frame
from pipelines.night.orders import take_in_orders
from pipelines.partitions import DateRange
from pipelines.settings import Settings

Line = Callable[..., str]
Export = Callable[..., bytes]
DAY = date(2026, 12, 1)
FILES = "select name, exported_date, arrival, state from ops.files order by state, arrival, name"


@pytest.fixture
def take_in(tmp_path: Path) -> Callable[..., list[tuple[object, ...]]]:
    """Take in files by name, of a fresh shop; gives what `ops.files` then has of them."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    settings = Settings(
        _env_file=None,
        kuvarpay_base_url="http://127.0.0.1:9",
        kuvarpay_api_key="rsp_test_intake",
        recon_data_dir=tmp_path / "data",
        recon_orders_dir=inbox,
    )
    looks = iter(range(10))

    def run(files: dict[str, bytes]) -> list[tuple[object, ...]]:
        for name, content in files.items():
            (inbox / name).write_bytes(content)
        night = frame(
            settings,
            run_id=f"look-{next(looks)}",
            kind="nightly",
            dates=DateRange(DAY, DAY),
            now=datetime(2030, 1, 1, tzinfo=UTC),
        )
        with night.alone():
            begin(night)
            take_in_orders(night)
            with night.store() as store:
                return store.connection.execute(FILES).fetchall()

    return run


def test_an_export_that_nothing_dates_is_of_the_run_and_behind_older_ones(
    take_in: Callable[..., list[tuple[object, ...]]], line: Line, export: Export
) -> None:
    unreadable = export(line(placed_at="yesterday", paid_at=""))
    files = {"a.csv": unreadable, f"b {DAY}.csv": export(line()), "c.csv": export(line(amount="1"))}
    assert take_in(files) == [
        ("c.csv", date(2026, 11, 20), 1, "accepted"),
        ("a.csv", DAY, 2, "accepted"),
        (f"b {DAY}.csv", DAY, 3, "accepted"),
    ]


def test_a_correction_whose_newest_order_is_held_back_is_not_the_older_file(
    take_in: Callable[..., list[tuple[object, ...]]], line: Line, export: Export
) -> None:
    newest = {"order_id": "K2", "placed_at": "2026-11-21T10:00:00Z", "paid_at": ""}
    take_in({"z.csv": export(line(status="awaiting"), line(**newest))})
    corrected = export(line(), line(**newest, amount="1 250"))
    assert take_in({"a.csv": corrected}) == [
        ("z.csv", date(2026, 11, 21), 1, "accepted"),
        ("a.csv", date(2026, 11, 21), 2, "accepted"),
    ]
