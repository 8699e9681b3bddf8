"""The oracle's answer: one call from a world to its cases and its proof.

A slow, plain reading of the written rules, kept apart from the engine so that both can be wrong
only where the rules are. It knows orders, transactions, invoices and charge attempts; control
codes are a module of their own; severities and states of breaks stay out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from oracle.bill_links import Bill
from oracle.cases import Case, form_cases
from oracle.codes import expected, judge, received
from oracle.links import Link
from oracle.proof import Judged, ProofLine, Unexplained, explanations, prove
from oracle.sources import stale_dates
from oracle.statuses import match_status
from oracle.subscription_matches import SubscriptionMatch, subscription_matches
from oracle.transaction_codes import round_money
from oracle.world import World

# More digits than any product of two stored amounts has: every sum below is exact.
PRECISION = 80


@dataclass(frozen=True, kw_only=True)
class CaseReckoning:
    """One case. Ids and links are sorted, so that equal cases compare equal."""

    case_id: str
    oldest_order: str | None
    oldest_transaction: str | None
    subscription: str | None
    oldest_invoice: str | None
    attempt: str | None
    orders: tuple[str, ...]
    transactions: tuple[str, ...]
    invoices: tuple[str, ...]
    attempts: tuple[str, ...]
    links: tuple[Link, ...]
    bills: tuple[Bill, ...]
    match_status: str
    business_date: date
    codes: tuple[str, ...]
    impacts: dict[str, Decimal]
    currency: str
    expected: Decimal
    received: Decimal

    @property
    def code(self) -> str | None:
        """The primary code: what the case's break is called."""
        return self.codes[0] if self.codes else None

    @property
    def money_impact(self) -> Decimal | None:
        return self.impacts[self.codes[0]] if self.codes else None


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    """All cases by id, lines 1 and 2 of the proof, and the dates without orders."""

    cases: dict[str, CaseReckoning]
    proof: dict[tuple[date, str], ProofLine]
    explained: dict[tuple[date, str, str], Decimal]
    unexplained: tuple[Unexplained, ...]
    stale_dates: frozenset[date]
    subscription_matches: tuple[SubscriptionMatch, ...]
    rows_by_status: dict[tuple[str, str], int]

    @property
    def only_case(self) -> CaseReckoning:
        """The case of a world that holds just one; more is an error."""
        (case,) = self.cases.values()
        return case

    @property
    def unexplained_residual(self) -> dict[tuple[date, str], Decimal]:
        return {line: each.unexplained_residual for line, each in self.proof.items()}


def reckon(world: World) -> Reckoning:
    with localcontext(prec=PRECISION):
        judged = [judge_case(case, world) for case in form_cases(world)]
        proof, unexplained = prove(judged, world)
        explained = explanations(judged, world)
        cases = {each.case.case_id: told(each, world) for each in judged}
    return Reckoning(
        cases=dict(sorted(cases.items())),
        proof=proof,
        explained=explained,
        unexplained=tuple(unexplained),
        stale_dates=stale_dates(world),
        subscription_matches=subscription_matches(judged),
        rows_by_status=rows_by_status(judged),
    )


def judge_case(case: Case, world: World) -> Judged:
    codes = judge(case, world)
    return Judged(
        case=case,
        codes=codes,
        match_status=match_status(case, codes, world),
        business_date=business_date(case, world),
    )


def business_date(case: Case, world: World) -> date:
    """That of the oldest order, else transaction, else invoice, else attempt; else the period's."""
    if case.orders:
        return world.local_date(case.orders[0].placed_at)
    if case.transactions:
        return world.local_date(case.transactions[0].created_at)
    if case.invoices:
        return world.bill_date(case.invoices[0])
    if case.attempts:
        return world.local_date(case.attempts[0].created_at)
    assert case.period is not None
    assert case.period.current_period_start_at is not None
    return world.local_date(case.period.current_period_start_at)


def attempt_named(case: Case) -> str | None:
    """The text names no attempt for a break: its oldest charge tells a reader most."""
    charges = [charge.attempt for charge in case.charges]
    named = [*charges, *case.attempts]
    return named[0].charge_attempt_id if named else None


def rows_by_status(judged: Iterable[Judged]) -> dict[tuple[str, str], int]:
    """Line 1: how many rows of each side stand in cases of each status."""
    return Counter(
        (row, each.match_status)
        for each in judged
        for row, rows in (
            ("order", each.case.orders),
            ("transaction", each.case.transactions),
            ("invoice", each.case.invoices),
            ("attempt", each.case.attempts),
        )
        for _ in rows
    )


def told(judged: Judged, world: World) -> CaseReckoning:
    case = judged.case
    return CaseReckoning(
        case_id=case.case_id,
        oldest_order=case.orders[0].order_id if case.orders else None,
        oldest_transaction=case.transactions[0].transaction_id if case.transactions else None,
        subscription=case.subscription_id,
        oldest_invoice=case.invoices[0].invoice_id if case.invoices else None,
        attempt=attempt_named(case),
        orders=tuple(sorted(order.order_id for order in case.orders)),
        transactions=tuple(sorted(each.transaction_id for each in case.transactions)),
        invoices=tuple(sorted(each.invoice_id for each in case.invoices)),
        attempts=tuple(sorted(each.charge_attempt_id for each in case.attempts)),
        links=case.links,
        bills=case.bills,
        match_status=judged.match_status,
        business_date=judged.business_date,
        codes=tuple(judged.codes),
        impacts={
            code: round_money(impact, case.currency, world) for code, impact in judged.codes.items()
        },
        currency=case.currency,
        expected=expected(case, case.currency),
        received=received(case, case.currency),
    )
