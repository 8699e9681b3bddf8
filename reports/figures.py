"""What a report is given: the shape of its figures, and what makes figures unusable.

Figures come JSON-decoded from `delivered.reports`; money is decimal text with its currency beside
it. Every list may be empty. No rendering, no arithmetic and no reading of any store belongs here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Literal, NotRequired, TypedDict


class FiguresUnusable(ValueError):
    """A figure is missing, of the wrong kind, or money that is not exact decimal text."""


class Verdict(TypedDict):
    """Green, or red with one sentence for each reason."""

    state: Literal["green", "red"]
    reasons: list[str]


class CurrencyTotals(TypedDict):
    """Proof line 2 of one currency: expected, received, and where the difference lies."""

    currency: str
    minor_units: int
    orders: int
    expected: str
    received: str
    difference: str
    in_breaks: str
    in_timing: str
    unexplained_residual: str


class RowCount(TypedDict):
    """Proof line 1 of one stream or file: received = accepted + quarantined."""

    stream: str
    source: str
    received: int
    accepted: int
    quarantined: int


class StatusCount(TypedDict):
    """Rows of one side in one match status, with their amounts by currency."""

    side: str
    status: str
    rows: int
    amounts: dict[str, str]


class RollForward(TypedDict):
    """Proof line 3 of one code and currency: from the opening to the closing breaks."""

    currency: str
    code: str
    opening_count: int
    opening_amount: str
    new_count: int
    new_amount: str
    reopened_count: int
    reopened_amount: str
    recoded_count: int
    recoded_amount: str
    revalued_amount: str
    resolved_count: int
    resolved_amount: str
    written_off_count: int
    written_off_amount: str
    closing_count: int
    closing_amount: str


class Break(TypedDict):
    """One open break, with both values and the sentence that explains it."""

    break_id: str
    case_id: str
    code: str
    secondary_codes: list[str]
    order_id: str | None
    transaction_id: str | None
    subscription_id: str | None
    invoice_id: str | None
    charge_attempt_id: str | None
    currency: str | None
    expected_amount: str | None
    actual_amount: str | None
    money_impact: str
    detail: str
    business_date: str
    first_seen_date: str
    age_days: int
    severity: str
    state: str
    assignee: str | None


class Suggestion(TypedDict):
    """A pair that waits for a person to accept or reject it."""

    case_id: str
    order_id: str | None
    transaction_id: str | None
    currency: str
    amount: str
    detail: str


class AgeBand(TypedDict):
    """Open breaks of one code and currency in one age band."""

    code: str
    currency: str
    band: str
    count: int
    amount: str


class TrendDay(TypedDict):
    """One business date and currency of the chart."""

    business_date: str
    currency: str
    expected: str
    received: str
    matched: str
    open: str


class QuarantinedRow(TypedDict):
    """A row that was refused, and why."""

    stream: NotRequired[str]
    source: str
    source_row: str | int | None
    key: str | None
    reason: str


class MendedRow(TypedDict):
    """A row that was refused once and came right this night, in which source and line of it."""

    stream: str
    source: str
    source_row: int
    key: str
    mended_source: str
    mended_row: int
    total: int


class UnsupportedDecision(TypedDict):
    """A decision of a person that the facts no longer support."""

    action_no: int
    verb: str
    break_id: str | None
    order_id: str | None
    transaction_id: str | None
    detail: str
    decided_by: str
    decided_date: str
    total: int


class OrderFile(TypedDict):
    """An order export seen this night."""

    name: str
    state: str
    rows: int | None
    reason: str | None


class OrderChange(TypedDict):
    """A column of an order that an export of this night changed; e-mails have no values."""

    source: str
    source_row: int
    order_id: str
    figure: str
    old: str | None
    new: str | None
    total: int


class VanishedOrder(TypedDict):
    """An order that an export of this night should hold, and does not, or sets aside."""

    order_id: str
    business_date: str
    absence: NotRequired[str]
    last_file: str
    missing_from_file: str
    total: int


class Pull(TypedDict):
    """One window read from the gateway."""

    stream: str
    window_from: str
    window_to: str
    rows_received: int
    complete: bool


class ControlTotal(TypedDict):
    """Row count and digest of one published table."""

    table: str
    rows: int
    digest: str


class Control(TypedDict):
    """What an auditor needs to find the same figures again."""

    snapshot_digest: str
    data_cut_off: str
    rule_version: str
    policy_version: str
    rounding_rule: str
    query: str
    control_totals: list[ControlTotal]


class Change(TypedDict):
    """One figure that differs from the last delivery of this report."""

    figure: str
    old: str
    new: str


class DailyFigures(TypedDict):
    """Everything the `daily` report shows."""

    name: str
    business_date: str
    as_of: str
    timezone: str
    verdict: Verdict
    totals: list[CurrencyTotals]
    day: list[CurrencyTotals]
    rows: list[RowCount]
    statuses: list[StatusCount]
    roll_forward: list[RollForward]
    breaks: list[Break]
    suggestions: list[Suggestion]
    decisions: NotRequired[list[UnsupportedDecision]]
    ageing: list[AgeBand]
    trend: list[TrendDay]
    quarantine: list[QuarantinedRow]
    mended: NotRequired[list[MendedRow]]
    files: list[OrderFile]
    order_changes: NotRequired[list[OrderChange]]
    vanished_orders: NotRequired[list[VanishedOrder]]
    pulls: list[Pull]
    policy: dict[str, object]
    control: Control
    changes: list[Change]


def quiet_day(business_date: str = "2026-11-21") -> DailyFigures:
    """Return the figures of a night on which nothing happened: the smallest valid report."""
    return {
        "name": "daily",
        "business_date": business_date,
        "as_of": f"{business_date}T23:00:00Z",
        "timezone": "Africa/Lagos",
        "verdict": {"state": "green", "reasons": []},
        "totals": [],
        "day": [],
        "rows": [],
        "statuses": [],
        "roll_forward": [],
        "breaks": [],
        "suggestions": [],
        "decisions": [],
        "ageing": [],
        "trend": [],
        "quarantine": [],
        "mended": [],
        "files": [],
        "order_changes": [],
        "vanished_orders": [],
        "pulls": [],
        "policy": {"sla": {}, "fees": None, "write_off": {}, "payout_calendar": None},
        "control": {
            "snapshot_digest": "0" * 64,
            "data_cut_off": f"{business_date}T23:00:00Z",
            "rule_version": "1",
            "policy_version": "1",
            "rounding_rule": "half away from zero to the currency's minor unit, at storage",
            "query": "select figures from delivered.reports where name = 'daily'",
            "control_totals": [],
        },
        "changes": [],
    }


def figures_as_json(figures: Mapping[str, object]) -> str:
    """Return the figures as canonical JSON: sorted keys, ASCII, two spaces, a final newline."""
    refuse_floats(figures)
    return json.dumps(figures, sort_keys=True, indent=2, allow_nan=False) + "\n"


def figures_digest(figures: Mapping[str, object]) -> str:
    """Return the digest that tells whether a report was delivered already.

    `changes` stays out: it compares with the last delivery, so a repeated run of a correction has
    none and would otherwise look like yet another report.
    """
    said = {key: value for key, value in figures.items() if key != "changes"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode("ascii")).hexdigest()


def minor_units(figures: DailyFigures) -> dict[str, int]:
    """Return how many decimals each currency of the book has."""
    return {row["currency"]: row["minor_units"] for row in figures["totals"] + figures["day"]}


def refuse_floats(value: object) -> None:
    """Raise FiguresUnusable where a float is: exact figures were lost before they came here."""
    if isinstance(value, float):
        message = f"The figures hold a floating-point number ({value!r}); money is decimal text."
        raise FiguresUnusable(message)
    children = value.values() if isinstance(value, dict) else value
    if isinstance(children, str | int | None):
        return
    for child in children:  # type: ignore[attr-defined]
        refuse_floats(child)
