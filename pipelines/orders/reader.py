"""One order export, from its bytes to accepted and quarantined rows: the door of this package.

Belongs here: the sequence (format, layout, contract, control totals, date) and its result. Stays
out: where the bytes come from (`inbox`), where they are kept (`archive`), what tables they become.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

import polars as pl

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats import open_source
from pipelines.orders.judging import Judged, judge
from pipelines.orders.layouts.choosing import chosen
from pipelines.orders.layouts.layout import (
    ASIDE,
    BETWEEN_REFS,
    FURTHER_REFS,
    ORDER_COLUMNS,
    Form,
    Layout,
)
from pipelines.orders.layouts.mapped import layouts_for, passed_over
from pipelines.orders.layouts.turning import order_rows
from pipelines.orders.mapping import OrderMapping
from pipelines.orders.names import shown_name
from pipelines.orders.sidecars import ControlTotals
from pipelines.orders.table import SOURCE_ROW, Source
from pipelines.orders.values import FIRST_YEAR, LAST_YEAR, newest_instant, prepared

NO_MAPPINGS: Mapping[str, OrderMapping] = MappingProxyType({})
# Where the shop is, the day may have begun already.
_ZONES_APART = timedelta(days=1)
_ROWS_AT_ONCE = 100_000
_READ_FOR_DATING = ("amount", "placed_at", "paid_at", "session_ids")
_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


@dataclass(frozen=True)
class OrderFile:
    """An export that was read whole: rows_received = accepted + repeats + quarantined + aside.

    Rows are orders; `lines_received` counts the records of the file, several to an order in some
    layouts.

    `accepted`: order_id, status, amount, currency, placed_at, paid_at (UTC, ISO text with Z and six
    decimals), session_ids (list), transaction_ref, customer_email, further_refs (list, where an
    order was paid in parts), source_row (physical line).
    `quarantined`: source_row, key (the order id, where usable), reason, known_ids (list).
    `set_aside`: source_row and key of the rows counted in `aside` that have a usable order id.
    `totals`: the accepted rows' money in major units, by currency.
    """

    name: str
    digest: str
    layout: str
    encoding: str
    exported_on: date | None
    lines_received: int
    rows_received: int
    repeats: int
    aside: int
    accepted: pl.DataFrame
    quarantined: pl.DataFrame
    set_aside: pl.DataFrame
    totals: Mapping[str, Decimal]


def read_order_file(
    name: str,
    content: bytes,
    *,
    time_zone: ZoneInfo,
    mappings: Mapping[str, OrderMapping] = NO_MAPPINGS,
    control: ControlTotals | None = None,
    taken_at: datetime | None = None,
) -> OrderFile:
    """Read an export strictly, or raise `OrderFileRefused`.

    `time_zone` is the business day's, `mappings` are those of `recon.toml`, `control` is what
    stands in the file's `.control.json`. No export is of a later day than it is taken in on; None
    where it is not taken in, and its date does not matter.
    """
    stated = stated_day(name, control, time_zone=time_zone)
    until = None if taken_at is None else taken_at + _ZONES_APART
    if stated is not None and until is not None and stated > until.astimezone(time_zone).date():
        raise _ahead(name, stated, control)
    digest = hashlib.sha256(content).hexdigest()
    opening = partial(open_source, name, content)
    layout, source = _chosen(name, mappings, opening)
    form = source.form
    table = source.table(layout.wanted(source.header))
    # Every cell is in the table now: a large file need not be held twice while it is judged.
    del opening, source, content
    rows = order_rows(table, layout, zone=time_zone)
    judged = judge(rows, status_words=layout.words_left)
    if control is not None:
        _check_control_totals(
            name, control, lines=table.frame.height, orders=rows.height, judged=judged
        )
    return OrderFile(
        name=name,
        digest=digest,
        layout=layout.name,
        encoding=form,
        exported_on=stated or _told_day(rows, judged, until=until, time_zone=time_zone),
        lines_received=table.frame.height,
        rows_received=rows.height,
        repeats=judged.repeats,
        aside=judged.aside,
        accepted=judged.accepted,
        quarantined=judged.quarantined,
        set_aside=judged.set_aside,
        totals=judged.amounts_accepted,
    )


def read_rows(
    name: str,
    content: bytes,
    *,
    lines: Collection[int],
    time_zone: ZoneInfo,
    mappings: Mapping[str, OrderMapping] = NO_MAPPINGS,
) -> pl.DataFrame:
    """Give the orders of these lines in the generic columns, whatever is wrong with them.

    Text as the file has it where it could not be turned, for people to mend.
    """
    layout, source = _chosen(name, mappings, partial(open_source, name, content))
    table = source.table(layout.wanted(source.header))
    rows = order_rows(table, layout, zone=time_zone)
    words = {word: status for word, status in layout.words_left.items() if status != ASIDE}
    further = pl.concat_list("transaction_ref", FURTHER_REFS).list.join(BETWEEN_REFS)
    return (
        rows.filter(pl.col(SOURCE_ROW).is_in(sorted(lines)))
        .with_columns(pl.col("status").replace(words), further.alias("transaction_ref"))
        .select(ORDER_COLUMNS)
    )


def _chosen(
    name: str, mappings: Mapping[str, OrderMapping], opening: Callable[[Form], Source]
) -> tuple[Layout, Source]:
    layouts = layouts_for(name, mappings)
    return chosen(name, layouts, opening, passed_over=passed_over(name, mappings))


def _check_control_totals(
    name: str, control: ControlTotals, *, lines: int, orders: int, judged: Judged
) -> None:
    """Compare with all that stands in the file: its data rows, and each order's money once."""
    if control.rows is not None and control.rows != lines:
        counted = f"{lines} rows" if lines == orders else f"{lines} data rows ({orders} orders)"
        raise _not_as_stated(name, counted, f"{control.rows}")
    if control.amounts is None:
        return
    for currency in sorted(control.amounts.keys() | judged.amounts_received.keys()):
        found = judged.amounts_received.get(currency, Decimal(0))
        stated = control.amounts.get(currency)
        if found != stated:
            aside = judged.amounts_aside.get(currency, Decimal(0))
            of_it = f" ({aside:f} of it set aside)" if aside else ""
            said = "nothing of it" if stated is None else f"{stated:f} {currency}"
            raise _not_as_stated(name, f"{found:f} {currency}{of_it}", said)


def _not_as_stated(name: str, found: str, stated: str) -> OrderFileRefused:
    return OrderFileRefused(
        shown_name(name),
        f"the file has {found}, its control file says {stated}.",
        remedy="Export the file and its control totals again, together: rows counts every data"
        " row below the header, amounts each order's total once, those set aside too.",
    )


def stated_day(name: str, control: ControlTotals | None, *, time_zone: ZoneInfo) -> date | None:
    """Give the day that an export says itself, without a look at its rows."""
    stated = control.exported_on(time_zone) if control is not None else None
    return stated or _last_day_in(name)


def _told_day(
    rows: pl.DataFrame, judged: Judged, *, until: datetime | None, time_zone: ZoneInfo
) -> date | None:
    """Give the day of the newest instant in any row that can have come already.

    Rows that are not accepted tell it too: without them an export whose newest order is held back
    would count as older than the one that it corrects.
    """
    newest = judged.newest
    if newest is not None and until is not None and newest > until:
        # Rare: one slip of a year must not overrule every later export of all other rows.
        parts = rows.select("status", "currency", *_READ_FOR_DATING).iter_slices(_ROWS_AT_ONCE)
        found = [newest_instant(prepared(part, status_words={}), until=until) for part in parts]
        newest = max((instant for instant in found if instant is not None), default=None)
    return newest.astimezone(time_zone).date() if newest is not None else None


def _ahead(name: str, day: date, control: ControlTotals | None) -> OrderFileRefused:
    is_stated = control is not None and control.exported_at is not None
    where = "its control file" if is_stated else "its name"
    return OrderFileRefused(
        shown_name(name),
        f"{where} dates it {day}, which has not come yet: until then no later export could"
        " correct its orders.",
        remedy="Correct exported_at in its .control.json." if is_stated else "Rename it.",
    )


def _last_day_in(name: str) -> date | None:
    for text in reversed(_DAY_IN_NAME.findall(name)):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        # A slip such as 9999 would overrule every later export for good.
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    return None
