"""Section 5, line 2: what each date should hold by its own rows and by its cases, and what is left.

Lines 1 and 3 to 5 stay out.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from oracle.cases import Case, Charge
from oracle.codes import PRECEDENCE, expected, received
from oracle.statuses import is_ahead, is_partial
from oracle.world import World

ZERO = Decimal(0)

# Codes 1, 2, 5 to 12 and AMOUNT_MISMATCH: where one holds, a difference is accounted for.
EXPLAINING_CODES = frozenset({*PRECEDENCE[:2], *PRECEDENCE[4:12], "AMOUNT_MISMATCH"})
EXPLAINING_STATUSES = frozenset({"PARTIAL", "EXPECTED", "EXCLUDED"})


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A case with what sections 3 and 4 say about it."""

    case: Case
    codes: dict[str, Decimal]
    match_status: str
    business_date: date


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of line 2 on one date in one currency."""

    own: Decimal = ZERO
    moved_in: Decimal = ZERO
    moved_out: Decimal = ZERO
    by_cases: Decimal = ZERO

    @property
    def gap(self) -> Decimal:
        return abs(self.own + self.moved_in - self.moved_out - self.by_cases)


@dataclass(frozen=True, kw_only=True)
class ProofLine:
    """Line 2 of one business date and currency."""

    expected: Side
    received: Side
    unexplained_residual: Decimal


@dataclass(frozen=True, kw_only=True)
class Unexplained:
    """A difference that neither a code nor a status accounts for."""

    case_id: str
    currency: str
    difference: Decimal


@dataclass(frozen=True, kw_only=True)
class Posting:
    """The part of one row in line 2: nothing, where it expects or brought no money."""

    own_date: date
    case_date: date
    currency: str
    amount: Decimal


def prove(
    judged: Collection[Judged], world: World
) -> tuple[dict[tuple[date, str], ProofLine], list[Unexplained]]:
    """A line for every date and currency that has a row or a case, and what is unexplained."""
    orders, payments = order_postings(judged, world), payment_postings(judged, world)
    dates = {(day, p.currency) for p in orders + payments for day in (p.own_date, p.case_date)}
    left = {each.case.case_id: unexplained(each, world) for each in judged}
    lines = {}
    for business_date, currency in sorted(dates):
        here = [each for each in judged if each.business_date == business_date]
        sides = {
            "expected": side(
                orders,
                (business_date, currency),
                by_cases=sum((expected(each.case, currency) for each in here), ZERO),
            ),
            "received": side(
                payments,
                (business_date, currency),
                by_cases=sum((received(each.case, currency) for each in here), ZERO),
            ),
        }
        differences = sum(
            (
                abs(hole.difference)
                for each in here
                for hole in left[each.case.case_id]
                if hole.currency == currency
            ),
            ZERO,
        )
        gaps = sides["expected"].gap + sides["received"].gap
        lines[business_date, currency] = ProofLine(**sides, unexplained_residual=gaps + differences)
    return lines, [hole for holes in left.values() for hole in holes]


def order_postings(judged: Collection[Judged], world: World) -> list[Posting]:
    return [
        Posting(
            own_date=world.local_date(order.placed_at),
            case_date=each.business_date,
            currency=order.currency,
            amount=order.amount if order.expects_money else ZERO,
        )
        for each in judged
        for order in each.case.orders
    ]


def payment_postings(judged: Collection[Judged], world: World) -> list[Posting]:
    """Every transaction, and the charges of bills that an order joined."""
    payments = [
        Posting(
            own_date=world.local_date(transaction.created_at),
            case_date=each.business_date,
            currency=transaction.fiat_currency,
            amount=transaction.fiat_amount if transaction.is_completed else ZERO,
        )
        for each in judged
        for transaction in each.case.transactions
    ]
    return payments + [
        Posting(
            own_date=charge_date(charge, world),
            case_date=each.business_date,
            currency=charge.currency,
            amount=charge.amount,
        )
        for each in judged
        for charge in each.case.received_charges
    ]


def charge_date(charge: Charge, world: World) -> date:
    """An attempt counts on the day of its invoice; one without, on the day it was made."""
    if charge.invoice is not None:
        return world.bill_date(charge.invoice)
    return world.local_date(charge.created_at)


def side(postings: Iterable[Posting], line: tuple[date, str], *, by_cases: Decimal) -> Side:
    business_date, currency = line
    rows = [each for each in postings if each.currency == currency]
    own = [each for each in rows if each.own_date == business_date]
    held = [each for each in rows if each.case_date == business_date]
    return Side(
        own=sum((each.amount for each in own), ZERO),
        moved_in=sum((each.amount for each in held if each.own_date != business_date), ZERO),
        moved_out=sum((each.amount for each in own if each.case_date != business_date), ZERO),
        by_cases=by_cases,
    )


def explanations(judged: Collection[Judged], world: World) -> dict[tuple[date, str, str], Decimal]:
    """The differences by business date, currency, and the code or status that explains them."""
    listed: dict[tuple[date, str, str], Decimal] = {}
    for each in judged:
        name = explanation(each, world)
        for currency, amount in differences(each.case).items():
            if name is not None:
                line = (each.business_date, currency, name)
                listed[line] = listed.get(line, ZERO) + amount
    return listed


def explanation(judged: Judged, world: World) -> str | None:
    """The first code that explains, else the status, else the timing that other codes hide."""
    case = judged.case
    codes = [code for code in judged.codes if code in EXPLAINING_CODES]
    statuses = [judged.match_status] if judged.match_status in EXPLAINING_STATUSES else []
    # UNDERPAID, OVERPAID and the codes of subscriptions hide a timing status without explaining
    # the difference themselves; the timing explains it still (DECISIONS.md).
    timing = ["PARTIAL"] if is_partial(case) else ["EXPECTED"] if is_ahead(case, world) else []
    return next(iter(codes + statuses + timing), None)


def differences(case: Case) -> dict[str, Decimal]:
    """Received - expected by currency, wherever it is not 0."""
    currencies = {order.currency for order in case.orders}
    currencies |= {payment.currency for payment in case.payments}
    found = {
        currency: received(case, currency) - expected(case, currency) for currency in currencies
    }
    return {currency: amount for currency, amount in sorted(found.items()) if amount != 0}


def unexplained(judged: Judged, world: World) -> list[Unexplained]:
    """The differences of a case, unless a code or its status explains them."""
    if explanation(judged, world) is not None:
        return []
    return [
        Unexplained(case_id=judged.case.case_id, currency=currency, difference=amount)
        for currency, amount in differences(judged.case).items()
    ]
