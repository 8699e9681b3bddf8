"""Which columns a computed column is worked out from, read off the syntax tree of its query.

Values only: what joins, filters, groups and orders rows is not told. A name that several tables
could mean gives nothing rather than a guess. Stays out: from which fields rows are received
(`pipelines.reading.lineage`), and what people are shown of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from pipelines.warehouse.queries import SCHEMA, STAGES, run_scripts, tables_of, tree_of

Columns = frozenset[str]
Node = Mapping[str, Any]
_NOTHING: Columns = frozenset()
# What decides which rows count, and in which order, is no part of a value.
_NO_VALUE = frozenset({"partitions", "orders", "order_bys", "filter_expr", "lhs"})


@dataclass(frozen=True)
class _Relation:
    """Columns with what each is worked out from; any other name is a column of `rest`."""

    alias: str
    columns: Mapping[str, Columns]
    rest: str = ""


@dataclass(frozen=True)
class _Scope:
    """What names can mean within one select."""

    relations: Sequence[_Relation]
    own: dict[str, Columns] = field(default_factory=dict)
    outer: _Scope | None = None

    def find(self, names: Sequence[str]) -> Columns:
        *aliases, name = names
        meant = [one for one in self.relations if not aliases or one.alias == aliases[-1]]
        known = [one.columns[name] for one in meant if name in one.columns]
        if known:
            # Joined `using` a column, both sides mean it.
            return frozenset().union(*known)
        if not aliases and name in self.own:
            return self.own[name]
        # Without an alias, a name of a table whose columns are not known could be anything else.
        is_sure = bool(aliases) or len(self.relations) == 1
        tables = [one.rest for one in meant if one.rest] if is_sure else []
        if len(tables) == 1:
            return frozenset({f"{tables[0]}.{name}"})
        return self.outer.find(names) if self.outer and not tables else _NOTHING


@cache
def derived(table: str) -> Mapping[str, Columns]:
    """Each column of a computed table with the columns it is taken from, `schema.table.column`."""
    return _select(tree_of(table)["statements"][0]["node"], {}, outer=None).columns


@cache
def _stored() -> Mapping[str, tuple[str, ...]]:
    """The columns of the tables that facts are appended to."""
    connection = duckdb.connect()
    try:
        run_scripts(connection, SCHEMA)
        rows = connection.execute(
            "select schema_name || '.' || table_name, list(column_name order by column_index) "
            "from duckdb_columns() where not internal group by all"
        ).fetchall()
    finally:
        connection.close()
    return {name: tuple(columns) for name, columns in rows}


def _held(table: str, alias: str) -> _Relation:
    """A table by its own name: its columns where they are known, else any that is named."""
    stage = table.partition(".")[0]
    is_computed = stage in STAGES and table in tables_of(stage)
    names = derived(table) if is_computed else _stored().get(table, ())
    columns = {name: frozenset({f"{table}.{name}"}) for name in names}
    return _Relation(alias, columns, "" if columns else table)


def _select(node: Node, named: Mapping[str, _Relation], *, outer: _Scope | None) -> _Relation:
    named = dict(named)
    for entry in node.get("cte_map", {}).get("map", ()):
        named[entry["key"]] = _select(entry["value"]["query_node"], named, outer=outer)
    if node["type"] == "SET_OPERATION_NODE":
        sides = [_select(child, named, outer=outer) for child in node["children"]]
        return _united(sides, by_name=node["setop_type"] == "UNION_BY_NAME")
    if node["type"] != "SELECT_NODE":
        return _Relation("", {})
    scope = _Scope(list(_relations(node["from_table"], named, outer)), outer=outer)
    columns: dict[str, Columns] = {}
    rest = ""
    for item in node["select_list"]:
        if item["class"] == "STAR":
            rest = rest or _spread(item, scope, columns)
            continue
        name = item.get("alias") or (item.get("column_names") or [""])[-1] or f"{len(columns)}"
        columns[name] = scope.own[name] = _value(item, scope, named)
    return _Relation("", columns, rest)


def _united(sides: Sequence[_Relation], *, by_name: bool) -> _Relation:
    """A union by place, where the first side names the columns, or by name."""
    first, *others = sides
    columns = dict(first.columns)
    for other in others:
        names = other.columns if by_name else first.columns
        for name, more in zip(names, other.columns.values(), strict=False):
            columns[name] = columns.get(name, _NOTHING) | more
    return _Relation("", columns, first.rest)


def _spread(item: Node, scope: _Scope, columns: dict[str, Columns]) -> str:
    """Add what a star stands for; gives the table of which it takes every other column."""
    excluded = {str(name) for name in item.get("exclude_list", ())}
    rest = ""
    for relation in scope.relations:
        if item.get("relation_name", "") in ("", relation.alias):
            columns.update({k: v for k, v in relation.columns.items() if k not in excluded})
            rest = rest or relation.rest
    for entry in item.get("replace_list", ()):
        columns[entry["key"]] = _value(entry["value"], scope, {})
    return rest


def _relations(
    node: Node, named: Mapping[str, _Relation], outer: _Scope | None
) -> Iterator[_Relation]:
    if node["type"] == "JOIN":
        yield from _relations(node["left"], named, outer)
        yield from _relations(node["right"], named, outer)
    elif node["type"] == "BASE_TABLE":
        schema, name = node.get("schema_name"), node["table_name"]
        alias = node.get("alias") or name
        if schema:
            yield _held(f"{schema}.{name}", alias)
        elif name in named:
            yield _Relation(alias, named[name].columns, named[name].rest)
    elif node["type"] == "SUBQUERY":
        within = _select(node["subquery"]["node"], named, outer=outer)
        yield _Relation(node.get("alias", ""), within.columns, within.rest)


def _value(node: Any, scope: _Scope, named: Mapping[str, _Relation]) -> Columns:
    if isinstance(node, list):
        return frozenset().union(*(_value(child, scope, named) for child in node))
    if not isinstance(node, dict):
        return _NOTHING
    if node.get("class") == "COLUMN_REF":
        return scope.find(node["column_names"])
    if node.get("class") == "SUBQUERY":
        within = _select(node["subquery"]["node"], named, outer=scope)
        return frozenset().union(*within.columns.values())
    children = (child for key, child in node.items() if key not in _NO_VALUE)
    return frozenset().union(*(_value(child, scope, named) for child in children))


@cache
def origins(column: str) -> Columns:
    """The columns of `validated` and `ops` that a column is worked out from, step by step."""
    table, _, name = column.rpartition(".")
    stage = table.partition(".")[0]
    if stage not in STAGES[2:] or table not in tables_of(stage):
        return frozenset({column})
    return frozenset().union(*map(origins, derived(table).get(name, _NOTHING)))
