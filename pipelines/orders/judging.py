"""Which order rows are accepted, quarantined, mere repeats, or no orders and set aside.

Takes rows of any layout, gives parts that add up to what was received. The rules themselves stand
in `values`; here they are applied, and a row's fault becomes one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from pipelines.faults import ClaimBroken
from pipelines.orders import claims
from pipelines.orders.claims import (
    IS_REPEAT,
    KEY,
    LINES,
    LINES_ASIDE,
    contradiction,
    lone_asides,
    with_claims,
)
from pipelines.orders.layouts.layout import FURTHER_REFS, ORDER_COLUMNS
from pipelines.orders.layouts.turning import IS_ASIDE, SAID
from pipelines.orders.plain_rows import parted
from pipelines.orders.table import SOURCE_ROW
from pipelines.orders.values import (
    Rule,
    first_fault,
    has_readable_amount,
    newest_instant,
    prepared,
    refs_within,
    rules,
    sessions_within,
    usable_id,
)
from pipelines.orders.wording import shown

_UTC_TEXT = "%Y-%m-%dT%H:%M:%S%.6fZ"
# So many rows at a time keep what judging takes beside them small.
_ROWS_AT_ONCE = 100_000
_NONE_QUARANTINED = pl.DataFrame(
    schema={
        SOURCE_ROW: pl.Int64,
        "key": pl.String,
        "reason": pl.String,
        "known_ids": pl.List(pl.String),
    }
)
_NONE_ASIDE = pl.DataFrame(schema={SOURCE_ROW: pl.Int64, "key": pl.String})


@dataclass(frozen=True)
class Judged:
    """The parts of a file's rows, and the money in all of them that can be read, by currency.

    `amounts_received` has what was set aside too, `amounts_aside` alone. `set_aside` has those rows
    that have a usable order id, by which an order known before is missed. `newest` is the newest
    instant of all rows, whatever became of them.
    """

    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    repeats: int
    aside: int
    amounts_received: dict[str, Decimal]
    amounts_accepted: dict[str, Decimal]
    set_aside: pl.DataFrame
    amounts_aside: dict[str, Decimal] = field(default_factory=dict)
    newest: datetime | None = None


def judge(rows: pl.DataFrame, *, status_words: Mapping[str, str]) -> Judged:
    """Split order rows into four parts; no row is in two parts or none."""
    is_aside = lone_asides(rows)
    orders = rows.filter(~is_aside) if is_aside.any() else rows
    aside = rows.height - orders.height
    set_aside = rows.filter(is_aside) if aside else rows.clear()
    readable = prepared(set_aside, status_words=status_words)
    amounts_aside = _amounts(readable.filter(has_readable_amount()))
    parts = [
        _judged_by_every_rule(part, status_words=status_words)
        if share_a_claim
        else _judged(part, status_words=status_words)
        for part, share_a_claim in claims.parts(orders, height=_ROWS_AT_ONCE)
    ]
    accepted = _together([part.accepted for part in parts])
    quarantined = _together([part.quarantined for part in parts])
    repeats = sum(part.repeats for part in parts)
    if accepted.height + quarantined.height + repeats + aside != rows.height:
        raise ClaimBroken(
            f"{rows.height} order rows were received, but {accepted.height} accepted,"
            f" {repeats} repeated, {aside} set aside and {quarantined.height} quarantined ones do"
            " not add up to it.",
            "Nothing was stored; please report this file to the maintainers.",
        )
    return Judged(
        accepted=accepted,
        quarantined=quarantined,
        repeats=repeats,
        aside=aside,
        amounts_received=_added([amounts_aside, *(part.amounts_received for part in parts)]),
        amounts_accepted=_added(part.amounts_accepted for part in parts),
        set_aside=_keys(set_aside),
        amounts_aside=amounts_aside,
        newest=_latest([newest_instant(readable), *(part.newest for part in parts)]),
    )


def _together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    rows = pl.concat(parts)
    return rows if rows[SOURCE_ROW].is_sorted() else rows.sort(SOURCE_ROW)


def _added(parts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for part in parts:
        for currency, amount in part.items():
            amounts[currency] = amounts.get(currency, Decimal(0)) + amount
    return dict(sorted(amounts.items()))


def _judged(rows: pl.DataFrame, *, status_words: Mapping[str, str]) -> Judged:
    """Judge rows of different orders the short way where that is certain, others by every rule."""
    plain, others = parted(rows, status_words=status_words)
    if not others.height:
        amounts = _amounts(plain)
        return Judged(
            plain,
            _NONE_QUARANTINED,
            0,
            0,
            amounts,
            amounts,
            _NONE_ASIDE,
            newest=_newest_text(plain),
        )
    judged = _judged_by_every_rule(others, status_words=status_words)
    amounts = _amounts(plain)
    return replace(
        judged,
        accepted=_together([plain, judged.accepted]),
        amounts_received=_added([amounts, judged.amounts_received]),
        amounts_accepted=_added([amounts, judged.amounts_accepted]),
        newest=_latest([_newest_text(plain), judged.newest]),
    )


def _judged_by_every_rule(rows: pl.DataFrame, *, status_words: Mapping[str, str]) -> Judged:
    judged = prepared(rows, status_words=status_words).with_columns(
        usable_id(pl.col("order_id")).alias(KEY),
        pl.lit(value=False).alias(IS_REPEAT),
        *(pl.lit(None, dtype=pl.List(pl.Int64)).alias(lines) for lines in (LINES, LINES_ASIDE)),
    )
    # Of what is no order, only the number is asked: what else stands there may be anything.
    is_asked = ~pl.col(IS_ASIDE) | pl.col(KEY).is_null()
    judged = judged.with_columns(fault=pl.when(is_asked).then(first_fault()))
    if judged[KEY].drop_nulls().is_duplicated().any():
        judged = with_claims(judged)
    is_alone = pl.col(LINES).is_null() & ~pl.col(IS_ASIDE)
    stands = pl.col("fault").is_null() & is_alone & pl.col(SAID).is_null()
    accepted = judged.filter(stands & ~pl.col(IS_REPEAT))
    return Judged(
        accepted=_accepted(accepted),
        quarantined=_quarantined(judged.filter(~stands)),
        repeats=judged.filter(stands & pl.col(IS_REPEAT)).height,
        aside=0,
        amounts_received=_amounts(judged.filter(has_readable_amount())),
        amounts_accepted=_amounts(accepted),
        set_aside=_NONE_ASIDE,
        newest=newest_instant(judged),
    )


def _accepted(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "order_id",
        pl.col("order_status").alias("status"),
        "amount",
        "currency",
        pl.col("placed_utc").dt.to_string(_UTC_TEXT).alias("placed_at"),
        pl.col("paid_utc").dt.to_string(_UTC_TEXT).alias("paid_at"),
        pl.col("sessions").alias("session_ids"),
        _none_if_empty("transaction_ref"),
        _none_if_empty("customer_email"),
        FURTHER_REFS,
        SOURCE_ROW,
    )


def _none_if_empty(column: str) -> pl.Expr:
    return pl.when(pl.col(column) != "").then(pl.col(column)).alias(column)


def _quarantined(rows: pl.DataFrame) -> pl.DataFrame:
    contract = rules()
    named = rows.select(*ORDER_COLUMNS, "minor_units", "fault", LINES, LINES_ASIDE, SAID)
    reasons = [_reason(row, contract) for row in named.iter_rows(named=True)]
    known = pl.concat_list(
        pl.concat_list("key"),
        sessions_within(pl.col("session_ids")).list.eval(usable_id(pl.element())),
        refs_within(pl.col("transaction_ref")).list.eval(usable_id(pl.element())),
        pl.col(FURTHER_REFS).list.eval(usable_id(pl.element())),
    )
    return rows.select(
        SOURCE_ROW,
        "key",
        pl.Series("reason", reasons, dtype=pl.String),
        known.list.drop_nulls().list.unique(maintain_order=True).alias("known_ids"),
    )


def _reason(row: Mapping[str, Any], contract: Sequence[Rule]) -> str:
    if row[SAID] is not None:
        return str(row[SAID])
    if row["fault"] is None:
        told = contradiction(row[LINES], row[LINES_ASIDE])
        return f"order_id {shown(row['order_id'])} {told}"
    rule = contract[row["fault"]]
    says = rule.says.format(currency=row["currency"], minor_units=row["minor_units"])
    value = row[rule.column]
    return f"{rule.column} {says}" if value == "" else f"{rule.column} {shown(value)} {says}"


def _keys(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(SOURCE_ROW, usable_id(pl.col("order_id")).alias("key")).drop_nulls("key")


def _newest_text(accepted: pl.DataFrame) -> datetime | None:
    """Of texts of one form and one zone the greatest is the newest instant."""
    texts = [accepted[column].max() for column in ("placed_at", "paid_at")]
    return _latest(None if text is None else datetime.fromisoformat(str(text)) for text in texts)


def _latest(instants: Iterable[datetime | None]) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)


def _amounts(rows: pl.DataFrame) -> dict[str, Decimal]:
    """Add up exactly: whole numbers for each count of decimals, brought together as Decimal."""
    digits = pl.col("amount").str.replace(".", "", literal=True).cast(pl.Int128)
    fraction = pl.col("amount").str.extract(r"\.(\d+)$", 1).str.len_chars().fill_null(0)
    sums = rows.group_by("currency", fraction.cast(pl.Int32).alias("fraction_digits")).agg(
        digits.sum().alias("digits")
    )
    amounts: dict[str, Decimal] = {}
    for currency, decimals, total in sums.sort("currency", "fraction_digits").iter_rows():
        amounts[currency] = amounts.get(currency, Decimal(0)) + Decimal(total).scaleb(-decimals)
    return amounts
