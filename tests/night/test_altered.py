"""Rows that something else alters in the working file, on a date that no night touches any more.

A night computes what was touched and carries the rest over: what the rest holds has to be checked
all the same, or a damaged row would be published under a green verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from night.damages import edit
from night.shop import START, Shop, open_shop, pulled_at

from pipelines.faults import ClaimBroken

DAYS = 20
FIRST_LAST = START + timedelta(days=DAYS - 4)
LAST = FIRST_LAST + timedelta(days=2)
OLD = f"business_date = date '{START + timedelta(days=1)}'"
FIGURES = (
    f"from validated.orders where {OLD} order by all",
    f"from reconciled.matches where {OLD} order by all",
    f"from reconciled.proof where {OLD} order by all",
)
ALTERED = {
    "match lost": (
        f"delete from reconciled.matches where case_id = "
        f"(select min(case_id) from reconciled.matches where {OLD})",
        "The rows of reconciled.matches are not",
    ),
    "amounts of two orders exchanged": (
        "update validated.orders set amount = (select sum(amount) from validated.orders "
        "where order_id in (select order_id from pair)) - amount "
        "where order_id in (select order_id from pair)",
        "The rows of validated.orders are not",
    ),
    "member lost": (
        f"delete from reconciled.members where id = "
        f"(select min(order_id) from validated.orders where {OLD})",
        "reconciled.members.every_row_is_a_member does not hold",
    ),
}
PAIR = (
    "create or replace temp table pair as "
    f"select order_id from reconciled.matches where match_status = 'MATCHED_EXACT' and {OLD} "
    "order by order_id limit 2;"
)


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop that closed its first weeks in one night and a further date in the next."""
    root = tmp_path_factory.mktemp("altered")
    clock = pulled_at(FIRST_LAST)
    with open_shop(Path(root), days=DAYS, orders_per_day=6, seed=3, clock=clock) as shop:
        shop.close(START, FIRST_LAST)
        _move_to(shop, 1)
        shop.close(FIRST_LAST + timedelta(days=1))
        _move_to(shop, 2)
        yield shop


@pytest.mark.parametrize("kind", ALTERED)
def test_an_altered_row_is_not_published_and_the_next_run_computes_it_anew(
    carried: Shop, kind: str
) -> None:
    statement, sentence = ALTERED[kind]
    file = carried.settings.places.published
    before, figures = file.read_bytes(), [carried.ask(query) for query in FIGURES]
    edit(carried.settings.places, f"{PAIR}{statement}")
    with pytest.raises(ClaimBroken, match=sentence):
        carried.close(LAST)
    assert file.read_bytes() == before
    assert carried.close(LAST).published.outcome == "green"
    assert [carried.ask(query) for query in FIGURES] == figures


def _move_to(shop: Shop, nights: int) -> None:
    shop.move_clock(pulled_at(FIRST_LAST + timedelta(days=nights)))
