"""Worlds made of other worlds, in ways that must do to the answer what they did to the question.

Belongs here: shuffling, scaling, renaming and joining rows. Stays out: closing in pieces
(`closings`), and what is asked of the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from oracle.answers import EXACT
from oracle.makers import make_order
from oracle.world import World

ROWS = ("orders", "sessions", "subscriptions", "prices", "invoices", "attempts")
AMOUNTS = ("amount", "fiat_amount", "fee_amount", "refund_amount")
COINS = ("crypto_expected", "crypto_received")
IDS = (
    "order_id", "session_ids", "transaction_ref", "further_refs", "transaction_id", "reference",
    "external_id", "description", "deposit_tx_hash", "checkout_session_id", "invoice_id",
    "payment_link_id", "session_id", "known_ids", "subscription_id", "price_id",
    "merchant_invoice_id", "listed_under_subscription_id", "charge_attempt_id",
    "listed_under_invoice_id", "tx_hash", "authorization_id",
)  # fmt: skip
CURRENCIES = ("currency", "fiat_currency")
Anything = TypeVar("Anything")


def shuffled(world: World, rng: Random) -> World:
    """The same rows in another order; versions of one row stay in theirs, and refused rows too,

    whose place in the file is their name.
    """

    def mixed(rows: Iterable[Anything]) -> list[Anything]:
        found = list(rows)
        rng.shuffle(found)
        return found

    return replace(
        world,
        transactions=dict(mixed(world.transactions.items())),
        authorizations=dict(mixed(world.authorizations.items())),
        windows=tuple(mixed(world.windows)),
        **{name: tuple(mixed(getattr(world, name))) for name in ROWS},
    )


def scaled(world: World, factor: Decimal, *, coins: Decimal = Decimal(1)) -> World:
    """All money times the factor, all coins times theirs, rates so that both still agree."""

    def change(name: str, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        if name in AMOUNTS:
            return EXACT.multiply(value, factor)
        if name in COINS:
            return EXACT.multiply(value, coins)
        return EXACT.divide(value, coins / factor) if name == "exchange_rate" else value

    return rewritten(world, change)


def renamed(world: World, rename: Callable[[str], str]) -> World:
    """Every id renamed, wherever it stands, and every word of a description with it."""

    def change(name: str, value: Any) -> Any:
        if name not in IDS or value is None:
            return value
        return rename(value) if isinstance(value, str) else tuple(map(rename, value))

    return rewritten(world, change)


def recoined(world: World, currency: str) -> World:
    """All money in one currency."""
    return rewritten(world, lambda name, value: currency if name in CURRENCIES else value)


def alphabet(text: Iterable[str], first: str) -> Callable[[str], str]:
    """Letters, digits and marks of ids, each as a letter from another alphabet, in their order.

    It keeps which of two ids is smaller, how long they are, and which one stands in another.
    """
    used = sorted({sign for word in text for sign in word if sign.isalnum() or sign in "-_#/"})
    letters = {ord(sign): chr(ord(first) + place) for place, sign in enumerate(used)}
    return lambda word: word.translate(letters)


def words_of(world: World) -> set[str]:
    """Every id and description of a world."""
    found: set[str] = set()

    def note(name: str, value: Any) -> Any:
        if name in IDS and value:
            found.update([value] if isinstance(value, str) else value)
        return value

    rewritten(world, note)
    return found


def together(one: World, other: World) -> World:
    """Both worlds in one store, judged as the first is."""
    return replace(
        one,
        transactions={**one.transactions, **other.transactions},
        authorizations={**one.authorizations, **other.authorizations},
        quarantined=one.quarantined + other.quarantined,
        decisions=one.decisions + other.decisions,
        **{name: getattr(one, name) + getattr(other, name) for name in ROWS},
    )


def with_orders_on(world: World, days: Iterable[date], *, currency: str) -> World:
    """An order that expects nothing on each of the days."""
    # Where the clocks change, the middle of a day is an hour off its noon, and in that day still.
    middles = (world.as_of - timedelta(days=ago, hours=-12) for ago in range(1, 90))
    noon = {world.local_date(middle): middle for middle in middles}
    quiet = [
        make_order(
            order_id=f"quiet {day}", status="awaiting", currency=currency, placed_at=noon[day]
        )
        for day in days
    ]
    return replace(world, orders=world.orders + tuple(quiet))


def days_with_orders(world: World) -> set[date]:
    return {world.local_date(order.placed_at) for order in world.judged_orders()}


def days_with_payments(world: World) -> set[date]:
    return {world.local_date(each.created_at) for each in world.judged_transactions()}


def rewritten(world: World, change: Callable[[str, Any], Any]) -> World:
    """Every field of every row changed; ids that are keys are those of the rows below them."""

    def rows(found: Iterable[Any]) -> tuple[Any, ...]:
        return tuple(
            replace(
                row, **{one.name: change(one.name, getattr(row, one.name)) for one in fields(row)}
            )
            for row in found
        )

    def versions(found: Mapping[str, tuple[Any, ...]], key: str) -> dict[str, tuple[Any, ...]]:
        changed = [rows(each) for each in found.values()]
        return {getattr(each[0], key): each for each in changed}

    return replace(
        world,
        transactions=versions(world.transactions, "transaction_id"),
        authorizations=versions(world.authorizations, "subscription_id"),
        quarantined=rows(world.quarantined),
        decisions=rows(world.decisions),
        **{name: rows(getattr(world, name)) for name in ROWS},
    )
