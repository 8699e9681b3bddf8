"""Subscriptions, reference data, quotes: from text as received to typed rows, or to quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from sql.received import EARLIER, LATER, RECEIVED, append, append_all

from assets.contracts.streams import all_contracts
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.records import Kind
from pipelines.policy import Policy
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.queries import (
    SCHEMA,
    build_stage,
    materialise,
    offenders,
    run_scripts,
    script,
    text_of,
)

BOOKKEEPING = ("arrival", "content_digest", "recorded_from", "run_id", "source", "fetched_at")
CONTRACTS = all_contracts()


@pytest.fixture
def book(blank: Any) -> Any:
    """A book that has received nothing."""
    run_scripts(blank, SCHEMA)
    write_basis(blank, Policy(), as_of=LATER, zone=ZoneInfo("Africa/Lagos"))
    return blank


def validated(book: Any, table: str) -> list[dict[str, Any]]:
    """The rows of a validated table, in one order."""
    build_stage(book, "validated")
    found = book.execute(f"select * from validated.{table} order by all")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def unchecked(book: Any, stream: str) -> pl.DataFrame:
    return pl.DataFrame(book.sql(script(f"intake/unchecked_{stream}")).to_arrow_table())


@pytest.mark.parametrize("stream", [name for name in ENDPOINTS if name != "checkout_sessions"])
def test_a_raw_table_has_every_column_of_its_stream(stream: str, book: Any) -> None:
    table = ENDPOINTS[stream].table
    private = {field.column for field in table.fields if field.kind is Kind.PRIVATE}
    columns = [row[0] for row in book.execute(f"describe raw.{stream}").fetchall()]
    assert tuple(columns[:6]) == BOOKKEEPING
    assert sorted(columns) == sorted(
        {*BOOKKEEPING[:4], "ranked_at"}
        | {
            f"{column}_digest" if column in private else column
            for column in ENDPOINTS[stream].columns
            if column != "is_short"
        }
    )


def test_a_subscription_has_its_newest_version_and_its_past(book: Any) -> None:
    append_all(book)
    (row,) = validated(book, "subscriptions")
    assert row["status"] == "CANCELED"
    assert row["canceled_at"] == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert row["current_period_end_at"] == datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert (row["cancel_at_period_end"], row["cancellation_pending"]) == (False, False)
    assert (row["first_seen_at"], row["version"]) == (EARLIER, 2)
    past = validated(book, "subscriptions_history")
    told = ("version", "status", "recorded_from", "recorded_to")
    assert sorted(tuple(one[name] for name in told) for one in past) == [
        (1, "ACTIVE", EARLIER, LATER),
        (2, "CANCELED", LATER, None),
    ]


def test_a_price_says_what_a_period_costs(book: Any) -> None:
    append_all(book)
    (row,) = validated(book, "prices")
    assert (row["amount"], row["currency"]) == (Decimal("10.00"), "USD")
    assert (row["recurring_interval"], row["interval_count"]) == ("MONTH", 1)
    assert (row["is_active"], row["trial_period_days"]) == (True, None)


def test_an_invoice_counts_on_the_local_date_on_which_it_is_due(book: Any) -> None:
    append_all(book)
    (row,) = validated(book, "subscription_invoices")
    assert (row["status"], row["amount"], row["attempt_count"]) == ("PAID", Decimal(10), 0)
    assert row["due_at"] == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert row["business_date"] == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("told", "due_at", "business_date"),
    [
        ("2026-03-05", datetime(2026, 3, 4, 23, tzinfo=UTC), date(2026, 3, 5)),
        ("1772668800", datetime(2026, 3, 5, tzinfo=UTC), date(2026, 3, 5)),
        ("2026-03-05T00:30:00+02:00", datetime(2026, 3, 4, 22, 30, tzinfo=UTC), date(2026, 3, 4)),
        (None, None, date(2026, 3, 1)),
    ],
)
def test_a_due_date_may_be_an_instant_a_date_or_unix_seconds(
    told: str | None, due_at: datetime | None, business_date: date, book: Any
) -> None:
    append(book, "subscription_invoices", RECEIVED["subscription_invoices"][0] | {"due_at": told})
    assert (
        CONTRACTS["subscription_invoices"].refusals(unchecked(book, "subscription_invoices")) == {}
    )
    (row,) = validated(book, "subscription_invoices")
    assert (row["due_at"], row["business_date"]) == (due_at, business_date)


def test_an_attempt_keeps_every_digit_and_where_it_was_listed(book: Any) -> None:
    append_all(book)
    (row,) = validated(book, "charge_attempts")
    assert row["token_amount"] == Decimal("10.000000000000000001")
    assert row["attempted_at"] == datetime(2026, 3, 1, 12, 0, 5, 500_000, tzinfo=UTC)
    assert (row["invoice_id"], row["listed_under_invoice_id"]) == ("sinv_1", "sinv_1")


def test_an_authorization_counts_in_base_units_and_ends_at_an_instant(book: Any) -> None:
    append_all(book)
    (row,) = validated(book, "authorizations")
    assert (row["subscription_id"], row["authorization_id"]) == ("sub_1", "0xaa")
    assert (row["status"], row["version"]) == ("REVOKED", 2)
    assert row["allowance_units"] == Decimal(10) ** 21
    assert row["spent_units"] == Decimal(10) ** 19
    assert row["expires_at"] == datetime(2030, 1, 1, tzinfo=UTC)


def test_an_allowance_without_a_limit_bounds_nothing(book: Any) -> None:
    boundless = RECEIVED["authorizations"][0] | {"allowance_units": str(2**256 - 1)}
    append(book, "authorizations", boundless)
    assert CONTRACTS["authorizations"].refusals(unchecked(book, "authorizations")) == {}
    (row,) = validated(book, "authorizations")
    assert row["allowance_units"] is None


def test_every_night_adds_a_quote(book: Any) -> None:
    append_all(book)
    rows = validated(book, "fee_quotes")
    assert [(row["quote_id"], row["fee_amount"], row["quoted_at"]) for row in rows] == [
        (f"quote_{night}", Decimal("1.1"), datetime(2026, 3, night, 23, 10, tzinfo=UTC))
        for night in (1, 2)
    ]


@pytest.mark.parametrize(
    ("stream", "key"),
    [("currencies", "usdt-tron"), ("subscription_currencies", "usdt-tron"), ("networks", "TRON")],
)
def test_what_the_gateway_lists_stands_once(stream: str, key: str, book: Any) -> None:
    row = RECEIVED[stream][0]
    append(book, stream, row, row | {"is_active": "FALSE"})
    (found,) = validated(book, stream)
    assert found[ENDPOINTS[stream].key] == key
    assert (found["is_active"], found["version"], found["chain_id"]) == (False, 2, 728_126_428)


@pytest.mark.parametrize("stream", RECEIVED)
def test_a_refused_row_is_no_version_and_is_counted(stream: str, book: Any) -> None:
    append(book, stream, *RECEIVED[stream])
    book.execute(
        "insert into validated.quarantine values (?, 's', 'd', 1, 'k', 'planted', [], ?)",
        [stream, LATER],
    )
    received = len(RECEIVED[stream])
    rows = validated(book, stream)
    assert len(rows) == (1 if received > 1 else 0)
    materialise(book, "reconciled.stream_rows")
    assert book.execute(
        "select received_rows, accepted_rows from reconciled.stream_rows where stream = ?", [stream]
    ).fetchall() == [(received, received - 1)]


def test_a_refused_price_is_a_break_of_its_own_and_stays_in_the_proof(book: Any) -> None:
    append(book, "prices", RECEIVED["prices"][0] | {"amount": "$10.00"})
    book.execute(
        "insert into validated.quarantine values "
        "('prices', 'a.zst#1#1', 'prices1', 1, 'price_1', 'amount is $10.00', [], ?)",
        [LATER],
    )
    for stage in ("validated", "reconciled"):
        build_stage(book, stage)
    assert offenders(book, "reconciled.proof_of_rows.every_row_received_is_accounted_for") == []
    counted = "select line, rows from reconciled.proof_of_rows where code = 'prices' order by line"
    assert book.execute(counted).fetchall() == [
        ("rows_accepted", 0),
        ("rows_quarantined", 1),
        ("rows_received", 1),
    ]
    found = book.execute("select code, money_impact from reconciled.breaks").fetchall()
    assert found == [("VALIDATION_FAILED", 0)]


@pytest.mark.parametrize(("key", "cases"), [(None, 1), ("price_1", 2)])
def test_a_nameless_row_is_one_case_whenever_it_came(
    key: str | None, cases: int, books: Sequence[Any], tamper: Any
) -> None:
    sent = ", ".join(
        f"('prices', 'a', 'd1', {arrival}, $key, '-', [], now())" for arrival in (8, 9)
    )
    with tamper(books[-1], "select 0"):
        books[-1].execute(f"insert into validated.quarantine values {sent}", {"key": key})
        found = books[-1].execute(text_of("reconciled.control_breaks")).fetchall()
    assert len(found) == cases
    assert (found[0][0] == "row:prices:d1") is (key is None)


@pytest.mark.parametrize("stream", RECEIVED)
def test_honest_rows_keep_their_contract(stream: str, book: Any) -> None:
    append_all(book)
    rows = unchecked(book, stream)
    assert rows.height == len(RECEIVED[stream])
    assert CONTRACTS[stream].refusals(rows) == {}
    CONTRACTS[stream].require_alert()


@pytest.mark.parametrize(
    ("stream", "column", "value", "said"),
    [
        ("subscriptions", "subscription_id", None, "subscription_id is missing."),
        ("subscriptions", "status", None, "status is missing."),
        ("subscriptions", "cancel_at_period_end", "YES", "true or false"),
        ("subscriptions", "canceled_at", "2026-02-30T00:00:00Z", "a date of the calendar"),
        ("plans", "is_active", "1", "true or false"),
        ("prices", "amount", None, "amount is missing."),
        ("prices", "amount", "$10.00", "an amount below"),
        ("prices", "interval_count", "1.5", "a whole number"),
        ("subscription_invoices", "amount", "-10", "an amount below"),
        ("subscription_invoices", "due_at", "2026-02-30", "a date of the calendar"),
        ("subscription_invoices", "due_at", "05.03.2026", "an instant with offset, a date"),
        ("subscription_invoices", "created_at", None, "created_at is missing."),
        ("charge_attempts", "status", None, "status is missing."),
        ("charge_attempts", "amount", "1e3", "an amount below"),
        ("charge_attempts", "attempted_at", "1772668800", "an instant with offset"),
        ("authorizations", "spent_units", "9" * 39, "at most 38 digits"),
        ("authorizations", "allowance_units", "-1", "at most 78 digits"),
        ("authorizations", "expires_at", "soon", "an instant with offset, a date"),
        ("currencies", "ticker", "usdt", "the ticker or network"),
        ("currencies", "decimals", "six", "a whole number"),
        ("networks", "network_id", None, "network_id is missing."),
        ("subscription_currencies", "subscription_currency_id", None, "is missing."),
        ("fee_quotes", "quote_id", None, "quote_id is missing."),
        ("fee_quotes", "fee_amount", "free", "an amount of coins"),
    ],
)
def test_a_bad_value_is_refused_with_its_column_and_rule(
    stream: str, column: str, value: str | None, said: str, book: Any
) -> None:
    append(book, stream, RECEIVED[stream][0] | {column: value})
    reasons = CONTRACTS[stream].refusals(unchecked(book, stream))
    assert list(reasons) == [0]
    assert reasons[0].startswith(column)
    assert said in reasons[0]


@pytest.mark.parametrize("stream", ENDPOINTS)
def test_every_stream_has_a_contract_that_refuses_its_known_bad_row(stream: str) -> None:
    CONTRACTS[stream].require_alert()
