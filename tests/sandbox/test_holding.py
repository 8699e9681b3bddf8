"""The sole right to a state file: one at a time has it, and nothing stays beside the file."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.sandbox import SandboxRefused
from pipelines.sandbox.holding import StateHold

TAKERS, TURNS = 4, 200


class Takers:
    """Threads that take and release one state file; `most` had it at once."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.had, self.most, self.holders = 0, 0, 0
        self._count = threading.Lock()

    def take_turns(self) -> None:
        for _ in range(TURNS):
            try:
                hold = StateHold(self.state)
            except SandboxRefused:
                continue
            self._counted(1)
            # Long enough for another to come in between, where the lock lets it.
            time.sleep(0.0002)
            self._counted(-1)
            hold.release()

    def _counted(self, change: int) -> None:
        with self._count:
            self.holders += change
            self.had += change > 0
            self.most = max(self.most, self.holders)


def at_once(do: Callable[[], None]) -> None:
    threads = [threading.Thread(target=do) for _ in range(TAKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_many_that_take_a_state_file_at_once_one_has_it_and_nothing_is_left(tmp_path):
    takers = Takers(tmp_path / "book.db")
    at_once(takers.take_turns)
    assert (takers.most, list(tmp_path.iterdir())) == (1, [])
    assert takers.had


def test_one_that_is_refused_leaves_the_lock_to_its_holder(tmp_path):
    hold = StateHold(tmp_path / "book.db")
    with pytest.raises(SandboxRefused, match=r"book\.db is in use"):
        StateHold(tmp_path / "book.db")
    with pytest.raises(SandboxRefused, match=r"book\.db is in use"):
        StateHold(tmp_path / "book.db")
    hold.release()
    hold.release()
    StateHold(tmp_path / "book.db").release()


def test_a_lock_file_that_a_killed_sandbox_left_is_in_nobodys_way(tmp_path):
    (tmp_path / "book.db.lock").touch()
    StateHold(tmp_path / "book.db").release()
    assert list(tmp_path.iterdir()) == []
