"""What a report is: one declared thing, from which every form is rendered by the same reading.

A `Report` names its sections in order, a `Section` its tables and charts, a `Table` its columns. A
form (page, list, text; others may follow) may rely on this and on nothing else:

- `rows_of(table, figures)` and `totals_of(...)` are all rows a table shows, in their order, taken
  from the stored figures; both may be empty. An empty table says so (`said_of_none`).
- `cells_of(...)` gives one `Cell` a column, in the order of `table.columns`. A cell that has no
  value is `None` in `value`; money, percent, counts and days are exact decimal text or whole
  numbers, dates and instants ISO 8601, everything else text that may hold anything and has to be
  escaped as the form demands (`shown` has no invisible characters, `listed` cannot act in a sheet).
- `currency` of a cell is what its money is in, `least` how many decimals that has. A form never
  adds, rounds or converts: a total is a row of the figures.
- `is_minor` columns belong in lists only; a column `under` another is shown beneath it where
  people read, and in its own place in lists; `absent` is what people read where a value is missing.
- `is_list` tables have long texts and stand as cards where there is little room; `is_folded` ones
  are the figures of a chart, which a page may fold away but never leave out.
- Names of reports, sections, tables and columns are unique where they stand, made of `a-z0-9_`,
  and stay: files, sheets and anchors are named by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from reports import amounts, wording
from reports.cells import safe_cell
from reports.figures import FiguresUnusable

Figures = Mapping[str, Any]
Row = Mapping[str, Any]
Kind = Literal["text", "id", "word", "money", "count", "days", "date", "instant", "percent"]
_PERCENT_DECIMALS = 4  # as many as are stored, so that a column of them is read at a glance
NUMBERS = frozenset({"money", "count", "days", "percent"})


@dataclass(frozen=True)
class Column:
    """One column; of money, `currency` names the figure of the same row that says in what."""

    name: str
    title: str
    kind: Kind = "text"
    currency: str = "currency"
    is_signed: bool = False
    is_minor: bool = False
    under: str = ""
    absent: str = amounts.NOTHING


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of the figures under a caption; `totals` names the figures that stand at its foot.

    `key` names the figures that tell a stored row from all others of its table. One that is signed
    leaves room for a pen. `unknown` is said instead of `empty` where the figures name the table
    among those of which nothing could be known.
    """

    name: str
    key: tuple[str, ...]
    caption: str
    columns: tuple[Column, ...]
    empty: str
    unknown: str = ""
    note: str = ""
    totals: str = ""
    is_list: bool = False
    is_folded: bool = False
    is_signed: bool = False
    rows: Callable[[Figures], Sequence[Row]] | None = None


class Drawing(NamedTuple):
    """One chart: the finding is its title, the key says what its colours are."""

    finding: str
    specification: dict[str, Any]
    description: str
    key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """Tables under one heading, with the charts that stand before them."""

    name: str
    title: str
    tables: tuple[Table, ...]
    lead: str = ""
    draw: Callable[[Figures], Iterable[Drawing]] | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """One kind of report; `headline` says what it found in a few words fit for a subject."""

    name: str
    title: str
    sections: tuple[Section, ...]
    headline: Callable[[Figures], str]
    is_monthly: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in their order."""
        return tuple(table for section in self.sections for table in section.tables)


class Cell(NamedTuple):
    """One figure with what is needed to write it in any form."""

    column: Column
    value: Any
    currency: str
    least: int

    @property
    def is_number(self) -> bool:
        """Whether it stands to the right, as numbers do."""
        return self.column.kind in NUMBERS

    @property
    def shown(self) -> str:
        """The value as people read it; what the column says instead where there is none."""
        if self.value is None or self.value == "":
            return self.column.absent
        kind = self.column.kind
        if kind == "money":
            write = amounts.signed if self.column.is_signed else amounts.grouped
            return write(self.value, least=self.least)
        if kind in ("count", "days"):
            return f"{_whole(self.value):,}"
        if kind == "percent":
            return f"{amounts.grouped(self.value, least=_PERCENT_DECIMALS)} %"
        text = " ".join(self.value) if isinstance(self.value, list) else str(self.value)
        return wording.plain(wording.words(text) if kind == "word" else text)

    @property
    def listed(self) -> str:
        """The value for a list that machines and sheets read; empty where there is none."""
        if self.value is None:
            return ""
        kind = self.column.kind
        if kind == "money":
            return amounts.digits(self.value, least=self.least)
        if kind in ("count", "days"):
            return str(_whole(self.value))
        if kind == "percent":
            return amounts.digits(self.value, least=2)
        return safe_cell(" ".join(self.value) if isinstance(self.value, list) else str(self.value))


def rows_of(table: Table, figures: Figures) -> Sequence[Row]:
    """Return the rows of a table; figures of a former version may lack a whole table."""
    if table.rows is not None:
        return table.rows(figures)
    rows: Sequence[Row] = figures.get(table.name, [])
    return rows


def said_of_none(table: Table, figures: Figures) -> str:
    """Return what stands in the place of a table without rows."""
    is_unknown = table.unknown and table.name in figures.get("unknown", ())
    return table.unknown if is_unknown else table.empty


def totals_of(table: Table, figures: Figures) -> Sequence[Row]:
    """Return the rows at the foot of a table, none where it has no foot."""
    rows: Sequence[Row] = figures.get(table.totals, []) if table.totals else []
    return rows


def cells_of(table: Table, row: Row, figures: Figures) -> Iterator[Cell]:
    """Yield one cell a column; a column that the row lacks is without a value."""
    least = decimals_of(figures)
    for column in table.columns:
        currency = str(row.get(column.currency) or "") if column.kind == "money" else ""
        yield Cell(column, row.get(column.name), currency, least.get(currency, 2))


def decimals_of(figures: Figures) -> Mapping[str, int]:
    """Return how many decimals each currency has."""
    if "minor_units" in figures:
        found: Mapping[str, int] = figures["minor_units"]
        return found
    rows = [*figures.get("totals", []), *figures.get("day", [])]
    return {row["currency"]: row["minor_units"] for row in rows}


def in_order(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows of each currency, by currency."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["currency"], []).append(row)
    return sorted(found.items())


def foremost(rows: Iterable[Row], most: int) -> list[tuple[str, list[Row]]]:
    """Return the rows of the currencies that have most of them, by currency."""
    groups = in_order(rows)
    kept = sorted(groups, key=lambda group: -len(group[1]))[:most]
    return [group for group in groups if group in kept]


def money_in_words(amount: str, currency: str, figures: Figures) -> str:
    """Return "NGN 41,200.00"; a currency that does not look like one is never named."""
    number = amounts.grouped(amount, least=decimals_of(figures).get(currency, 2))
    return f"{currency} {number}" if wording.is_currency(currency) else number


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"{value!r} is not a whole number."
        raise FiguresUnusable(message)
    return value
