"""Work on a connection that Ctrl-C stops: the engine itself does not look at signals.

Belongs here: waiting where a signal can be heard, and interrupting the engine until it has stopped.
Stays out: what is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

import duckdb

_Result = TypeVar("_Result")
_POLL_SECONDS = 0.05


def stoppable(connection: duckdb.DuckDBPyConnection, work: Callable[[], _Result]) -> _Result:
    """Do the work in a thread and wait for it; KeyboardInterrupt leaves nothing running."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        future: Future[_Result] = pool.submit(work)
        try:
            return future.result()
        except KeyboardInterrupt:
            # The first one may come before the engine has begun.
            while not future.done():
                connection.interrupt()
                wait((future,), timeout=_POLL_SECONDS)
            raise
