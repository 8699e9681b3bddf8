"""A decision is listed as soon as the facts no longer support it, in a sentence, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from oracle.engine import judge
from oracle.worlds import make_order, make_transaction, make_world

from pipelines.warehouse.queries import materialise

WROTE = (
    "insert into ops.actions (action_no, verb, break_id, case_id, code, currency, amount, reason, "
    "decided_by, decided_at, effective_at) select 1, '{verb}', "
    "'brk_' || left(sha256('order:K1'), 20), 'order:K1', '{code}', '{currency}', {amount}, 'why', "
    "'Ada', now(), now()"
)
PAIRED = (
    "insert into ops.actions (action_no, verb, order_id, transaction_id, currency, amount, "
    "received_currency, received_amount, match_rule, reason, decided_by, decided_at, effective_at) "
    "select 1, '{verb}', '{order}', '{transaction}', 'NGN', {amount}, 'NGN', {received}, {rule}, "
    "'why', 'Ada', now(), now()"
)
MISSING = {"verb": "write_off", "code": "MISSING_IN_GATEWAY", "currency": "NGN", "amount": "-100"}
LINKED = {
    "verb": "link",
    "order": "K1",
    "transaction": "T1",
    "amount": "100",
    "received": "90",
    "rule": "null",
}


@pytest.fixture(scope="module")
def book() -> Iterator[Any]:
    """K1 has no payment; K2 and T2 name each other; T1 belongs to nobody."""
    connection = judge(
        make_world(
            orders=[
                make_order(order_id="K1", amount="100"),
                make_order(order_id="K2", amount="70", transaction_ref="T2"),
            ],
            transactions=[
                make_transaction(transaction_id="T1", fiat_amount="90"),
                make_transaction(transaction_id="T2", fiat_amount="70"),
            ],
        )
    )
    yield connection
    connection.close()


def listed(book: Any, *statements: str) -> list[str]:
    """The sentences after these statements, which are undone."""
    book.execute("begin")
    try:
        for statement in statements:
            book.execute(statement)
        for table in ("breaks", "unsupported_decisions"):
            materialise(book, f"reconciled.{table}")
        rows = book.execute("select detail from reconciled.unsupported_decisions").fetchall()
        return [row[0] for row in rows]
    finally:
        book.execute("rollback")


@pytest.mark.parametrize("verb", ["write_off", "resolve"])
def test_a_break_as_it_was_decided_on_is_not_listed(verb: str, book: Any) -> None:
    assert listed(book, WROTE.format(**MISSING | {"verb": verb})) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"amount": "-60"}, "written off as MISSING_IN_GATEWAY of NGN -60.00, and is now"),
        ({"amount": "-140"}, "and is now MISSING_IN_GATEWAY of NGN -100.00."),
        ({"code": "STATUS_MISMATCH"}, "as STATUS_MISMATCH of NGN -100.00, and is now MISSING"),
        ({"currency": "KES"}, "of KES -100.00, and is now"),
        ({"verb": "resolve", "amount": "-60"}, "was resolved as MISSING_IN_GATEWAY of NGN -60.00"),
    ],
)
def test_another_code_or_amount_is_told(changed: dict[str, str], says: str, book: Any) -> None:
    (sentence,) = listed(book, WROTE.format(**MISSING | changed))
    assert says in sentence


CLOSED = "insert into reconciled.closed_breaks by name from reconciled.breaks"
GONE = "delete from reconciled.judged_breaks where case_id = 'order:K1'"


def test_a_write_off_whose_money_came_is_to_be_taken_back(book: Any) -> None:
    (sentence,) = listed(book, CLOSED, WROTE.format(**MISSING), GONE)
    assert sentence.endswith(
        "the facts show no difference any more: the write-off is to be taken back."
    )


def test_a_resolved_break_whose_difference_is_gone_is_simply_over(book: Any) -> None:
    assert listed(book, CLOSED, WROTE.format(**MISSING | {"verb": "resolve"}), GONE) == []


def test_a_decision_taken_back_is_not_listed(book: Any) -> None:
    reopened = WROTE.format(**MISSING | {"verb": "reopen"}).replace("select 1,", "select 2,")
    assert listed(book, WROTE.format(**MISSING | {"amount": "-60"}), reopened) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"amount": "99"}, "when the order said NGN 99.00; it now says NGN 100.00."),
        ({"received": "91"}, "when the transaction said NGN 91.00; it now says NGN 90.00."),
        ({"order": "K9"}, "and the order is not known any more."),
        ({"transaction": "T9", "verb": "accept"}, "and the transaction is not known any more."),
        (
            {"transaction": "T2", "verb": "accept", "received": "70"},
            "and a key has come to join them to order K2.",
        ),
        (
            {"order": "K2", "verb": "accept", "amount": "70"},
            "and a key has come to join them to transaction T2.",
        ),
        (
            {"order": "K2", "transaction": "T2", "verb": "reject", "rule": "'amount_window'"},
            "and their reference has come to say that they belong together.",
        ),
    ],
)
def test_a_pair_that_is_not_as_it_was_decided_on_is_told(
    changed: dict[str, str], says: str, book: Any
) -> None:
    (sentence,) = listed(book, PAIRED.format(**LINKED | changed))
    assert sentence.endswith(says)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"verb": "unlink"},
        {"order": "K2", "transaction": "T2", "verb": "unlink", "rule": "'reference'"},
        {"order": "K2", "transaction": "T2", "amount": "70", "received": "70", "verb": "accept"},
        {"transaction": "T2", "received": "70"},
        {"amount": "null", "received": "null"},
    ],
    ids=[
        "linked",
        "parted",
        "parted although they name each other",
        "accepted, and they came to name each other",
        "linked by hand to a payment that names another",
        "of a former version",
    ],
)
def test_a_pair_as_it_was_decided_on_is_not_listed(changed: dict[str, str], book: Any) -> None:
    assert listed(book, PAIRED.format(**LINKED | changed)) == []


def test_a_link_whose_order_a_later_export_no_longer_holds_is_told(book: Any) -> None:
    vanished = (
        "insert into validated.vanished_orders (order_id, missing_from_file) values ('K1', 'b.csv')"
    )
    (sentence,) = listed(book, PAIRED.format(**LINKED), vanished)
    assert sentence.endswith("a later export of that date, b.csv, no longer holds the order.")


def test_a_link_whose_payment_the_gateway_no_longer_lists_is_told(book: Any) -> None:
    gone = "insert into reconciled.deleted_rows (transaction_id) values ('T1')"
    (sentence,) = listed(book, PAIRED.format(**LINKED), gone)
    assert sentence.endswith("and the gateway no longer lists the transaction.")


def test_a_linked_order_that_still_waits_for_its_date_is_not_gone(book: Any) -> None:
    waiting = "delete from reconciled.order_facts where order_id = 'K1'"
    assert listed(book, PAIRED.format(**LINKED), waiting) == []
