"""Judging the book: whole, or only the cases that something has touched since the last judgement.

Belongs here: which tables are computed anew, in which order, and how their rows take the place of
former ones. Stays out: the rules and what touches a case (queries in `sql`). Both ways run the same
queries and leave the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import version

import duckdb

from pipelines.warehouse.dated import DATED, end_dates, sum_dates_up
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
    materialise,
    reads,
    script,
    tables_of,
    text_over,
)

FACTS = {"reconciled.order_facts": "order_id", "reconciled.transaction_facts": "transaction_id"}
"""What follows from a row alone, by the column that names the row."""

WHOLE = ("reconciled.stale_dates", "reconciled.bill_links")
"""Small tables over all facts; computed anew each time, as is everything that reads no facts."""

CASES = {
    "reconciled.key_links": "order_id",
    "reconciled.description_tokens": "transaction_id",
    "reconciled.known_tokens": "transaction_id",
    "reconciled.awaited_payments": "transaction_id",
    "reconciled.links": "order_id",
    "reconciled.candidates": "order_id",
    "reconciled.pairs": "order_id",
    "reconciled.groups": "member",
    "reconciled.members": "case_id",
    "reconciled.payments": "case_id",
    "reconciled.payment_links": "order_id",
    "reconciled.duplicate_payments": "order_id",
    "reconciled.refunds_due": "transaction_id",
    "reconciled.case_money": "case_id",
    "reconciled.case_orders": "case_id",
    "reconciled.case_transactions": "case_id",
    "reconciled.case_bills": "case_id",
    "reconciled.case_claims": "case_id",
    "reconciled.case_parties": "case_id",
    "reconciled.cases": "case_id",
    "reconciled.codes_of_cases": "case_id",
    "reconciled.scheduled_fees": "transaction_id",
    "reconciled.codes_of_transactions": "transaction_id",
    "reconciled.case_codes": "case_id",
    "reconciled.case_statuses": "case_id",
    "reconciled.judged_cases": "case_id",
    "reconciled.matches": "case_id",
    "reconciled.subscription_matches": "case_id",
}
"""Tables whose rows belong to one case, by the column that finds the rows of touched cases."""

READ_ON = (
    "reconciled.judged_cases",
    "reconciled.matches",
    "reconciled.subscription_matches",
    "reconciled.refunds_due",
)
"""Those that claims and readers look at: the ids that are new in them are noted too."""

FORMER = (
    "decisions",
    "charge_facts",
    "coverage",
    "held_ids",
    "stale_dates",
    "bill_links",
    "missed_periods",
)
"""Tables of the last judgement that are compared with those of this one."""

SOURCES = {
    "validated.orders": "order",
    "validated.transactions": "transaction",
    "validated.transactions_history": "transaction",
}
"""What facts are computed from, by the kind of row; sessions follow their payments."""


ASKED = {
    "reconciled.matches": ("case_id", "order_id", "transaction_id"),
    "reconciled.judged_breaks": ("case_id",),
    "validated.orders": ("order_id",),
    "validated.transactions": ("transaction_id",),
}
"""What the claims about matches read, by the columns that find the rows judged anew."""


def judge_book(
    connection: duckdb.DuckDBPyConnection, *, whole: bool | None = None
) -> dict[str, int]:
    """Compute every reconciled table at the as-of of the basis; rows by table.

    Only cases that something has touched are judged anew, unless the whole book is asked for, what
    it rests on has changed, or, when `whole` is None, every second row is touched anyway. Call it
    inside a transaction.
    """
    is_whole = bool(whole) or reason_for_whole(connection) is not None
    if not is_whole:
        _find_seeds(connection)
        is_whole = whole is None and _are_most(connection)
    if is_whole:
        rows = build_stage(connection, "reconciled")
    else:
        rows = _judge_touched(connection, at_any_share=whole is False)
    _note_judged(connection, is_whole=is_whole)
    _clear(connection)
    return rows


def reason_for_whole(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Why the whole book must be judged; None when judging what was touched is enough."""
    query = script("touched/reason_for_whole")
    row = first_row(connection, query, {"calendars": _calendars()})
    return None if row is None else row[0]


@cache
def _calendars() -> str:
    return version("holidays")


def _find_seeds(connection: duckdb.DuckDBPyConnection) -> None:
    """Find every row whose facts may read otherwise than before, and keep what to compare with."""
    for name in FORMER:
        create_part(connection, f"former_{name}", f"from reconciled.{name}")
    for table in _tables(before=True):
        materialise(connection, table)
    create_part(connection, "touched_members", script("touched/seeds"))


def _are_most(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether every second row or more is one of them: judging parts saves nothing then."""
    held = sum(count_rows(connection, table) for table in FACTS)
    return 2 * count_rows(connection, "touched_members") >= held


def _judge_touched(connection: duckdb.DuckDBPyConnection, *, at_any_share: bool) -> dict[str, int]:
    _renew_facts(connection)
    for table in WHOLE:
        materialise(connection, table)
    done = _find_touched(connection)
    _judge_parts(connection, set(CASES).difference(done))
    replace_parts(connection, CASES)
    _note_come(connection)
    sum_dates_up(connection, at_any_share=at_any_share)
    for table in _tables(before=False):
        materialise(connection, table)
    return {table: count_rows(connection, table) for table in tables_of("reconciled")}


def _renew_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """Compute the facts of the seeds anew."""
    for table, kind in SOURCES.items():
        _take(connection, table, kind)
    create_part(connection, "validated.checkout_sessions", script("touched/sessions"))
    parts = frozenset((*SOURCES, "validated.checkout_sessions"))
    for table in FACTS:
        create_part(connection, table, text_over(table, parts))
    ids = "select kind || '_id' as field, id as value from touched_members"
    create_part(connection, KEYS, ids)
    replace_parts(connection, FACTS)


def _find_touched(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Grow the touched rows until no untouched row can share a case with one of them.

    Gives the tables of cases that are computed of all of them already.
    """
    _add(connection, script("touched/turned"))
    create_part(connection, "touched_frontier", "from touched_members")
    while count_rows(connection, "touched_frontier"):
        create_part(connection, "touched_frontier", script("touched/neighbours"))
        _add(connection, "from touched_frontier")
    done = _upto("reconciled.links")
    _take_facts(connection)
    _judge_parts(connection, done)
    if _add(connection, script("touched/partners")):
        _take_facts(connection)
        done = ()
    create_part(connection, "former_members", script("touched/former_members"))
    create_part(connection, KEYS, script("touched/keys"))
    return done


def _take_facts(connection: duckdb.DuckDBPyConnection) -> None:
    for table, column in FACTS.items():
        _take(connection, table, column.removesuffix("_id"))


def _take(connection: duckdb.DuckDBPyConnection, table: str, kind: str) -> None:
    """Copy the touched rows of a table of that kind of row."""
    touched = f"select id from touched_members where kind = '{kind}'"
    create_part(connection, table, f"from {rows_of(table, {f'{kind}_id': touched})}")


def _judge_parts(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Compute tables over the touched rows alone, each into a temporary table of its name."""
    parts = frozenset((*FACTS, *CASES))
    wanted = set(tables)
    for table in tables_of("reconciled"):
        if table in wanted:
            create_part(connection, table, text_over(table, parts))


@cache
def _tables(*, before: bool) -> tuple[str, ...]:
    """Tables computed whole: those that need no facts come before the facts, the others last."""
    rests_on_facts: set[str] = set()
    for table in tables_of("reconciled"):
        if table in FACTS or reads(table) & rests_on_facts:
            rests_on_facts.add(table)
    others = {*FACTS, *WHOLE, *CASES, *DATED}
    return tuple(
        table
        for table in tables_of("reconciled")
        if table not in others and (table in rests_on_facts) is not before
    )


@cache
def _upto(last: str) -> tuple[str, ...]:
    """The tables of cases that a table of cases is computed from, and itself."""
    needed = {last}
    for table in reversed(tables_of("reconciled")):
        if table in needed:
            needed |= reads(table) & set(CASES)
    return tuple(needed)


def _add(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """Add the rows of a query to the touched ones; how many were none before."""
    create_part(connection, "touched_found", query)
    added = first_row(
        connection,
        "insert into touched_members from touched_found anti join touched_members using (kind, id)",
    )
    connection.execute("drop table temp.touched_found")
    return added[0] if added else 0


def _clear(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop every temporary table of a judgement."""
    working = ("touched_members", "touched_frontier", "former_members", KEYS)
    former = (f"former_{name}" for name in FORMER)
    parts = (*SOURCES, "validated.checkout_sessions", *FACTS, *CASES)
    drop_parts(connection, (*working, *former, *parts))
    end_dates(connection)


def _note_come(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the ids of new rows to those whose rows were replaced."""
    for table in READ_ON:
        column = CASES[table]
        connection.execute(
            f"insert into {KEYS} select '{column}', {column} from temp.\"{table}\" "
            f"except from {KEYS}"
        )


def _note_judged(connection: duckdb.DuckDBPyConnection, *, is_whole: bool) -> None:
    """Write down what this judgement rested on, and the ids whose rows it replaced."""
    connection.execute("delete from reconciled.judged")
    connection.execute(
        f"insert into reconciled.judged by name {script('touched/judged')}",
        {"calendars": _calendars()},
    )
    connection.execute(script("touched/note_inputs"))
    note_computed(connection, "reconciled", ids=None if is_whole else f"from {KEYS}")
