"""The `generic` layout: one line an order, in our own words.

A layout says which columns an export has and turns its cells into order rows: the text columns of
`ORDER_COLUMNS` and `source_row`. What the values must be is said once for all layouts in `values`.
"""

from __future__ import annotations

import polars as pl

from pipelines.orders.csv_reader import SOURCE_ROW, Cells

LAYOUT = "generic"
ORDER_COLUMNS = (
    "order_id",
    "status",
    "amount",
    "currency",
    "placed_at",
    "paid_at",
    "session_ids",
    "transaction_ref",
    "customer_email",
)
HEADER = ORDER_COLUMNS


def order_rows(cells: Cells) -> pl.DataFrame:
    """Give the order rows of an export in this layout; here every cell already stands right."""
    return cells.frame.select(*ORDER_COLUMNS, SOURCE_ROW)
