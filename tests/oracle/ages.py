"""Section 4's clocks: when a row is older than an SLA. "Older" is strictly longer.

Which rows an SLA is asked of stays out.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import holidays
from oracle.world import Order, TransactionVersion, World


class Dated(Protocol):
    """A transaction, an invoice, an attempt or a payment: its age starts where it was created."""

    @property
    def created_at(self) -> datetime: ...


def order_is_old(order: Order, world: World) -> bool:
    """Older than the gateway SLA, counted from `paid_at`, else `placed_at`."""
    started = order.paid_at or order.placed_at
    return is_past(started, timedelta(hours=world.policy.gateway_hours), world)


def older_than_gateway_sla(transaction: TransactionVersion, world: World) -> bool:
    return is_past(transaction.created_at, timedelta(hours=world.policy.gateway_hours), world)


def older_than_orders_sla(row: Dated, world: World) -> bool:
    return is_past(row.created_at, timedelta(hours=world.policy.orders_hours), world)


def older_than_payout_sla(transaction: TransactionVersion, world: World) -> bool:
    """Days of 24 h; with a payout calendar only the time of its working days counts."""
    limit = timedelta(days=world.policy.payout_days)
    country = world.policy.payout_calendar
    if country is None:
        return is_past(transaction.created_at, limit, world)
    return working_time(transaction.created_at, world, country=country) > limit


def working_time(start: datetime, world: World, *, country: str) -> timedelta:
    """What of the time from `start` to the as-of lies in working days of the country."""
    zone = ZoneInfo(world.timezone)
    calendar = holidays.country_holidays(country)
    worked = timedelta()
    day = world.local_date(start)
    while midnight(day, zone) < world.as_of:
        following = day + timedelta(days=1)
        if calendar.is_working_day(day):
            begin = max(midnight(day, zone), start)
            # Only differences in UTC are elapsed time where the clocks change.
            worked += min(midnight(following, zone), world.as_of) - begin
        day = following
    return worked


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def long_expired(transaction: TransactionVersion, world: World) -> bool:
    """The gateway SLA has passed since `expires_at`."""
    expired = transaction.expires_at
    hours = timedelta(hours=world.policy.gateway_hours)
    return expired is not None and is_past(expired, hours, world)


def is_past(start: datetime, limit: timedelta, world: World) -> bool:
    return world.as_of - start > limit
