"""`recon orders quarantine`: the order rows that are held back, as files to mend and drop again.

Belongs here: arguments, writing new files, and what is printed. Stays out: what such a file holds
(`pipelines.reading.held_back`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.faults import ConfigurationFault, DiskFull
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.reading.held_back import HeldSource, MendingFile

SHOWN_AT_MOST = 20


@click.command()
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Only exports of this date.")
@click.option("--file", "name", metavar="NAME", help="Only the export that was dropped so named.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write, for one export; by default NAME.quarantine-DATE here.",
)
def quarantine(*, day: datetime | None, name: str | None, out: Path | None) -> None:
    """Write the order rows that are held back to files, to be mended and dropped again.

    Each export has a file of its own, in the layout and format in which it came, only its header
    and the rows held back, byte for byte; rows of workbooks and Parquet come in the generic layout.
    No cell is altered, also none that a spreadsheet would take for a formula. Mend the rows, take
    those away that you give up, and drop the file: the next night takes them in and tells which
    rows are mended. Existing files are never overwritten.
    """
    from pipelines.reading.held_back import held_sources

    if day is not None and name is not None:
        raise click.UsageError("--date and --file cannot be given together.")
    settings = load_settings()
    sources = held_sources(settings, day=day.date() if day else None, name=name)
    exports = [source for source in sources if source.is_export]
    if not sources:
        click.echo("Nothing is held back.")
    for path, source, made in _made(settings, exports, out):
        write_new(path, made.content)
        for line in _told(source, path, made):
            click.echo(line)
    if exports:
        for line in _how_to(settings):
            click.echo(line)
    for source in sources:
        if not source.is_export:
            for line in _gateway(source):
                click.echo(line)


def _made(
    settings: Settings, exports: Sequence[HeldSource], out: Path | None
) -> list[tuple[Path, HeldSource, MendingFile]]:
    """Make every file before the first is written, so that a fault leaves none of them."""
    from pipelines.reading.held_back import mending_file

    if out is not None and len(exports) > 1:
        raise ConfigurationFault(
            f"--out names one file, and rows of {len(exports)} exports are held back.",
            "Choose one with --file NAME, or leave --out away.",
        )
    names = [source.export_name() for source in exports]
    paths = [
        out or Path(source.export_name(is_told_apart=names.count(name) > 1))
        for source, name in zip(exports, names, strict=True)
    ]
    for path in paths:
        _require_new(settings, path)
    return [
        (path, source, mending_file(settings, source, named=path.name))
        for path, source in zip(paths, exports, strict=True)
    ]


def _require_new(settings: Settings, path: Path) -> None:
    if os.path.lexists(path):
        raise _is_there(path)
    if not path.parent.is_dir():
        raise ConfigurationFault(f"There is no folder {path.parent}.", "Make it, or correct --out.")
    if path.parent.resolve() == settings.places.orders_inbox.resolve():
        raise ConfigurationFault(
            "In the inbox the next night would take the rows before they are mended.",
            "Write the file somewhere else and drop it when it is mended.",
        )


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, for its owner only: it may hold customers' addresses."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise _is_there(path) from None
    except OSError as refused:
        raise ConfigurationFault(
            f"{path} cannot be written ({refused.strerror}).", "Choose another folder."
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as full:
        path.unlink(missing_ok=True)
        raise DiskFull(
            f"{path} could not be written ({full.strerror}).", "Make room and try again."
        ) from full


def _is_there(path: Path) -> ConfigurationFault:
    return ConfigurationFault(
        f"{path} is there already and is not overwritten.",
        "It may hold rows that somebody is working on: move it away, or give another name.",
    )


def _told(source: HeldSource, path: Path, made: MendingFile) -> Iterator[str]:
    rows = _rows(len(source.rows))
    how = "as they came" if made.is_as_it_came else "in the generic layout"
    yield f"{source.name}: {rows} held back, written to {path} {how}."
    for row in source.rows[:SHOWN_AT_MOST]:
        named = f", {row.key}" if row.key else ""
        yield f"  line {row.line}{named}: {row.reason}"
    if len(source.rows) > SHOWN_AT_MOST:
        yield f"  … and {len(source.rows) - SHOWN_AT_MOST:,} more"
    now_fit = made.read.accepted.height
    if now_fit:
        verb = "holds" if now_fit == 1 else "hold"
        yield f"  {now_fit:,} of them {verb} under the recon.toml in force: drop them as they are."
    lost = sum(row.key is None for row in source.rows)
    if lost:
        yield (
            f"  {lost:,} of them {'has' if lost == 1 else 'have'} no readable order id: once"
            " mended and dropped it counts, but what was held back stays listed."
        )


def _how_to(settings: Settings) -> Iterator[str]:
    yield (
        "Mend the rows in a text editor: a spreadsheet may run cells as formulas, none is altered"
        " here, and may rewrite ids, amounts and times when it saves."
    )
    yield (
        "Keep the first line and the date in the name, take away rows that you give up, try it with"
        f" `recon orders check`, and drop it into {settings.places.orders_inbox}."
    )


def _gateway(source: HeldSource) -> Iterator[str]:
    count = len(source.rows)
    yield (
        f"{source.name}: {_rows(count)} of the gateway {'is' if count == 1 else 'are'} held back."
        " The shop cannot mend what the gateway sends: it is taken in when the gateway sends it"
        " right."
    )
    for row in source.rows[:SHOWN_AT_MOST]:
        yield f"  {row.key or 'without an id'}: {row.reason}"
    if count > SHOWN_AT_MOST:
        yield f"  … and {count - SHOWN_AT_MOST:,} more"


def _rows(count: int) -> str:
    return f"{count:,} {'row' if count == 1 else 'rows'}"
