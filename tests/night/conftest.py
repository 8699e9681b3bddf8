"""The nights that tests of nights go on from."""

from __future__ import annotations

import os

import pytest
from night.past import Past, closed_once


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Closed by the first worker that asks, in the folder of all workers."""
    own = tmp_path_factory.getbasetemp()
    return closed_once((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "past")
