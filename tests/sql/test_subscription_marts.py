"""What subscriptions bring, owe and fail to pay, reckoned here once more from the same rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from oracle.bill_makers import make_attempt, make_invoice, make_price, make_subscription
from oracle.engine import judge
from oracle.makers import AS_OF, make_world
from oracle.worlds import random_billed_world
from sql.received import append

from pipelines.warehouse.queries import build_stage, materialise


def marts_of(world: Any) -> Any:
    store = judge(world)
    build_stage(store, "marts")
    return store


def night(day: int) -> datetime:
    """The cut-off of a date of March 2026 in Lagos."""
    return datetime(2026, 3, day, 23, tzinfo=UTC)


def put_history(store: Any, rows: list[tuple[str, int, str, str]]) -> None:
    """Versions of subscriptions: id, the date on which they were first held, status and price."""
    store.execute("delete from raw.subscriptions")
    for number, (name, day, status, price) in enumerate(rows):
        store.execute(
            "insert into raw.subscriptions by name select ?::bigint as arrival, ? as "
            "content_digest, ?::timestamptz as recorded_from, 'r' as run_id, 's' as source, "
            "? as subscription_id, ? as status, 'FIXED' as billing_mode, ? as price_id, "
            "'2026-01-01T00:00:00Z' as created_at, ?::timestamptz as ranked_at",
            [number, str(number), night(day), name, status, price, night(day)],
        )


def test_recurring_revenue_rolls_from_closing_to_closing() -> None:
    prices = [
        make_price(price_id="small", amount="100"),
        make_price(price_id="large", amount="250"),
        make_price(price_id="abroad", amount="7", currency="USD"),
    ]
    with judge(make_world(prices=tuple(prices))) as store:
        put_history(
            store,
            [
                ("grows", 1, "ACTIVE", "small"),
                ("grows", 3, "ACTIVE", "large"),
                ("shrinks", 1, "ACTIVE", "large"),
                ("shrinks", 3, "PAST_DUE", "small"),
                ("returns", 1, "ACTIVE", "small"),
                ("returns", 3, "CANCELED", "small"),
                ("returns", 5, "ACTIVE", "small"),
                ("moves", 1, "ACTIVE", "small"),
                ("moves", 5, "ACTIVE", "abroad"),
                ("tries", 1, "TRIALING", "large"),
            ],
        )
        for stage in ("validated", "reconciled", "marts"):
            build_stage(store, stage)
        found = store.execute(
            "select business_date, currency, opening_amount, new_amount, reactivation_amount, "
            "expansion_amount, contraction_amount, churn_amount, closing_amount, "
            "closing_subscriptions from marts.subscription_revenue order by currency, business_date"
        ).fetchall()
    assert found == [
        (date(2026, 3, 1), "NGN", 0, 550, 0, 0, 0, 0, 550, 4),
        (date(2026, 3, 3), "NGN", 550, 0, 0, 150, 150, 100, 450, 3),
        (date(2026, 3, 5), "NGN", 450, 0, 100, 0, 0, 100, 450, 3),
        (date(2026, 3, 10), "NGN", 450, 0, 0, 0, 0, 0, 450, 3),
        (date(2026, 3, 5), "USD", 0, 7, 0, 0, 0, 0, 7, 1),
        (date(2026, 3, 10), "USD", 7, 0, 0, 0, 0, 0, 7, 1),
    ]


def test_a_subscription_made_after_the_cut_off_waits_for_the_next_closing() -> None:
    with judge(make_world(prices=(make_price(),))) as store:
        append(
            store,
            "subscriptions",
            {
                "subscription_id": "S1", "status": "ACTIVE", "billing_mode": "FIXED",
                "price_id": "P1", "created_at": "2026-03-02T00:30:00Z",
            },
        )  # fmt: skip
        for stage in ("validated", "reconciled", "marts"):
            build_stage(store, stage)
        dates = store.execute(
            "select business_date from marts.subscription_revenue where new_amount > 0"
        ).fetchall()
    assert dates == [(date(2026, 3, 2),)]


@pytest.mark.parametrize("units", [0, 2, 3, 6])
@pytest.mark.parametrize(
    ("interval", "times"), [("YEAR", 1), ("MONTH", 12), ("WEEK", 52), ("DAY", 365)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_monthly_price_is_a_year_of_it_by_twelve_rounded_once(
    blank: Any, interval: str, times: int, count: int, units: int
) -> None:
    price = Decimal(7_654_321).scaleb(-min(units, 3))
    found = blank.execute(
        "select monthly_amount(?::decimal(38, 18), ?, ?, ?)", [price, interval, count, units]
    ).fetchall()[0][0]
    exact = Decimal(times) * price / (12 * count)
    assert found == exact.quantize(Decimal(1).scaleb(-units), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        ("15", "1000", "1.5000"),
        ("2", "3", "66.6667"),
        ("0.00000001", "3", "0.0000"),
        ("123456789012.34", "123456789012.34", "100.0000"),
        ("1", "0", None),
        ("-1", "5", None),
    ],
)
def test_a_rate_is_exact_text_to_four_decimals(
    blank: Any, part: str, whole: str, text: str | None
) -> None:
    query = "select percent_text(?::decimal(38, 18), ?::decimal(38, 18))"
    assert blank.execute(query, [Decimal(part), Decimal(whole)]).fetchall() == [(text,)]


def test_a_bill_that_failed_is_recovered_given_up_or_waits() -> None:
    failed_at = AS_OF - timedelta(days=2)
    bills = [("won", "PAID"), ("lost", "UNCOLLECTIBLE"), ("open", "OPEN")]
    invoices = [
        make_invoice(invoice_id=name, status=status, created_at=failed_at) for name, status in bills
    ]
    invoices.append(
        make_invoice(invoice_id="later", status="OPEN", due_at=AS_OF + timedelta(days=9))
    )
    attempts = [
        make_attempt(
            charge_attempt_id=f"{name} {number}",
            invoice_id=name,
            status="FAILED",
            created_at=failed_at + timedelta(hours=number),
        )
        for name, _ in bills
        for number in range(2)
    ]
    attempts.append(make_attempt(invoice_id="won", created_at=failed_at + timedelta(hours=3)))
    world = make_world(
        prices=(make_price(),), subscriptions=(make_subscription(),),
        invoices=tuple(invoices), attempts=tuple(attempts),
    )  # fmt: skip
    with marts_of(world) as store:
        found = store.execute("from marts.dunning").fetchall()
        owed = store.execute(
            "select currency, status, age_band, invoices, oldest_days, amount "
            "from marts.receivables_ageing order by all"
        ).fetchall()
        told = []
        for table in ("receivables", "given_up"):
            materialise(store, f"delivered.subscriptions_{table}")
            query = f"select invoices, amount from delivered.subscriptions_{table}"
            told.append(store.execute(query).fetchall())
    day = date(2026, 3, 9)
    assert found == [(day, "NGN", "unknown", 3, 6, 3000, 1, 1000, 1, 1000)]
    assert owed == [
        ("NGN", "OPEN", "2\N{EN DASH}7", 1, 2, 1000),
        ("NGN", "OPEN", "not due", 1, None, 1000),
        ("NGN", "UNCOLLECTIBLE", "2\N{EN DASH}7", 1, 2, 1000),
    ]
    assert told == [[(1, 1000), (1, 1000)], [(1, 1000)]]


@pytest.mark.seeds(small=2, full=20)
def test_receivables_and_failures_of_a_book_are_those_of_its_rows(seed: int) -> None:
    world = random_billed_world(seed)
    with marts_of(world) as store:
        owed = store.execute(
            "select currency, sum(amount), sum(invoices)::bigint "
            "from marts.receivables_ageing group by currency"
        ).fetchall()
        failed = store.execute(
            "select currency, sum(failed_attempts)::bigint, sum(bills)::bigint from marts.dunning "
            "group by currency"
        ).fetchall()
        revenue = store.execute(
            "select currency, closing_amount from marts.subscription_revenue "
            "where closing_amount <> 0"
        ).fetchall()
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in world.invoices:
        is_owed = invoice.status not in ("PAID", "VOID", "DRAFT")
        if is_owed and invoice.created_at < world.as_of:
            amounts[invoice.currency] += invoice.amount
    assert {row[0]: row[1] for row in owed} == dict(amounts)
    attempts = Counter(
        attempt.charged_invoice_id
        for attempt in world.attempts
        if attempt.status == "FAILED" and attempt.created_at < world.as_of
    )
    assert sum(row[1] for row in failed) == attempts.total()
    assert sum(row[2] for row in failed) == len(attempts)
    prices = {price.price_id: price for price in world.prices}
    monthly: dict[str, Decimal] = defaultdict(Decimal)
    for one in world.subscriptions:
        price = prices.get(one.price_id or "")
        is_counted = one.status in ("ACTIVE", "PAST_DUE") and one.billing_mode == "FIXED"
        if price and is_counted and one.created_at < world.as_of:
            monthly[price.currency] += price.amount
    assert dict(revenue) == dict(monthly)
