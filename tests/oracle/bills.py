"""What subscriptions bill, as plain rows: prices, invoices, charge attempts, authorizations.

Rows carry the names of their `validated` tables. Which rows belong together, and what is wrong
with them, stays out.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """The newest version held of one subscription."""

    subscription_id: str
    status: str
    billing_mode: str
    price_id: str | None
    current_period_start_at: datetime | None
    current_period_end_at: datetime | None
    cancel_at_period_end: bool
    canceled_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one period costs."""

    price_id: str
    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """The newest version held; `invoice_id` is its uid, `merchant_invoice_id` the other one."""

    invoice_id: str
    merchant_invoice_id: str | None
    subscription_id: str | None
    listed_under_subscription_id: str
    amount: Decimal
    currency: str
    status: str
    due_at: datetime | None
    created_at: datetime

    @property
    def is_paid(self) -> bool:
        return self.status == "PAID"

    @property
    def billed_subscription_id(self) -> str:
        """The one it names itself, else the one in whose list it stood."""
        return self.subscription_id or self.listed_under_subscription_id


@dataclass(frozen=True, kw_only=True)
class ChargeAttempt:
    """The newest version held of one try to charge an invoice."""

    charge_attempt_id: str
    invoice_id: str | None
    subscription_id: str | None
    listed_under_invoice_id: str
    listed_under_subscription_id: str
    amount: Decimal | None
    currency: str | None
    status: str
    tx_hash: str | None
    attempted_at: datetime | None
    created_at: datetime

    @property
    def has_succeeded(self) -> bool:
        return self.status == "SUCCEEDED"

    @property
    def charged_invoice_id(self) -> str:
        """The one it names itself, else the one in whose list it stood."""
        return self.invoice_id or self.listed_under_invoice_id

    @property
    def charged_subscription_id(self) -> str:
        return self.subscription_id or self.listed_under_subscription_id

    @property
    def is_orphan(self) -> bool:
        """An id that it tells is not the one it was listed under. Telling none is no difference."""
        return (
            self.charged_invoice_id != self.listed_under_invoice_id
            or self.charged_subscription_id != self.listed_under_subscription_id
        )


@dataclass(frozen=True, kw_only=True)
class AuthorizationVersion:
    """One version of what a subscription's authorization status says."""

    subscription_id: str
    authorization_id: str | None
    status: str
    allowance_units: Decimal | None
    spent_units: Decimal | None
    expires_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    recorded_from: datetime

    @property
    def is_overspent(self) -> bool:
        """Nothing told of the allowance bounds nothing."""
        if self.allowance_units is None or self.spent_units is None:
            return False
        return self.spent_units > self.allowance_units
