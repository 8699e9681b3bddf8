"""Computing the validated tables: whole, or only the rows of ids that received something since.

Both ways run the same queries and leave the same rows. Which ids were computed last is kept, so
that the claims need to be asked of their rows alone.

Belongs here: which rows are computed anew, and when all of them are. Stays out: the queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import duckdb

from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.warehouse.parts import (
    KEYS,
    count_rows,
    create_part,
    drop_parts,
    note_computed,
    replace_parts,
    rows_of,
)
from pipelines.warehouse.queries import (
    build_stage,
    first_row,
    forget_sums,
    materialise,
    reads,
    script,
    tables_of,
    text_over,
)

STAGE = "validated"
OVER_ALL = frozenset({"validated.vanished_orders"})
"""Tables of which a row rests on the rows of other ids as well."""

ORDERS = "orders"

RENAMED = {"authorizations": "subscription_id"}
"""Streams whose ids are called otherwise where they are validated."""


def renew_validated(
    connection: duckdb.DuckDBPyConnection, *, whole: bool | None = None
) -> dict[str, int]:
    """Compute the validated tables over everything checked so far; rows by table.

    Whole when that is asked for or what they rest on has changed; of a stream of which every
    second id or more received something, all of its tables are. Call it inside a transaction,
    after the rows were checked and the basis was written.
    """
    is_whole = bool(whole) or reason_for_whole(connection) is not None
    create_part(connection, KEYS, "select null::varchar as field, null::varchar as value limit 0")
    if is_whole:
        build_stage(connection, STAGE)
    else:
        for stream in fresh_streams(connection):
            _renew(connection, stream, whole=whole)
    connection.execute(script("renewed/note_built"))
    note_computed(connection, STAGE, ids=None if is_whole else f"from {KEYS}")
    drop_parts(connection, [KEYS])
    return {table: count_rows(connection, table) for table in tables_of(STAGE)}


def forget_computed(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the next night compute, check and judge from what is held, whatever was held before.

    A row that is received again in the place of a lost one gets its number, and is checked again.
    """
    connection.execute("delete from validated.built")
    connection.execute("delete from reconciled.judged")
    for stream in ENDPOINTS:
        connection.execute(
            f"update ops.checked set arrival = least(arrival, "
            f"(select coalesce(max(arrival), 0) from raw.{stream})) where stream = ?",
            [stream],
        )


def reason_for_whole(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Why every row must be computed; None when those that received something are enough."""
    row = first_row(connection, script("renewed/reason_for_whole"))
    return None if row is None else row[0]


def fresh_streams(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Streams that received something since their tables were computed."""
    turned = script("renewed/turned_files")
    connection.execute(f"create or replace temp view turned_files as {turned}")
    return [row[0] for row in connection.execute(script("renewed/fresh_streams")).fetchall()]


def _key_of(stream: str) -> str:
    return "order_id" if stream == ORDERS else ENDPOINTS[stream].key


@cache
def keyed_tables() -> Mapping[str, str]:
    """The column of ids of each validated table that is computed anew id by id."""
    tables = (table for table in tables_of(STAGE) if table not in OVER_ALL)
    streams = {table: _stream_of(table) for table in tables}
    return {table: RENAMED.get(stream, _key_of(stream)) for table, stream in streams.items()}


def _renew(connection: duckdb.DuckDBPyConnection, stream: str, *, whole: bool | None) -> None:
    tables = [table for table in tables_of(STAGE) if _stream_of(table) == stream]
    raw = f"raw.{stream}"
    keyed = {table: key for table, key in keyed_tables().items() if table in tables}
    key, field = _key_of(stream), next(iter(keyed.values()))
    query, known = ("fresh_orders", {}) if stream == ORDERS else ("fresh_rows", {"stream": stream})
    connection.execute(f"create or replace temp view rows_of_stream as from {raw}")
    found = first_row(
        connection,
        f"insert into {KEYS} select distinct '{field}', {key} from ({script(f'renewed/{query}')}) "
        f"where {key} is not null",
        known,
    ) or (0,)
    if whole is None and 2 * found[0] >= count_rows(connection, raw):
        for table in tables:
            forget_sums(connection, table)
            materialise(connection, table)
        return
    fresh = rows_of(raw, {key: f"select value from {KEYS} where field = '{field}'"})
    create_part(connection, raw, f"from {fresh}")
    parts = frozenset((raw, *keyed))
    for table in keyed:
        create_part(connection, table, text_over(table, parts))
    replace_parts(connection, keyed)
    drop_parts(connection, parts)
    for table in OVER_ALL.intersection(tables):
        materialise(connection, table)


@cache
def _stream_of(table: str) -> str:
    """The stream whose rows a validated table is computed from."""
    waiting, found = [table], set[str]()
    while waiting:
        for name in reads(waiting.pop()):
            if name.startswith("raw."):
                found.add(name.removeprefix("raw."))
            elif name in tables_of(STAGE):
                waiting.append(name)
    (stream,) = found
    return stream
