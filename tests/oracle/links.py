"""Section 3: the passes that pair orders with transactions.

What joins orders with bills, and the cases that all of it forms, stays out.
"""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from oracle.world import Order, TransactionVersion, World

PASS_5_BEFORE = timedelta(hours=1)
PASS_5_AFTER = timedelta(hours=15)
SHORTEST_ID_IN_DESCRIPTION = 4


class Pair(NamedTuple):
    """An order and a transaction by their ids."""

    order_id: str
    transaction_id: str


class Link(NamedTuple):
    """A pair and the first rule that joins it."""

    order_id: str
    transaction_id: str
    rule: str


def tokens(description: str | None) -> set[str]:
    """Maximal runs of letters, digits, `-`, `_`, `#`, `/`."""
    spaced = [
        character
        if character in "-_#/" or unicodedata.category(character)[0] == "L" or is_digit(character)
        else " "
        for character in description or ""
    ]
    return set("".join(spaced).split())


def is_digit(character: str) -> bool:
    return unicodedata.category(character) == "Nd"


def known_ids_in(transaction: TransactionVersion, known: Iterable[str]) -> set[str]:
    """The known ids, long enough to mean something, that the description names."""
    named = tokens(transaction.description)
    return {each for each in known if len(each) >= SHORTEST_ID_IN_DESCRIPTION and each in named}


def certain_links(world: World) -> dict[Pair, str]:
    """Passes 0 to 4: every pair once, with its first rule."""
    linked, forbidden = manual_decisions(world)
    for rule, joins in (
        ("session", joins_by_session),
        ("reference", joins_by_reference),
        ("external_id", joins_by_external_id),
    ):
        for order in world.judged_orders():
            for transaction in world.judged_transactions():
                pair = Pair(order.order_id, transaction.transaction_id)
                if pair not in forbidden and joins(order, transaction):
                    linked.setdefault(pair, rule)
    return linked | links_by_description(world, linked, forbidden)


def manual_decisions(world: World) -> tuple[dict[Pair, str], set[Pair]]:
    """Pass 0: the pairs a person linked, and those forbidden. A link waits for both its rows."""
    orders = {order.order_id for order in world.judged_orders()}
    transactions = {each.transaction_id for each in world.judged_transactions()}
    last = {Pair(each.order_id, each.transaction_id): each.action for each in world.decisions}
    linked = {
        pair: "manual"
        for pair, action in last.items()
        if action == "link" and pair.order_id in orders and pair.transaction_id in transactions
    }
    return linked, {pair for pair, action in last.items() if action == "unlink"}


def joins_by_session(order: Order, transaction: TransactionVersion) -> bool:
    session_id = transaction.checkout_session_id
    return bool(session_id) and session_id in order.session_ids


def joins_by_reference(order: Order, transaction: TransactionVersion) -> bool:
    named = {order.transaction_ref or "", *order.further_refs} - {""}
    return bool(named & {transaction.transaction_id, transaction.reference})


def joins_by_external_id(order: Order, transaction: TransactionVersion) -> bool:
    return transaction.external_id == order.order_id


def links_by_description(
    world: World, linked: dict[Pair, str], forbidden: set[Pair]
) -> dict[Pair, str]:
    """Pass 4. Ids of refused order rows are known ids too: they make a description ambiguous."""
    already = {pair.transaction_id for pair in linked}
    orders = {order.order_id for order in world.judged_orders()}
    known = orders | {each for row in world.quarantined for each in row.known_ids}
    found = {}
    for transaction in world.judged_transactions():
        named = known_ids_in(transaction, known)
        if transaction.transaction_id in already or len(named) != 1:
            continue
        pair = Pair(named.pop(), transaction.transaction_id)
        if pair.order_id in orders and pair not in forbidden:
            found[pair] = "description"
    return found


def candidates(world: World, linked: Iterable[Pair], *, billed: Iterable[str] = ()) -> set[Pair]:
    """Pass 5: the pairs that only their amount and their hour bring together.

    `billed` are the ids of the orders that pass 2 joined to an invoice or an attempt.
    """
    taken = list(linked)
    linked_orders = {pair.order_id for pair in taken} | set(billed)
    linked_transactions = {pair.transaction_id for pair in taken}
    forbidden = manual_decisions(world)[1]
    return {
        Pair(order.order_id, transaction.transaction_id)
        for order in world.judged_orders()
        if order.expects_money and order.order_id not in linked_orders
        for transaction in world.judged_transactions()
        if transaction.is_completed
        and not transaction.invoice_id
        and not transaction.payment_link_id
        and transaction.transaction_id not in linked_transactions
        and resembles(order, transaction)
        and Pair(order.order_id, transaction.transaction_id) not in forbidden
    }


def resembles(order: Order, transaction: TransactionVersion) -> bool:
    earliest = order.placed_at - PASS_5_BEFORE
    latest = order.placed_at + PASS_5_AFTER
    emails = {
        email.strip().casefold()
        for email in (order.customer_email, transaction.customer_email)
        if email and email.strip()
    }
    return (
        order.currency == transaction.fiat_currency
        and order.amount == transaction.fiat_amount
        and earliest <= transaction.created_at <= latest
        and len(emails) <= 1
    )
