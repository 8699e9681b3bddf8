"""`recon dev`: the Dagster UI on loopback over this store, and the filed reports beside it.

Belongs here: starting both, and ending both together.
Stays out: how they run for a team (`pipelines/deploy`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import click

from pipelines.faults import ConfigurationFault
from pipelines.settings import PROJECT, load_settings

LOOPBACK = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(1, 65534), default=3000, show_default=True)
@click.pass_context
def dev(ctx: click.Context, port: int) -> None:
    """Open the Dagster UI on loopback over this store; the next port serves its reports."""
    from pipelines.cli.running import dagster_home

    settings = load_settings()
    home = dagster_home(settings)
    os.environ["RECON_DATA_DIR"] = str(settings.places.root)
    os.environ.setdefault("RECON_UI_URL", f"http://{LOOPBACK}:{port}")
    os.environ.setdefault("RECON_REPORTS_URL", f"http://{LOOPBACK}:{port + 1}")
    with served(settings.places.reports, port + 1) as reports:
        click.echo(f"Dagster UI on http://{LOOPBACK}:{port} over {home.parent}; Ctrl-C stops it.")
        click.echo(f"Reports on {reports}.")
        sys.stdout.flush()
        ctx.exit(_dagster(port))


@contextmanager
def served(folder: Path, port: int) -> Iterator[str]:
    """Serve a folder's files on loopback: a browser follows no link from a page to a file.

    Raises ConfigurationFault when the port is taken.
    """
    try:
        server = ThreadingHTTPServer((LOOPBACK, port), partial(_Files, directory=str(folder)))
    except OSError as taken:
        raise ConfigurationFault(
            f"Reports cannot be served on port {port}: {taken.strerror}.",
            "Give another --port; the reports take the one after it.",
        ) from taken
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
        """Tell nobody who read what."""


def _dagster(port: int) -> int:
    """Run `dagster dev` until it ends; a request to end is handed on as Ctrl-C, which it heeds."""
    command = [sys.executable, "-m", "dagster", "dev"]
    command += ["--workspace", str(PROJECT / "workspace.yaml")]
    command += ["--host", LOOPBACK, "--port", str(port)]
    # A script ignores Ctrl-C for what it starts in the background; Dagster would inherit that,
    # and SIGTERM is handed on to it as Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, cwd=PROJECT) as process:  # noqa: S603 - our own interpreter
        signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                # The terminal sent it to the child as well, which takes a while to end.
                continue
