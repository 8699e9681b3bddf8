"""Troubles of pairing (codes 2 to 9): another currency, coin or chain, or a side missing or double.

Every fact is derived here by hand from what the story does, in the words of the code's definition.
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.sandbox import invented
from pipelines.sandbox.case import Order, OrderState, Payment
from pipelines.sandbox.days import DAY, HOUR, MINUTE, SECOND, second_after
from pipelines.sandbox.desk import Desk
from pipelines.sandbox.stories import Story
from pipelines.sandbox.tender import (
    FIATS,
    USDC,
    USDT_BSC,
    USDT_TRON,
    ZERO,
    Asset,
    to_minor,
)

GATEWAY_SLA = DAY
ORDERS_SLA = DAY


def other_currency(desk: Desk) -> None:
    """The order is priced in one currency, the session was opened in another."""
    order, wrong = desk.order(), desk.rng.choice([c for c in FIATS if c != desk.currency])
    per_usd = desk.rates.per_usd
    at = desk.now + 20 * SECOND
    desk.amount = to_minor(order.amount * per_usd(wrong) / per_usd(desk.currency), wrong)
    desk.currency = wrong
    payment = desk.attempt(at)
    desk.key(order, payment)
    known = desk.settles(order, payment)
    desk.case.breaks("CURRENCY_MISMATCH", -order.amount, since=known)


def _paid_with_another(desk: Desk, named: Asset, used: Asset, code: str) -> None:
    order = desk.order()
    session = desk.session(desk.now + 10 * SECOND, names=named, tolerance=Decimal(2))
    payment = desk.payment(session, desk.now + 40 * SECOND, asset=used)
    desk.key(order, payment)
    known = desk.settles(order, payment)
    desk.case.breaks(code, ZERO, since=known)


def other_coin(desk: Desk) -> None:
    """The session named one coin, another one came."""
    named, used = desk.rng.choice(((USDT_TRON, USDC), (USDC, USDT_BSC)))
    _paid_with_another(desk, named, used, "WRONG_ASSET_RECEIVED")


def other_network(desk: Desk) -> None:
    """The coin that was named, on another chain."""
    named, used = desk.rng.choice(((USDT_TRON, USDT_BSC), (USDT_BSC, USDT_TRON)))
    _paid_with_another(desk, named, used, "NETWORK_MISMATCH")


def _paid_without_key(desk: Desk, orders: int, payments: int) -> tuple[list[Order], list[Payment]]:
    placed = [desk.order(at=desk.now + n * 7 * MINUTE) for n in range(orders)]
    made = [desk.attempt(desk.now + (8 + 3 * n) * MINUTE) for n in range(payments)]
    for payment in made:
        desk.pays(payment)
        desk.pays_out(payment)
    for order in placed:
        order.becomes("paid", desk.now + 2 * HOUR - 2 * MINUTE)
    return placed, made


def look_alikes(desk: Desk) -> None:
    """The same customer orders the same twice and pays twice, and no key tells which is which."""
    orders, _ = _paid_without_key(desk, 2, 2)
    known = max(order.paid_at for order in orders)
    desk.case.breaks("AMBIGUOUS_MATCH", -2 * desk.amount, since=known)


def two_claims_without_key(desk: Desk) -> None:
    """Two equal orders, one payment, no key."""
    orders, _ = _paid_without_key(desk, 2, 1)
    known = max(order.paid_at for order in orders)
    desk.case.breaks("AMBIGUOUS_MATCH", -2 * desk.amount, since=known)


def never_reached_the_gateway(desk: Desk) -> None:
    """The shop took an order for paid; the gateway knows nothing of it."""
    order, rng = desk.order(), desk.rng
    kind = desk.between(0, 3)
    if kind == 0:
        order.session_ids.append(desk.session(desk.now + 9 * SECOND).id)
    elif kind == 1:
        order.session_ids.append("cs_" + invented.hexadecimal(rng, 32))
    else:
        order.transaction_ref = "trxn_" + invented.hexadecimal(rng, 24)
    paid_at = order.becomes("paid", desk.later(5, 20))
    found_out = None if desk.lasting else order.becomes("cancelled", desk.on_day(3))
    desk.case.breaks(
        "MISSING_IN_GATEWAY", -order.amount, since=paid_at + GATEWAY_SLA, until=found_out
    )
    if found_out is None:
        desk.fulfils(order)


def unknown_to_the_shop(desk: Desk) -> None:
    """Money came for which the shop has no order."""
    payment = desk.attempt(desk.now + 20 * SECOND)
    desk.pays(payment)
    desk.pays_out(payment)
    since = payment.created_at + ORDERS_SLA
    desk.case.breaks("MISSING_IN_ORDERS", payment.amount, since=since)


def entered_days_later(desk: Desk) -> None:
    """Money came first; the shop enters its order on the third day, dated back."""
    payment = desk.attempt(desk.now + 20 * SECOND)
    completed = desk.pays(payment)
    desk.pays_out(payment)
    order = desk.order()
    order.session_ids.append(payment.session.id if payment.session else "")
    entered = second_after(desk.on_day(3))
    order.states[:] = [OrderState(entered, "paid", second_after(completed))]
    # Until then the case is the payment's own, and so is the name that its break goes by.
    desk.case.orders.remove(order)
    since = payment.created_at + ORDERS_SLA
    desk.case.breaks("MISSING_IN_ORDERS", payment.amount, since=since, until=entered)


def two_who_do_not_meet(desk: Desk) -> None:
    """Equal amounts, but another customer or too far apart: a lonely order, a lonely payment."""
    desk.not_before(9)
    order = desk.order()
    paid_at = order.becomes("paid", desk.later(4, 30))
    desk.case.breaks("MISSING_IN_GATEWAY", -order.amount, since=paid_at + GATEWAY_SLA)
    same_customer = desk.rng.random() < 0.5
    amount, currency, customer, asset = desk.amount, desk.currency, desk.customer, desk.asset
    desk.next_case(desk.now - 61 * MINUTE if same_customer else desk.now)
    desk.amount, desk.currency, desk.asset = amount, currency, asset
    if same_customer:
        desk.customer = customer
    payment = desk.attempt(desk.now - 2 * MINUTE)
    desk.pays(payment)
    desk.pays_out(payment)
    since = payment.created_at + ORDERS_SLA
    desk.case.breaks("MISSING_IN_ORDERS", payment.amount, since=since)


def ordered_twice(desk: Desk) -> None:
    """A double click made two orders; both claim the one payment."""
    first, payment = desk.sale(kind="session")
    second = desk.order(at=desk.now + desk.between(20 * SECOND, 4 * MINUTE))
    desk.key(second, payment, kind=desk.rng.choice(("session", "reference")))
    known = desk.settles(first, payment)
    known = second.becomes("paid", known)
    desk.case.breaks("DUPLICATE_ORDER", -first.amount, since=known)


def _paid_twice(desk: Desk, order: Order, second: Payment, *, superseding: bool) -> None:
    at = second.created_at + 5 * MINUTE
    completed = desk.pays(second, at=at)
    returned = None if desk.lasting else desk.on_day(3)
    desk.pays_out(second, before=returned)
    known = max(completed, order.paid_at)
    if returned is not None:
        returned = desk.refunds(second, returned)
    for code in ("DUPLICATE_PAYMENT", "REFUND_DUE"):
        desk.case.breaks(code, second.amount, since=known, until=returned)
    if returned is not None and superseding:
        # The payment kept is the one of the session that the customer had given up.
        desk.case.breaks("SUPERSEDED_SESSION_PAID", ZERO, since=returned)


def paid_twice_on_two_sessions(desk: Desk) -> None:
    """The customer paid the first session and, unsure of it, the second too."""
    order, first = desk.sale(kind="session")
    second = desk.attempt(desk.now + 15 * MINUTE)
    desk.key(order, second, kind="session")
    desk.settles(order, first)
    _paid_twice(desk, order, second, superseding=True)


def paid_twice_on_one_session(desk: Desk) -> None:
    """Two transactions on one session, both paid in full: the second is opened before any money.

    A session that is paid takes no further transaction.
    """
    order, first = desk.sale(kind="session")
    second = desk.payment(first.session, first.created_at + 50 * SECOND)
    desk.settles(order, first)
    _paid_twice(desk, order, second, superseding=False)


STORIES = (
    Story(other_currency, codes=("CURRENCY_MISMATCH",)),
    Story(other_coin, codes=("WRONG_ASSET_RECEIVED",)),
    Story(other_network, codes=("NETWORK_MISMATCH",)),
    Story(look_alikes, orders=2, codes=("AMBIGUOUS_MATCH",)),
    Story(two_claims_without_key, orders=2, codes=("AMBIGUOUS_MATCH",)),
    Story(never_reached_the_gateway, codes=("MISSING_IN_GATEWAY",)),
    Story(unknown_to_the_shop, orders=0, codes=("MISSING_IN_ORDERS",)),
    Story(entered_days_later, codes=("MISSING_IN_ORDERS",), is_resolved=True),
    Story(two_who_do_not_meet, codes=("MISSING_IN_GATEWAY", "MISSING_IN_ORDERS")),
    Story(ordered_twice, orders=2, codes=("DUPLICATE_ORDER",)),
    Story(paid_twice_on_two_sessions, codes=("DUPLICATE_PAYMENT", "REFUND_DUE")),
    Story(paid_twice_on_one_session, codes=("DUPLICATE_PAYMENT", "REFUND_DUE")),
)
