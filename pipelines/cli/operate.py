"""`recon report`, `recon dev`: looking at what is there.

Belongs here: small commands of operators. Stays out: closing dates (`nights`), and trying out
what the settings name (`doctor`).
"""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date

import click

from pipelines.cli.nights import Day
from pipelines.partitions import instant_meant
from pipelines.settings import load_settings
from reports.kinds import NAMES

FORMS = ("html", "csv", "json", "txt")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("--date", "day", type=Day(), help="The report's business date.")
@click.option(
    "--as-of",
    "moment",
    metavar="INSTANT",
    help="The report of the last closing before this instant; a date alone is its end.",
)
@click.option(
    "--format",
    "forms",
    default="html",
    show_default=True,
    help=f"Comma list of {', '.join(FORMS)}.",
)
def report(*, name: str, day: date | None, moment: str | None, forms: str) -> None:
    """Render a stored report again, byte for byte, and say where it is.

    Give the business date, an instant, or both: then the report of that date must have been
    known at that instant.
    """
    from pipelines.night.deliver import published_figures
    from reports.files import write_report

    if day is None and moment is None:
        raise click.UsageError("Give --date DATE or --as-of INSTANT.")
    settings = load_settings()
    known_at = None if moment is None else instant_meant(moment, settings.zone)
    wanted = [form.strip() for form in forms.split(",") if form.strip()]
    unknown = [form for form in wanted if form not in FORMS]
    if unknown or not wanted:
        raise click.BadParameter(f"choose from {', '.join(FORMS)}.", param_hint="--format")
    figures = published_figures(settings, name, day, known_at=known_at)
    for path in write_report(settings.places.root, figures, wanted):
        click.echo(path)


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def dev(port: int) -> None:
    """Open the Dagster UI on loopback over this store."""
    from pipelines.cli.running import PROJECT, dagster_home

    settings = load_settings()
    home = dagster_home(settings.places)
    os.environ["RECON_DATA_DIR"] = str(settings.places.root)
    click.echo(f"Dagster UI on http://127.0.0.1:{port} over {home.parent}; Ctrl-C stops it.")
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "--workspace",
        str(PROJECT / "workspace.yaml"),
    ]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    sys.stdout.flush()
    os.chdir(PROJECT)
    os.execv(shutil.which(command[0]) or command[0], command)  # noqa: S606 - our own interpreter
