"""The prompt in a terminal: history, completion, lines of one statement, and Ctrl-C."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.cli.completing import names_for
from pipelines.reading.dictionary import Entry
from pipelines.settings import Places

PROJECT = Path(__file__).parents[2]
UP, TAB, ENTER, CTRL_C, CTRL_D = "\x1b[A", "\t", "\r", "\x03", "\x04"
ASK = "from pipelines.cli.ask import ask; ask()"
PROMPT = "recon>"
ENDLESS = "select count(*) from range(1000000000) as a, range(1000000000) as b;"
LONGEST_SECONDS = 60.0
LOCAL_MODES = 3
"""Their place among the attributes of a terminal."""


class Terminal:
    """A program in a terminal of its own: what it writes, and what is typed."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-c", ASK, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=PROJECT,
            env={**os.environ, **environment, "TERM": "xterm"},
            start_new_session=True,
            preexec_fn=_sit_down,
        )
        os.close(theirs)
        self._seen = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                text = os.read(self._ours, 4096).decode(errors="replace")
            except OSError:
                return
            if "\x1b[6n" in text:
                os.write(self._ours, b"\x1b[1;1R")
            self._seen += text

    def type(self, text: str) -> None:
        self._seen = ""
        os.write(self._ours, text.encode())

    def shows(self, text: str, *, then: str = "") -> bool:
        """Wait until it stands there, with the other text after it; False where it does not."""
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end:
            if then in self._seen.partition(text)[2] and text in self._seen:
                return True
            time.sleep(0.02)
        return False

    def answers(self, text: str) -> bool:
        """Wait for an answer, and for the prompt after it: only then may be typed again."""
        return self.shows(text, then=PROMPT)

    def is_left(self) -> bool:
        """Wait until the prompt has taken the line: from then on Ctrl-C is a signal again."""
        end = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < end:
            if termios.tcgetattr(self._ours)[LOCAL_MODES] & termios.ISIG:
                return True
            time.sleep(0.02)
        return False

    def ended(self) -> int:
        return self._process.wait(LONGEST_SECONDS)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)


def _sit_down() -> None:
    """Before the program: its terminal becomes the one that controls it, and Ctrl-C ends again.

    A suite that a script started in the background has it ignored.
    """
    os.close(os.open(os.ttyname(0), os.O_RDWR))
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def terminal(book: Places, tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal({"RECON_DATA_DIR": str(book.root), "XDG_STATE_HOME": str(tmp_path)})
    yield opened
    opened.close()


def test_a_statement_is_completed_answered_stopped_and_found_again(
    terminal: Terminal, tmp_path: Path
) -> None:
    assert terminal.shows(PROMPT)
    terminal.type(f"select count(*) as n{ENTER}from reconciled.bas{TAB}")
    # Only what is added is drawn.
    assert terminal.shows("is")
    terminal.type(f";{ENTER}")
    assert terminal.answers("1 row")
    terminal.type(ENDLESS + ENTER)
    assert terminal.is_left()
    time.sleep(0.3)
    terminal.type(CTRL_C)
    assert terminal.answers("Stopped.")
    terminal.type(f"drop table validated.orders;{ENTER}")
    assert terminal.answers("DROP statements are refused")
    terminal.type(f"{UP}{UP}{UP}{ENTER}")
    assert terminal.answers("1 row")
    terminal.type(CTRL_D)
    assert terminal.ended() == 0
    history = tmp_path / "recon" / "sql_history"
    assert history.read_text().count("+from reconciled.basis;") == 2
    assert history.stat().st_mode & 0o077 == 0


def test_parquet_is_not_written_to_a_terminal(book: Places) -> None:
    environment = {"RECON_DATA_DIR": str(book.root)}
    terminal = Terminal(environment, "--format", "parquet", "select 1 as one")
    assert terminal.shows("Parquet is no text for a terminal.")
    terminal.close()


ENTRIES = [
    Entry("schema", "validated", "", "", "", "", ""),
    Entry("table", "validated", "orders", "", "", "", ""),
    Entry("column", "validated", "orders", "order_id", "VARCHAR", "", ""),
    Entry("view", "marts", "open_breaks", "", "", "", ""),
    Entry("column", "marts", "open_breaks", "order_rank", "BIGINT", "", ""),
    Entry("macro", "reconciled", "story(id)", "", "", "", ""),
]


@pytest.mark.parametrize(
    ("word", "text", "proposed"),
    [
        ("validated.", "from validated.", ["validated.orders"]),
        ("validated.orders.o", "validated.orders.o", ["validated.orders.order_id"]),
        ("reconciled.st", "from reconciled.st", ["reconciled.story("]),
        ("valid", "from valid", ["validated.", "validated.orders"]),
        ("order", "select order", ["order by", "order_id", "order_rank"]),
        # Columns of a table that is named come first.
        (
            "order",
            "select order from marts.open_breaks",
            ["order_rank", "order by", "order_id"],
        ),
        ("nothing_like_it", "select nothing_like_it", []),
    ],
)
def test_names_are_proposed_by_how_they_begin(word: str, text: str, proposed: list[str]) -> None:
    assert names_for(word, text, ENTRIES) == proposed
