"""What a list of transactions can be asked for, as the ledger understands it.

Values are checked before they come here, against the served contract.
"""

from __future__ import annotations

from dataclasses import dataclass

STATUSES = (
    "PENDING",
    "PROCESSING",
    "UNDERPAID",
    "COMPLETED",
    "EXPIRED",
    "FAILED",
    "REFUNDED",
    "CANCELLED",
)


@dataclass(frozen=True)
class ListQuery:
    """A checked list request; `since` and `until` bound createdAt, half-open."""

    page: int
    limit: int
    status: str | None
    since: int | None
    until: int | None
    by_update: bool
    descending: bool
