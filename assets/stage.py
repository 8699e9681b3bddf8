"""How a stage of computed tables becomes assets: names, order and lineage read off the queries.

Belongs here: specs for tables, and the metadata that a computed table shows.
Stays out: the tables themselves (`sql/`) and the stages' steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dagster as dg

from assets.showing import columns_of_table, said_of
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.warehouse.publication import DIGESTED
from pipelines.warehouse.queries import STAGES, reads, tables_of, text_of

APPENDED = frozenset({"raw.orders", *(f"raw.{stream}" for stream in ENDPOINTS)})
SHOWN = frozenset(DIGESTED) - {
    "validated.transactions_history",
    "validated.plans",
    "validated.prices",
    "validated.quarantine",
}
"""Dagster stores two events for every asset and business date, so a graph of all forty steps
would make a month's backfill minutes longer and tell an operator nothing more."""

ASSETS = SHOWN | APPENDED


def specs_of(
    stage: str, partitions: dg.PartitionsDefinition[str], *, is_shown: bool
) -> list[dg.AssetSpec]:
    """One spec a published table of the stage; what it depends on is read off the queries.

    `is_shown` adds what a UI shows of the columns, which takes a while to find out.
    """
    return [
        dg.AssetSpec(
            key=table.split("."),
            group_name=stage,
            deps=[one.split(".") for one in sorted(_sources(table))],
            kinds={"sql", "duckdb"},
            partitions_def=partitions,
            metadata=columns_of_table(table, ASSETS) if is_shown else {},
            **said_of(
                table,
                grain=_first_comment(table),
                source=f"the query sql/{table.replace('.', '/')}.sql",
            ),
        )
        for table in shown_tables(stage)
    ]


def shown_tables(stage: str) -> tuple[str, ...]:
    """Computed tables that readers get; the steps between them stay out of the graph."""
    return tuple(table for table in tables_of(stage) if table in SHOWN)


def results_of(
    rows: Mapping[str, int],
    *,
    also: Mapping[str, Mapping[str, dg.MarkdownMetadataValue | int]] | None = None,
) -> Iterator[dg.MaterializeResult[None]]:
    """One result a table with its row count and, where given, more metadata."""
    for table, count in rows.items():
        if table not in SHOWN:
            continue
        more = (also or {}).get(table, {})
        yield dg.MaterializeResult(
            asset_key=table.split("."), metadata={"dagster/row_count": count, **more}
        )


def _sources(table: str) -> frozenset[str]:
    """The assets a table rests on: through the steps between, down to shown or received tables."""
    found: set[str] = set()
    waiting, seen = set(reads(table)), {table}
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one in SHOWN or one in APPENDED:
            found.add(one)
        elif one.split(".")[0] in STAGES and one in tables_of(one.split(".")[0]):
            waiting |= reads(one)
    return frozenset(found - {table})


def _first_comment(table: str) -> str:
    return text_of(table).splitlines()[0].removeprefix("--").strip()


def asset_of_claim(claim: str) -> tuple[list[str], str]:
    """The asset a claim is shown at, and its name there; steps between show at the stage's last."""
    stage, table, name = claim.split(".")
    if f"{stage}.{table}" in SHOWN:
        return [stage, table], name
    return shown_tables(stage)[-1].split("."), f"{table}_{name}"
