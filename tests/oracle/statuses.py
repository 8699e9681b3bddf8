"""Section 3: the match status of a case, the first that holds.

Section 4's codes are taken as given; money sums stay out.
"""

from collections.abc import Collection

from oracle.cases import Case
from oracle.codes import (
    expecting_alone,
    is_returned,
    paid_alone,
    paid_unexpectedly,
    unpaid,
)
from oracle.sources import is_billed
from oracle.transaction_codes import exceeds, falls_short
from oracle.world import World

# These ride on a matched case.
RIDING = frozenset(
    {
        "WRONG_ASSET_RECEIVED",
        "NETWORK_MISMATCH",
        "LATE_PAYMENT",
        "PAYOUT_FAILED",
        "PAYOUT_OVERDUE",
        "FEE_VARIANCE",
        "SUPERSEDED_SESSION_PAID",
    }
)

MATCH_STATUSES = (
    "EXCLUDED",
    "AMBIGUOUS",
    "SUGGESTED",
    "BREAK",
    "PARTIAL",
    "EXPECTED",
    "NOT_EXPECTED",
    "MATCHED_MANUAL",
    "MATCHED_GROUP",
    "MATCHED_TOLERANCE",
    "MATCHED_EXACT",
)


def match_status(case: Case, codes: Collection[str], world: World) -> str:
    holds = {
        "EXCLUDED": not case.orders
        and any(is_billed(transaction, world) for transaction in case.transactions),
        "AMBIGUOUS": case.kind == "ambiguous",
        "SUGGESTED": case.kind == "suggested",
        "BREAK": bool(set(codes) - RIDING),
        "PARTIAL": is_partial(case),
        "EXPECTED": is_ahead(case, world),
        "NOT_EXPECTED": is_not_expected(case),
        "MATCHED_MANUAL": any(link.rule == "manual" for link in case.links),
        "MATCHED_GROUP": len(case.orders) > 1 or len(case.payments) > 1,
        "MATCHED_TOLERANCE": is_within_tolerance(case, world),
        "MATCHED_EXACT": True,
    }
    return next(status for status in MATCH_STATUSES if holds[status])


def is_partial(case: Case) -> bool:
    return any(
        transaction.coins > 0 or any(order.expects_money for order in case.orders_of(transaction))
        for transaction in case.transactions
        if not transaction.is_closed
    )


def is_ahead(case: Case, world: World) -> bool:
    """One side ahead of the other. Were it over its SLA, a code would have come first."""
    awaits_payment = unpaid(case) and any(order.expects_money for order in case.orders)
    return (
        expecting_alone(case)
        or paid_alone(case, world)
        or awaits_payment
        or bool(paid_unexpectedly(case))
        or any(
            order.status == "refunded" and is_returned(case, order) and case.payments_of(order)
            for order in case.orders
        )
        or is_charged_ahead(case)
    )


def is_charged_ahead(case: Case) -> bool:
    """A charge whose invoice is not PAID yet, or is not there at all."""
    return any(charge.invoice is None or not charge.invoice.is_paid for charge in case.charges)


def is_not_expected(case: Case) -> bool:
    refunded_on_both_sides = any(
        transaction.status == "REFUNDED"
        for order in case.orders
        if order.status == "refunded"
        for transaction in case.transactions_of(order)
    )
    expects = any(order.expects_money for order in case.orders)
    came = case.completed or case.charges
    return not expects and not came and not refunded_on_both_sides


def is_within_tolerance(case: Case, world: World) -> bool:
    """A ≠ E, accepted, on the payment; where none is left, on the one given back."""
    refunded = [each for each in case.transactions if each.status == "REFUNDED"]
    return any(
        transaction.crypto_expected is not None
        and transaction.coins != transaction.crypto_expected
        and not falls_short(transaction, world)
        and not exceeds(transaction, world)
        for transaction in case.completed or refunded
    )
