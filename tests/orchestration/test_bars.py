"""What a terminal shows of a pull, on a real pseudo-terminal, and what a pipe gets instead."""

from __future__ import annotations

import os
import re
import select
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TextIO

import pytest

from pipelines.cli.bars import standard_voices
from pipelines.gateway.walk import Reached
from pipelines.night.progress import observed


@dataclass
class Terminal:
    """A pseudo-terminal of 100 columns, and what it was given to show."""

    screen: TextIO
    descriptor: int
    text: str = ""

    def shown(self) -> str:
        """Everything written so far, less colours and movements of the cursor."""
        while select.select([self.descriptor], [], [], 0)[0]:
            self.text += os.read(self.descriptor, 1 << 16).decode()
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.text)

    def wait_for(self, pattern: str) -> None:
        """Wait until the pattern was shown, at most for a hundred refreshes."""
        for _ in range(100):
            if re.search(pattern, self.shown()):
                return
            assert select.select([self.descriptor], [], [], 10)[0], self.text
        pytest.fail(f"never shown: {pattern}")

    def take(self, *streams: str, patch: pytest.MonkeyPatch) -> None:
        """Let the standard streams of these names be this terminal."""
        for stream in streams:
            patch.setattr(sys, stream, self.screen)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    far, near = os.openpty()
    with os.fdopen(near, "w") as screen:
        yield Terminal(screen, far)
    os.close(far)


def pull_two_streams() -> None:
    """One list whose declared total is too low, and one stream by id that breaks off."""
    with standard_voices() as voices:
        with observed("plans", voices.observer, lambda: 2) as tally:
            tally.part("window 1 of 1")
            tally.reach(Reached(received=7, seen=7, declared_total=10))
            tally.reach(Reached(received=7, seen=14, declared_total=10))
        with suppress(OSError), observed("prices", voices.observer, lambda: 1) as tally:
            tally.part("by id", "ids", expected=2)
            tally.answer(1)
            raise OSError


def test_a_terminal_gets_a_bar_a_stream_and_no_lines(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.take("stdout", "stderr", patch=monkeypatch)

    pull_two_streams()

    plans, prices = terminal.shown().split("\r\n")[:2]
    assert re.search(r"plans +━+ 14 rows  [\d,]+ rows/s  0\.\d s *$", plans)
    assert re.search(r"prices +━+ 1 row  [\d,]+ rows/s  0\.\d s  broken off *$", prices)
    assert " requests" not in terminal.shown()


def test_a_bar_says_what_is_left_and_believes_no_total_that_was_passed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.take("stdout", "stderr", patch=monkeypatch)

    with standard_voices() as voices, observed("plans", voices.observer, lambda: 2) as tally:
        tally.part("window 1 of 1")
        tally.reach(Reached(received=7, seen=7, declared_total=10))
        terminal.wait_for("7 rows  .*  3 rows left  window 1 of 1")
        tally.reach(Reached(received=7, seen=14, declared_total=10))
        terminal.wait_for("14 rows  [0-9,]+ rows/s  window 1 of 1")


@pytest.mark.parametrize("on_terminal", [[], ["stderr"]], ids=["nobody", "somebody"])
def test_a_file_gets_the_same_lines_whoever_looks_on(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    on_terminal: list[str],
) -> None:
    terminal.take(*on_terminal, patch=monkeypatch)

    pull_two_streams()

    answers, errors = capfd.readouterr()
    plans, prices = answers.splitlines()
    assert re.fullmatch(r"  plans: 14 rows in 2 requests, 0\.\d s, [\d,]+ rows/s", plans)
    assert prices.endswith("rows/s, broken off")
    assert errors == ""
    assert ("━" in terminal.shown()) == bool(on_terminal)


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    terminal.take("stdout", "stderr", patch=monkeypatch)

    pull_two_streams()

    lines = terminal.shown().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["  plans", "  prices"]
