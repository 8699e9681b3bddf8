"""`recon demo`: the whole product on an embedded sandbox, with nothing configured.

Belongs here: laying out a month of trade and closing it as a team would.
Stays out: the sandbox, the job, and what the report shows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import click
from pydantic import SecretStr

from pipelines.faults import ConfigurationFault
from pipelines.partitions import DateRange, cut_off, latest_closable
from pipelines.settings import Settings, load_settings

NIGHTS = 3
PULLED_AFTER = timedelta(hours=2)
MARK = ".recon-demo"
POLICY = """# The demo's policy: one fee of 1.0 % on every payment.
[[fees]]
from = 2000-01-01
percent = "1.0"
tolerance = "0.01"
"""


@click.command()
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@click.option("--orders-per-day", type=click.IntRange(1, 100_000), default=200, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--data-dir", type=click.Path(path_type=Path), help="Default: RECON_DATA_DIR.")
@click.pass_context
def demo(
    ctx: click.Context, *, days: int, orders_per_day: int, seed: int, data_dir: Path | None
) -> None:
    """Show the whole product: a month of trade, reconciled, reported and mailed."""
    from pipelines.cli.bars import standard_voices
    from pipelines.cli.nights import print_verdict
    from pipelines.cli.running import run_range
    from pipelines.sandbox import SandboxPlan, SandboxServer

    known = load_settings()
    root = _fresh(data_dir or known.recon_data_dir)
    last = latest_closable(datetime.now(UTC), known.zone)
    start = last - timedelta(days=days - 1)
    plan = SandboxPlan(
        seed=seed,
        days=days,
        orders_per_day=orders_per_day,
        start=start,
        timezone=known.recon_timezone,
    )
    closings = list(_closings(start, last))
    click.echo(f"A book of {days} days with {orders_per_day} orders a day, {start} to {last}.")
    with SandboxServer(
        plan,
        clock=_pulled_at(closings[0], known),
        orders_dir=root / "orders" / "inbox",
        truth_file=root / "truth.json",
    ) as server:
        settings = _settings(known, root, url=server.url, start=start)
        for dates in closings:
            _move_clock(server.url, _pulled_at(dates, known))
            kind = "nightly" if dates.first == dates.last else "backfill"
            click.echo(f"Closing {_words(dates)} …")
            with standard_voices() as voices:
                outcome = run_range(
                    settings, dates, kind=kind, tell=voices.tell, observer=voices.observer
                )
    print_verdict(settings, outcome.verdict, outcome.reasons)
    ctx.exit(outcome.exit_code)


def _fresh(root: Path) -> Path:
    """An empty data directory; a former demo's is replaced, anything else is left alone."""
    root = root.absolute()
    if root.exists() and not (root / MARK).exists() and any(root.iterdir()):
        raise ConfigurationFault(
            f"{root} holds something else than a former demo.",
            "Give an empty folder with --data-dir.",
        )
    if root.exists():
        shutil.rmtree(root)
    root.mkdir(mode=0o700, parents=True)
    (root / MARK).touch()
    (root / "recon.toml").write_text(POLICY, encoding="utf-8")
    return root


def _closings(start: date, last: date) -> Iterator[DateRange]:
    """All but the last three days in one run, then these three as nights."""
    nights = [last - timedelta(days=back) for back in reversed(range(NIGHTS))]
    if nights[0] > start:
        yield DateRange(start, nights[0] - timedelta(days=1))
    yield from (DateRange(night, night) for night in nights if night >= start)


def _pulled_at(dates: DateRange, settings: Settings) -> datetime:
    return cut_off(dates.last, settings.zone) + PULLED_AFTER


def _settings(known: Settings, root: Path, *, url: str, start: date) -> Settings:
    """Settings of the demo: its own folder, policy and gateway, mails kept as files."""
    return known.model_copy(
        update={
            "kuvarpay_base_url": url,
            "kuvarpay_api_key": SecretStr("rsp_test_demo"),
            "kuvarpay_business_id": None,
            "kuvarpay_auth_style": "authorization",
            "recon_data_dir": root,
            "recon_orders_dir": None,
            "recon_config": root / "recon.toml",
            "recon_first_date": min(known.recon_first_date, start),
            "recon_smtp_url": None,
        }
    )


def _move_clock(url: str, instant: datetime) -> None:
    request = Request(  # noqa: S310 - the URL is the sandbox just started on loopback
        f"{url}/_sandbox/clock",
        data=json.dumps({"now": instant.isoformat()}).encode(),
        headers={"content-type": "application/json"},
        method="PUT",
    )
    with urlopen(request, timeout=600) as answer:  # noqa: S310
        answer.read()


def _words(dates: DateRange) -> str:
    if dates.first == dates.last:
        return f"the night of {dates.last}"
    return f"{dates.first} to {dates.last} in one run"
