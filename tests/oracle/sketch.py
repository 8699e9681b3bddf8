"""A world in the making: rows are planted one by one and joined in any of the documented ways.

It knows how rows look, how old they are and what joins them. Which of them are planted together,
and why, stays out.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from oracle.makers import make_order, make_transaction
from oracle.world import (
    MINOR_UNITS,
    Decision,
    Order,
    Policy,
    QuarantinedOrder,
    Session,
    TransactionVersion,
)

COINS = (("USDT", "TRON"), ("USDT", "BSC"), ("USDC", "BSC"), ("BTC", "BITCOIN"), ("ETH", "BASE"))
RATES = ("1541.237891", "0.37", "129.5", "100", "98765432.123456")
WAYS = ("session", "reference", "own_id", "external_id", "description", "manual")
MICROSECOND = timedelta(microseconds=1)


class Sketch:
    """Rows by id, in the order in which they were planted."""

    def __init__(self, rng: Random, *, zone: ZoneInfo, as_of: datetime, policy: Policy) -> None:
        self.rng = rng
        self.zone = zone
        self.as_of = as_of
        self.policy = policy
        self.orders: dict[str, Order] = {}
        self.transactions: dict[str, list[TransactionVersion]] = {}
        self.sessions: dict[str, Session] = {}
        self.quarantined: list[QuarantinedOrder] = []
        self.decisions: list[Decision] = []

    def order(self, **overrides: Any) -> Order:
        currency = overrides.get("currency") or self.currency()
        order = make_order(
            **{
                "order_id": self.order_id(),
                "status": self.rng.choice(("paid", "fulfilled")),
                "amount": self.price(currency),
                "currency": currency,
                "placed_at": self.moment(),
                "customer_email": self.email(),
            }
            | overrides
        )
        self.orders[order.order_id] = order
        return order

    def payment(self, order: Order | None = None, **overrides: Any) -> TransactionVersion:
        """A payment of exactly what the order asks, minutes after it; joined by nothing yet."""
        currency = overrides.get("fiat_currency") or (order.currency if order else self.currency())
        amount = overrides.get("fiat_amount") or (order.amount if order else self.price(currency))
        created_at = overrides.get("created_at") or (
            order.placed_at + timedelta(minutes=self.rng.randint(1, 50)) if order else self.moment()
        )
        # A payment minutes after its order may not fall behind the as-of, where it would wait.
        if "created_at" not in overrides:
            created_at = min(created_at, self.as_of - MICROSECOND)
        coin, network = self.rng.choice(COINS)
        rate = Decimal(self.rng.choice(RATES))
        coins = max((amount / rate).quantize(Decimal("1e-8")), Decimal("1e-8"))
        number = len(self.transactions) + 1
        payment = make_transaction(
            **{
                "transaction_id": f"trxn_{number:03d}",
                "reference": f"RS-{number:05d}",
                "fiat_amount": amount,
                "fiat_currency": currency,
                "exchange_rate": rate,
                "crypto_expected": coins,
                "crypto_received": coins,
                "crypto_currency": coin,
                "network": network,
                "fee_amount": self.fee(amount, currency, created_at),
                "tolerance_percent": self.rng.choice((None, None, Decimal("0.5"), Decimal(2))),
                "created_at": created_at,
                "recorded_from": self.next_closing(created_at),
                "customer_email": order.customer_email if order else self.email(),
            }
            | overrides
        )
        self.transactions[payment.transaction_id] = [payment]
        return payment

    def amend(self, payment: TransactionVersion, **changes: Any) -> TransactionVersion:
        """The same version, corrected before anybody saw it."""
        versions = self.transactions[payment.transaction_id]
        versions[-1] = replace(versions[-1], **changes)
        return versions[-1]

    def earlier(self, payment: TransactionVersion, **changes: Any) -> None:
        """A version held before the current one."""
        versions = self.transactions[payment.transaction_id]
        versions.insert(len(versions) - 1, replace(versions[-1], **changes))

    def session(self, payment: TransactionVersion, **overrides: Any) -> str:
        """The payment's session, opened now if it has none."""
        current = self.transactions[payment.transaction_id][-1]
        if current.checkout_session_id:
            return current.checkout_session_id
        values = {
            "session_id": f"cs_{len(self.sessions) + 1:03d}",
            "crypto_currency": self.rng.choice((current.crypto_currency, None)),
            "network": self.rng.choice((current.network, None)),
            "tolerance_percent": self.rng.choice((None, Decimal(1), Decimal("2.5"))),
        }
        session = Session(**(values | overrides))
        self.sessions[session.session_id] = session
        self.amend(current, checkout_session_id=session.session_id)
        return session.session_id

    def join(self, order: Order, payment: TransactionVersion, way: str | None = None) -> None:
        """Link the two in one of the documented ways; a slot already used is written over."""
        way = way or self.rng.choice(WAYS[:-1])
        current = self.orders[order.order_id]
        if way == "session":
            session_ids = dict.fromkeys((*current.session_ids, self.session(payment)))
            self.orders[order.order_id] = replace(current, session_ids=tuple(session_ids))
        elif way in ("reference", "own_id"):
            named = payment.reference if way == "reference" else payment.transaction_id
            has_place = not (named and current.transaction_ref) or self.rng.random() < 0.5
            self.orders[order.order_id] = (
                replace(current, transaction_ref=named)
                if has_place
                else replace(current, further_refs=(*current.further_refs, str(named)))
            )
        elif way == "external_id":
            self.amend(payment, external_id=order.order_id)
        elif way == "description":
            sentence = self.rng.choice(("Order {}, thank you", "{}", "({}):paid", "pour {}."))
            self.amend(payment, description=sentence.format(order.order_id))
        else:
            self.decide("link", order, payment)

    def decide(self, action: str, order: Order, payment: TransactionVersion) -> None:
        self.decisions.append(
            Decision(
                action=action,
                order_id=order.order_id,
                transaction_id=payment.transaction_id,
            )
        )

    def refuse(self, *known_ids: str) -> None:
        """An order row that names these ids and was quarantined."""
        self.quarantined.append(QuarantinedOrder(known_ids=known_ids))

    def order_id(self) -> str:
        """Ids that invite confusion: leading zeros, beyond 2^53, one inside another, short."""
        number = len(self.orders) + 1
        taken = sorted(self.orders)
        shapes = [
            f"K{number}",
            f"{number:06d}",
            str(number),
            str(2**53 + number),
            f"SHOP-{number:04d}",
            f"A#{number}/26",
            f"é_{number}-x",
        ]
        if taken:
            shapes += [f"{self.rng.choice(taken)}{number}", f"0{self.rng.choice(taken)}"]
        free = [shape for shape in shapes if shape not in self.orders]
        return self.rng.choice(free)

    def currency(self) -> str:
        return self.rng.choice(("NGN", "NGN", "NGN", "KES", "RWF", "BHD", "USD"))

    def price(self, currency: str) -> Decimal:
        """Mostly unlike any other; now and then a common one, so that strangers look alike."""
        units = MINOR_UNITS[currency]
        minor = self.rng.choice((250_000, self.rng.randint(1_000, 9_000_000)))
        return Decimal(minor).scaleb(-units) if self.rng.random() < 0.5 else self.odd_price(units)

    def odd_price(self, units: int) -> Decimal:
        return Decimal(self.rng.randint(1_000, 9_000_000)).scaleb(-units)

    def email(self) -> str | None:
        return self.rng.choice((None, "", "ada@shop.example", " Ada@Shop.example", "bo@x.example"))

    def moment(self, *, days: int = 10) -> datetime:
        """Any instant of the last days before the as-of."""
        return self.as_of - MICROSECOND * self.rng.randint(1, days * 86_400_000_000)

    def around(self, limit: timedelta) -> datetime:
        """The instant whose age is the limit to the microsecond, one to either side, or far."""
        slack = self.rng.choice((timedelta(), MICROSECOND, -MICROSECOND, limit / 2, -limit / 2))
        return self.as_of - limit - slack

    def around_payout(self) -> datetime:
        """Around the payout SLA: in days, or in the working days of the payout calendar."""
        limit = timedelta(days=self.policy.payout_days)
        if self.policy.payout_calendar is None or self.rng.random() < 0.2:
            return self.around(limit)
        calendar = holidays.country_holidays(self.policy.payout_calendar)
        day = self.as_of.astimezone(self.zone).date() - timedelta(days=1)
        left = self.policy.payout_days
        while left > 1 or not calendar.is_working_day(day):
            left -= calendar.is_working_day(day)
            day -= timedelta(days=1)
        begin = datetime.combine(day, time(0), self.zone).astimezone(self.as_of.tzinfo)
        edge = self.rng.choice((timedelta(), MICROSECOND, -MICROSECOND, -timedelta(hours=9)))
        return begin + edge

    def next_closing(self, instant: datetime) -> datetime:
        """The midnight that takes in a row of this instant, at the latest the as-of."""
        tomorrow = instant.astimezone(self.zone).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(0), self.zone)
        return min(midnight.astimezone(self.as_of.tzinfo), self.as_of)

    def fee(self, amount: Decimal, currency: str, created_at: datetime) -> Decimal:
        """What the schedule in force asks; 1 % where there is none."""
        business_date = created_at.astimezone(self.zone).date()
        begun = [each.percent for each in self.policy.fees if each.from_date <= business_date]
        percent = begun[-1] if begun else Decimal(1)
        unit = Decimal(1).scaleb(-MINOR_UNITS[currency])
        return (amount * percent / 100).quantize(unit, rounding=ROUND_HALF_UP)
