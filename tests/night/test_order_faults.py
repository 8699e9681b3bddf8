"""Damaged order exports are refused or quarantined with file, line and reason; nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from night.exports import HEADER, drop
from night.past import Past
from night.shop import FAR, HASTY, START, Shop

from assets.contracts.streams import all_contracts
from pipelines.night.frame import begin, frame
from pipelines.night.judge import reconcile
from pipelines.night.orders import take_in_orders
from pipelines.night.validate import validate
from pipelines.night.whole import Night
from pipelines.partitions import DateRange

PLACED = f"{START + timedelta(days=1)}T12:00:00+01:00"
GOOD = f"NEW-0001,paid,1000.00,NGN,{PLACED},{PLACED},,,"


DAY = START + timedelta(days=1)
EXTRA = f"extra-{DAY}.csv"
ROWS = (
    GOOD,
    GOOD.replace("NEW-0001", "NEW-0002").replace("1000.00", '"1,000.00"'),
    GOOD.replace("NEW-0001", "NEW-0003").replace("1000.00", "1000.001"),
)
DAMAGED = {
    f"header-{DAY}.csv": f"{HEADER.replace('amount', 'total')}\n{GOOD}\n",
    f"cut-{DAY}.csv": f"{HEADER}\n{GOOD}\n{GOOD[:30]}",
}


def statuses(shop: Shop) -> dict[str, str]:
    return dict(shop.ask("select order_id, status from validated.orders"))


def judge(shop: Shop) -> None:
    """A night as far as its judgement: what it would publish lies in the working file."""
    dates = DateRange(DAY, DAY)
    run = frame(shop.settings, run_id="last", kind="nightly", dates=dates, now=FAR, limits=HASTY)
    begin(run)
    take_in_orders(run)
    validate(run, all_contracts())
    reconcile(run)


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


@dataclass(frozen=True)
class Faulty:
    """A date closed with damaged exports, closed again, and judged after its rows were mended.

    `shops` are the stores as each of the two closings left them, `mended` is the one judged last;
    before all, there were the orders of `before` with their statuses, and snapshot `digest`.
    Beside the damaged exports, one did no longer hold `gone`, and one had `trashed` in its trash.
    """

    before: dict[str, str]
    digest: str
    gone: str
    trashed: str
    nights: list[Night]
    shops: list[Shop]
    mended: Shop


@pytest.fixture(scope="module")
def faulty(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    root = tmp_path_factory.mktemp("faulty")
    with past.open_shop(root, nights=2) as shop:
        before = statuses(shop)
        ((digest,),) = shop.ask("select snapshot_digest from ops.runs where run_id = 'run-002'")
        (gone,) = again(shop, "corrected", "the first row")
        trashed = max(before.keys() - {gone})
        trash(shop, trashed)
        found = Faulty(before, digest, gone, trashed, [], [], shop)

        def close() -> None:
            found.nights.append(shop.close(DAY))
            kept = shutil.copytree(shop.root, root / f"night-{len(found.nights)}")
            found.shops.append(Shop(kept, shop.server))

        drop(shop, EXTRA, *ROWS)
        for name, content in DAMAGED.items():
            (shop.inbox / name).write_text(content, encoding="utf-8")
        close()
        shutil.copy(shop.inbox / EXTRA, shop.inbox / "another name.csv")
        close()
        mended = [GOOD.replace("NEW-0001", name) for name in ("NEW-0002", "NEW-0003")]
        drop(shop, f"mended-{DAY}.csv", *mended)
        judge(shop)
        yield found


@pytest.mark.parametrize(
    ("name", "said"),
    [*zip(DAMAGED, ["header", "line 3"], strict=True)],
    ids=["wrong header", "cut last line"],
)
def test_a_damaged_file_is_refused_as_a_whole_and_turns_the_night_red(
    faulty: Faulty, name: str, said: str
) -> None:
    night, shop = faulty.nights[0], faulty.shops[0]
    assert night.published.outcome == "red"
    (reason,) = [reason for reason in night.published.reasons if name in reason]
    assert said in reason
    assert shop.ask("select count(*) from validated.orders") == [(len(faulty.before) + 1,)]
    assert shop.ask(f"select state from ops.files where name = '{name}'") == [("refused",)]


def test_a_thousands_separator_puts_one_row_in_quarantine_and_keeps_the_others(
    faulty: Faulty,
) -> None:
    shop = faulty.shops[0]
    rows = shop.ask(
        "select source, source_row, key, reason from validated.quarantine where stream = 'orders' "
        "order by source_row"
    )
    assert [row[:3] for row in rows] == [(EXTRA, 3, "NEW-0002"), (EXTRA, 4, "NEW-0003")]
    assert "1,000.00" in rows[0][3]
    assert any("quarantine" in reason for reason in faulty.nights[0].published.reasons)
    assert shop.ask("select status from validated.orders where order_id like 'NEW-%'") == [
        ("paid",)
    ]
    assert shop.ask("select state from reconciled.breaks where code = 'VALIDATION_FAILED'") == [
        ("open",),
        ("open",),
    ]
    assert shop.ask(
        "select rows_received, rows_accepted, rows_quarantined from ops.files "
        "where name like 'extra-%'"
    ) == [(3, 1, 2)]


def test_a_corrected_row_resolves_what_the_bad_one_opened(faulty: Faulty) -> None:
    assert faulty.mended.ask(
        "select state from reconciled.breaks where code = 'VALIDATION_FAILED'", working=True
    ) == [("auto_resolved",), ("auto_resolved",)]


def test_the_same_bytes_under_another_name_change_nothing(faulty: Faulty) -> None:
    first, again = (night.published.snapshot_digest for night in faulty.nights)
    assert again == first != faulty.digest


def test_a_red_night_stays_red_when_it_is_run_again(faulty: Faulty) -> None:
    first, again = faulty.nights
    assert (first.published.outcome, again.published.outcome) == ("red", "red")
    assert again.published.reasons == first.published.reasons
    assert [one.repeated for one in again.delivered.deliveries] == [True]


def test_a_corrected_export_lists_what_it_changed_and_what_it_no_longer_holds(
    faulty: Faulty,
) -> None:
    shop, before, gone, trashed = faulty.shops[0], faulty.before, faulty.gone, faulty.trashed
    after = {order: now for order, now in statuses(shop).items() if not order.startswith("NEW-")}
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
    page = (shop.settings.places.reports / f"{DAY}" / "daily.html").read_text()
    assert "Orders that an export changed" in page
    assert f"<bdi>{gone}</bdi></th>" in page.partition("no longer holds")[2]
    assert "set aside by trash" in page.partition(f"<bdi>{trashed}</bdi></th>")[2]
    reasons = faulty.nights[0].published.reasons
    assert [one for one in reasons if not any(name in one for name in (EXTRA, *DAMAGED))] == []
