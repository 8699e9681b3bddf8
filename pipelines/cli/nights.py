"""`recon nightly` and `recon backfill`: closing business dates.

Belongs here: arguments and what a person reads afterwards.
Stays out: running (`running`) and the steps (`pipelines.night`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import click

from pipelines.partitions import DateRange, latest_closable
from pipelines.settings import Settings, load_settings


class Day(click.ParamType[date]):
    """A business date as YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """The date, or a refusal that shows the form."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-11-21.", param, ctx)


@click.command()
@click.option("--date", "day", type=Day(), help="The business date to close; default yesterday.")
@click.option("--sweep", is_flag=True, help="Read again everything that the gateway lists.")
@click.pass_context
def nightly(ctx: click.Context, day: date | None, *, sweep: bool) -> None:
    """Close one business date end to end, as the schedule does."""
    settings = load_settings()
    wanted = day or latest_closable(datetime.now(UTC), settings.zone)
    ctx.exit(close(settings, DateRange(wanted, wanted), kind="nightly", is_sweep=sweep))


@click.command()
@click.option("--from", "first", type=Day(), required=True, help="The first business date.")
@click.option("--to", "last", type=Day(), required=True, help="The last business date.")
@click.pass_context
def backfill(ctx: click.Context, first: date, last: date) -> None:
    """Close a range of business dates as one run, judged at one as-of."""
    ctx.exit(close(load_settings(), DateRange(first, last), kind="backfill"))


def close(settings: Settings, dates: DateRange, *, kind: str, is_sweep: bool = False) -> int:
    """Run the job over the range, print the verdict, and give the exit code."""
    from pipelines.cli.bars import standard_voices
    from pipelines.cli.running import run_range

    with standard_voices() as voices:
        outcome = run_range(
            settings,
            dates,
            kind=kind,
            tell=voices.tell,
            observer=voices.observer,
            is_sweep=is_sweep,
        )
    print_verdict(settings, outcome.verdict, outcome.reasons)
    return outcome.exit_code


def print_verdict(settings: Settings, verdict: str, reasons: tuple[str, ...]) -> None:
    """The verdict, why it is red, and where the results are."""
    from pipelines.night.stored import published_figures
    from reports.letters import daily_subject

    figures = published_figures(settings, "daily", None)
    places = settings.places
    click.echo(f"Verdict: {verdict}. {daily_subject(figures)}")
    for reason in reasons:
        click.echo(f"  - {reason}")
    click.echo(f"Report:   {places.reports / figures['business_date'] / 'daily.html'}")
    click.echo(f"Mail:     {places.outbox}")
    click.echo(f"Database: {places.published}")
