"""How far the pull of each stream is, told to whoever watches.

Belongs here: what a watcher hears, counting it, and telling it as plain lines, which serve a pipe
and Dagster's log alike. Stays out: bars (`cli.bars`), and what is pulled (`pulling`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from pipelines.gateway.walk import Reached

STILL_SECONDS = 60.0
"""A stream that takes longer says so every minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What of one stream has come.

    `rows` counts every row received. `done` of `expected` counts, in `unit`, what is asked for
    now: `part`. It begins anew with each part; `expected` is None where nobody says.
    """

    stream: str
    part: str = ""
    rows: int = 0
    done: int = 0
    expected: int | None = None
    unit: str = "rows"
    requests: int = 0

    @property
    def left(self) -> int | None:
        """What is still to come; None when that is not known, or a declared total was too low."""
        if self.expected is None or self.done > self.expected:
            return None
        return self.expected - self.done


class Observer(Protocol):
    """Hears of one stream after the other: that it begins, how it stands, that it ends."""

    def begins(self, stream: str) -> None:
        """Nothing of the stream was asked for yet."""

    def stands(self, standing: Standing) -> None:
        """Something came."""

    def ends(self, standing: Standing, *, is_whole: bool) -> None:
        """All that was asked for came, or a fault cut it short."""


class Unobserved:
    """Hears everything and tells nobody."""

    def begins(self, stream: str) -> None:
        """Say nothing."""

    def stands(self, standing: Standing) -> None:
        """Say nothing."""

    def ends(self, standing: Standing, *, is_whole: bool) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Several:
    """Observers that all hear the same."""

    observers: Sequence[Observer]

    def begins(self, stream: str) -> None:
        """Tell all."""
        for observer in self.observers:
            observer.begins(stream)

    def stands(self, standing: Standing) -> None:
        """Tell all."""
        for observer in self.observers:
            observer.stands(standing)

    def ends(self, standing: Standing, *, is_whole: bool) -> None:
        """Tell all."""
        for observer in self.observers:
            observer.ends(standing, is_whole=is_whole)


class PlainLines:
    """One line a stream when it ends, and one a minute while it goes on."""

    def __init__(
        self, tell: Callable[[str], object], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._began = 0.0
        self._told = 0.0

    def begins(self, stream: str) -> None:  # noqa: ARG002 - the line at its end names it
        """Start its clock."""
        self._began = self._told = self._clock()

    def stands(self, standing: Standing) -> None:
        """Tell, if the last line is a minute old."""
        now = self._clock()
        if now - self._told >= STILL_SECONDS:
            self._told = now
            self._tell(f"{standing.stream}: {self._amount(standing)}, {left_of(standing)}")

    def ends(self, standing: Standing, *, is_whole: bool) -> None:
        """Tell what came."""
        broken = "" if is_whole else ", broken off"
        self._tell(f"{standing.stream}: {self._amount(standing)}{broken}")

    def _amount(self, standing: Standing) -> str:
        seconds = self._clock() - self._began
        return (
            f"{counted(standing.rows, 'rows')} in {counted(standing.requests, 'requests')}, "
            f"{seconds:,.1f} s, {rate_of(standing, seconds)}"
        )


class Tally:
    """Counts what comes of one stream and lets the observer hear of it."""

    def __init__(self, stream: str, observer: Observer, requests: Callable[[], int]) -> None:
        self.standing = Standing(stream=stream)
        self._observer = observer
        self._requests = requests

    def part(self, name: str, unit: str = "rows", *, expected: int | None = None) -> None:
        """Something else of the stream is asked for from now on."""
        self._note(part=name, unit=unit, expected=expected, done=0)

    def reach(self, reached: Reached) -> None:
        """A page of a list came, of which the gateway may have declared the whole."""
        rows = self.standing.rows + reached.received
        self._note(rows=rows, done=reached.seen, expected=reached.declared_total)

    def list(self, reached: Reached) -> None:
        """A page came of one list among many, which alone says nothing about what is left."""
        self._note(rows=self.standing.rows + reached.received)

    def answer(self, rows: int) -> None:
        """One of the ids, parents or pairs that are asked about is done."""
        self._note(rows=self.standing.rows + rows, done=self.standing.done + 1)

    def _note(self, **changes: str | int | None) -> None:
        self.standing = replace(self.standing, requests=self._requests(), **changes)  # type: ignore[arg-type]
        self._observer.stands(self.standing)


@contextmanager
def observed(stream: str, observer: Observer, requests: Callable[[], int]) -> Iterator[Tally]:
    """A tally of one stream; the observer hears its end whatever happens inside."""
    observer.begins(stream)
    tally = Tally(stream, observer, requests)
    is_whole = False
    try:
        yield tally
        is_whole = True
    finally:
        last = replace(tally.standing, requests=requests())
        observer.ends(last, is_whole=is_whole)


def counted(number: int, unit: str) -> str:
    """A number and its unit, which is the plural with an s."""
    return f"{number:,} {unit.removesuffix('s') if number == 1 else unit}"


def rate_of(standing: Standing, seconds: float) -> str:
    """Rows a second since the stream began."""
    return f"{standing.rows / max(seconds, 0.001):,.0f} rows/s"


def left_of(standing: Standing) -> str:
    """What is left, as far as anybody knows."""
    if standing.left is None:
        return "nobody knows how many are left"
    return f"{counted(standing.left, standing.unit)} left"
