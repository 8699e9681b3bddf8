"""Accepting what does not hold: a person says why nights may go on from the store as it stands.

Belongs here: the line under `actions/` and the entry of the control chain, with the findings in
both. Stays out: finding them, and any repair of what was found.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pipelines.faults import ChainBroken, ConfigurationFault
from pipelines.settings import Places
from pipelines.warehouse.chain import Chain, held_commit
from pipelines.warehouse.holdings import totals
from pipelines.warehouse.renewal import forget_computed
from pipelines.warehouse.store import open_warehouse, private_folder, writer_lock
from pipelines.warehouse.verification import STORE, verify
from pipelines.warehouse.verification.findings import Finding, Verification
from pipelines.warehouse.verification.standing import key_digest

LOG = "acceptances.jsonl"
REASON_LONGEST = 1000


def accept(
    places: Places,
    *,
    reason: str,
    by: str,
    at: datetime,
    on_wait: Callable[[str], None] | None = None,
) -> Verification:
    """Verify, and accept whatever does not hold; nothing is written when everything does.

    Returns what was found before. Raises ConfigurationFault for an empty reason or name, and
    ChainBroken for a database that nights cannot go on from.
    """
    why, who = _worded(reason, "reason"), _worded(by, "name")
    with writer_lock(places, on_wait=on_wait):
        verification = verify(places)
        found = verification.open_findings
        if not found:
            return verification
        _require_usable(found)
        with open_warehouse(places, may_begin_anew=True) as connection:
            held = held_commit(connection)
            facts = {
                "by": who,
                "at": at.isoformat(),
                "reason": why,
                "findings": [{**one.key._asdict(), "what": one.what} for one in found],
                "from": {"sequence": held[0], "digest": held[1]},
                "totals": totals(connection, whole=True),
                "email_key": key_digest(places.control / "email.key"),
            }
            # What was computed from other rows than are there now is computed anew.
            forget_computed(connection)
            # The log first: an entry without its line would be a decision without its record.
            _log(places, {"verb": "verify.accept", **facts})
            Chain(places.control).accept(connection, facts)
    return verification


def _worded(text: str, what: str) -> str:
    """One line of text, as it stands in the log and on a terminal."""
    line = " ".join(text.split())
    if not line or len(line) > REASON_LONGEST or not line.isprintable():
        raise ConfigurationFault(
            f"The {what} of an acceptance is empty, too long or not printable.",
            'Write one sentence: recon verify --accept "restored from the backup of Monday".',
        )
    return line


def _require_usable(found: list[Finding]) -> None:
    for one in found:
        if one.check == STORE and not one.state.startswith("missing"):
            raise ChainBroken(one.what, one.remedy)


def _log(places: Places, line: Mapping[str, Any]) -> None:
    path = private_folder(places.actions) / LOG
    is_new = not path.exists()
    with path.open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line, sort_keys=True) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    if is_new:
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
