"""The rows that were held back, by where they came from: how many, why, and what a person does.

Finance reads this: a reason is counted by what is wrong with the row, not by the rule it broke.
Stays out: markup, and the sentences of single rows, which the reader of the file has written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from reports import wording
from reports.figures import DailyFigures, MendedRow, QuarantinedRow

ID_CHARACTERS = 40
ORDERS = "orders"
_WRONG = {
    "order_id": "the order id",
    "status": "the status",
    "amount": "the amount",
    "currency": "the currency",
    "placed_at": "when it was placed",
    "paid_at": "when it was paid",
    "session_ids": "the session ids",
    "transaction_ref": "the transaction reference",
    "customer_email": "the e-mail address",
}
_TWICE = "the same order twice, with different values"
_OTHER = "another value"
_NOT_AS_PROMISED = "a value that is not as the gateway promises"
_OF_THE_GATEWAY = (
    "The shop cannot mend it: the gateway sent it so. It is taken in when the gateway sends it"
    " right; ask KuvarPay's support if it stays."
)
_CONTRADICTS = re.compile(r"stands in lines [\d, ]+(?: and more)? with different values\.$")


class HeldBack(NamedTuple):
    """One source with rows held back: their number, what is wrong in words, and the remedy."""

    source: str
    rows: int
    why: str
    remedy: str


def held_back(figures: DailyFigures) -> list[HeldBack]:
    """Return one entry for each source, order files first, in the order of the figures."""
    found: dict[tuple[bool, str], list[QuarantinedRow]] = {}
    for row in figures["quarantine"]:
        found.setdefault((_is_order(row), _source(row)), []).append(row)
    return [
        HeldBack(
            source,
            len(rows),
            _why(rows) if is_orders else f"{_NOT_AS_PROMISED} ({len(rows):,})",
            _remedy(source, rows) if is_orders else _OF_THE_GATEWAY,
        )
        for (is_orders, source), rows in sorted(found.items(), key=lambda each: not each[0][0])
    ]


def mended(figures: DailyFigures) -> list[MendedRow]:
    """Return the rows that were taken in mended this night; reports of before had none."""
    return figures.get("mended", [])


def short_id(key: str | None) -> str | None:
    """Return an order id on one line and at most forty characters of it."""
    text = wording.plain(key or "")
    is_long = len(text) > ID_CHARACTERS
    return f"{text[: ID_CHARACTERS - 1]}…" if is_long else text or None


def summary(figures: DailyFigures) -> str:
    """Return in one sentence how much is held back."""
    rows, sources = len(figures["quarantine"]), len(held_back(figures))
    if not rows:
        return "Nothing is held back: no row waits to be mended."
    held = (
        f"{wording.counted(rows, 'row', 'rows')} of {wording.counted(sources, 'source', 'sources')}"
    )
    if rows == 1:
        return f"{held} is held back. It is in no total until it is mended."
    return f"{held} are held back. They are in no total until they are mended."


def _is_order(row: QuarantinedRow) -> bool:
    """Reports drawn up before the stream was told have a file's name where it is an order's."""
    return row.get("stream", ORDERS) == ORDERS


def _why(rows: Sequence[QuarantinedRow]) -> str:
    counts = Counter(_wrong(row["reason"]) for row in rows)
    return "; ".join(f"{what} ({number:,})" for what, number in counts.most_common())


def _wrong(reason: str) -> str:
    if _CONTRADICTS.search(reason):
        return _TWICE
    return _WRONG.get(reason.partition(" ")[0], _OTHER)


def _source(row: QuarantinedRow) -> str:
    """The file; of the gateway the stream, as no person can open its answers."""
    if _is_order(row):
        return row["source"]
    return f"{wording.words(row['stream'])} of the gateway"


def _remedy(source: str, rows: Sequence[QuarantinedRow]) -> str:
    steps = (
        f'recon orders quarantine --file "{source}" writes the rows to a file: mend them there'
        " and drop it into the inbox."
    )
    lost = sum(row["key"] is None for row in rows)
    if not lost:
        return steps
    has = "has" if lost == 1 else "have"
    return f"{steps} {lost:,} {has} no readable order id and will stay listed here nevertheless."
