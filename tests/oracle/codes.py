"""Section 4: which break codes hold for a case, and each one's exact impact.

Judges here look at orders and the money that reached them: COMPLETED transactions, and the charges
of an invoice that an order joined. The codes about a transaction alone and those of subscriptions
have modules of their own. Which codes make a case a break is a question of its status.
"""

from collections.abc import Callable
from decimal import Decimal

from oracle.ages import older_than_gateway_sla, older_than_orders_sla, order_is_old
from oracle.cases import Case, Payment
from oracle.sources import is_billed, is_named_in_quarantine, is_shown_complete, stale_dates
from oracle.subscription_codes import subscription_codes
from oracle.transaction_codes import transaction_codes
from oracle.world import Order, World

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
    in_order = {code: found[code] for code in PRECEDENCE if code in found}
    return in_order | subscription_codes(case, world)


def expected(case: Case, currency: str) -> Decimal:
    amounts = [each.amount for each in case.orders if each.expects_money]
    currencies = [each.currency for each in case.orders if each.expects_money]
    return sum((a for a, c in zip(amounts, currencies, strict=True) if c == currency), ZERO)


def received(case: Case, currency: str) -> Decimal:
    rows = [each for each in case.payments if each.currency == currency]
    return sum((each.amount for each in rows), ZERO)


def difference(case: Case) -> Decimal:
    """Received - expected, in the currency of the break."""
    return received(case, case.currency) - expected(case, case.currency)


def differs(case: Case) -> bool:
    has_expecting_order = any(order.expects_money for order in case.orders)
    return has_expecting_order and bool(case.payments) and difference(case) != 0


def expecting_alone(case: Case) -> bool:
    """An order that expects money and nothing else: the order's side is ahead."""
    arrived = case.transactions or case.payments
    return not arrived and any(order.expects_money for order in case.orders)


def overdue(case: Case, world: World) -> list[Order]:
    """Several only where they joined one bill that nobody paid."""
    expecting = [order for order in case.orders if order.expects_money and expecting_alone(case)]
    return [order for order in expecting if order_is_old(order, world)]


def incomplete_extract(case: Case, world: World) -> Decimal | None:
    gaps = [order for order in overdue(case, world) if not is_shown_complete(order, world)]
    return ZERO if gaps else None


def missing_in_gateway(case: Case, world: World) -> Decimal | None:
    orders = overdue(case, world)
    if not orders or not all(is_shown_complete(order, world) for order in orders):
        return None
    return -sum((each.amount for each in orders if each.currency == case.currency), ZERO)


def paid_alone(case: Case, world: World) -> bool:
    """A COMPLETED payment that nothing but an order could explain: the gateway is ahead."""
    billed = any(is_billed(transaction, world) for transaction in case.transactions)
    return not case.orders and bool(case.completed) and not billed


def missing_in_orders(case: Case, world: World) -> Decimal | None:
    if not paid_alone(case, world):
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
        if any(payment.currency != order.currency for payment in case.payments)
    ]
    amounts = [order.amount for order in differing if order.currency == case.currency]
    return -sum(amounts, ZERO) if differing else None


def duplicate_order(case: Case, _: World) -> Decimal | None:
    """Per payment: the orders that claim it, each of exactly its amount."""
    impacts = []
    for payment in case.payments:
        claims = [
            order
            for order in case.orders
            if payment in case.payments_of(order)
            and order.expects_money
            and order.currency == payment.currency
            and order.amount == payment.amount
        ]
        if len(claims) >= 2:
            surplus = sum((order.amount for order in claims), ZERO) - payment.amount
            impacts.append(-surplus if payment.currency == case.currency else ZERO)
    return sum(impacts, ZERO) if impacts else None


def settling(case: Case, order: Order) -> list[Payment]:
    """The payments of this order that would each settle it alone, earliest first."""
    return [
        payment
        for payment in case.payments_of(order)
        if payment.currency == order.currency and payment.amount >= order.amount
    ]


def duplicate_payment(case: Case, _: World) -> Decimal | None:
    doubled = any(len(settling(case, order)) >= 2 for order in case.orders)
    return difference(case) if doubled else None


def returnable(case: Case) -> frozenset[str]:
    """(c) of REFUND_DUE: doubled payments but the earliest; payments of orders called off.

    Only transactions: a charge has no `refund_tx_hash` that would ever show it returned.
    """
    payments = [each for order in case.orders for each in settling(case, order)[1:]]
    for order in case.orders:
        if order.status in ("cancelled", "refunded"):
            payments += case.payments_of(order)
    return frozenset(each.row_id for each in payments if each.kind == "transaction")


def status_mismatch(case: Case, world: World) -> Decimal | None:
    holds = (
        unpaid_in_the_end(case, world)
        or any(older_than_orders_sla(payment, world) for payment in paid_unexpectedly(case))
        or any(kept_after_refund(case, order) for order in case.orders)
    )
    return difference(case) if holds else None


def unpaid(case: Case) -> bool:
    """The case has transactions, and nothing brought money: COMPLETED, REFUNDED, or a charge."""
    statuses = {transaction.status for transaction in case.transactions}
    return bool(statuses) and "REFUNDED" not in statuses and not case.payments


def unpaid_in_the_end(case: Case, world: World) -> bool:
    given_up = all(
        transaction.is_closed or older_than_gateway_sla(transaction, world)
        for transaction in case.transactions
    )
    waited = any(order.expects_money and order_is_old(order, world) for order in case.orders)
    return unpaid(case) and given_up and waited


def paid_unexpectedly(case: Case) -> list[Payment]:
    """The payments of awaiting or cancelled orders."""
    return [
        payment
        for order in case.orders
        if order.status in ("awaiting", "cancelled")
        for payment in case.payments_of(order)
    ]


def is_returned(case: Case, order: Order) -> bool:
    return any(transaction.status == "REFUNDED" for transaction in case.transactions_of(order))


def kept_after_refund(case: Case, order: Order) -> bool:
    kept = bool(case.payments_of(order)) and not is_returned(case, order)
    return order.status == "refunded" and kept


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
