"""Files beside exports that name no export, so that nothing would ever be checked by them.

Belongs here: when such a sidecar is reported, and how it had to be named. Stays out: sidecars that
stand beside their file (`sidecars`), and looking at the inbox (`inbox`).
"""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import PurePath

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats import OBJECT_SUFFIXES, TEXT_SUFFIXES
from pipelines.orders.opening import take
from pipelines.orders.sidecars import (
    CONTROL_SUFFIX,
    DIGEST_SUFFIX,
    MAX_SIDECAR_BYTES,
    SidecarUnusable,
    digest_in,
)

_ENDINGS = (*TEXT_SUFFIXES, *OBJECT_SUFFIXES, ".parquet", ".xlsx")
PATIENCE_SECONDS = 3600.0
"""A sidecar may come before its file, which may take a while to be copied."""


def is_sidecar(name: str) -> bool:
    """Tell a sidecar by its name."""
    return name.endswith((DIGEST_SUFFIX, CONTROL_SUFFIX))


def named_by(sidecar: str) -> str:
    """Give the name of the file that a sidecar would stand beside."""
    return sidecar.removesuffix(DIGEST_SUFFIX).removesuffix(CONTROL_SUFFIX)


def stray(
    folder: int, name: str, *, beside: frozenset[str], known_digests: Container[str], now: float
) -> OrderFileRefused | None:
    """Give what is wrong with a sidecar that names no file; None where that is right or may be.

    One whose file was taken in and away, and one whose file may still follow, are in order.
    `FileNotFoundError` passes, as for `take`.
    """
    owner = named_by(name)
    if owner in beside:
        return None
    meant = sorted(
        one
        for one in beside
        # An upload may be called a.csv.part until it is whole: its sidecar is named rightly.
        if PurePath(one).stem == owner and PurePath(one).suffix.lower() in _ENDINGS
    )
    entry = os.stat(name, dir_fd=folder, follow_symlinks=False)
    # Moving a file in touches the latter only; a clock of another machine may be ahead.
    has_waited = now - max(entry.st_mtime, entry.st_ctime) >= PATIENCE_SECONDS
    if not (meant or has_waited) or _was_kept(folder, name, known_digests):
        return None
    return OrderFileRefused(
        name,
        f"it stands beside no file {owner}, so that nothing is checked by it.",
        remedy=f"Name it {meant[0]}{name.removeprefix(owner)}."
        if meant
        else "Name it as its export with its ending, such as orders.csv"
        f"{name.removeprefix(owner)} beside orders.csv, or remove it.",
    )


def _was_kept(folder: int, name: str, known_digests: Container[str]) -> bool:
    """Tell whether the sidecar promised bytes that were taken in: its file may be gone since."""
    if not name.endswith(DIGEST_SUFFIX):
        return False
    try:
        sidecar = take(folder, name, limit=MAX_SIDECAR_BYTES)
        return digest_in(sidecar.content, name=named_by(name)) in known_digests
    except (OrderFileRefused, SidecarUnusable):
        return False
