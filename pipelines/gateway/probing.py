"""Finds out what a gateway's list of transactions honours: which questions, in which order.

Every conclusion comes from two answers that could have differed; what nothing could show stays
None. Stays out: sending and bounds (`asking`), judging pages (`evidence`), remembering (`manners`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.gateway import evidence
from pipelines.gateway.asking import PROBE_LIMITS, Asker, Refusal
from pipelines.gateway.certificate import instant
from pipelines.gateway.client import Fetched, GatewaySettings, Limits
from pipelines.gateway.evidence import Page
from pipelines.gateway.manners import (
    PAGE_SIZE_MOST,
    SMALL_PAGE_SIZE,
    Honoured,
    Manners,
    host_of,
)
from pipelines.gateway.records import Row

SIZES = (PAGE_SIZE_MOST, 100, SMALL_PAGE_SIZE)
FAR_PAGE = 100_000


def probe(
    gateway: GatewaySettings,
    *,
    limits: Limits = PROBE_LIMITS,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Manners:
    """Ask the questions and say what was shown.

    Raises the client's faults when not even the bare list can be had, in any auth style. With
    another style than the configured one, the findings name it in `auth_style`.
    """
    asker = Asker(gateway, limits, sleep=sleep, clock=clock)
    try:
        bare = asker.first_page()
        questions = _Questions(asker, bare.content)
        questions.ask()
        return Manners(
            host=host_of(gateway),
            business_id=gateway.business_id or "",
            probed_at=clock(),
            requests=asker.requests,
            auth_style=asker.auth_style,
            troubles=asker.troubles(),
            slowest_answer_ms=asker.slowest_ms,
            **_clock(bare, questions.known),
            **questions.found,
        )
    finally:
        asker.close()


class _Questions:
    """The questions to one list; `known` is the largest page had, `asked` what brought it."""

    def __init__(self, asker: Asker, bare: Page) -> None:
        self.found: dict[str, Any] = {"filters": {}, "envelope": bare.envelope}
        self.known = bare
        self._asker = asker
        self._bare = bare
        self._asked: dict[str, object] = {}
        self._is_everything = False
        self._filtered_total: int | None = None

    def ask(self) -> None:
        """All of them; an empty list answers nothing."""
        if len(self._bare.items) > 1:
            self._turn_a_page()
        if self._bare.items:
            self._ask_for_many()
            self._sort()
            self._filter_by_date("startDate", evidence.since, beyond=2 * evidence.MARGIN)
            self._filter_by_date("endDate", evidence.before, beyond=-2 * evidence.MARGIN)
            self._filter_by_status()
            self._count()
            self._go_past_the_end()
            self.found["rows_by_id"] = self._asker.row(self.known.ids[0])
        self._look_at_rows()

    def _turn_a_page(self) -> None:
        """Page two of pages of one row: another row, if both parameters are honoured."""
        bare = self._bare.ids
        second = self._asker.page(page=2, limit=1)
        if second == "refused":
            self.found["pages"] = "refused"
        if not isinstance(second, Page):
            return
        if len(second.items) == 1:
            is_first = second.ids[0] == bare[0]
            # A row that came in between moves the first one to page two; then page three tells.
            is_stuck = is_first and self._is_again(self._asker.page(page=3, limit=1), second)
            self.found |= {"limit": "honoured", "pages": "ignored" if is_stuck else "honoured"}
            return
        is_repeated = 2 * len({*bare} & {*second.ids}) > len(second.items)
        self.found |= {
            "limit": "ignored" if len(second.items) <= len(bare) else "misread",
            "pages": "ignored" if is_repeated else "honoured",
        }

    @staticmethod
    def _is_again(answer: Page | Refusal | None, former: Page) -> bool:
        return isinstance(answer, Page) and answer.ids == former.ids

    def _ask_for_many(self) -> None:
        """The largest page wanted, or a smaller one where that is refused."""
        if self.found.get("limit") not in (None, "honoured"):
            self._note_size()
            return
        for size in SIZES:
            many = self._asker.page(page=1, limit=size)
            if many != "refused":
                break
            self.found["page_size_refused"] = size
        if not isinstance(many, Page):
            return
        if self.found.get("pages") == "honoured":
            begins = 1 if {*self._bare.ids} & {*many.ids} else 0
            self.found["pages_begin_at"] = begins
            if not begins:
                return
        if many.items:
            self.known, self._asked = many, {"page": 1, "limit": size}
            if len(many.items) == size:
                self.found["page_size_proven"] = size
            elif len(many.items) < size and self.found.get("pages") == "honoured":
                self._see_whether_it_was_cut(many)
        self._note_size()

    def _see_whether_it_was_cut(self, many: Page) -> None:
        """Page two of that very size: more rows after a cut page, nothing new after the last."""
        size = len(many.items)
        after = self._asker.page(page=2, limit=size)
        if isinstance(after, Page) and after.items and not {*after.ids} & {*many.ids}:
            self.found |= {"page_size_proven": size, "page_size_cap": size}
        elif after is not None:
            self._is_everything = True
            self.found["page_past_the_end"] = _end_of(after)

    def _note_size(self) -> None:
        shown = len(self._bare.items)
        has_more = len(self.known.items) > shown or "page_size_cap" in self.found
        if has_more or (self._bare.total or 0) > shown:
            self.found["default_page_size"] = shown

    def _sort(self) -> None:
        """The opposite of the order that comes by itself."""
        by_itself = evidence.order_of(self.known)
        self.found["default_order"] = by_itself
        if by_itself is None:
            return
        wanted = "newest first" if by_itself == "oldest first" else "oldest first"
        answer = self._asker.page(
            **self._asked,
            sortBy="createdAt",
            sortOrder="desc" if wanted == "newest first" else "asc",
        )
        if isinstance(answer, Page):
            order = evidence.order_of(answer)
            judged: dict[object, Honoured | None] = {wanted: "honoured", by_itself: "ignored"}
            self.found["order"] = None if order is None else judged.get(order, "misread")
        else:
            self.found["order"] = answer

    def _filter_by_date(
        self,
        name: str,
        bound: Callable[[datetime], Callable[[Row], bool]],
        *,
        beyond: timedelta,
    ) -> None:
        """A bound between rows that are known; where that tells nothing, one beyond them all."""
        pivot = evidence.pivot_of(self.known)
        if pivot is None:
            return
        answer = self._asker.page(**self._asked, **{name: _stamp(pivot)})
        judged = self._judged(answer, bound(pivot), is_near=evidence.near(pivot))
        moments = self.known.instants
        if judged == "ignored" and all(map(evidence.near(pivot), self.known.rows)):
            # It may as well have been read as a date, of which all these rows are.
            far = (max(moments) if beyond > timedelta() else min(moments)) + beyond
            judged = self._judged_beyond(self._asker.page(**self._asked, **{name: _stamp(far)}))
        elif name == "startDate" and judged == "honoured" and isinstance(answer, Page):
            self._filtered_total = answer.total
        self.found["filters"][name] = judged

    def _judged_beyond(self, answer: Page | Refusal | None) -> Honoured | None:
        if not isinstance(answer, Page):
            return answer
        if not answer.items:
            return "honoured"
        return "ignored" if {*answer.ids} & {*self.known.ids} else None

    def _filter_by_status(self) -> None:
        word = evidence.telling_status(self.known)
        if word is None:
            return
        answer = self._asker.page(**self._asked, status=word)
        self.found["filters"]["status"] = self._judged(
            answer, lambda row: row["status"] == word.strip().upper()
        )

    def _judged(
        self,
        answer: Page | Refusal | None,
        is_inside: Callable[[Row], bool],
        *,
        is_near: Callable[[Row], bool] = lambda _: False,
    ) -> Honoured | None:
        if not isinstance(answer, Page):
            return answer
        is_full = len(answer.items) >= len(self.known.items)
        return evidence.judge_filter(
            self.known, answer, is_inside=is_inside, is_near=is_near, is_full=is_full
        )

    def _count(self) -> None:
        """The declared total against rows that were listed, on the last page if need be."""
        total, listed = self.known.total, len(self.known.items)
        self.found["total_is_given"] = total is not None
        if total is None:
            return
        if total < listed or self._is_everything:
            self.found["total_is_true"] = total == listed
        elif "ignored" in (self.found.get("pages"), self.found.get("limit")):
            self.found["list_is_whole"] = total == listed
            self.found["total_is_true"] = True if total == listed else None
        elif self.found.get("pages") == "honoured" and self.found.get("page_size_proven"):
            self.found["total_is_true"] = self._is_true_at_the_end(total)
        if self._filtered_total is not None and self.found.get("total_is_true"):
            self.found["total_follows_filters"] = self._filtered_total < total

    def _is_true_at_the_end(self, total: int) -> bool | None:
        """Whether the last page by the total holds just what the total leaves for it."""
        size = _telling_size(total, self.found["page_size_proven"])
        before = (total - 1) // size * size
        last = self._asker.page(page=before // size + 1, limit=size)
        if not isinstance(last, Page):
            return None if last is None else False
        return len(last.items) == (total if last.total is None else last.total) - before

    def _go_past_the_end(self) -> None:
        if self.found.get("page_past_the_end") or self.found.get("pages") != "honoured":
            return
        size = self.found.get("page_size_proven") or len(self._bare.items)
        page = FAR_PAGE
        if self.found.get("total_is_true") and self.known.total:
            page = self.known.total // size + 3
        limited = {"limit": size} if self.found.get("limit") == "honoured" else {}
        beyond = self._asker.page(page=page, **limited)
        if beyond is not None:
            self.found["page_past_the_end"] = _end_of(beyond)

    def _look_at_rows(self) -> None:
        page, secret = self.known, self._asker.secret
        self.found.setdefault("total_is_given", page.total is not None)
        self.found |= {
            "field_style": evidence.field_style(page),
            "status_case": evidence.status_case(page),
            "unknown_fields": evidence.unknown_fields(page, secret=secret),
            "unknown_statuses": evidence.unknown_statuses(page, secret=secret),
        }
        if page.rows:
            self.found["rows_are_short"] = any(row["is_short"] for row in page.rows)


def _end_of(answer: Page | Refusal) -> str:
    if not isinstance(answer, Page):
        return answer
    return "repeated" if answer.items else "empty"


def _telling_size(total: int, most: int) -> int:
    """A page size that leaves the last page about half full: a wrong total shows either way."""
    sizes = range(max(2, most // 2), most + 1)
    return max(sizes, key=lambda size: min(total % size, size - total % size), default=most)


def _clock(bare: Fetched[Page], known: Page) -> dict[str, Any]:
    """How far the gateway's clock is ahead; rows only ever show that it is, not that it is not."""
    if bare.sent_at is not None:
        skew = (bare.sent_at - bare.received_at).total_seconds()
        return {"clock_skew_seconds": round(skew), "clock_shown_by": "the Date header"}
    stamps = (row[column] for row in known.rows for column in ("created_at", "updated_at"))
    newest = max(filter(None, map(instant, stamps)), default=bare.received_at)
    ahead = round((newest - bare.received_at).total_seconds())
    if ahead <= 0:
        return {}
    return {"clock_skew_seconds": ahead, "clock_shown_by": "the newest row"}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
