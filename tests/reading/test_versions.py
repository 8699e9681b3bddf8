"""The published file as DuckDB 1.5 reads it, in an interpreter of its own: the same answers."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from pipelines.reading.examples import examples, values_for
from pipelines.settings import Places

OTHER_ENGINE = Path(__file__).with_name("other_engine.py")
REQUIRED = {"id": "K1", "assignee": "ada", "instant": "2026-03-09T23:00:00Z"}
QUERIES = [
    (
        one.text,
        values_for(
            one, {each.name: REQUIRED[each.name] for each in one.parameters if each.is_required}
        ),
    )
    for one in examples()
]
VIEWS = [
    (f"from {name} order by all", {})
    for name in ("marts.open_breaks", "marts.unpaid_orders", "marts.payouts", "marts.refunds_owed")
]


def answers(python: str, file: Path) -> Any:
    """What the DuckDB of an interpreter says to every query of `sql/adhoc` and the views."""
    asked = {"file": str(file), "queries": [*QUERIES, *VIEWS]}
    done = subprocess.run(
        [python, str(OTHER_ENGINE)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def interpreter_with(requirement: str, folder: Path) -> str:
    """A new interpreter with that DuckDB."""
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    # Python's DuckDB of 1.5 gives instants through pytz, and asks for it only then.
    wanted = [python, "-m", "pip", "install", "--quiet", requirement, "pytz"]
    if subprocess.run(wanted, capture_output=True, check=False).returncode:
        pytest.fail(f"{requirement} cannot be had: have the package index within reach.")
    return python


@pytest.mark.counts(small=1, full=2)
def test_every_query_has_the_same_answer_in_each_version_that_is_promised(
    known_book: Places, tmp_path: Path, count: int
) -> None:
    ours = answers(sys.executable, known_book.published)
    assert sum(map(len, ours["rows"])) > 700
    if count > 1:
        former = answers(
            interpreter_with("duckdb==1.5.*", tmp_path / "former"), known_book.published
        )
        assert former["version"].startswith("1.5.")
        assert former["rows"] == ours["rows"]
