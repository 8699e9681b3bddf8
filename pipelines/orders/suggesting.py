"""What a mapping for an unknown export could look like: a beginning for a person, never used as is.

Belongs here: finding columns that sound like ours, and writing them as TOML. Stays out: reading any
file by such a suggestion.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import SequenceMatcher

from pipelines.orders.layouts.layout import ORDER_COLUMNS, REQUIRED
from pipelines.orders.layouts.mapped import BUILT_IN
from pipelines.orders.wording import other_separator

_ALIKE = 0.6
_SHOWN_AT_MOST = 80
_ALSO_CALLED = {
    "order_id": ("order", "order number", "order no", "number", "id", "reference"),
    "status": ("state", "order status", "payment status"),
    "amount": ("total", "order total", "grand total", "sum", "price"),
    "currency": ("currency code", "cur"),
    "placed_at": ("created at", "order date", "date", "created", "ordered at"),
    "paid_at": ("paid date", "payment date", "paid"),
    "session_ids": ("session", "session id", "kuvarpay session", "checkout session"),
    "transaction_ref": ("transaction", "transaction id", "payment reference", "payment id"),
    "customer_email": ("email", "e-mail", "customer e-mail", "billing email"),
}


def suggested_mapping(header: Sequence[str]) -> str:
    """Give lines for recon.toml; a column that nothing in the header sounds like is left open."""
    lines = ["[orders.NAME.columns]"]
    separator = other_separator(header)
    if separator is not None:
        lines = ["[orders.NAME]", f"delimiter = {json.dumps(separator)}", *lines]
        # The reader parted the header by its own mark, so that is what stood between the pieces.
        header = [name.strip('"') for name in ",".join(header).split(separator)]
    nearest = _nearest(header)
    for column in ORDER_COLUMNS:
        if column in nearest:
            name = json.dumps(nearest[column][:_SHOWN_AT_MOST], ensure_ascii=True)
            lines.append(f"{column} = {name}")
        elif column in REQUIRED:
            lines.append(f'# {column} = "…"   # every order has one')
    return "\n".join([*lines, "[orders.NAME.status]", '# "word in the export" = "paid"'])


def _nearest(header: Sequence[str]) -> dict[str, str]:
    """Pair our columns with theirs, the most alike first; none of theirs stands for two of ours."""
    pairs = [
        (max(_share(name, one) for one in _names(column)), column, name)
        for column in ORDER_COLUMNS
        for name in header
        if name
    ]
    found: dict[str, str] = {}
    for share, column, name in sorted(pairs, key=lambda pair: -pair[0]):
        if share >= _ALIKE and column not in found and name not in found.values():
            found[column] = name
    return found


def _names(column: str) -> list[str]:
    """What our column is called, in words and in the shops we know."""
    theirs = [layout.columns.get(column, "").casefold() for layout in BUILT_IN.values()]
    return [name for name in (column.replace("_", " "), *_ALSO_CALLED[column], *theirs) if name]


def _share(name: str, ours: str) -> float:
    spoken = name.casefold().replace("_", " ").strip()
    return SequenceMatcher(None, spoken, ours, autojunk=False).ratio()
