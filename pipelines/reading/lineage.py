"""Where each validated column comes from: fields of the gateway's answers, columns of exports.

Belongs here: reading it off the declarations of streams and layouts and off the queries between,
and `sql/reading_sources.sql`, which carries it into the published file and is written from here.
Stays out: what a column means (the dictionary), and how the dictionary looks (`dictionary`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.gateway.endpoint import Endpoint
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.records import Kind
from pipelines.orders.layouts.generic import GENERIC
from pipelines.orders.layouts.layout import FURTHER_REFS, Layout
from pipelines.orders.layouts.shopify import SHOPIFY
from pipelines.orders.layouts.woocommerce import WOOCOMMERCE
from pipelines.warehouse.queries import tables_of, tree_of

_LISTED = "listed_under_"
_OPENING = """\
-- Where each column of the schema validated comes from.
-- Written by pipelines.reading.lineage: change what that reads, not this.

-- One row per column that holds, or follows from, a field of the gateway or a column of an export.
create or replace view ops.sources as
select
    told.stream,
    told.column_name,
    told.place,
    told.fields
from (
    values
"""
_CLOSING = ") as told (stream, column_name, place, fields);\n"


def sources_script() -> str:
    """The text of `sql/reading_sources.sql`."""
    rows = [f"    ({', '.join(map(_quoted, row))})" for row in sources()]
    return _OPENING + ",\n".join(rows) + "\n" + _CLOSING


def sources() -> list[tuple[str, str, str, str]]:
    """Stream, column, where it is read, and the fields it is read from, in order of preference."""
    rows = list(_rows("orders", "order exports", _of_layouts()))
    for stream, endpoint in ENDPOINTS.items():
        path = endpoint.list_path or endpoint.detail_path or ""
        rows += _rows(stream, f"GET {path}", _of_endpoint(endpoint))
    return rows


def _rows(stream: str, place: str, fields: dict[str, str]) -> Iterator[tuple[str, str, str, str]]:
    for column, names in _columns(stream).items():
        found = [fields[name] for name in names if name in fields]
        if found:
            yield stream, column, place, "; ".join(found)


def _of_endpoint(endpoint: Endpoint) -> dict[str, str]:
    """Fields by raw column; the snake case of a name, which counts as well, is left out."""
    fields = {
        field.column: ", else ".join(
            name for name in field.names if not _is_twin(name, field.names)
        )
        for field in endpoint.table.fields
        if field.kind is not Kind.PRIVATE and field.names
    }
    asked = {f"{_LISTED}{name}": f"{name} of the question" for name in endpoint.asked}
    listed = {
        column: f"{column.removeprefix(_LISTED)} in the path" for column in endpoint.listed_under
    }
    return fields | listed | asked


def _is_twin(name: str, names: tuple[str, ...]) -> bool:
    return any(
        other != name and name == "".join(f"_{c.lower()}" if c.isupper() else c for c in other)
        for other in names
    )


def _of_layouts() -> dict[str, str]:
    """Columns of the built-in layouts by raw column."""
    told: dict[str, list[str]] = {}
    for layout in (GENERIC, SHOPIFY, WOOCOMMERCE):
        for column, names in _of_layout(layout).items():
            told.setdefault(column, []).append(f"{layout.name}: {names}")
    fields = {column: ", ".join(parts) for column, parts in told.items()}
    return fields | {FURTHER_REFS: fields["transaction_ref"]}


def _of_layout(layout: Layout) -> dict[str, str]:
    fields = {name: str(told) for name, told in layout.columns.items() if name != "customer_email"}
    searched = [column for each in layout.sessions for column in each.columns]
    return fields | ({"session_ids": " or ".join(searched)} if searched else {})


def _columns(stream: str) -> dict[str, list[str]]:
    """Each column of a validated table, and the names that its last select takes it from."""
    history = f"validated.{stream}_history"
    table = history if history in tables_of("validated") else f"validated.{stream}"
    items = tree_of(table)["statements"][0]["node"]["select_list"]
    return {
        item.get("alias") or item["column_names"][-1]: [*dict.fromkeys(_names(item))]
        for item in items
    }


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        # What numbers a row tells nothing of what it holds.
        if node.get("class") == "WINDOW":
            return
        if node.get("class") == "COLUMN_REF":
            yield node["column_names"][-1]
        for child in node.values():
            yield from _names(child)
    elif isinstance(node, list):
        for child in node:
            yield from _names(child)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
