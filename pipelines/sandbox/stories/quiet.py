"""Ordinary trade: whatever happens here, both sides agree in the end and no break is due.

Belongs here: the stories most orders live. Stays out: everything that goes wrong.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from pipelines.sandbox import invented
from pipelines.sandbox.days import MINUTE, SECOND
from pipelines.sandbox.desk import LONG_LIFETIME, Desk
from pipelines.sandbox.stories import Story
from pipelines.sandbox.tender import HUNDRED, ONE

_CENT = Decimal("0.01")


def exact(desk: Desk) -> None:
    """The customer pays what was asked for; a few fees are a cent off, as the policy allows."""
    order, payment = desk.sale()
    if desk.currency != "RWF" and desk.rng.random() < 0.02:
        payment.fee += desk.rng.choice((_CENT, -_CENT))
    desk.settles(order, payment)


def within_tolerance(desk: Desk) -> None:
    """A little more or less than asked for, now and then exactly at the limit."""
    order, payment = desk.sale()
    width = payment.expected * payment.tolerance_percent / HUNDRED
    part = Decimal(desk.rng.choice((-100, -80, -35, -4, 3, 20, 66, 100))) / HUNDRED
    nearest = ROUND_CEILING if part < 0 else ROUND_FLOOR
    coins = (payment.expected + width * part).quantize(payment.asset.unit, nearest)
    desk.settles(order, payment, coins=coins)


def never_paid(desk: Desk) -> None:
    """The offer ends without money; some shops cancel the order days later."""
    order, payment = desk.sale()
    desk.expires(payment)
    if desk.rng.random() < 0.5:
        order.becomes("cancelled", desk.on_day(2))


def no_coin_chosen(desk: Desk) -> None:
    """A session was opened and left before any transaction began."""
    order = desk.order()
    order.session_ids.append(desk.session(desk.now + 5 * SECOND).id)


def second_try(desk: Desk) -> None:
    """The first offer ends or fails unpaid, the second is paid."""
    order, first = desk.sale(kind="session")
    if desk.rng.random() < 0.6:
        ended = desk.expires(first)
    else:
        failing = first.state._replace(status="FAILED")
        ended = first.change(desk.later(2, 9, after=first.created_at), failing)
    second = desk.attempt(ended + desk.between(30 * SECOND, 10 * MINUTE))
    desk.key(order, second, kind="session")
    desk.settles(order, second)


def topped_up(desk: Desk) -> None:
    """Too little first, the rest before the offer ends."""
    order, payment = desk.sale()
    share = Decimal(desk.between(30, 80)) / HUNDRED
    first = (payment.expected * share).quantize(payment.asset.unit)
    at = desk.later(1, 4, after=payment.created_at)
    desk.deposits(payment, at, coins=first)
    payment.change(at + 90 * SECOND, payment.state._replace(status="UNDERPAID"))
    rest_at = max(desk.later(18, 24, after=payment.created_at), payment.states[-1][0] + MINUTE)
    desk.settles(order, payment, at=rest_at, coins=payment.expected - first)


def paid_over_night(desk: Desk) -> None:
    """An offer of 24 hours, paid in two parts or at once on the next morning."""
    desk.not_before(14)
    order, payment = desk.sale(lifetime=LONG_LIFETIME)
    first = Decimal(0)
    if desk.rng.random() < 0.6:
        first = (payment.expected / 3).quantize(payment.asset.unit)
        desk.deposits(payment, desk.later(2, 20, after=payment.created_at), coins=first)
        desk.confirms(payment, status="UNDERPAID")
    morning = desk.on_day(1, hours=(7, 12))
    desk.settles(order, payment, at=morning, coins=payment.expected - first)


def slow_chain(desk: Desk) -> None:
    """The shop trusts an unconfirmed deposit; the chain confirms on the next morning."""
    desk.not_before(15)
    order, payment = desk.sale()
    seen = desk.deposits(payment, desk.later(1, 20, after=payment.created_at))
    order.becomes("paid", seen + 20 * SECOND)
    completed = payment.state._replace(status="COMPLETED", confirmations=desk.between(12, 40))
    payment.change(desk.on_day(1, hours=(6, 10)), completed)
    desk.pays_out(payment)
    desk.fulfils(order)


def slow_shop(desk: Desk) -> None:
    """The notice of payment was lost; the shop books the money on the next morning."""
    desk.not_before(15)
    order, payment = desk.sale()
    desk.pays(payment)
    desk.pays_out(payment)
    order.becomes("paid", desk.on_day(1, hours=(7, 12)))


def one_payment_for_two(desk: Desk) -> None:
    """Two orders are paid by one transaction over their sum."""
    whole, part = desk.amount, (desk.amount * Decimal("0.4"))
    first = desk.order(amount=part.quantize(ONE))
    second = desk.order(amount=whole - first.amount, at=desk.now + 50 * SECOND)
    payment = desk.attempt(desk.now + 90 * SECOND)
    desk.key(first, payment, kind="session")
    desk.key(second, payment, kind="session")
    known = desk.settles(first, payment)
    second.becomes("paid", known)


def two_payments_for_one(desk: Desk) -> None:
    """One order is paid in two halves, each with its own session."""
    order, whole = desk.order(), desk.amount
    for number, amount in enumerate(((whole * Decimal("0.5")).quantize(ONE), None)):
        desk.amount = whole - desk.amount if amount is None else amount
        payment = desk.attempt(desk.now + 30 * SECOND + number * 5 * MINUTE)
        desk.key(order, payment, kind="session")
        desk.pays(payment)
        desk.pays_out(payment)
    paid = max(at for p in desk.case.payments for at, s in p.states if s.payout_status == "PENDING")
    order.becomes("paid", paid + 30 * SECOND)


def refunded(desk: Desk) -> None:
    """Paid, then given back; both sides write it down on the same day."""
    order, payment = desk.sale()
    at = desk.on_day(desk.between(1, 5), hours=(9, 17))
    desk.settles(order, payment, payout_before=at, fulfil=False)
    order.becomes("refunded", desk.refunds(payment, at) + 10 * MINUTE)


def called_off(desk: Desk) -> None:
    """The customer cancels before paying; the transaction is cancelled with the order."""
    order, payment = desk.sale()
    at = desk.later(2, 15, after=payment.created_at)
    order.becomes("cancelled", at)
    payment.change(at + 5 * SECOND, payment.state._replace(status="CANCELLED"))


def without_key(desk: Desk) -> None:
    """Nothing names the other side; amount and e-mail agree, which makes a suggestion."""
    order = desk.order(email=desk.rng.choice((str.upper, str))(desk.customer.email))
    payment = desk.attempt(desk.later(1, 100))
    desk.settles(order, payment)


def behind_an_invoice(desk: Desk) -> None:
    """An invoice or payment link was paid; no order of the shop belongs to it."""
    payment = desk.payment(None, desk.now)
    if desk.rng.random() < 0.5:
        payment.kind, payment.invoice_id = "INVOICE", f"inv_{invented.hexadecimal(desk.rng, 20)}"
    else:
        payment.kind = "PAYMENT_LINK"
        payment.payment_link_id = f"pl_{invented.hexadecimal(desk.rng, 20)}"
    desk.pays(payment)
    desk.pays_out(payment)


STORIES = (
    Story(exact, weight=620),
    Story(within_tolerance, weight=80),
    Story(never_paid, weight=100),
    Story(no_coin_chosen, weight=30),
    Story(second_try, weight=45),
    Story(topped_up, weight=22),
    Story(paid_over_night, weight=14),
    Story(slow_chain, weight=10),
    Story(slow_shop, weight=10),
    Story(one_payment_for_two, orders=2, weight=6),
    Story(two_payments_for_one, weight=6),
    Story(refunded, weight=20),
    Story(called_off, weight=15),
    Story(without_key, weight=8),
    Story(behind_an_invoice, orders=0, weight=14),
)
