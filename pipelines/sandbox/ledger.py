"""The transactions that exist at the clock, in the order of creation, ready to be paged.

It knows positions, instants and states, a few bytes a row; the rows themselves stay in the store.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from pipelines.sandbox.asking import STATUSES, ListQuery
from pipelines.sandbox.store import Store

_CODES = {status: code for code, status in enumerate(STATUSES)}
_SELECTIONS_MAX = 8


class Ledger:
    """Position p is the store's seq p + 1."""

    def __init__(self, store: Store, now: int) -> None:
        self._store = store
        self._created = array("q", store.created_instants())
        self._valid_from = array("q", bytes(8 * len(self._created)))
        self._status = bytearray(len(self._created))
        self._selections: dict[tuple[object, ...], Sequence[int]] = {}
        self._ids: list[str] = []
        self._now = 0
        self._next_change = store.next_change(0)
        self.move(now)

    def move(self, now: int) -> None:
        """Bring every row to its version at a later instant; cheap when nothing changes."""
        due = self._next_change is not None and self._next_change <= now
        earlier, self._now = self._now, now
        if not due:
            return
        for seq, valid_from, status in self._store.versions_between(earlier, now):
            self._valid_from[seq - 1] = valid_from
            self._status[seq - 1] = _CODES[status]
        self._selections.clear()
        self._next_change = self._store.next_change(self._now)

    def page(self, query: ListQuery) -> tuple[int, list[tuple[bytes, bytes]]]:
        """How many rows match, and head and tail of each row of the page asked for."""
        matching = self._matching(query)
        total, first = len(matching), (query.page - 1) * query.limit
        last = min(first + query.limit, total)
        if query.descending:
            places = [matching[total - 1 - n] for n in range(first, last)]
        else:
            places = [matching[n] for n in range(first, last)]
        return total, self._store.transactions(
            [(place + 1, self._valid_from[place]) for place in places]
        )

    def _matching(self, query: ListQuery) -> Sequence[int]:
        """Positions in ascending order of what is sorted by, ties by id."""
        begin = 0 if query.since is None else bisect_left(self._created, query.since)
        end = bisect_right(self._created, self._now)
        if query.until is not None:
            end = min(end, bisect_left(self._created, query.until))
        if query.status is None and not query.by_update:
            return range(begin, max(begin, end))
        key = (begin, end, query.status, query.by_update)
        if key not in self._selections:
            if len(self._selections) >= _SELECTIONS_MAX:
                self._selections.clear()
            self._selections[key] = self._selected(begin, end, query)
        return self._selections[key]

    def _selected(self, begin: int, end: int, query: ListQuery) -> Sequence[int]:
        places: Iterable[int] = range(begin, end)
        if query.status is not None:
            code, status = _CODES[query.status], self._status
            places = (place for place in places if status[place] == code)
        if query.by_update:
            ids, valid_from = self._all_ids(), self._valid_from
            places = sorted(places, key=lambda place: (valid_from[place], ids[place]))
        return array("q", places)

    def _all_ids(self) -> list[str]:
        if not self._ids:
            self._ids = self._store.transaction_ids()
        return self._ids
