"""Which versions of which rows were seen, in a window or a whole list, over all passes.

So rows are handed on once, and sums, counts and digest come from the newest version of each. A
window may hold a million rows, so what is remembered of a row is its name, a digest, an instant
and an amount, in columns. Stays out: turning pages (`walk`), and judging (`certificate`).
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import NamedTuple

from pipelines.gateway.certificate import Pass, Window, instant
from pipelines.gateway.records import Row

_UNSTAMPED_COLUMNS = -2  # source and fetched_at stand last and are not content
_DIGEST_BYTES = 16
_NAMELESS = "\x00"  # no id can start with it
_FIRST = datetime.min.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Sums are exact or loud: no amount that passed the parser needs so many digits.
_EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])


class Version(NamedTuple):
    """One content of one row: the row's number in this ledger, and a digest of what it says."""

    number: int
    digest: bytes


class Ledger:
    """The versions seen; every row is known by the number it got when it was first met."""

    def __init__(self, window: Window | None, key: str) -> None:
        self.window = window
        self.key = key
        self.rows_received = 0
        self.rows_outside = 0
        self.rows_repeated = 0
        self._numbers: dict[str, int] = {}
        self._former: set[bytes] = set()
        # The newest version of each row, by number; its instant is -1 where there is none yet.
        self._moments = array("q")
        self._digests = bytearray()
        self._amounts: list[str | None] = []
        self._currencies = array("I")
        self._currency_numbers: dict[str, int] = {}

    def take(self, row: Row, current: Pass) -> Version | None:
        """Note one row; its version when it lies inside the window and was not seen before."""
        # The content begins with the id, so one set of digests serves all rows.
        content = "\x1f".join([value or "" for value in list(row.values())[:_UNSTAMPED_COLUMNS]])
        digest = hashlib.blake2b(content.encode(), digest_size=_DIGEST_BYTES).digest()
        # A row without an id is known by its content.
        number = self._number_of(row[self.key] or f"{_NAMELESS}{digest.hex()}")
        self.rows_received += 1
        if not current.seen.add(number):
            current.repeats += 1
        if self.window is not None and not self.window.holds(row["created_at"]):
            self.rows_outside += 1
            return None
        current.inside.add(number)
        is_newest = self._moments[number] >= 0 and self._digest_at(number) == digest
        if is_newest or digest in self._former:
            self.rows_repeated += 1
            return None
        return Version(number, digest)

    def settle(self, version: Version, row: Row) -> None:
        """Remember a row handed on if it is the newest of its name, the later one on a tie.

        `row` may be the enriched form of a short row; the digest stays that of the list's row.
        """
        number, digest = version
        moment = _microseconds(row.get("updated_at"))
        newest = self._moments[number]
        if moment < newest:
            self._former.add(digest)
            return
        if newest >= 0:
            self._former.add(self._digest_at(number))
        self._moments[number] = moment
        self._digests[number * _DIGEST_BYTES : (number + 1) * _DIGEST_BYTES] = digest
        self._amounts[number] = row.get("fiat_amount", row.get("amount"))
        currency = row.get("fiat_currency", row.get("currency")) or ""
        self._currencies[number] = self._currency_numbers.setdefault(
            currency, len(self._currency_numbers)
        )

    def digest(self) -> str:
        """One digest over ids and contents, whatever the order of pages and rows."""
        whole = hashlib.sha256()
        for name in sorted(self._numbers):
            number = self._numbers[name]
            if self._moments[number] >= 0:
                whole.update(name.encode() + b"\x1f" + self._digest_at(number))
        return whole.hexdigest()

    def distinct_ids(self) -> int:
        """How many ids have a row inside the window."""
        return sum(
            self._moments[number] >= 0 and not name.startswith(_NAMELESS)
            for name, number in self._numbers.items()
        )

    def sums(self) -> dict[str, str]:
        """Amounts by currency; what is not a number is left to the contracts."""
        currencies = list(self._currency_numbers)
        return added(
            {currencies[currency]: amount}
            for currency, amount in zip(self._currencies, self._amounts, strict=True)
            if amount is not None
        )

    def _number_of(self, name: str) -> int:
        number = self._numbers.setdefault(name, len(self._numbers))
        if number == len(self._moments):
            self._moments.append(-1)
            self._digests.extend(bytes(_DIGEST_BYTES))
            self._amounts.append(None)
            self._currencies.append(0)
        return number

    def _digest_at(self, number: int) -> bytes:
        return bytes(self._digests[number * _DIGEST_BYTES : (number + 1) * _DIGEST_BYTES])


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


def _microseconds(updated_at: str | None) -> int:
    """An instant as a count, 0 where there is none to read."""
    moment = instant(updated_at)
    return 0 if moment is None else max(0, (moment - _FIRST) // _MICROSECOND)
