"""Which rows of one file claim the same order, and what is said of those that contradict another.

One rule for all: the number as people read it, without blanks around it, is the claim. Belongs
here: finding such rows and the sentence about them. Stays out: what a row alone must be (`values`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.orders.layouts.layout import FURTHER_REFS, ORDER_COLUMNS
from pipelines.orders.layouts.turning import IS_ASIDE, SAID, STORE
from pipelines.orders.table import SOURCE_ROW
from pipelines.orders.values import usable_id

KEY, LINES, LINES_ASIDE, IS_REPEAT = "key", "lines", "lines_aside", "is_repeat"
_LINES_NAMED = 5


def lone_asides(rows: pl.DataFrame) -> pl.Series:
    """Tell the rows to set aside: no orders, with a number that no order of the file claims.

    One without a usable number is not set aside either: nobody would ever see that it was there.
    """
    # What a layout could not even translate is no draft or trial.
    is_aside = rows[IS_ASIDE] & rows[SAID].is_null()
    if not is_aside.any():
        return is_aside
    key = rows.filter(is_aside).select(usable_id(pl.col("order_id"))).to_series()
    claimed = rows["order_id"].filter(~is_aside).str.strip_chars().unique()
    stands = key.is_not_null() & ~key.is_in(claimed.implode()).fill_null(value=False)
    alone = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
    return alone.scatter(is_aside.arg_true().filter(stands), values=True)


def parts(rows: pl.DataFrame, *, height: int) -> Iterator[tuple[pl.DataFrame, bool]]:
    """Give rows that share a claim in one part, told so, and all others in parts of that height."""
    shares = rows["order_id"].str.strip_chars().is_duplicated()
    if shares.any():
        yield rows.filter(shares), True
        rows = rows.filter(~shares)
    for part in rows.iter_slices(height):
        yield part, False
    if not rows.height:
        yield rows, False


def with_claims(judged: pl.DataFrame) -> pl.DataFrame:
    """Mark later identical rows as repeats, and name the lines of rows that contradict another."""
    # Prefixes can make one number of two stores' orders, which are then no repeats.
    store = [STORE] if STORE in judged.columns else []
    cells = pl.struct(*ORDER_COLUMNS, pl.col(FURTHER_REFS).list.join("\n"), IS_ASIDE, *store)
    has_key = pl.col(KEY).is_not_null()
    differs = has_key & (cells.n_unique().over(KEY) > 1)
    return judged.with_columns(
        (has_key & (pl.int_range(pl.len()).over(KEY) > 0)).alias(IS_REPEAT),
        *(
            # Only the first few: a file of one id a million times would make a million long lists.
            pl.when(differs)
            .then(
                pl.col(SOURCE_ROW)
                .filter(is_so)
                .head(_LINES_NAMED + 1)
                .over(KEY, mapping_strategy="join")
            )
            .alias(lines)
            for lines, is_so in ((LINES, ~pl.col(IS_ASIDE)), (LINES_ASIDE, pl.col(IS_ASIDE)))
        ),
    )


def contradiction(lines: Sequence[int], lines_aside: Sequence[int]) -> str:
    """Say where else the order of a row stands, as the rest of a sentence."""
    if not lines_aside:
        return f"stands in {_named(lines)} with different values."
    return (
        f"stands as an order in {_named(lines)} and as none, to be set aside, in"
        f" {_named(lines_aside)}."
    )


def _named(lines: Sequence[int]) -> str:
    named = ", ".join(str(line) for line in lines[:_LINES_NAMED])
    more = " and more" if len(lines) > _LINES_NAMED else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {named}{more}"
