"""The command line: `recon`, one module a group of commands.

Belongs here: arguments, what is printed, exit codes. Heavy libraries are imported by the command
that needs them, so that `recon --help` answers at once.
Stays out: everything a command does.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from pipelines.cli.ask import ask
from pipelines.cli.demo import demo
from pipelines.cli.development import dev
from pipelines.cli.dictionary import dictionary
from pipelines.cli.doctor import doctor
from pipelines.cli.exceptions import exceptions
from pipelines.cli.explain import explain
from pipelines.cli.exporting import export
from pipelines.cli.matches import matches
from pipelines.cli.nights import backfill, nightly
from pipelines.cli.operate import report
from pipelines.cli.orders import orders
from pipelines.cli.policy import policy
from pipelines.cli.quotes import quotes
from pipelines.cli.rebuild import rebuild
from pipelines.cli.sandbox import sandbox
from pipelines.cli.verify import verify
from pipelines.faults import ReconFault


class Recon(click.Group):
    """A group that turns faults into one sentence on stderr and the exit code they carry."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; `--debug` lets the traceback through."""
        try:
            return super().invoke(ctx)
        except ReconFault as fault:
            if ctx.params.get("debug"):
                raise
            click.echo(f"recon: {fault.sentence} {fault.remedy}", err=True)
            ctx.exit(fault.exit_code)


@click.group(cls=Recon, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(debug: bool) -> None:
    """Reconcile KuvarPay payments against a shop's own orders, every night."""
    if not debug:
        sys.tracebacklimit = 20


for command in (
    demo,
    sandbox,
    nightly,
    backfill,
    quotes,
    report,
    ask,
    dictionary,
    export,
    explain,
    exceptions,
    matches,
    orders,
    policy,
    verify,
    rebuild,
    doctor,
    dev,
):
    main.add_command(command)
