"""`recon orders`: order exports before they are dropped, and what was held back of them.

Belongs here: arguments and what is printed. Stays out: reading files (`pipelines.orders`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.quarantine import quarantine
from pipelines.faults import ConfigurationFault
from pipelines.orders.wording import shown
from pipelines.policy import load_policy
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.orders.faults import OrderFileRefused
    from pipelines.orders.inbox import Arrival
    from pipelines.orders.reader import OrderFile

SHOWN_AT_MOST = 20
NOT_AS_IT_IS = 3


@click.group()
def orders() -> None:
    """Look at order exports, and mend what was held back of them."""


orders.add_command(quarantine)


@orders.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, file: Path) -> None:
    """Explain an order export before it is dropped: layout, rows, totals, problems by line.

    Nothing is taken in. Exits 3 when the file would be refused or rows of it quarantined.
    """
    from pipelines.orders.faults import OrderFileRefused

    settings = load_settings()
    arrival = _arrival(file)
    try:
        if arrival.refusal is not None:
            raise arrival.refusal
        now = datetime.now(settings.zone)
        read = _read(settings, arrival, now=now)
    except OrderFileRefused as refusal:
        lines = list(_refused(refusal))
        is_whole = False
    else:
        lines = [*_taken(read, now=now), *_unnamed(settings, read), *_known(settings, arrival)]
        is_whole = not read.quarantined.height
    for line in lines:
        click.echo(line)
    ctx.exit(0 if is_whole else NOT_AS_IT_IS)


def _arrival(file: Path) -> Arrival:
    from pipelines.orders.inbox import look_at

    if file.name in ("", ".."):
        raise ConfigurationFault(f"{file} is a folder.", "Name an export that lies in it.")
    try:
        return look_at(file)
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigurationFault(f"There is no file {file}.", "Correct the path.") from None
    except OSError as error:
        raise ConfigurationFault(
            f"The file {shown(str(file))} cannot be looked at: {error.strerror}.",
            "Correct the path, or the permissions of its folder.",
        ) from None


def _read(settings: Settings, arrival: Arrival, *, now: datetime) -> OrderFile:
    import tempfile

    from pipelines.orders.intake import Intake
    from pipelines.orders.opening import ExportChanged

    mappings = load_policy(settings.recon_config).orders
    with tempfile.TemporaryDirectory(prefix="recon-") as folder, Intake(Path(folder)) as intake:
        try:
            return intake.read(
                arrival.name,
                arrival.export or b"",
                time_zone=settings.zone,
                mappings=mappings,
                control=arrival.control,
                taken_at=now,
            )
        except ExportChanged:
            raise ConfigurationFault(
                f"The file {arrival.name} changed while it was looked at.",
                "Wait until it is whole, and check it again.",
            ) from None


def _taken(file: OrderFile, *, now: datetime) -> Iterator[str]:
    problems = file.quarantined.height
    yield f"{file.name} would be taken in" + (" in part." if problems else ".")
    yield f"  layout      {file.layout}"
    yield f"  written as  {file.encoding}"
    yield f"  exported    {file.exported_on or 'on the date of the night that takes it in'}"
    yield f"  rows        {file.rows_received:,} orders in {file.lines_received:,} rows"
    for what, count in (
        ("accepted", file.accepted.height),
        ("repeated", file.repeats),
        ("set aside", file.aside),
        ("quarantined", problems),
    ):
        yield f"              {count:,} {what}"
    for place, (currency, total) in enumerate(sorted(file.totals.items())):
        yield f"  {'totals' if place == 0 else '':<10}  {currency} {total:,f}"
    yield from _hints(file, now=now)
    if problems:
        yield f"Problems ({problems:,}):"
        for row in file.quarantined.head(SHOWN_AT_MOST).iter_rows(named=True):
            yield f"  line {row['source_row']}: {row['reason']}"
        if problems > SHOWN_AT_MOST:
            yield f"  … and {problems - SHOWN_AT_MOST:,} more"
        yield "Correct them in the shop and export again, or map their words in recon.toml."


def _hints(file: OrderFile, *, now: datetime) -> Iterator[str]:
    """What is right by every rule, and yet may not be what somebody meant."""
    if not file.rows_received:
        yield (
            "It has a header and no rows: right for a day without orders, and what an export that"
            " failed looks like."
        )
    newest = max(str(file.accepted[at].max() or "") for at in ("placed_at", "paid_at"))
    if newest and datetime.fromisoformat(newest) > now + timedelta(days=1):
        yield f"A time in it, {newest}, has not come yet. It does not date the export: is it right?"
    references = file.accepted["transaction_ref"].drop_nulls()
    joined = references.filter(references.str.contains("+", literal=True))
    if joined.len():
        yield (
            f"{joined.len():,} transaction_ref {'has' if joined.len() == 1 else 'have'} a plus"
            f" within, such as {shown(joined[0])}, read as one reference: several stand with"
            ' " + " between them.'
        )


def _unnamed(settings: Settings, file: OrderFile) -> Iterator[str]:
    """A generic export that a mapping would read with its prefix, were it named otherwise."""
    for label, mapping in load_policy(settings.recon_config).orders.items():
        if mapping.files and mapping.layout == file.layout and not mapping.columns:
            yield (
                f"Its name does not fit {shown(mapping.files)}, so it is read without"
                f" [orders.{label}]: is that right?"
            )


def _known(settings: Settings, arrival: Arrival) -> Iterator[str]:
    from pipelines.orders.archive import OrderArchive

    for kept in OrderArchive(settings.places.orders_archive).files():
        if kept.digest == arrival.digest:
            yield f"The same bytes were taken in before as {kept.name}; again, they change nothing."


def _refused(refusal: OrderFileRefused) -> Iterator[str]:
    yield f"{refusal.name} would be refused."
    place = "" if refusal.line is None else f"line {refusal.line}: "
    yield f"  {place}{refusal.sentence}"
    yield f"  {refusal.remedy}"
    if refusal.header:
        from pipelines.orders.suggesting import suggested_mapping

        yield "A mapping in recon.toml could begin like this (see recon.example.toml):"
        yield from (f"  {line}" for line in suggested_mapping(refusal.header).splitlines())
