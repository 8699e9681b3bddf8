"""The shop's exports: one file a business day, whole, with its digest, equal to the book."""

import csv
import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal

from sandbox.conftest import START, cut_off

HEADER = "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref"


def rows_of(file):
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_each_ended_day_has_one_file_and_the_clock_brings_the_next(
    start_sandbox, connect, tmp_path
):
    inbox = tmp_path / "inbox"
    client = connect(start_sandbox(days=3, clock=cut_off(0), orders_dir=inbox))
    assert sorted(f.name for f in inbox.iterdir()) == [
        "orders-2026-10-20.csv",
        "orders-2026-10-20.csv.sha256",
    ]
    almost = cut_off(1) - timedelta(milliseconds=1)
    client.put("/_sandbox/clock", json={"now": almost.isoformat()})
    assert len(list(inbox.iterdir())) == 2
    client.put("/_sandbox/clock", json={"now": cut_off(2).isoformat()})
    assert [f.name for f in sorted(inbox.glob("*.csv"))] == [
        f"orders-2026-10-{day}.csv" for day in (20, 21, 22)
    ]


def test_the_digest_beside_a_file_is_the_files_own(start_sandbox, tmp_path):
    start_sandbox(orders_dir=tmp_path / "inbox")
    files = sorted((tmp_path / "inbox").glob("*.csv"))
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        line = file.with_name(file.name + ".sha256").read_text()
        assert line == f"{digest}  {file.name}\n"
        assert file.read_text(encoding="utf-8").startswith(HEADER)
        assert file.read_bytes().endswith(b"\n")
    assert len(files) == 4


def test_a_file_holds_what_was_created_or_changed_on_its_day(start_sandbox, tmp_path):
    inbox, known = tmp_path / "inbox", {}
    start_sandbox(orders_dir=inbox, days=5, orders_per_day=20, clock=cut_off(8))
    for file in sorted(inbox.glob("*.csv")):
        day = date.fromisoformat(file.name[7:17])
        rows = rows_of(file)
        assert [row["order_id"] for row in rows] == sorted(row["order_id"] for row in rows)
        for row in rows:
            placed = datetime.fromisoformat(row["placed_at"])
            assert row["placed_at"].endswith("+01:00")
            assert placed.date() <= day
            assert known.get(row["order_id"]) != row
            assert row["order_id"] in known or placed.date() == day or row["status"] == "paid"
            known[row["order_id"]] = row
    placed_on = [row["placed_at"][:10] for row in known.values()]
    assert {placed_on.count((START + timedelta(days=n)).isoformat()) for n in range(5)} == {20}


def test_paid_orders_and_completed_transactions_agree_in_amount(start_sandbox, connect, tmp_path):
    inbox = tmp_path / "inbox"
    client = connect(start_sandbox(orders_dir=inbox, days=2, orders_per_day=40, clock=cut_off(1)))
    orders = {row["order_id"]: row for f in sorted(inbox.glob("*.csv")) for row in rows_of(f)}
    by_session = {s: o for o in orders.values() for s in o["session_ids"].split(";") if s}
    agreeing = 0
    for page in (1, 2):
        answer = client.get("/api/v1/transactions", params={"limit": 100, "page": page}).json()
        for row in answer["data"]:
            order = by_session.get(row["checkoutSessionId"])
            if order and order["status"] in ("paid", "fulfilled") and row["status"] == "COMPLETED":
                agreeing += Decimal(order["amount"]) == Decimal(str(row["amount"]))
    assert agreeing > 25
    assert {row["currency"] for row in orders.values()} >= {"NGN", "KES"}
    assert all("@" in row["customer_email"] for row in orders.values())
