"""The layout that a file is in: the one whose columns its header has, or a sentence about the lack.

Every layout that may be is tried in its own declared form and nothing else; two that fit are told
apart by a person, in `recon.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.layouts.generic import GENERIC
from pipelines.orders.layouts.layout import Form, Layout
from pipelines.orders.layouts.mapped import BUILT_IN
from pipelines.orders.names import shown_name
from pipelines.orders.table import Source
from pipelines.orders.wording import other_separator, shown

_NAMED_AT_MOST = 3


def chosen(
    name: str,
    layouts: Sequence[Layout],
    open_in: Callable[[Form], Source],
    *,
    passed_over: Sequence[Layout] = (),
) -> tuple[Layout, Source]:
    """Give the one layout that the file fits, and the file opened; or raise `OrderFileRefused`.

    A shop's own layout is not to be read without the prefix that a mapping declares for others of
    it: `passed_over` are the mapped layouts whose `files` the name does not fit.
    """
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
        _refuse_nameless(name, layout, source, passed_over=passed_over)
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


def _refuse_nameless(
    name: str, layout: Layout, source: Source, *, passed_over: Sequence[Layout]
) -> None:
    """The generic layout is left out: its ids are final, as in rows that were held back."""
    if _is_mapped(layout) or layout.name == GENERIC.name:
        return
    for other in passed_over:
        if other.form == layout.form and _fits(other, source):
            raise OrderFileRefused(
                shown_name(name),
                f"its header fits [orders.{other.name}] of recon.toml and its name does not fit"
                f" the files of it, so that nobody says whose {layout.name} export it is.",
                remedy="Rename it, or give its shop a mapping of its own with its files, such as"
                f' [orders.NAME] with layout = "{layout.name}" and files = "main-*.csv".',
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
    source = opened[nearest.form]
    header = source.header
    mark = other_separator(header) if source.is_positional and any(header) else None
    remedy = _remedy(nearest, is_positional=source.is_positional)
    if mark is not None:
        remedy = (
            f"If so, declare it: delimiter = {shown(mark)} under [orders.NAME] in recon.toml."
            f" Else: {remedy}"
        )
    return OrderFileRefused(
        shown_name(name),
        _difference(header, nearest, mark=mark) + also,
        remedy=remedy,
        line=1,
        header=header,
    )


def _remedy(nearest: Layout, *, is_positional: bool) -> str:
    if nearest.has_exact_header:
        expected = nearest.form.delimiter.join(nearest.columns.values())
        if not is_positional:
            return f"Its columns must be exactly: {expected}"
        return f"The first line must be exactly: {expected}"
    if _is_mapped(nearest):
        return f"Correct [orders.{nearest.name}] in recon.toml, or export the file again."
    return (
        f"Export the file with the columns of the {nearest.name} layout,"
        " or name its own under [orders.NAME.columns] in recon.toml."
    )


def _share(layout: Layout, header: Sequence[str]) -> float:
    wanted = [column.name for column in layout.wanted(header)]
    return sum(name in header for name in wanted) / len(wanted)


def _difference(header: Sequence[str], layout: Layout, *, mark: str | None) -> str:
    if not any(header):
        return "its first line is empty, it has no header."
    expected = layout.columns.values()
    missing = layout.missing(header)
    surplus = [column for column in header if column not in expected]
    if layout.has_exact_header and not missing and not surplus:
        return "the header has the right columns in another order."
    words = [f"{column} is missing" for column in missing[:_NAMED_AT_MOST]]
    if len(missing) > _NAMED_AT_MOST:
        words.append(f"{len(missing) - _NAMED_AT_MOST} more are missing")
    if mark is not None:
        declared = shown(layout.form.delimiter)
        apart = f"{shown(mark)} seems to stand between its columns, not {declared}"
        return f"{apart}: {', '.join(words)}."
    if layout.has_exact_header or not words:
        words += [f"{shown(column)} is not expected" for column in surplus[:_NAMED_AT_MOST]]
    if _is_mapped(layout) or _share(layout, header) * 2 > 1:
        return f"the header differs: {', '.join(words)}."
    return f"it is in no layout that is known; of the nearest, {layout.name}, {', '.join(words)}."
