"""The oracle's answer: one call from a world to its cases and its proof.

A slow, plain reading of the written rules, kept apart from the engine so that both can be wrong
only where the rules are. It knows orders and transactions; invoices, charge attempts, control
codes, severities and states stay out.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

from oracle.codes import expected, judge, received
from oracle.links import Case, Link, form_cases
from oracle.proof import Judged, ProofLine, Unexplained, prove
from oracle.sources import stale_dates
from oracle.statuses import match_status
from oracle.transaction_codes import round_money
from oracle.world import World

# More digits than any product of two stored amounts has: every sum below is exact.
PRECISION = 80


@dataclass(frozen=True, kw_only=True)
class CaseReckoning:
    """One case. Ids and links are sorted, so that equal cases compare equal."""

    case_id: str
    orders: tuple[str, ...]
    transactions: tuple[str, ...]
    links: tuple[Link, ...]
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
    """All cases by id, line 2 of the proof by date and currency, and the dates without orders."""

    cases: dict[str, CaseReckoning]
    proof: dict[tuple[date, str], ProofLine]
    unexplained: tuple[Unexplained, ...]
    stale_dates: frozenset[date]

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
        cases = {each.case.case_id: told(each, world) for each in judged}
    return Reckoning(
        cases=dict(sorted(cases.items())),
        proof=proof,
        unexplained=tuple(unexplained),
        stale_dates=stale_dates(world),
    )


def judge_case(case: Case, world: World) -> Judged:
    codes = judge(case, world)
    opened = case.orders[0].placed_at if case.orders else case.transactions[0].created_at
    return Judged(
        case=case,
        codes=codes,
        match_status=match_status(case, codes, world),
        business_date=world.local_date(opened),
    )


def told(judged: Judged, world: World) -> CaseReckoning:
    case = judged.case
    return CaseReckoning(
        case_id=case.case_id,
        orders=tuple(sorted(order.order_id for order in case.orders)),
        transactions=tuple(sorted(each.transaction_id for each in case.transactions)),
        links=case.links,
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
