"""Whether what people decided still stands in its file as it was taken in.

The control chain keeps size and digest of the beginning of `actions/decisions.jsonl` with every
entry that took lines of it in. Lines after that wait for the next run, and are no finding.

Belongs here: that one file. Stays out: taking it in (`night.actions`).
"""

from __future__ import annotations

from pathlib import Path

from pipelines.warehouse.decisions import LOG, TAKEN_IN, DecisionLog
from pipelines.warehouse.history import History
from pipelines.warehouse.verification.findings import Check, Finding


def check_decisions(history: History, folder: Path) -> Check:
    """The file begins, byte for byte, with what was taken in of it."""
    subject = "what people decided stands as it was taken in"
    log, latest = DecisionLog(folder), history.latest(TAKEN_IN)
    noted = latest.facts[TAKEN_IN] if latest else log.mark(0)
    there = log.mark(noted["bytes"])
    if latest is None or there["sha256"] == noted["sha256"]:
        is_waiting = log.size() > noted["bytes"]
        told = "decisions that a kill kept from being taken in wait there for the next run"
        return Check(subject, notes=(told,) if is_waiting else ())
    if not (folder / LOG).exists():
        how = "is missing"
    elif there["bytes"] < noted["bytes"]:
        how = "was cut: decisions that count in the warehouse do not stand in it any more"
    else:
        how = "was changed: it is only ever appended to"
    finding = Finding(
        "actions",
        LOG,
        f"{there['sha256'][:16]} at {latest.digest[:12]}",
        f"actions/{LOG} {how}.",
        "Restore it from the last backup; if there is none, `recon verify --accept REASON` lets "
        "nights go on with the decisions that the warehouse has taken in.",
    )
    return Check(subject, (finding,))
