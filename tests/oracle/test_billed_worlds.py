"""What random worlds with subscriptions must hold, and the properties of every answer."""

from collections import Counter
from dataclasses import replace

import pytest
from oracle.reckoning import CaseReckoning, Reckoning, reckon
from oracle.subscription_codes import SUBSCRIPTION_CODES
from oracle.world import World
from oracle.worlds import random_billed_world

SEEDS = range(150)


@pytest.fixture(scope="module")
def books() -> list[tuple[World, Reckoning]]:
    worlds = [random_billed_world(seed) for seed in SEEDS]
    return [(world, reckon(world)) for world in worlds]


@pytest.fixture(scope="module")
def cases(books: list[tuple[World, Reckoning]]) -> list[CaseReckoning]:
    return [case for _, reckoning in books for case in reckoning.cases.values()]


@pytest.mark.parametrize("code", SUBSCRIPTION_CODES)
def test_every_code_is_planted_alone_beside_others_and_under_an_order(
    code: str, cases: list[CaseReckoning]
) -> None:
    assert any(case.codes == (code,) for case in cases)
    # A missing period has no other row that anything could be wrong with.
    lonely = code == "MISSED_BILLING"
    assert lonely or any(code in case.codes and len(case.codes) > 1 for case in cases)
    assert lonely or any(code in case.codes and case.orders for case in cases)


@pytest.mark.parametrize(
    "code",
    [
        "INCOMPLETE_EXTRACT",
        "CURRENCY_MISMATCH",
        "MISSING_IN_GATEWAY",
        "DUPLICATE_ORDER",
        "DUPLICATE_PAYMENT",
        "STATUS_MISMATCH",
        "REFUND_NOT_IN_ORDERS",
        "AMOUNT_MISMATCH",
    ],
)
def test_every_code_of_an_order_is_planted_where_it_joined_an_invoice(
    code: str, cases: list[CaseReckoning]
) -> None:
    assert any(code in case.codes for case in cases if case.bills)


@pytest.mark.parametrize(
    "status",
    ["BREAK", "EXPECTED", "NOT_EXPECTED", "MATCHED_EXACT", "MATCHED_GROUP", "PARTIAL"],
)
def test_every_status_is_planted_with_an_invoice(status: str, cases: list[CaseReckoning]) -> None:
    found = Counter(case.match_status for case in cases if case.invoices)
    assert found[status] >= (1 if status in ("PARTIAL", "MATCHED_GROUP") else 10)


def test_every_kind_of_anchor_is_planted(cases: list[CaseReckoning]) -> None:
    kinds = {case.case_id.partition(":")[0] for case in cases}
    assert kinds == {"order", "transaction", "invoice", "attempt", "period"}


def test_every_invoice_and_attempt_has_one_row_and_some_wait(
    books: list[tuple[World, Reckoning]],
) -> None:
    waiting = 0
    for world, reckoning in books:
        matches = reckoning.subscription_matches
        assert sorted(each.charge_attempt_id for each in matches if each.charge_attempt_id) == (
            sorted(each.charge_attempt_id for each in world.judged_attempts())
        )
        own = [each.invoice_id for each in matches if not each.charge_attempt_id]
        assert sorted(filter(None, own)) == (
            sorted(each.invoice_id for each in world.judged_invoices())
        )
        waiting += len(world.invoices) - len(world.judged_invoices())
    assert waiting


def test_line_one_counts_every_judged_row_of_every_side(
    books: list[tuple[World, Reckoning]],
) -> None:
    for world, reckoning in books:
        sides: Counter[str] = Counter()
        for (side, _), rows in reckoning.rows_by_status.items():
            sides[side] += rows
        assert sides == Counter(
            order=len(world.judged_orders()),
            transaction=len(world.judged_transactions()),
            invoice=len(world.judged_invoices()),
            attempt=len(world.judged_attempts()),
        )


def test_the_two_equations_hold_and_nothing_is_left_unexplained(
    books: list[tuple[World, Reckoning]],
) -> None:
    for _, reckoning in books:
        assert set(reckoning.unexplained_residual.values()) <= {0}
        assert reckoning.unexplained == ()


def test_the_order_of_rows_changes_nothing(books: list[tuple[World, Reckoning]]) -> None:
    for world, reckoning in books[:40]:
        turned = replace(
            world,
            orders=world.orders[::-1],
            invoices=world.invoices[::-1],
            attempts=world.attempts[::-1],
            subscriptions=world.subscriptions[::-1],
        )
        assert reckon(turned) == reckoning
