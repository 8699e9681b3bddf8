"""Whole stories told to the sandbox with nothing but curl, each checking its own figures."""

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from pipelines.sandbox import SandboxPlan, SandboxServer

HERE = Path(__file__).parent
STORIES = sorted(file.stem for file in HERE.glob("*.sh") if file.stem != "asking")
NINE = 9
pytestmark = pytest.mark.needs("bash", "curl")


@pytest.fixture
def tell() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Tells one story to a fresh sandbox; `before` may spoil it first."""

    def told(
        story: str,
        *,
        seed: int = 7,
        transcript: Path | None = None,
        before: Callable[[str], object] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        plan = SandboxPlan(start=date(2026, 10, 24), days=1, orders_per_day=0, seed=seed)
        with SandboxServer(plan, clock=datetime(2026, 10, 24, 9, tzinfo=UTC)) as server:
            if before is not None:
                before(server.url)
            return subprocess.run(
                ["bash", str(HERE / f"{story}.sh"), server.url],
                env={
                    **os.environ,
                    **({} if transcript is None else {"TRANSCRIPT": str(transcript)}),
                },
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

    return told


def test_every_story_is_there():
    assert len(STORIES) == NINE


@pytest.mark.parametrize("story", STORIES)
def test_a_story_goes_as_told(tell, story):
    done = tell(story)
    assert done.returncode == 0, done.stderr + done.stdout


def test_a_story_notices_a_wrong_figure(tell):
    def dearer(url: str) -> object:
        return httpx.put(f"{url}/_sandbox/terms", json={"fee_percent": "2"})

    done = tell("exact_payment", before=dearer)
    assert done.returncode == 1
    assert "fee is '100.00', not '50.00'" in done.stderr


@pytest.mark.parametrize("story", ["overpayment_with_refund", "monthly_subscription"])
def test_the_same_seed_answers_byte_by_byte_the_same_and_another_differs(tell, tmp_path, story):
    files = {name: tmp_path / name for name in ("one", "two", "other")}
    for name, file in files.items():
        tell(story, transcript=file, seed=8 if name == "other" else 7)
    one, two, other = (file.read_bytes() for file in files.values())
    assert one == two
    assert one != other
