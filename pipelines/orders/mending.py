"""Cutting rows of an export out of its own bytes, so that they can be mended and dropped again.

The header and the rows come out as they went in, byte for byte: what a cell means is not asked and
nothing is quoted, escaped or trimmed anew. Only files that the strict reader has taken are cut,
which is why counting quotes finds where a record ends. Stays out: workbooks and Parquet (`reader`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from pipelines.orders.formats import OBJECT_SUFFIXES, TEXT_SUFFIXES
from pipelines.orders.layouts.layout import Layout

_BYTES = "latin-1"


def is_text(name: str) -> bool:
    """Tell whether rows of a file of this name can be cut out of its bytes."""
    return PurePath(name).suffix.lower() in (*TEXT_SUFFIXES, *OBJECT_SUFFIXES)


def cut_out(name: str, content: bytes, *, layout: Layout, lines: Collection[int]) -> bytes:
    """Give the header and the orders that begin in these lines, as they stand in the file."""
    script = _Script.of(content, layout.form.encoding)
    is_csv = PurePath(name).suffix.lower() in TEXT_SUFFIXES
    quote = script.written(layout.form.quote) if is_csv and layout.form.quote else ""
    found = _records(script.text, quote)
    pieces = [next(found)[1]] if is_csv else []
    claim = _Claim(script, layout, header=pieces[0] if is_csv else None)
    pieces += _of_orders(found, frozenset(lines), claim if layout.has_several_lines else None)
    return script.bytes_of("".join(pieces))


@dataclass(frozen=True)
class _Script:
    """A file as text that gives the same bytes again; `carrier` is how it became that text."""

    text: str
    carrier: str
    encoding: str

    @staticmethod
    def of(content: bytes, encoding: str) -> _Script:
        # One character a byte keeps whatever was written, where a line end is one byte alone.
        has_plain_ends = "\n".encode(encoding) == b"\n"
        carrier = _BYTES if has_plain_ends else encoding
        return _Script(content.decode(carrier), carrier, encoding)

    def bytes_of(self, text: str) -> bytes:
        return text.encode(self.carrier)

    def written(self, text: str) -> str:
        """Give text of the file's encoding as it stands in `text`."""
        if self.carrier != _BYTES:
            return text
        # A mark that the encoding does not have stands nowhere in the file.
        return text.encode(self.encoding, "ignore").decode(_BYTES)

    def read(self, text: str) -> str:
        """Give what stands in `text` as people read it."""
        return text if self.carrier != _BYTES else text.encode(_BYTES).decode(self.encoding)


def _of_orders(
    records: Iterator[tuple[int, str]], lines: Collection[int], claim: _Claim | None
) -> Iterator[str]:
    """Give the records that begin in these lines, and those that go on with the same order."""
    order: tuple[str, str] | None = None
    for line, record in records:
        own = claim.of(record) if claim is not None and claim.is_asked(order, line, lines) else None
        if line in lines:
            order = own
        elif order is None or own != order:
            order = None
            continue
        yield record


@dataclass
class _Claim:
    """Reads the order id and the store of a record, to tell which lines are of one order.

    As where lines are folded: a line without a store is of the store before it, and one without an
    order id is of no other's order.
    """

    script: _Script
    layout: Layout
    header: str | None
    store: str = ""

    def is_asked(self, order: tuple[str, str] | None, line: int, lines: Collection[int]) -> bool:
        """Tell whether a record has to be read: none of them all, but where stores go on."""
        return order is not None or line in lines or bool(self.layout.store_column)

    def of(self, record: str) -> tuple[str, str] | None:
        column, store_column = self.layout.columns["order_id"], self.layout.store_column
        if self.header is None:
            cells = json.loads(self.script.read(record))
            order_id, store = cells[column], cells[store_column] if store_column else ""
        else:
            row = dict(zip(self._cells(self.header), self._cells(record), strict=True))
            order_id, store = row[column], row[store_column] if store_column else ""
        self.store = str(store or "") or self.store
        return (str(order_id), self.store) if str(order_id or "").strip() else None

    def _cells(self, record: str) -> list[str]:
        form = self.layout.form
        text = self.script.read(record).removeprefix("\ufeff")
        return next(
            csv.reader(
                text.splitlines(keepends=True),
                delimiter=form.delimiter,
                quotechar=form.quote or None,
                quoting=csv.QUOTE_MINIMAL if form.quote else csv.QUOTE_NONE,
                strict=True,
            )
        )


def _records(text: str, quote: str) -> Iterator[tuple[int, str]]:
    """Give each record with the line it begins in; one goes on while a quote is open.

    A doubled quote within a field leaves the count as even as it was.
    """
    end, line = 0, 1
    while end < len(text):
        start, first, quotes, is_whole = end, line, 0, False
        while not is_whole:
            at, end = end, text.index("\n", end) + 1
            line += 1
            quotes += text.count(quote, at, end) if quote else 0
            is_whole = quotes % 2 == 0
        yield first, text[start:end]
