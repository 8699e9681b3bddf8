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
    for column in ORDER_COLUMNS:
        nearest = _nearest(column, header)
        if nearest is not None:
            lines.append(f"{column} = {json.dumps(nearest[:_SHOWN_AT_MOST], ensure_ascii=True)}")
        elif column in REQUIRED:
            lines.append(f'# {column} = "…"   # every order has one')
    return "\n".join([*lines, "[orders.NAME.status]", '# "word in the export" = "paid"'])


def _nearest(column: str, header: Sequence[str]) -> str | None:
    names = [column.replace("_", " "), *_ALSO_CALLED[column]]
    names += [layout.columns.get(column, "").casefold() for layout in BUILT_IN.values()]
    shares = {name: max(_share(name, one) for one in names if one) for name in header if name}
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= _ALIKE else None


def _share(name: str, ours: str) -> float:
    spoken = name.casefold().replace("_", " ").strip()
    return SequenceMatcher(None, spoken, ours, autojunk=False).ratio()
