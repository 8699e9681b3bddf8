"""What a walk saw of a window, and whether that is shown to be all of it.

Belongs here: windows, what one pass through a list shows, and what a certificate says.
Stays out: turning pages (`walk`), and the versions seen over all passes (`ledger`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Window:
    """Instants from `start` up to, but not including, `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None or self.start >= self.end:
            raise ValueError("a window needs two instants with offsets, the earlier one first")

    def holds(self, created_at: str | None) -> bool:
        """Whether a row is the window's; one without a readable instant always is.

        Such a row belongs to the contract stage, which refuses it by name; dropping it here
        would lose it silently.
        """
        moment = instant(created_at)
        return moment is None or self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Certificate:
    """What may be said about a window after walking it.

    `rows_received` = rows handed on + `rows_outside` + `rows_repeated`, over all passes.
    `declared_total` is the gateway's own count in the last pass, None when it gave none.
    `sums` are amounts by currency, as text, over the newest version of each row: fiat where the
    stream has both.
    """

    stream: str
    window: Window | None
    passes: int
    pages: int
    rows_received: int
    rows_outside: int
    rows_repeated: int
    rows_enriched: int
    distinct_ids: int
    declared_total: int | None
    complete: bool
    reason: str
    digest: str
    sums: Mapping[str, str]


class Marks:
    """A set of rows by their numbers in the ledger, one byte each: a window may hold a million."""

    __slots__ = ("_bytes", "_count")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._count = 0

    def add(self, number: int) -> bool:
        """Mark a row; whether it was not marked before."""
        if number >= len(self._bytes):
            self._bytes.extend(bytes(number + 1 - len(self._bytes)))
        if self._bytes[number]:
            return False
        self._bytes[number] = 1
        self._count += 1
        return True

    def __len__(self) -> int:
        return self._count

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Marks):
            return NotImplemented
        return self._bytes.rstrip(b"\0") == other._bytes.rstrip(b"\0")

    __hash__ = None  # type: ignore[assignment]


@dataclass(slots=True)
class Pass:
    """One walk from the first page to the end of the list."""

    asked_size: int
    pages: int = 0
    distinct_pages: int = 0
    longest_page: int = 0
    first_page: int = 0
    repeats: int = 0
    ended_by: str = ""
    totals: list[int] = field(default_factory=list)
    seen: Marks = field(default_factory=Marks)
    inside: Marks = field(default_factory=Marks)

    @property
    def declared_total(self) -> int | None:
        """The gateway's count, as the last page that had one gave it."""
        return self.totals[-1] if self.totals else None

    @property
    def rows_due(self) -> int:
        """The rows that there must be at the least: as many as the first page declared.

        While a list grows, what came behind the reader's back may be missing from the walk. A total
        that fell says nothing of the kind, so the greatest counts.
        """
        grows = all(one <= other for one, other in pairwise(self.totals))
        return (self.totals[0] if grows else max(self.totals)) if self.totals else 0

    @property
    def shows_nothing(self) -> bool:
        """No rows, and no total that says so."""
        return not self.seen and not self.totals

    @property
    def is_one_page_and_a_refusal(self) -> bool:
        """Whether one page came and the next was refused: its total may count the page alone."""
        return self.ended_by == "refusal" and self.distinct_pages == 1

    @property
    def agrees_with_total(self) -> bool:
        """One and the same total on every page, and exactly so many rows, none of them twice."""
        return (
            len(set(self.totals)) == 1
            and self.declared_total == len(self.seen)
            and self.repeats == 0
            and not self.is_one_page_and_a_refusal
        )

    @property
    def turned_pages(self) -> bool:
        """Whether the list ended in a way that shows that page numbers were honoured."""
        return self.ended_by == "empty" or self.distinct_pages > 1 or len(self.seen) <= 1


def instant(text: str | None) -> datetime | None:
    """An ISO-8601 text as an instant; without an offset it is read as UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
