"""From which columns of which tables a column comes, read off the syntax trees of the queries.

Belongs here: following names through common table expressions, joins, unions and subqueries.
Stays out: conditions. A column comes from what its expression names; what a filter or a join names
decides which rows there are, which the tables' own lineage already says. A name that the tree does
not explain, such as the parameter of a lambda, comes from nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

Origins = frozenset[tuple[str, str]]
"""Pairs of a table, `schema.table`, and a column of it."""

Relation = Mapping[str, Origins]
"""The columns of a table or subquery, in order, with what each comes from."""

NOWHERE: Origins = frozenset()


def origins_of(tree: Mapping[str, Any], columns: Mapping[str, Sequence[str]]) -> Relation:
    """What each column of a query comes from; `columns` names those of the tables it reads."""
    return _Reader(columns).node(tree["statements"][0]["node"], {}, {})


class _Reader:
    """Follows one query; `common` are the expressions in reach, `outer` the enclosing query's."""

    def __init__(self, columns: Mapping[str, Sequence[str]]) -> None:
        self._columns = columns

    def node(
        self, node: Mapping[str, Any], common: Mapping[str, Relation], outer: Mapping[str, Relation]
    ) -> Relation:
        """The columns of a select, a union or a recursive expression."""
        reach = dict(common)
        for one in (node.get("cte_map") or {}).get("map", []):
            reach[one["key"]] = self.node(one["value"]["query_node"], reach, outer)
        if node["type"] == "SELECT_NODE":
            return self._select(node, reach, outer)
        if node["type"] == "RECURSIVE_CTE_NODE":
            first = self.node(node["left"], reach, outer)
            again = self.node(node["right"], {**reach, node["cte_name"]: first}, outer)
            return _side_by_side([first, again])
        parts = node.get("children") or [node["left"], node["right"]]
        return _side_by_side([self.node(part, reach, outer) for part in parts])

    def _select(
        self, node: Mapping[str, Any], common: Mapping[str, Relation], outer: Mapping[str, Relation]
    ) -> Relation:
        inner = self._relations(node.get("from_table") or {}, common, outer)
        found: dict[str, Origins] = {}
        for item in node["select_list"]:
            if item["class"] == "STAR":
                found |= _all_of(item, inner)
            else:
                name = item.get("alias") or (item.get("column_names") or [""])[-1]
                found[name] = self._expression(item, common, {**outer, **inner}, found)
        return found

    def _relations(
        self,
        source: Mapping[str, Any],
        common: Mapping[str, Relation],
        outer: Mapping[str, Relation],
    ) -> dict[str, Relation]:
        """What a `from` brings into reach, by name."""
        kind = source.get("type")
        if kind == "JOIN":
            left = self._relations(source["left"], common, outer)
            return left | self._relations(source["right"], common, {**outer, **left})
        if kind == "BASE_TABLE":
            name = source["table_name"]
            return {source.get("alias") or name: self._table(source, common)}
        if kind == "SUBQUERY":
            return {source.get("alias") or "": self.node(source["subquery"]["node"], common, outer)}
        return {}

    def _table(self, source: Mapping[str, Any], common: Mapping[str, Relation]) -> Relation:
        name = source["table_name"]
        if not source.get("schema_name"):
            return common.get(name, {})
        table = f"{source['schema_name']}.{name}"
        return {column: frozenset([(table, column)]) for column in self._columns.get(table, ())}

    def _expression(
        self,
        part: Any,
        common: Mapping[str, Relation],
        relations: Mapping[str, Relation],
        former: Relation,
    ) -> Origins:
        """Everything that an expression names; `former` are the select's columns before it."""
        if isinstance(part, list):
            return NOWHERE.union(
                *(self._expression(one, common, relations, former) for one in part)
            )
        if not isinstance(part, dict):
            return NOWHERE
        if part.get("class") == "COLUMN_REF":
            return _named(part["column_names"], relations, former)
        if part.get("class") == "SUBQUERY":
            return NOWHERE.union(*self.node(part["subquery"]["node"], common, relations).values())
        return self._expression(list(part.values()), common, relations, former)


def _named(names: Sequence[str], relations: Mapping[str, Relation], former: Relation) -> Origins:
    """The column of the relation that is named, else of the nearest that has it."""
    if len(names) > 1 and names[-2] in relations:
        return relations[names[-2]].get(names[-1], NOWHERE)
    for relation in reversed(list(relations.values())):
        if names[0] in relation:
            return relation[names[0]]
    return former.get(names[0], NOWHERE)


def _all_of(star: Mapping[str, Any], inner: Mapping[str, Relation]) -> Iterator[Any]:
    """The columns that a star stands for, less those that it leaves out."""
    wanted = star.get("relation_name")
    left_out = set(star.get("exclude_list") or [])
    for name, relation in inner.items():
        if not wanted or wanted == name:
            yield from (one for one in relation.items() if one[0] not in left_out)


def _side_by_side(relations: Sequence[Relation]) -> Relation:
    """The columns of a union: the first part's names, each from what stands in its place."""
    places = zip_longest(*(relation.values() for relation in relations), fillvalue=NOWHERE)
    return dict(zip(relations[0], (NOWHERE.union(*place) for place in places), strict=False))
