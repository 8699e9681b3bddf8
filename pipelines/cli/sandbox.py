"""`recon sandbox`: a local KuvarPay, served until stopped.

Belongs here: arguments. Stays out: the server (`pipelines.sandbox`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from pipelines.cli.nights import Day
from pipelines.faults import ConfigurationFault, ReconFault
from pipelines.partitions import business_date
from pipelines.settings import load_settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--days", type=click.IntRange(1), default=30, show_default=True)
@click.option("--orders-per-day", type=click.IntRange(0), default=200, show_default=True)
@click.option("--orders-dir", type=click.Path(path_type=Path), help="Where order exports go.")
@click.option("--start", type=Day(), help="First day of the book; default --days before today.")
@click.option("--clock", help="Stand still at this instant until the clock is moved.")
@click.option("--page-limit", type=click.IntRange(1), default=100, show_default=True)
@click.option(
    "--personality",
    multiple=True,
    metavar="NAME[=VALUE]",
    help="Differ from the contract: ignore_filters, cap_limit=50, envelope=bare, …; repeatable.",
)
@click.option("--rate-limit", type=click.IntRange(1), help="Requests a minute before a 429.")
@click.option("--business-id", help="Serve only this x-business-id.")
@click.option("--state", type=click.Path(path_type=Path), help="Keep the book in this file.")
def sandbox(
    *,
    host: str,
    port: int,
    seed: int,
    days: int,
    orders_per_day: int,
    orders_dir: Path | None,
    start: date | None,
    clock: str | None,
    page_limit: int,
    personality: tuple[str, ...],
    rate_limit: int | None,
    business_id: str | None,
    state: Path | None,
) -> None:
    """Serve a local KuvarPay with a book of trade behind it."""
    from pipelines.sandbox import (
        Manners,
        SandboxEnded,
        SandboxPlan,
        SandboxRefused,
        serve_forever,
    )

    settings = load_settings()
    try:
        serve_forever(
            SandboxPlan(
                seed=seed,
                days=days,
                orders_per_day=orders_per_day,
                start=start or _days_ago(days, settings.zone),
                timezone=settings.recon_timezone,
            ),
            host=host,
            port=port,
            clock=_instant(clock),
            manners=Manners(
                page_limit=page_limit,
                personality=personality,
                rate_per_minute=rate_limit,
                business_id=business_id,
            ),
            orders_dir=orders_dir,
            state=state,
        )
    except SandboxRefused as refused:
        raise ConfigurationFault(str(refused), "See `recon sandbox --help`.") from refused
    except SandboxEnded as ended:
        raise ReconFault(str(ended), "Start it again; with --state the book is kept.") from ended


def _days_ago(days: int, zone: ZoneInfo) -> date:
    """The first day of a book that ends yesterday; of absurd lengths the first there is."""
    today = business_date(datetime.now(UTC), zone)
    return today - timedelta(days=min(days, today.toordinal() - 1))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        # The second: an offset that leads out of the calendar.
        pass
    raise ConfigurationFault(
        f"--clock {text} is not an instant with offset.", "Write it as 2026-11-22T01:00:00Z."
    )
