"""What one look at the inbox leaves in the store when exports come together, dated or not."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines.night.frame import begin, frame
from pipelines.night.orders import take_in_orders
from pipelines.orders.succession import Dated
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
        for place, (name, content) in enumerate(files.items()):
            (inbox / name).write_bytes(content)
            os.utime(inbox / name, ns=(0, place + 1))
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


@pytest.mark.parametrize(
    "names",
    [
        ["orders.csv", "orders (1).csv"],
        ["orders.txt", "orders-corrected.csv"],
        ["orders_export_2.csv", "orders_export_9.csv", "orders_export_10.csv"],
        ["orders (9).txt", "orders (10).csv"],
    ],
)
def test_copies_are_in_the_order_in_which_their_names_are_counted(names: list[str]) -> None:
    copies = [Dated(DAY, 1, name) for name in reversed(names)]
    assert [copy.name for copy in sorted(copies, key=lambda copy: copy.lateness)] == names


def test_of_one_date_the_file_written_last_arrives_last_whatever_its_name(
    take_in: Callable[..., list[tuple[object, ...]]], line: Line, export: Export
) -> None:
    names = ["b.csv", "a (10).csv", "a.csv"]
    files = {name: export(line(amount=f"{place}")) for place, name in enumerate(names)}
    assert [row[0] for row in take_in(files)] == names


def test_what_has_not_come_neither_dates_an_export_nor_is_its_name(
    take_in: Callable[..., list[tuple[object, ...]]], line: Line, export: Export
) -> None:
    ahead = line(order_id="K2", placed_at="2062-11-20T10:00:00Z", paid_at="")
    files = {
        "all ahead.csv": export(ahead),
        "one ahead.csv": export(line(), ahead),
        "orders 2062-11-20.csv": export(line()),
    }
    assert take_in(files) == [
        ("one ahead.csv", date(2026, 11, 20), 1, "accepted"),
        ("all ahead.csv", DAY, 2, "accepted"),
        ("orders 2062-11-20.csv", None, 0, "refused"),
    ]


def test_known_bytes_under_a_later_date_are_told_where_another_export_changed_them_since(
    take_in: Callable[..., list[tuple[object, ...]]], line: Line, export: Export
) -> None:
    first, other = export(line()), export(line(status="cancelled"))
    take_in({"a 2026-11-20.csv": first})
    # Alone, or with a name that is not later, a copy is no news.
    same = take_in({"a 2026-11-21.csv": first, "copy.csv": first})
    assert [row[0] for row in same] == ["a 2026-11-20.csv"]
    told = take_in({"a 2026-11-22.csv": other, "a 2026-11-23.csv": first})
    assert [(row[0], row[3]) for row in told] == [
        ("a 2026-11-20.csv", "accepted"),
        ("a 2026-11-22.csv", "accepted"),
        ("a 2026-11-23.csv", "refused"),
    ]
    mended = take_in({"b 2026-11-23.csv": export(line(), line(order_id="K2"))})
    assert mended[2][:3] == ("b 2026-11-23.csv", date(2026, 11, 23), 3)


def test_of_the_same_bytes_in_one_look_the_later_name_counts(
    take_in: Callable[..., list[tuple[object, ...]]], line: Line, export: Export
) -> None:
    first, other = export(line()), export(line(status="cancelled"))
    files = {"a 2026-11-20.csv": first, "a 2026-11-21.csv": other, "a 2026-11-22.csv": first}
    assert [row[0] for row in take_in(files)] == ["a 2026-11-21.csv", "a 2026-11-22.csv"]
