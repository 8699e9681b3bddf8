"""What subscriptions bill, as the rows that the gateway's answers leave in the engine's raw tables.

Belongs here: one row per version, every value as text. Stays out: orders and transactions, and
running the engine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from oracle.world import World

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def as_text(value: Any) -> str | None:
    """A value as the gateway writes it; nothing stays nothing."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)


def bill_rows(world: World) -> dict[str, list[dict[str, Any]]]:
    """Raw table → its rows. Names are the raw columns', which are the fields' but for the price."""
    versions = [each for held in world.authorizations.values() for each in held]
    return {
        "raw.subscriptions": received(map(vars, world.subscriptions)),
        "raw.prices": received(
            vars(price) | {"plan_id": "plan", "recurring_interval": "MONTH"}
            for price in world.prices
        ),
        "raw.subscription_invoices": received(
            vars(invoice) | {"billing_mode": "FIXED"} for invoice in world.invoices
        ),
        "raw.charge_attempts": received(map(vars, world.attempts)),
        "raw.authorizations": received(
            {
                "listed_under_subscription_id" if name == "subscription_id" else name: value
                for name, value in vars(version).items()
            }
            for version in versions
        ),
    }


def received(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of arrival, each with where it came from."""
    return [
        {name: as_text(value) for name, value in row.items()}
        | {
            "arrival": number,
            "content_digest": str(number),
            "recorded_from": row.get("recorded_from", EPOCH),
            "run_id": "r",
            "source": "s",
        }
        for number, row in enumerate(rows, start=1)
    ]
