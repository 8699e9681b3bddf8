"""`recon report`: looking at what was delivered.

Belongs here: small commands of operators. Stays out: closing dates (`nights`), trying out what the
settings name (`doctor`), and the UI (`development`).
"""

from __future__ import annotations

from datetime import date

import click

from pipelines.cli.nights import Day
from pipelines.partitions import instant_meant
from pipelines.settings import load_settings
from reports.kinds import NAMES

FORMS = ("html", "pdf", "xlsx", "csv", "json", "txt")


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
    from pipelines.night.stored import published_figures
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
