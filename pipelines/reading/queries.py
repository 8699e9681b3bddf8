"""People's own queries on the snapshot: which statements are allowed, and their rows in batches.

Belongs here: refusing whatever is not a question, and DuckDB's errors as one sentence.
Stays out: how rows are shown (see `formats`), and the shut connection itself (see `snapshot`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.reading.stopping import stoppable

BATCH_ROWS = 1_000
STATEMENT_CHARACTERS_MAXIMUM = 1_000_000

_ALLOWED = "SELECT, WITH, FROM, VALUES, SHOW, DESCRIBE, SUMMARIZE and EXPLAIN"
_TABLES = 'List the tables with `recon sql "show all tables"`.'
# No comment may stand inside the words that announce an explanation: what follows them is parsed
# again, and both readings must agree on where it begins.
_EXPLAIN = re.compile(r"\s*explain\s+(?:analyze\s+)?(?:\(\s*format\s+\w+\s*\)\s*)?", re.IGNORECASE)
# What is a question, in a form that would have to be prepared by a statement that is none.
_HALF_READ = {
    "MULTI": (
        "A PIVOT that does not name its values is refused: the engine would first write them down, "
        "and the published snapshot is only read.",
        "Name them: pivot … on status in ('paid', 'fulfilled') using count(*).",
    ),
    "EXPLAIN": (
        "This EXPLAIN cannot be read: exactly one statement follows it, and no comment stands "
        "between its own words.",
        "Write explain, a space, and the statement.",
    ),
}
_KIND_OF_ERROR = re.compile(r"^(?:[A-Z][A-Za-z]* )*Error:\s*")
_HINT = re.compile(r"^(?:Did you mean|Candidate bindings).*", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """The columns of one statement's result, and its rows, read as they are asked for."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def statements_of(connection: duckdb.DuckDBPyConnection, text: str) -> list[duckdb.Statement]:
    """The statements of a text, each of them a question.

    Raises ConfigurationFault when there is none, or when one of them is anything else; then not
    even the questions before it are answered.
    """
    if len(text) > STATEMENT_CHARACTERS_MAXIMUM:
        raise ConfigurationFault(
            f"The text is longer than {STATEMENT_CHARACTERS_MAXIMUM:,} characters.",
            "Ask in smaller statements.",
        )
    with one_sentence():
        statements = connection.extract_statements(_as_unicode(text))
    if not statements:
        raise ConfigurationFault("There is no statement to answer.", _TABLES)
    for statement in statements:
        _require_question(connection, statement)
    return statements


def answer(
    connection: duckdb.DuckDBPyConnection,
    statement: duckdb.Statement,
    parameters: Mapping[str, str | None] | None = None,
) -> Answer:
    """Ask one statement. Its rows must be read, or given up, before the next is asked.

    Of the parameters those count that the statement names, as `$name`.
    """
    values = bound(statement, parameters)
    with one_sentence():
        asked = stoppable(connection, lambda: connection.execute(statement, values))
        first = stoppable(asked, lambda: asked.fetchmany(BATCH_ROWS))
        described = asked.description or []
    return Answer(
        columns=tuple(column[0] for column in described),
        types=tuple(str(column[1]) for column in described),
        rows=_rows(asked, first),
    )


def bound(
    statement: duckdb.Statement, parameters: Mapping[str, str | None] | None
) -> dict[str, str | None] | None:
    """The values that a statement names; None where it names none of them."""
    names = statement.named_parameters
    return {name: value for name, value in (parameters or {}).items() if name in names} or None


def require_named(statements: Iterable[duckdb.Statement], given: Iterable[str]) -> None:
    """Refuse a parameter that no statement names: it would be left out without a word."""
    named = {name for statement in statements for name in statement.named_parameters}
    for name in given:
        if name not in named:
            raise ConfigurationFault(
                f"No statement names the parameter {name}.", f"Write ${name} where it belongs."
            )


def _rows(
    asked: duckdb.DuckDBPyConnection, batch: list[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    while batch:
        yield from batch
        with one_sentence():
            batch = stoppable(asked, lambda: asked.fetchmany(BATCH_ROWS))


def _require_question(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    kind = _kind_of(statement)
    if kind == "EXPLAIN":
        kind = _kind_explained(connection, statement.query)
    if kind == "SELECT":
        return
    if kind in _HALF_READ:
        raise ConfigurationFault(*_HALF_READ[kind])
    named = f"{kind.replace('_', ' ')} statements are" if kind else "This statement is"
    raise ConfigurationFault(
        f"{named} refused: the published snapshot is only read.",
        f"Allowed are {_ALLOWED}.",
    )


def _kind_of(statement: duckdb.Statement) -> str:
    """The engine's name for the kind of a statement; empty where it has none."""
    try:
        return statement.type.name
    except ValueError:
        return ""


def _kind_explained(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """What an EXPLAIN would explain: SELECT for a question, else what else it is."""
    announced = _EXPLAIN.match(query)
    if announced is None:
        return "EXPLAIN"
    with one_sentence():
        explained = connection.extract_statements(query[announced.end() :])
    kinds = [_kind_of(statement) for statement in explained]
    return kinds[0] if len(kinds) == 1 else "EXPLAIN"


def _as_unicode(text: str) -> str:
    """The text with bytes that were no UTF-8 on the command line made visible."""
    return text.encode("utf-8", "replace").decode("utf-8")


@contextmanager
def one_sentence() -> Iterator[None]:
    """Say an error of the engine in one sentence, its hint as the remedy."""
    try:
        yield
    except duckdb.PermissionException as refused:
        raise ConfigurationFault(
            "The query reaches outside the published snapshot: files, the network and extensions "
            "are switched off.",
            _TABLES,
        ) from refused
    except duckdb.OutOfMemoryException as too_much:
        raise ConfigurationFault(
            "The query needs more memory than is allowed.",
            "Ask for fewer rows or columns, or add up first.",
        ) from too_much
    except duckdb.Error as wrong:
        raise ConfigurationFault(
            f"The query cannot be answered: {_first_line(wrong)}", _hint(wrong)
        ) from wrong


def _first_line(wrong: duckdb.Error) -> str:
    lines = str(wrong).splitlines() or ["the engine gives no reason"]
    sentence = _KIND_OF_ERROR.sub("", lines[0]).strip().rstrip(".!")
    return f"{sentence}."


def _hint(wrong: duckdb.Error) -> str:
    found = _HINT.search(str(wrong))
    if found:
        return f"{found.group().rstrip('?. ')}?" if found.group()[0] == "D" else f"{found.group()}."
    return _TABLES
