"""The policies that were ever in force, word for word: `actions/policies.jsonl`, appended only.

Belongs here: noting a policy when a run begins under it, and finding it again by its version.
Stays out: reading `recon.toml` (`pipelines.policy`).
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.faults import StoreFault
from pipelines.policy import Policy
from pipelines.warehouse.store import private_folder

_REMEDY = "Restore actions/policies.jsonl from the last backup."


class PolicyLog:
    """The file of one store; use it under the writer lock."""

    def __init__(self, folder: Path) -> None:
        self._file = private_folder(folder) / "policies.jsonl"

    def note(self, policy: Policy, *, as_of: datetime) -> None:
        """Append the policy unless its version stands there already."""
        text, whole = self._text()
        if any(line["version"] == policy.version for line in _lines(text)):
            return
        line = {
            "version": policy.version,
            "as_of": as_of.astimezone(UTC).isoformat(),
            "policy": policy.as_text(),
        }
        with self._file.open("ab") as handle:
            # A kill while appending leaves the beginning of a line: nothing rests on it yet.
            handle.truncate(whole)
            handle.write((json.dumps(line, sort_keys=True) + "\n").encode())
            handle.flush()
            os.fsync(handle.fileno())

    def find(self, version: str) -> Policy:
        """The policy of this version; StoreFault when it is not there as it was written."""
        text, _ = self._text()
        for line in _lines(text):
            if line["version"] != version:
                continue
            words = str(line["policy"])
            if hashlib.sha256(words.encode()).hexdigest().startswith(version):
                return _read(words, version)
            break
        raise StoreFault(
            f"The policy {version}, under which a run was judged, is not kept as it was.", _REMEDY
        )

    def _text(self) -> tuple[str, int]:
        """The whole lines, and how many bytes they are."""
        if not self._file.exists():
            return "", 0
        content = self._file.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        return whole.decode("utf-8", "replace"), len(whole)


def _lines(text: str) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in text.splitlines()]
    except ValueError as broken:
        raise StoreFault("The policies that were in force cannot be read.", _REMEDY) from broken


def _read(words: str, version: str) -> Policy:
    try:
        return Policy.model_validate_json(words)
    except ValidationError as unknown:
        raise StoreFault(
            f"The policy {version} holds values that this version of the program does not know.",
            "Rebuild with the version of the program that wrote it.",
        ) from unknown
