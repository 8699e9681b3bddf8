"""The data dictionary as Markdown, told by the published file itself.

Belongs here: the order and the look of what `ops.dictionary` says, and beside each computed table
the query that computes it. Stays out: comments and sources, which the file carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import duckdb

from pipelines.faults import ChainBroken
from pipelines.reading.examples import example_of
from pipelines.reading.formats import markdown_line
from pipelines.warehouse.derivation import derived, origins
from pipelines.warehouse.queries import STAGES, reads, tables_of


@dataclass(frozen=True)
class Entry:
    """One row of `ops.dictionary`."""

    kind: str
    schema_name: str
    name: str
    column_name: str
    type: str
    meaning: str
    source: str


_COLUMNS_NAMED = 6
_KINDS = {"table": "Table", "view": "View", "macro": "Macro"}


def entries_of(connection: duckdb.DuckDBPyConnection) -> list[Entry]:
    """What the file says of itself, schema by schema; raises ChainBroken when it says nothing."""
    try:
        rows = connection.execute(example_of("dictionary").text, {"word": None}).fetchall()
    except duckdb.Error as unfit:
        raise ChainBroken(
            "The published database was written before it could explain itself.",
            "Run the night again to publish it anew.",
        ) from unfit
    return [Entry(*(str(value or "") for value in row)) for row in rows]


def markdown_of(entries: Sequence[Entry]) -> Iterator[str]:
    """The dictionary, line by line."""
    yield "# The published database\n"
    yield (
        "\nAmounts are exact decimals in major units beside their currency; instants end in `_at` "
        "and are in UTC, dates end in `_date` and are of the business time zone. Where a column "
        "comes from is said in its last cell: fields of the gateway and columns of exports for "
        "what was received, columns of other tables for what is worked out.\n"
    )
    for schema, within in groupby(entries, key=lambda entry: entry.schema_name):
        yield f"\n## {schema}\n"
        for name, lines in groupby(within, key=lambda entry: entry.name):
            yield from _thing(f"{schema}.{name}", list(lines))


def _thing(name: str, lines: Sequence[Entry]) -> Iterator[str]:
    """A schema, or a table, view or macro with its columns."""
    first, *columns = lines
    if first.kind == "schema":
        yield f"\n{first.meaning}\n"
        return
    yield f"\n### {name}\n\n{_KINDS[first.kind]}. {first.meaning}{_computed(name)}\n"
    if columns:
        yield "\n" + markdown_line(("column", "type", "meaning", "comes from"))
        yield "| --- | --- | --- | --- |\n"
    for column in columns:
        source = column.source or _worked_out_of(name, column.column_name)
        yield markdown_line((column.column_name, column.type, column.meaning, source))


def _worked_out_of(table: str, column: str) -> str:
    """What a column of a computed table is worked out of, as far back as few columns say it."""
    stage = table.partition(".")[0]
    if stage not in STAGES[2:] or table not in tables_of(stage):
        return ""
    named = derived(table).get(column, frozenset())
    for found in (frozenset().union(*map(origins, named)), named):
        if len(found) <= _COLUMNS_NAMED:
            return ", ".join(sorted(found))
    return "see the query"


def _computed(table: str) -> str:
    """Which query computes a table, and from which others."""
    stage, _, name = table.partition(".")
    if stage not in STAGES or table not in tables_of(stage):
        return ""
    read = ", ".join(f"`{each}`" for each in sorted(reads(table) - {table}))
    return f" Computed by `sql/{stage}/{name}.sql`" + (f" from {read}." if read else ".")
