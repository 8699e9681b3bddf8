"""How the pull goes on: a bar a stream on a terminal, on standard error, and plain lines elsewhere.

Belongs here: choosing between the two, and how a bar looks. Stays out: what is counted, and the
lines (`night.progress`).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from pipelines.night.progress import (
    Observer,
    PlainLines,
    Several,
    Standing,
    counted,
    left_of,
    rate_of,
)

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

REFRESHES_PER_SECOND = 8
STREAM_WIDTH = 23
BAR_WIDTH = 14


@dataclass(frozen=True)
class Voices:
    """How a command tells a step that is done, and how it hears of a pull."""

    tell: Callable[[str], None]
    observer: Observer


@contextmanager
def standard_voices() -> Iterator[Voices]:
    """Voices on the standard streams as they are now.

    While a step runs, Dagster sends both to files and copies these to the terminal later: too late
    for a bar, and out of order with it.
    """
    with _copied(sys.stdout) as answers, _copied(sys.stderr) as errors:

        def tell(line: str) -> None:
            answers.write(f"  {line}\n")
            answers.flush()

        yield Voices(tell, _observer(tell, answers, errors))


def _observer(tell: Callable[[str], None], answers: TextIO, errors: TextIO) -> Observer:
    """Bars where standard error is a terminal; plain lines unless both streams are one.

    What a file or a pipe receives on standard output is thus the same whoever looks on.
    """
    from rich.console import Console

    console = Console(file=errors)
    if not errors.isatty() or console.is_dumb_terminal:
        return PlainLines(tell)
    return Bars(console) if answers.isatty() else Several([PlainLines(tell), Bars(console)])


def _copied(stream: TextIO) -> TextIO:
    """The same file under another descriptor, which stays what it is."""
    stream.flush()
    return os.fdopen(os.dup(stream.fileno()), "w", encoding=stream.encoding, errors=stream.errors)


class Bars:
    """A bar a stream, which stays with its last figures when the stream ends."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._began = 0.0
        self._standing = Standing(stream="")
        self._ending: str | None = None

    def begins(self, stream: str) -> None:
        """Show a bar that only moves, until somebody says how much there is."""
        from rich.live import Live

        self._began = time.monotonic()
        self._standing, self._ending = Standing(stream=stream), None
        self._live = Live(
            console=self._console,
            get_renderable=self._picture,
            refresh_per_second=REFRESHES_PER_SECOND,
            # What a command answers goes to standard output, whatever moves here.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def stands(self, standing: Standing) -> None:
        """Move it at the next refresh."""
        self._standing = standing

    def ends(self, standing: Standing, *, is_whole: bool) -> None:
        """Leave the last figures on the screen and give the cursor back."""
        self._standing, self._ending = standing, "" if is_whole else "broken off"
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _picture(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        standing, ending = self._standing, self._ending
        seconds = time.monotonic() - self._began
        told = [counted(standing.rows, "rows"), rate_of(standing, seconds)]
        if ending is None:
            # What is left goes first: a narrow terminal cuts the end of the line.
            told += ["" if standing.left is None else left_of(standing), standing.part]
        else:
            told += [f"{seconds:,.1f} s", ending]
        row = Table.grid(padding=(0, 1))
        row.add_column(min_width=STREAM_WIDTH + 2, no_wrap=True)
        row.add_column(min_width=BAR_WIDTH)
        row.add_column(no_wrap=True, overflow="ellipsis")
        bar = ProgressBar(total=1, completed=ending == "", width=BAR_WIDTH)
        if ending is None:
            # A declared total that was passed is none: the bar moves, but never beyond its end.
            total = None if standing.left is None else standing.expected
            bar = ProgressBar(total=total, completed=standing.done, width=BAR_WIDTH)
        row.add_row(f"  {standing.stream}", bar, Text("  ".join(filter(None, told))))
        return row
