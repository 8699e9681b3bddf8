"""What random worlds must hold: everything that can happen, and the properties of every answer."""

from collections import Counter
from dataclasses import replace

import pytest
from oracle.codes import PRECEDENCE
from oracle.reckoning import Reckoning, reckon
from oracle.statuses import MATCH_STATUSES
from oracle.world import World
from oracle.worlds import FEWEST_ORDERS, MOST_ORDERS, random_world

SEEDS = range(200)


@pytest.fixture(scope="module")
def books() -> list[tuple[World, Reckoning]]:
    worlds = [random_world(seed) for seed in SEEDS]
    return [(world, reckon(world)) for world in worlds]


@pytest.mark.parametrize("code", PRECEDENCE)
def test_every_code_is_planted_alone_and_beside_others(
    code: str, books: list[tuple[World, Reckoning]]
) -> None:
    cases = [case for _, reckoning in books for case in reckoning.cases.values()]
    assert any(case.codes == (code,) for case in cases)
    # An order without any payment has no second code.
    lonely = code in ("INCOMPLETE_EXTRACT", "MISSING_IN_GATEWAY")
    assert lonely or any(code in case.codes and len(case.codes) > 1 for case in cases)


@pytest.mark.parametrize("status", MATCH_STATUSES)
def test_every_match_status_is_planted(status: str, books: list[tuple[World, Reckoning]]) -> None:
    found = Counter(case.match_status for _, each in books for case in each.cases.values())
    assert found[status] >= 10


def test_every_rule_joins_somewhere(books: list[tuple[World, Reckoning]]) -> None:
    rules = {link.rule for _, each in books for case in each.cases.values() for link in case.links}
    assert rules == {
        "manual",
        "session",
        "reference",
        "external_id",
        "description",
        "amount_window",
    }


def test_every_shape_of_case_is_planted(books: list[tuple[World, Reckoning]]) -> None:
    cases = [case for _, reckoning in books for case in reckoning.cases.values()]
    shapes = {(min(len(case.orders), 2), min(len(case.transactions), 2)) for case in cases}
    assert shapes == {(0, 1), (1, 0), (1, 1), (1, 2), (2, 1), (2, 2)}


def test_worlds_are_small_and_some_rows_wait(books: list[tuple[World, Reckoning]]) -> None:
    assert all(FEWEST_ORDERS <= len(world.orders) <= MOST_ORDERS for world, _ in books)
    assert any(len(world.judged_orders()) < len(world.orders) for world, _ in books)
    assert any(len(world.judged_transactions()) < len(world.transactions) for world, _ in books)
    assert any(reckoning.stale_dates for _, reckoning in books)


def test_every_judged_row_is_in_exactly_one_case(books: list[tuple[World, Reckoning]]) -> None:
    for world, reckoning in books:
        cases = reckoning.cases.values()
        orders = sorted(each for case in cases for each in case.orders)
        transactions = sorted(each for case in cases for each in case.transactions)
        assert orders == sorted(each.order_id for each in world.judged_orders())
        assert transactions == sorted(each.transaction_id for each in world.judged_transactions())


def test_the_two_equations_hold_and_nothing_is_left_unexplained(
    books: list[tuple[World, Reckoning]],
) -> None:
    for _, reckoning in books:
        assert all(
            not line.expected.gap and not line.received.gap for line in reckoning.proof.values()
        )
        assert reckoning.unexplained == ()


def test_the_order_of_rows_changes_nothing(books: list[tuple[World, Reckoning]]) -> None:
    for world, reckoning in books[:40]:
        turned = replace(
            world,
            orders=world.orders[::-1],
            transactions=dict(reversed(list(world.transactions.items()))),
            windows=world.windows[::-1],
        )
        assert reckon(turned) == reckoning


def test_a_seed_always_plants_the_same_world() -> None:
    assert random_world(3) == random_world(3)
    assert random_world(3) != random_world(4)
