"""Stories of rows that no link joins, or that none should: the loose ends of a random world.

Lookalikes, refused rows, words in descriptions, links taken back, rows after the cut-off. Stories
of payments that found their orders stay out.
"""

from datetime import timedelta
from decimal import Decimal

from oracle.sketch import MICROSECOND, Sketch

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def strangers(sketch: Sketch) -> None:
    """Orders and payments that only amount and hour bring together, at the window's ends."""
    first = sketch.order(placed_at=sketch.as_of - 3 * DAY)
    shape = sketch.rng.choice(((1, 1), (1, 1), (2, 1), (1, 2), (2, 2)))
    for _ in range(shape[0] - 1):
        sketch.order(
            amount=first.amount,
            currency=first.currency,
            placed_at=first.placed_at + sketch.rng.choice((timedelta(), HOUR)),
        )
    for _ in range(shape[1]):
        delay = sketch.rng.choice((-HOUR, 15 * HOUR, HOUR, HOUR))
        edge = sketch.rng.choice((timedelta(), timedelta(), MICROSECOND, -MICROSECOND))
        payment = sketch.payment(
            first,
            created_at=first.placed_at + delay + edge,
            customer_email=sketch.rng.choice((None, first.customer_email, "  BO@x.example ")),
            payout_status=sketch.rng.choice(("COMPLETED", "COMPLETED", "FAILED")),
        )
        if sketch.rng.random() < 0.2:
            sketch.decide(sketch.rng.choice(("link", "unlink")), first, payment)


def billed(sketch: Sketch) -> None:
    """Payments of an invoice or a payment link, which no order has to explain."""
    sketch.payment(
        type=sketch.rng.choice(("INVOICE", "PAYMENT_LINK", "CHECKOUT")),
        invoice_id=sketch.rng.choice((None, "inv_1")),
        payment_link_id="link_1",
        status=sketch.rng.choice(("COMPLETED", "COMPLETED", "EXPIRED")),
    )


def named_in_quarantine(sketch: Sketch) -> None:
    payment = sketch.payment(created_at=sketch.as_of - 2 * DAY)
    refused = f"BAD-{len(sketch.quarantined) + 1:03d}"
    way = sketch.rng.choice(("external_id", "description", "own_id", "reference", "session"))
    if way in ("external_id", "description"):
        sketch.amend(payment, **{way: refused})
        sketch.refuse(refused)
    elif way == "session":
        sketch.refuse(refused, sketch.session(payment))
    else:
        own = payment.transaction_id if way == "own_id" else payment.reference
        sketch.refuse(refused, own or "")


def described(sketch: Sketch) -> None:
    """Descriptions that name two orders, a longer id, a refused one, or one too short."""
    order = sketch.order(order_id=sketch.rng.choice((f"D{len(sketch.orders):03d}", "D7")))
    payment = sketch.payment(order)
    other = sketch.rng.choice(sorted(sketch.orders))
    sketch.refuse(f"LOST-{len(sketch.orders)}")
    words = (
        f"{order.order_id} {order.order_id}",
        f"{order.order_id} and {other}",
        f"{order.order_id}x",
        f"#{order.order_id}",
        f"{order.order_id.lower()}",
        f"{order.order_id}, was LOST-{len(sketch.orders)}",
        f"pay:{order.order_id};{order.order_id}1",
    )
    sketch.amend(payment, description=sketch.rng.choice(words))


def undone(sketch: Sketch) -> None:
    """A link that a person took back, and perhaps set again."""
    order = sketch.order()
    payment = sketch.payment(order)
    sketch.join(order, payment)
    for action in sketch.rng.choice((("unlink",), ("unlink", "link"), ("link", "unlink"))):
        sketch.decide(action, order, payment)


def after_the_cut(sketch: Sketch) -> None:
    """Rows dated at or after the as-of, joined to rows that are judged."""
    later = sketch.as_of + sketch.rng.choice((timedelta(), HOUR))
    order = sketch.order(placed_at=sketch.rng.choice((later, sketch.as_of - HOUR / 2)))
    payment = sketch.payment(order, created_at=later, recorded_from=sketch.as_of)
    sketch.join(order, payment)
    if sketch.rng.random() < 0.4:
        early = sketch.payment(order, created_at=sketch.as_of - 2 * DAY)
        sketch.join(order, early, "external_id")


def stale(sketch: Sketch) -> None:
    """Payments of a day on which the shop, it seems, took no order."""
    day = sketch.as_of - sketch.rng.randint(20, 40) * DAY
    for _ in range(sketch.rng.randint(1, 2)):
        sketch.payment(
            created_at=day + HOUR * sketch.rng.randint(1, 5),
            status=sketch.rng.choice(("COMPLETED", "COMPLETED", "FAILED")),
            crypto_received=Decimal(0),
            crypto_expected=sketch.rng.choice((None, Decimal(0))),
        )


def young_and_short(sketch: Sketch) -> None:
    """Now and then: a payment hours old, too small or large, whose order is not there or unpaid."""
    if sketch.rng.random() < 0.8:
        return
    payment = sketch.payment(created_at=sketch.as_of - sketch.rng.randint(1, 10) * HOUR)
    sketch.amend(payment, crypto_received=payment.coins * sketch.rng.choice((Decimal("0.9"), 2)))
    sketch.amend(payment, refund_tx_hash="0xback")
    if sketch.rng.random() < 0.5:
        order = sketch.order(
            status="awaiting", amount=payment.fiat_amount, currency=payment.fiat_currency
        )
        sketch.join(order, payment)
