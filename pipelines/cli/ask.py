"""`recon sql`: read-only questions to the published snapshot.

Belongs here: where the statements come from (argument, file, standard input, prompt).
Stays out: what may be asked and how answers look (`pipelines.reading`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipelines.faults import ConfigurationFault, ReconFault
from pipelines.settings import load_settings

_FORMATS = ("table", "csv", "json", "markdown")
_FILE_BYTES_MAXIMUM = 4_000_000
_LEAVE = ("exit", "quit", r"\q")


@click.command("sql")
@click.argument("statement", required=False)
@click.option("-f", "--file", "file", type=click.Path(path_type=Path), help="Read from this file.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Rows of a table that are shown; 0 shows all. Other formats always give all.",
)
def ask(*, statement: str | None, file: Path | None, form: str, limit: int) -> None:
    """Ask the published snapshot; nothing can be changed.

    Without STATEMENT and file, statements are read from standard input, or from a prompt.
    """
    if statement is not None and file is not None:
        raise ConfigurationFault("A statement and a file were both given.", "Give one of them.")
    path = load_settings().places.published
    if statement is None and file is None and sys.stdin.isatty():
        _prompt(path, form, limit=limit)
    elif statement is not None:
        _answer(path, statement, form=form, limit=limit)
    else:
        _answer(path, _text_of(file), form=form, limit=limit)


def _answer(path: Path, text: str, *, form: str, limit: int) -> None:
    """Answer every statement of a text from one and the same snapshot."""
    from pipelines.reading.formats import write
    from pipelines.reading.queries import answer, statements_of
    from pipelines.reading.snapshot import open_snapshot

    with open_snapshot(path) as connection:
        for number, statement in enumerate(statements_of(connection, text)):
            if number:
                click.echo()
            write(answer(connection, statement), sys.stdout, form=form, limit=limit)


def _prompt(path: Path, form: str, *, limit: int) -> None:
    """Answer statement after statement, each from the newest snapshot, until the input ends."""
    click.echo("Read-only; a statement ends with ; and \\q or Ctrl-D leaves.", err=True)
    waiting: list[str] = []
    while True:
        try:
            line = input("   ...> " if waiting else "recon> ")
        except EOFError:
            click.echo(err=True)
            return
        except KeyboardInterrupt:
            click.echo(err=True)
            waiting = []
            continue
        if not waiting and line.strip().rstrip(";").lower() in _LEAVE:
            return
        if not waiting and not line.strip():
            continue
        waiting.append(line)
        if line.rstrip().endswith(";"):
            _try_answer(path, "\n".join(waiting), form=form, limit=limit)
            waiting = []


def _try_answer(path: Path, text: str, *, form: str, limit: int) -> None:
    try:
        _answer(path, text, form=form, limit=limit)
    except ReconFault as fault:
        click.echo(str(fault), err=True)
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)


def _text_of(file: Path | None) -> str:
    """The whole text of a file, or of standard input, up to a maximum."""
    name = "Standard input" if file is None else file.name
    try:
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
    except OSError as unread:
        raise ConfigurationFault(
            f"{name} cannot be read: {(unread.strerror or 'unknown reason').lower()}.",
            "Name a readable file with SQL in it.",
        ) from unread
    except UnicodeDecodeError as odd:
        raise ConfigurationFault(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from odd
