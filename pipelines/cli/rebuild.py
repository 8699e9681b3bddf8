"""`recon rebuild`: the warehouse made again from what is kept, and compared with the former one.

Belongs here: what is printed. Stays out: rebuilding (`pipelines.night.rebuild`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pipelines.night.rebuild import Rebuilt


@click.command()
def rebuild() -> None:
    """Build the warehouse again from landing, order archive, actions and control chain."""
    from pipelines.definitions import contracts
    from pipelines.night.rebuild import rebuild as make_again

    made = make_again(load_settings(), contracts(), tell=lambda line: click.echo(f"  {line}"))
    for line in _lines(made):
        click.echo(line)


def _lines(made: Rebuilt) -> list[str]:
    """What was rebuilt, and whether it equals the file that was there."""
    told = [
        f"Rebuilt {made.tables} tables from {made.runs} runs; all {made.entries} entries of the "
        "control chain came out as recorded."
    ]
    if made.judged_anew:
        told[0] = (
            f"Rebuilt {made.tables} tables from {made.runs} runs. They were judged by other rules "
            f"then: {len(made.judged_anew)} results of {made.entries} entries are not as recorded."
        )
    if made.is_published_anew:
        told.append(f"Published again: snapshot {(made.snapshot_digest or '')[:12]}.")
    elif made.snapshot_digest:
        told.append(
            f"The published database is the one of snapshot {made.snapshot_digest[:12]}, and stays."
        )
    if not made.is_compared:
        told.append("There is no readable former file to compare with.")
    elif made.differences:
        told.append(f"It differs from the former file in {len(made.differences)} tables:")
        told += [f"  - {one}" for one in made.differences]
    else:
        told.append("It equals the former file, table by table.")
    if made.set_aside:
        told.append(f"The former file is kept as {made.set_aside.name}.")
    return told
