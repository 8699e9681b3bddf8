"""`recon doctor`: the settings in force, what they name tried out, and what the gateway honours.

Belongs here: the order of things, printing, the exit code. Stays out: the attempts (`findings`)
and the wording of what was found out about the gateway (`honoured`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

import click

from pipelines.faults import ConfigurationFault
from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.cli.findings import Finding
    from pipelines.cli.honoured import Line
    from pipelines.gateway.manners import Manners

SECRETS = {"kuvarpay_api_key", "recon_smtp_password"}
ADDRESSES = {"kuvarpay_base_url", "recon_smtp_url"}


@click.command()
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Show the settings in force, try what they name, and see what the gateway honours.

    Asks the gateway a dozen harmless GETs, sends no mail, and keeps what was found for the pull.
    """
    from pipelines.cli.findings import machine_findings, mail_finding, outbox_finding

    settings = load_settings()
    for name, value in _in_force(settings):
        click.echo(f"{name:24} {value}")
    for line in _routes(settings):
        click.echo(line)
    click.echo("")
    failures = sum(map(_say, machine_findings(settings)))
    manners, told = _ask_gateway(settings)
    failures += sum(map(_say, (*told, mail_finding(settings), outbox_finding(settings))))
    if manners is not None:
        from pipelines.cli.honoured import table_of

        click.echo("")
        write_table(table_of(manners), sys.stdout)
    ctx.exit(1 if failures else 0)


def _in_force(settings: Settings) -> Iterator[tuple[str, object]]:
    """Every variable and its value, secrets masked."""
    values = dict(settings) | {
        "recon_data_dir": settings.places.root,
        "recon_orders_dir": settings.places.orders_inbox,
    }
    for name, value in values.items():
        shown = "set" if name in SECRETS and value else value
        if name in ADDRESSES and value:
            shown = _without_login(str(value))
        yield name.upper(), "not set" if shown is None else shown


def _routes(settings: Settings) -> Iterator[str]:
    """Who gets what, where recon.toml says so; a broken file is a finding further down."""
    from pipelines.policy import load_policy

    try:
        routes = load_policy(settings.recon_config).reports.route
    except ConfigurationFault:
        return
    for route in routes:
        forms = f", with {', '.join(route.attach)}" if route.attach else ""
        due = "" if route.when == "always" else ", only when red"
        reports = ", ".join(route.reports)
        yield f"{'route ' + route.name:24} {reports} to {', '.join(route.to)}{forms}{due}"


def _without_login(address: str) -> str:
    """An address without what stands before its host: a user, and maybe a password."""
    login, at, host = address.rpartition("@")
    scheme, separator, _ = login.partition("://")
    return f"{scheme if separator else ''}{separator}***@{host}" if at else address


def _say(finding: Finding) -> bool:
    """Print a finding; whether it is a failure."""
    from pipelines.reading.cells import screen_text

    mark = "no" if finding.fault else "yes" if finding.is_shown else "?"
    told = finding.fault or finding.note
    click.echo(f"{mark:4} {finding.subject}" + (f": {screen_text(told)}" if told else ""))
    return bool(finding.fault)


def _ask_gateway(settings: Settings) -> tuple[Manners | None, list[Finding]]:
    """What the gateway honours, remembered for the pull, and the findings on the way to it."""
    from pipelines.cli.findings import auth_finding, clock_finding, tried
    from pipelines.gateway.manners import FILE, keep_manners
    from pipelines.gateway.probing import probe
    from pipelines.night.frame import gateway_of

    asked: list[Manners] = []

    def ask() -> str:
        asked.append(probe(gateway_of(settings)))
        return f"{asked[0].requests} GETs"

    reached = tried("the gateway answers and accepts the key", ask)
    if not asked:
        return None, [reached]
    (manners,) = asked

    def keep() -> str:
        keep_manners(settings.places, manners)
        return f"control/{FILE}"

    kept = tried("what the gateway honours is kept for the pull", keep)
    return manners, [auth_finding(settings, manners, reached=reached), clock_finding(manners), kept]


def write_table(lines: list[Line], out: TextIO) -> None:
    """A table on a terminal; elsewhere plain lines, nothing of them cut or folded."""
    from pipelines.cli.honoured import HEAD

    if not out.isatty():
        widths = [max(len(line[place]) for line in (HEAD, *lines)) for place in range(2)]
        for subject, found, done in (HEAD, *lines):
            out.write(f"{subject:{widths[0]}}  {found:{widths[1]}}  {done}\n")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*HEAD, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for line in lines:
        table.add_row(*map(Text, line))
    Console(file=out, highlight=False).print(table)
