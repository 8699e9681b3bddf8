"""`make prove` itself: sizes, what is remembered of a commit, and the lines at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
EXPERIMENTS = """
import os, pytest

@pytest.mark.seeds(small=2, full=4)
def test_seeds(seed):
    assert str(seed) != os.environ.get("BROKEN")

@pytest.mark.counts(small=5, full=50)
def test_counts(count):
    if os.environ.get("INTERRUPTED"):
        raise KeyboardInterrupt
    assert count in (5, 50)

def test_plain():
    pass
"""


@pytest.fixture
def prove(tmp_path: Path) -> Callable[..., str]:
    """Run pytest over a small committed project with the real conftest; gives what it printed."""
    tests = tmp_path / "tests"
    tests.mkdir()
    for name in ("conftest.py", "proving.py"):
        shutil.copy(TESTS / name, tests)
    (tests / "test_it.py").write_text(EXPERIMENTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\npythonpath = tests\n")
    (tmp_path / ".gitignore").write_text(".prove/\n__pycache__/\n.pytest_cache/\n")
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "It"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)

    def run(*options: str, **environment: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options],
            cwd=tmp_path,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    return run


def test_the_suite_runs_the_small_sizes_and_says_nothing_of_proof(
    prove: Callable[..., str],
) -> None:
    shown = prove()

    assert "4 passed" in shown
    assert "prove " not in shown


@pytest.mark.parametrize(
    ("options", "environment", "said"),
    [((), {"CI": ""}, "1 skipped"), ((), {"CI": "1"}, "1 error"), (("--full",), {}, "1 error")],
)
def test_a_missing_command_is_named_and_only_the_suite_does_without_it(
    prove: Callable[..., str],
    tmp_path: Path,
    options: tuple[str, ...],
    environment: dict[str, str],
    said: str,
) -> None:
    (tmp_path / "tests" / "test_it.py").write_text(
        "import pytest\n\n@pytest.mark.needs('no-such-one', no_such='its-package')\n"
        "def test_it():\n    pass\n"
    )
    shown = prove("-ra", *options, **environment)

    assert said in shown
    assert "This test uses no-such-one and no_such: install it" in shown
    assert "apt-get install no-such-one its-package." in shown


def test_an_experiment_without_a_small_size_says_who_runs_it(
    prove: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "tests" / "test_it.py").write_text(
        "import pytest\n\n@pytest.mark.seeds(small=0, full=2)\ndef test_it(seed):\n    pass\n"
    )
    assert "has no small size: `make prove` runs it." in prove("-ra")
    assert "2 passed" in prove("--full")


def test_an_experiment_that_is_interrupted_has_shown_nothing(prove: Callable[..., str]) -> None:
    shown = prove("--full", INTERRUPTED="1")

    assert "0 violations of 4, seeds 1 to 4" in shown
    assert "of 50" not in shown


def test_a_broken_seed_is_named_and_only_it_runs_again(prove: Callable[..., str]) -> None:
    first = prove("--full", BROKEN="3")
    again = prove("--full")

    assert "test_seeds: 1 violations of 4, seeds 1 to 4, violated by 3, commit " in first
    assert "test_counts: 0 violations of 50, commit " in first
    assert "2 passed, 4 deselected" in again
    assert "test_seeds: 0 violations of 4, seeds 1 to 4, commit " in again
    assert "test_counts: 0 violations of 50, commit " in again


def test_uncommitted_work_is_proved_but_not_remembered(
    prove: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("not committed")

    shown = [prove("--full"), prove("--full")]

    assert all("6 passed" in one and "with uncommitted changes" in one for one in shown)
    assert not (tmp_path / ".prove").exists()
