"""Several lines of one order, made into one row: the first line has it all, the others agree.

Lines belong together when they follow each other and carry the same order id, and the same store
where one is declared. A cell of a further line is empty or says the same as the first line's; else
the order is told apart as contradictory. A further line that has every part of an order and says
otherwise is another order under the same number: both are rows, and both are told apart.
"""

from __future__ import annotations

from functools import reduce
from operator import and_

import polars as pl

from pipelines.orders.layouts.layout import REQUIRED, Layout
from pipelines.orders.table import SOURCE_ROW, Table
from pipelines.orders.wording import shown

_RUN, _GROUP, _DIFFERS = "run", "group", "differs"


def folded(frame: pl.DataFrame, table: Table, layout: Layout) -> pl.DataFrame:
    """Give one row an order, `said` filled where its lines contradict each other."""
    order_id = table.places[layout.columns["order_id"]]
    cells = [place for place in table.places.values() if place != order_id]
    runs = frame.with_columns(_runs(table, layout).alias(_RUN))
    if not runs[_RUN].is_duplicated().any():
        return frame
    differing = [
        pl.when((pl.col(cell) != "") & (pl.col(cell) != pl.col(cell).first().over(_RUN))).then(
            pl.lit(cell)
        )
        for cell in cells
    ]
    runs = runs.with_columns(pl.coalesce(differing).alias(_DIFFERS))
    told = _contradictions(runs, table)
    return (
        runs.with_columns(_groups(table, layout, cells).alias(_GROUP))
        .group_by(_GROUP, maintain_order=True)
        .agg(pl.exclude("said").first(), pl.col("said").drop_nulls().first())
        .with_columns(
            pl.coalesce(
                "said", pl.col(_RUN).replace_strict(told, default=None, return_dtype=pl.String)
            ).alias("said")
        )
        .select(frame.columns)
    )


def _runs(table: Table, layout: Layout) -> pl.Expr:
    """Number lines that follow each other under one order id; each without an id stands alone."""
    order_id = table.cell(layout.columns["order_id"])
    keys = [order_id.rle_id()]
    if layout.store_column:
        store = table.cell(layout.store_column)
        keys.append(pl.when(store != "").then(store).forward_fill().rle_id())
    has_none = order_id.str.strip_chars() == ""
    return pl.struct(*keys, pl.when(has_none).then(pl.int_range(pl.len()))).rle_id()


def _groups(table: Table, layout: Layout, cells: list[str]) -> pl.Expr:
    """Part the lines of a run where one is a whole order of its own and differs from the first."""
    named = [layout.columns[column] for column in REQUIRED if column in layout.columns]
    wanted = [table.cell(column) != "" for column in (*named, layout.store_column) if column]
    other = pl.when(pl.col(_DIFFERS).is_not_null()).then(pl.struct(cells).hash()).otherwise(0)
    head = pl.when(reduce(and_, wanted)).then(other)
    return pl.struct(_RUN, head.forward_fill().over(_RUN).fill_null(0)).rle_id()


def _contradictions(runs: pl.DataFrame, table: Table) -> dict[int, str]:
    """A sentence for each run whose lines differ; the first difference is named."""
    names = {place: name for name, place in table.places.items()}
    firsts = runs.group_by(_RUN, maintain_order=True).first()
    broken = (
        runs.filter(pl.col(_DIFFERS).is_not_null())
        .group_by(_RUN, maintain_order=True)
        .first()
        .join(firsts, on=_RUN, suffix="_first", maintain_order="left")
    )
    return {
        row[_RUN]: (
            f"{names[row[_DIFFERS]]} is {shown(row[f'{row[_DIFFERS]}_first'])} in line"
            f" {row[f'{SOURCE_ROW}_first']} and {shown(row[row[_DIFFERS]])} in line"
            f" {row[SOURCE_ROW]} of the same order."
        )
        for row in broken.iter_rows(named=True)
    }
