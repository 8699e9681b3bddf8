"""A file is written whole or not at all, and what a killed writer left does not stay."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from reports import atomic
from reports.atomic import write_atomically


def killed_while_writing(path: Path, patch: pytest.MonkeyPatch) -> None:
    """Write in a child that dies before the rename."""
    pid = os.fork()
    if pid == 0:
        patch.setattr(atomic.os, "fsync", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        write_atomically(path, b"new")
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def test_the_next_write_in_a_folder_removes_what_a_killed_writer_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_atomically(tmp_path / "daily.html", b"old")
    killed_while_writing(tmp_path / "daily.html", monkeypatch)
    assert (tmp_path / "daily.html").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2

    write_atomically(tmp_path / "daily.csv", b"rows")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["daily.csv", "daily.html"]
