"""The things a story tells about: orders, checkout sessions, payments, and the case they form.

Each keeps its own time line; nothing here decides what happens or when.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from pipelines.sandbox.days import SECOND, BusinessDays, second_after
from pipelines.sandbox.invented import Customer
from pipelines.sandbox.tender import ZERO, Asset, to_minor
from pipelines.sandbox.truth import CaseName, Fact, Window

_MOVING = ("PROCESSING", "UNDERPAID")
_OPEN = ("PENDING", "PROCESSING")


def session_status(standing: str, payments: Collection[str], *, last: str) -> str:
    """What a session shows, given what it showed, its payments' statuses, and the last that moved.

    Paid once is paid for good; else what is open counts; else the last, where a refund ends an
    open session without success and leaves an ended one as it was.
    """
    if standing == "COMPLETED" or "COMPLETED" in payments:
        return "COMPLETED"
    if any(status in _MOVING for status in payments):
        return "PROCESSING"
    if "PENDING" in payments:
        return "PENDING"
    if last == "REFUNDED":
        return "FAILED" if standing in _OPEN else standing
    return last


class OrderState(NamedTuple):
    """One version of an order in the shop."""

    at: int
    status: str
    paid_at: int | None


class PaymentState(NamedTuple):
    """The fields of a transaction that move."""

    status: str = "PENDING"
    payout_status: str = "PENDING"
    settlement_id: str | None = None
    received: Decimal = ZERO
    deposit_hash: str | None = None
    confirmations: int = 0
    refunded: Decimal = ZERO
    refund_hash: str | None = None
    exchange_order_id: str | None = None


@dataclass(slots=True)
class Order:
    """A row of the shop; `placed_at` and `paid_at` are whole seconds."""

    id: str
    amount: Decimal
    currency: str
    placed_at: int
    email: str
    session_ids: list[str] = field(default_factory=list)
    transaction_ref: str = ""
    states: list[OrderState] = field(default_factory=list)

    def becomes(self, status: str, at: int) -> int:
        """A new state at the next whole second; the first payment sets `paid_at`."""
        last = self.states[-1]
        at = max(second_after(at), last.at + SECOND)
        paid_at = at if status == "paid" and last.paid_at is None else last.paid_at
        self.states.append(OrderState(at, status, paid_at))
        return at

    @property
    def paid_at(self) -> int:
        """When the shop took it for paid."""
        paid_at = self.states[-1].paid_at
        return self.placed_at if paid_at is None else paid_at


@dataclass(slots=True)
class Session:
    """A checkout session: the offer to pay an amount until an instant."""

    id: str
    amount: Decimal
    currency: str
    customer: Customer
    description: str
    created_at: int
    expires_at: int
    tolerance: Decimal | None
    coin: str | None
    network: str | None
    payments: list[Payment] = field(default_factory=list)

    def time_line(self) -> list[tuple[int, str]]:
        """Its states as its payments move it; a paid session stays paid."""
        line = [(self.created_at, "PENDING")]
        if not self.payments:
            return [*line, (self.expires_at, "EXPIRED")]
        moves = sorted((at, p.id, state.status) for p in self.payments for at, state in p.states)
        statuses: dict[str, str] = {}
        for at, payment_id, word in moves:
            statuses[payment_id] = word
            status = session_status(line[-1][1], statuses.values(), last=word)
            if status != line[-1][1] and at > line[-1][0]:
                line.append((at, status))
        return line


@dataclass(slots=True)
class Payment:
    """A transaction of the gateway."""

    id: str
    reference: str
    session: Session | None
    kind: str
    created_at: int
    expires_at: int
    amount: Decimal
    currency: str
    customer: Customer
    asset: Asset
    rate: Decimal
    expected: Decimal
    tolerance: Decimal | None
    fee: Decimal
    usd_value: Decimal
    description: str
    address: str
    refund_address: str | None
    external_id: str | None = None
    invoice_id: str | None = None
    payment_link_id: str | None = None
    states: list[tuple[int, PaymentState]] = field(default_factory=list)

    @property
    def state(self) -> PaymentState:
        """The last state told."""
        return self.states[-1][1]

    @property
    def tolerance_percent(self) -> Decimal:
        """The tolerance that counts: its own, else the session's, else none."""
        if self.tolerance is not None:
            return self.tolerance
        return (self.session.tolerance if self.session else None) or ZERO

    def change(self, at: int, state: PaymentState) -> int:
        """A new state, later than the one before."""
        at = max(at, self.states[-1][0] + SECOND)
        self.states.append((at, state))
        return at

    def in_fiat(self, coins: Decimal) -> Decimal:
        """The fiat value of coins at the payment's own rate, in minor units."""
        return to_minor(coins * self.rate, self.currency)


@dataclass(slots=True)
class Case:
    """Orders and payments that belong together, and the break facts planned for them."""

    orders: list[Order] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def breaks(
        self,
        code: str,
        impact: Decimal,
        *,
        since: int,
        until: int | None = None,
        seen_between: Window | None = None,
    ) -> None:
        """Plan a code; a stretch that ends before it begins is not planned at all."""
        if until is None or until > since:
            rounded = to_minor(impact, self.currency)
            self.facts.append(Fact(code, rounded, since, until, seen_between))

    @property
    def currency(self) -> str:
        """The orders' currency, else the payments'."""
        return self.orders[0].currency if self.orders else self.payments[0].currency

    def name(self, days: BusinessDays) -> CaseName:
        """The case as the anchor rule calls it: oldest order, else oldest payment."""
        order = min(self.orders, key=lambda o: (o.placed_at, o.id), default=None)
        payment = min(self.payments, key=lambda p: (p.created_at, p.id), default=None)
        if order is not None:
            case_id, instant = f"order:{order.id}", order.placed_at
        else:
            assert payment is not None  # noqa: S101 - a case has at least one side
            case_id, instant = f"transaction:{payment.id}", payment.created_at
        return CaseName(
            case_id=case_id,
            order_id=None if order is None else order.id,
            transaction_id=None if payment is None else payment.id,
            currency=self.currency,
            business_date=days.date_of(days.number_of(instant)).isoformat(),
        )
