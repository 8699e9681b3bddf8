"""Makers of what subscriptions bill: what a test does not name is filled with a quiet default.

The quiet default is subscription S1 at 1000 NGN a month, its period begun five days ago, billed by
the PAID invoice I1 and charged once by attempt A1. Orders and worlds are made elsewhere.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from oracle.bills import AuthorizationVersion, ChargeAttempt, Invoice, Price, Subscription
from oracle.makers import AS_OF, exactly

PERIOD_START = datetime(2026, 3, 5, 8, tzinfo=UTC)
PERIOD_END = datetime(2026, 4, 5, 8, tzinfo=UTC)
BILLED_AT = PERIOD_START + timedelta(minutes=1)
CHARGED_AT = PERIOD_START + timedelta(minutes=5)


def make_subscription(**overrides: Any) -> Subscription:
    """An ACTIVE subscription S1 with a fixed price."""
    defaults: dict[str, Any] = {
        "subscription_id": "S1",
        "status": "ACTIVE",
        "billing_mode": "FIXED",
        "price_id": "P1",
        "current_period_start_at": PERIOD_START,
        "current_period_end_at": PERIOD_END,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "created_at": PERIOD_START - timedelta(days=1),
    }
    return Subscription(**(defaults | overrides))


def make_price(**overrides: Any) -> Price:
    """P1, 1000 NGN."""
    defaults: dict[str, Any] = {"price_id": "P1", "amount": "1000", "currency": "NGN"}
    return Price(**exactly(defaults | overrides))


def make_invoice(**overrides: Any) -> Invoice:
    """A PAID invoice I1 of 1000 NGN, listed under the subscription that it names."""
    subscription_id = overrides.get("subscription_id", "S1")
    defaults: dict[str, Any] = {
        "invoice_id": "I1",
        "merchant_invoice_id": None,
        "subscription_id": subscription_id,
        "listed_under_subscription_id": subscription_id,
        "amount": "1000",
        "currency": "NGN",
        "status": "PAID",
        "due_at": None,
        "created_at": BILLED_AT,
    }
    return Invoice(**exactly(defaults | overrides))


def make_attempt(**overrides: Any) -> ChargeAttempt:
    """A SUCCEEDED attempt A1 of 1000 NGN, listed under the invoice that it names."""
    created_at = overrides.get("created_at", CHARGED_AT)
    invoice_id = overrides.get("invoice_id", "I1")
    subscription_id = overrides.get("subscription_id", "S1")
    defaults: dict[str, Any] = {
        "charge_attempt_id": "A1",
        "invoice_id": invoice_id,
        "subscription_id": subscription_id,
        "listed_under_invoice_id": invoice_id,
        "listed_under_subscription_id": subscription_id,
        "amount": "1000",
        "currency": "NGN",
        "status": "SUCCEEDED",
        "tx_hash": None,
        "attempted_at": created_at,
        "created_at": created_at,
    }
    return ChargeAttempt(**exactly(defaults | overrides))


def make_authorization(**overrides: Any) -> AuthorizationVersion:
    """An ACTIVE authorization of S1, spent exactly to its allowance and without an end."""
    defaults: dict[str, Any] = {
        "subscription_id": "S1",
        "authorization_id": "Z1",
        "status": "ACTIVE",
        "allowance_units": Decimal(5000),
        "spent_units": Decimal(5000),
        "expires_at": None,
        "revoked_at": None,
        "created_at": PERIOD_START - timedelta(days=1),
        "updated_at": None,
        "recorded_from": AS_OF,
    }
    return AuthorizationVersion(**(defaults | overrides))
