"""The contracts of subscriptions, plans, prices, invoices, charge attempts and authorizations.

Belongs here: what each column must look like. Amounts are required where the gateway's documents
show them; where only we assume a field, it may be missing, so that a row is not lost over it.
"""

from __future__ import annotations

import pandera.polars as pa

from assets.contracts.columns import (
    allowance,
    amount,
    coin,
    coins,
    count,
    flag,
    identifier,
    instant,
    moment,
    state,
    units,
)
from assets.contracts.contract import StreamContract


def subscriptions() -> StreamContract:
    """Contract of subscriptions."""
    columns = {
        "subscription_id": identifier(required=True),
        "status": state(required=True),
        "billing_mode": state(),
        "plan_id": identifier(),
        "price_id": identifier(),
        "pending_price_id": identifier(),
        "customer_id": identifier(),
        "token_address": identifier(),
        "current_period_start_at": instant(),
        "current_period_end_at": instant(),
        "cancel_at_period_end": flag(),
        "cancellation_pending": flag(),
        "canceled_at": instant(),
        "created_at": instant(),
        "updated_at": instant(),
    }
    return StreamContract(
        stream="subscriptions",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={"subscription_id": "known-bad", "status": "ACTIVE", "canceled_at": "yesterday"},
        instants=(
            *("current_period_start_at", "current_period_end_at"),
            *("canceled_at", "created_at", "updated_at"),
        ),
    )


def plans() -> StreamContract:
    """Contract of subscription plans."""
    columns = {
        "plan_id": identifier(required=True),
        "is_active": flag(),
        "created_at": instant(),
        "updated_at": instant(),
    }
    return StreamContract(
        stream="plans",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={"plan_id": "known-bad", "is_active": "MAYBE"},
        instants=("created_at", "updated_at"),
    )


def prices() -> StreamContract:
    """Contract of prices: without amount, currency and interval none is a price."""
    columns = {
        "price_id": identifier(required=True),
        "plan_id": identifier(),
        "listed_under_plan_id": identifier(),
        "amount": amount(required=True),
        "currency": coin(required=True),
        "recurring_interval": state(required=True),
        "interval_count": count(),
        "trial_period_days": count(),
        "is_active": flag(),
        "created_at": instant(),
        "updated_at": instant(),
    }
    return StreamContract(
        stream="prices",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={
            "price_id": "known-bad",
            "amount": "$10.00",
            "currency": "USD",
            "recurring_interval": "MONTH",
        },
        instants=("created_at", "updated_at"),
    )


def subscription_invoices() -> StreamContract:
    """Contract of subscription invoices."""
    columns = {
        "invoice_id": identifier(required=True),
        "merchant_invoice_id": identifier(),
        "subscription_id": identifier(),
        "listed_under_subscription_id": identifier(),
        "amount": amount(required=True),
        "currency": coin(required=True),
        "token_address": identifier(),
        "billing_mode": state(),
        "usage_quantity": amount(),
        "status": state(required=True),
        "due_at": moment(),
        "paid_at": instant(),
        "voided_at": instant(),
        "attempt_count": count(),
        "next_attempt_at": moment(),
        "is_processing": flag(),
        "created_at": instant(required=True),
        "updated_at": instant(),
    }
    return StreamContract(
        stream="subscription_invoices",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={
            "invoice_id": "known-bad",
            "amount": "10,00",
            "currency": "USD",
            "status": "PAID",
            "created_at": "2026-01-31T09:30:00Z",
        },
        instants=(
            *("due_at", "paid_at", "voided_at", "next_attempt_at"),
            *("created_at", "updated_at"),
        ),
    )


def charge_attempts() -> StreamContract:
    """Contract of attempts to charge an invoice."""
    columns = {
        "charge_attempt_id": identifier(required=True),
        "invoice_id": identifier(),
        "subscription_id": identifier(),
        "listed_under_invoice_id": identifier(),
        "listed_under_subscription_id": identifier(),
        "attempt_number": count(),
        "amount": amount(),
        "currency": coin(),
        "token_address": identifier(),
        "token_amount": coins(),
        "status": state(required=True),
        "tx_hash": identifier(),
        "error_code": state(),
        "attempted_at": instant(),
        "created_at": instant(),
        "updated_at": instant(),
    }
    return StreamContract(
        stream="charge_attempts",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={"charge_attempt_id": "known-bad", "status": "SUCCEEDED", "amount": "-10"},
        instants=("attempted_at", "created_at", "updated_at"),
    )


def authorizations() -> StreamContract:
    """Contract of what a subscription's authorization status says."""
    columns = {
        "listed_under_subscription_id": identifier(required=True),
        "authorization_id": identifier(),
        "status": state(required=True),
        "tx_hash": identifier(),
        "allowance_units": allowance(),
        "spent_units": units(),
        "expires_at": moment(),
        "revoked_at": moment(),
        "created_at": moment(),
        "updated_at": moment(),
    }
    return StreamContract(
        stream="authorizations",
        schema=pa.DataFrameSchema(columns, strict=True),
        known_bad={
            "listed_under_subscription_id": "known-bad",
            "status": "ACTIVE",
            "spent_units": "1.5",
        },
        instants=("expires_at", "revoked_at", "created_at", "updated_at"),
    )
