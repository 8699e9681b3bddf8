"""What a judgement rests on: the as-of, the thresholds and the schedules, written as tables.

Belongs here: turning settings and policy into the small tables that the queries read.
Stays out: the judgement itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from pipelines.currencies import minor_units
from pipelines.partitions import business_date, start_of
from pipelines.policy import Policy
from pipelines.warehouse.queries import STAGES, script, tables_of

RULE_RELEASE = "1"
COIN_DECIMALS = 18
_NO_END = date(9999, 12, 31)


@cache
def rule_version() -> str:
    """The release of the rules and the first digits of the digest of all queries that judge."""
    digest = hashlib.sha256()
    for stage in STAGES[1:3]:
        for table in sorted(tables_of(stage)):
            digest.update(script(table.replace(".", "/")).encode())
    digest.update(script("macros").encode())
    return f"{RULE_RELEASE}+{digest.hexdigest()[:8]}"


def write_basis(
    connection: duckdb.DuckDBPyConnection,
    policy: Policy,
    *,
    as_of: datetime,
    zone: ZoneInfo,
    first_date: date = date.min,
) -> None:
    """Replace the tables a judgement rests on; amounts exact, percentages also as a factor.

    `first_date` is the run's; the book begins with it or with the first date ever closed.
    """
    connection.execute(
        """
        create or replace table reconciled.basis as
        select
            $as_of::timestamptz as as_of,
            $as_of_date::date as as_of_date,
            least(
                $first_date::date,
                coalesce((select min(first_date) from ops.closings), $first_date::date)
            ) as first_date,
            $timezone as timezone,
            $gateway_hours::bigint as gateway_hours,
            $orders_hours::bigint as orders_hours,
            $payout_days::bigint as payout_days,
            $refund_days::bigint as refund_days,
            $rule_version as rule_version,
            $policy_version as policy_version
        """,
        {
            "as_of": as_of,
            "as_of_date": business_date(as_of - timedelta(microseconds=1), zone),
            "first_date": first_date,
            "timezone": zone.key,
            "gateway_hours": policy.sla.gateway_hours,
            "orders_hours": policy.sla.orders_hours,
            "payout_days": policy.sla.payout_days,
            "refund_days": policy.sla.refund_days,
            "rule_version": rule_version(),
            "policy_version": policy.version,
        },
    )
    _replace(connection, "reconciled.fee_schedule", _fee_schedule(policy))
    _replace(connection, "reconciled.payout_terms", _payout_terms(connection, policy, zone))


def write_minor_units(connection: duckdb.DuckDBPyConnection) -> None:
    """Replace the minor units of every currency that an order, payment or bill names.

    A coin has the decimals that the gateway's currency table tells; one it does not list is kept
    to its last digit.
    """
    decimals = dict(connection.execute(script("intake/decimals_of_coins")).fetchall())
    named = connection.execute(script("intake/currencies_named")).fetchall()
    rows = sorted((code, _minor_units(code, decimals)) for (code,) in named)
    table = pa.table(
        {
            "currency": pa.array([code for code, _ in rows], pa.string()),
            "minor_units": pa.array([units for _, units in rows], pa.int32()),
        }
    )
    _replace(connection, "validated.minor_units", table)


def _minor_units(code: str, decimals: Mapping[str, int]) -> int:
    known = minor_units(code)
    return known if known is not None else min(decimals.get(code, COIN_DECIMALS), COIN_DECIMALS)


def _fee_schedule(policy: Policy) -> pa.Table:
    rates = sorted(policy.fees, key=lambda rate: rate.valid_from)
    ends = [rate.valid_from for rate in rates[1:]] + [_NO_END]
    exact = pa.decimal128(38, 18)
    return pa.table(
        {
            "valid_from": pa.array([rate.valid_from for rate in rates], pa.date32()),
            "valid_until": pa.array(ends[: len(rates)], pa.date32()),
            "percent": pa.array([_scaled(rate.percent) for rate in rates], exact),
            "rate": pa.array([_scaled(rate.percent / 100) for rate in rates], exact),
            "tolerance": pa.array([_scaled(rate.tolerance) for rate in rates], exact),
        }
    )


def _payout_terms(
    connection: duckdb.DuckDBPyConnection, policy: Policy, zone: ZoneInfo
) -> pa.Table:
    """When the payout of each creation date is due, where a calendar is named.

    Working days are counted from the payment's hour on; those of a payment that came on a free day
    begin with the next working day, and are over when one more begins.
    """
    dates: list[date] = []
    if policy.payout.calendar is not None:
        rows = connection.execute(
            "select distinct timezone(?, try_cast(created_at as timestamptz))::date "
            "from raw.transactions where try_cast(created_at as timestamptz) is not null",
            [zone.key],
        ).fetchall()
        dates = sorted(row[0] for row in rows)
    terms = [payout_term(day, policy.sla.payout_days, str(policy.payout.calendar)) for day in dates]
    ends = [
        start_of(day + timedelta(days=term.over_after), zone) if term.over_after else None
        for day, term in zip(dates, terms, strict=True)
    ]
    return pa.table(
        {
            "created_date": pa.array(dates, pa.date32()),
            "days": pa.array([term.days for term in terms], pa.int64()),
            "ends_at": pa.array(ends, pa.timestamp("us", tz="UTC")),
        }
    )


class PayoutTerm(NamedTuple):
    """Calendar days until a payout is due, and until it is late where no hour of it says so."""

    days: int
    over_after: int | None


def payout_term(created: date, working_days: int, country: str) -> PayoutTerm:
    """How many calendar days pass until that many working days of the country have."""
    import holidays

    closed = holidays.country_holidays(country)
    day, passed = created, 0
    while passed < working_days:
        day += timedelta(days=1)
        passed += closed.is_working_day(day)
    due = (day - created).days
    if not working_days or closed.is_working_day(created):
        return PayoutTerm(due, None)
    day += timedelta(days=1)
    while not closed.is_working_day(day):
        day += timedelta(days=1)
    return PayoutTerm(due, (day - created).days)


def _scaled(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-18))


def _replace(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    connection.register("staged_rows", rows)
    try:
        connection.execute(f"create or replace table {table} as select * from staged_rows")
    finally:
        connection.unregister("staged_rows")
