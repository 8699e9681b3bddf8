"""A seeded plan as the script of a play: what a merchant, its customers and the chain do, and when.

Read from the time lines of the book's sessions and payments. What the API does by itself (confirm,
expire, pay out) is no act; who performs the acts is told in `player`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from pipelines.sandbox import SandboxPlan
from pipelines.sandbox.book import Book
from pipelines.sandbox.case import Order, Payment, PaymentState, Session
from pipelines.sandbox.days import HOUR
from pipelines.sandbox.tender import HUNDRED

# A payout planned later than this after the creation is one that the bank holds back.
PAYOUT_USUAL = 66 * HOUR
_FORCED = {"FAILED": "risk_failure", "REFUNDED": "refund"}
_PAYOUTS = {"COMPLETED": "payout", "FAILED": "payout_failed"}


@dataclass(frozen=True)
class Act:
    """One thing done at one instant, by the name of the player's method."""

    at: int
    does: str
    subject: Session | Payment
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """The acts in the order of time, and the orders that the shop exports meanwhile.

    `names` are the ids and references that the plan has for what the API will name itself.
    """

    acts: list[Act]
    orders: list[Order]
    names: frozenset[str]


def script_of(plan: SandboxPlan) -> Script:
    """Everything that the plan's stories tell, as acts."""
    sessions: list[Session] = []
    payments: list[Payment] = []
    orders: list[Order] = []
    for part in Book(plan).parts():
        sessions += part.sessions
        payments += part.payments
        orders += part.orders
    acts = [Act(session.created_at, "opens_session", session) for session in sessions]
    for payment in payments:
        acts += _acts_of(payment)
    acts.sort(key=lambda act: act.at)
    names = {session.id for session in sessions}
    names |= {name for payment in payments for name in (payment.id, payment.reference)}
    return Script(acts, sorted(orders, key=lambda order: order.id), frozenset(names))


def _acts_of(payment: Payment) -> Iterator[Act]:
    yield Act(payment.created_at, "opens_payment", payment)
    is_held = _is_payout_held(payment)
    if is_held:
        yield Act(payment.created_at, "holds_payout", payment)
    for (_, before), (at, after) in pairwise(payment.states):
        if after.received > before.received:
            details = {
                "coins": after.received - before.received,
                "confirms_at": _confirmation(payment, at),
            }
            yield Act(at, "deposits", payment, details)
        elif after.status != before.status:
            yield from _status_act(payment, at, before, after)
        elif after.payout_status != before.payout_status:
            if is_held:
                yield _payout_act(payment, at, after.payout_status)
        else:
            yield Act(at, "returns_excess", payment)


def _is_payout_held(payment: Payment) -> bool:
    """Whether the plan's payout does not take the way that the API's takes by itself."""
    if payment.state.status != "COMPLETED":
        return False
    words = {state.payout_status: at for at, state in payment.states}
    done = words.get("COMPLETED")
    return "FAILED" in words or done is None or done > payment.created_at + PAYOUT_USUAL


def _confirmation(payment: Payment, deposited_at: int) -> int | None:
    """When the chain confirms what came then; None when it never does, or a force overtakes it."""
    later = [(at, state) for at, state in payment.states if at > deposited_at]
    if later and _is_confirmed_by_itself(payment, later[0][1]):
        return later[0][0]
    return None


def _is_confirmed_by_itself(payment: Payment, state: PaymentState) -> bool:
    least = payment.expected * (HUNDRED - payment.tolerance_percent) / HUNDRED
    if state.status == "COMPLETED":
        return state.received >= least
    return state.status == "UNDERPAID" and state.received < least


def _status_act(
    payment: Payment, at: int, before: PaymentState, after: PaymentState
) -> Iterator[Act]:
    if after.status == "EXPIRED":
        return
    if before.status == "PROCESSING" and _is_confirmed_by_itself(payment, after):
        return
    if after.status in _FORCED:
        yield Act(at, "forces_scenario", payment, {"scenario": _FORCED[after.status]})
    else:
        yield Act(at, "forces_status", payment, {"status": after.status})


def _payout_act(payment: Payment, at: int, becomes: str) -> Act:
    if becomes in _PAYOUTS:
        return Act(at, "forces_scenario", payment, {"scenario": _PAYOUTS[becomes]})
    return Act(at, "forces_status", payment, {"status": "COMPLETED", "payoutStatus": becomes})
