"""Verifying a store: everything it keeps against its control chain, without changing anything.

    findings ── what was found, what of it was accepted, refusing over the rest
    standing ── chain lines, commits, rows, digests of tables, the key
    files ───── landing, order archive, published file
    acceptance ─ a person lets nights go on over what was found

Belongs here: which checks there are, and which of them a night asks when. Stays out: the checks.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.settings import Places
from pipelines.warehouse.chain import Chain
from pipelines.warehouse.history import History
from pipelines.warehouse.store import connect, writer_lock
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
_READABLE = "the warehouse is there and can be read"


def verify(places: Places) -> Verification:
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
    with writer_lock(places):
        history = chain.history()
        checks = [
            check_chain(history),
            *_check_store(history, places),
            check_key(history, places.control / "email.key"),
            check_published(history, places),
        ]
    # What a chain names never changes again, so that a night may run meanwhile.
    checks += [
        check_landing(history, places.landing, whole=True),
        check_archive(history, places.orders_archive, whole=True),
    ]
    return Verification(tuple(checks), history.accepted, history.acceptances)


def require_sound_start(places: Places, connection: duckdb.DuckDBPyConnection) -> None:
    """What a night asks before it takes anything in: tables, key, and that every file is there.

    Raises ChainBroken; that chain and store stand at the same commit was asked by whoever opened.
    """
    history = Chain(places.control).history()
    checks = [
        check_rows(history, connection),
        check_totals(history, connection),
        check_key(history, places.control / "email.key"),
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
        check_landing(history, places.landing, whole=True),
        check_archive(history, places.orders_archive, whole=True),
    ]
    require_held(checks, history)


def _check_store(history: History, places: Places) -> Iterator[Check]:
    wal = places.warehouse.with_name(f"{places.warehouse.name}.wal")
    had_wal = wal.exists()
    if not places.warehouse.exists():
        yield _unusable("missing", f"missing at {history.last.digest[:12]}")
        return
    try:
        connection = connect(places.warehouse, read_only=True)
    except ChainBroken as broken:
        yield _unusable(f"no usable database ({broken.sentence})", _state(places))
        return
    try:
        found = [
            check_commits(history, connection, had_wal=had_wal),
            check_rows(history, connection),
            check_totals(history, connection),
        ]
    except duckdb.Error as broken:
        said = str(broken).splitlines()[0]
        yield _unusable(f"no usable warehouse ({said})", _state(places))
        return
    finally:
        connection.close()
    told = "a WAL lies beside it, as a kill leaves one; the next night takes it in"
    yield Check(_READABLE, notes=(told,) if had_wal else ())
    yield from found


def _state(places: Places) -> str:
    return sha256_of(places.warehouse)


def _unusable(how: str, state: str) -> Check:
    is_gone = state.startswith("missing")
    finding = Finding(
        STORE,
        "warehouse.duckdb",
        state,
        f"warehouse.duckdb is {how}.",
        "Restore it together with its WAL from the last backup"
        + ("" if is_gone else ", or move both away")
        + "; without one, `recon verify --accept REASON` begins an empty one, `recon backfill` "
        "from the first date fills it, and exports in orders/archive have to be dropped again.",
    )
    return Check(_READABLE, (finding,))
