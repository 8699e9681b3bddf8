"""Where answers of `recon sql` go: the screen, a pipe, or a new file, in the form asked for.

Belongs here: one snapshot for all statements of a text, and a file that is whole or not there.
Stays out: where the statements come from (`ask`, `prompting`).
"""

from __future__ import annotations

import io
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from pipelines.faults import ConfigurationFault

if TYPE_CHECKING:
    import duckdb

Values = Mapping[str, str | None]


@dataclass(frozen=True)
class Answering:
    """The snapshot that is asked, and the form and place of its answers."""

    path: Path
    form: str
    limit: int
    out: Path | None = None

    def answer(self, text: str, parameters: Values) -> None:
        """Answer every statement of a text from one and the same snapshot."""
        from pipelines.reading.queries import require_named, statements_of
        from pipelines.reading.snapshot import open_snapshot

        with open_snapshot(self.path) as connection:
            statements = statements_of(connection, text)
            require_named(statements, parameters)
            if self.form == "parquet":
                self._answer_as_parquet(connection, statements, parameters)
            else:
                self._answer_as_text(connection, statements, parameters)

    def _answer_as_text(
        self,
        connection: duckdb.DuckDBPyConnection,
        statements: list[duckdb.Statement],
        parameters: Values,
    ) -> None:
        from pipelines.reading.formats import write
        from pipelines.reading.queries import answer

        with _text(self.out) as out:
            for number, statement in enumerate(statements):
                if number:
                    out.write("\n")
                told = answer(connection, statement, parameters)
                write(told, out, form=self.form, limit=self.limit)

    def _answer_as_parquet(
        self,
        connection: duckdb.DuckDBPyConnection,
        statements: list[duckdb.Statement],
        parameters: Values,
    ) -> None:
        from pipelines.reading.parquet import write_parquet

        if len(statements) > 1:
            raise ConfigurationFault(
                "A Parquet file holds the answer of one statement.", "Ask them one by one."
            )
        if self.out is None and sys.stdout.isatty():
            raise ConfigurationFault(
                "Parquet is no text for a terminal.", "Add --out FILE, or send it on with > or |."
            )
        with _binary(self.out) as out:
            write_parquet(connection, statements[0], out, parameters=parameters)


@contextmanager
def _text(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    with _new_file(path) as kept:
        wrapped = io.TextIOWrapper(kept, encoding="utf-8", newline="\n")
        yield wrapped
        wrapped.flush()
        wrapped.detach()


@contextmanager
def _binary(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        yield sys.stdout.buffer
        return
    with _new_file(path) as kept:
        yield kept


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is whole or not there; one that is there already is left as it is."""
    if os.path.lexists(path):
        raise ConfigurationFault(f"{path.name} is already there.", "Name a new file.")
    # Made only if it is not there, so that no file or link of others is written through.
    part = path.with_name(f".{secrets.token_hex(16)}.part")
    try:
        with part.open("xb") as kept, _gone_afterwards(part):
            yield kept
            kept.flush()
            part.rename(path)
    except OSError as unwritten:
        raise ConfigurationFault(
            f"{path.name} cannot be written: {(unwritten.strerror or 'unknown reason').lower()}.",
            "Name a file in a folder that can be written to.",
        ) from unwritten


@contextmanager
def _gone_afterwards(part: Path) -> Iterator[None]:
    try:
        yield
    finally:
        part.unlink(missing_ok=True)
