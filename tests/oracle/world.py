"""The facts that a reckoning is made of: one closed book, as plain rows.

Rows carry the names of `validated.orders` and `validated.transactions`; what subscriptions bill is
a module of its own. What can be derived from the rows (links, cases, codes) stays out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from oracle.bills import AuthorizationVersion, ChargeAttempt, Invoice, Price, Subscription

MINOR_UNITS: Mapping[str, int] = {
    "NGN": 2,
    "KES": 2,
    "GHS": 2,
    "ZAR": 2,
    "USD": 2,
    "RWF": 0,
    "UGX": 0,
    "BHD": 3,
}


@dataclass(frozen=True, kw_only=True)
class Order:
    """The current row of one order; `session_ids` are oldest first."""

    order_id: str
    status: str
    amount: Decimal
    currency: str
    placed_at: datetime
    paid_at: datetime | None = None
    session_ids: tuple[str, ...] = ()
    transaction_ref: str | None = None
    further_refs: tuple[str, ...] = ()
    customer_email: str | None = None

    @property
    def expects_money(self) -> bool:
        return self.status in ("paid", "fulfilled")


@dataclass(frozen=True, kw_only=True)
class TransactionVersion:
    """One version of one transaction; `recorded_from` is the as-of that took it in."""

    transaction_id: str
    type: str
    reference: str | None
    external_id: str | None
    description: str | None
    exchange_rate: Decimal | None
    deposit_tx_hash: str | None
    checkout_session_id: str | None
    invoice_id: str | None
    payment_link_id: str | None
    status: str
    payout_status: str | None
    fiat_amount: Decimal
    fiat_currency: str
    crypto_expected: Decimal | None
    crypto_received: Decimal | None
    crypto_currency: str | None
    network: str | None
    fee_amount: Decimal | None
    tolerance_percent: Decimal | None
    refund_amount: Decimal | None
    refund_tx_hash: str | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    customer_email: str | None
    recorded_from: datetime

    @property
    def is_completed(self) -> bool:
        return self.status == "COMPLETED"

    @property
    def is_closed(self) -> bool:
        """Unknown words count as open."""
        return self.status in ("COMPLETED", "FAILED", "CANCELLED", "EXPIRED", "REFUNDED")

    @property
    def coins(self) -> Decimal:
        """A, the crypto amount received; nothing told is nothing received."""
        return self.crypto_received or Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Session:
    """What the checkout session named."""

    session_id: str
    crypto_currency: str | None = None
    network: str | None = None
    tolerance_percent: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class QuarantinedOrder:
    """The ids that stand in a refused order row: its order id, session ids, transaction ref."""

    known_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A person's `link` or `unlink`; of two on one pair the later one holds."""

    action: str
    order_id: str
    transaction_id: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """One pull of the transactions stream, `start` inclusive, `end` exclusive."""

    start: datetime
    end: datetime
    complete: bool = True


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One full sweep of a stream and every id it showed; `as_of` is that of its run."""

    stream: str
    as_of: datetime
    ids: frozenset[str]
    complete: bool = True


@dataclass(frozen=True, kw_only=True)
class FeeSchedule:
    """In force from `from_date` until the next one begins; `tolerance` is in major units."""

    from_date: date
    percent: Decimal
    tolerance: Decimal


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What `recon.toml` says, less what the orders side does not read."""

    gateway_hours: int = 24
    orders_hours: int = 24
    payout_days: int = 3
    refund_days: int = 7
    payout_calendar: str | None = None
    fees: tuple[FeeSchedule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class World:
    """A whole book at its as-of. Of each transaction's versions the last is the current one."""

    as_of: datetime
    timezone: str = "Africa/Lagos"
    orders: tuple[Order, ...] = ()
    transactions: Mapping[str, tuple[TransactionVersion, ...]] = field(default_factory=dict)
    sessions: tuple[Session, ...] = ()
    quarantined: tuple[QuarantinedOrder, ...] = ()
    decisions: tuple[Decision, ...] = ()
    windows: tuple[Window, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    # Of streams but transactions: stream → id → the as-of that first took it in.
    first_seen: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    subscriptions: tuple[Subscription, ...] = ()
    prices: tuple[Price, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    attempts: tuple[ChargeAttempt, ...] = ()
    authorizations: Mapping[str, tuple[AuthorizationVersion, ...]] = field(default_factory=dict)
    first_date: date | None = None
    policy: Policy = field(default_factory=Policy)
    minor_units: Mapping[str, int] = field(default_factory=lambda: dict(MINOR_UNITS))

    def local_date(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.timezone)).date()

    def session(self, session_id: str | None) -> Session | None:
        return next((s for s in self.sessions if s.session_id == session_id), None)

    def judged_orders(self) -> list[Order]:
        """Rows dated at or after the as-of wait: for the reckoning they do not exist yet."""
        return [order for order in self.orders if order.placed_at < self.as_of]

    def judged_transactions(self) -> list[TransactionVersion]:
        current = [versions[-1] for versions in self.transactions.values()]
        return [transaction for transaction in current if transaction.created_at < self.as_of]

    def judged_subscriptions(self) -> list[Subscription]:
        return [each for each in self.subscriptions if each.created_at < self.as_of]

    def judged_invoices(self) -> list[Invoice]:
        return [each for each in self.invoices if each.created_at < self.as_of]

    def judged_attempts(self) -> list[ChargeAttempt]:
        return [each for each in self.attempts if each.created_at < self.as_of]

    def judged_authorization(self, subscription_id: str) -> AuthorizationVersion | None:
        """The newest version held; one that tells no `created_at` is as old as you like."""
        versions = self.authorizations.get(subscription_id, ())
        current = versions[-1] if versions else None
        waits = current and current.created_at and current.created_at >= self.as_of
        return None if waits else current

    def bill_date(self, invoice: Invoice) -> date:
        """An invoice counts on the day it is due, else on the day it was made."""
        return self.local_date(invoice.due_at or invoice.created_at)
