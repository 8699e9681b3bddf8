"""The header of any format: every column named once, and not so many that something is amiss.

Belongs here: what holds for headers whatever the format. Stays out: which layout a header fits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.table import MAX_COLUMNS
from pipelines.orders.wording import shown

_REMEDY = "Export the file again with every column named once."


def refuse_unfit_header(name: str, header: Sequence[str], *, line: int | None) -> None:
    """Refuse a header that repeats a column, or has more columns than any shop's."""
    repeated = [column for column, count in Counter(header).items() if count > 1]
    if repeated:
        sentence = f"the header repeats a column, {shown(repeated[0])}."
        raise OrderFileRefused(name, sentence, remedy=_REMEDY, line=line)
    if len(header) > MAX_COLUMNS:
        sentence = f"the header has {len(header):,} columns, more than {MAX_COLUMNS}."
        raise OrderFileRefused(name, sentence, remedy=_REMEDY, line=line)
