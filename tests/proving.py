"""What `make prove` keeps and says: every experiment's violations, seeds and commit.

Belongs here: the memory in `.prove/`, one file a commit, by which an interrupted run goes on, and
the lines at the end. Stays out: the sizes of experiments, which stand at the tests.
A tree with uncommitted changes is proved all the same, but nothing of it is remembered.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

SIZES = {"seed": "seeds", "count": "counts"}


@dataclass(frozen=True)
class Result:
    """One run of an experiment, at one seed or at one count."""

    nodeid: str
    argument: str
    value: int
    held: bool

    @property
    def experiment(self) -> str:
        return self.nodeid.partition("[")[0]


class Proof:
    """A pytest plugin of one session with --full."""

    def __init__(self, config: pytest.Config) -> None:
        root = config.rootpath
        self._is_worker = hasattr(config, "workerinput")
        commit = _git(root, "rev-parse", "--short=12", "HEAD")
        self._is_clean = commit is not None and not _git(root, "status", "--porcelain")
        self._commit = commit or "unknown"
        self._file = root / ".prove" / self._commit
        self._results: dict[str, Result] = {}

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Note on every experiment what it is; leave out what this commit has passed already."""
        passed = self._passed()
        done: list[pytest.Item] = []
        for item in items:
            size = _size_of(item)
            if size is not None:
                item.user_properties.append(size)
                if item.nodeid in passed:
                    done.append(item)
                    self._results[item.nodeid] = Result(item.nodeid, *size, held=True)
        if done:
            items[:] = [item for item in items if item not in done]
            config.hook.pytest_deselected(items=done)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in one phase of a test; any phase that fails is a violation."""
        sizes = [(name, value) for name, value in report.user_properties if name in SIZES]
        if self._is_worker or not sizes or (report.when == "setup" and report.passed):
            # What was only prepared, and then interrupted, has shown nothing.
            return
        name, value = sizes[0]
        before = self._results.get(report.nodeid)
        held = not report.failed and (before is None or before.held)
        self._results[report.nodeid] = Result(report.nodeid, name, int(str(value)), held)
        if held and report.when == "teardown":
            self._remember(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("experiments at full count")
        for line in self._lines():
            terminalreporter.write_line(line)

    def _lines(self) -> Iterator[str]:
        at = self._commit + ("" if self._is_clean else " with uncommitted changes")
        results = sorted(self._results.values(), key=lambda one: (one.experiment, one.value))
        for experiment, group in groupby(results, key=lambda one: one.experiment):
            yield f"prove {experiment}: {_verdict(list(group))}, commit {at}"

    def _passed(self) -> frozenset[str]:
        if not self._is_clean or not self._file.exists():
            return frozenset()
        return frozenset(self._file.read_text(encoding="utf-8").splitlines())

    def _remember(self, nodeid: str) -> None:
        if self._is_clean:
            self._file.parent.mkdir(exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(f"{nodeid}\n")


def _size_of(item: pytest.Item) -> tuple[str, int] | None:
    """The argument and value of an experiment, None for any other test."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    for argument, marker in SIZES.items():
        if argument in parameters and item.get_closest_marker(marker) is not None:
            return argument, parameters[argument]
    return None


def _verdict(results: Sequence[Result]) -> str:
    broken = [result.value for result in results if not result.held]
    if results[0].argument == "count":
        return f"{'at least 1 violation' if broken else '0 violations'} of {results[0].value}"
    seeds = f"seeds {results[0].value} to {results[-1].value}"
    failing = f", violated by {', '.join(map(str, broken))}" if broken else ""
    return f"{len(broken)} violations of {len(results)}, {seeds}{failing}"


def _git(root: Path, *words: str) -> str | None:
    """What git says, None where there is no git or no repository."""
    try:
        asked = subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip()
