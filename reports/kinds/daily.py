"""The report `daily` as tables: what its PDF and workbook are made of.

Belongs here: the tables and their order. Stays out: the daily page, list and text, which have
forms of their own (`reports.render`, `reports.text`), and drawing (`reports.chart`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from reports import amounts, chart, proof, wording
from reports.figures import DailyFigures
from reports.kinds.exceptions import BREAKS, DECISIONS, SUGGESTIONS
from reports.tables import Column, Drawing, Figures, Report, Row, Section, Table

_MOVED = ("opening", "new", "reopened", "recoded", "resolved", "written_off", "closing")


def _headline(figures: Figures) -> str:
    return wording.headline(cast("DailyFigures", figures))


def _proof_rows(figures: Figures) -> Sequence[Row]:
    return [
        {"name": line.name, "sentence": line.sentence, "holds": "yes" if line.holds else "NO"}
        for line in proof.proof_lines(cast("DailyFigures", figures))
    ]


def _status_rows(figures: Figures) -> Sequence[Row]:
    """One row a side, status and currency; the rows of a status are told once."""
    found: list[Mapping[str, Any]] = []
    for row in figures["statuses"]:
        for place, (currency, amount) in enumerate(sorted(row["amounts"].items())):
            rows = row["rows"] if place == 0 else None
            found.append({**row, "rows": rows, "currency": currency, "amount": amount})
        if not row["amounts"]:
            found.append({**row, "currency": None, "amount": None})
    return found


def _pull_rows(figures: Figures) -> Sequence[Row]:
    return [{**row, "complete": "yes" if row["complete"] else "NO"} for row in figures["pulls"]]


def _drawings(figures: Figures) -> Sequence[Drawing]:
    return [
        Drawing(
            panel.finding,
            chart.trend_specification(panel),
            f"{panel.finding}, by day. Blue is matched, orange is expected and not matched.",
        )
        for panel in chart.panels(cast("DailyFigures", figures))
    ]


def _totals(name: str, caption: str) -> Table:
    return Table(
        name=name,
        key=("currency",),
        caption=caption,
        note="difference = received - expected, all of it in breaks and timing",
        columns=(
            Column("currency", "Currency"),
            Column("orders", "Orders", "count"),
            Column("expected", "Expected", "money"),
            Column("received", "Received", "money"),
            Column("difference", "Difference", "money", is_signed=True),
            Column("in_breaks", "In breaks", "money", is_signed=True),
            Column("in_timing", "In timing", "money", is_signed=True),
            Column("unexplained_residual", "Unexplained", "money"),
        ),
        empty="No money was expected and none came in.",
    )


PROOF = Table(
    name="proof",
    key=("name",),
    caption="Proof",
    columns=(
        Column("name", "Equation"),
        Column("sentence", "In numbers"),
        Column("holds", "Holds"),
    ),
    empty="Nothing is proved.",
    rows=_proof_rows,
)
AGEING = Table(
    name="ageing",
    key=("code", "currency", "band"),
    caption="Open breaks by age",
    columns=(
        Column("code", "Break", "word"),
        Column("currency", "Currency"),
        Column("band", "Days"),
        Column("count", "Breaks", "count"),
        Column("amount", "Impact", "money", is_signed=True),
    ),
    empty="No break is open.",
)
ROLL_FORWARD = Table(
    name="roll_forward",
    key=("code", "currency"),
    caption="From the opening to the closing breaks",
    columns=(
        Column("code", "Break", "word"),
        Column("currency", "Currency"),
        *(Column(f"{one}_count", wording.words(one), "count") for one in _MOVED),
        *(
            Column(f"{one}_amount", f"{wording.words(one)} amount", "money", is_minor=True)
            for one in (*_MOVED[:4], "revalued", *_MOVED[4:])
        ),
    ),
    empty="No break was open, and none came.",
)
STATUSES = Table(
    name="statuses",
    key=("side", "status"),
    caption="Both sides by status",
    columns=(
        Column("side", "Side", "word"),
        Column("status", "Status", "word"),
        Column("rows", "Rows", "count", absent=""),
        Column("currency", "Currency"),
        Column("amount", "Amount", "money"),
    ),
    empty="There is nothing to pair.",
    rows=_status_rows,
)
ROWS = Table(
    name="rows",
    key=("stream", "source"),
    caption="Rows received",
    columns=(
        Column("stream", "Stream", "word"),
        Column("source", "Source"),
        Column("received", "Received", "count"),
        Column("accepted", "Accepted", "count"),
        Column("quarantined", "Held back", "count"),
    ),
    empty="No row was received.",
)
QUARANTINE = Table(
    name="quarantine",
    key=("stream", "source", "source_row", "reason"),
    caption="Rows held back",
    columns=(
        Column("source", "Source"),
        Column("source_row", "Line"),
        Column("key", "Key", "id"),
        Column("reason", "Why"),
    ),
    empty="No row is held back.",
)
FILES = Table(
    name="files",
    key=("name",),
    caption="Order exports of this night",
    columns=(
        Column("name", "File"),
        Column("state", "State", "word"),
        Column("rows", "Rows", "count"),
        Column("reason", "Why"),
    ),
    empty="No order export came.",
)
PULLS = Table(
    name="pulls",
    key=("stream",),
    caption="Windows read from the gateway",
    columns=(
        Column("stream", "Stream", "word"),
        Column("window_from", "From", "instant"),
        Column("window_to", "To", "instant"),
        Column("rows_received", "Rows", "count"),
        Column("complete", "Complete"),
    ),
    empty="Nothing was read.",
    rows=_pull_rows,
)
VANISHED = Table(
    name="vanished_orders",
    key=("order_id", "missing_from_file"),
    caption="Orders that an export should hold and does not",
    columns=(
        Column("order_id", "Order", "id"),
        Column("business_date", "Date", "date"),
        Column("last_file", "Last in"),
        Column("missing_from_file", "Missing from"),
    ),
    empty="No order is gone.",
)
CHANGED = Table(
    name="order_changes",
    key=("source", "source_row", "order_id", "figure"),
    caption="Values that a later export changed",
    columns=(
        Column("order_id", "Order", "id"),
        Column("figure", "Figure"),
        Column("old", "Was"),
        Column("new", "Is"),
        Column("source", "By"),
        Column("source_row", "Line", "count"),
    ),
    empty="No value was changed.",
)

DAILY = Report(
    name="daily",
    title="Daily report",
    headline=_headline,
    sections=(
        Section(
            name="proved",
            title="Proof",
            tables=(
                PROOF,
                _totals("totals", "The whole book, by currency"),
                _totals("day", "The day, by currency"),
            ),
        ),
        Section(
            name="person",
            title="What needs a person",
            tables=(BREAKS, SUGGESTIONS, DECISIONS),
            lead=f"{amounts.MINUS} is money missing, + is money too much or to be returned.",
        ),
        Section(name="moved", title="Breaks", tables=(AGEING, ROLL_FORWARD)),
        Section(
            name="trend",
            title="Matched and expected over 30 days",
            tables=(),
            lead="Blue is matched, orange is expected and not matched.",
            draw=_drawings,
        ),
        Section(
            name="read",
            title="What was read",
            tables=(ROWS, STATUSES, QUARANTINE, FILES, PULLS, CHANGED, VANISHED),
        ),
    ),
)
