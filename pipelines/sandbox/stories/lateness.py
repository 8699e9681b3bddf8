"""Troubles of time (codes 19 and 20): money after the offer ended, or on a session given up.

Late money shows only to those who looked between the end of the offer and the deposit.
Every fact is derived here by hand from what the story does, in the words of the code's definition.
"""

from __future__ import annotations

from pipelines.sandbox.case import Order, Payment
from pipelines.sandbox.days import DAY, HOUR, MINUTE, SECOND
from pipelines.sandbox.desk import Desk
from pipelines.sandbox.stories import Story
from pipelines.sandbox.tender import ZERO
from pipelines.sandbox.truth import Window

ORDERS_SLA = DAY


def _money_on_the_next_day(desk: Desk, payment: Payment) -> tuple[Window, int]:
    expired = payment.states[-1][0]
    deposited = desk.deposits(payment, desk.on_day(1, hours=(8, 19)))
    completed = desk.confirms(payment)
    desk.pays_out(payment)
    return (expired, deposited), completed


def _late(desk: Desk, *, since: int, window: Window) -> None:
    desk.case.breaks("LATE_PAYMENT", ZERO, since=since, seen_between=window)


def paid_after_the_end(desk: Desk) -> None:
    """The offer ended unpaid in the evening; the money comes on the next day and is accepted."""
    order, payment = desk.sale()
    desk.expires(payment)
    window, completed = _money_on_the_next_day(desk, payment)
    known = order.becomes("paid", completed + 30 * SECOND)
    _late(desk, since=known, window=window)


def _two_sessions(desk: Desk) -> tuple[Order, Payment]:
    order, first = desk.sale(kind="session")
    second = desk.attempt(desk.now + 12 * MINUTE)
    desk.key(order, second, kind="session")
    desk.expires(second)
    return order, first


def paid_after_the_end_on_the_first_session(desk: Desk) -> None:
    """Two offers ended unpaid; on the next day the customer pays the first one."""
    order, first = _two_sessions(desk)
    desk.expires(first)
    window, completed = _money_on_the_next_day(desk, first)
    known = order.becomes("paid", completed + 30 * SECOND)
    _late(desk, since=known, window=window)
    desk.case.breaks("SUPERSEDED_SESSION_PAID", ZERO, since=known)


def paid_after_cancelling(desk: Desk) -> None:
    """The unpaid order was cancelled in the evening; on the next day its money comes."""
    order, payment = desk.sale()
    expired = desk.expires(payment)
    order.becomes("cancelled", expired + HOUR)
    window, completed = _money_on_the_next_day(desk, payment)
    since = max(completed, payment.created_at + ORDERS_SLA)
    desk.case.breaks("STATUS_MISMATCH", payment.amount, since=since)
    desk.case.breaks("REFUND_DUE", payment.amount, since=completed)
    _late(desk, since=completed, window=window)


def paid_on_the_first_session(desk: Desk) -> None:
    """The customer opened a second session and paid the first."""
    order, first = _two_sessions(desk)
    known = desk.settles(order, first)
    desk.case.breaks("SUPERSEDED_SESSION_PAID", ZERO, since=known)


STORIES = (
    Story(paid_after_the_end, codes=("LATE_PAYMENT",), at_night=True),
    Story(
        paid_after_the_end_on_the_first_session,
        codes=("LATE_PAYMENT", "SUPERSEDED_SESSION_PAID"),
        at_night=True,
    ),
    Story(
        paid_after_cancelling,
        codes=("STATUS_MISMATCH", "REFUND_DUE", "LATE_PAYMENT"),
        at_night=True,
    ),
    Story(paid_on_the_first_session, codes=("SUPERSEDED_SESSION_PAID",)),
)
