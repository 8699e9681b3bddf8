"""What one page of a list shows, and what two pages together show: conclusions, never guesses.

Belongs here: pure judgements over answers that were had; None is "not shown". Stays out: asking
(`probing`), and what is made of a conclusion (`manners`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pipelines.gateway import envelopes
from pipelines.gateway.certificate import instant
from pipelines.gateway.endpoint import Endpoint
from pipelines.gateway.envelopes import Item
from pipelines.gateway.manners import Honoured, Order
from pipelines.gateway.records import Row

# A gateway may read an instant as a date, or in its own zone; a window's margin covers that.
MARGIN = timedelta(days=1)
NAMES_MOST = 12
KNOWN_STATUSES = frozenset(
    (
        *("PENDING", "PROCESSING", "UNDERPAID", "COMPLETED"),
        *("EXPIRED", "FAILED", "REFUNDED", "CANCELLED"),
    )
)
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,48}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page as evidence: the rows as sent and flattened, the total declared, the wrapping."""

    items: Sequence[Item]
    rows: Sequence[Row]
    total: int | None
    envelope: str
    key: str

    @property
    def ids(self) -> list[str]:
        """The ids, in the order listed."""
        return [str(row[self.key]) for row in self.rows]

    @property
    def instants(self) -> list[datetime]:
        """When the rows were created, in the order listed, where that can be read."""
        read = (instant(row["created_at"]) for row in self.rows)
        return [moment for moment in read if moment is not None]


def page_of(payload: object, endpoint: Endpoint) -> Page:
    """The page in an answer; raises AnswerUnusable where the pull would."""
    listing = envelopes.listing(payload, endpoint.list_keys)
    rows = endpoint.table.rows(listing.items, ref="", fetched_at="")
    wrapping = _wrapping(payload, listing.items)
    return Page(listing.items, rows, listing.declared_total, wrapping, endpoint.key)


def _wrapping(payload: object, items: list[Item]) -> str:
    """Where in the answer the rows stand, such as `data` or `data.items`."""
    if not isinstance(payload, dict):
        return "a bare list"
    outer = payload.get("data", payload)
    if outer is items:
        return "data"
    inner = next((str(name) for name, value in outer.items() if value is items), "")
    return f"data.{inner}" if "data" in payload else inner


def order_of(page: Page) -> Order | None:
    """How a page is sorted by createdAt; None when nothing in it could show that."""
    moments = page.instants
    if len(set(moments)) < 2:
        return None
    if moments == sorted(moments):
        return "oldest first"
    return "newest first" if moments == sorted(moments, reverse=True) else "none"


def pivot_of(page: Page) -> datetime | None:
    """An instant, in whole milliseconds, with rows of the page on either side of it."""
    moments = sorted(page.instants)
    if not moments:
        return None
    middle = moments[len(moments) // 2]
    pivot = middle.replace(microsecond=middle.microsecond // 1000 * 1000)
    if moments[0] < pivot:
        return pivot
    later = next(
        (moment for moment in moments if moment >= pivot + timedelta(milliseconds=1)), None
    )
    return None if later is None else later.replace(microsecond=later.microsecond // 1000 * 1000)


def judge_filter(
    known: Page,
    answer: Page,
    *,
    is_inside: Callable[[Row], bool],
    is_near: Callable[[Row], bool] = lambda _: False,
    is_full: bool,
) -> Honoured | None:
    """What a filter did to rows that were seen without it.

    `is_near` tells rows so close to the bound that a margin covers a misreading. A page that
    `is_full` does not show that a row is missing: it may be on the next.
    """
    inside = {row[known.key] for row in known.rows if is_inside(row)}
    outside = {row[known.key] for row in known.rows if not is_inside(row)}
    if not inside or not outside:
        return None
    came = {row[answer.key] for row in answer.rows}
    if outside <= came and (is_full or inside & came):
        return "ignored"
    strangers = [row for row in answer.rows if not is_inside(row) and not is_near(row)]
    certain = {row[known.key] for row in known.rows if is_inside(row) and not is_near(row)}
    is_lost = not is_full and (bool(certain - came) or not inside & came)
    if strangers or is_lost:
        return "misread"
    return "honoured" if inside & came or is_full else None


def since(pivot: datetime) -> Callable[[Row], bool]:
    """Whether a row was created at the pivot or later; one without an instant never was."""
    return lambda row: (moment := instant(row["created_at"])) is not None and moment >= pivot


def before(pivot: datetime) -> Callable[[Row], bool]:
    """Whether a row was created before the pivot."""
    return lambda row: (moment := instant(row["created_at"])) is not None and moment < pivot


def near(pivot: datetime) -> Callable[[Row], bool]:
    """Whether a row lies within a window's margin of the pivot, or cannot be placed at all."""
    return lambda row: (
        (moment := instant(row["created_at"])) is None or abs(moment - pivot) <= MARGIN
    )


def telling_status(page: Page) -> str | None:
    """A status as sent that some rows of the page have and others have not; a known one first."""
    sent = Counter(item["status"] for item in page.items if isinstance(item.get("status"), str))
    words = [word for word, count in sent.most_common() if count < len(page.items) and word.strip()]
    known = [word for word in words if word.strip().upper() in KNOWN_STATUSES]
    return next(iter(known or words), None)


def unknown_statuses(page: Page, *, secret: str) -> tuple[str, ...]:
    """Words for a status that nobody here has met."""
    met = {row["status"] for row in page.rows if row["status"]} - KNOWN_STATUSES
    return shown_names((str(word) for word in met), secret=secret)


def unknown_fields(page: Page, *, secret: str) -> tuple[str, ...]:
    """Fields of the rows that no column reads and none is known to skip."""
    named = {name for row in page.rows for name in (row["unknown_fields"] or "").split(",")}
    return shown_names((name for name in named if name), secret=secret)


def shown_names(names: Any, *, secret: str) -> tuple[str, ...]:
    """The gateway's own words, sorted, as far as they are words and not the key."""
    fit = {name if _WORD.fullmatch(name) else "(not a word)" for name in names}
    return tuple(sorted(name for name in fit if secret.lower() not in name.lower())[:NAMES_MOST])


def status_case(page: Page) -> Literal["upper", "lower", "mixed"] | None:
    """How the gateway writes its states."""
    words = [item["status"] for item in page.items if isinstance(item.get("status"), str)]
    if not words:
        return None
    if all(word == word.upper() for word in words):
        return "upper"
    return "lower" if all(word == word.lower() for word in words) else "mixed"


def field_style(page: Page) -> Literal["camelCase", "snake_case"] | None:
    """How the gateway writes the names of fields that have two words."""
    names = {name for item in page.items for name in item}
    if any("_" in name.strip("_") for name in names):
        return "snake_case"
    return "camelCase" if any(name != name.lower() for name in names) else None
