"""What can be planted about subscriptions: every code, alone and beside others, and every edge.

Each function plants one small story in a sketch. What any of them should be called stays out.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from oracle.billed_sketch import MONTH, BilledSketch
from oracle.bills import ChargeAttempt, Invoice, Subscription
from oracle.sketch import MICROSECOND

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNPAID = ("OPEN", "DRAFT", "VOID", "UNCOLLECTIBLE", "NEW_WORD")
FRUITLESS = ("FAILED", "FAILED", "PENDING", "SUBMITTED", "NEW_WORD")


def charged(sketch: BilledSketch, **attempt: Any) -> tuple[Subscription, Invoice, ChargeAttempt]:
    """A subscription billed and charged as it should be."""
    subscription = sketch.subscription()
    invoice = sketch.invoice(subscription)
    return subscription, invoice, sketch.attempt(invoice, **attempt)


def plain(sketch: BilledSketch) -> None:
    _, invoice, _ = charged(sketch)
    if sketch.rng.random() < 0.5:
        sketch.attempt(invoice, status=sketch.rng.choice(FRUITLESS))


def unpaid(sketch: BilledSketch) -> None:
    """An invoice that nobody paid, whatever was tried."""
    invoice = sketch.invoice(sketch.subscription(), status=sketch.rng.choice(UNPAID))
    for _ in range(sketch.rng.randint(0, 2)):
        sketch.attempt(invoice, status=sketch.rng.choice(FRUITLESS))


def paid_without_charge(sketch: BilledSketch) -> None:
    invoice = sketch.invoice(sketch.subscription())
    for _ in range(sketch.rng.randint(0, 1)):
        sketch.attempt(invoice, status=sketch.rng.choice(FRUITLESS))


def charged_unpaid(sketch: BilledSketch) -> None:
    """Charges around the SLA of invoices that stay unpaid."""
    invoice = sketch.invoice(sketch.subscription(), status=sketch.rng.choice(UNPAID))
    for _ in range(sketch.rng.choice((1, 1, 2))):
        sketch.attempt(invoice, created_at=sketch.around(sketch.policy.orders_hours * HOUR))


def charged_twice(sketch: BilledSketch) -> None:
    _, invoice, first = charged(sketch)
    for _ in range(sketch.rng.randint(1, 2)):
        factor = sketch.rng.choice((1, 1, Decimal("0.5")))
        sketch.attempt(invoice, amount=invoice.amount * factor)
    if sketch.rng.random() < 0.4:
        sketch.attempts[first.charge_attempt_id] = replace(first, amount=invoice.amount / 4)


def charged_otherwise(sketch: BilledSketch) -> None:
    """One charge of another amount or currency, or that tells neither."""
    _, invoice, attempt = charged(sketch)
    currency = sketch.rng.choice((invoice.currency, invoice.currency, "USDT", "KES", None))
    factor = sketch.rng.choice((1, 2, Decimal("0.5"), None))
    amount = None if factor is None else invoice.amount * factor
    sketch.attempts[attempt.charge_attempt_id] = replace(attempt, amount=amount, currency=currency)


def cancelled(sketch: BilledSketch) -> None:
    """A charge around the cancellation, or around the end of the last period."""
    status = sketch.rng.choice(("SUCCEEDED", "SUCCEEDED", "FAILED"))
    subscription, _, attempt = charged(sketch, status=status)
    near = sketch.near(attempt.attempted_at)
    start = subscription.current_period_start_at or near
    sketch.subscriptions[subscription.subscription_id] = replace(
        subscription,
        status=sketch.rng.choice(("CANCELED", "CANCELED", "ACTIVE")),
        canceled_at=sketch.rng.choice((None, near)),
        cancel_at_period_end=sketch.rng.choice((True, False)),
        current_period_end_at=sketch.rng.choice((max(near, start + MICROSECOND), start + MONTH)),
    )


def unauthorized(sketch: BilledSketch) -> None:
    """A charge around the end or revocation of its authorization, or beyond its allowance."""
    status = sketch.rng.choice(("SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "FAILED"))
    subscription, invoice, attempt = charged(sketch, status=status)
    near = sketch.near(attempt.attempted_at)
    owner = subscription.subscription_id
    story = sketch.rng.choice(("expired", "revoked", "untold", "overspent", "renewed"))
    if story == "expired":
        sketch.authorize(owner, status="EXPIRED", expires_at=near)
    elif story == "revoked":
        sketch.authorize(owner, status="REVOKED", revoked_at=near)
    elif story == "untold":
        seen_at = sketch.rng.choice((near, sketch.as_of))
        changed_at = sketch.rng.choice((None, near))
        sketch.authorize(owner, recorded_from=near - DAY)
        sketch.authorize(owner, status="REVOKED", updated_at=changed_at, recorded_from=seen_at)
        sketch.authorize(owner, status="REVOKED", updated_at=sketch.as_of)
    elif story == "overspent":
        sketch.authorize(owner, allowance_units=sketch.rng.choice((Decimal(10**24 - 1), None)))
        sketch.attempt(invoice, status=sketch.rng.choice(("SUCCEEDED", "FAILED")))
    else:
        sketch.authorize(owner, status="EXPIRED", expires_at=near, recorded_from=near)
        sketch.authorize(owner, authorization_id="auth_new", expires_at=sketch.as_of + MONTH)
    if sketch.rng.random() < 0.3:
        sketch.bill(sketch.order(amount=invoice.amount, currency=invoice.currency), invoice)


def unbilled(sketch: BilledSketch) -> None:
    """A period around the SLA without an invoice, or with one at its very edges."""
    start = sketch.around(sketch.policy.orders_hours * HOUR)
    subscription = sketch.subscription(
        current_period_start_at=start,
        current_period_end_at=sketch.rng.choice((start + 2 * HOUR, start + MONTH, None)),
        status=sketch.rng.choice(("ACTIVE", "ACTIVE", "ACTIVE", "PAST_DUE", "CANCELED")),
        billing_mode=sketch.rng.choice(("FIXED", "FIXED", "FIXED", "METERED")),
    )
    if sketch.rng.random() < 0.2:
        sketch.prices.pop(subscription.price_id or "")
    elif sketch.rng.random() < 0.5:
        end = subscription.current_period_end_at or start
        edge = sketch.rng.choice((start, start - MICROSECOND, end, end - MICROSECOND))
        made_at = min(edge, sketch.as_of - MICROSECOND)
        sketch.invoice(subscription, created_at=made_at, status=sketch.rng.choice(UNPAID))


def orphaned(sketch: BilledSketch) -> None:
    """Attempts that name another invoice or subscription than they were listed under, or none."""
    subscription, invoice, attempt = charged(sketch)
    other, _, _ = charged(sketch)
    if sketch.rng.random() < 0.4:
        ended = replace(subscription, status="CANCELED", canceled_at=sketch.moment())
        sketch.subscriptions[subscription.subscription_id] = ended
    changes: dict[str, Any] = sketch.rng.choice(
        (
            {"invoice_id": sketch.rng.choice((*sketch.invoices, "sinv_unknown"))},
            {"subscription_id": other.subscription_id},
            {"invoice_id": None},
            {"subscription_id": None},
        )
    )
    sketch.attempts[attempt.charge_attempt_id] = replace(
        attempt, status=sketch.rng.choice(("SUCCEEDED", "SUCCEEDED", "FAILED")), **changes
    )
    if sketch.rng.random() < 0.4:
        sketch.bill(sketch.order(amount=invoice.amount, currency=invoice.currency), invoice)


def waiting(sketch: BilledSketch) -> None:
    """Rows dated at or after the as-of, beside rows that are judged."""
    later = sketch.as_of + sketch.rng.choice((timedelta(), HOUR))
    early = sketch.as_of - HOUR
    subscription = sketch.subscription(created_at=sketch.rng.choice((early - DAY, later)))
    invoice = sketch.invoice(subscription, created_at=sketch.rng.choice((early, later)))
    sketch.attempt(invoice, created_at=sketch.rng.choice((early, later)))
    if sketch.rng.random() < 0.5:
        sketch.bill(sketch.order(placed_at=early), invoice)


def joined(sketch: BilledSketch) -> None:
    """Orders that name an invoice, of any state on either side, and of any amount."""
    rng = sketch.rng
    invoice = sketch.invoice(sketch.subscription(), status=rng.choice(("PAID", "PAID", *UNPAID)))
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        sketch.attempt(
            invoice,
            status=rng.choice(("SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "FAILED")),
            created_at=rng.choice((None, sketch.around(sketch.policy.orders_hours * HOUR))),
        )
    for _ in range(rng.choice((1, 1, 1, 2))):
        order = sketch.order(
            status=rng.choice(("paid", "paid", "paid", "awaiting", "cancelled", "refunded")),
            amount=invoice.amount * rng.choice((1, 1, 1, 2)),
            currency=rng.choice((*(invoice.currency,) * 4, "USD")),
            placed_at=rng.choice((invoice.created_at, sketch.moment(days=3), sketch.moment())),
        )
        sketch.bill(order, invoice)


def joined_and_paid(sketch: BilledSketch) -> None:
    """An order with an invoice and a checkout payment, which may be the charge itself."""
    status = sketch.rng.choice(("SUCCEEDED", "SUCCEEDED", "FAILED"))
    _, invoice, attempt = charged(sketch, status=status)
    order = sketch.order(
        amount=invoice.amount, currency=invoice.currency, placed_at=invoice.created_at
    )
    sketch.bill(order, invoice)
    payment = sketch.payment(
        order,
        status=sketch.rng.choice(("COMPLETED", "COMPLETED", "REFUNDED", "FAILED", "PENDING")),
        refund_tx_hash=sketch.rng.choice((None, "0xback")),
    )
    if sketch.rng.random() < 0.5:
        sketch.amend(payment, deposit_tx_hash=sketch.hash_of(attempt))
    sketch.join(order, payment, sketch.rng.choice(("session", "external_id")))


def shadowed(sketch: BilledSketch) -> None:
    """A payment without an order that is the charge itself, or resembles its hash."""
    _, _, attempt = charged(sketch)
    tx_hash = sketch.hash_of(attempt)
    payment = sketch.payment(
        type=sketch.rng.choice(("CHECKOUT", "SUBSCRIPTION", "OTHER")),
        status=sketch.rng.choice(("COMPLETED", "COMPLETED", "FAILED")),
    )
    sketch.amend(payment, deposit_tx_hash=sketch.rng.choice((tx_hash, tx_hash, tx_hash.upper())))


def confused(sketch: BilledSketch) -> None:
    """A hash, or an id, that stands for two invoices, and an order that names it."""
    subscription, one, first = charged(sketch)
    other = sketch.invoice(subscription)
    second = sketch.attempt(other)
    order = sketch.order(amount=one.amount + other.amount, currency=one.currency)
    if sketch.rng.random() < 0.5:
        sketch.attempts[second.charge_attempt_id] = replace(second, tx_hash=sketch.hash_of(first))
        sketch.bill(order, one, "hash")
    else:
        sketch.invoices[other.invoice_id] = replace(other, merchant_invoice_id=one.invoice_id)
        sketch.bill(order, one, "invoice")


def tangle(sketch: BilledSketch) -> None:
    """One subscription with invoices and attempts of any state, after its end or before."""
    rng = sketch.rng
    subscription = sketch.subscription(
        status=rng.choice(("ACTIVE", "CANCELED", "PAST_DUE")),
        canceled_at=rng.choice((None, None, sketch.moment())),
        cancel_at_period_end=rng.choice((True, False, False)),
    )
    if rng.random() < 0.5:
        sketch.authorize(
            subscription.subscription_id,
            expires_at=rng.choice((None, sketch.moment())),
            allowance_units=rng.choice((Decimal(10**24), Decimal(1))),
        )
    for _ in range(rng.randint(1, 3)):
        invoice = sketch.invoice(
            subscription, status=rng.choice(("PAID", *UNPAID)), created_at=sketch.moment()
        )
        for _ in range(rng.randint(0, 3)):
            sketch.attempt(
                invoice,
                status=rng.choice(("SUCCEEDED", "SUCCEEDED", *FRUITLESS)),
                amount=invoice.amount * rng.choice((1, 1, 1, 2)),
            )
        if rng.random() < 0.6:
            sketch.bill(sketch.order(amount=invoice.amount, currency=invoice.currency), invoice)


BILL_PLANTINGS: tuple[Callable[[BilledSketch], None], ...] = (
    plain,
    unpaid,
    paid_without_charge,
    charged_unpaid,
    charged_twice,
    charged_otherwise,
    cancelled,
    unauthorized,
    unbilled,
    orphaned,
    waiting,
    joined,
    joined,
    joined_and_paid,
    joined_and_paid,
    shadowed,
    confused,
    tangle,
)
