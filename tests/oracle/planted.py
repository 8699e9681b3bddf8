"""A bug planted in one query for as long as a test needs it.

Belongs here: the planting. Stays out: the bugs, and what notices them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipelines.warehouse import queries


@contextmanager
def planted(patch: pytest.MonkeyPatch, table: str, line: str, becomes: str) -> Iterator[None]:
    """The query of `stage.table` with a line of it changed, wherever that stands."""
    right = queries.text_of(table)
    assert line in right
    wrong = right.replace(line, becomes)
    with patch.context() as changed:
        honest = queries.text_of
        changed.setattr(queries, "text_of", lambda name: wrong if name == table else honest(name))
        yield
