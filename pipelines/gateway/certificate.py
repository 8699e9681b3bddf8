"""What a walk saw of a window, and whether that is shown to be all of it.

Nothing here asks the gateway anything: `walk` turns pages, and a `Ledger` remembers over all
passes which versions of which rows were seen, so that rows are handed on once and the sums,
counts and digest come from the newest version of each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import pairwise
from typing import NamedTuple

from pipelines.gateway.records import Row

_UNSTAMPED_COLUMNS = -2  # source and fetched_at stand last and are not content
_NEVER = datetime.min.replace(tzinfo=UTC)
# Sums are exact or loud: no amount that passed the parser needs so many digits.
_EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])


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
    seen: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)

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


class Version(NamedTuple):
    """One content of one row: the row's name in this window, and a digest of what it says."""

    name: str
    digest: bytes


class _Newest(NamedTuple):
    updated_at: str | None
    digest: bytes
    amount: str | None
    currency: str | None


class Ledger:
    """The versions seen in a window, or in a whole list, over all passes."""

    def __init__(self, window: Window | None, key: str) -> None:
        self.window = window
        self.key = key
        self.rows_received = 0
        self.rows_outside = 0
        self.rows_repeated = 0
        self._versions: set[bytes] = set()
        self._newest: dict[str, _Newest] = {}

    def take(self, row: Row, current: Pass) -> Version | None:
        """Note one row; its version when it lies inside the window and was not seen before."""
        # The content begins with the id, so one set of digests serves all rows.
        content = "\x1f".join([value or "" for value in list(row.values())[:_UNSTAMPED_COLUMNS]])
        digest = hashlib.blake2b(content.encode(), digest_size=16).digest()
        # A row without an id is known by its content; no id can start with this character.
        name = row[self.key] or f"\x00{digest.hex()}"
        self.rows_received += 1
        if name in current.seen:
            current.repeats += 1
        current.seen.add(name)
        if self.window is not None and not self.window.holds(row["created_at"]):
            self.rows_outside += 1
            return None
        current.inside.add(name)
        if digest in self._versions:
            self.rows_repeated += 1
            return None
        self._versions.add(digest)
        return Version(name, digest)

    def settle(self, version: Version, row: Row) -> None:
        """Remember a row handed on if it is the newest of its name, the later one on a tie.

        `row` may be the enriched form of a short row; the digest stays that of the list's row.
        """
        updated_at = row.get("updated_at")
        newest = self._newest.get(version.name)
        if newest is None or _moment(updated_at) >= _moment(newest.updated_at):
            amount = row.get("fiat_amount", row.get("amount"))
            currency = row.get("fiat_currency", row.get("currency"))
            self._newest[version.name] = _Newest(updated_at, version.digest, amount, currency)

    def digest(self) -> str:
        """One digest over ids and contents, whatever the order of pages and rows."""
        whole = hashlib.sha256()
        for name in sorted(self._newest):
            whole.update(name.encode() + b"\x1f" + self._newest[name].digest)
        return whole.hexdigest()

    def distinct_ids(self) -> int:
        """How many ids have a row inside the window."""
        return sum(not name.startswith("\x00") for name in self._newest)

    def sums(self) -> dict[str, str]:
        """Amounts by currency; what is not a number is left to the contracts."""
        return added(
            {newest.currency or "": newest.amount}
            for newest in self._newest.values()
            if newest.amount is not None
        )


def added(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Amounts as text by currency, added up exactly; what is not a number is left out."""
    sums: dict[str, Decimal] = {}
    for currency, text in (item for part in parts for item in part.items()):
        try:
            amount = Decimal(text)
        except InvalidOperation:
            continue
        if amount.is_finite():
            sums[currency] = _EXACT.add(sums.get(currency, Decimal(0)), amount)
    return {currency: format(sums[currency], "f") for currency in sorted(sums)}


def _moment(updated_at: str | None) -> datetime:
    return instant(updated_at) or _NEVER


def instant(text: str | None) -> datetime | None:
    """An ISO-8601 text as an instant; without an offset it is read as UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
