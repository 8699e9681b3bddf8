"""Reads a list, or a window of one, to its provable end.

Written once for every endpoint; single rows are read in `lookup`. Nothing about paging, filters,
order or totals is trusted: a walk goes on until a page is empty or only repeats, cuts to the
window itself, and is repeated with another page size when its own evidence does not suffice.
What is still not shown complete is reported as such and never raised: a gap of ours is a fact
about the list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pipelines.faults import GatewayFault
from pipelines.gateway import envelopes
from pipelines.gateway.alike import AlikePages
from pipelines.gateway.answers import Params
from pipelines.gateway.certificate import Certificate, Pass, Window
from pipelines.gateway.client import Fetched, GatewayClient
from pipelines.gateway.endpoint import Endpoint
from pipelines.gateway.envelopes import Listing
from pipelines.gateway.ledger import Ledger, Version
from pipelines.gateway.lookup import Places, path_to, read_one
from pipelines.gateway.records import Row, from_answer
from pipelines.gateway.strict_json import unusable

PAGE_SIZE = 100
PASSES_MOST = 3
STALE_PAGES_MOST = 3
# Asked for on either side of the window: a gateway that reads an instant as a date, or in its
# own time zone, would otherwise leave out rows and count them out of its total as well.
MARGIN = timedelta(days=1)

__all__ = ["Certificate", "Reached", "Walk", "Window", "walk_list", "walk_window"]


class Reached(NamedTuple):
    """Where a walk is after a page: the rows on it, and how many of the declared were seen.

    `seen` begins anew with each walk through the list; the declared total may be a lie.
    """

    received: int
    seen: int
    declared_total: int | None


def _unwatched(_: Reached) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Every version of every row of a window, in the order fetched, and the certificate.

    `rows` is empty when the rows were handed to `take` page by page.
    """

    rows: Sequence[Row]
    certificate: Certificate


def walk_window(
    client: GatewayClient,
    endpoint: Endpoint,
    window: Window,
    *,
    page_size: int = PAGE_SIZE,
    margin: timedelta = MARGIN,
    is_filtered: bool = True,
    ends_in_refusal: bool = False,
    take: Callable[[list[Row]], None] | None = None,
    reach: Callable[[Reached], None] = _unwatched,
) -> Walk:
    """Walk a window until it is shown complete, at most three times.

    Without `is_filtered` the whole list is asked for and the window cut out of it here; a list
    that `ends_in_refusal` answers 404 behind its last page. Raises the client's faults, and
    AnswerUnusable when a list does not end within the page cap.
    """
    asked = Window(window.start - margin, window.end + margin) if is_filtered else None
    scope = _Scope(window, asked, {}, ends_in_refusal)
    return _walk(client, endpoint, scope, page_size=page_size, take=take, reach=reach)


def walk_list(
    client: GatewayClient,
    endpoint: Endpoint,
    places: Places | None = None,
    *,
    page_size: int = PAGE_SIZE,
    take: Callable[[list[Row]], None] | None = None,
    reach: Callable[[Reached], None] = _unwatched,
) -> Walk:
    """Walk a whole list, of the parent that `places` names where the list has one.

    Raises as `walk_window` does.
    """
    scope = _Scope(None, None, places or {}, ends_in_refusal=False)
    return _walk(client, endpoint, scope, page_size=page_size, take=take, reach=reach)


def _walk(
    client: GatewayClient,
    endpoint: Endpoint,
    scope: _Scope,
    *,
    page_size: int,
    take: Callable[[list[Row]], None] | None,
    reach: Callable[[Reached], None],
) -> Walk:
    if endpoint.list_path is None:
        raise ValueError(f"the gateway has no list of {endpoint.stream}")
    rows: list[Row] = []
    path = path_to(endpoint.list_path, scope.places)
    walker = _Walker(client, endpoint, path, scope, take or rows.extend, reach)
    passes: list[Pass] = []
    verdict = _Verdict(False, "")
    size = page_size
    while not verdict.complete and len(passes) < PASSES_MOST:
        passes.append(walker.walk_once(size))
        verdict = _judge(passes, scope, total_of_nothing=walker.total_of_nothing)
        if verdict.complete and passes[-1].shows_nothing and walker.has_page_nought():
            verdict = _Verdict(False, "the gateway counts its pages from nought")
            break
        size = _other_size(passes[-1])
    return Walk(rows, walker.certify(passes, verdict))


class _Scope(NamedTuple):
    """What of a list is wanted: a window, for which a wider one is asked, or all of one parent."""

    window: Window | None
    asked: Window | None
    places: Mapping[str, str]
    ends_in_refusal: bool


class _Verdict(NamedTuple):
    complete: bool
    reason: str


@dataclass(slots=True)
class _Walker:
    """The passes over one list; what is remembered between them is in the ledger."""

    client: GatewayClient
    endpoint: Endpoint
    path: str
    scope: _Scope
    take: Callable[[list[Row]], None]
    reach: Callable[[Reached], None]
    ledger: Ledger = field(init=False)
    _found_under: Mapping[str, str] = field(init=False)
    _alike: AlikePages = field(init=False)
    rows_enriched: int = 0
    _nothing_was_asked: bool = False
    _total_of_nothing: int | None = None

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.scope.window, self.endpoint.key)
        self._alike = AlikePages(self.endpoint.table, self.endpoint.list_keys)
        self._found_under = self.endpoint.found_under(self.scope.places)

    def walk_once(self, size: int) -> Pass:
        """From page one to the end of the list."""
        current = Pass(asked_size=size)
        former: list[str | None] = []
        stale = 0
        while not current.ended_by:
            if current.pages >= self.client.limits.pages:
                raise unusable(f"the list of {self.endpoint.stream} does not end")
            page = self._page(current)
            if page is None or not page.content.items:
                current.ended_by = "refusal" if page is None else "empty"
                if current.pages == 1:
                    # Behind the last page some declare a total of nothing.
                    _note_total(page, current)
                break
            listed, has_new = self._accept(page, current)
            stale = 0 if has_new else stale + 1
            if stale and (listed == former or stale >= STALE_PAGES_MOST or _is_counted(current)):
                current.ended_by = "repeat"
            former = listed
        return current

    def total_of_nothing(self) -> int | None:
        """What the gateway declares for a window that nothing can lie in, asked once.

        None where no window was asked for, and where rows come back all the same: then the window
        is not heard, and the total counts what is listed.
        """
        if self.scope.asked is not None and not self._nothing_was_asked:
            self._nothing_was_asked = True
            nothing = Window(datetime(1990, 1, 1, tzinfo=UTC), datetime(1990, 1, 2, tzinfo=UTC))
            with suppress(GatewayFault):
                page = self._ask(_list_params(nothing, page=1, size=1))
                if not page.content.items:
                    self._total_of_nothing = page.content.declared_total
        return self._total_of_nothing

    def has_page_nought(self) -> bool:
        """Whether a list without rows and total has some on a page before its first."""
        params = _list_params(self.scope.asked, page=0, size=PAGE_SIZE)
        with suppress(GatewayFault):
            return bool(self._ask(params).content.items)
        return False

    def certify(self, passes: list[Pass], verdict: _Verdict) -> Certificate:
        """The certificate over all passes."""
        ledger = self.ledger
        return Certificate(
            stream=self.endpoint.stream,
            window=self.scope.window,
            passes=len(passes),
            pages=sum(each.pages for each in passes),
            rows_received=ledger.rows_received,
            rows_outside=ledger.rows_outside,
            rows_repeated=ledger.rows_repeated,
            rows_enriched=self.rows_enriched,
            distinct_ids=ledger.distinct_ids(),
            declared_total=passes[-1].declared_total,
            complete=verdict.complete,
            reason=verdict.reason,
            digest=ledger.digest(),
            sums=ledger.sums(),
        )

    def _page(self, current: Pass) -> Fetched[Listing] | None:
        """The next page; None when the gateway says, after the declared end, there is none."""
        current.pages += 1
        params = _list_params(self.scope.asked, page=current.pages, size=current.asked_size)
        if current.pages > 1 and (self.scope.ends_in_refusal or _is_counted(current)):
            return self.client.find(self.path, params, shape=self._listing, quick=self._alike.read)
        return self._ask(params)

    def _ask(self, params: Params) -> Fetched[Listing]:
        return self.client.fetch(self.path, params, shape=self._listing, quick=self._alike.read)

    def _listing(self, payload: object) -> Listing:
        return envelopes.listing(payload, self.endpoint.list_keys)

    def _accept(self, page: Fetched[Listing], current: Pass) -> tuple[list[str | None], bool]:
        """Hand on what is new; returns the page's ids, and whether the pass had not seen one."""
        items = page.content.items
        stamp = page.received_at.astimezone(UTC).isoformat()
        if page.content.are_rows:
            rows = from_answer(items, ref=page.ref, fetched_at=stamp)
        else:
            rows = self.endpoint.table.rows(items, ref=page.ref, fetched_at=stamp)
        known, repeats = len(current.seen), current.repeats
        fresh: list[Row] = []
        for row in rows:
            version = self.ledger.take(row, current)
            if version is not None:
                fresh.append(self._settled(version, row))
        has_new = len(current.seen) > known
        if not has_new:
            # A page that only repeats is told by how the list ends, not as rows that shifted.
            current.repeats = repeats
        current.distinct_pages += has_new
        current.first_page = current.first_page or len(items)
        current.longest_page = max(current.longest_page, len(items))
        _note_total(page, current)
        if fresh:
            self.take(fresh)
        self.reach(Reached(len(items), len(current.seen), current.declared_total))
        return [row[self.endpoint.key] for row in rows], has_new

    def _settled(self, version: Version, row: Row) -> Row:
        """The row, or what a read by its id says where the list's row is short."""
        if row["is_short"] and row[self.endpoint.key] and self.endpoint.detail_path:
            places = {**self.scope.places, "id": str(row[self.endpoint.key])}
            whole = read_one(self.client, self.endpoint, places)
            if whole is not None:
                self.rows_enriched += 1
                row = whole
        self.ledger.settle(version, row)
        row.update(self._found_under)
        return row


def _list_params(window: Window | None, *, page: int, size: int) -> Params:
    paging = (("page", str(page)), ("limit", str(size)))
    if window is None:
        return paging
    return (
        *paging,
        ("startDate", _stamp(window.start)),
        ("endDate", _stamp(window.end)),
        ("sortBy", "createdAt"),
        ("sortOrder", "asc"),
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _note_total(page: Fetched[Listing] | None, current: Pass) -> None:
    if page is not None and page.content.declared_total is not None:
        current.totals.append(page.content.declared_total)


def _is_counted(current: Pass) -> bool:
    """Whether as many rows were seen as the gateway declared."""
    total = current.declared_total
    return total is not None and len(current.seen) >= total


def _judge(
    passes: list[Pass], scope: _Scope, *, total_of_nothing: Callable[[], int | None]
) -> _Verdict:
    last = passes[-1]
    total, seen = last.declared_total, len(last.seen)
    if last.agrees_with_total:
        return _Verdict(True, f"all {seen} rows that the gateway declares")
    if len(passes) < 2:
        return _Verdict(False, "one walk is not enough")
    former = passes[-2]
    if former.inside != last.inside:
        return _Verdict(False, f"{len(passes)} walks saw different rows")
    # One page before a refusal shows nothing by itself; the same rows in smaller pages do.
    if not (last.turned_pages and (former.turned_pages or former.is_one_page_and_a_refusal)):
        if scope.window is None and total is None and last.longest_page > last.asked_size:
            # Neither size nor page number is heard: there is no second page to ask for.
            return _Verdict(True, "two walks agree on a list without pages")
        return _Verdict(False, "the gateway ignores page numbers and declares no matching total")
    # Who counts as many rows where none can lie does not count what was asked for.
    due = last.rows_due
    if due > seen and (total_of_nothing() or 0) < due:
        return _Verdict(False, f"the gateway declares {due} rows and lists {seen}")
    return _Verdict(True, "two walks agree")


def _other_size(former: Pass) -> int:
    """Another page size, so that a fault at the edges of pages cannot fall twice alike.

    After a list that only repeats its first page: half of it, to see whether size and page
    number are honoured at all. After a capped list: below the cap.
    """
    longest = former.longest_page or former.asked_size
    if former.distinct_pages == 1 and former.ended_by == "repeat":
        return max(1, longest // 2)
    return max(1, min(former.asked_size, longest) * 7 // 10)
