"""What the seeded and the played shop found, row against row under the plan's ids.

Breaks and matches are compared whole, evidence included; of transactions, the facts that the plan
tells. Left out are ids without a counterpart, and when by the API's own clock a row moved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from night.shop import Shop

# The key of a row, then everything that is compared.
_ROWS = {
    "breaks": "select case_id, * exclude (case_id, break_id) from reconciled.breaks",
    "matches": "select case_id || ' ' || coalesce(order_id, '') || ' ' "
    "|| coalesce(transaction_id, ''), * from reconciled.matches",
    "statuses": "select match_status, count(*), count(distinct case_id) "
    "from reconciled.matches group by match_status",
    "transactions": "select transaction_id, reference, type, checkout_session_id, external_id, "
    "description, status, fiat_amount, fiat_currency, crypto_currency, network, exchange_rate, "
    "crypto_expected, crypto_received, fee_amount, refund_amount, created_at, expires_at, "
    "business_date, first_seen_at from validated.transactions",
}
_NAME = re.compile(r"trxn_[0-9a-f]{24}|cs_[0-9a-f]{32}|RS-[0-9]{8}-[0-9A-F]{10}")


class Difference(NamedTuple):
    """One row that the shops do not have alike; None where a shop has none."""

    table: str
    key: str
    seeded: str | None
    played: str | None


def differences(seeded: Shop, played: Shop, given: Mapping[str, str]) -> list[Difference]:
    """Every row that differs; `given` are the API's ids by the plan's."""
    planned = {name: plan for plan, name in given.items()}
    found = []
    for table, query in _ROWS.items():
        ours, theirs = _rows(seeded, query, {}), _rows(played, query, planned)
        found += [
            Difference(table, key, ours.get(key), theirs.get(key))
            for key in sorted(ours.keys() | theirs.keys())
            if ours.get(key) != theirs.get(key)
        ]
    return found


def _rows(shop: Shop, query: str, planned: Mapping[str, str]) -> dict[str, str]:
    def renamed(value: Any) -> str:
        return _NAME.sub(lambda name: planned.get(name[0], name[0]), str(value))

    rows = [(renamed(row[0]), renamed(row[1:])) for row in shop.ask(query)]
    by_key = dict(rows)
    assert len(by_key) == len(rows), f"a key stands twice in {query}"
    return by_key
