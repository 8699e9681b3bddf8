"""A list that ends before its time is never taken for the whole, whatever the gateway ignores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gateway.scripted import Item, Reply, Request, World, json_reply

from pipelines.gateway.client import GatewayClient, Limits
from pipelines.gateway.streams.payments import TRANSACTIONS
from pipelines.gateway.walk import Walk, Window, walk_list, walk_window

Rows = Callable[..., list[Item]]


def walked(client: GatewayClient, window: Window) -> Walk:
    return walk_window(client, TRANSACTIONS, window, page_size=10)


CUT_SHORT: dict[str, dict[str, Any]] = {
    "a list cut short": {"shows_at_most": 21},
    "a list cut short, filters ignored": {"shows_at_most": 21, "ignores_filters": True},
    "a list cut short, nothing declared behind its end": {
        "shows_at_most": 21,
        "counts_nothing_behind_the_end": True,
    },
}


@pytest.mark.parametrize("manners", CUT_SHORT.values(), ids=CUT_SHORT.keys())
def test_a_list_that_ends_before_its_total_is_not_complete(
    world: World, client: GatewayClient, window: Window, make_rows: Rows, manners: dict[str, Any]
) -> None:
    world.rows = make_rows(33)
    for name, value in manners.items():
        setattr(world.manners, name, value)

    walk = walked(client, window)

    assert not walk.certificate.complete
    assert "declares 33 rows and lists 21" in walk.certificate.reason


@pytest.mark.parametrize("count", [4, 33])
def test_a_gateway_that_counts_its_pages_from_nought_is_not_taken_for_an_empty_day(
    world: World, client: GatewayClient, window: Window, make_rows: Rows, count: int
) -> None:
    world.rows = make_rows(count)
    world.manners.first_page, world.manners.has_total = 0, False

    assert not walked(client, window).certificate.complete


def test_a_list_without_filters_that_is_cut_short_is_not_complete(
    world: World, client: GatewayClient, make_rows: Rows
) -> None:
    world.rows = make_rows(33)
    world.manners.ignores_filters, world.manners.shows_at_most = True, 21

    assert not walk_list(client, TRANSACTIONS, page_size=10).certificate.complete


def test_a_question_about_nothing_that_fails_only_leaves_the_window_open(
    world: World, make_client: Callable[..., GatewayClient], window: Window, make_rows: Rows
) -> None:
    world.rows = make_rows(33)
    world.manners.total_counts_all, world.manners.total_shift = True, 4

    def fails_for_1990(request: Request, reply: Reply) -> Reply:
        is_asked = request.params.get("startDate", "").startswith("1990")
        return json_reply({"error": "too early"}, status=500) if is_asked else reply

    world.script = fails_for_1990
    client = make_client(limits=Limits(tries=1))
    assert not walked(client, window).certificate.complete


@pytest.mark.parametrize("least", [None, 25], ids=["limit heard", "limit ignored"])
def test_a_total_of_the_page_alone_and_a_refusal_behind_it_show_nothing(
    world: World, client: GatewayClient, window: Window, make_rows: Rows, least: int | None
) -> None:
    rows = make_rows(33)

    def counts_its_page(request: Request, _: Reply) -> Reply:
        if request.page > 1:
            return json_reply({"error": "no such page"}, status=404)
        shown = rows[: least or int(request.params["limit"])]
        return json_reply({"data": shown, "pagination": {"total": len(shown)}})

    world.script = counts_its_page
    walk = walked(client, window)
    assert (walk.certificate.complete, walk.certificate.passes) == (False, 3)


@pytest.mark.parametrize("has_total", [True, False])
@pytest.mark.parametrize("count", [1, 7])
def test_one_page_before_a_refusal_is_walked_again_in_smaller_ones(
    world: World,
    client: GatewayClient,
    window: Window,
    make_rows: Rows,
    *,
    count: int,
    has_total: bool,
) -> None:
    world.rows = make_rows(count)
    world.manners.refuses_pages_beyond, world.manners.has_total = True, has_total
    walk = walk_window(client, TRANSACTIONS, window, page_size=10, ends_in_refusal=True)
    assert (walk.certificate.complete, walk.certificate.passes) == (True, 2)
    assert len(walk.rows) == count
