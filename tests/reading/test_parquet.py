"""Answers as Parquet: exact, with their own types, whole or not there."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result

from pipelines.settings import Places

EXACT = (
    "select 0.123456789012345678::decimal(38, 18) as amount, date '2026-11-20' as day, "
    "timestamptz '2026-11-20 23:00:00Z' as at, ['a', 'b'] as ids, null::varchar as nothing, "
    "sum(range) as total from range(3)"
)


def test_parquet_comes_out_of_a_pipe_with_exact_types(
    book: Places, recon: Callable[..., Result]
) -> None:
    result = recon(book, "sql", EXACT, "--format", "parquet")
    frame = pl.read_parquet(io.BytesIO(result.stdout_bytes))
    row = frame.row(0, named=True)
    assert row["amount"] == Decimal("0.123456789012345678")
    assert (row["day"].isoformat(), row["at"].isoformat()) == (
        "2026-11-20",
        "2026-11-20T23:00:00+00:00",
    )
    assert (row["ids"], row["nothing"], row["total"]) == (["a", "b"], None, 3)
    assert frame.schema["amount"] == pl.Decimal(38, 18)


def test_an_empty_answer_keeps_its_columns(book: Places, recon: Callable[..., Result]) -> None:
    result = recon(book, "sql", "from ops.actions", "--format", "parquet")
    assert pl.read_parquet(io.BytesIO(result.stdout_bytes)).columns[0] == "action_no"


@pytest.mark.parametrize("form", ["parquet", "csv", "json", "markdown", "table"])
def test_an_answer_goes_to_a_new_file(
    book: Places, recon: Callable[..., Result], tmp_path: Path, form: str
) -> None:
    file = tmp_path / "answer"
    result = recon(book, "sql", "select 7 as n", "--format", form, "--out", str(file))
    assert (result.exception, result.output) == (None, "")
    assert b"7" in file.read_bytes() or pl.read_parquet(file).rows() == [(7,)]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["answer"]


def test_a_file_beside_the_answer_is_left_as_it_is(
    book: Places, recon: Callable[..., Result], tmp_path: Path
) -> None:
    ours, linked = tmp_path / ".answer.part", tmp_path / "linked"
    ours.write_text("kept")
    linked.symlink_to(tmp_path / "nowhere")
    assert recon(book, "sql", "select 7 as n", "--out", str(tmp_path / "answer")).exception is None
    assert recon(book, "sql", "select 7 as n", "--out", str(linked)).exception is not None
    assert ours.read_text() == "kept"
    assert linked.is_symlink()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("select 1; select 2", "--format", "parquet"), "A Parquet file holds the answer of one"),
        (
            ("select interval 1 day as span", "--format", "parquet", "--out", "new"),
            "The answer does not fit into Parquet: ",
        ),
        (("select error('late')", "--out", "new"), "The query cannot be answered: late."),
        (("select 1", "--out", "there"), "there is already there."),
        (("select 1", "--out", "nowhere/new"), "new cannot be written: no such file or directory."),
    ],
)
def test_what_cannot_be_written_is_one_sentence_and_no_file(
    book: Places,
    recon: Callable[..., Result],
    fault_of: Callable,
    tmp_path: Path,
    arguments: tuple[str, ...],
    sentence: str,
) -> None:
    kept = tmp_path / "elsewhere" / "there"
    kept.write_text("kept")
    assert fault_of(recon(book, "sql", *arguments)).sentence.startswith(sentence)
    assert [path.name for path in kept.parent.iterdir()] == ["there"]
    assert kept.read_text() == "kept"
