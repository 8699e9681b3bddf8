"""`recon exceptions`: the work on breaks, one by one or through a workbook.

Belongs here: arguments and what is printed. Stays out: what may be decided (`pipelines.night`), and
the workbook (`pipelines.reading.worklist`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.person import carry_out, reasoned, words_of
from pipelines.faults import ConfigurationFault
from pipelines.partitions import instant_meant
from pipelines.settings import load_settings

if TYPE_CHECKING:
    import duckdb

    from pipelines.reading.exceptions import Wanted
    from pipelines.warehouse.decisions import Decision

STATES = ("open", "assigned", "waiting", "reopened", "resolved", "written_off", "auto_resolved")
_FORMATS = ("table", "csv", "json")


@click.group()
def exceptions() -> None:
    """Work on breaks: who does what about which of them, and why."""


def filtered(command: Any) -> Any:
    """Give a command the options that choose breaks."""
    for option in (
        click.option("--assignee", metavar="NAME", help="Only breaks given to NAME."),
        click.option(
            "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Only this business date."
        ),
        click.option("--code", metavar="CODE", help="Only breaks with this code."),
        click.option(
            "--state",
            "states",
            type=click.Choice([*STATES, "all"]),
            multiple=True,
            help="Only this state, or all of them; default: those that are not over.",
        ),
    ):
        command = option(command)
    return command


def _wanted(
    states: tuple[str, ...], code: str | None, day: datetime | None, assignee: str | None
) -> Wanted:
    from pipelines.reading.exceptions import OPEN, Wanted

    return Wanted(
        states=None if "all" in states else states or OPEN,
        code=code.upper() if code else None,
        business_date=day.date() if day else None,
        assignee=assignee,
    )


@exceptions.command("list")
@filtered
@click.option(
    "--as-of",
    "moment",
    metavar="INSTANT",
    help="As the last closing before this instant told them; a date alone is its end.",
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option(
    "--limit", type=click.IntRange(min=0), default=100, show_default=True, help="0 shows all."
)
def list_exceptions(
    *,
    states: tuple[str, ...],
    code: str | None,
    day: datetime | None,
    assignee: str | None,
    moment: str | None,
    form: str,
    limit: int,
) -> None:
    """List breaks, most severe first."""
    from pipelines.reading.exceptions import exceptions_in, listed
    from pipelines.reading.formats import write
    from pipelines.reading.snapshot import open_snapshot

    settings = load_settings()
    wanted = _wanted(states, code, day, assignee)
    if moment is not None:
        wanted = replace(wanted, as_of=instant_meant(moment, settings.zone))
    with open_snapshot(settings.places.published) as published:
        rows = exceptions_in(published, wanted)
    write(listed(rows), sys.stdout, form=form, limit=limit)


@exceptions.command()
@click.argument("break_id", metavar="BREAK_ID")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def show(*, break_id: str, form: str) -> None:
    """Show one break and everything that people did about it."""
    from pipelines.reading.cells import json_value, screen_text
    from pipelines.reading.exceptions import actions_on, exceptions_on, with_amounts_as_text
    from pipelines.reading.snapshot import open_snapshot

    with open_snapshot(load_settings().places.published) as published:
        found = exceptions_on(published, [break_id])
        actions = actions_on(published, break_id)
    if not found:
        raise ConfigurationFault(
            f"There is no break {break_id}.", "See `recon exceptions list --state all`."
        )
    row = with_amounts_as_text(found[0])
    if form == "json":
        click.echo(json.dumps({**json_value(row), "actions": json_value(actions)}, indent=2))
        return
    for name, value in row.items():
        if value not in (None, "", []):
            click.echo(f"{name.ljust(16)}  {screen_text(value)}")
    for action in actions:
        to = f" to {action['assignee']}" if action["assignee"] else ""
        click.echo(
            screen_text(
                f"{action['decided_at']:%Y-%m-%d %H:%M} UTC  {action['verb'].replace('_', ' ')}{to}"
                f", by {action['decided_by']}: {action['reason']}"
            )
        )
    click.echo(f"The evidence: recon explain {break_id}")


def _decide(
    verb: str,
    break_ids: Sequence[str],
    reason: str,
    *,
    by: str | None,
    assignee: str | None = None,
) -> int:
    from pipelines.night.deciding import Asked, on_breaks, one_line
    from pipelines.policy import load_policy

    why, who = words_of(reason, by)
    to = None if assignee is None else one_line(assignee, "name to assign to")
    settings = load_settings()
    limits = load_policy(settings.recon_config).write_off
    asked = [
        Asked(verb=verb, break_id=break_id, reason=why, by=who, assignee=to)
        for break_id in dict.fromkeys(break_ids)
    ]

    def decide(published: duckdb.DuckDBPyConnection) -> list[Decision]:
        return on_breaks(published, asked, limits=limits)

    return carry_out(decide, settings=settings)


def _command(name: str, verb: str, help_text: str) -> None:
    """Add one of the commands that differ in nothing but what they do."""

    @exceptions.command(name, help=help_text)
    @click.argument("break_ids", metavar="BREAK_ID...", nargs=-1, required=True)
    @reasoned
    @click.pass_context
    def command(
        ctx: click.Context, *, break_ids: tuple[str, ...], reason: str, by: str | None
    ) -> None:
        ctx.exit(_decide(verb, break_ids, reason, by=by))


_command("note", "note", "Write a note about breaks; their state stays.")
_command("wait", "wait", "Say that breaks wait for somebody else's answer.")
_command("resolve", "resolve", "Resolve breaks: explained, nothing is booked.")
_command("write-off", "write_off", "Write breaks off, each within the limit of recon.toml.")
_command("reopen", "reopen", "Take back that breaks were resolved or written off.")


@exceptions.command()
@click.argument("break_ids", metavar="BREAK_ID...", nargs=-1, required=True)
@click.option("--to", "assignee", required=True, metavar="NAME", help="Who works on them.")
@reasoned
@click.pass_context
def assign(
    ctx: click.Context, *, break_ids: tuple[str, ...], assignee: str, reason: str, by: str | None
) -> None:
    """Give breaks to somebody."""
    ctx.exit(_decide("assign", break_ids, reason, by=by, assignee=assignee))


@exceptions.command("export")
@click.option("--xlsx", type=click.Path(path_type=Path), help="Write a workbook.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write a CSV file.")
@filtered
def export_exceptions(
    *,
    xlsx: Path | None,
    csv_file: Path | None,
    states: tuple[str, ...],
    code: str | None,
    day: datetime | None,
    assignee: str | None,
) -> None:
    """Write breaks to a file that people edit and `recon exceptions import` takes in.

    Fill in action, and assign_to, reason and by where they apply. All other columns are locked.
    An existing file is never overwritten.
    """
    from pipelines.cli.quarantine import write_new
    from pipelines.reading.exceptions import exceptions_in
    from pipelines.reading.snapshot import open_snapshot
    from pipelines.reading.worklist import as_csv, as_workbook

    path = xlsx or csv_file
    if path is None or (xlsx and csv_file):
        raise click.UsageError("Give either --xlsx FILE or --csv FILE.")
    with open_snapshot(load_settings().places.published) as published:
        rows = exceptions_in(published, _wanted(states, code, day, assignee))
    write_new(path, as_workbook(rows) if xlsx else as_csv(rows))
    click.echo(
        f"{len(rows):,} {'break' if len(rows) == 1 else 'breaks'} written to {path}. Fill in "
        f"action and reason, then: recon exceptions import {path}"
    )


@exceptions.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--by", metavar="NAME", help="Who decided, where the column by is empty.")
@click.pass_context
def import_exceptions(ctx: click.Context, *, file: Path, by: str | None) -> None:
    """Take in a file of `recon exceptions export` that people have edited: all of it or nothing.

    Rows without an action are left alone. A row whose break has changed since the export is
    refused; a row that was taken in before is left alone, so that the same file twice acts once.
    """
    from pipelines.cli.person import this_user
    from pipelines.night.deciding import one_line
    from pipelines.night.importing import decisions_in, read_worklist
    from pipelines.policy import load_policy

    settings = load_settings()
    who = one_line(this_user() if by is None else by, "name")
    rows = read_worklist(file)
    limits = load_policy(settings.recon_config).write_off
    told: list[str] = []

    def decide(published: duckdb.DuckDBPyConnection) -> list[Decision]:
        imported = decisions_in(published, rows, by=who, limits=limits)
        told.append(imported.summary)
        return imported.decisions

    code = carry_out(decide, settings=settings) if rows else 0
    click.echo(told[0] if told else "No row of the file has an action; nothing was changed.")
    ctx.exit(code)
