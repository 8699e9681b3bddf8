"""What the UI says of a table before any night has run: grain, source, owner, columns, lineage.

Belongs here: turning the catalogue of the warehouse into what Dagster shows on an asset.
Stays out: what a night adds to it (`assets.stage`), and the catalogue (`warehouse.catalogue`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

import dagster as dg

from pipelines.warehouse.catalogue import Column, columns, lineage_among
from pipelines.warehouse.lineage import Origins
from pipelines.warehouse.publication import PRIVATE_COLUMNS

OWNERS = {
    "raw": "team:operations",
    "validated": "team:operations",
    "reconciled": "team:finance",
    "marts": "team:finance",
    "delivered": "team:finance",
}
"""Who is asked when an asset of a stage is red: who mends its sources, or who works on its rows."""

_ORIGINS_TOLD = 4


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
                    dg.TableColumnDep(asset_key=held.split("."), column_name=name)
                    for held, name in sorted(lineage[one.name])
                ]
                for one in told
                if lineage.get(one.name)
            }
        ),
    }


def _schema(told: list[Column], lineage: Mapping[str, Origins]) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                one.name, type=one.type, description=_described(one, lineage.get(one.name))
            )
            for one in told
        ]
    )


def _described(column: Column, origins: Origins | None) -> str | None:
    if not origins:
        return column.meaning or None
    named = [".".join(one) for one in sorted(origins)]
    more = f" and {len(named) - _ORIGINS_TOLD} more" if len(named) > _ORIGINS_TOLD else ""
    return f"{column.meaning} From {', '.join(named[:_ORIGINS_TOLD])}{more}.".strip()
