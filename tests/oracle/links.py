"""Section 3: the passes that pair orders with transactions, and the cases they form.

What a case means (its codes, its status, its sums) stays out.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Case:
    """Rows joined by links, oldest first. In a suggested or ambiguous case no link is taken."""

    orders: tuple[Order, ...]
    transactions: tuple[TransactionVersion, ...]
    links: tuple[Link, ...]
    kind: str  # linked, suggested or ambiguous

    @property
    def case_id(self) -> str:
        if self.orders:
            return f"order:{self.orders[0].order_id}"
        return f"transaction:{self.transactions[0].transaction_id}"

    @property
    def currency(self) -> str:
        return self.orders[0].currency if self.orders else self.transactions[0].fiat_currency

    @property
    def completed(self) -> list[TransactionVersion]:
        return [transaction for transaction in self.transactions if transaction.is_completed]

    def transactions_of(self, order: Order) -> list[TransactionVersion]:
        """Those directly linked to the order."""
        ids = {link.transaction_id for link in self.links if link.order_id == order.order_id}
        return [each for each in self.transactions if each.transaction_id in ids]

    def orders_of(self, transaction: TransactionVersion) -> list[Order]:
        """Those directly linked to the transaction."""
        wanted = transaction.transaction_id
        ids = {link.order_id for link in self.links if link.transaction_id == wanted}
        return [each for each in self.orders if each.order_id in ids]


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


def candidates(world: World, linked: Iterable[Pair]) -> set[Pair]:
    """Pass 5: the pairs that only their amount and their hour bring together."""
    taken = list(linked)
    linked_orders = {pair.order_id for pair in taken}
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


def form_cases(world: World) -> list[Case]:
    """Every judged row in exactly one case."""
    certain = certain_links(world)
    guessed = dict.fromkeys(candidates(world, certain), "amount_window")
    orders = {("order", each.order_id): each for each in world.judged_orders()}
    transactions = {
        ("transaction", each.transaction_id): each for each in world.judged_transactions()
    }
    cases = []
    for rows in components([*orders, *transactions], [*certain, *guessed]):
        links = sorted(
            Link(*pair, rule)
            for pair, rule in (certain | guessed).items()
            if ("order", pair.order_id) in rows
        )
        cases.append(
            Case(
                orders=tuple(
                    sorted(
                        (orders[row] for row in rows if row in orders),
                        key=lambda order: (order.placed_at, order.order_id),
                    )
                ),
                transactions=tuple(
                    sorted(
                        (transactions[row] for row in rows if row in transactions),
                        key=lambda each: (each.created_at, each.transaction_id),
                    )
                ),
                links=tuple(links),
                kind=kind_of(links),
            )
        )
    return cases


def kind_of(links: list[Link]) -> str:
    guessed = [link for link in links if link.rule == "amount_window"]
    if not guessed:
        return "linked"
    return "suggested" if len(guessed) == 1 else "ambiguous"


def components(
    rows: list[tuple[str, str]], pairs: Iterable[Pair]
) -> list[frozenset[tuple[str, str]]]:
    """The sets of rows that hang together by pairs."""
    group = {row: frozenset([row]) for row in rows}
    for pair in pairs:
        merged = group["order", pair.order_id] | group["transaction", pair.transaction_id]
        for row in merged:
            group[row] = merged
    return list(dict.fromkeys(group.values()))
