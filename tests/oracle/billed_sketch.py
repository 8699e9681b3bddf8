"""A world in the making that has subscriptions too: what they bill is planted row by row.

It knows how these rows look and what joins orders to them. Which of them are planted together, and
why, stays out.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from oracle.bill_makers import (
    make_attempt,
    make_authorization,
    make_invoice,
    make_price,
    make_subscription,
)
from oracle.bills import AuthorizationVersion, ChargeAttempt, Invoice, Price, Subscription
from oracle.sketch import MICROSECOND, Sketch
from oracle.world import Order

MONTH = timedelta(days=30)
WAYS_TO_A_BILL = ("invoice", "merchant_invoice", "attempt", "hash")


class BilledSketch(Sketch):
    """Rows by id, in the order in which they were planted."""

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        self.subscriptions: dict[str, Subscription] = {}
        self.prices: dict[str, Price] = {}
        self.invoices: dict[str, Invoice] = {}
        self.attempts: dict[str, ChargeAttempt] = {}
        self.authorizations: dict[str, list[AuthorizationVersion]] = {}

    def subscription(self, **overrides: Any) -> Subscription:
        """An ACTIVE, FIXED subscription whose period began in the last days, with its price."""
        number = len(self.subscriptions) + 1
        start = overrides.get("current_period_start_at") or self.moment()
        currency = self.currency()
        price = make_price(
            price_id=f"price_{number:03d}", amount=self.price(currency), currency=currency
        )
        self.prices[price.price_id] = price
        subscription = make_subscription(
            **{
                "subscription_id": f"sub_{number:03d}",
                "price_id": price.price_id,
                "current_period_start_at": start,
                "current_period_end_at": start + MONTH,
                "created_at": start - self.rng.choice((timedelta(), MONTH)),
            }
            | overrides
        )
        self.subscriptions[subscription.subscription_id] = subscription
        return subscription

    def invoice(self, subscription: Subscription, **overrides: Any) -> Invoice:
        """A PAID invoice of the subscription's price, made soon after its period began."""
        number = len(self.invoices) + 1
        price = self.prices[subscription.price_id or ""]
        start = subscription.current_period_start_at or self.moment()
        soon = min(start + timedelta(minutes=self.rng.randint(0, 59)), self.as_of - MICROSECOND)
        invoice = make_invoice(
            **{
                "invoice_id": f"sinv_{number:03d}",
                "merchant_invoice_id": self.rng.choice((None, "", f"inv_{number:03d}")),
                "subscription_id": subscription.subscription_id,
                "amount": price.amount,
                "currency": price.currency,
                "due_at": self.rng.choice((None, None, soon, soon + timedelta(days=1))),
                "created_at": soon,
            }
            | overrides
        )
        self.invoices[invoice.invoice_id] = invoice
        return invoice

    def attempt(self, invoice: Invoice, **overrides: Any) -> ChargeAttempt:
        """A SUCCEEDED attempt at exactly what the invoice asks, minutes after it."""
        number = len(self.attempts) + 1
        later = invoice.created_at + timedelta(minutes=self.rng.randint(0, 50))
        created_at = overrides.pop("created_at", None) or min(later, self.as_of - MICROSECOND)
        attempt = make_attempt(
            **{
                "charge_attempt_id": f"catt_{number:03d}",
                "invoice_id": invoice.invoice_id,
                "subscription_id": invoice.billed_subscription_id,
                "amount": invoice.amount,
                "currency": invoice.currency,
                "tx_hash": self.rng.choice((None, f"0x{number:064x}")),
                "created_at": created_at,
                "attempted_at": created_at - self.rng.choice((timedelta(), MICROSECOND)),
            }
            | overrides
        )
        self.attempts[attempt.charge_attempt_id] = attempt
        return attempt

    def authorize(self, subscription_id: str, **overrides: Any) -> AuthorizationVersion:
        """The next version of the subscription's authorization."""
        version = make_authorization(
            **{
                "subscription_id": subscription_id,
                "authorization_id": f"auth_{subscription_id}",
                "allowance_units": self.rng.choice((None, Decimal(10**24))),
                "spent_units": Decimal(10**24),
                "created_at": self.rng.choice((None, self.as_of - MONTH)),
                "recorded_from": self.as_of,
            }
            | overrides
        )
        self.authorizations.setdefault(subscription_id, []).append(version)
        return version

    def hash_of(self, attempt: ChargeAttempt) -> str:
        """The attempt's hash, given now if it has none."""
        current = self.attempts[attempt.charge_attempt_id]
        tx_hash = current.tx_hash or f"0xf{len(self.attempts):063x}"
        self.attempts[attempt.charge_attempt_id] = replace(current, tx_hash=tx_hash)
        return tx_hash

    def bill(self, order: Order, invoice: Invoice, way: str | None = None) -> None:
        """Let the order name the invoice, or an attempt at it where there is one."""
        way = way or self.rng.choice(WAYS_TO_A_BILL)
        tries = [each for each in self.attempts.values() if each.invoice_id == invoice.invoice_id]
        reference = invoice.invoice_id
        if way == "merchant_invoice":
            reference = f"m_{invoice.invoice_id}"
            self.invoices[invoice.invoice_id] = replace(
                self.invoices[invoice.invoice_id], merchant_invoice_id=reference
            )
        elif way in ("attempt", "hash") and tries:
            attempt = self.rng.choice(tries)
            reference = attempt.charge_attempt_id if way == "attempt" else self.hash_of(attempt)
        current = self.orders[order.order_id]
        self.orders[order.order_id] = (
            replace(current, transaction_ref="RS-0", further_refs=(reference,))
            if self.rng.random() < 0.2
            else replace(current, transaction_ref=reference)
        )

    def near(self, instant: datetime | None) -> datetime:
        """That instant, one microsecond to either side of it, or an hour."""
        hour = timedelta(hours=1)
        slack = self.rng.choice((timedelta(), MICROSECOND, -MICROSECOND, hour, -hour))
        return (instant or self.moment()) + slack
