"""The passes, one small world each, and the cases that links form."""

from datetime import date, timedelta

import pytest
from oracle.makers import AS_OF, PLACED_AT, make_order, make_transaction, make_world
from oracle.reckoning import reckon
from oracle.world import Decision, QuarantinedOrder

HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("order", "payment", "rule"),
    [
        ({"session_ids": ("s0", "s1")}, {"checkout_session_id": "s1"}, "session"),
        ({"transaction_ref": "T1"}, {}, "reference"),
        ({"transaction_ref": "RS-1"}, {"reference": "RS-1"}, "reference"),
        ({"transaction_ref": "RS-0", "further_refs": ("T1",)}, {}, "reference"),
        ({"order_id": "007"}, {"external_id": "007"}, "external_id"),
        ({"order_id": "A/01"}, {"description": "for (A/01)."}, "description"),
    ],
)
def test_every_pass_joins_by_its_own_rule(
    order: dict[str, str], payment: dict[str, str], rule: str
) -> None:
    world = make_world([make_order(**order)], [make_transaction(fiat_amount="1", **payment)])
    assert [link.rule for link in reckon(world).only_case.links] == [rule]


def test_a_pair_is_listed_once_with_its_first_rule() -> None:
    world = make_world(
        [make_order(session_ids=("s1",), transaction_ref="T1")],
        [make_transaction(checkout_session_id="s1", external_id="K1")],
    )
    assert reckon(world).only_case.links == (("K1", "T1", "session"),)


@pytest.mark.parametrize(
    "description",
    ["K100 and K200", "K1000", "k100", "xK100", "K100-a", "K100 lost LOST1", "only K10", ""],
)
def test_a_description_joins_only_one_whole_known_id(description: str) -> None:
    world = make_world(
        [make_order(order_id=each, amount="1") for each in ("K100", "K200", "K10")],
        [make_transaction(description=description)],
        quarantined=(QuarantinedOrder(known_ids=("LOST1",)),),
    )
    assert reckon(world).cases["transaction:T1"].links == ()


@pytest.mark.parametrize(
    ("after", "status"),
    [
        (-HOUR, "SUGGESTED"),
        (15 * HOUR, "SUGGESTED"),
        (-HOUR - MICROSECOND, None),
        (15 * HOUR + MICROSECOND, None),
    ],
)
def test_amount_and_hour_suggest_a_pair_within_both_ends_of_the_window(
    after: timedelta, status: str | None
) -> None:
    payment = make_transaction(created_at=PLACED_AT + after, payout_status="FAILED")
    cases = reckon(make_world([make_order()], [payment])).cases
    assert len(cases) == (1 if status else 2)
    assert not status or (cases["order:K1"].match_status, cases["order:K1"].codes) == (status, ())


@pytest.mark.parametrize(
    ("ours", "theirs", "cases"),
    [(" Ada@x.example", "ada@X.example ", 1), ("", "ada@x.example", 1), ("a@x.y", "b@x.y", 2)],
)
def test_known_emails_must_agree(ours: str, theirs: str, cases: int) -> None:
    world = make_world([make_order(customer_email=ours)], [make_transaction(customer_email=theirs)])
    assert len(reckon(world).cases) == cases


def test_a_person_wins_over_every_pass() -> None:
    world = make_world(
        [make_order(order_id="K1"), make_order(order_id="K2")],
        [make_transaction(external_id="K1")],
        decisions=(
            Decision(action="unlink", order_id="K1", transaction_id="T1"),
            Decision(action="link", order_id="K2", transaction_id="T1"),
        ),
    )
    cases = reckon(world).cases
    assert cases["order:K2"].links == (("K2", "T1", "manual"),)
    assert cases["order:K2"].match_status == "MATCHED_MANUAL"
    assert cases["order:K1"].code == "MISSING_IN_GATEWAY"


def test_an_unlinked_pair_is_not_suggested_either() -> None:
    unlink = Decision(action="unlink", order_id="K1", transaction_id="T1")
    world = make_world([make_order()], [make_transaction()], decisions=(unlink,))
    assert [case.links for case in reckon(world).cases.values()] == [(), ()]


def test_rows_that_share_links_are_one_case_named_after_its_oldest_order() -> None:
    orders = [
        make_order(order_id="K3", session_ids=("s1",), placed_at=PLACED_AT + HOUR),
        make_order(order_id="K2", session_ids=("s1",), transaction_ref="T2"),
        make_order(order_id="K10", transaction_ref="T2"),
    ]
    payments = [
        make_transaction(transaction_id="T1", checkout_session_id="s1"),
        make_transaction(transaction_id="T2"),
    ]
    case = reckon(make_world(orders, payments)).only_case
    assert case.case_id == "order:K10"  # as old as K2, and the smaller text
    assert (case.orders, case.transactions) == (("K10", "K2", "K3"), ("T1", "T2"))


def test_rows_dated_at_the_as_of_wait() -> None:
    world = make_world(
        [make_order(order_id="K1", placed_at=AS_OF), make_order(order_id="K2", status="awaiting")],
        [make_transaction(external_id="K1", created_at=AS_OF - 2 * HOUR)],
    )
    assert set(reckon(world).cases) == {"order:K2", "transaction:T1"}


def test_a_case_has_the_business_date_of_its_oldest_order_in_the_local_zone() -> None:
    order = make_order(placed_at=AS_OF - 24 * HOUR - MICROSECOND)
    payment = make_transaction(external_id="K1", created_at=AS_OF - 24 * HOUR)
    assert reckon(make_world([order], [payment])).only_case.business_date == date(2026, 3, 9)
