"""The breaks that the book planned, for any series of closings.

Stories note facts: "from this instant on, this code holds for this case". Here facts become the
entries of `truth.json`: one for each case and each stretch of time with one set of codes.
An entry holds at an as-of strictly later than `holds_from` and not later than `holds_until`.
What depends on what a closing saw carries `needs_closing_between` or `unless_closing_between`:
at least one closing (or none) with from <= as-of < until.

It knows the planned cases only and nothing of the engine that is measured against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pipelines.sandbox.days import iso

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
_RANK = {code: rank for rank, code in enumerate(PRECEDENCE)}

Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fact:
    """A code that holds for a case in a stretch of time, with its impact in the case's currency."""

    code: str
    impact: Decimal
    since: int
    until: int | None = None
    seen_between: Window | None = None


@dataclass(frozen=True, slots=True)
class CaseName:
    """What a break of the case is called by."""

    case_id: str
    order_id: str | None
    transaction_id: str | None
    currency: str
    business_date: str


def entries_of(name: CaseName, facts: Sequence[Fact]) -> Iterator[dict[str, Any]]:
    """The case's break entries in the order of time."""
    bounds = sorted({f.since for f in facts} | {f.until for f in facts if f.until is not None})
    for begin, end in zip(bounds, [*bounds[1:], None], strict=True):
        holding = [f for f in facts if f.since <= begin and (f.until is None or f.until > begin)]
        window = next((f.seen_between for f in holding if f.seen_between), None)
        if window is None:
            yield from _entry(name, holding, (begin, end), {})
            continue
        text = [iso(window[0]), iso(window[1])]
        unseen = [f for f in holding if f.seen_between is None]
        yield from _entry(name, holding, (begin, end), {"needs_closing_between": text})
        yield from _entry(name, unseen, (begin, end), {"unless_closing_between": text})


def _entry(
    name: CaseName, facts: list[Fact], holds: tuple[int, int | None], condition: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if not facts:
        return
    ranked = sorted(facts, key=lambda fact: _RANK[fact.code])
    yield {
        "case_id": name.case_id,
        "order_id": name.order_id,
        "transaction_id": name.transaction_id,
        "code": ranked[0].code,
        "secondary_codes": [fact.code for fact in ranked[1:]],
        "currency": name.currency,
        "money_impact": format(ranked[0].impact, "f"),
        "impacts": {fact.code: format(fact.impact, "f") for fact in ranked},
        "business_date": name.business_date,
        "holds_from": iso(holds[0]),
        "holds_until": None if holds[1] is None else iso(holds[1]),
        "needs_closing_between": None,
        "unless_closing_between": None,
        **condition,
    }


def expected_breaks(truth: dict[str, Any], closings: Sequence[datetime]) -> list[dict[str, Any]]:
    """The breaks open after the last of the closings, by case id.

    `closings` are aware as-ofs (cut-offs) in the order of closing; each was pulled 2 h later.
    """
    instants = [closing.astimezone(UTC) for closing in closings]
    as_of = max(instants)
    return sorted(
        (entry for entry in truth["breaks"] if _holds(entry, as_of, instants)),
        key=lambda entry: str(entry["case_id"]),
    )


def _holds(entry: dict[str, Any], as_of: datetime, closings: Sequence[datetime]) -> bool:
    until = entry["holds_until"]
    if not datetime.fromisoformat(entry["holds_from"]) < as_of:
        return False
    if until is not None and datetime.fromisoformat(until) < as_of:
        return False
    needs, unless = entry["needs_closing_between"], entry["unless_closing_between"]
    return (needs is None or _any_between(closings, needs)) and (
        unless is None or not _any_between(closings, unless)
    )


def _any_between(closings: Sequence[datetime], window: Sequence[str]) -> bool:
    begin, end = (datetime.fromisoformat(text) for text in window)
    return any(begin <= closing < end for closing in closings)
