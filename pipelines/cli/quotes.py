"""`recon quotes`: what transfers cost at this moment, asked between two nights.

Belongs here: what is printed, and the exit code. Stays out: asking (`pipelines.night.quotes`).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pipelines.night.quotes import Quoted


@click.command()
@click.pass_context
def quotes(ctx: click.Context) -> None:
    """Ask the gateway now what transfers cost, for every pair that a night asks for.

    Each answer becomes a row of its own beside those of the nights; no date is closed. Exits 3 when
    an answer stands in quarantine.
    """
    from pipelines.cli.bars import standard_voices
    from pipelines.definitions import contracts
    from pipelines.night.quotes import ask_for_quotes

    with standard_voices() as voices:
        quoted = ask_for_quotes(
            load_settings(),
            contracts(),
            now=lambda: datetime.now(UTC),
            tell=voices.tell,
            observer=voices.observer,
        )
    _show(quoted)
    ctx.exit(3 if quoted.refused else 0)


def _show(quoted: Quoted) -> None:
    """The answers as a table, the pairs without one, and when readers get the rows."""
    from pipelines.reading.formats import write_table
    from pipelines.reading.queries import Answer

    if quoted.rows:
        types = ("VARCHAR",) * len(quoted.columns)
        write_table(Answer(quoted.columns, types, iter(quoted.rows)), sys.stdout, limit=0)
    if quoted.unanswered:
        click.echo(f"{quoted.unanswered}.")
    if not quoted.rows and not quoted.unanswered:
        click.echo(
            "No pair to ask for: no payment of the last 14 days is known, and recon.toml names no "
            "[[quotes]]."
        )
    if quoted.rows:
        click.echo("Kept in the warehouse; the published database shows them with the next night.")
