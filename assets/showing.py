"""What the UI says of an asset: grain, source, owner, columns, lineage; tables, charts and links.

Belongs here: turning the catalogue of the warehouse, and what a night found, into what is shown.
Stays out: finding it (`pipelines.night`), and the catalogue (`warehouse.catalogue`).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

import dagster as dg

from pipelines.night.changes import Changes
from pipelines.settings import Settings
from pipelines.warehouse.catalogue import Column, columns, lineage_among
from pipelines.warehouse.derivation import Columns
from pipelines.warehouse.digests import PRIVATE_COLUMNS
from reports.letters import letter_of

OWNERS = {
    "raw": "team:operations",
    "validated": "team:operations",
    "reconciled": "team:finance",
    "marts": "team:finance",
    "delivered": "team:finance",
}
"""Who is asked when an asset of a stage is red: who mends its sources, or who works on its rows."""

_ORIGINS_TOLD = 4
_DATES_TOLD = 31


class Said(TypedDict):
    """What a spec takes of what is said of an asset."""

    description: str
    owners: list[str]
    tags: dict[str, str]


def said_of(key: str, *, grain: str, source: str) -> Said:
    """Description, owner and tags of an asset, as its spec takes them."""
    stage = key.partition(".")[0]
    owner = OWNERS[stage]
    readers = "nobody" if stage == "raw" else "everybody"
    return {
        "description": f"{grain} Source: {source}. Owner: {owner.removeprefix('team:')}.",
        "owners": [owner],
        "tags": {"recon/stage": stage, "recon/published_to": readers},
    }


def columns_of_table(table: str, shown: frozenset[str]) -> Mapping[str, Any]:
    """The columns as metadata; lineage only of a table that a query computes.

    The open-source UI draws no lineage of columns, so a description names it as well.
    """
    told = [one for one in columns().get(table, ()) if one.name not in PRIVATE_COLUMNS]
    if table.startswith("raw."):
        return {"dagster/column_schema": _schema(told, {})}
    lineage = lineage_among(table, shown)
    return {
        "dagster/column_schema": _schema(told, lineage),
        "dagster/column_lineage": dg.TableColumnLineage(
            {
                one.name: [
                    dg.TableColumnDep(asset_key=held, column_name=name)
                    for *held, name in (found.split(".") for found in sorted(lineage[one.name]))
                ]
                for one in told
                if lineage.get(one.name)
            }
        ),
    }


def _schema(told: list[Column], lineage: Mapping[str, Columns]) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                one.name, type=one.type, description=_described(one, lineage.get(one.name))
            )
            for one in told
        ]
    )


def _described(column: Column, origins: Columns | None) -> str | None:
    if not origins:
        return column.meaning or None
    named = sorted(origins)
    more = f" and {len(named) - _ORIGINS_TOLD} more" if len(named) > _ORIGINS_TOLD else ""
    return f"{column.meaning} From {', '.join(named[:_ORIGINS_TOLD])}{more}.".strip()


def markdown_table(
    names: Sequence[str], rows: Iterable[Sequence[object]]
) -> dg.MarkdownMetadataValue:
    """A small table as people read it in the UI; bars in values cannot break it."""
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for row in rows:
        cells = (str("" if value is None else value).replace("|", "\\|") for value in row)
        lines.append("| " + " | ".join(cells) + " |")
    return dg.MetadataValue.md("\n".join(lines))


def changes_shown(changes: Changes | None) -> dict[str, dg.MarkdownMetadataValue]:
    """What a run changed of what was published; nothing where its dates are new."""
    if changes is None:
        return {}
    names = ("date", "currency", "expected before", "now", "received before", "now")
    return {
        "changed_rows": markdown_table(("rows of", "new", "gone", "changed"), changes.rows),
        "changed_figures": markdown_table(
            (*names, "open breaks before", "now"), changes.figures[:_DATES_TOLD]
        ),
    }


def report_link(settings: Settings, page: Path) -> str:
    """Where a browser reads a filed report; it follows no link from a page to a file."""
    path = page.relative_to(settings.places.reports).as_posix()
    return f"{settings.recon_reports_url.rstrip('/')}/{path}"


def chart_of(figures: Mapping[str, Any]) -> dg.MarkdownMetadataValue:
    """The chart that is mailed, as a picture within the page."""
    picture = letter_of(figures, is_attached=True).picture
    if picture is None:
        return dg.MetadataValue.md("nothing to draw yet")
    drawn = base64.b64encode(picture()).decode()
    return dg.MetadataValue.md(f"![matched against expected](data:image/png;base64,{drawn})")
