"""`recon dictionary`: the data dictionary of the published database.

Belongs here: printing it. Stays out: what it says (`pipelines.reading.dictionary`).
"""

from __future__ import annotations

import click

from pipelines.settings import load_settings


@click.command("dictionary")
def dictionary() -> None:
    """Print the data dictionary of the published database as Markdown.

    Every schema, table, view, macro and column with its type, its meaning, and the field of the
    gateway or column of an export that it comes from.
    """
    from pipelines.reading.dictionary import entries_of, markdown_of
    from pipelines.reading.snapshot import open_snapshot

    with open_snapshot(load_settings().places.published) as connection:
        entries = entries_of(connection)
    for line in markdown_of(entries):
        click.echo(line, nl=False)
