"""What the README tells analysts to type, run as it stands there, on the known book."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from pipelines.settings import Places

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("\n## Ask your own questions\n")[2].partition("\n## ")[0]


def examples(language: str) -> list[str]:
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", SECTION, re.DOTALL | re.MULTILINE)
    return [text for named, text in fences if named == language]


STATEMENTS = [one for text in examples("sql") for one in duckdb.extract_statements(text)]
COMMANDS = [
    line for text in examples("") for line in text.splitlines() if line.startswith("recon sql ")
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one.query.strip()[:40])
def test_a_statement_of_the_readme_is_answered(
    known_book: Places, statement: duckdb.Statement
) -> None:
    with duckdb.connect(known_book.published, read_only=True) as connection:
        rows = connection.execute(statement).fetchall()
    # The book lies in March; the last seven days are those of whoever reads.
    assert rows or "current_date" in statement.query


def test_there_are_five_questions_and_a_story() -> None:
    assert re.findall(r"^-- (\d)\. ", SECTION, re.MULTILINE) == ["1", "2", "3", "4", "5"]
    assert len(STATEMENTS) == 8
    assert len(COMMANDS) == 4


def test_the_python_of_the_readme_runs(known_book: Places, tmp_path: Path) -> None:
    (program,) = examples("python")
    (tmp_path / "data" / "published").mkdir(parents=True)
    shutil.copy(known_book.published, tmp_path / "data" / "published")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("NGN 1600.000000000000000000\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(
    known_book: Places, recon: Callable[..., Result], command: str
) -> None:
    result = recon(known_book, *shlex.split(command)[1:])
    assert result.exception is None
    assert len(result.output.splitlines()) > 2
