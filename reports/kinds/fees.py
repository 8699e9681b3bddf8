"""The report `fees`: charged against schedule, effective rates, quotes and cheaper networks.

Belongs here: what the report declares and finds. Stays out: what a fee should be (`sql/marts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports import amounts, drawing
from reports.tables import (
    Column,
    Drawing,
    Figures,
    Report,
    Row,
    Section,
    Table,
    foremost,
    money_in_words,
)
from reports.wording import counted

CURRENCIES = Table(
    name="currencies",
    key=("currency",),
    caption="Charged against schedule, last 30 days",
    note="completed payments, without refunded ones; variance = scheduled \N{MINUS SIGN} charged; "
    "without a fee or a schedule a payment is not judged",
    columns=(
        Column("currency", "Currency"),
        Column("payments", "Payments", "count"),
        Column("gross_amount", "Gross", "money"),
        Column("fee_amount", "Charged", "money"),
        Column("effective_percent", "Effective rate", "percent"),
        Column("scheduled_fee_amount", "Schedule", "money"),
        Column("variance_amount", "Variance", "money", is_signed=True),
        Column("payments_off_schedule", "Off schedule", "count"),
        Column("payments_not_judged", "Not judged", "count"),
    ),
    empty="No payment was completed in the last 30 days, so no fee was charged.",
)
DAYS = Table(
    name="days",
    key=("business_date", "currency"),
    caption="Rates by day",
    note="no schedule is shown for a day on which a payment has no fee or no schedule",
    columns=(
        Column("business_date", "Date", "date"),
        Column("currency", "Currency"),
        Column("gross_amount", "Gross", "money"),
        Column("fee_amount", "Charged", "money"),
        Column("effective_percent", "Effective rate", "percent"),
        Column("scheduled_percent", "Schedule", "percent"),
    ),
    is_folded=True,
    empty="There is no day to show.",
)
NETWORKS = Table(
    name="networks",
    key=("currency", "coin", "network"),
    caption="By coin and network, last 30 days",
    note="completed payments, without refunded ones",
    columns=(
        Column("coin", "Coin"),
        Column("network", "Network"),
        Column("currency", "Currency"),
        Column("payments", "Payments", "count"),
        Column("gross_amount", "Gross", "money"),
        Column("fee_amount", "Charged", "money"),
        Column("effective_percent", "Effective rate", "percent"),
        Column("payments_off_schedule", "Off schedule", "count"),
    ),
    empty="No coin was used.",
)
QUOTES = Table(
    name="quotes",
    key=("business_date", "coin", "network", "asked_amount"),
    caption="Quotes of transfer fees, last 30 days",
    note="the network asked for beside the cheapest quoted that day for the same coin and amount",
    columns=(
        Column("business_date", "Date", "date"),
        Column("coin", "Coin"),
        Column("network", "Network"),
        Column("asked_amount", "For", "money", currency="coin"),
        Column("fee_amount", "Quoted", "money", currency="fee_currency"),
        Column("fee_currency", "In"),
        Column("cheapest_network", "Cheapest"),
        Column(
            "cheapest_fee_amount", "Quoted there", "money", currency="fee_currency", is_minor=True
        ),
        Column("surplus_amount", "Dearer by", "money", currency="fee_currency"),
        Column("payments", "Payments", "count"),
    ),
    empty="No quote of the last 30 days was asked for before the cut-off; recon.toml names the "
    "pairs to ask for.",
)


def headline(figures: Figures) -> str:
    """Return what was charged at which rate, and how many payments are off schedule or unjudged."""
    rows = figures["currencies"]
    if not rows:
        return "no fee was charged"
    most = max(rows, key=lambda row: row["payments"])
    charged = money_in_words(most["fee_amount"], most["currency"], figures)
    rate = f" ({most['effective_percent']} %)" if most["effective_percent"] else ""
    others = len(rows) - 1
    more = f" + {counted(others, 'more currency', 'more currencies')}" if others else ""
    said = _verdict(rows) if figures["policy"].get("fees") else "no schedule set"
    return f"{charged} charged{rate}{more}, {said}"


def _verdict(rows: Sequence[Row]) -> str:
    """Whether fees are as scheduled: all of them only where every payment could be judged."""
    off = sum(row["payments_off_schedule"] for row in rows)
    unjudged = sum(row["payments_not_judged"] for row in rows)
    if not off and not unjudged:
        return "all on schedule"
    found = f"{counted(off, 'payment', 'payments')} off schedule" if off else "none off schedule"
    return f"{found}, {unjudged:,} not judged" if unjudged else found


def draw_rates(figures: Figures) -> Iterator[Drawing]:
    """Draw for each currency the rate charged beside that of the schedule."""
    totals = {row["currency"]: row for row in figures["currencies"]}
    for currency, rows in foremost(figures["days"], drawing.PANELS_MAX):
        if currency not in totals:
            continue
        yield drawing.rates(
            f"{currency}: {_finding(totals[currency], figures)}",
            f"Lines of {counted(len(rows), 'day', 'days')}: the rate charged, and the schedule's.",
            [
                drawing.Part(
                    name,
                    colour,
                    {row["business_date"]: row[figure] for row in rows if row[figure] is not None},
                )
                for name, colour, figure in (
                    ("schedule", "orange", "scheduled_percent"),
                    ("charged", "blue", "effective_percent"),
                )
            ],
        )


def _finding(row: Row, figures: Figures) -> str:
    rate = (
        f"{row['effective_percent']} % charged" if row["effective_percent"] else "nothing charged"
    )
    if row["variance_amount"] is None:
        return rate
    if amounts.is_zero(row["variance_amount"]):
        # Payments off schedule may cancel out, and those not judged are in the rate alone.
        is_exact = not row["payments_off_schedule"] and not row["payments_not_judged"]
        return f"{rate}, {'exactly' if is_exact else 'in sum'} as scheduled"
    word = "more" if amounts.is_negative(row["variance_amount"]) else "less"
    by = money_in_words(row["variance_amount"].lstrip("-"), row["currency"], figures)
    return f"{rate}, {by} {word} than scheduled"


FEES = Report(
    name="fees",
    title="Fees",
    headline=headline,
    sections=(
        Section(
            name="schedule",
            title="Charged against schedule",
            tables=(CURRENCIES, DAYS),
            draw=draw_rates,
        ),
        Section(name="coins", title="Where fees arise", tables=(NETWORKS,)),
        Section(
            name="transfers",
            title="Cheapest network against the one used",
            tables=(QUOTES,),
            lead="Quotes are of moving coins, not the gateway's fee; no break is judged by one.",
        ),
    ),
)
