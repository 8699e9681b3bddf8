"""The date of an export: what is stated, named or told by its rows, and has come already."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.reader import OrderFile
from pipelines.orders.sidecars import ControlTotals

Line = Callable[..., str]
Export = Callable[..., bytes]
Read = Callable[..., OrderFile]


LATE_IN_LAGOS = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "control", "day"),
    [
        ("orders_2026-11-20.csv", ControlTotals(exported_at=LATE_IN_LAGOS), date(2026, 11, 22)),
        ("orders_2026-11-20.csv", ControlTotals(exported_at=date(2026, 1, 2)), date(2026, 1, 2)),
        ("orders_2026-11-20.csv", ControlTotals(rows=1), date(2026, 11, 20)),
        ("2026-11-01_to_2026-11-20 (2).csv", None, date(2026, 11, 20)),
        ("2026-11-01_to_2026-13-20.csv", None, date(2026, 11, 1)),
        ("2026-11-01_to_9999-11-20.csv", None, date(2026, 11, 1)),
        ("12026-11-20.csv", None, date(2026, 11, 19)),
        ("orders.csv", None, date(2026, 11, 19)),
    ],
)
def test_the_date_of_an_export_is_stated_named_or_its_newest_instant(
    line: Line, export: Export, read: Read, name: str, control: ControlTotals | None, day: date
) -> None:
    content = export(line(placed_at="2026-11-18T23:30:00Z", paid_at="2026-11-18T23:10:00Z"))
    assert read(content, name, control=control).exported_on == day


NEWEST = {"placed_at": "2026-11-24T10:00:00Z", "paid_at": ""}


@pytest.mark.parametrize(
    ("newest", "words", "day"),
    [
        ({**NEWEST, "status": "payed"}, {}, date(2026, 11, 24)),
        ({**NEWEST, "status": "draft"}, {"draft": "not_an_order"}, date(2026, 11, 24)),
        ({**NEWEST, "order_id": "K1"}, {}, date(2026, 11, 24)),
        ({"status": "payed", "paid_at": "2026-11-24T23:30:00Z"}, {}, date(2026, 11, 25)),
        # What no row may hold tells nothing.
        ({**NEWEST, "placed_at": "9026-11-24T10:00:00Z"}, {}, date(2026, 11, 20)),
        ({**NEWEST, "placed_at": "24.11.2026"}, {}, date(2026, 11, 20)),
    ],
)
def test_rows_that_are_not_accepted_date_an_export_too(
    line: Line, export: Export, read: Read, newest: dict[str, str], words: dict[str, str], day: date
) -> None:
    mappings = {"words": OrderMapping.model_validate({"status": words})}
    file = read(export(line(), line(**{"order_id": "K2", **newest})), mappings=mappings)
    assert file.accepted.height < file.rows_received
    assert file.exported_on == day


@pytest.mark.parametrize(
    ("second", "day"),
    [
        ({"placed_at": "2026-11-22T10:00:00Z"}, date(2026, 11, 22)),
        ({"placed_at": "2062-11-20T10:00:00Z"}, date(2026, 11, 20)),
        ({"paid_at": "2026-11-22T11:00:01Z"}, date(2026, 11, 20)),
        ({"placed_at": "2062-11-20T10:00:00Z", "status": "payed"}, date(2026, 11, 20)),
        ({"order_id": "K1", "placed_at": "2062-11-20T10:00:00Z"}, date(2026, 11, 20)),
    ],
)
def test_an_instant_that_has_not_come_dates_no_export(
    line: Line, export: Export, read: Read, second: dict[str, str], day: date
) -> None:
    content = export(line(), line(**{"order_id": "K2", **second}))
    assert read(content, taken_at=datetime(2026, 11, 21, 11, tzinfo=UTC)).exported_on == day


def test_an_export_whose_every_instant_is_yet_to_come_has_no_date(
    line: Line, export: Export, read: Read
) -> None:
    content = export(line())
    assert read(content, taken_at=datetime(2026, 11, 1, tzinfo=UTC)).exported_on is None


@pytest.mark.parametrize(
    ("name", "control", "remedy"),
    [
        ("orders 2026-11-22.csv", None, "Rename it."),
        (
            "orders 2026-11-01.csv",
            ControlTotals(exported_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC)),
            "Correct exported_at",
        ),
    ],
)
def test_an_export_of_a_day_that_has_not_come_is_refused(
    line: Line, export: Export, read: Read, name: str, control: ControlTotals | None, remedy: str
) -> None:
    content, dated = export(line()), {"name": name, "control": control}
    read(content, **dated, taken_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    with pytest.raises(OrderFileRefused, match="dates it 2026-11-22, which has not") as refused:
        read(content, **dated, taken_at=datetime(2026, 11, 20, 22, 30, tzinfo=UTC))
    assert refused.value.remedy.startswith(remedy)


def test_an_export_of_no_rows_and_no_date_has_no_date(export: Export, read: Read) -> None:
    assert read(export()).exported_on is None
