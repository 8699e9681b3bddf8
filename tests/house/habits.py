"""Habits of the house that a reader relies on, each as a search for files that break it.

Belongs here: names, lengths, docstrings, words that must not stand in code. Stays out: imports
(`layers`) and what documents say (`documents`). Each function gives one sentence an offence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STAGES = ("raw", "validated", "reconciled", "marts", "delivered")
SOURCES = ("pipelines", "assets", "reports", "sql")
LINES_MAX = 350
DRAWERS = {"utils", "util", "helpers", "helper", "common", "core", "misc"}
# Beside the stages: the claims of all of them, and what turns a query into an asset.
BESIDE_STAGES = {"claims", "controls", "showing", "stage"}
# Beside the stages: what finance asks by name, filling the raw tables, what is computed anew, the
# run's own tables, the answers of `explain`, and what people work on.
BESIDE_STAGES_IN_SQL = {"adhoc", "intake", "ops", "renewed", "story", "touched", "work"}
# Readers that guess or drop rows without a word.
_GUESSING = re.compile(r"\b(ignore_errors|read_csv_auto|sniff_csv|auto_detect|Sniffer|sniff)\b")
_MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w|\b[A-Z]:\\Users\b")
_BINARY = {".png", ".pem", ".duckdb", ".xlsx", ".parquet", ".pdf"}
_NOT_OURS = {"data", "uv.lock"}


def stage_faults(root: Path) -> list[str]:
    """The five stage words are the modules of `assets/`, and the folders of `sql/`."""
    modules = {path.stem for path in (root / "assets").glob("*.py")} - {"__init__"}
    folders = {path.parent.name for path in (root / "sql").glob("*/*.sql")}
    faults = [f"assets/{stage}.py is not there" for stage in STAGES if stage not in modules]
    faults += [
        f"assets/{name}.py is no stage" for name in sorted(modules - {*STAGES} - BESIDE_STAGES)
    ]
    # Nothing computes a raw table: its rows are appended as received.
    faults += [f"sql/{stage}/ holds no query" for stage in STAGES[1:] if stage not in folders]
    faults += [
        f"sql/{name}/ is no stage" for name in sorted(folders - {*STAGES} - BESIDE_STAGES_IN_SQL)
    ]
    return faults


def length_faults(root: Path) -> list[str]:
    """No file of code, test or query is longer than one can hold in mind."""
    return [
        f"{path.relative_to(root)} has {lines} lines, more than {LINES_MAX}"
        for path in _files(root, *SOURCES, "tests", suffixes={".py", ".sql"})
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES_MAX
    ]


def docstring_faults(root: Path) -> list[str]:
    """Every module says what belongs in it, in two lines or more; `__init__` may be short."""
    return [
        f"{path.relative_to(root)} does not say in two lines what belongs in it"
        for path in _files(root, "pipelines", "assets", "reports", suffixes={".py"})
        if not path.stem.startswith("__") and _docstring_lines(path) < 2
    ]


def name_faults(root: Path) -> list[str]:
    """Nothing is named like a drawer."""
    return [
        f"{path.relative_to(root)} is named like a drawer"
        for path in _files(root, *SOURCES, "tests", suffixes={".py", ".sql"})
        if {*path.relative_to(root).with_suffix("").parts} & DRAWERS
    ]


def package_faults(root: Path) -> list[str]:
    """Tests are no packages: theirs would hide the ones they test."""
    return [
        f"{path.relative_to(root)} makes a package of tests"
        for path in sorted((root / "tests").rglob("__init__.py"))
    ]


def guessing_faults(root: Path) -> list[str]:
    """No reader of ours guesses, or drops what it cannot read."""
    return [
        f"{path.relative_to(root)}:{number} says {found[0]}"
        for path in _files(root, *SOURCES, suffixes={".py", ".sql"})
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := _GUESSING.search(line))
    ]


def machine_path_faults(root: Path) -> list[str]:
    """Nothing names a folder that only one machine has."""
    return [
        f"{path.relative_to(root)}:{number} names a folder of one machine"
        for path in _files(root, ".", ".ci")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _MACHINE_PATH.search(line)
    ]


def _docstring_lines(path: Path) -> int:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return sum(1 for line in text.splitlines() if line.strip())


def _files(root: Path, *folders: str, suffixes: set[str] | None = None) -> Iterator[Path]:
    """Files below the folders by path, leaving out hidden folders, caches and what is not text."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            parts = path.relative_to(root / folder).parts
            if any(part.startswith(".") for part in parts[:-1]) or "__pycache__" in parts:
                continue
            if parts[0] in _NOT_OURS or parts[0].endswith(".egg-info"):
                continue
            is_wanted = suffixes is None or path.suffix in suffixes
            if is_wanted and path.suffix not in _BINARY and path.is_file():
                yield path
