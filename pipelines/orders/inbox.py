"""What lies in the folder where order exports are dropped, and which of it may be taken now.

Belongs here: names, kinds of file, sidecars, sizes, standing still. Stays out: what is in a file
(`reader`). Nothing here writes: files in the inbox are never moved, renamed or deleted. A file is
opened by a descriptor that follows no link, read piece by piece and not held; what is parsed later
must still be what was hashed here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from pipelines.faults import ConfigurationFault
from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.names import name_fault, shown_name
from pipelines.orders.opening import Looks, Surveyed, Taken, Whereabouts, looks_now, survey, take
from pipelines.orders.sidecars import (
    CONTROL_SUFFIX,
    DIGEST_SUFFIX,
    MAX_SIDECAR_BYTES,
    ControlTotals,
    SidecarUnusable,
    control_totals_in,
    digest_in,
)
from pipelines.orders.strays import is_sidecar, named_by, stray
from pipelines.orders.wording import harmless

MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_FILES = 10_000
STILL_SECONDS = 1.0


class State(Enum):
    """What may be done with a file of the inbox now."""

    READY = "ready"
    WAITING = "waiting"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True)
class Arrival:
    """One entry of the inbox that is, or stands for, an export.

    `name` is harmless to show. `export` and `digest` are there when READY, `digest` without it when
    KNOWN, `refusal` when REFUSED; WAITING files are still growing and come again next time.
    """

    name: str
    state: State
    digest: str | None = None
    export: Whereabouts | None = None
    control: ControlTotals | None = None
    refusal: OrderFileRefused | None = None


@dataclass(frozen=True)
class _Candidate:
    """A file looked at; `doubt` is the refusal that stands if the file turns out to be still."""

    name: str
    export: Whereabouts | None
    looks: Looks
    sidecars: dict[str, Taken]
    control: ControlTotals | None
    is_shown_whole: bool
    doubt: OrderFileRefused | None


def arrivals(
    inbox: Path,
    *,
    wait_still: bool = True,
    known_digests: Container[str] = frozenset(),
    pause: Callable[[float], None] = time.sleep,
) -> list[Arrival]:
    """Look at the inbox once and give its exports by name; an inbox not there yet is empty.

    Files that no sidecar shows to be whole are looked at again after one pause for all of them;
    without `wait_still` the caller vouches that nobody writes. Files of `known_digests` are only
    named, unless what stands beside them speaks of other bytes.
    """
    try:
        folder = os.open(inbox, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigurationFault(
            f"The orders folder {inbox} cannot be opened: {error.strerror}.",
            "Correct RECON_ORDERS_DIR or the folder's permissions.",
        ) from None
    try:
        return _look(inbox, folder, wait_still=wait_still, known_digests=known_digests, pause=pause)
    finally:
        os.close(folder)


def look_at(path: Path) -> Arrival:
    """Look at one export where it lies, as if it stood still in the inbox.

    `OSError` passes where the path leads to nothing that can be looked at.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.stat(path.name, dir_fd=folder, follow_symlinks=False)
        with os.scandir(folder) as entries:
            beside = frozenset(entry.name for entry in entries)
        found = _examined(path.parent, folder, path.name, beside=beside, known_digests=frozenset())
    finally:
        os.close(folder)
    if isinstance(found, _Candidate):
        return _settled(found)
    if found is None:
        refusal = OrderFileRefused(
            path.name, "it is no export, but stands beside one.", remedy="Check the export itself."
        )
        return Arrival(refusal.name, State.REFUSED, refusal=refusal)
    return found


def _look(
    inbox: Path,
    folder: int,
    *,
    wait_still: bool,
    known_digests: Container[str],
    pause: Callable[[float], None],
) -> list[Arrival]:
    names = sorted(os.listdir(folder))
    if len(names) > MAX_FILES:
        raise ConfigurationFault(
            f"The orders folder holds {len(names):,} entries, more than {MAX_FILES:,}.",
            "Move exports that were taken in long ago to another folder.",
        )
    settled: list[Arrival] = []
    unsure: list[_Candidate] = []
    for name in names:
        found = _examined(inbox, folder, name, beside=frozenset(names), known_digests=known_digests)
        if isinstance(found, _Candidate) and not found.is_shown_whole and wait_still:
            unsure.append(found)
        elif isinstance(found, _Candidate):
            settled.append(_settled(found))
        elif found is not None:
            settled.append(found)
    if unsure:
        pause(STILL_SECONDS)
        settled += [_settled_if_still(folder, candidate) for candidate in unsure]
    return sorted(settled, key=lambda arrival: arrival.name)


def _examined(
    inbox: Path, folder: int, name: str, *, beside: frozenset[str], known_digests: Container[str]
) -> Arrival | _Candidate | None:
    """Give what the entry is; None for a sidecar, which is looked at with its file."""
    fault = name_fault(named_by(name))
    if name.startswith(".") and fault is not None:
        return _doubted(folder, name, _unfit_name(name, fault))
    if fault is not None:
        refusal = _unfit_name(name, fault)
        return Arrival(refusal.name, State.REFUSED, refusal=refusal)
    try:
        if is_sidecar(name):
            wrong = stray(folder, name, beside=beside, known_digests=known_digests, now=time.time())
            return _doubted(folder, name, wrong) if wrong is not None else None
        file = survey(folder, name, limit=MAX_FILE_BYTES)
        export = Whereabouts(inbox, name, file.looks, file.digest)
        found = _with_sidecars(folder, export, file, beside=beside)
        # Known bytes that a sidecar contradicts are not what somebody meant to drop here.
        if found.doubt is None and file.digest in known_digests:
            return Arrival(name, State.KNOWN, digest=file.digest, control=found.control)
        return found
    except FileNotFoundError:
        return Arrival(name, State.WAITING)
    except OrderFileRefused as refusal:
        return Arrival(name, State.REFUSED, refusal=refusal)


def _with_sidecars(
    folder: int, export: Whereabouts, file: Surveyed, *, beside: frozenset[str]
) -> _Candidate:
    name, digest = export.name, export.digest
    sidecars = {
        suffix: take(folder, name + suffix, limit=MAX_SIDECAR_BYTES)
        for suffix in (DIGEST_SUFFIX, CONTROL_SUFFIX)
        if name + suffix in beside
    }
    control: ControlTotals | None = None
    doubt: OrderFileRefused | None = None
    is_shown_whole = False
    try:
        if DIGEST_SUFFIX in sidecars:
            stated = digest_in(sidecars[DIGEST_SUFFIX].content, name=name)
            is_shown_whole = stated == digest
            doubt = None if is_shown_whole else _other_digest(name, found=digest, stated=stated)
        if CONTROL_SUFFIX in sidecars:
            control = control_totals_in(sidecars[CONTROL_SUFFIX].content)
            is_shown_whole = is_shown_whole or file.lines == _stated_lines(control)
    except SidecarUnusable as error:
        is_shown_whole = False
        doubt = OrderFileRefused(
            name,
            f"a file beside it {error}.",
            remedy="Write the .sha256 or .control.json again, or remove it.",
        )
    is_shown_whole = is_shown_whole and doubt is None
    return _Candidate(name, export, file.looks, sidecars, control, is_shown_whole, doubt)


def _doubted(folder: int, name: str, doubt: OrderFileRefused) -> _Candidate | None:
    """Doubt only until it stands still: careful exporters write under a hidden name, then rename,
    and the file that a sidecar names may be just behind it.
    """
    looks = looks_now(folder, name)
    if looks is None:
        return None
    return _Candidate(name, None, looks, {}, None, is_shown_whole=False, doubt=doubt)


def _stated_lines(control: ControlTotals) -> int:
    """How many lines a file has that is all there, by its control totals; -1 where they say none.

    A file with line ends inside quotes only has to stand still first, as if nothing were stated.
    """
    return -1 if control.rows is None else control.rows + 1


def _other_digest(name: str, *, found: str, stated: str) -> OrderFileRefused:
    return OrderFileRefused(
        name,
        f"its bytes have the sha256 {found}, {name}{DIGEST_SUFFIX} says {stated}.",
        remedy="Copy the export and its .sha256 again, together.",
    )


def _settled(candidate: _Candidate) -> Arrival:
    doubt, export = candidate.doubt, candidate.export
    digest = export.digest if export is not None else None
    if doubt is not None:
        return Arrival(doubt.name, State.REFUSED, digest=digest, refusal=doubt)
    return Arrival(
        candidate.name, State.READY, digest=digest, export=export, control=candidate.control
    )


def _settled_if_still(folder: int, candidate: _Candidate) -> Arrival:
    beside = {suffix: taken.looks for suffix, taken in candidate.sidecars.items()}
    for suffix, looks in {"": candidate.looks, **beside}.items():
        if looks_now(folder, candidate.name + suffix) != looks:
            return Arrival(shown_name(candidate.name), State.WAITING)
    return _settled(candidate)


def _unfit_name(name: str, fault: str) -> OrderFileRefused:
    return OrderFileRefused(
        harmless(name),
        fault,
        remedy="Give it a name of letters, digits, space and ._()+- and drop it again.",
    )
