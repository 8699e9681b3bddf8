"""The report `settlement`: what the gateway owes by currency and age, its fees, when it has to pay.

Belongs here: what the report declares and finds. Stays out: what is owed (`sql/marts/settlement`).
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
    in_order,
    money_in_words,
)
from reports.wording import BANDS, counted

BALANCES = Table(
    name="balances",
    key=("currency",),
    caption="What the gateway took, kept and owes",
    note="gross \N{MINUS SIGN} fees \N{MINUS SIGN} refunds \N{MINUS SIGN} paid out = owed, of "
    "every completed or refunded payment of the book",
    columns=(
        Column("currency", "Currency"),
        Column("payments", "Payments", "count"),
        Column("gross_amount", "Gross", "money"),
        Column("fee_amount", "Fees", "money"),
        Column("refunded_amount", "Refunds", "money"),
        Column("paid_out_amount", "Paid out", "money"),
        Column("owed_amount", "Owed", "money"),
    ),
    empty="No payment has been completed yet, so the gateway owes nothing.",
)
AGEING = Table(
    name="ageing",
    key=("currency", "state", "age_band"),
    caption="What is owed, by age",
    note="age in full days from the business date to the cut-off",
    columns=(
        Column("currency", "Currency"),
        Column("state", "State", "word"),
        Column("age_band", "Age, days"),
        Column("oldest_date", "Oldest", "date"),
        Column("payments", "Payments", "count"),
        Column("owed_amount", "Owed", "money"),
    ),
    empty="Nothing is owed: every payment is paid out or refunded.",
)
EXPECTED = Table(
    name="expected",
    key=("payout_due_date", "currency", "state"),
    caption="Expected payout dates",
    note="by the payout SLA and its calendar, see payout_days below",
    columns=(
        Column("payout_due_date", "Due on", "date"),
        Column("state", "State", "word"),
        Column("currency", "Currency"),
        Column("payments", "Payments", "count"),
        Column("owed_amount", "To be paid out", "money"),
    ),
    empty="No payout is awaited.",
)
DAYS = Table(
    name="days",
    key=("business_date", "currency"),
    caption="The last 30 days, by business date of the payment",
    columns=(
        Column("business_date", "Date", "date"),
        Column("currency", "Currency"),
        Column("fee_amount", "Fees", "money"),
        Column("paid_out_amount", "Paid out", "money"),
        Column("owed_amount", "Owed", "money"),
    ),
    is_folded=True,
    empty="No payment was completed in the last 30 days.",
)


def headline(figures: Figures) -> str:
    """Return what is to be paid out and, apart, taken back, and always how many payments are late.

    The amounts are of the currency with most of these payments; nothing is netted.
    """
    groups = in_order(
        row
        for row in figures["ageing"]
        if row["payments"] or not amounts.is_zero(row["owed_amount"])
    )
    if not groups:
        return "nothing is owed"
    currency, rows = max(groups, key=lambda group: sum(row["payments"] for row in group[1]))
    said = [
        f"{money_in_words(amount.lstrip('-'), currency, figures)} to be {word}"
        for amount, word in zip(_in_and_out(rows), ("paid out", "taken back"), strict=True)
        if not amounts.is_zero(amount)
    ]
    others = len(groups) - 1
    more = f" + {counted(others, 'more currency', 'more currencies')}" if others else ""
    late = sum(
        row["payments"] for row in figures["ageing"] if row["state"] in ("OVERDUE", "FAILED")
    )
    overdue = f", {counted(late, 'payment', 'payments')} late or failed" if late else ""
    return f"{', '.join(said)}{more}{overdue}"


def draw_ageing(figures: Figures) -> Iterator[Drawing]:
    """Draw for each currency how what is owed adds up by age."""
    for currency, rows in foremost(figures["ageing"], drawing.PANELS_MAX):
        bands = [band for band in BANDS if any(row["age_band"] == band for row in rows)]
        if not bands:
            continue
        steps = [drawing.Step(band, _owed(rows, band)) for band in bands]
        total = amounts.add(step.amount for step in steps)
        yield drawing.bridge(
            _age_of_most(steps, total, money_in_words(total.lstrip("-"), currency, figures)),
            f"Bars of what is owed in {currency} by age, adding up to the total.",
            [*steps, drawing.Step("owed", total, is_whole=True)],
        )


def draw_balance(figures: Figures) -> Iterator[Drawing]:
    """Draw for each currency what of each day's payments is paid out, and what is owed."""
    for currency, rows in foremost(figures["days"], drawing.PANELS_MAX):
        yield drawing.stacked(
            _balance_of(rows, currency, figures),
            f"Bars of {counted(len(rows), 'day', 'days')}: what is paid out, and what is owed; "
            "below zero what the gateway takes back.",
            [
                drawing.Part(
                    "paid out",
                    "blue",
                    {row["business_date"]: row["paid_out_amount"] for row in rows},
                ),
                drawing.Part(
                    "owed", "orange", {row["business_date"]: row["owed_amount"] for row in rows}
                ),
            ],
        )


def _in_and_out(rows: Sequence[Row]) -> tuple[str, str]:
    """What the gateway has to pay out, and what it takes back as an amount below 0."""
    owed = [row["owed_amount"] for row in rows]
    back = [amount for amount in owed if amounts.is_negative(amount)]
    return amounts.add(one for one in owed if not amounts.is_negative(one)), amounts.add(back)


def _age_of_most(steps: Sequence[drawing.Step], total: str, said: str) -> str:
    """The finding of the ages: the total, and the band that holds most in its direction."""
    if amounts.is_zero(total):
        return f"{said} owed on balance: as much is taken back as is to be paid out"
    most, word = (min, "to be taken back") if amounts.is_negative(total) else (max, "owed")
    largest = most(steps, key=lambda step: amounts.exact(step.amount))
    return f"{said} {word}, the largest part {largest.name} days old"


def _balance_of(rows: Sequence[Row], currency: str, figures: Figures) -> str:
    """The finding of the days: a share only where nothing is taken back, which would distort it."""
    paid = amounts.add(row["paid_out_amount"] for row in rows)
    owed = amounts.add(row["owed_amount"] for row in rows)
    net = money_in_words(owed.lstrip("-"), currency, figures)
    if amounts.is_negative(owed):
        return f"{net} of the last 30 days to be taken back by the gateway"
    if any(amounts.is_negative(row["owed_amount"]) for row in rows):
        return f"{net} owed on balance of the last 30 days, less what the gateway takes back"
    share = amounts.share(paid, amounts.add([paid, owed]))
    paid_out = f"{share} % of the last 30 days is paid out" if share else "nothing to pay out"
    return f"{currency}: {paid_out}"


def _owed(rows: Sequence[Row], band: str) -> str:
    return amounts.add(row["owed_amount"] for row in rows if row["age_band"] == band)


SETTLEMENT = Report(
    name="settlement",
    title="Settlement",
    headline=headline,
    sections=(
        Section(
            name="balance",
            title="What the gateway owes",
            tables=(BALANCES,),
            lead="A payment that was paid out and then refunded counts below 0: the gateway takes "
            "it back.",
        ),
        Section(name="age", title="By age", tables=(AGEING,), draw=draw_ageing),
        Section(
            name="due",
            title="When it has to pay",
            tables=(EXPECTED,),
            lead="Awaited is not due yet; overdue is past its date; failed needs a word with the "
            "gateway.",
        ),
        Section(name="month", title="Payout balance of 30 days", tables=(DAYS,), draw=draw_balance),
    ),
)
