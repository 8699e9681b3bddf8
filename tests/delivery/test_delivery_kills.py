"""A mail server that misbehaves in every way, and a process killed at every point of a delivery.

Whatever happens, no reader gets a mail twice, and a mail that a reader did not get is on the list
of what is not settled, or its refusal is named. The nights after it meet a server that behaves.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from delivery.misbehaving_server import MANNERS

HERE = Path(__file__).parent
POINTS = 14  # one more than any delivery has: the last kills nobody
BEFORE_THE_END = 11  # the server has the message, and its client has not yet written that down
READERS = ("first@shop.test", "second@shop.test")


class Post:
    """The server and the driver, each in a process of its own, over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "manner").write_text("well")
        self._server = self._start("misbehaving_server.py", str(folder))
        self.port = int(self._server.stdout.readline())  # type: ignore[union-attr]
        self._driver = self._start("delivery_driver.py")

    def night(self, manner: str, place: Path, *, at: int | None, night: int = 21) -> Any:
        """Deliver once; what the driver says of it, None where it was killed."""
        (self.folder / "manner").write_text(manner)
        job = {"folder": str(place), "port": self.port, "at": at, "night": night}
        assert self._driver.stdin
        assert self._driver.stdout
        self._driver.stdin.write(json.dumps(job | {"manner": manner}) + "\n")
        self._driver.stdin.flush()
        return json.loads(self._driver.stdout.readline())

    def taken(self) -> Counter[str]:
        """How often each reader was sent the mail, as the server knows it; then forget it."""
        file = self.folder / "taken"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return Counter(lines)

    def reached(self, manner: str, place: Path) -> int:
        """How many points a delivery passes that nobody kills."""
        passed: int = self.night(manner, place, at=None)["passed"]
        return passed

    def stop(self) -> None:
        for process in (self._driver, self._server):
            process.communicate(timeout=10)

    def _start(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        root = str(HERE.parents[1])
        return subprocess.Popen(
            [sys.executable, str(HERE / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if "server" in script else None,
            text=True,
            cwd=root,
            env=os.environ | {"PYTHONPATH": root},
        )


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    made = Post(tmp_path_factory.mktemp("post"))
    yield made
    made.stop()


def cases(count: int) -> list[tuple[str, int | None]]:
    """So many of all pairs of a manner and a point, those first where most is at stake."""
    late = [
        name for name, (place, _) in MANNERS.items() if place in ("one", "body", "taken", "quit")
    ]
    first = [("well", at) for at in (*range(POINTS), None)]
    first += [(manner, BEFORE_THE_END) for manner in late]
    every = [(manner, at) for manner in MANNERS for at in (*range(POINTS), None)]
    return list(dict.fromkeys((*first, *every)))[:count]


def faults(post: Post, place: Path, manner: str, at: int | None) -> list[str]:
    """What went wrong in one case: a night that is killed, again, and one of the next day."""
    first = post.night(manner, place, at=at)
    again = post.night("well", place, at=None)
    later = post.night("well", place, at=None, night=22)
    taken = post.taken()
    left = later["left"]
    found = [f"doubled: {line}" for line, times in taken.items() if times > 1]
    if again is None:
        found.append("a night after it did not end")
    for reader in READERS:
        arrived = any("<2026-11-21" in line and line.endswith(reader) for line in taken)
        is_told = any(
            state in ("in_doubt", "failed", "prepared") or any(reader in one for one in refused)
            for state, refused in left
        )
        if not arrived and not is_told:
            found.append(f"lost without a word: {reader}")
    if sum("2026-11-22" in line for line in taken) != len(READERS):
        found.append("the next day's mail did not come")
    if at is None and first is None:
        found.append("died unasked")
    return found


@pytest.mark.counts(small=24, full=len(MANNERS) * (POINTS + 1))
def test_no_mail_is_doubled_and_none_is_lost_without_a_word(
    post: Post, tmp_path: Path, count: int
) -> None:
    found = {
        f"{manner}, killed at {at}": wrong
        for number, (manner, at) in enumerate(cases(count))
        if (wrong := faults(post, tmp_path / str(number), manner, at))
    }

    assert found == {}


def test_the_points_reach_to_the_end_of_a_delivery(post: Post, tmp_path: Path) -> None:
    points = {
        manner: post.reached(manner, tmp_path / manner) for manner in ("well", "taken and dropped")
    }
    post.taken()

    assert 10 < points["taken and dropped"] < points["well"] < POINTS
