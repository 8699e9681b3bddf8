"""A world changed in a way whose effect is known: the answer changes by that and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest
from oracle import equalities
from oracle.answers import Answer, answer_to
from oracle.planted import planted
from oracle.world import World
from oracle.worlds import random_billed_world

ORDER_STORIES = 10


def world_of(seed: int) -> World:
    """A world of orders, payments and subscriptions."""
    return random_billed_world(seed, order_stories=ORDER_STORIES)


@cache
def plain(seed: int) -> Answer:
    return answer_to(world_of(seed))


@cache
def closings(seed: int) -> dict[str, list[str]]:
    return equalities.closings(world_of(seed), plain(seed))


@pytest.mark.seeds(small=2, full=200)
def test_rows_in_any_order_get_the_same_answer(seed: int) -> None:
    assert equalities.rows_in_another_order(world_of(seed), plain(seed)) == []


@pytest.mark.seeds(small=2, full=200)
def test_ten_times_the_amounts_get_ten_times_the_answer(seed: int) -> None:
    assert equalities.ten_times_the_amounts(world_of(seed), plain(seed)) == []


@pytest.mark.seeds(small=2, full=200)
def test_other_ids_in_the_same_order_get_the_same_answer_under_their_names(seed: int) -> None:
    assert equalities.other_ids(world_of(seed), plain(seed)) == []


@pytest.mark.seeds(small=2, full=200)
def test_two_merchants_in_one_store_get_what_they_get_apart(seed: int) -> None:
    assert equalities.two_merchants(world_of(seed), plain(seed)) == []


@pytest.mark.seeds(small=2, full=200)
def test_a_currency_that_no_other_row_has_changes_nothing_else(seed: int) -> None:
    assert equalities.another_currency(world_of(seed), plain(seed)) == []


@pytest.mark.seeds(small=2, full=200)
def test_dates_closed_in_pieces_and_any_order_get_the_answer_of_one_closing(seed: int) -> None:
    assert closings(seed)["any order"] == []


@pytest.mark.seeds(small=2, full=200)
def test_a_night_gets_the_answer_that_its_store_gets_from_scratch(seed: int) -> None:
    assert closings(seed)["from scratch"] == []


@pytest.mark.seeds(small=2, full=200)
def test_a_night_run_again_changes_nothing(seed: int) -> None:
    assert closings(seed)["again"] == []


class Bug(NamedTuple):
    """A line of a query, what it becomes, and a world in which an equality shows that."""

    equality: Callable[[World, Answer], list[str]]
    table: str
    line: str
    becomes: str
    seed: int


BUGS = (
    Bug(equalities.rows_in_another_order, "reconciled.order_facts", "    orders.placed_at,\n",
        "    orders.placed_at + to_seconds(orders.source_row) as placed_at,\n", 1),
    Bug(equalities.ten_times_the_amounts, "reconciled.codes_of_transactions",
        "> scheduled.tolerance", "> 0.02", 8),
    Bug(equalities.other_ids, "reconciled.key_links",
        "on orders.order_id = transactions.external_id",
        "on ltrim(orders.order_id, '0') = ltrim(transactions.external_id, '0')", 1),
    Bug(equalities.two_merchants, "reconciled.known_tokens",
        "over (partition by tokens.transaction_id)", "over ()", 2),
    Bug(equalities.another_currency, "reconciled.candidates",
        "orders.currency = transactions.fiat_currency\n            and ", "", 1),
    Bug(lambda *given: equalities.closings(*given)["any order"], "validated.transactions_history",
        "order by ranked_at nulls first, arrival", "order by arrival", 1),
    Bug(lambda *given: equalities.closings(*given)["from scratch"], "reconciled.breaks",
        "    told.money_impact,\n",
        "    coalesce(closed.money_impact, told.money_impact) as money_impact,\n", 1),
    Bug(lambda *given: equalities.closings(*given)["again"], "reconciled.proof",
        "business_date not in (select business_date from postings)", "true", 1),
)  # fmt: skip


@pytest.mark.counts(small=2, full=len(BUGS))
def test_every_equality_notices_a_bug_that_it_is_there_for(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    unnoticed = []
    for bug in BUGS[:: len(BUGS) // count]:
        with planted(monkeypatch, bug.table, bug.line, bug.becomes):
            world = world_of(bug.seed)
            if not bug.equality(world, answer_to(world)):
                unnoticed.append(bug.line)
    assert unnoticed == []
