"""The report `subscriptions`: recurring revenue, failed charges, consents that end, open bills.

Belongs here: what the report declares and finds. Stays out: how revenue moves (`sql/marts`).
"""

from __future__ import annotations

from collections.abc import Iterator

from reports import amounts, drawing
from reports.tables import (
    Column,
    Drawing,
    Figures,
    Report,
    Section,
    Table,
    foremost,
    money_in_words,
)
from reports.wording import BANDS, counted

REVENUE = Table(
    name="revenue",
    key=("currency",),
    caption="Monthly recurring revenue, from the first of the month",
    note="opening + new + reactivation + expansion \N{MINUS SIGN} contraction \N{MINUS SIGN} churn "
    "= closing",
    columns=(
        Column("currency", "Currency"),
        Column("opening_amount", "Opening", "money"),
        Column("new_amount", "New", "money", is_signed=True),
        Column("reactivation_amount", "Reactivation", "money", is_signed=True),
        Column("expansion_amount", "Expansion", "money", is_signed=True),
        Column("contraction_amount", "Contraction", "money", is_signed=True),
        Column("churn_amount", "Churn", "money", is_signed=True),
        Column("closing_amount", "Closing", "money"),
        Column("churned_subscriptions", "Left", "count"),
        Column("closing_subscriptions", "Pay now", "count"),
    ),
    empty="No subscription pays a fixed price yet, so nothing recurs.",
    unknown="Not known for this month: no closing up to its end had read the subscriptions.",
)
OUTCOMES = Table(
    name="outcomes",
    key=("business_date", "outcome"),
    caption="Charge attempts by day and outcome, last 30 days",
    columns=(
        Column("business_date", "Date", "date"),
        Column("outcome", "Outcome"),
        Column("attempts", "Attempts", "count"),
    ),
    is_folded=True,
    empty="No charge was attempted in the last 30 days.",
)
FAILURES = Table(
    name="failures",
    key=("failure_class", "currency"),
    caption="Bills whose charge failed, last 30 days",
    note="by class of the first failure; soft may pass by itself, hard needs a person",
    columns=(
        Column("failure_class", "Class", "word"),
        Column("currency", "Currency"),
        Column("bills", "Bills", "count"),
        Column("failed_attempts", "Failed attempts", "count"),
        Column("amount", "Amount", "money"),
        Column("recovered_bills", "Recovered", "count"),
        Column("recovered_amount", "Recovered amount", "money"),
        Column("given_up_bills", "Given up", "count"),
        Column("given_up_amount", "Given up amount", "money"),
        Column("waiting_amount", "Still waits", "money"),
    ),
    empty="No charge failed in the last 30 days.",
)
AUTHORIZATIONS = Table(
    name="authorizations",
    key=("subscription_id",),
    caption="Authorizations that run out",
    note="ended, spent, or within 30 days of their end; the first 500",
    columns=(
        Column("subscription_id", "Subscription", "id"),
        Column("status", "Status", "word"),
        Column("authorization_state", "Authorization"),
        Column("ends_at", "Ends at", "instant"),
        Column("next_charge_at", "Next charge", "instant"),
        Column("currency", "Currency"),
        Column("amount", "Price", "money"),
    ),
    empty="No authorization ends within 30 days.",
    is_list=True,
)
RECEIVABLES = Table(
    name="receivables",
    key=("currency", "status", "age_band"),
    caption="Bills that wait for their money",
    note="age in full days from the due date",
    columns=(
        Column("currency", "Currency"),
        Column("status", "Status", "word"),
        Column("age_band", "Age, days"),
        Column("invoices", "Bills", "count"),
        Column("oldest_days", "Oldest, days", "days"),
        Column("amount", "Amount", "money"),
    ),
    empty="No bill waits for its money.",
)
GIVEN_UP = Table(
    name="given_up",
    key=("currency",),
    caption="Bills given up",
    note="uncollectible: no money is awaited for them any more",
    columns=(
        Column("currency", "Currency"),
        Column("invoices", "Bills", "count"),
        Column("amount", "Amount", "money"),
    ),
    empty="No bill was given up.",
)
_MOVEMENTS = {
    "new": "new",
    "reactivation": "back",
    "expansion": "more",
    "contraction": "less",
    "churn": "left",
}
"""The movements of revenue, each with a name short enough to stand under its bar."""

_OUTCOMES = {
    "succeeded": "blue",
    "under way": "grey",
    "failed soft": "orange",
    "failed hard": "red",
    "failed unknown": "purple",
}


def headline(figures: Figures) -> str:
    """Return the recurring revenue of the currency with most subscriptions, and its change."""
    rows = figures["revenue"]
    if not rows:
        return "no recurring revenue"
    most = max(rows, key=lambda row: row["closing_subscriptions"])
    revenue = money_in_words(most["closing_amount"], most["currency"], figures)
    failed = sum(row["bills"] - row["recovered_bills"] for row in figures["failures"])
    waiting = f", {counted(failed, 'failed bill', 'failed bills')} not recovered" if failed else ""
    others = len(rows) - 1
    more = f" + {counted(others, 'more currency', 'more currencies')}" if others else ""
    return f"{revenue} a month{more}{waiting}"


def draw_revenue(figures: Figures) -> Iterator[Drawing]:
    """Draw for each currency how recurring revenue went from opening to closing."""
    for row in figures["revenue"][: drawing.PANELS_MAX]:
        moved = [(said, row[f"{name}_amount"]) for name, said in _MOVEMENTS.items()]
        steps = [drawing.Step(said, amount) for said, amount in moved if amounts.exact(amount)]
        change = amounts.subtract(row["closing_amount"], row["opening_amount"])
        now = money_in_words(row["closing_amount"], row["currency"], figures)
        by = money_in_words(change.lstrip("-"), row["currency"], figures)
        word = "fell" if amounts.is_negative(change) else "grew"
        said = f"stayed at {now}" if amounts.is_zero(change) else f"{word} by {by} to {now}"
        yield drawing.bridge(
            f"Recurring revenue {said} a month",
            f"Bars of recurring revenue in {row['currency']}: opening, movements, closing.",
            [
                drawing.Step("opening", row["opening_amount"], is_whole=True),
                *steps,
                drawing.Step("closing", row["closing_amount"], is_whole=True),
            ],
        )


def draw_outcomes(figures: Figures) -> Iterator[Drawing]:
    """Draw how the charge attempts of each day ended."""
    rows = figures["outcomes"]
    number = sum(row["attempts"] for row in rows)
    if not number:
        return
    good = sum(row["attempts"] for row in rows if row["outcome"] == "succeeded")
    share = amounts.share(str(good), str(number))
    parts = [
        drawing.Part(
            name,
            colour,
            {row["business_date"]: str(row["attempts"]) for row in rows if row["outcome"] == name},
        )
        for name, colour in _OUTCOMES.items()
        if any(row["outcome"] == name for row in rows)
    ]
    attempts = counted(number, "charge attempt", "charge attempts")
    yield drawing.stacked(
        f"{share} % of {attempts} succeeded",
        "Bars of 30 days: how many charge attempts ended how.",
        parts,
    )


def draw_receivables(figures: Figures) -> Iterator[Drawing]:
    """Draw for each currency how the open bills add up by age."""
    for currency, rows in foremost(figures["receivables"], drawing.PANELS_MAX):
        bands = [
            band for band in ("not due", *BANDS) if any(row["age_band"] == band for row in rows)
        ]
        if not bands:
            continue
        steps = [
            drawing.Step(
                band, amounts.add(row["amount"] for row in rows if row["age_band"] == band)
            )
            for band in bands
        ]
        total = amounts.add(step.amount for step in steps)
        bills = counted(sum(row["invoices"] for row in rows), "open bill", "open bills")
        yield drawing.bridge(
            f"{money_in_words(total, currency, figures)} in {bills}",
            f"Bars of open bills in {currency} by age, adding up to the total.",
            [*steps, drawing.Step("open", total, is_whole=True)],
        )


SUBSCRIPTIONS = Report(
    name="subscriptions",
    title="Subscriptions",
    headline=headline,
    sections=(
        Section(
            name="recurring",
            title="Recurring revenue",
            tables=(REVENUE,),
            draw=draw_revenue,
            lead="The monthly price of subscriptions that are active or past due at a fixed price; "
            "of a year it is a twelfth.",
        ),
        Section(
            name="charges",
            title="Charges",
            tables=(FAILURES, OUTCOMES),
            draw=draw_outcomes,
        ),
        Section(name="consents", title="Consents", tables=(AUTHORIZATIONS,)),
        Section(
            name="open_bills",
            title="Open bills",
            tables=(RECEIVABLES, GIVEN_UP),
            draw=draw_receivables,
        ),
    ),
)
