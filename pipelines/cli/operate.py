"""`recon report`, `recon doctor`, `recon dev`: looking at what is there and what is set.

Belongs here: small commands of operators. Stays out: closing dates (`nights`).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import date

import click

from pipelines.cli.nights import Day
from pipelines.faults import ReconFault
from pipelines.settings import Settings, load_settings

FORMS = ("html", "csv", "json", "txt")
SECRETS = {"kuvarpay_api_key", "recon_smtp_password"}


@click.command()
@click.argument("name", type=click.Choice(["daily"]))
@click.option("--date", "day", type=Day(), required=True, help="The report's business date.")
@click.option(
    "--format",
    "forms",
    default="html",
    show_default=True,
    help=f"Comma list of {', '.join(FORMS)}.",
)
def report(*, name: str, day: date, forms: str) -> None:
    """Render a stored report again, byte for byte, and say where it is."""
    from pipelines.night.deliver import published_figures
    from reports.files import write_report

    settings = load_settings()
    wanted = [form.strip() for form in forms.split(",") if form.strip()]
    unknown = [form for form in wanted if form not in FORMS]
    if unknown or not wanted:
        raise click.BadParameter(f"choose from {', '.join(FORMS)}.", param_hint="--format")
    figures = published_figures(settings, name, day)
    for path in write_report(settings.places.root, figures, wanted):
        click.echo(path)


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Show the settings in force and try what they need: gateway, mail, disk, permissions."""
    settings = load_settings()
    in_force = dict(settings) | {
        "recon_data_dir": settings.places.root,
        "recon_orders_dir": settings.places.orders_inbox,
    }
    for name, value in in_force.items():
        shown = "set" if name in SECRETS and value else value
        click.echo(f"{name.upper():24} {'not set' if shown is None else shown}")
    click.echo("")
    failures = 0
    for subject, fault in _findings(settings):
        failures += bool(fault)
        click.echo(f"{'no ' if fault else 'yes'}  {subject}" + (f": {fault}" if fault else ""))
    ctx.exit(1 if failures else 0)


def _findings(settings: Settings) -> Iterator[tuple[str, str]]:
    """What was tried, and a sentence with the remedy where it failed."""
    yield "the policy can be read", _tried(lambda: _policy(settings))
    yield "the data directory can be written", _tried(lambda: _disk(settings))
    yield "the gateway answers and accepts the key", _tried(lambda: _gateway(settings))
    yield "mail can be sent", _tried(lambda: _mail(settings))


def _tried(attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except ReconFault as fault:
        return str(fault)
    except OSError as fault:
        return f"{fault.strerror or fault}. Check the path and its permissions."
    return ""


def _policy(settings: Settings) -> None:
    from pipelines.policy import load_policy

    load_policy(settings.recon_config)


def _disk(settings: Settings) -> None:
    from pipelines.warehouse.store import lay_out, require_free_space

    lay_out(settings.places)
    require_free_space(settings.places)


def _gateway(settings: Settings) -> None:
    """One harmless page of one row."""
    from pipelines.night.pull import probe_gateway

    probe_gateway(settings)


def _mail(settings: Settings) -> None:
    """An SMTP greeting, where one is configured."""
    import smtplib

    from pipelines.night.deliver import smtp_settings

    smtp = smtp_settings(settings)
    if smtp is not None:
        with smtplib.SMTP(smtp.host, smtp.port, timeout=10) as client:
            client.noop()


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
