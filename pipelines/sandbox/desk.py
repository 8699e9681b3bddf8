"""The desk at which the stories of one business day are told.

It opens orders, sessions and payments, lets time pass in the right order and keeps everything that
was opened. Stories say what happens; the desk says how it looks on both sides.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import NamedTuple

from pipelines.sandbox import invented
from pipelines.sandbox.case import Case, Order, OrderState, Payment, PaymentState, Session
from pipelines.sandbox.days import DAY, HOUR, MINUTE, SECOND, BusinessDays, second_after
from pipelines.sandbox.tender import (
    ASSET_CHOICE,
    FIAT_CHOICE,
    FIATS,
    HUNDRED,
    ONE,
    Asset,
    Rates,
    coins_for,
    fee_on,
    some_amount,
)

LIFETIME = 30 * MINUTE
LONG_LIFETIME = DAY
# A payout later than this after creation would be a planned break; the ordinary ones keep clear.
_PAYOUT_LATEST = 66 * HOUR
_TOLERANCES = (Decimal(2), Decimal(1), Decimal("0.5"), Decimal(2), Decimal(2), None)
KEYS = ("session",) * 16 + ("reference",) * 2 + ("external_id",) * 2 + ("description",)


class Part(NamedTuple):
    """What a desk hands over: finished cases with their orders, sessions and payments."""

    orders: list[Order]
    sessions: list[Session]
    payments: list[Payment]
    cases: list[Case]


class Desk:
    """One business day of the shop, case after case."""

    def __init__(self, days: BusinessDays, day: int, rng: Random) -> None:
        self.days = days
        self.day = day
        self.rng = rng
        self.rates = Rates(rng)
        self.orders: list[Order] = []
        self.sessions: list[Session] = []
        self.payments: list[Payment] = []
        self.cases: list[Case] = []
        self._order_number = 0
        self._date = days.date_of(day).strftime("%Y%m%d")
        self._midnight = days.midnight(day)
        self.next_case(self._midnight, lasting=True)

    def hand_over(self, before: int) -> Part:
        """Everything told so far, but only the payments created before an instant, in order."""
        ready = sorted(
            (payment for payment in self.payments if payment.created_at < before),
            key=lambda payment: (payment.created_at, payment.id),
        )
        part = Part(self.orders, self.sessions, ready, self.cases)
        self.payments = [payment for payment in self.payments if payment.created_at >= before]
        self.orders, self.sessions, self.cases = [], [], []
        return part

    # Time

    def next_case(self, at: int, *, lasting: bool = True) -> None:
        """Turn to the next customer; `lasting` says whether a break is left unresolved."""
        self.now = at
        self.lasting = lasting
        self.case = Case()
        self.cases.append(self.case)
        self.customer = invented.customer(self.rng)
        currency = FIATS[self.rng.choice(FIAT_CHOICE)]
        self.currency = currency.code
        self.amount = some_amount(currency, self.rng)
        self.asset = self.rng.choice(ASSET_CHOICE)

    def not_before(self, hour: int) -> None:
        """Let the case begin no earlier than an hour of the day."""
        earliest = self._midnight + hour * HOUR
        if self.now < earliest:
            self.now = second_after(earliest + (self.now - self._midnight) // 8)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to below `high`."""
        return low + int(self.rng.random() * (high - low))

    def later(self, low: int, high: int, *, after: int | None = None) -> int:
        """An instant between so many minutes after another, with milliseconds."""
        instant = (self.now if after is None else after) + self.between(low * MINUTE, high * MINUTE)
        return self.days.awake(instant)

    def on_day(self, later: int, *, hours: tuple[int, int] = (8, 20)) -> int:
        """An instant so many days later, between two hours of that local day."""
        begin, end = hours
        midnight = self.days.midnight(self.day + later)
        return midnight + self.between(begin * HOUR, end * HOUR)

    # The shop

    def order(
        self, *, amount: Decimal | None = None, at: int | None = None, email: str | None = None
    ) -> Order:
        """A new order of this case's customer, awaiting its money."""
        placed_at = self.now if at is None else second_after(at)
        self._order_number += 1
        order = Order(
            id=f"KP-{self._date}-{self._order_number:04}",
            amount=self.amount if amount is None else amount,
            currency=self.currency,
            placed_at=placed_at,
            email=email or self.customer.email,
        )
        order.states.append(OrderState(placed_at, "awaiting", None))
        self.orders.append(order)
        self.case.orders.append(order)
        return order

    def key(self, order: Order, payment: Payment, *, kind: str | None = None) -> None:
        """Write into one side what names the other."""
        kind = kind or self.rng.choice(KEYS)
        if kind == "session" and payment.session is not None:
            order.session_ids.append(payment.session.id)
        elif kind == "reference":
            order.transaction_ref = self.rng.choice((payment.id, payment.reference))
        elif kind == "external_id":
            payment.external_id = order.id
        else:
            payment.description = f"Order {order.id} thanks"

    def fulfils(self, order: Order) -> None:
        """Most paid orders are sent out in the next two days."""
        if self.rng.random() < 0.8:
            order.becomes("fulfilled", self.on_day(self.rng.choice((1, 1, 2))))

    # The gateway

    def session(
        self,
        at: int,
        *,
        lifetime: int = LIFETIME,
        names: Asset | None = None,
        tolerance: Decimal | None = None,
    ) -> Session:
        """A checkout session over this case's amount; it may name coin and network."""
        session = Session(
            id="cs_" + invented.hexadecimal(self.rng, 32),
            amount=self.amount,
            currency=self.currency,
            customer=self.customer,
            description="Payment to Kuva Market",
            created_at=at,
            expires_at=at + lifetime,
            tolerance=tolerance,
            coin=None if names is None else names.coin,
            network=None if names is None else names.network,
        )
        self.sessions.append(session)
        return session

    def payment(
        self,
        session: Session | None,
        at: int,
        *,
        asset: Asset | None = None,
        amount: Decimal | None = None,
        currency: str | None = None,
    ) -> Payment:
        """A transaction, pending, for the session's amount unless told otherwise."""
        rng, asset = self.rng, asset or self.asset
        amount, currency = amount or self.amount, currency or self.currency
        rate = self.rates.quote(asset, currency, rng)
        own_tolerance = rng.random() < 0.9 or session is None
        payment = Payment(
            id="trxn_" + invented.hexadecimal(rng, 24),
            reference=f"RS-{self._date}-{invented.reference_suffix(rng)}",
            session=session,
            kind="CHECKOUT",
            created_at=at,
            expires_at=at + LIFETIME if session is None else session.expires_at,
            amount=amount,
            currency=currency,
            customer=self.customer,
            asset=asset,
            rate=rate,
            expected=coins_for(amount, rate, asset),
            tolerance=(session.tolerance if session else Decimal(2)) if own_tolerance else None,
            fee=fee_on(amount, currency),
            usd_value=(amount / self.rates.per_usd(currency)).quantize(ONE.scaleb(-6)),
            description="Payment to Kuva Market",
            address=invented.address(rng, asset.network),
            refund_address=invented.address(rng, asset.network) if rng.random() < 0.5 else None,
        )
        payment.states.append((at, PaymentState()))
        if session is not None:
            session.payments.append(payment)
        self.payments.append(payment)
        self.case.payments.append(payment)
        return payment

    def attempt(self, at: int, *, lifetime: int = LIFETIME) -> Payment:
        """A session with one pending payment, as an ordinary customer opens them."""
        tolerance = self.rng.choice(_TOLERANCES)
        names = self.asset if self.rng.random() < 0.7 else None
        session = self.session(at, lifetime=lifetime, names=names, tolerance=tolerance)
        begins = at + self.between(4 * SECOND, 90 * SECOND)
        return self.payment(session, begins)

    def sale(self, *, kind: str | None = None, lifetime: int = LIFETIME) -> tuple[Order, Payment]:
        """An order and its pending payment, linked one way or another."""
        order = self.order()
        payment = self.attempt(self.now + self.between(SECOND, 40 * SECOND), lifetime=lifetime)
        self.key(order, payment, kind=kind)
        return order, payment

    # Money moves

    def deposits(self, payment: Payment, at: int, *, coins: Decimal | None = None) -> int:
        """Coins arrive and wait for confirmation."""
        state = payment.state
        return payment.change(
            self.days.awake(at),
            state._replace(
                status="PROCESSING",
                received=state.received + (payment.expected if coins is None else coins),
                deposit_hash=state.deposit_hash
                or invented.chain_hash(self.rng, payment.asset.network),
                confirmations=1,
            ),
        )

    def confirms(self, payment: Payment, *, status: str = "COMPLETED") -> int:
        """The chain confirms what has arrived; an excess over the tolerance is to be returned."""
        state, (low, high) = payment.state, payment.asset.confirmation_minutes
        excess = state.received - payment.expected
        limit = payment.expected * payment.tolerance_percent / HUNDRED
        completed = status == "COMPLETED"
        return payment.change(
            self.later(low, high, after=payment.states[-1][0]),
            state._replace(
                status=status,
                confirmations=self.between(12, 40),
                refunded=excess if completed and excess > limit else state.refunded,
                exchange_order_id=str(self.between(10**11, 10**12)) if completed else None,
            ),
        )

    def expires(self, payment: Payment) -> int:
        """The offer ends; what has arrived stays with the gateway."""
        at = payment.expires_at + self.between(SECOND, 50 * SECOND)
        return payment.change(self.days.awake(at), payment.state._replace(status="EXPIRED"))

    def pays_out(self, payment: Payment, *, before: int | None = None) -> None:
        """The payout lags half a day to two days; steps not reached `before` never happen."""
        completed_at = payment.states[-1][0]
        lag = self.between(12 * HOUR, 44 * HOUR)
        done = self.days.awake(min(completed_at + lag, payment.created_at + _PAYOUT_LATEST))
        begun = self.days.awake(completed_at + (done - completed_at) * 3 // 4)
        limit = before or done + 1
        if begun < limit:
            payment.change(begun, payment.state._replace(payout_status="PROCESSING"))
        if done < limit:
            self.payout_ends(payment, done)

    def payout_ends(self, payment: Payment, at: int, *, status: str = "COMPLETED") -> int:
        """The payout comes to its end, with a settlement behind it when it worked."""
        settlement = f"stl_{invented.hexadecimal(self.rng, 16)}" if status == "COMPLETED" else None
        return payment.change(
            at, payment.state._replace(payout_status=status, settlement_id=settlement)
        )

    def refunds(self, payment: Payment, at: int) -> int:
        """Everything received goes back and the transaction is closed as refunded."""
        state = payment.state
        return payment.change(
            at,
            state._replace(
                status="REFUNDED",
                refunded=state.received,
                refund_hash=invented.chain_hash(self.rng, payment.asset.network),
            ),
        )

    def returns_excess(self, payment: Payment, at: int) -> int:
        """Only the excess goes back, to an address that the customer named; it stays completed."""
        if payment.refund_address is None:
            rng = Random(f"refund/{payment.id}")  # noqa: S311 - repeatable on purpose
            payment.refund_address = invented.address(rng, payment.asset.network)
        refund_hash = invented.chain_hash(self.rng, payment.asset.network)
        return payment.change(at, payment.state._replace(refund_hash=refund_hash))

    def pays(self, payment: Payment, *, coins: Decimal | None = None, at: int | None = None) -> int:
        """Deposit and confirmation of one payment; gives the instant of completion."""
        latest = min(20, (payment.expires_at - payment.created_at) // MINUTE - 5)
        self.deposits(payment, at or self.later(1, latest, after=payment.created_at), coins=coins)
        return self.confirms(payment)

    def settles(
        self,
        order: Order,
        payment: Payment,
        *,
        coins: Decimal | None = None,
        at: int | None = None,
        payout_before: int | None = None,
        fulfil: bool = True,
    ) -> int:
        """The ordinary end of a sale; gives the instant at which both sides know it."""
        self.pays(payment, coins=coins, at=at)
        known = order.becomes("paid", payment.states[-1][0] + self.between(SECOND, MINUTE))
        self.pays_out(payment, before=payout_before)
        if fulfil:
            self.fulfils(order)
        return known
