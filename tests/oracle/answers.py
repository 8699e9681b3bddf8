"""Everything that the engine answers about a world, row by row, and where two answers differ.

Belongs here: the tables that are an answer, and comparing two. Stays out: worlds, and what a change
of the world must do to the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from decimal import Context, Decimal

import duckdb
from oracle.engine import judge
from oracle.world import World

TABLES = ("matches", "subscription_matches", "breaks", "case_codes", "members", "proof")
"""The tables of `reconciled` in which matches, breaks and proof stand."""

EXACT = Context(prec=80)
Row = dict[str, object]
Answer = dict[str, list[Row]]


def answer_to(world: World) -> Answer:
    """Every row that the engine makes of a world in an empty store."""
    with judge(world) as connection:
        return answer_in(connection)


def answer_in(connection: duckdb.DuckDBPyConnection) -> Answer:
    """Every row of an open store's tables."""
    found: Answer = {}
    for table in TABLES:
        rows = connection.execute(f"select * from reconciled.{table}")
        names = [column[0] for column in rows.description or []]
        found[table] = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return found


def changed(answer: Answer, change: Callable[[Row], Row]) -> Answer:
    """The answer with every row changed."""
    return {table: [change(row) for row in rows] for table, rows in answer.items()}


def kept(answer: Answer, is_kept: Callable[[Row], bool]) -> Answer:
    """The answer with some of its rows."""
    return {table: [row for row in rows if is_kept(row)] for table, rows in answer.items()}


def without(answer: Answer, columns: Collection[str]) -> Answer:
    """The answer without some columns, in whichever table they stand."""
    return changed(answer, lambda row: {name: row[name] for name in row.keys() - set(columns)})


def added(one: Answer, other: Answer) -> Answer:
    """Both answers as one: rows of the proof for the same line are summed up."""
    both = {table: one[table] + other[table] for table in one}
    sums: dict[tuple[object, ...], Row] = {}
    for row in both["proof"]:
        key = tuple(value for name, value in row.items() if name not in ("amount", "rows"))
        line = sums.setdefault(key, row | {"amount": 0, "rows": 0})
        sums[key] = line | {name: line[name] + row[name] for name in ("amount", "rows")}  # type: ignore[operator]
    return both | {"proof": list(sums.values())}


def differences(one: Answer, other: Answer) -> list[str]:
    """The rows that only one of the two answers has, with its table and the sign of its side."""
    told = []
    for table in one.keys() | other.keys():
        left, right = (Counter(map(_text, each.get(table, []))) for each in (one, other))
        told += [f"- {table} {row}" for row in (left - right).elements()]
        told += [f"+ {table} {row}" for row in (right - left).elements()]
    return sorted(told)


def _text(row: Row) -> str:
    return ", ".join(f"{name}={_value(row[name])}" for name in sorted(row))


def _value(value: object) -> str:
    """A value as text; an amount in one way, however many digits it is kept with."""
    return f"{value.normalize(EXACT):f}" if isinstance(value, Decimal) else str(value)
