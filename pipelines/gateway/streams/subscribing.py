"""Subscriptions and all that hangs on them: where they are read, and the columns of their rows.

Only declarations. The gateway writes subscriptions, invoices and attempts in snake case, plans and
prices in camel case; every name counts in both. Free text about people and usage is not kept.
"""

from __future__ import annotations

from pipelines.gateway.endpoint import Endpoint, Strategy, number, private, text, word
from pipelines.gateway.records import FieldTable

_ROOT = "/api/v1/subscriptions"

SUBSCRIPTIONS = Endpoint(
    stream="subscriptions",
    meaning="Versions of subscriptions as received, one row a version.",
    strategy=Strategy.SNAPSHOT,
    list_path=_ROOT,
    detail_path=f"{_ROOT}/{{id}}",
    key="subscription_id",
    list_keys=("subscriptions",),
    object_keys=("subscription",),
    state="status",
    final=frozenset({"CANCELED", "CANCELLED", "EXPIRED"}),
    table=FieldTable(
        (
            text("subscription_id", "uid", "id", "subscriptionId", "subscriptionUid"),
            word("status", "status"),
            word("billing_mode", "billingMode"),
            text("plan_id", "planUid", "planId", "plan.uid", "plan.id"),
            text("price_id", "priceUid", "priceId", "price.uid", "price.id"),
            text("pending_price_id", "pendingPriceUid", "pendingPriceId"),
            text("customer_id", "customerUid", "customerId", "customer.uid", "customer.id"),
            private("customer_email", "customerEmail", "customer.email"),
            text("token_address", "tokenAddress"),
            text("current_period_start_at", "currentPeriodStart", "currentPeriodStartAt"),
            text("current_period_end_at", "currentPeriodEnd", "currentPeriodEndAt"),
            word("cancel_at_period_end", "cancelAtPeriodEnd"),
            word("cancellation_pending", "cancellationPending"),
            text("canceled_at", "canceledAt", "cancelledAt"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        unused=("businessId", "cancellationReason", "customerName", "metadata"),
        needed=("billing_mode", "price_id"),
    ),
)

PLANS = Endpoint(
    stream="plans",
    meaning="Versions of subscription plans as received, one row a version.",
    strategy=Strategy.SNAPSHOT,
    list_path=f"{_ROOT}/plans",
    detail_path=f"{_ROOT}/plans/{{id}}",
    key="plan_id",
    list_keys=("plans",),
    object_keys=("plan",),
    table=FieldTable(
        (
            text("plan_id", "uid", "id", "planUid", "planId"),
            text("name", "name"),
            text("description", "description"),
            word("is_active", "active", "isActive"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        unused=("businessId", "features", "metadata", "prices"),
        needed=("name",),
    ),
)

PRICES = Endpoint(
    stream="prices",
    meaning="Versions of the prices of plans as received, one row a version.",
    strategy=Strategy.CHILDREN,
    parent="plans",
    list_path=f"{_ROOT}/plans/{{plan_id}}/prices",
    key="price_id",
    list_keys=("prices",),
    object_keys=("price",),
    table=FieldTable(
        (
            text("price_id", "uid", "id", "priceUid", "priceId"),
            text("plan_id", "planUid", "planId", "plan.uid", "plan.id"),
            number("amount", "unitAmountHuman", "amount"),
            word("currency", "currency"),
            word("recurring_interval", "recurringInterval", "interval"),
            number("interval_count", "intervalCount"),
            number("trial_period_days", "trialPeriodDays"),
            word("is_active", "active", "isActive"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        # The scale of unitAmount is said nowhere; unitAmountHuman is the same in major units.
        unused=("isPopular", "metadata", "unitAmount"),
    ),
)

SUBSCRIPTION_INVOICES = Endpoint(
    stream="subscription_invoices",
    meaning="Versions of subscription invoices as received, one row a version.",
    strategy=Strategy.CHILDREN,
    parent="subscriptions",
    list_path=f"{_ROOT}/{{subscription_id}}/subscription-invoices",
    detail_path=f"{_ROOT}/{{subscription_id}}/subscription-invoices/{{id}}",
    key="invoice_id",
    list_keys=("invoices", "subscriptionInvoices", "subscription_invoices"),
    object_keys=("invoice", "subscriptionInvoice", "subscription_invoice"),
    state="status",
    final=frozenset({"PAID", "VOID", "UNCOLLECTIBLE"}),
    table=FieldTable(
        (
            # What the gateway calls invoice_id names an invoice of another kind, or nothing.
            text("invoice_id", "uid", "id"),
            text("merchant_invoice_id", "invoiceId"),
            text(
                "subscription_id",
                *("subscriptionId", "subscriptionUid", "subscription.uid", "subscription.id"),
            ),
            number("amount", "amount"),
            word("currency", "currency"),
            text("token_address", "tokenAddress"),
            word("billing_mode", "billingMode"),
            number("usage_quantity", "usageQuantity"),
            word("status", "status"),
            text("description", "description"),
            text("due_at", "dueDate", "dueAt"),
            text("paid_at", "paidAt"),
            text("voided_at", "voidedAt"),
            number("attempt_count", "attemptCount"),
            text("next_attempt_at", "nextPaymentAttempt", "nextPaymentAttemptAt"),
            word("is_processing", "processing", "isProcessing"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        unused=("chargeAttempts", "metadata", "usageDescription"),
        needed=("amount", "due_at"),
    ),
)

CHARGE_ATTEMPTS = Endpoint(
    stream="charge_attempts",
    meaning="Versions of attempts to charge an invoice as received, one row a version.",
    strategy=Strategy.CHILDREN,
    parent="subscription_invoices",
    list_path=(
        f"{_ROOT}/{{listed_under_subscription_id}}/subscription-invoices"
        "/{invoice_id}/charge-attempts"
    ),
    key="charge_attempt_id",
    list_keys=("chargeAttempts", "charge_attempts", "attempts"),
    object_keys=("chargeAttempt", "charge_attempt", "attempt"),
    state="status",
    final=frozenset({"SUCCEEDED", "FAILED"}),
    table=FieldTable(
        (
            text("charge_attempt_id", "uid", "id", "chargeAttemptId", "chargeAttemptUid"),
            text(
                "invoice_id",
                *("invoiceUid", "subscriptionInvoiceUid", "subscriptionInvoiceId", "invoiceId"),
                *("invoice.uid", "invoice.id"),
            ),
            text(
                "subscription_id",
                *("subscriptionId", "subscriptionUid", "subscription.uid", "subscription.id"),
            ),
            number("attempt_number", "attemptNumber"),
            number("amount", "amount"),
            word("currency", "currency"),
            text("token_address", "tokenAddress"),
            number("token_amount", "tokenAmount"),
            word("status", "status"),
            text("tx_hash", "txHash", "transactionHash"),
            word("error_code", "errorCode"),
            text("attempted_at", "attemptedAt"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        unused=("errorMessage", "metadata"),
    ),
)

AUTHORIZATIONS = Endpoint(
    stream="authorizations",
    meaning="Versions of what each subscription's customer allows, one row a version.",
    strategy=Strategy.CHILDREN,
    parent="subscriptions",
    detail_path=f"{_ROOT}/{{subscription_id}}/authorizations/status",
    key="listed_under_subscription_id",
    object_keys=("authorization", "auth"),
    state="status",
    final=frozenset({"FAILED", "REVOKED", "EXPIRED"}),
    table=FieldTable(
        (
            text("authorization_id", "authId", "authorizationId", "authorizationUid", "uid", "id"),
            word("status", "status"),
            text("tx_hash", "txHash"),
            number("allowance_units", "allowanceUnits", "requiredAllowanceUnits"),
            number("spent_units", "spentUnits"),
            text("expires_at", "expiresAt", "expiry", "deadline"),
            text("revoked_at", "revokedAt"),
            text("created_at", "createdAt"),
            text("updated_at", "updatedAt"),
        ),
        unused=("collector", "merchantId", "spender", "subscriptionId", "walletAddress"),
    ),
)
