"""`recon sql`: read-only questions to the published snapshot.

Belongs here: where the statements come from (argument, file, a query by name, standard input,
prompt) and where answers go. Stays out: what may be asked and how answers look
(`pipelines.reading`), and the prompt itself (`prompting`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from pipelines.cli.answering import Answering
from pipelines.faults import ConfigurationFault
from pipelines.settings import load_settings

_FORMATS = ("table", "csv", "json", "parquet", "markdown")
_FILE_BYTES_MAXIMUM = 4_000_000


@dataclass(frozen=True)
class _Asked:
    """What a text comes with: the values that its statements name."""

    text: str
    parameters: Mapping[str, str | None]


@click.command("sql")
@click.argument("statement", required=False)
@click.option("-f", "--file", "file", type=click.Path(path_type=Path), help="Read from this file.")
@click.option("--name", help="Ask this query of sql/adhoc; --list lists them.")
@click.option("--param", "pairs", multiple=True, metavar="NAME=VALUE", help="A value for $NAME.")
@click.option("--list", "is_list", is_flag=True, help="List the queries that --name knows.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Rows of a table that are shown; 0 shows all. Other formats always give all.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the answer to this new file.")
def ask(
    *,
    statement: str | None,
    file: Path | None,
    name: str | None,
    pairs: tuple[str, ...],
    is_list: bool,
    form: str,
    limit: int,
    out: Path | None,
) -> None:
    """Ask the published snapshot; nothing can be changed.

    Without STATEMENT, file and name, statements are read from standard input, or from a prompt.
    """
    given = [each for each in (statement, file, name) if each is not None]
    if len(given) + is_list > 1:
        raise ConfigurationFault(f"{_named(statement, file, name)} given.", "Give one of them.")
    answering = Answering(load_settings().places.published, form=form, limit=limit, out=out)
    if is_list:
        _list(form)
    elif not given and out is None and sys.stdin.isatty():
        from pipelines.cli.prompting import prompt

        prompt(answering)
    else:
        asked = _asked(statement, file, name=name, pairs=pairs)
        answering.answer(asked.text, asked.parameters)


def _named(statement: str | None, file: Path | None, name: str | None) -> str:
    if statement is not None and file is not None and name is None:
        return "A statement and a file were both"
    return "More than one of statement, file, query by name and list was"


def _asked(
    statement: str | None, file: Path | None, *, name: str | None, pairs: tuple[str, ...]
) -> _Asked:
    from pipelines.reading.examples import example_of, pairs_of, values_for

    given = pairs_of(pairs)
    if name is not None:
        example = example_of(name)
        return _Asked(example.text, values_for(example, given))
    return _Asked(statement if statement is not None else _text_of(file), given)


def _list(form: str) -> None:
    """Name, question and parameters of every query of `sql/adhoc`."""
    from pipelines.reading.examples import examples
    from pipelines.reading.formats import write
    from pipelines.reading.queries import Answer

    if form == "parquet":
        raise ConfigurationFault("The list of queries is no Parquet.", "Choose another format.")
    rows = (
        (example.name, example.question, " ".join(each.shown for each in example.parameters))
        for example in examples()
    )
    columns = ("name", "question", "parameters")
    write(Answer(columns, ("VARCHAR",) * 3, rows), sys.stdout, form=form, limit=0)


def _text_of(file: Path | None) -> str:
    """The whole text of a file, or of standard input, up to a maximum."""
    name = "Standard input" if file is None else file.name
    with _file_faults(name):
        if file is None:
            content = sys.stdin.buffer.read(_FILE_BYTES_MAXIMUM + 1)
        else:
            with file.open("rb") as handle:
                content = handle.read(_FILE_BYTES_MAXIMUM + 1)
        if len(content) > _FILE_BYTES_MAXIMUM:
            raise ConfigurationFault(
                f"{name} is larger than {_FILE_BYTES_MAXIMUM:,} bytes.", "Ask in smaller files."
            )
        return content.decode("utf-8-sig")


@contextmanager
def _file_faults(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as unread:
        raise ConfigurationFault(
            f"{name} cannot be read: {(unread.strerror or 'unknown reason').lower()}.",
            "Name a readable file with SQL in it.",
        ) from unread
    except UnicodeDecodeError as odd:
        raise ConfigurationFault(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from odd
