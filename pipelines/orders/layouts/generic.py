"""The `generic` layout: one line an order, in our own words.

Its header is exact, column by column, and nothing is left to be translated.
"""

from __future__ import annotations

from pipelines.orders.layouts.layout import ORDER_COLUMNS, Layout

GENERIC = Layout(
    name="generic",
    columns={column: column for column in ORDER_COLUMNS},
    has_exact_header=True,
)
