"""Verifying a store: everything it keeps against its control chain, without changing anything.

    findings ── what was found, what of it was accepted, refusing over the rest
    standing ── chain lines, commits, rows, digests of tables, the key
    files ───── landing, order archive, published file
    decided ─── the file of what people decided
    acceptance ─ a person lets nights go on over what was found

Belongs here: which checks there are, and which of them a night asks when. Stays out: the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb

from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.landing import Landing
from pipelines.settings import Places
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.history import History
from pipelines.warehouse.store import connect, writer_lock
from pipelines.warehouse.verification.decided import check_decisions
from pipelines.warehouse.verification.files import (
    check_archive,
    check_landing,
    check_published,
    sha256_of,
)
from pipelines.warehouse.verification.findings import Check, Finding, Verification, require_held
from pipelines.warehouse.verification.standing import (
    check_chain,
    check_commits,
    check_key,
    check_rows,
    check_totals,
)

STORE = "warehouse"
_AGAIN = "Make it again with `recon rebuild`"
_READABLE = "the warehouse is there and can be read"


def verify(places: Places, *, on_wait: Callable[[str], None] | None = None) -> Verification:
    """Check everything; the writer lock is held while the database is read, not for the files.

    The database is opened read-only: a WAL beside it is read and stays where it is. Raises
    ConfigurationFault when there never was a store.
    """
    chain = Chain(places.control)
    if not chain.has_entries() and not places.warehouse.exists():
        raise ConfigurationFault(
            f"Nothing was ever taken into {places.root}, so there is nothing to verify.",
            "Run `recon nightly` or `recon demo` first, or correct RECON_DATA_DIR.",
        )
    with writer_lock(places, on_wait=on_wait):
        history = chain.history()
        landed = Landing(places.landing).files()
        archived = [path.name for path in places.orders_archive.glob("[0-9a-f]*")]
        checks = [
            check_chain(history),
            *_check_store(history, places),
            check_key(history, places.control / "email.key"),
            check_decisions(history, places.actions),
            check_published(history, places),
        ]
    # What a chain names never changes again, so that a night may run meanwhile.
    checks += [
        check_landing(history, places.landing, whole=True, seen=landed),
        check_archive(history, places.orders_archive, whole=True, seen=archived),
    ]
    return Verification(tuple(checks), history.accepted, history.acceptances)


def require_sound_start(places: Places, connection: duckdb.DuckDBPyConnection) -> None:
    """What a night asks before it takes anything in: tables, key, decisions, and that every file
    is there.

    Raises ChainBroken; that chain and store stand at the same commit was asked by whoever opened.
    """
    history = Chain(places.control).history()
    checks = [
        check_rows(history, connection),
        check_totals(history, connection, quickly=True),
        check_key(history, places.control / "email.key"),
        check_decisions(history, places.actions),
        check_landing(history, places.landing, whole=False),
        check_archive(history, places.orders_archive, whole=False),
    ]
    require_held(checks, history)


def require_whole(places: Places, connection: duckdb.DuckDBPyConnection) -> None:
    """What a night asks before it publishes: rows, and every byte of every file.

    Raises ChainBroken. The published file is not asked: the night puts a checked one in its place.
    """
    history = Chain(places.control).history()
    checks = [
        check_rows(history, connection),
        check_decisions(history, places.actions),
        check_landing(history, places.landing, whole=True),
        check_archive(history, places.orders_archive, whole=True),
    ]
    require_held(checks, history)


def _check_store(history: History, places: Places) -> Iterator[Check]:
    wal = places.warehouse.with_name(f"{places.warehouse.name}.wal")
    had_wal = wal.exists()
    if not places.warehouse.exists():
        gone = f"missing at {history.last.digest[:12]}"
        yield _unusable("missing", gone, f"{_AGAIN}, or restore it with its WAL from a backup")
        return
    remedy = f"{_AGAIN}, or restore it with its WAL from a backup, or move both away"
    if had_wal:
        remedy += ", or the WAL alone and verify again"
    try:
        connection = connect(places.warehouse, read_only=True)
    except ChainBroken as broken:
        yield _unusable(f"no usable database ({broken.sentence})", _state(places), remedy)
        return
    try:
        found = [
            check_commits(history, connection, had_wal=had_wal),
            check_rows(history, connection),
            check_totals(history, connection),
        ]
    except duckdb.Error as broken:
        said = str(broken).splitlines()[0]
        yield _unusable(f"no usable warehouse ({said})", _state(places), remedy)
        return
    finally:
        connection.close()
    told = "a WAL lies beside it, as a kill leaves one; the next night takes it in"
    yield Check(_READABLE, notes=(told,) if had_wal else ())
    yield from found


def _state(places: Places) -> str:
    return sha256_of(places.warehouse)


def _unusable(how: str, state: str, remedy: str) -> Check:
    finding = Finding(
        STORE,
        "warehouse.duckdb",
        state,
        f"warehouse.duckdb is {how}.",
        f"{remedy}; without a file, `recon verify --accept REASON` begins an empty one, `recon "
        "backfill` from the first date fills it, and the exports in orders/archive have to be "
        "dropped again.",
    )
    return Check(_READABLE, (finding,))
