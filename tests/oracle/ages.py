"""Section 4's clocks: when a row is older than an SLA. "Older" is strictly longer."""

from datetime import datetime, timedelta

from oracle.world import Order, TransactionVersion, World


def order_is_old(order: Order, world: World) -> bool:
    """Older than the gateway SLA, counted from `paid_at`, else `placed_at`."""
    started = order.paid_at or order.placed_at
    return is_past(started, timedelta(hours=world.policy.gateway_hours), world)


def older_than_gateway_sla(transaction: TransactionVersion, world: World) -> bool:
    return is_past(transaction.created_at, timedelta(hours=world.policy.gateway_hours), world)


def older_than_orders_sla(transaction: TransactionVersion, world: World) -> bool:
    return is_past(transaction.created_at, timedelta(hours=world.policy.orders_hours), world)


def older_than_payout_sla(transaction: TransactionVersion, world: World) -> bool:
    return is_past(transaction.created_at, timedelta(days=world.policy.payout_days), world)


def long_expired(transaction: TransactionVersion, world: World) -> bool:
    """The gateway SLA has passed since `expires_at`."""
    expired = transaction.expires_at
    hours = timedelta(hours=world.policy.gateway_hours)
    return expired is not None and is_past(expired, hours, world)


def is_past(start: datetime, limit: timedelta, world: World) -> bool:
    return world.as_of - start > limit
