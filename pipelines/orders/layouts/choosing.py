"""The layout that a file is in: the one whose columns its header has, or a sentence about the lack.

Every layout that may be is tried in its own declared form and nothing else; two that fit are told
apart by a person, in `recon.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.layouts.layout import Form, Layout
from pipelines.orders.layouts.mapped import BUILT_IN
from pipelines.orders.names import shown_name
from pipelines.orders.table import Source
from pipelines.orders.wording import shown

_NAMED_AT_MOST = 3


def chosen(
    name: str, layouts: Sequence[Layout], open_in: Callable[[Form], Source]
) -> tuple[Layout, Source]:
    """Give the one layout that the file fits, and the file opened; or raise `OrderFileRefused`."""
    opened: dict[Form, Source] = {}
    unreadable: dict[Form, OrderFileRefused] = {}
    for form in dict.fromkeys(layout.form for layout in layouts):
        try:
            opened[form] = open_in(form)
        except OrderFileRefused as refusal:
            unreadable[form] = refusal
    fitting = [
        layout for layout in layouts if layout.form in opened and _fits(layout, opened[layout.form])
    ]
    mapped = [layout for layout in fitting if _is_mapped(layout)]
    if len(mapped) > 1:
        raise _ambiguous(name, mapped)
    for layout in fitting:
        source = opened[layout.form]
        _refuse_lookalikes(name, layout, source.header)
        return layout, source
    if not opened:
        raise next(iter(unreadable.values()))
    lost = [layout for layout in layouts if layout.form in unreadable and _is_mapped(layout)]
    raise _unknown(
        name,
        [layout for layout in layouts if layout.form in opened],
        opened,
        also="".join(_unread(layout, unreadable[layout.form]) for layout in lost[:_NAMED_AT_MOST]),
    )


def _is_mapped(layout: Layout) -> bool:
    return layout.name not in BUILT_IN


def _unread(layout: Layout, refusal: OrderFileRefused) -> str:
    """Say why a mapping was not tried at all: its cause must not hide behind another's header."""
    place = "" if refusal.line is None else f" in line {refusal.line}"
    return f" As [orders.{layout.name}] declares it, it cannot be read{place}: {refusal.sentence}"


def _fits(layout: Layout, source: Source) -> bool:
    return layout.fits(source.header, is_positional=source.is_positional)


def _refuse_lookalikes(name: str, layout: Layout, header: Sequence[str]) -> None:
    for stranger, absent in layout.lookalikes(header):
        raise OrderFileRefused(
            shown_name(name),
            f"the column {shown(stranger)} is nearly {absent}, which the {layout.name} layout"
            " reads where it is there.",
            remedy="Export the file again with its own column names.",
            line=1,
        )


def _ambiguous(name: str, mapped: Sequence[Layout]) -> OrderFileRefused:
    both = " and ".join(f"[orders.{layout.name}]" for layout in mapped)
    return OrderFileRefused(
        shown_name(name),
        f"it fits {both} of recon.toml alike.",
        remedy='Give each of them the names of its files, such as files = "lagos-*.csv".',
    )


def _unknown(
    name: str, layouts: Sequence[Layout], opened: dict[Form, Source], *, also: str
) -> OrderFileRefused:
    """Say how the header differs from the layout that it is nearest to."""
    nearest = max(layouts, key=lambda layout: _share(layout, opened[layout.form].header))
    header = opened[nearest.form].header
    expected = list(nearest.columns.values())
    remedy = (
        f"The first line must be exactly: {nearest.form.delimiter.join(expected)}"
        if nearest.has_exact_header
        else f"Correct [orders.{nearest.name}] in recon.toml, or export the file again."
        if _is_mapped(nearest)
        else f"Export the file with the columns of the {nearest.name} layout,"
        " or name its own under [orders.NAME.columns] in recon.toml."
    )
    marks = [mark for mark in (";", "\t", "|") if len(header) == 1 and mark in header[0]]
    if marks:
        remedy = (
            f"Where {shown(marks[0])} stands between the columns, declare it: delimiter ="
            f" {shown(marks[0])} under [orders.NAME] in recon.toml. {remedy}"
        )
    return OrderFileRefused(
        shown_name(name),
        _difference(header, nearest, expected) + also,
        remedy=remedy,
        line=1,
        header=header,
    )


def _share(layout: Layout, header: Sequence[str]) -> float:
    wanted = [column.name for column in layout.wanted(header)]
    return sum(name in header for name in wanted) / len(wanted)


def _difference(header: Sequence[str], layout: Layout, expected: Sequence[str]) -> str:
    missing = layout.missing(header)
    surplus = [column for column in header if column not in expected]
    if layout.has_exact_header and not missing and not surplus:
        return "the header has the right columns in another order."
    words = [f"{column} is missing" for column in missing]
    if layout.has_exact_header or not words:
        words += [f"{shown(column)} is not expected" for column in surplus[:_NAMED_AT_MOST]]
    return f"the header differs: {', '.join(words)}."
