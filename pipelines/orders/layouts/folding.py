"""Several lines of one order, made into one row: the first line has it all, the others agree.

Lines belong together when they follow each other and carry the same order id. A cell of a further
line is empty or says the same as the first line's; else the order is told apart as contradictory.
"""

from __future__ import annotations

import polars as pl

from pipelines.orders.layouts.layout import Layout
from pipelines.orders.table import SOURCE_ROW, Table
from pipelines.orders.wording import shown

_GROUP, _DIFFERS = "group", "differs"


def folded(frame: pl.DataFrame, table: Table, layout: Layout) -> pl.DataFrame:
    """Give one row an order, `said` filled where its lines contradict each other."""
    order_id = table.places[layout.columns["order_id"]]
    cells = [place for place in table.places.values() if place != order_id]
    grouped = frame.with_columns(pl.col(order_id).rle_id().alias(_GROUP))
    if not grouped[_GROUP].is_duplicated().any():
        return frame
    differing = [
        pl.when((pl.col(cell) != "") & (pl.col(cell) != pl.col(cell).first().over(_GROUP))).then(
            pl.lit(cell)
        )
        for cell in cells
    ]
    told = _contradictions(grouped.with_columns(pl.coalesce(differing).alias(_DIFFERS)), table)
    return (
        grouped.group_by(_GROUP, maintain_order=True)
        .agg(pl.exclude("said").first(), pl.col("said").drop_nulls().first())
        .with_columns(
            pl.coalesce(
                "said", pl.col(_GROUP).replace_strict(told, default=None, return_dtype=pl.String)
            ).alias("said")
        )
        .select(frame.columns)
    )


def _contradictions(grouped: pl.DataFrame, table: Table) -> dict[int, str]:
    """A sentence for each group whose lines differ; the first difference is named."""
    names = {place: name for name, place in table.places.items()}
    firsts = grouped.group_by(_GROUP, maintain_order=True).first()
    broken = (
        grouped.filter(pl.col(_DIFFERS).is_not_null())
        .group_by(_GROUP, maintain_order=True)
        .first()
        .join(firsts, on=_GROUP, suffix="_first", maintain_order="left")
    )
    return {
        row[_GROUP]: (
            f"{names[row[_DIFFERS]]} is {shown(row[f'{row[_DIFFERS]}_first'])} in line"
            f" {row[f'{SOURCE_ROW}_first']} and {shown(row[row[_DIFFERS]])} in line"
            f" {row[SOURCE_ROW]} of the same order."
        )
        for row in broken.iter_rows(named=True)
    }
