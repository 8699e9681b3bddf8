"""The report `exceptions`: every open break as work, with its age, owner and state.

Belongs here: what the report declares. Stays out: how a break is told on the daily page.
"""

from __future__ import annotations

from reports import wording
from reports.tables import Column, Figures, Report, Section, Table
from reports.wording import counted

OWNERS = Table(
    name="owners",
    key=("assignee", "state", "currency"),
    caption="Who works on what",
    note="open breaks by owner and state, oldest in full days",
    columns=(
        Column("assignee", "Owner", absent="nobody yet"),
        Column("state", "State", "word"),
        Column("currency", "Currency"),
        Column("breaks", "Breaks", "count"),
        Column("short_amount", "Short", "money", is_signed=True),
        Column("over_amount", "Over", "money", is_signed=True),
        Column("oldest_days", "Oldest, days", "days"),
    ),
    empty="Nobody has anything to do: no break is open.",
)
BREAKS = Table(
    name="breaks",
    key=("break_id",),
    caption="Work list",
    note="most severe first",
    is_list=True,
    columns=(
        Column("code", "Break and reason", "word"),
        Column("detail", "Reason", under="code"),
        Column("break_id", "Break", "id", under="code"),
        Column("order_id", "Order, payment or bill", "id", absent="no order"),
        Column("transaction_id", "Transaction", "id", under="order_id"),
        Column("subscription_id", "Subscription", "id", under="order_id"),
        Column("invoice_id", "Invoice", "id", under="order_id"),
        Column("charge_attempt_id", "Charge attempt", "id", under="order_id"),
        Column("severity", "Severity", "word"),
        Column("state", "State", "word"),
        Column("assignee", "Owner", absent="nobody yet"),
        Column("age_days", "Age, days", "days"),
        Column("currency", "Currency"),
        Column("money_impact", "Impact", "money", is_signed=True),
        Column("expected_amount", "Expected", "money", is_minor=True),
        Column("actual_amount", "Received", "money", is_minor=True),
        Column("case_id", "Case", "id", is_minor=True),
        Column("secondary_codes", "Also", is_minor=True),
        Column("business_date", "Business date", "date", is_minor=True),
        Column("first_seen_date", "First seen", "date", is_minor=True),
    ),
    empty="No break is open. Nothing waits for a person.",
)
SUGGESTIONS = Table(
    name="suggestions",
    key=("case_id", "order_id", "transaction_id"),
    caption="Suggested matches that wait for a decision",
    is_list=True,
    columns=(
        Column("case_id", "Case", "id"),
        Column("order_id", "Order", "id"),
        Column("transaction_id", "Transaction", "id"),
        Column("currency", "Currency"),
        Column("amount", "Amount", "money"),
        Column("detail", "Why"),
    ),
    empty="No pair waits for a decision.",
)
DECISIONS = Table(
    name="decisions",
    key=("action_no",),
    caption="Decisions that the facts no longer support",
    is_list=True,
    columns=(
        Column("verb", "Decision", "word"),
        Column("decided_by", "By"),
        Column("decided_date", "On", "date"),
        Column("detail", "How it stands now"),
        Column("break_id", "Break", "id", is_minor=True),
        Column("order_id", "Order", "id", is_minor=True),
        Column("transaction_id", "Transaction", "id", is_minor=True),
    ),
    empty="Every decision still rests on the facts it was made on.",
)


def headline(figures: Figures) -> str:
    """Return how many breaks are open, and how many of them have no owner."""
    breaks = figures["breaks"]
    if not breaks:
        return "nothing to work on"
    unowned = sum(1 for row in breaks if not row["assignee"])
    oldest = max(row["age_days"] for row in breaks)
    return ", ".join(
        [
            wording.counted(len(breaks), "open break", "open breaks"),
            f"{unowned:,} without an owner",
            f"oldest {counted(oldest, 'day', 'days')}",
        ]
    )


EXCEPTIONS = Report(
    name="exceptions",
    title="Exceptions",
    headline=headline,
    sections=(
        Section(
            name="owners",
            title="Who works on what",
            tables=(OWNERS,),
            lead="\N{MINUS SIGN} is money missing, + is money too much or to be returned.",
        ),
        Section(
            name="work",
            title="Work list",
            tables=(BREAKS,),
            lead="Work on a break with recon exceptions assign, note, resolve or write-off.",
        ),
        Section(
            name="decisions",
            title="Decisions",
            tables=(SUGGESTIONS, DECISIONS),
            lead="Accept or reject a suggestion with recon matches; a decision stands until it is "
            "taken back.",
        ),
    ),
)
