"""A copy of the working database, to judge otherwise than the store was judged.

Belongs here: making and removing the copy. Stays out: what is done with it (`previewing`,
`bygone`); nothing of it finds its way back.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipelines.night.replay import places_of
from pipelines.settings import Places, Settings
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.store import (
    kept_open,
    lay_out,
    open_warehouse,
    private_folder,
    require_free_space,
    writer_lock,
)

_PREFIX = "copy-"


@contextmanager
def copied_store(
    settings: Settings, tell: Callable[[str], None]
) -> Iterator[tuple[Places, duckdb.DuckDBPyConnection]]:
    """A copy of the warehouse at places of its own, open; removed in the end.

    Other runs wait meanwhile. Raises ChainBroken when the copy is not what the chain says.
    """
    places = settings.places
    lay_out(places)
    with writer_lock(places, on_wait=tell), _folder(private_folder(places.temporary)) as folder:
        file = folder / places.warehouse.name
        log = places.warehouse.with_name(f"{places.warehouse.name}.wal")
        held = [path for path in (places.warehouse, log) if path.exists()]
        # Judging rewrites most of the tables once.
        require_free_space(places, besides=2 * sum(path.stat().st_size for path in held))
        for path in held:
            shutil.copyfile(path, file.with_name(path.name))
        copy = places_of(settings, file)
        with kept_open(copy), open_warehouse(copy) as connection:
            Chain(places.control).check(connection)
            yield copy, connection


@contextmanager
def _folder(parent: Path) -> Iterator[Path]:
    """A folder for the copy. Under the writer lock there is no other: what is left, a kill left."""
    for left in parent.glob(f"{_PREFIX}*"):
        shutil.rmtree(left)
    with TemporaryDirectory(dir=parent, prefix=_PREFIX) as folder:
        yield Path(folder)
