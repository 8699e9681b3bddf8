"""Opening the published snapshot so that nothing but reading it is possible.

Belongs here: the settings that shut everything else, and the sentence when nothing is published.
Stays out: which queries are asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.faults import ConfigurationFault
from pipelines.warehouse.store import connect, half_of_memory, limit_memory

MEMORY_LEAST_BYTES = 10**9
MEMORY_A_BYTE_PUBLISHED = 2
"""Joins of all orders and payments take up to the size of the file; half of the machine at most."""
THREADS = 4

# The order matters: what the disk may be used for is settled before the disk is shut, and the
# lock comes last. The open snapshot itself stays readable; nothing is spilled beside it.
_SHUT = (
    "set temp_directory = ''",
    f"set threads = {THREADS}",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set allow_community_extensions = false",
    "set python_enable_replacements = false",
    "set enable_external_access = false",
    "set disabled_filesystems = 'LocalFileSystem'",
    "set lock_configuration = true",
)


def require_published(path: Path) -> None:
    """Raise ConfigurationFault when nothing is published."""
    if not path.exists():
        raise ConfigurationFault(
            "Nothing is published yet.", "Run `recon nightly` or `recon demo` first."
        )


@contextmanager
def open_snapshot(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The snapshot as it is in place now; a later one does not disturb an open reader.

    Files, the network, extensions and settings are out of reach until the connection is closed.
    Raises ConfigurationFault when nothing is published, ChainBroken when the file is no database.
    """
    require_published(path)
    connection = connect(path, read_only=True)
    try:
        limit_memory(connection, _memory_bytes(path))
        for setting in _SHUT:
            connection.execute(setting).fetchall()
        yield connection
    finally:
        connection.close()


def _memory_bytes(path: Path) -> int:
    """What a query may take: more of a larger book, since nothing is spilled to the disk."""
    wanted = MEMORY_A_BYTE_PUBLISHED * path.stat().st_size
    return max(MEMORY_LEAST_BYTES, min(wanted, half_of_memory()))
