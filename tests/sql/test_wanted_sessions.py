"""Which checkout sessions a night reads by id: those that are not known to be over."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.warehouse.queries import script

AS_OF = "2026-11-20T23:00:00Z"
TABLES = """
create schema raw;
create table raw.orders (session_ids varchar[], placed_at varchar);
create table raw.transactions (checkout_session_id varchar, created_at varchar);
create table raw.checkout_sessions (
    session_id varchar, status varchar, ranked_at timestamptz, arrival bigint
);
create temp table staged_transactions (checkout_session_id varchar);
insert into raw.orders values (['cs_1', 'cs_2'], '2026-11-20T10:00:00Z'), ([], '2026-11-20');
"""


def _held(*versions: tuple[str | None, str | None]) -> str:
    """Versions of sessions, each newer than the one before it."""
    rows = ", ".join(
        f"({_text(session)}, {_text(status)}, '2026-11-20T1{number}:00:00Z', {number})"
        for number, (session, status) in enumerate(versions, start=1)
    )
    return f"insert into raw.checkout_sessions values {rows}"


def _text(value: str | None) -> str:
    return "null" if value is None else f"'{value}'"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("select 1", [("cs_1", False), ("cs_2", False)]),
        (_held(("cs_1", "COMPLETED")), [("cs_2", False)]),
        (_held(("cs_1", "PENDING")), [("cs_1", True), ("cs_2", False)]),
        (_held(("cs_1", None)), [("cs_1", True), ("cs_2", False)]),
        (_held(("cs_1", "PENDING"), ("cs_1", "EXPIRED")), [("cs_2", False)]),
        (_held(("cs_1", "EXPIRED"), ("cs_1", "PENDING")), [("cs_1", True), ("cs_2", False)]),
        (_held((None, "COMPLETED")), [("cs_1", False), ("cs_2", False)]),
        (_held((None, "PENDING")), [("cs_1", False), ("cs_2", False)]),
        (
            "insert into raw.transactions values ('cs_2', '2026-11-20'), (null, '2026-11-20')",
            [("cs_1", False), ("cs_2", True)],
        ),
        ("update raw.orders set placed_at = '2026-08-22T22:59:59Z'", []),
        ("update raw.orders set placed_at = '2026-11-20T23:00:00Z'", []),
        ("update raw.orders set placed_at = 'yesterday'", []),
        (
            "insert into staged_transactions values ('cs_3'), (null)",
            [("cs_1", False), ("cs_2", False), ("cs_3", True)],
        ),
        (
            "insert into staged_transactions values ('cs_3');" + _held(("cs_3", "PENDING")),
            [("cs_1", False), ("cs_2", False)],
        ),
    ],
)
def test_sessions_not_known_to_be_over_are_read(given: str, wanted: list[tuple[str, bool]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        connection.execute(given)
        found = connection.execute(script("intake/wanted_sessions"), {"as_of": AS_OF}).fetchall()
    assert found == wanted
