"""Digests of tables that do not depend on the order of rows, and add up over parts of a table.

Each row gives a number, and a table the sum of its rows' numbers: what rows add or take away is
known without reading the others.

Belongs here: the number of a row, sums over tables, and the sums that are kept from night to night.
Stays out: which tables are digested, and what a digest is compared with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import duckdb

from pipelines.warehouse.queries import columns_of, first_row

UNDIGESTED_COLUMNS = ("source",)
"""Published, but outside the digest: they name the run that received a row, not what it says."""

PRIVATE_COLUMNS = ("customer_email_digest", "known_ids", "is_closed")
"""Never published: what could identify a payer, and bookkeeping of the working file."""


ENGINE = f"duckdb {duckdb.__version__}"
"""Whose quick checksums are comparable: those of another release may be reckoned otherwise."""


class Sum(NamedTuple):
    """How many rows were added up, what their numbers come to, and up to which arrival.

    `quick` is the quick checksum of the same rows by this release, over the columns that readers
    get; None where it was not reckoned, or by another release.
    """

    rows: int
    total: int
    upto: int | None = None
    quick: int | None = None


def number_of(columns: Sequence[str]) -> str:
    """The expression of a row's number over some columns.

    Nothing that is held contains the two control characters; JSON would cost twice as much.
    """
    cells = ", '\x1f', ".join(f"coalesce(\"{column}\"::varchar, '\x00')" for column in columns)
    return f"md5_number_lower(concat({cells}))"


def sum_of(connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[str]) -> Sum:
    """Add up the rows of a table, or of what stands after `from`."""
    query = f"select count(*), coalesce(sum({number_of(columns)}), 0) from {source}"
    rows, total = first_row(connection, query) or (0, 0)
    return Sum(int(rows), int(total))


def whole_sum(connection: duckdb.DuckDBPyConnection, table: str, source: str | None = None) -> Sum:
    """The sum and the quick checksum of a published table, or of such rows of it."""
    numbers = number_of(digested_columns(connection, table))
    cells = _listed(public_columns(connection, table))
    query = (
        f"select count(*), coalesce(sum({numbers}), 0), coalesce(sum(hash({cells})), 0) "
        f"from {source or table}"
    )
    rows, total, quick = first_row(connection, query) or (0, 0, 0)
    return Sum(int(rows), int(total), quick=int(quick))


def public_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The columns of a published table that readers get."""
    return [name for name in columns_of(connection, table) if name not in PRIVATE_COLUMNS]


def digested_columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    """The columns of a published table that its digest is made of."""
    return [name for name in public_columns(connection, table) if name not in UNDIGESTED_COLUMNS]


def kept_sum(connection: duckdb.DuckDBPyConnection, table: str) -> Sum | None:
    """The sum of a table that is kept up to date; None when it has to be added up."""
    row = first_row(
        connection,
        "select rows, total, upto, if(engine = ?, quick, null) from ops.kept_sums where name = ?",
        [ENGINE, table],
    )
    return None if row is None else Sum(*row)


def keep_sum(connection: duckdb.DuckDBPyConnection, table: str, found: Sum) -> None:
    """Keep the sum of a table; whoever changes its rows from now on keeps it up to date."""
    connection.execute("delete from ops.kept_sums where name = ?", [table])
    connection.execute(
        "insert into ops.kept_sums (name, rows, total, upto, quick, engine) "
        "values (?, ?, ?, ?, ?, ?)",
        [table, *found, ENGINE],
    )


@contextmanager
def sum_kept_up(
    connection: duckdb.DuckDBPyConnection, table: str, *, gone: str, come: str
) -> Iterator[None]:
    """Keep the sum of a table while the rows of `gone` leave it and those of `come` enter it."""
    kept = kept_sum(connection, table)
    if kept is None:
        yield
        return
    left = whole_sum(connection, table, gone)
    yield
    entered = whole_sum(connection, table, come)
    keep_sum(connection, table, _moved(kept, left, entered))


def _moved(kept: Sum, left: Sum, entered: Sum) -> Sum:
    quick = kept.quick
    if quick is not None:
        quick += (entered.quick or 0) - (left.quick or 0)
    return Sum(
        kept.rows - left.rows + entered.rows,
        kept.total - left.total + entered.total,
        quick=quick,
    )


def quick_sums(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[str]]
) -> dict[str, tuple[int, int]]:
    """Rows and a quick checksum by table, over some columns each.

    Thirty times quicker than a digest, and good for one comparison within this process only: the
    next release of the database may reckon it otherwise.
    """
    query = " union all ".join(
        f"select '{table}', count(*), coalesce(sum(hash({_listed(names)})), 0) from {table}"
        for table, names in columns.items()
    )
    return {table: (rows, total) for table, rows, total in connection.execute(query).fetchall()}


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
