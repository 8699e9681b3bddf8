"""Whether the files that the chain names are there, byte for byte: landing, archive, published.

A full check reads every byte that was ever landed: about 105 ms for 100 MB in the page cache, the
disk's own speed otherwise. Every night pays it before it publishes, over everything and not over a
share: a shop of some hundred orders a day lands a few hundred kB a night, so that years of it cost
less than one page of the gateway, and what is promised is that the *next* night refuses.

What an edited line of the chain names is checked like the rest: an edited digest shows twice, and
no file goes unchecked.

Belongs here: digests of files against the chain. Stays out: the database (`standing`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import duckdb

from pipelines.faults import ChainBroken
from pipelines.landing import Landing
from pipelines.settings import Places
from pipelines.warehouse.history import History
from pipelines.warehouse.publication import control_totals
from pipelines.warehouse.publication import digest_of as snapshot_digest_of
from pipelines.warehouse.store import connect
from pipelines.warehouse.verification.findings import Check, Finding

MISSING = "missing"
_NAMED_AT_MOST = 5


def check_landing(
    history: History, folder: Path, *, whole: bool, seen: Iterable[str] = ()
) -> Check:
    """Every landing file that a commit names is there; with `whole`, it has its digest.

    Of the files `seen` those that no commit names are noted.
    """
    named = {
        path: sha256
        for entry in history.entries
        for path, sha256 in entry.files("segments").items()
    }
    landing = Landing(folder)
    findings = _differing(
        "landing",
        folder,
        named,
        whole=whole,
        told=lambda path: _first_bad_answer(landing, path),
        remedy="Restore it from a backup; if there is none, `recon verify --accept REASON` lets "
        "nights go on: its rows are in the warehouse, but could not be had from the landing again.",
    )
    spare = sorted(set(seen) - set(named))
    notes = [_listed(f"{len(spare)} landing files of runs that died before they committed", spare)]
    return Check("every landing file is as it was written", findings, tuple(notes if spare else ()))


def check_archive(
    history: History, folder: Path, *, whole: bool, seen: Iterable[str] = ()
) -> Check:
    """Both files of every export taken in are there; with `whole`, they have their digests.

    Of the files `seen` those that no commit names are noted.
    """
    named: dict[str, str] = {}
    for entry in history.entries:
        named |= entry.files("archive")
        if entry.kind == "orders" and "archive" not in entry.facts:
            named |= _named_before(folder, entry.facts.get("files", ()))
    findings = _differing(
        "orders/archive",
        folder,
        named,
        whole=whole,
        told=lambda path: "its record was changed" if path.endswith(".json") else "",
        remedy="Restore it from a backup, or the export from the shop; if there is none, `recon "
        "verify --accept REASON` lets nights go on with the rows that the warehouse has of it.",
    )
    spare = sorted(set(seen) - set(named))
    notes = [_listed(f"{len(spare)} archive files of runs that died before they committed", spare)]
    return Check(
        "every order export is in the archive as it was taken in",
        findings,
        tuple(notes if spare else ()),
    )


def check_published(history: History, places: Places) -> Check:
    """The published file is, byte for byte, the one that the last closing checked."""
    subject = "the published file is the one that was published"
    pins = [one.facts["published"] for one in history.trusted if "published" in one.facts]
    if not pins:
        return Check(subject, notes=("nothing was published yet, or by a version without digests",))
    there = sha256_of(places.published)
    known = {pin["sha256"] for pin in pins[:-1]} or {MISSING}
    if there == pins[-1]["sha256"]:
        return Check(subject)
    fresh = places.published.with_name(f".{places.published.name}.new")
    if there in known and sha256_of(fresh) == pins[-1]["sha256"]:
        told = "a kill kept the last night from putting its file in place; run its date again"
        return Check(subject, notes=(told,))
    how = _how_it_differs(places.published, there, pins[-1], known)
    finding = Finding(
        "published",
        "published/finance.duckdb",
        there,
        f"published/finance.duckdb {how}.",
        "Take nothing from it, and run the last date again: the night puts a whole file there.",
    )
    return Check(subject, (finding,))


def sha256_of(path: Path) -> str:
    """The digest of a file's bytes, or why there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return MISSING
    except OSError as unread:
        return f"unreadable: {unread.strerror}"


def _differing(
    check: str,
    folder: Path,
    named: Mapping[str, str],
    *,
    whole: bool,
    told: Callable[[str], str],
    remedy: str,
) -> tuple[Finding, ...]:
    found = []
    for path, sha256 in named.items():
        there = sha256_of(folder / path) if whole else _presence(folder / path, sha256)
        if there == sha256:
            continue
        if len(there) == len(sha256):
            detail = told(path)
            what = f"has other bytes than it was written with{f': {detail}' if detail else ''}"
        else:
            what = f"is {there}"
        found.append(Finding(check, path, there, f"{check}/{path} {what}.", remedy))
    return tuple(found)


def _presence(path: Path, sha256: str) -> str:
    return sha256 if path.is_file() else MISSING


def _first_bad_answer(landing: Landing, path: str) -> str:
    """Which answer does not verify, counted from 1."""
    verified = 0
    try:
        for _ in landing.read(path):
            verified += 1
    except ChainBroken:
        return f"answer {verified + 1} is the first that does not verify"
    return f"its {verified} answers verify, what lies around or after them does not"


def _named_before(folder: Path, digests: list[str]) -> dict[str, str]:
    """Names in the archive of exports whose commit, by an older version, has digests only."""
    named = {}
    for digest in digests:
        there = sorted(folder.glob(f"{digest}-*"))
        named[there[0].name if there else f"{digest}-"] = digest
    return named


def _listed(what: str, paths: list[str]) -> str:
    more = ", …" if paths[_NAMED_AT_MOST:] else ""
    return f"{what}: {', '.join(paths[:_NAMED_AT_MOST])}{more}"


def _how_it_differs(path: Path, there: str, pin: Mapping[str, str], known: set[str]) -> str:
    """What a person can rely on in a published file that is not the one published."""
    if not path.exists():
        return "is missing"
    if there in known:
        return "is an older one put back"
    try:
        connection = connect(path, read_only=True)
    except ChainBroken as broken:
        return f"cannot be read ({broken.sentence})"
    try:
        figures = snapshot_digest_of(control_totals(connection))
    except duckdb.Error as broken:
        return f"cannot be read ({str(broken).splitlines()[0]})"
    finally:
        connection.close()
    if figures == pin["snapshot_digest"]:
        return "was changed after it was published, outside the figures"
    return "was changed after it was published: its figures are not those of the night"
