"""Troubles of amounts and payouts (codes 12 to 18): too much, too little, late payouts, odd fees.

Every fact is derived here by hand from what the story does, in the words of the code's definition.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.sandbox.days import DAY
from pipelines.sandbox.desk import Desk
from pipelines.sandbox.stories import Story
from pipelines.sandbox.tender import FIATS, HUNDRED, fee_on, to_minor

PAYOUT_SLA = 3 * DAY


def paid_too_much(desk: Desk) -> None:
    """More than the tolerance allows; the excess is returned days later, or not."""
    order, payment = desk.sale()
    factor = Decimal(desk.between(104, 160)) / HUNDRED
    coins = (payment.expected * factor).quantize(payment.asset.unit)
    known = desk.settles(order, payment, coins=coins, fulfil=False)
    excess = payment.in_fiat(coins - payment.expected)
    returned = None if desk.lasting else desk.returns_excess(payment, desk.on_day(4))
    desk.case.breaks("REFUND_DUE", excess, since=known, until=returned)
    desk.case.breaks("OVERPAID", excess, since=known)


def accepted_short(desk: Desk) -> None:
    """Less than the tolerance allows, and the gateway completed it all the same."""
    order, payment = desk.sale()
    share = Decimal(desk.between(70, 96)) / HUNDRED
    coins = (payment.expected * share).quantize(payment.asset.unit)
    known = desk.settles(order, payment, coins=coins)
    desk.case.breaks("UNDERPAID", payment.in_fiat(coins - payment.expected), since=known)


def payout_failed(desk: Desk) -> None:
    """The bank refused the payout; sometimes it works days later."""
    order, payment = desk.sale()
    desk.settles(order, payment, payout_before=1, fulfil=False)
    failed = desk.payout_ends(payment, desk.on_day(1), status="FAILED")
    repaired = None if desk.lasting else desk.payout_ends(payment, desk.on_day(3))
    owed = payment.amount - payment.fee
    desk.case.breaks("PAYOUT_FAILED", -owed, since=failed, until=repaired)


def payout_overdue(desk: Desk) -> None:
    """The payout does not move, or moves only on the fifth day."""
    order, payment = desk.sale()
    desk.settles(order, payment, payout_before=1, fulfil=False)
    if desk.rng.random() < 0.5:
        begun = payment.state._replace(payout_status="PROCESSING")
        payment.change(desk.on_day(1), begun)
    done = None if desk.lasting else desk.payout_ends(payment, desk.on_day(5))
    owed = payment.amount - payment.fee
    since = payment.created_at + PAYOUT_SLA
    desk.case.breaks("PAYOUT_OVERDUE", -owed, since=since, until=done)


def other_amount(desk: Desk) -> None:
    """The order was changed after its session had been opened."""
    order, payment = desk.sale()
    factor = Decimal(desk.rng.choice((80, 90, 95, 105, 110, 125))) / HUNDRED
    order.amount = to_minor(order.amount * factor, order.currency)
    known = desk.settles(order, payment)
    desk.case.breaks("AMOUNT_MISMATCH", payment.amount - order.amount, since=known)


def off_by_one_minor_unit(desk: Desk) -> None:
    """Shop and gateway rounded differently."""
    order, payment = desk.sale()
    order.amount += FIATS[order.currency].unit * desk.rng.choice((1, -1))
    known = desk.settles(order, payment)
    desk.case.breaks("AMOUNT_MISMATCH", payment.amount - order.amount, since=known)


def other_fee(desk: Desk) -> None:
    """The gateway took another percentage than agreed, or a flat surcharge of two minor units."""
    order, payment = desk.sale()
    agreed = payment.fee
    if desk.rng.random() < 0.2:
        payment.fee += 2 * FIATS[payment.currency].unit
    else:
        percent = Decimal(desk.rng.choice(("0.9", "1.5", "1.2", "2.0")))
        payment.fee = fee_on(payment.amount, payment.currency, percent)
    known = desk.settles(order, payment)
    desk.case.breaks("FEE_VARIANCE", agreed - payment.fee, since=known)


STORIES = (
    Story(paid_too_much, codes=("REFUND_DUE", "OVERPAID")),
    Story(accepted_short, codes=("UNDERPAID",)),
    Story(payout_failed, codes=("PAYOUT_FAILED",)),
    Story(payout_overdue, codes=("PAYOUT_OVERDUE",)),
    Story(other_amount, codes=("AMOUNT_MISMATCH",)),
    Story(off_by_one_minor_unit, codes=("AMOUNT_MISMATCH",)),
    Story(other_fee, codes=("FEE_VARIANCE",)),
)
