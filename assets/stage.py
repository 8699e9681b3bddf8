"""How a stage of computed tables becomes assets: names, order and lineage read off the queries.

Belongs here: specs for tables, and the metadata that a computed table shows.
Stays out: the tables themselves (`sql/`) and the stages' steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import dagster as dg

from pipelines.warehouse.queries import reads, tables_of, text_of

APPENDED = frozenset({"raw.orders", "raw.transactions", "raw.checkout_sessions"})


def specs_of(stage: str, partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetSpec]:
    """One spec a query of the stage; what it depends on is read off the query."""
    known = APPENDED.union(*(tables_of(one) for one in ("validated", "reconciled", "marts")))
    return [
        dg.AssetSpec(
            key=table.split("."),
            group_name=stage,
            description=_first_comment(table),
            deps=[one.split(".") for one in sorted(reads(table) & known - {table})],
            kinds={"sql", "duckdb"},
            partitions_def=partitions,
        )
        for table in tables_of(stage)
    ]


def results_of(
    rows: Mapping[str, int], *, also: Mapping[str, Mapping[str, dg.MetadataValue[object] | int]] | None = None
) -> Iterator[dg.MaterializeResult[None]]:
    """One result a table with its row count and, where given, more metadata."""
    for table, count in rows.items():
        more = (also or {}).get(table, {})
        yield dg.MaterializeResult(
            asset_key=table.split("."), metadata={"dagster/row_count": count, **more}
        )


def markdown_table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """A small table as people read it in the UI; bars in values cannot break it."""
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for row in rows:
        cells = (str("" if value is None else value).replace("|", "\\|") for value in row)
        lines.append("| " + " | ".join(cells) + " |")
    return dg.MetadataValue.md("\n".join(lines))


def _first_comment(table: str) -> str:
    return text_of(table).splitlines()[0].removeprefix("--").strip()
