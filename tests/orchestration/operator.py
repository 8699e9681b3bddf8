"""What an operator sees and does in the real UI: pages in Chromium, over a real daemon and sandbox.

Belongs here: starting all of it, and the moves of a hand. Stays out: what must come of them.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from pipelines.sandbox import SandboxServer

ROOT = Path(__file__).parents[2]
LOCATION = "locations/pipelines.definitions"
RUNS = """
query Runs {
  runsOrError { ... on Runs { results { runId status tags { key value } } } }
}
"""


@dataclass
class Operator:
    """A page of the UI, the store behind it, and where screenshots go."""

    page: Page
    url: str
    data: Path
    pictures: Path

    def open(self, path: str) -> None:
        self.page.goto(f"{self.url}/{path}")

    def picture(self, name: str) -> None:
        self.page.screenshot(path=str(self.pictures / f"{name}.png"))

    def switch_on(self, path: str) -> None:
        """Put the switch of a schedule or sensor on, and wait until it is."""
        self.open(f"{LOCATION}/{path}")
        switch = self.page.locator("tr", has_text="Running").locator("input[type=checkbox]")
        switch.wait_for(state="attached")
        if not switch.is_checked():
            self.page.locator("tr", has_text="Running").locator("label").click()
        wait_until(switch.is_checked)

    def materialize(self, first: str, last: str) -> None:
        """Launch all assets of the nightly job over a range of partitions, as a hand does."""
        self.open(f"{LOCATION}/jobs/nightly")
        self.page.get_by_role("button", name="Materialize all").click()
        self.page.get_by_role("button", name="Custom", exact=True).click()
        box = self.page.get_by_role("textbox").last
        days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
        told = self.page.get_by_text(re.compile(f"^{days} partitions?$"))
        launch = self.page.get_by_role("button", name="Launch")

        def chosen() -> bool:
            # What is written before the partitions are known is forgotten.
            box.fill(f"[{first}...{last}]")
            box.press("Enter")
            self.page.wait_for_timeout(1_000)
            return told.count() > 0 and launch.is_enabled()

        wait_until(chosen)
        launch.click()
        launch.wait_for(state="detached")

    def runs(self) -> list[dict[str, Any]]:
        """All runs, newest first: id, status and tags."""
        answer = httpx.post(f"{self.url}/graphql", json={"query": RUNS}, timeout=60).json()
        return [
            {**run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}}
            for run in answer["data"]["runsOrError"]["results"]
        ]

    def finished(self, count: int) -> dict[str, Any]:
        """The newest of so many runs, once it has ended."""
        wait_until(
            lambda: (
                len(runs := self.runs()) == count and runs[0]["status"] in {"SUCCESS", "FAILURE"}
            )
        )
        return self.runs()[0]

    def mails(self) -> list[str]:
        return sorted(path.name for path in (self.data / "outbox").glob("*.eml"))


def wait_until(holds: Callable[[], bool], *, seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.5)


@contextmanager
def at_work(root: Path, server: SandboxServer, **settings: str) -> Iterator[Operator]:
    """An operator before the UI that `recon dev` opens over a new store."""
    port = _free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(root),
        "KUVARPAY_BASE_URL": server.url,
        "KUVARPAY_API_KEY": "rsp_test_key",
        "RECON_DATA_DIR": str(root / "data"),
        **settings,
    }
    command = [sys.executable, "-m", "pipelines", "dev", "--port", str(port)]
    with (root / "dev.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_go_to_the_background,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: _answers(url))
            with _chromium() as page:
                yield Operator(page, url, root / "data", root)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)


def _go_to_the_background() -> None:
    """Ignore Ctrl-C, as `nohup recon dev &` in a script does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _chromium() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1500, "height": 1100})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/server_info", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _free_port() -> int:
    """A port whose neighbour is most likely free too."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port
