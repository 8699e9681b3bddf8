"""What may be decided on a break or a pair as it stands, and the sentence where it may not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from oracle.makers import make_order, make_transaction, make_world

from pipelines.faults import ConfigurationFault
from pipelines.night.deciding import Asked, on_breaks, on_cases, on_pair, one_line
from pipelines.reading.exceptions import Wanted, exceptions_in, pairs_waiting
from pipelines.reading.snapshot import open_snapshot
from pipelines.settings import Places

LIMITS = {"NGN": Decimal("5000")}
WHY = {"reason": "why", "by": "Ada"}


@pytest.fixture(scope="module")
def places(published: Callable[..., Places]) -> Places:
    """Five missing orders, one of them resolved; S and TS suggested, two A for one TA, L linked."""
    missing = (("M1", "5000.00", "NGN"), ("M2", "5000.01", "NGN"), ("M3", "1.00", "KES"))
    orders = [make_order(order_id=name, amount=amount, currency=of) for name, amount, of in missing]
    orders += [make_order(order_id="DONE", amount="7"), make_order(order_id="OVER", amount="8")]
    orders += [make_order(order_id=name, amount="400") for name in ("A1", "A2")]
    orders += [make_order(order_id="S", amount="300")]
    orders += [make_order(order_id="L", amount="200", transaction_ref="TL")]
    payments = (("TS", "300"), ("TA", "400"), ("TL", "200"))
    return published(
        make_world(
            orders=orders,
            transactions=[
                make_transaction(transaction_id=name, fiat_amount=amount)
                for name, amount in payments
            ],
        ),
        "update reconciled.breaks set state = 'resolved' where order_id = 'DONE'",
        "update reconciled.breaks set state = 'auto_resolved' where order_id = 'OVER'",
        "insert into ops.actions (action_no, verb, order_id, transaction_id, reason, decided_by, "
        "decided_at, effective_at) values (1, 'link', 'M2', 'TA', 'why', 'Ada', now(), now())",
    )


@pytest.fixture
def snapshot(places: Places) -> Iterator[Any]:
    with open_snapshot(places.published) as connection:
        yield connection


def break_of(snapshot: Any, order_id: str) -> str:
    rows = exceptions_in(snapshot, Wanted(states=None))
    return next((row["break_id"] for row in rows if row["order_id"] == order_id), order_id)


def decided(snapshot: Any, verb: str, *order_ids: str, to: str | None = None) -> list[Any]:
    asked = [
        Asked(verb=verb, break_id=break_of(snapshot, name), assignee=to, **WHY)
        for name in order_ids
    ]
    return on_breaks(snapshot, asked, limits=LIMITS)


@pytest.mark.parametrize(
    ("verb", "order_id"),
    [
        ("write_off", "M1"),
        ("resolve", "M2"),
        ("wait", "M3"),
        ("reopen", "DONE"),
        ("note", "DONE"),
        ("note", "OVER"),
    ],
)
def test_a_break_may_be_decided_on_as_its_state_allows(
    verb: str, order_id: str, snapshot: Any
) -> None:
    (one,) = decided(snapshot, verb, order_id)
    assert (one.verb, one.order_id, one.code) == (verb, order_id, "MISSING_IN_GATEWAY")
    assert (one.reason, one.decided_by, one.case_id) == ("why", "Ada", f"order:{order_id}")


@pytest.mark.parametrize(
    ("verb", "order_ids", "to", "says"),
    [
        ("write_off", ["M2"], None, "worth NGN -5000.01, and recon.toml allows NGN 5000.00"),
        ("write_off", ["M3"], None, "has no [write_off] limit in KES"),
        ("write_off", ["M1", "M3"], None, "has no [write_off] limit in KES"),
        ("resolve", ["DONE"], None, "is resolved and not open any more"),
        ("assign", ["OVER"], "Ben", "is auto resolved and not open any more"),
        ("assign", ["M1"], None, "to whom is not said"),
        ("resolve", ["M1"], "Ben", "resolve assigns nothing"),
        ("reopen", ["M1"], None, "only a resolved or written off one is reopened"),
        ("reopen", ["OVER"], None, "only a resolved or written off one is reopened"),
        ("resolve", ["M1", "brk_0", "brk_1"], None, "no break brk_0. 1 more cannot be either."),
    ],
)
def test_what_may_not_be_is_refused_whole(
    verb: str, order_ids: list[str], to: str | None, says: str, snapshot: Any
) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        decided(snapshot, verb, *order_ids, to=to)
    assert says in refused.value.sentence


def test_what_waits_for_a_decision_is_listed(snapshot: Any) -> None:
    found = {(pair["case_id"], pair["match_status"]) for pair in pairs_waiting(snapshot)}
    assert found == {("order:S", "SUGGESTED"), ("order:A1", "AMBIGUOUS")}


@pytest.mark.parametrize(
    ("verb", "case_id", "pairs"),
    [
        ("accept", "order:S", [("S", "TS")]),
        ("reject", "order:S", [("S", "TS")]),
        ("reject", "order:A1", [("A1", "TA"), ("A2", "TA")]),
    ],
)
def test_a_case_is_decided_by_its_pairs(
    verb: str, case_id: str, pairs: list[tuple[str, str]], snapshot: Any
) -> None:
    found = on_cases(snapshot, [case_id, case_id], verb=verb, **WHY)
    assert [(one.order_id, one.transaction_id) for one in found] == pairs
    assert {(one.verb, one.match_rule, one.case_id) for one in found} == {
        (verb, "amount_window", case_id)
    }
    assert {one.amount for one in found} == {one.received_amount for one in found}


@pytest.mark.parametrize(
    ("verb", "case_id", "says"),
    [
        ("accept", "order:A1", "is ambiguous"),
        ("accept", "order:L", "No pair is suggested in a case order:L"),
        ("reject", "order:M1", "No pair is suggested"),
    ],
)
def test_a_case_that_waits_for_nothing_is_refused(
    verb: str, case_id: str, says: str, snapshot: Any
) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        on_cases(snapshot, ["order:S", case_id], verb=verb, **WHY)
    assert says in refused.value.sentence


@pytest.mark.parametrize(
    ("verb", "order_id", "transaction_id", "rule"),
    [
        ("link", "M1", "TS", None),
        ("link", "L", "TL", "reference"),
        ("unlink", "L", "TL", "reference"),
        ("unlink", "A2", "TA", "amount_window"),
        ("unlink", "M2", "TA", None),
    ],
)
def test_a_pair_is_linked_or_parted(
    verb: str, order_id: str, transaction_id: str, rule: str | None, snapshot: Any
) -> None:
    (one,) = on_pair(snapshot, order_id, transaction_id, verb=verb, **WHY)
    assert (one.verb, one.order_id, one.transaction_id) == (verb, order_id, transaction_id)
    assert one.match_rule == rule


@pytest.mark.parametrize(
    ("verb", "order_id", "transaction_id", "says"),
    [
        ("link", "K0", "TL", "There is no order K0."),
        ("link", "L", "T0", "There is no transaction T0."),
        ("link", "M2", "TA", "are linked by hand already."),
        ("unlink", "M1", "TS", "are not joined, so there is nothing to part."),
    ],
)
def test_a_pair_that_cannot_be_is_refused(
    verb: str, order_id: str, transaction_id: str, says: str, snapshot: Any
) -> None:
    with pytest.raises(ConfigurationFault) as refused:
        on_pair(snapshot, order_id, transaction_id, verb=verb, **WHY)
    assert says in refused.value.sentence


@pytest.mark.parametrize("text", ["", "  ", "x" * 1001, "a\u202eb", "\x1b[31mred"])
def test_a_reason_that_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationFault, match="The reason is empty"):
        one_line(text, "reason")


def test_a_reason_stands_on_one_line() -> None:
    assert one_line(" asked\nthe  bank ", "reason") == "asked the bank"
