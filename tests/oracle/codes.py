"""Section 4: which of the break codes 1 to 20 hold for a case, and each one's exact impact.

Judges here look at orders and transactions together; the codes about a transaction alone are
their own module. Which codes make a case a break is a question of its status and stays out.
"""

from collections.abc import Callable
from decimal import Decimal

from oracle.ages import older_than_gateway_sla, older_than_orders_sla, order_is_old
from oracle.links import Case
from oracle.sources import is_billed, is_named_in_quarantine, is_shown_complete, stale_dates
from oracle.transaction_codes import transaction_codes
from oracle.world import Order, TransactionVersion, World

ZERO = Decimal(0)

PRECEDENCE = (
    "INCOMPLETE_EXTRACT",
    "CURRENCY_MISMATCH",
    "WRONG_ASSET_RECEIVED",
    "NETWORK_MISMATCH",
    "AMBIGUOUS_MATCH",
    "MISSING_IN_GATEWAY",
    "MISSING_IN_ORDERS",
    "DUPLICATE_ORDER",
    "DUPLICATE_PAYMENT",
    "STATUS_MISMATCH",
    "REFUND_NOT_IN_ORDERS",
    "REFUND_DUE",
    "PAYOUT_FAILED",
    "PAYOUT_OVERDUE",
    "UNDERPAID",
    "OVERPAID",
    "AMOUNT_MISMATCH",
    "FEE_VARIANCE",
    "LATE_PAYMENT",
    "SUPERSEDED_SESSION_PAID",
)

# AMOUNT_MISMATCH is the difference that none of these explains: codes 2 and 5 to 11.
EXPLAINED_ELSEWHERE = frozenset({PRECEDENCE[1], *PRECEDENCE[4:11]})


def judge(case: Case, world: World) -> dict[str, Decimal]:
    """The codes that hold, in order of precedence, with their unrounded impacts."""
    if case.kind == "suggested":
        return {}
    if case.kind == "ambiguous":
        expected = sum((order.amount for order in case.orders), ZERO)
        found = transaction_codes(case, world) | {"AMBIGUOUS_MATCH": -expected}
        return {code: found[code] for code in PRECEDENCE if code in found}
    found = transaction_codes(case, world, returnable=returnable(case))
    for code, holds in CASE_JUDGES.items():
        impact = holds(case, world)
        if impact is not None:
            found[code] = impact
    if differs(case) and not EXPLAINED_ELSEWHERE & found.keys():
        found["AMOUNT_MISMATCH"] = difference(case)
    return {code: found[code] for code in PRECEDENCE if code in found}


def expected(case: Case, currency: str) -> Decimal:
    amounts = [each.amount for each in case.orders if each.expects_money]
    currencies = [each.currency for each in case.orders if each.expects_money]
    return sum((a for a, c in zip(amounts, currencies, strict=True) if c == currency), ZERO)


def received(case: Case, currency: str) -> Decimal:
    rows = [each for each in case.completed if each.fiat_currency == currency]
    return sum((each.fiat_amount for each in rows), ZERO)


def difference(case: Case) -> Decimal:
    """Received - expected, in the currency of the break."""
    return received(case, case.currency) - expected(case, case.currency)


def differs(case: Case) -> bool:
    has_expecting_order = any(order.expects_money for order in case.orders)
    return has_expecting_order and bool(case.completed) and difference(case) != 0


def expecting_alone(case: Case) -> bool:
    """An order that expects money and nothing else: the order's side is ahead."""
    return not case.transactions and any(order.expects_money for order in case.orders)


def incomplete_extract(case: Case, world: World) -> Decimal | None:
    order = case.orders[0] if case.orders else None
    overdue = order and expecting_alone(case) and order_is_old(order, world)
    return ZERO if order and overdue and not is_shown_complete(order, world) else None


def missing_in_gateway(case: Case, world: World) -> Decimal | None:
    order = case.orders[0] if case.orders else None
    overdue = order and expecting_alone(case) and order_is_old(order, world)
    return -order.amount if order and overdue and is_shown_complete(order, world) else None


def paid_alone(case: Case) -> bool:
    """A COMPLETED payment that nothing but an order could explain: the gateway is ahead."""
    billed = any(is_billed(transaction) for transaction in case.transactions)
    return not case.orders and bool(case.completed) and not billed


def missing_in_orders(case: Case, world: World) -> Decimal | None:
    if not paid_alone(case):
        return None
    payment = case.completed[0]
    waits = (
        not older_than_orders_sla(payment, world)
        or world.local_date(payment.created_at) in stale_dates(world)
        or is_named_in_quarantine(payment, world)
    )
    return None if waits else payment.fiat_amount


def currency_mismatch(case: Case, _: World) -> Decimal | None:
    """Orders in another currency than some payment; only amounts in the case's currency add."""
    differing = [
        order
        for order in case.orders
        if any(payment.fiat_currency != order.currency for payment in case.completed)
    ]
    amounts = [order.amount for order in differing if order.currency == case.currency]
    return -sum(amounts, ZERO) if differing else None


def duplicate_order(case: Case, _: World) -> Decimal | None:
    """Per payment: the orders that claim it, each of exactly its amount."""
    impacts = []
    for payment in case.completed:
        claims = [
            order
            for order in case.orders_of(payment)
            if order.expects_money
            and order.currency == payment.fiat_currency
            and order.amount == payment.fiat_amount
        ]
        if len(claims) >= 2:
            surplus = sum((order.amount for order in claims), ZERO) - payment.fiat_amount
            impacts.append(-surplus if payment.fiat_currency == case.currency else ZERO)
    return sum(impacts, ZERO) if impacts else None


def settling(case: Case, order: Order) -> list[TransactionVersion]:
    """The payments of this order that would each settle it alone, earliest first."""
    return [
        payment
        for payment in case.transactions_of(order)
        if payment.is_completed
        and payment.fiat_currency == order.currency
        and payment.fiat_amount >= order.amount
    ]


def duplicate_payment(case: Case, _: World) -> Decimal | None:
    doubled = any(len(settling(case, order)) >= 2 for order in case.orders)
    return difference(case) if doubled else None


def returnable(case: Case) -> frozenset[str]:
    """(c) of REFUND_DUE: doubled payments but the earliest; payments of orders called off."""
    payments = [each for order in case.orders for each in settling(case, order)[1:]]
    for order in case.orders:
        if order.status in ("cancelled", "refunded"):
            payments += [each for each in case.transactions_of(order) if each.is_completed]
    return frozenset(payment.transaction_id for payment in payments)


def status_mismatch(case: Case, world: World) -> Decimal | None:
    holds = (
        unpaid_in_the_end(case, world)
        or any(older_than_orders_sla(payment, world) for payment in paid_unexpectedly(case))
        or any(kept_after_refund(case, order) for order in case.orders)
    )
    return difference(case) if holds else None


def unpaid(case: Case) -> bool:
    """The case has transactions, and none brought money: COMPLETED or REFUNDED."""
    statuses = {transaction.status for transaction in case.transactions}
    return bool(statuses) and not statuses & {"COMPLETED", "REFUNDED"}


def unpaid_in_the_end(case: Case, world: World) -> bool:
    given_up = all(
        transaction.is_closed or older_than_gateway_sla(transaction, world)
        for transaction in case.transactions
    )
    waited = any(order.expects_money and order_is_old(order, world) for order in case.orders)
    return unpaid(case) and given_up and waited


def paid_unexpectedly(case: Case) -> list[TransactionVersion]:
    """The payments of awaiting or cancelled orders."""
    return [
        payment
        for order in case.orders
        if order.status in ("awaiting", "cancelled")
        for payment in case.transactions_of(order)
        if payment.is_completed
    ]


def kept_after_refund(case: Case, order: Order) -> bool:
    statuses = {transaction.status for transaction in case.transactions_of(order)}
    return order.status == "refunded" and "COMPLETED" in statuses and "REFUNDED" not in statuses


def refund_not_in_orders(case: Case, _: World) -> Decimal | None:
    refunded = any(transaction.status == "REFUNDED" for transaction in case.transactions)
    uncovered = any(
        order.expects_money and received(case, order.currency) < order.amount
        for order in case.orders
    )
    return difference(case) if refunded and uncovered else None


def superseded_session_paid(case: Case, _: World) -> Decimal | None:
    if len(case.completed) != 1 or not case.completed[0].checkout_session_id:
        return None
    payment = case.completed[0]
    superseded = any(
        order.session_ids and order.session_ids[-1] != payment.checkout_session_id
        for order in case.orders_of(payment)
    )
    return ZERO if superseded else None


CASE_JUDGES: dict[str, Callable[[Case, World], Decimal | None]] = {
    "INCOMPLETE_EXTRACT": incomplete_extract,
    "CURRENCY_MISMATCH": currency_mismatch,
    "MISSING_IN_GATEWAY": missing_in_gateway,
    "MISSING_IN_ORDERS": missing_in_orders,
    "DUPLICATE_ORDER": duplicate_order,
    "DUPLICATE_PAYMENT": duplicate_payment,
    "STATUS_MISMATCH": status_mismatch,
    "REFUND_NOT_IN_ORDERS": refund_not_in_orders,
    "SUPERSEDED_SESSION_PAID": superseded_session_paid,
}
