"""Damaged order exports are refused or quarantined with file, line and reason; nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from night.shop import START, Shop, open_shop

HEADER = (
    "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,customer_email"
)
PLACED = f"{START + timedelta(days=1)}T12:00:00+01:00"
GOOD = f"NEW-0001,paid,1000.00,NGN,{PLACED},{PLACED},,,"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with open_shop(tmp_path, days=2, orders_per_day=5) as opened:
        opened.close(START, START + timedelta(days=1))
        yield opened


def drop(shop: Shop, content: str) -> None:
    (shop.inbox / f"extra-{START + timedelta(days=1)}.csv").write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEADER.replace('amount', 'total')}\n{GOOD}\n", "header"),
        (f"{HEADER}\n{GOOD}\n{GOOD[:30]}", "line 3"),
    ],
    ids=["wrong header", "cut last line"],
)
def test_a_damaged_file_is_refused_as_a_whole_and_turns_the_night_red(
    shop: Shop, content: str, said: str
) -> None:
    before = shop.ask("select count(*) from validated.orders")
    drop(shop, content)
    night = shop.close(START + timedelta(days=1))
    assert night.published.outcome == "red"
    reasons = " ".join(night.published.reasons)
    assert "extra-" in reasons
    assert said in reasons
    assert shop.ask("select count(*) from validated.orders") == before
    assert shop.ask("select state from ops.files where name like 'extra-%'") == [("refused",)]


def test_a_thousands_separator_puts_one_row_in_quarantine_and_keeps_the_others(shop: Shop) -> None:
    bad = GOOD.replace("NEW-0001", "NEW-0002").replace("1000.00", '"1,000.00"')
    drop(shop, f"{HEADER}\n{GOOD}\n{bad}\n")
    night = shop.close(START + timedelta(days=1))
    assert night.published.outcome == "red"
    rows = shop.ask(
        "select source, source_row, key, reason from validated.quarantine where stream = 'orders'"
    )
    assert [(row[0], row[1], row[2]) for row in rows] == [
        (f"extra-{START + timedelta(days=1)}.csv", 3, "NEW-0002")
    ]
    assert "1,000.00" in rows[0][3]
    assert shop.ask("select status from validated.orders where order_id = 'NEW-0001'") == [
        ("paid",)
    ]
    assert shop.ask("select state from reconciled.breaks where code = 'VALIDATION_FAILED'") == [
        ("open",)
    ]
    assert shop.ask(
        "select rows_received, rows_accepted, rows_quarantined from ops.files "
        "where name like 'extra-%'"
    ) == [(2, 1, 1)]


def mend_by_correction(shop: Shop) -> None:
    mended = GOOD.replace("NEW-0001", "NEW-0002")
    path = shop.inbox / f"mended-{START + timedelta(days=1)}.csv"
    path.write_text(f"{HEADER}\n{mended}\n", encoding="utf-8")


@pytest.mark.parametrize("mend", [mend_by_correction])
def test_a_corrected_row_resolves_what_the_bad_one_opened(
    shop: Shop, mend: Callable[[Shop], None]
) -> None:
    bad = GOOD.replace("NEW-0001", "NEW-0002").replace("1000.00", "1000.001")
    drop(shop, f"{HEADER}\n{GOOD}\n{bad}\n")
    shop.close(START + timedelta(days=1))
    mend(shop)
    shop.close(START + timedelta(days=1))
    assert shop.ask("select state from reconciled.breaks where code = 'VALIDATION_FAILED'") == [
        ("auto_resolved",)
    ]


def test_the_same_bytes_under_another_name_change_nothing(shop: Shop) -> None:
    drop(shop, f"{HEADER}\n{GOOD}\n")
    first = shop.close(START + timedelta(days=1))
    copied = shop.inbox / "another name.csv"
    copied.write_text(f"{HEADER}\n{GOOD}\n", encoding="utf-8")
    again = shop.close(START + timedelta(days=1))
    assert again.published.snapshot_digest == first.published.snapshot_digest


def test_a_red_night_stays_red_when_it_is_run_again(shop: Shop) -> None:
    drop(shop, f"{HEADER}\n{GOOD}\n{GOOD.replace('paid', 'payed')}\n")
    first = shop.close(START + timedelta(days=1))
    again = shop.close(START + timedelta(days=1))
    assert (first.published.outcome, again.published.outcome) == ("red", "red")
    assert again.published.reasons == first.published.reasons
    assert again.delivered.delivery.repeated


def again(shop: Shop, name: str, *left_out: str) -> list[str]:
    """Export the first date's orders once more, less some; gives the ids that were left out."""
    (export,) = shop.inbox.glob(f"*{START}*.csv")
    header, *rows = export.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = rows[: len(left_out)]
    kept = [row.replace(",fulfilled,", ",cancelled,", 1) for row in rows[len(left_out) :]]
    (shop.inbox / f"{name} {START + timedelta(days=30)}.csv").write_text("".join([header, *kept]))
    return [row.partition(",")[0] for row in gone]


def trash(shop: Shop, order_id: str) -> None:
    """A later export of another program, which has one order in its trash."""
    header = "order_number,status,order_total,order_currency,order_date"
    path = shop.inbox / f"trash {START + timedelta(days=31)}.csv"
    path.write_text(f"{header}\n{order_id},trash,,,\n", encoding="utf-8")


def test_a_corrected_export_lists_what_it_changed_and_what_it_no_longer_holds(shop: Shop) -> None:
    before = dict(shop.ask("select order_id, status from validated.orders"))
    (gone,) = again(shop, "corrected", "the first row")
    trashed = max(before.keys() - {gone})
    trash(shop, trashed)
    night = shop.close(START + timedelta(days=1))
    after = dict(shop.ask("select order_id, status from validated.orders"))
    assert before.keys() == after.keys()
    assert after[gone] == before[gone]
    changed = {order for order in before if before[order] != after[order]}
    assert changed
    assert set(
        shop.ask(
            "select order_id, column_name, new_value from validated.order_changes "
            "where source_file like 'corrected%'"
        )
    ) == {(order, "status", after[order]) for order in changed}
    assert set(
        shop.ask("select order_id, absence, missing_from_file[:5] from validated.vanished_orders")
    ) == {(gone, "missing", "corre"), (trashed, "set aside", "trash")}
    page = (
        shop.settings.places.reports / f"{START + timedelta(days=1)}" / "daily.html"
    ).read_text()
    assert "Orders that an export changed" in page
    assert f"<bdi>{gone}</bdi></th>" in page.partition("no longer holds")[2]
    assert "set aside by trash" in page.partition(f"<bdi>{trashed}</bdi></th>")[2]
    assert night.published.reasons == ()
