"""Troubles of state (codes 10 to 12): the two sides, or money and state, contradict each other.

Every fact is derived here by hand from what the story does, in the words of the code's definition.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.sandbox.case import Payment
from pipelines.sandbox.days import DAY, MINUTE, SECOND
from pipelines.sandbox.desk import Desk
from pipelines.sandbox.stories import Story
from pipelines.sandbox.tender import HUNDRED

GATEWAY_SLA = DAY
ORDERS_SLA = DAY


def _too_few_coins(desk: Desk, payment: Payment) -> Decimal:
    share = Decimal(desk.between(25, 90)) / HUNDRED
    return (payment.expected * share).quantize(payment.asset.unit)


def _short_in_fiat(payment: Payment) -> Decimal:
    return payment.in_fiat(payment.state.received - payment.expected)


def _pays_short_and_expires(desk: Desk, payment: Payment) -> int:
    at = desk.later(1, 5, after=payment.created_at)
    desk.deposits(payment, at, coins=_too_few_coins(desk, payment))
    payment.change(at + 2 * MINUTE, payment.state._replace(status="UNDERPAID"))
    return desk.expires(payment)


def sent_without_money(desk: Desk) -> None:
    """The shop booked the order as paid although the offer ended unpaid."""
    order, payment = desk.sale()
    expired = desk.expires(payment)
    paid_at = order.becomes("paid", expired + MINUTE)
    noticed = None if desk.lasting else order.becomes("cancelled", desk.on_day(3))
    desk.case.breaks("STATUS_MISMATCH", -order.amount, since=paid_at + GATEWAY_SLA, until=noticed)


def sent_for_too_little(desk: Desk) -> None:
    """The shop booked the order as paid; the offer ended with too little money on it."""
    order, payment = desk.sale()
    paid_at = order.becomes("paid", desk.later(6, 12, after=payment.created_at))
    expired = _pays_short_and_expires(desk, payment)
    short, due = _short_in_fiat(payment), payment.in_fiat(payment.state.received)
    returned = None if desk.lasting else desk.refunds(payment, desk.on_day(3))
    desk.case.breaks("STATUS_MISMATCH", -order.amount, since=paid_at + GATEWAY_SLA, until=returned)
    desk.case.breaks("REFUND_DUE", due, since=expired, until=returned)
    # Refunded is closed too, and what came was short: this stays true.
    desk.case.breaks("UNDERPAID", short, since=expired)
    if returned is not None:
        desk.case.breaks("REFUND_NOT_IN_ORDERS", -order.amount, since=returned)


def never_confirmed(desk: Desk) -> None:
    """The deposit is seen and never confirmed, while the shop already sent the goods."""
    order, payment = desk.sale()
    seen = desk.deposits(payment, desk.later(1, 20, after=payment.created_at))
    paid_at = order.becomes("paid", seen + 10 * SECOND)
    since = max(paid_at, payment.created_at) + GATEWAY_SLA
    desk.case.breaks("STATUS_MISMATCH", -order.amount, since=since)
    due = payment.in_fiat(payment.state.received)
    desk.case.breaks("REFUND_DUE", due, since=payment.expires_at + GATEWAY_SLA)


def stuck_with_money(desk: Desk) -> None:
    """The deposit is seen and never confirmed; the shop still waits for it."""
    order, payment = desk.sale()
    desk.deposits(payment, desk.later(1, 20, after=payment.created_at))
    due = payment.in_fiat(payment.state.received)
    desk.case.breaks("REFUND_DUE", due, since=payment.expires_at + GATEWAY_SLA)
    if desk.rng.random() < 0.5:
        order.becomes("cancelled", desk.on_day(2))


def paid_but_still_awaiting(desk: Desk) -> None:
    """The notice of payment never reached the shop; a person may book it days later."""
    order, payment = desk.sale()
    desk.pays(payment)
    desk.pays_out(payment)
    booked = None if desk.lasting else order.becomes("paid", desk.on_day(3))
    since = payment.created_at + ORDERS_SLA
    desk.case.breaks("STATUS_MISMATCH", payment.amount, since=since, until=booked)


def cancelled_but_paid(desk: Desk) -> None:
    """The order was cancelled, before or after its money came, and the money was kept."""
    order, payment = desk.sale()
    returned = None if desk.lasting else desk.on_day(4)
    if desk.rng.random() < 0.5:
        order.becomes("cancelled", desk.later(1, 3, after=payment.created_at))
        known = desk.pays(payment, at=desk.later(4, 20, after=payment.created_at))
        desk.pays_out(payment, before=returned)
    else:
        desk.settles(order, payment, payout_before=returned, fulfil=False)
        known = order.becomes("cancelled", desk.on_day(1))
    if returned is not None:
        returned = desk.refunds(payment, returned)
    since = max(known, payment.created_at + ORDERS_SLA)
    desk.case.breaks("STATUS_MISMATCH", payment.amount, since=since, until=returned)
    desk.case.breaks("REFUND_DUE", payment.amount, since=known, until=returned)


def refunded_by_the_shop_only(desk: Desk) -> None:
    """The shop wrote down a refund that the gateway has not made, or makes days later."""
    order, payment = desk.sale()
    returned = None if desk.lasting else desk.on_day(5)
    desk.settles(order, payment, payout_before=returned, fulfil=False)
    known = order.becomes("refunded", desk.on_day(2))
    if returned is not None:
        returned = desk.refunds(payment, returned)
    for code in ("STATUS_MISMATCH", "REFUND_DUE"):
        desk.case.breaks(code, payment.amount, since=known, until=returned)


def refunded_by_the_gateway_only(desk: Desk) -> None:
    """The gateway gave the money back; the shop's order still counts as paid."""
    order, payment = desk.sale()
    at = desk.on_day(2)
    desk.settles(order, payment, payout_before=at, fulfil=False)
    returned = desk.refunds(payment, at)
    written = None if desk.lasting else order.becomes("refunded", desk.on_day(4))
    desk.case.breaks("REFUND_NOT_IN_ORDERS", -order.amount, since=returned, until=written)


def expired_with_money(desk: Desk) -> None:
    """Too little came before the offer ended; it is returned days later, or not."""
    order, payment = desk.sale()
    expired = _pays_short_and_expires(desk, payment)
    short, due = _short_in_fiat(payment), payment.in_fiat(payment.state.received)
    returned = None if desk.lasting else desk.refunds(payment, desk.on_day(3))
    desk.case.breaks("REFUND_DUE", due, since=expired, until=returned)
    desk.case.breaks("UNDERPAID", short, since=expired)
    if desk.rng.random() < 0.5:
        order.becomes("cancelled", desk.on_day(2))


def failed_with_money(desk: Desk) -> None:
    """The deposit came in full and the gateway's risk check failed it."""
    order, payment = desk.sale()
    desk.deposits(payment, desk.later(1, 20, after=payment.created_at))
    failed = desk.confirms(payment, status="FAILED")
    due = payment.in_fiat(payment.state.received)
    returned = None if desk.lasting else desk.refunds(payment, desk.on_day(2))
    desk.case.breaks("REFUND_DUE", due, since=failed, until=returned)
    if desk.rng.random() < 0.5:
        order.becomes("cancelled", desk.on_day(1))


STORIES = (
    Story(sent_without_money, codes=("STATUS_MISMATCH",)),
    Story(sent_for_too_little, codes=("STATUS_MISMATCH", "REFUND_DUE", "UNDERPAID")),
    Story(never_confirmed, codes=("STATUS_MISMATCH", "REFUND_DUE")),
    Story(stuck_with_money, codes=("REFUND_DUE",)),
    Story(paid_but_still_awaiting, codes=("STATUS_MISMATCH",)),
    Story(cancelled_but_paid, codes=("STATUS_MISMATCH", "REFUND_DUE")),
    Story(refunded_by_the_shop_only, codes=("STATUS_MISMATCH", "REFUND_DUE")),
    Story(refunded_by_the_gateway_only, codes=("REFUND_NOT_IN_ORDERS",)),
    Story(expired_with_money, codes=("REFUND_DUE", "UNDERPAID")),
    Story(failed_with_money, codes=("REFUND_DUE",)),
)
