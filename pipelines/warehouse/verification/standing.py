"""Whether chain and database tell the same: lines, commits, rows, digests, and the key.

Every function looks and changes nothing; the database is open read-only or in the caller's hands.
Belongs here: what is compared with the chain's entries. Stays out: files that are named in them
(`files`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from pipelines.partitions import business_date
from pipelines.warehouse.chain import held_commit
from pipelines.warehouse.history import NOTHING, Entry, History, left_by_a_kill
from pipelines.warehouse.holdings import row_counts, tables_that_differ
from pipelines.warehouse.queries import first_row
from pipelines.warehouse.verification.findings import Check, Finding

_ACCEPT = "`recon verify --accept REASON` lets nights go on"
_MAKE_AGAIN = "Make the warehouse again with `recon rebuild`"


def check_chain(history: History) -> Check:
    """Every line of the chain follows from those before it."""
    notes = ["a kill cut the last line short; nothing rests on it"] if history.torn_bytes else []
    return Check(
        "every line of the control chain follows from those before it",
        tuple(
            Finding(
                *bad.key,
                f"Line {bad.number} of control/chain.jsonl was edited, or one before it is gone.",
                "Restore control/chain.jsonl from the last backup if it is as new as the "
                f"warehouse; else {_ACCEPT}, and the line stays marked.",
            )
            for bad in history.bad_lines
        ),
        tuple(notes),
    )


def check_commits(
    history: History, connection: duckdb.DuckDBPyConnection, *, had_wal: bool
) -> Check:
    """The warehouse stands where the chain ends."""
    subject = "the warehouse holds every commit of the control chain"
    held, last = held_commit(connection), history.last
    if held == (last.sequence, last.digest):
        return Check(subject)
    if left_by_a_kill(history, held):
        told = f"commit {last.sequence} was announced and never made; the next night voids it"
        return Check(subject, notes=(told,))
    at = f"It stands at commit {held[0]}{_night_of(connection)}, the chain at {last.sequence}"
    missing = _missing(history, held)
    if missing is None:
        what, remedy = _unknown(held[0], last.sequence)
        told = f"{what} {at}."
    else:
        what, remedy = _lost(history, missing, had_wal=had_wal)
        told = f"{what} {at}. Missing: {_named(missing)}."
    state = f"{held[0]} {held[1][:12]} of {last.digest[:12]}"
    return Check(subject, (Finding("commits", "warehouse.duckdb", state, told, remedy),))


def check_rows(history: History, connection: duckdb.DuckDBPyConnection) -> Check:
    """Every table that only grows has the rows that the commit left it with."""
    entry = _standing_at(history, connection)
    there = row_counts(connection)
    return Check(
        "every table of facts has the rows that the chain says",
        tuple(
            Finding(
                "rows",
                table,
                f"{there.get(table, 0)} at {entry.digest[:12]}",
                f"{table} has {there.get(table, 0)} rows in warehouse.duckdb, and had {rows} when "
                f"commit {entry.sequence} was made.",
                f"{_MAKE_AGAIN}, or put it back as it was after that commit; else {_ACCEPT} "
                "without them.",
            )
            for table, rows in entry.held.items()
            if there.get(table, 0) != rows
        ),
    )


def check_totals(
    history: History, connection: duckdb.DuckDBPyConnection, *, quickly: bool = False
) -> Check:
    """Every table that only grows says what it said when the last night closed.

    Digests stand in the entries that end a night, and in those of quotes asked for in between. A
    later commit, of a night that died, has row counts only; until the next closing an edit is not
    noticed then. A table that has lost or won rows is named by them alone.
    """
    subject = "every table of facts says what it said at the last closing"
    entry = _standing_at(history, connection)
    if "totals" not in entry.facts:
        told = "not compared: facts were taken in since, and the next closing digests them"
        return Check(subject, notes=(told,) if entry is not NOTHING else ())
    there = row_counts(connection)
    return Check(
        subject,
        tuple(
            Finding(
                "totals",
                table,
                f"{digest} at {entry.digest[:12]}",
                f"Rows of {table} in warehouse.duckdb were changed by somebody else than a night.",
                f"{_MAKE_AGAIN}, or put it back as it was after commit {entry.sequence}; else "
                f"{_ACCEPT} with the rows as they are.",
            )
            for table, digest in tables_that_differ(
                connection, entry.facts["totals"], quickly=quickly
            )
            if there.get(table) == entry.held.get(table)
        ),
    )


def check_key(history: History, key_file: Path) -> Check:
    """The key of the e-mail digests is the one that the digests were made with."""
    subject = "the key of the e-mail digests is in place"
    noted = history.latest("email_key")
    known = noted.facts["email_key"] if noted else ""
    there = key_digest(key_file)
    is_needed = bool(history.entries) and known is not None
    if not is_needed or there == known or (there and not known):
        return Check(subject)
    what = "is not the one that this store began with" if there else "is missing"
    return Check(
        subject,
        (
            Finding(
                "key",
                "control/email.key",
                f"{there or 'missing'} instead of {known}",
                f"control/email.key {what}: addresses cannot be compared with those known so far.",
                f"Restore the file from the last backup; without it, {_ACCEPT}, and payments of "
                "before are never again suggested by e-mail.",
            ),
        ),
    )


def key_digest(key_file: Path) -> str | None:
    """What the chain keeps of the key: enough to recognise it, nothing to compute it from."""
    return hashlib.sha256(key_file.read_bytes()).hexdigest() if key_file.exists() else None


def _standing_at(history: History, connection: duckdb.DuckDBPyConnection) -> Entry:
    """The entry whose commit the database holds; one without facts when there is none."""
    held = held_commit(connection)
    found = (one for one in history.trusted if (one.sequence, one.digest) == held)
    return next(found, NOTHING)


def _missing(history: History, held: tuple[int, str]) -> Sequence[Entry] | None:
    """The entries after the one that the database holds; None when it holds none of the chain."""
    places = [place for place, one in enumerate(history.entries, 1) if one.digest == held[1]]
    if held == (0, ""):
        places = [0]
    return history.entries[places[-1] :] if places and history.entries[places[-1] :] else None


def _unknown(held: int, last: int) -> tuple[str, str]:
    if held > last:
        return (
            "The end of control/chain.jsonl is cut off, or an older one was put back.",
            f"Restore control/chain.jsonl as it was with this warehouse; else {_ACCEPT}.",
        )
    return (
        "warehouse.duckdb belongs to another control chain.",
        f"Put this store's own warehouse.duckdb back; else {_ACCEPT} from the file as it is.",
    )


def _lost(history: History, missing: Sequence[Entry], *, had_wal: bool) -> tuple[str, str]:
    """Whether the file is older or its WAL was lost, and how to get back what is missing."""
    if any(entry.is_checkpointed for entry in missing):
        what = "warehouse.duckdb is an older file put back."
        remedy = "Put the newer file back"
    elif not any(entry.is_checkpointed for entry in history.entries):
        what = "warehouse.duckdb is an older file put back, or its WAL was lost."
        remedy = "Put the newer file or its WAL back"
    else:
        what = f"warehouse.duckdb.wal was {'cut' if had_wal else 'deleted'}."
        remedy = "Put the WAL back"
    exports = [
        f"orders/archive/{name}"
        for entry in missing
        for name in entry.files("archive")
        if not name.endswith(".json")
    ]
    dropped = (
        f" Exports that no longer lie in the inbox have to be dropped there again, without the "
        f"digest before their name: {', '.join(exports)}."
        if exports
        else ""
    )
    return what, (
        f"{_MAKE_AGAIN}, or {remedy[0].lower()}{remedy[1:]}; else {_ACCEPT}: they pull what is "
        f"missing again.{dropped}"
    )


def _named(missing: Sequence[Entry]) -> str:
    """Commits by number, and by the nights they were of."""
    closed = {str(one.facts.get("run")): _dates(one) for one in missing if one.kind == "closing"}
    runs = list(dict.fromkeys(str(one.facts["run"]) for one in missing if "run" in one.facts))
    nights = [f"the night of {closed[run]}" for run in runs if run in closed]
    nights += [f"run {run}, which was not closed" for run in runs if run not in closed]
    first, last = missing[0], missing[-1]
    if first is last:
        numbers = f"commit {first.sequence} ({first.kind})"
    else:
        numbers = f"commits {first.sequence} to {last.sequence}"
    return f"{numbers}, {', '.join(nights)}" if nights else numbers


def _dates(entry: Entry) -> str:
    first, last = entry.facts.get("first_date"), entry.facts.get("last_date")
    if first is None:
        return f"as-of {entry.facts.get('as_of')}"
    return str(last) if first == last else f"{first} to {last}"


def _night_of(connection: duckdb.DuckDBPyConnection) -> str:
    """The last night that the database knows of."""
    row = first_row(connection, "select max(as_of) from ops.closings")
    zone = first_row(connection, "select timezone from ops.gateway")
    if row is None or row[0] is None or zone is None:
        return ", before any night"
    day = business_date(row[0] - timedelta(microseconds=1), ZoneInfo(zone[0]))
    return f" (the night of {day})"
