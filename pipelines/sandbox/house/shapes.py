"""Rows in other shapes than the contract's: short, lower-case, snake-case, with members unknown.

Which of them is wanted is said by the personality; the digits of numbers stay as they are.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from pipelines.sandbox.house.personality import Personality

SUMMARY = (
    "id", "reference", "status", "fromCurrency", "fromAmount", "toCurrency", "toAmount",
    "depositAddress", "createdAt", "updatedAt",
)  # fmt: skip
_SHORT = ("uid", "id", "status", "created_at", "updated_at", "createdAt", "updatedAt")
_STATES = ("status", "payoutStatus", "payout_status")
_UPPER_LETTER = re.compile(r"(?<=[a-z0-9])([A-Z])")
UNKNOWN_WORD = "AWAITING_SIGNAL"


def reshaped(row: dict[str, Any], name: str, personality: Personality) -> dict[str, Any]:
    """A row of a list as the personality has it."""
    if personality.short_rows:
        kept = SUMMARY if name == "transactions" else _SHORT
        row = {member: row[member] for member in kept if member in row}
    if personality.unknown_words and _is_struck(row, personality):
        row = {**row, "status": UNKNOWN_WORD}
    if personality.lowercase:
        row = {
            member: value.lower() if member in _STATES and isinstance(value, str) else value
            for member, value in row.items()
        }
    if personality.unknown_fields:
        row = {**row, "xInternal": {"shard": 3, "notes": ["kept"]}}
    if personality.field_style == "snake":
        row = {_UPPER_LETTER.sub(r"_\1", member).lower(): value for member, value in row.items()}
    return row


def _is_struck(row: dict[str, Any], personality: Personality) -> bool:
    if row.get("status") != "PENDING":
        return False
    named = f"{personality.seed}/{row.get('id') or row.get('uid')}"
    return hashlib.sha256(named.encode()).digest()[0] % 2 == 0
