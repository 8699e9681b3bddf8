"""The transactions that exist at the clock, in the order of creation, ready to be paged.

It knows places, instants and states, a few bytes a row; the rows themselves stay in the store.
Whoever adds or changes a row in the store tells it here, in the same turn.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.sandbox.asking import STATUSES, ListQuery
from pipelines.sandbox.store import Store

_CODES = {status: code for code, status in enumerate(STATUSES)}
_SELECTIONS_MAX = 8


class Stretch(NamedTuple):
    """Some of a sequence of seqs, from `begin` to before `end`."""

    seqs: Sequence[int]
    begin: int
    end: int

    @property
    def length(self) -> int:
        """How many there are."""
        return self.end - self.begin


class Ledger:
    """Places in the order of creation name a seq each; versions are kept by seq - 1."""

    def __init__(self, store: Store, now: int) -> None:
        self._store = store
        self._created = array("q")
        self._seq = array("q")
        self._valid_from = array("q")
        self._status = bytearray()
        self._ids: list[str] = []
        self._selections: dict[tuple[object, ...], Sequence[int]] = {}
        self._now = now
        self._next_change: int | None = None
        self.reload()

    def reload(self) -> None:
        """Read everything again: the store was taken back to an earlier turn."""
        self._created, self._seq = array("q"), array("q")
        for created_at, seq in self._store.creations():
            self._created.append(created_at)
            self._seq.append(seq)
        self._valid_from = array("q", bytes(8 * len(self._seq)))
        self._status = bytearray(len(self._seq))
        self._ids.clear()
        self._bring(-1, self._now)

    def move(self, now: int) -> None:
        """Bring every row to its version at a later instant; cheap when nothing changes."""
        earlier, self._now = self._now, now
        if self._next_change is not None and self._next_change <= now:
            self._bring(earlier, now)

    def add(self, seq: int, created_at: int, status: str, *, valid_from: int) -> None:
        """A new row, the last of those created at the same instant; seq is the next one."""
        place = bisect_right(self._created, created_at)
        self._created.insert(place, created_at)
        self._seq.insert(place, seq)
        self._valid_from.append(valid_from)
        self._status.append(_CODES[status])
        self._selections.clear()

    def change(self, seq: int, status: str, *, valid_from: int) -> None:
        """A row has got a new version."""
        self._valid_from[seq - 1] = valid_from
        self._status[seq - 1] = _CODES[status]
        self._selections.clear()

    def total(self, query: ListQuery) -> int:
        """How many rows match."""
        return self._matching(query).length

    def rows(self, query: ListQuery, first: int, last: int) -> list[tuple[bytes, bytes]]:
        """Head and tail of the rows [first, last) of those that match, in the order asked for."""
        seqs, begin, end = self._matching(query)
        last = min(last, end - begin)
        if query.descending:
            wanted = [seqs[end - 1 - n] for n in range(first, last)]
        else:
            wanted = [seqs[begin + n] for n in range(first, last)]
        return self._store.transactions([(seq, self._valid_from[seq - 1]) for seq in wanted])

    def page(self, query: ListQuery) -> tuple[int, list[tuple[bytes, bytes]]]:
        """How many rows match, and the rows of the page asked for."""
        first = (query.page - 1) * query.limit
        return self.total(query), self.rows(query, first, first + query.limit)

    def _bring(self, after: int, upto: int) -> None:
        for seq, valid_from, status in self._store.versions_between(after, upto):
            self._valid_from[seq - 1] = valid_from
            self._status[seq - 1] = _CODES[status]
        self._selections.clear()
        self._next_change = self._store.next_change(upto)

    def _matching(self, query: ListQuery) -> Stretch:
        """Seqs in ascending order of what is sorted by."""
        begin = 0 if query.since is None else bisect_left(self._created, query.since)
        end = bisect_right(self._created, self._now)
        if query.until is not None:
            end = min(end, bisect_left(self._created, query.until))
        end = max(begin, end)
        if query.status is None and not query.by_update:
            # Not a copy: of a large book it would take longer than the rows of a page.
            return Stretch(self._seq, begin, end)
        key = (begin, end, query.status, query.by_update)
        if key not in self._selections:
            if len(self._selections) >= _SELECTIONS_MAX:
                self._selections.clear()
            self._selections[key] = self._selected(begin, end, query)
        selected = self._selections[key]
        return Stretch(selected, 0, len(selected))

    def _selected(self, begin: int, end: int, query: ListQuery) -> Sequence[int]:
        """Those of a stretch of places, ties of updatedAt by id."""
        seqs: Sequence[int] = self._seq[begin:end]
        if query.status is not None:
            code, status = _CODES[query.status], self._status
            seqs = [seq for seq in seqs if status[seq - 1] == code]
        if query.by_update:
            ids, valid_from = self._all_ids(), self._valid_from
            seqs = sorted(seqs, key=lambda seq: (valid_from[seq - 1], ids[seq - 1]))
        return array("q", seqs)

    def _all_ids(self) -> list[str]:
        self._ids += self._store.transaction_ids(len(self._ids))
        return self._ids
