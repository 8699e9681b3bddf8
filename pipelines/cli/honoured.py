"""What a gateway honours, as rows of a table: the subject, what was found, what the pull does.

Belongs here: the wording of `Manners`. Stays out: how it was found out (`pipelines.gateway`), and
printing (`doctor`).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.gateway.manners import (
    Manners,
    page_size_for,
    refuses_pages_past_the_end,
    window_filtering,
)

Line = tuple[str, str, str]
HEAD: Line = ("subject", "found", "what the pull does")
NOT_SHOWN = "not shown"
_WINDOWS = {
    "honoured": "asks for each window with a margin of a day",
    "ignored": "one walk of the whole list serves every window",
    "unusable": "does not send it: walks the whole list",
    None: "asks for each window, and cuts to it itself",
}


def table_of(manners: Manners) -> list[Line]:
    """The whole table, its head left out."""
    return [*_answers(manners), *_rows(manners), *_paging(manners), *_asking(manners)]


def _answers(manners: Manners) -> Iterator[Line]:
    troubles = [f"{kind} {count} times" for kind, count in sorted(manners.troubles.items())]
    slowest = manners.slowest_answer_ms
    speed = [] if slowest is None else [f"slowest {slowest} ms"]
    yield (
        "answers",
        ", ".join([f"{manners.requests} GETs", *speed, *troubles]),
        "waits and tries again, within bounds",
    )
    yield "auth style", manners.auth_style, "sends the style that KUVARPAY_AUTH_STYLE names"
    yield "envelope", manners.envelope or NOT_SHOWN, "reads every wrapping it knows"


def _rows(manners: Manners) -> Iterator[Line]:
    case = manners.status_case and f"statuses in {manners.status_case} case"
    style = ", ".join(filter(None, (manners.field_style, case)))
    yield "spelling", style or NOT_SHOWN, "reads both spellings, keeps statuses in capitals"
    yield (
        "rows in the list",
        _either(manners.rows_are_short, "short", "whole"),
        "reads a short row again by its id",
    )
    yield (
        "a row by its id",
        manners.rows_by_id or NOT_SHOWN,
        "reads rows that are not settled again by their ids",
    )
    if manners.unknown_fields:
        yield "unknown fields", ", ".join(manners.unknown_fields), "names them, reads none of them"
    if manners.unknown_statuses:
        yield (
            "unknown statuses",
            ", ".join(manners.unknown_statuses),
            "takes each for a payment that is still open",
        )


def _paging(manners: Manners) -> Iterator[Line]:
    yield "page", _pages(manners), "reads on until a page is empty or only repeats"
    yield "limit", _sizes(manners), f"asks for {page_size_for(manners)} rows a page"
    yield (
        "a page past the end",
        manners.page_past_the_end or NOT_SHOWN,
        "takes a refusal after the first page for the end"
        if refuses_pages_past_the_end(manners)
        else "ends there when it is empty or only repeats",
    )


def _pages(manners: Manners) -> str:
    if manners.pages_begin_at == 0:
        return "honoured, counted from 0: the first page is never asked for"
    if manners.list_is_whole is not None and manners.pages == "ignored":
        whole = manners.list_is_whole
        return f"ignored: {'the whole list comes at once' if whole else 'only one page comes'}"
    return manners.pages or NOT_SHOWN


def _sizes(manners: Manners) -> str:
    told = [manners.limit or NOT_SHOWN]
    for what, size in (
        ("default", manners.default_page_size),
        ("proven up to", manners.page_size_proven),
        ("cut to", manners.page_size_cap),
        ("refused from", manners.page_size_refused),
    ):
        told += [] if size is None else [f"{what} {size}"]
    return ", ".join(told)


def _asking(manners: Manners) -> Iterator[Line]:
    windows = _WINDOWS[window_filtering(manners)]
    for name in ("startDate", "endDate"):
        yield name, manners.filters.get(name) or NOT_SHOWN, windows
    yield "status", manners.filters.get("status") or NOT_SHOWN, "never sends it"
    by_itself = manners.default_order and f"by itself {manners.default_order}"
    order = ", ".join(filter(None, (manners.order or NOT_SHOWN, by_itself)))
    yield "sortBy, sortOrder", order, "asks for the oldest first, relies on no order"
    yield "total", _total(manners), "compares it with what came, and walks again if they differ"


def _total(manners: Manners) -> str:
    if not manners.total_is_given:
        return _either(manners.total_is_given, "", "not given")
    told = ["given", _either(manners.total_is_true, "true", "not true", unknown="truth not shown")]
    if manners.total_follows_filters is not None:
        told.append("follows filters" if manners.total_follows_filters else "ignores filters")
    return ", ".join(told)


def _either(fact: bool | None, yes: str, no: str, *, unknown: str = NOT_SHOWN) -> str:
    return unknown if fact is None else yes if fact else no
