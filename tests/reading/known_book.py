"""A small book whose every row is written here, closed twice and published: what queries answer on
it can be reckoned by hand.

Two nights: 2026-03-09 and 2026-03-10, in Lagos. In between the shop corrects an order of February,
a payment comes, and people work on two breaks. Fees are 1 percent.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
from oracle.bill_makers import make_attempt, make_invoice, make_subscription
from oracle.engine import judge_again, opened, take_in
from oracle.makers import AS_OF, CREATED_AT, make_order, make_transaction, make_world
from oracle.world import FeeSchedule, Policy, QuarantinedOrder, Session, Window

from pipelines.partitions import DateRange
from pipelines.settings import Places
from pipelines.warehouse.carried import carried_tables
from pipelines.warehouse.closing import Run, close
from pipelines.warehouse.publication import note, publish, replace
from pipelines.warehouse.queries import build_stage
from pipelines.warehouse.verification.files import sha256_of

FIRST_AS_OF = AS_OF - timedelta(days=1)
FEBRUARY = datetime(2026, 2, 20, 9, tzinfo=UTC)
JANUARY = datetime(2026, 1, 31, 9, tzinfo=UTC)
TODAY = datetime(2026, 3, 10, 10, tzinfo=UTC)
TERMS = Policy(
    fees=(FeeSchedule(from_date=date(2026, 1, 1), percent=Decimal(1), tolerance=Decimal("0.01")),)
)


def order(order_id: str, amount: str, status: str = "paid", **more: Any) -> Any:
    return make_order(order_id=order_id, amount=amount, status=status, **more)


def rand_order(order_id: str, amount: str, status: str = "paid", **more: Any) -> Any:
    """An order of January in a currency that no other order of this book is in."""
    return order(order_id, amount, status, **({"currency": "ZAR", "placed_at": JANUARY} | more))


def bill(name: str, amount: str = "1000", **more: Any) -> Any:
    """An invoice of January of subscription S3, in the currency of the orders of January."""
    named = {"invoice_id": f"I{name}", "subscription_id": "S3", "created_at": JANUARY}
    return make_invoice(amount=amount, **(named | {"currency": "ZAR"} | more))


def charge(name: str, invoice_id: str, amount: str, **more: Any) -> Any:
    """A charge that succeeded, of one of those invoices."""
    named = {"charge_attempt_id": f"A{name}", "subscription_id": "S3", "created_at": JANUARY}
    return make_attempt(
        invoice_id=invoice_id, amount=amount, **(named | {"currency": "ZAR"} | more)
    )


def payment(name: str, amount: str, fee: str | None = None, **more: Any) -> Any:
    """A payment of an order by its external id; coins at 100 to one, exactly what was asked for."""
    coins = str(Decimal(amount) * Decimal("0.01"))
    quiet = {"crypto_expected": coins, "crypto_received": coins, "recorded_from": FIRST_AS_OF}
    return make_transaction(
        transaction_id=f"T{name}", fiat_amount=amount, fee_amount=fee, **(quiet | more)
    )


ORDERS = (
    order("K1", "1000"),
    order("K2", "5000", "fulfilled"),
    order("K3", "200", "fulfilled", currency="KES"),
    order("K4", "3000"),
    order("K5", "1000"),
    order("K6", "900"),
    order("K8", "1000"),
    order("K9", "1000"),
    order("K10", "2000"),
    order("K11", "500", currency="GHS"),
    order("K12", "800", "refunded"),
    order("K13", "1234"),
    order("K20", "100", placed_at=FEBRUARY),
    rand_order("K30", "100", transaction_ref="I30"),
    rand_order("K31", "90", transaction_ref="I31"),
    rand_order("K32", "70", "awaiting"),
    rand_order("K33", "60", "fulfilled"),
)
PAYMENTS = (
    payment("1", "1000", "10", external_id="K1", payout_status="PENDING"),
    payment("1", "1000", "10", external_id="K1", updated_at=datetime(2026, 3, 7, 10, tzinfo=UTC)),
    payment("5a", "1000", "10", external_id="K5"),
    payment(
        "5b", "1000", "10", external_id="K5", crypto_currency="BTC", network="BITCOIN",
        created_at=CREATED_AT + timedelta(hours=1),
    ),
    payment("6a", "400", "4", external_id="K6", description="Order K6 of ada@example.com"),
    payment("6b", "500", "5", external_id="K6"),
    payment("7", "700", None, crypto_currency="USDC", network="ETHEREUM", payout_status="PENDING"),
    payment("8", "1000", "10", external_id="K8", crypto_received="12"),
    payment(
        "9", "1000", None, external_id="K9", status="EXPIRED", payout_status=None,
        crypto_received="4",
    ),
    payment("10", "2000", "50", external_id="K10", payout_status="FAILED"),
    payment("11", "500", "5", external_id="K11", fiat_currency="GHS", checkout_session_id="cs_11"),
    payment(
        "12", "800", "8", external_id="K12", status="REFUNDED", payout_status=None,
        refund_amount="8", refund_tx_hash="0xback",
    ),
    payment("13", "1234", "12.34"),
    payment("14", "60", None, status="PENDING", payout_status=None, crypto_received="0"),
    payment("20", "100", "1", external_id="K20", created_at=FEBRUARY + timedelta(minutes=5)),
)  # fmt: skip
INVOICES = (
    make_invoice(invoice_id="I1", due_at=datetime(2026, 2, 1, 9, tzinfo=UTC)),
    make_invoice(invoice_id="I2", status="OPEN", due_at=datetime(2026, 3, 1, 9, tzinfo=UTC)),
    make_invoice(invoice_id="I3", subscription_id="S2", due_at=datetime(2026, 3, 6, 9, tzinfo=UTC)),
    bill("30", "100"),
    bill("31", "90"),
    bill("32", status="DRAFT"),
    # Paid in time, without an instant that says so.
    bill("33", due_at=JANUARY + timedelta(days=1)),
)
ATTEMPTS = (
    make_attempt(charge_attempt_id="A1", invoice_id="I1"),
    make_attempt(charge_attempt_id="A2", invoice_id="I2", status="FAILED"),
    make_attempt(charge_attempt_id="A3", invoice_id="I2", status="FAILED"),
    make_attempt(charge_attempt_id="A4", invoice_id="I3", subscription_id="S2"),
    # Says nothing of its invoice but where it was listed.
    make_attempt(
        charge_attempt_id="A5", invoice_id="", listed_under_invoice_id="I2", status="FAILED"
    ),
    charge("30a", "I30", "100"),
    charge("30b", "I30", "100", created_at=JANUARY + timedelta(hours=1)),
    charge("31a", "I31", "40"),
    charge("31b", "I31", "50", created_at=JANUARY + timedelta(hours=1)),
    charge("33", "I33", "1000"),
)
SUBSCRIPTIONS = tuple(
    make_subscription(subscription_id=name, billing_mode="METERED", price_id=None)
    for name in ("S1", "S2", "S3")
)
# What no world has: names of customers, instants of payment, reasons of failures, dates of exports.
TOLD = (
    "update raw.subscriptions set customer_id = 'cust_' || right(subscription_id, 1)",
    "update raw.subscription_invoices set paid_at = '2026-02-05T08:00:00Z' where invoice_id = 'I1'",
    "update raw.subscription_invoices set paid_at = '2026-03-06T08:00:00Z' where invoice_id = 'I3'",
    "update raw.charge_attempts set error_code = case charge_attempt_id "
    "when 'A2' then 'INSUFFICIENT_FUNDS' else 'MYSTERY' end where status = 'FAILED'",
    "update ops.files set exported_date = '2026-03-09', rows_received = 14, rows_accepted = 13, "
    "rows_quarantined = 1",
    "insert into ops.pulls by name select * replace ('checkout_sessions' as stream, "
    "false as complete, 'a page was missing' as reason) from ops.pulls limit 1",
)
DECIDED = """
    insert into ops.actions by name
    select
        row_number() over (order by verb) as action_no, verb, breaks.break_id, breaks.case_id,
        'asked the shop' as reason, decided_by, timestamptz '2026-03-10 08:00:00Z' as decided_at,
        $as_of::timestamptz as effective_at, decided.assignee, breaks.code, breaks.currency,
        breaks.money_impact as amount
    from (values ('order:K2', 'assign', 'eve', 'ada'), ('order:K3', 'write_off', 'bob', null))
        as decided (case_id, verb, decided_by, assignee)
    inner join reconciled.breaks as breaks using (case_id)
"""

DECIDED_ON_A_PAIR = """
    insert into ops.actions by name
    select 3 as action_no, 'reject' as verb, 'K1' as order_id, 'T14' as transaction_id,
        'another buyer' as reason, 'eve' as decided_by,
        timestamptz '2026-03-10 09:00:00Z' as decided_at, $as_of::timestamptz as effective_at
"""


def publish_known_book(places: Places) -> None:
    """Judge both nights and publish the second."""
    connection = opened()
    first = make_world(
        ORDERS, PAYMENTS, as_of=FIRST_AS_OF, policy=TERMS, subscriptions=SUBSCRIPTIONS,
        invoices=INVOICES, attempts=ATTEMPTS, quarantined=(QuarantinedOrder(known_ids=("K99",)),),
        sessions=(Session(session_id="cs_11", crypto_currency="USDT", network="BSC"),),
    )  # fmt: skip
    take_in(connection, first)
    for statement in TOLD:
        connection.execute(statement)
    judge_again(connection, first)
    _close(connection, "first", FIRST_AS_OF)
    for decision in (DECIDED, DECIDED_ON_A_PAIR):
        connection.execute(decision, {"as_of": FIRST_AS_OF})
    second = make_world(
        [
            order("K20", "150", placed_at=FEBRUARY),
            # Into another month, and into another currency.
            order("K32", "75", "awaiting", currency="NGN", placed_at=FEBRUARY),
        ],
        [
            payment("4", "3000", "30", external_id="K4", payout_status="PENDING", created_at=TODAY,
                    recorded_from=AS_OF),
            # Under way again: the break of its order does not hold any more.
            payment("33", "60", external_id="K33", status="PENDING", payout_status=None,
                    fiat_currency="ZAR", crypto_received="0", created_at=TODAY,
                    recorded_from=AS_OF),
        ],
        policy=TERMS, windows=(Window(start=FIRST_AS_OF, end=AS_OF),), minor_units={},
    )  # fmt: skip
    take_in(connection, second, file="f1")
    connection.execute(
        "update ops.files set exported_date = '2026-03-10', rows_received = 1, rows_accepted = 1, "
        "recorded_from = ? where file_digest = 'f1'",
        [AS_OF],
    )
    judge_again(connection, second)
    build_stage(connection, "marts")
    _close(connection, "second", AS_OF)
    _publish_twice(connection, places)
    connection.close()


def _publish_twice(connection: duckdb.DuckDBPyConnection, places: Places) -> None:
    """Readers get a file that was carried on, with every order and case taken out and put in."""
    for is_carried in (False, True):
        fresh = publish(connection, places)
        assert fresh.is_carried is is_carried
        file_digest = sha256_of(fresh.path)
        replace(fresh, places)
        note(connection, file_digest)
        for table, key in carried_tables().items():
            connection.execute(
                "insert into ops.unpublished "
                f"select distinct '{table.partition('.')[0]}', '{key}', {key}::varchar from {table}"
            )


def _close(connection: duckdb.DuckDBPyConnection, run_id: str, as_of: datetime) -> None:
    day = (as_of - timedelta(seconds=1)).date()
    close(connection, Run(run_id, "nightly", DateRange(day, day), as_of, as_of))
