"""What can be planted in a random world: every code, every status, and every edge between them.

Each function plants one small story in a sketch. How many are planted, and with what policy and
pulls around them, stays out, and so does what any of them should be called.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from oracle import loose_ends
from oracle.sketch import MICROSECOND, WAYS, Sketch
from oracle.world import MINOR_UNITS, Order, TransactionVersion

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPEN = ("PENDING", "PROCESSING", "UNDERPAID", "ON_HOLD")
FRUITLESS = ("FAILED", "CANCELLED", "EXPIRED")
UNIT_OF_COIN = Decimal("1e-18")


def settled(sketch: Sketch) -> tuple[Order, TransactionVersion]:
    """An order paid as it should be."""
    order = sketch.order()
    payment = sketch.payment(order)
    sketch.join(order, payment, sketch.rng.choice(WAYS))
    return order, payment


def plain(sketch: Sketch) -> None:
    settled(sketch)


def at_tolerance(sketch: Sketch) -> None:
    """A at the very ends of what is accepted, or one smallest unit beyond."""
    _, payment = settled(sketch)
    percent = sketch.rng.choice((Decimal(0), Decimal("0.5"), Decimal(2)))
    side = sketch.rng.choice((1, -1))
    end = payment.coins * (1 + side * percent / 100)
    beyond = sketch.rng.choice((0, 0, side * UNIT_OF_COIN, side * end / 20))
    from_session = sketch.rng.random() < 0.3
    if from_session:
        session_id = sketch.session(payment)
        session = replace(sketch.sessions[session_id], tolerance_percent=percent)
        sketch.sessions[session_id] = session
    sketch.amend(
        payment,
        crypto_received=end + beyond,
        tolerance_percent=None if from_session else percent,
        status=sketch.rng.choice(("COMPLETED",) * 6 + ("EXPIRED", "REFUNDED")),
        refund_tx_hash=sketch.rng.choice((None, "0xback")),
        exchange_rate=sketch.rng.choice((payment.exchange_rate, Decimal("0.5"))),
    )


def alone_in_orders(sketch: Sketch) -> None:
    limit = sketch.policy.gateway_hours * HOUR
    placed_at = sketch.around(limit)
    paid_at = sketch.rng.choice((None, None, sketch.around(limit), placed_at + HOUR / 2))
    sketch.order(placed_at=placed_at, paid_at=paid_at)


def alone_at_gateway(sketch: Sketch) -> None:
    limit = sketch.policy.orders_hours * HOUR
    sketch.payment(
        created_at=sketch.around(limit),
        status=sketch.rng.choice(("COMPLETED", "COMPLETED", "REFUNDED", "EXPIRED", "PENDING")),
    )


def claimed_twice(sketch: Sketch) -> None:
    order = sketch.order()
    payment = sketch.payment(order)
    sketch.join(order, payment, "session")
    for _ in range(sketch.rng.randint(1, 2)):
        twin = sketch.order(
            amount=order.amount * sketch.rng.choice((1, 1, 1, 2)),
            currency=order.currency,
            placed_at=order.placed_at + sketch.rng.choice((timedelta(), HOUR)),
            status=sketch.rng.choice(("paid", "fulfilled", "cancelled")),
        )
        sketch.join(twin, payment, sketch.rng.choice(("session", "reference")))


def paid_twice(sketch: Sketch) -> None:
    order, first = settled(sketch)
    for _ in range(sketch.rng.randint(1, 2)):
        again = sketch.payment(
            order,
            created_at=first.created_at + sketch.rng.choice((timedelta(), HOUR, -HOUR / 2)),
            fiat_amount=order.amount * sketch.rng.choice((1, 1, 2)),
            refund_tx_hash=sketch.rng.choice((None, None, "0xback")),
        )
        sketch.join(order, again, sketch.rng.choice(("session", "external_id")))


def paid_in_parts(sketch: Sketch) -> None:
    order = sketch.order()
    unit = Decimal(1).scaleb(-MINOR_UNITS[order.currency])
    first = (order.amount / 2).quantize(unit)
    rest = order.amount - first - sketch.rng.choice((0, 0, unit))
    for part in (first, rest):
        payment = sketch.payment(order, fiat_amount=part)
        sketch.join(order, payment, sketch.rng.choice(("session", "external_id")))


def unpaid(sketch: Sketch) -> None:
    """A paid order whose attempts came to nothing, at any age of either."""
    limit = sketch.policy.gateway_hours * HOUR
    order = sketch.order(placed_at=sketch.around(limit))
    for _ in range(sketch.rng.randint(1, 2)):
        attempt = sketch.payment(
            order,
            created_at=sketch.around(limit),
            status=sketch.rng.choice((*FRUITLESS, *FRUITLESS, *OPEN)),
            crypto_received=Decimal(0),
        )
        sketch.join(order, attempt, sketch.rng.choice(("session", "external_id")))


def called_off(sketch: Sketch) -> None:
    """Orders that expect nothing, with payments that came, went or never were."""
    limit = sketch.policy.orders_hours * HOUR
    order = sketch.order(status=sketch.rng.choice(("awaiting", "cancelled", "refunded")))
    for _ in range(sketch.rng.choice((0, 1, 1, 1, 2))):
        payment = sketch.payment(
            order,
            created_at=sketch.around(limit),
            status=sketch.rng.choice(("COMPLETED", "COMPLETED", "REFUNDED", *FRUITLESS, *OPEN)),
            refund_tx_hash=sketch.rng.choice((None, "0xback")),
        )
        no_money = payment.status in FRUITLESS + OPEN and sketch.rng.random() < 0.7
        sketch.amend(payment, crypto_received=Decimal(0)) if no_money else None
        sketch.join(order, payment, sketch.rng.choice(("session", "external_id")))


def given_back(sketch: Sketch) -> None:
    """REFUNDED payments, alone or beside one that stayed, under paid and refunded orders."""
    order, payment = settled(sketch)
    sketch.orders[order.order_id] = replace(
        sketch.orders[order.order_id], status=sketch.rng.choice(("paid", "refunded", "cancelled"))
    )
    sketch.amend(payment, status="REFUNDED", refund_tx_hash=sketch.rng.choice((None, "0xback")))
    if sketch.rng.random() < 0.5:
        kept = sketch.payment(order, fiat_amount=order.amount * sketch.rng.choice((1, 2)))
        sketch.amend(kept, refund_tx_hash=sketch.rng.choice((None, "0xback")))
        sketch.join(order, kept, sketch.rng.choice(("session", "external_id")))


def stuck_money(sketch: Sketch) -> None:
    """Money on a payment that failed, or that is still open around the SLA past its expiry."""
    order = sketch.order() if sketch.rng.random() < 0.6 else None
    payment = sketch.payment(
        order,
        status=sketch.rng.choice((*FRUITLESS, *OPEN)),
        expires_at=sketch.rng.choice((None, sketch.around(sketch.policy.gateway_hours * HOUR))),
        refund_tx_hash=sketch.rng.choice((None, None, "0xback")),
    )
    if order:
        sketch.join(order, payment)


def paid_out_late(sketch: Sketch) -> None:
    order = sketch.order(placed_at=sketch.as_of - sketch.policy.payout_days * DAY - HOUR)
    payment = sketch.payment(
        order,
        created_at=sketch.around_payout(),
        payout_status=sketch.rng.choice((None, "PENDING", "PROCESSING", "FAILED", "NEW_WORD")),
    )
    sketch.amend(payment, fee_amount=sketch.rng.choice((payment.fee_amount, None)))
    if sketch.rng.random() < 0.3:
        sketch.amend(payment, crypto_received=payment.coins / 2)
    sketch.join(order, payment)


def foreign_currency(sketch: Sketch) -> None:
    order = sketch.order()
    other = sketch.rng.choice([each for each in ("NGN", "RWF", "GHS") if each != order.currency])
    payment = sketch.payment(order, fiat_currency=other, fiat_amount=sketch.price(other))
    sketch.join(order, payment)
    if sketch.rng.random() < 0.4:
        right = sketch.payment(order)
        sketch.join(order, right, "external_id")


def wrong_coin(sketch: Sketch) -> None:
    order = sketch.order()
    payment = sketch.payment(order, payout_status=sketch.rng.choice(("COMPLETED", "FAILED")))
    sketch.amend(payment, crypto_received=payment.coins * sketch.rng.choice((1, 1, 1, 2, 0)))
    same_coin = (payment.crypto_currency or "").lower()
    same_network = (payment.network or "").lower()
    named = sketch.rng.choice(("usdt", "BTC", same_coin, same_coin))
    network = sketch.rng.choice(("tron", "BSC", same_network, None))
    sketch.session(payment, crypto_currency=named, network=network)
    sketch.join(order, payment, "session")


def odd_fee(sketch: Sketch) -> None:
    _, payment = settled(sketch)
    tolerance = sketch.policy.fees[-1].tolerance if sketch.policy.fees else Decimal("0.01")
    surplus = sketch.rng.choice((tolerance, tolerance + Decimal("0.001"), Decimal(7)))
    usual = payment.fee_amount or Decimal(0)
    sketch.amend(payment, fee_amount=usual + surplus * sketch.rng.choice((1, -1)))


def late(sketch: Sketch) -> None:
    """A version without money, seen around the expiry; then the money."""
    _, payment = settled(sketch)
    created_at = sketch.as_of - 4 * DAY - timedelta(hours=sketch.rng.randint(1, 20))
    expires_at = created_at + HOUR
    payment = sketch.amend(
        payment, created_at=created_at, expires_at=expires_at, updated_at=expires_at + DAY
    )
    closing = sketch.next_closing(created_at)
    sketch.earlier(
        payment,
        status=sketch.rng.choice(("PENDING", "EXPIRED")),
        crypto_received=sketch.rng.choice((Decimal(0), Decimal(0), Decimal(0), UNIT_OF_COIN)),
        updated_at=sketch.rng.choice((created_at, expires_at, expires_at - MICROSECOND)),
        recorded_from=closing,
        expires_at=sketch.rng.choice((expires_at, closing, closing + MICROSECOND)),
    )
    versions = sketch.transactions[payment.transaction_id]
    sketch.amend(payment, recorded_from=closing + DAY, expires_at=versions[0].expires_at)


def superseded(sketch: Sketch) -> None:
    order = sketch.order()
    payment = sketch.payment(order)
    sketch.join(order, payment, "session")
    retry = sketch.payment(order, status="EXPIRED", crypto_received=Decimal(0))
    sketch.join(order, retry, "session")
    if sketch.rng.random() < 0.3:
        sketch.amend(retry, status="COMPLETED")


def tangle(sketch: Sketch) -> None:
    """Several orders and payments, joined at random, of any status, amount and currency."""
    currency = sketch.currency()
    base = sketch.price(currency)
    orders = [
        sketch.order(
            amount=base * sketch.rng.choice((1, 1, 2)),
            currency=sketch.rng.choice((currency, currency, currency, "USD")),
            status=sketch.rng.choice(("paid", "paid", "awaiting", "cancelled", "refunded")),
            placed_at=sketch.moment(days=3),
        )
        for _ in range(sketch.rng.randint(1, 3))
    ]
    for _ in range(sketch.rng.randint(1, 4)):
        payment = sketch.payment(
            sketch.rng.choice(orders),
            fiat_amount=base * sketch.rng.choice((1, 1, 2)),
            status=sketch.rng.choice(("COMPLETED", "COMPLETED", *FRUITLESS, "REFUNDED", *OPEN)),
            payout_status=sketch.rng.choice(("COMPLETED", "COMPLETED", "PENDING", "FAILED")),
            refund_tx_hash=sketch.rng.choice((None, "0xback")),
            created_at=sketch.moment(days=3),
        )
        factor = sketch.rng.choice((0, 0, 1, 1, Decimal("0.9"), Decimal("1.1")))
        sketch.amend(payment, crypto_received=payment.coins * factor)
        for order in sketch.rng.sample(orders, sketch.rng.randint(1, len(orders))):
            sketch.join(order, payment, sketch.rng.choice((*WAYS, "session", "session")))


PLANTINGS: tuple[Callable[[Sketch], None], ...] = (
    plain,
    at_tolerance,
    at_tolerance,
    alone_in_orders,
    alone_at_gateway,
    claimed_twice,
    paid_twice,
    paid_in_parts,
    unpaid,
    called_off,
    given_back,
    stuck_money,
    paid_out_late,
    foreign_currency,
    wrong_coin,
    odd_fee,
    late,
    superseded,
    loose_ends.strangers,
    loose_ends.strangers,
    loose_ends.billed,
    loose_ends.named_in_quarantine,
    loose_ends.described,
    loose_ends.undone,
    loose_ends.after_the_cut,
    loose_ends.stale,
    loose_ends.young_and_short,
    tangle,
)
