"""Which invoice an attempt belongs to, which orders join it, and which periods went unbilled.

Orders and transactions find each other elsewhere; what a case means stays out.
"""

from datetime import UTC, timedelta
from typing import NamedTuple

from oracle.ages import is_past
from oracle.bills import Subscription
from oracle.world import Order, World


class Bill(NamedTuple):
    """An order and the row it joins by pass 2: an invoice, or an attempt that has none."""

    order_id: str
    kind: str  # invoice or attempt
    row_id: str


def parent_invoices(world: World) -> dict[str, str]:
    """Attempt → its invoice. An orphan has none, nor has one whose invoice is not there."""
    invoices = {invoice.invoice_id for invoice in world.judged_invoices()}
    return {
        attempt.charge_attempt_id: attempt.charged_invoice_id
        for attempt in world.judged_attempts()
        if not attempt.is_orphan and attempt.charged_invoice_id in invoices
    }


def bills(world: World) -> list[Bill]:
    """Pass 2 for bills: the reference is an invoice's uid or invoice_id, an attempt's uid or hash.

    An order that names an attempt joins its invoice, as if it had named that.
    """
    parents = parent_invoices(world)
    named: dict[str, set[tuple[str, str]]] = {}
    for invoice in world.judged_invoices():
        for name in (invoice.invoice_id, invoice.merchant_invoice_id):
            named.setdefault(name or "", set()).add(("invoice", invoice.invoice_id))
    for attempt in world.judged_attempts():
        attempt_id = attempt.charge_attempt_id
        parent = parents.get(attempt_id)
        row = ("invoice", parent) if parent else ("attempt", attempt_id)
        for name in (attempt_id, attempt.tx_hash):
            named.setdefault(name or "", set()).add(row)
    return [
        Bill(order.order_id, *row)
        for order in world.judged_orders()
        for row in sorted(set().union(*(named.get(each, ()) for each in references(order) if each)))
    ]


def references(order: Order) -> tuple[str, ...]:
    """Every reference that the shop noted: an order paid in parts has several."""
    return (order.transaction_ref or "", *order.further_refs)


def missing_periods(world: World) -> list[Subscription]:
    """ACTIVE, FIXED subscriptions whose current period began long ago and has no invoice in it."""
    limit = timedelta(hours=world.policy.orders_hours)
    return [
        each
        for each in world.judged_subscriptions()
        if each.status == "ACTIVE"
        and each.billing_mode == "FIXED"
        and each.current_period_start_at is not None
        and is_past(each.current_period_start_at, limit, world)
        and not is_billed_in_period(each, world)
    ]


def is_billed_in_period(subscription: Subscription, world: World) -> bool:
    """An invoice of any state was created from the period's start on, before its end."""
    start, end = subscription.current_period_start_at, subscription.current_period_end_at
    return any(
        invoice.billed_subscription_id == subscription.subscription_id
        and start is not None
        and start <= invoice.created_at
        and (end is None or invoice.created_at < end)
        for invoice in world.judged_invoices()
    )


def period_id(subscription: Subscription) -> str:
    """The subscription and the instant at which the period began, in UTC to the microsecond."""
    assert subscription.current_period_start_at is not None
    start = subscription.current_period_start_at.astimezone(UTC)
    return f"{subscription.subscription_id}@{start:%Y-%m-%dT%H:%M:%S.%fZ}"
