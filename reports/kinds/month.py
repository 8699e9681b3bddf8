"""The report `month`: the close pack of a month, with roll-forwards, open items and a sign-off.

Every closing draws it for the month so far; it is filed when the last date of the month closes, by
its own night or the one that catches up, or on demand. Belongs here: what it declares. Stays out:
the figures (`sql/delivered/month_*`).
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.kinds.exceptions import BREAKS
from reports.kinds.subscriptions import REVENUE, draw_revenue
from reports.tables import Column, Figures, Report, Row, Section, Table
from reports.wording import counted, is_month_end

MONEY = Table(
    name="money",
    key=("currency",),
    caption="Expected and received on the dates of the month",
    note="difference = received \N{MINUS SIGN} expected = in breaks + in timing or excluded",
    columns=(
        Column("currency", "Currency"),
        Column("orders", "Orders", "count"),
        Column("transactions", "Payments", "count"),
        Column("expected_amount", "Expected", "money"),
        Column("received_amount", "Received", "money"),
        Column("difference_amount", "Difference", "money", is_signed=True),
        Column("break_amount", "In breaks", "money", is_signed=True),
        Column("timing_amount", "In timing", "money", is_signed=True),
        Column("unexplained_amount", "Unexplained", "money"),
    ),
    empty="No order and no payment is dated in this month.",
)
MOVEMENTS = Table(
    name="movements",
    key=("code", "currency"),
    caption="Open breaks from the first closing of the month to this one",
    note="each amount added to the one before it gives the closing",
    columns=(
        Column("code", "Code", "word"),
        Column("currency", "Currency"),
        Column("opening_breaks", "Open before", "count", is_minor=True),
        Column("opening_amount", "Opening", "money"),
        Column("new_breaks", "New", "count", is_minor=True),
        Column("new_amount", "New or reopened", "money", is_signed=True),
        Column("changed_amount", "Recoded, revalued", "money", is_signed=True),
        Column("resolved_breaks", "Resolved", "count", is_minor=True),
        Column("resolved_amount", "Resolved amount", "money", is_signed=True),
        Column("written_off_amount", "Written off", "money", is_signed=True),
        Column("closing_breaks", "Open now", "count"),
        Column("closing_amount", "Closing", "money"),
    ),
    empty="No break was open in this month.",
)
SETTLEMENT = Table(
    name="settlement",
    key=("currency",),
    caption="Settlement of the payments of the month",
    note="gross + fees + refunds + paid out = owed, of completed and refunded payments",
    columns=(
        Column("currency", "Currency"),
        Column("payments", "Payments", "count"),
        Column("gross_amount", "Gross", "money"),
        Column("fee_amount", "Fees", "money", is_signed=True),
        Column("refunded_amount", "Refunds", "money", is_signed=True),
        Column("paid_out_amount", "Paid out", "money", is_signed=True),
        Column("owed_amount", "Owed", "money"),
    ),
    empty="No payment of this month was completed.",
)
CORRECTIONS = Table(
    name="corrections",
    key=("business_date", "figure", "currency"),
    caption="Figures that a later closing told otherwise",
    note="by business date, from what was said first to what stands; the first 500",
    columns=(
        Column("business_date", "Date", "date"),
        Column("figure", "Figure", "word"),
        Column("currency", "Currency"),
        Column("corrections", "Times", "count"),
        Column("former_amount", "Was", "money"),
        Column("new_amount", "Is", "money"),
        Column("change_amount", "Change", "money", is_signed=True),
    ),
    empty="No figure was told otherwise after it was closed.",
)


def signatures(figures: Figures) -> Sequence[Row]:  # noqa: ARG001
    """Return the lines that people fill in by hand; nothing of them is a figure."""
    return [
        {"role": role, "signed_by": "", "signed_date": ""}
        for role in ("Prepared by", "Reviewed by", "Approved by")
    ]


_LINE = "_" * 24
SIGN_OFF = Table(
    name="sign_off",
    key=("role",),
    caption="Sign-off",
    note="the figures above are those of the snapshot named below",
    columns=(
        Column("role", "Role"),
        Column("signed_by", "Name and signature", absent=_LINE),
        Column("signed_date", "Date", absent=_LINE),
    ),
    is_signed=True,
    empty="Nobody signs.",
    rows=signatures,
)


def headline(figures: Figures) -> str:
    """Return whether the month is over, by which night, and how many items are open."""
    late = f" late, by the night of {figures['closed_with']}" if "closed_with" in figures else ""
    is_over = is_month_end(figures["business_date"])
    state = f"closed{late}" if is_over else "month to date"
    breaks = counted(len(figures["breaks"]), "open item", "open items")
    return f"{state}, {breaks if figures['breaks'] else 'no open item'}"


MONTH = Report(
    name="month",
    title="Close pack",
    headline=headline,
    is_monthly=True,
    sections=(
        Section(name="totals", title="Expected and received", tables=(MONEY,)),
        Section(
            name="roll_forward",
            title="Roll-forwards",
            tables=(MOVEMENTS, SETTLEMENT, REVENUE),
            draw=draw_revenue,
        ),
        Section(name="open_items", title="Open items", tables=(BREAKS,)),
        Section(name="corrected", title="Corrections", tables=(CORRECTIONS,)),
        Section(name="signing", title="Sign-off", tables=(SIGN_OFF,)),
    ),
)
