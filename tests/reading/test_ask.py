"""Where questions come from: argument, file, standard input, prompt; and a missing snapshot."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Places

PROJECT = Path(__file__).parents[2]


def test_standard_input_is_read_when_nothing_else_is_given(
    book: Places, recon: Callable[..., Result]
) -> None:
    assert recon(book, "sql", "--format", "csv", given="select 1 as a").output == "a\n1\n"


def test_a_statement_and_a_file_together_are_refused(
    book: Places, recon: Callable[..., Result], fault_of: Callable
) -> None:
    fault = fault_of(recon(book, "sql", "select 1", "-f", "questions.sql"))
    assert fault.sentence == "A statement and a file were both given."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "questions.sql cannot be read: no such file or directory."),
        (b"select '\xff'", "questions.sql is not UTF-8 text."),
        (b" " * 4_000_001, "questions.sql is larger than 4,000,000 bytes."),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    book: Places,
    recon: Callable[..., Result],
    fault_of: Callable,
    tmp_path: Path,
    content: bytes | None,
    sentence: str,
) -> None:
    file = tmp_path / "questions.sql"
    if content is not None:
        file.write_bytes(content)
    assert fault_of(recon(book, "sql", "-f", str(file))).sentence == sentence


@pytest.mark.parametrize("arguments", [("sql", "select 1"), ("explain", "K1")])
def test_before_anything_is_published_the_remedy_is_named(
    recon: Callable[..., Result], fault_of: Callable, tmp_path: Path, arguments: tuple[str, str]
) -> None:
    fault = fault_of(recon(Places(tmp_path), *arguments))
    assert isinstance(fault, ConfigurationFault)
    assert str(fault) == "Nothing is published yet. Run `recon nightly` or `recon demo` first."


def test_a_file_that_is_no_database_is_one_sentence(
    recon: Callable[..., Result], fault_of: Callable, tmp_path: Path
) -> None:
    places = Places(tmp_path)
    places.published.parent.mkdir()
    places.published.write_bytes(b"not a database" * 1000)
    assert isinstance(fault_of(recon(places, "sql", "select 1")), ChainBroken)


def test_an_unwritable_statement_is_one_sentence(
    book: Places, recon: Callable[..., Result], fault_of: Callable
) -> None:
    assert fault_of(recon(book, "sql", "select \udcff")).exit_code == 2


def test_a_reader_sees_one_whole_snapshot_while_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "finance.duckdb"
    fresh = [_numbered(tmp_path / f"fresh{number}.duckdb", number) for number in range(6)]
    fresh.pop(0).replace(path)
    replacing = threading.Thread(target=lambda: [each.replace(path) for each in fresh])
    with open_snapshot(path) as early:
        replacing.start()
        seen = []
        while replacing.is_alive() or not seen:
            seen.append(early.execute("select min(number), max(number) from numbers").fetchall())
        replacing.join()
    assert set(map(str, seen)) == {"[(0, 0)]"}
    with open_snapshot(path) as late:
        assert late.execute("select min(number), max(number) from numbers").fetchall() == [(5, 5)]


def _numbered(path: Path, number: int) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute(f"create table numbers as select {number} as number from range(5000)")
    return path


def test_the_prompt_answers_line_by_line_and_goes_on_after_a_mistake(book: Places) -> None:
    typed = "select 40 +\n 2 as answer;\ndrop table x;\nselect 'still' || 'there' as word;\n\\q\n"
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    done = subprocess.run(
        [sys.executable, "-c", "from pipelines.cli.ask import ask; ask(['--format', 'csv'])"],
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=PROJECT,
        env={**os.environ, "RECON_DATA_DIR": str(book.root)},
    )
    os.close(ours)
    os.close(theirs)
    assert "answer\n42\n" in done.stdout
    assert "word\nstillthere\n" in done.stdout
    assert "DROP statements are refused" in done.stderr
