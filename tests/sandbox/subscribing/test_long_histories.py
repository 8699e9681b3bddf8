"""A long history: what a day or a page costs does not grow with it, counted in calls and steps."""

from collections.abc import Callable
from cProfile import Profile
from pstats import Stats

import pytest
from sandbox.subscribing.shop import Shop

from pipelines.sandbox import exact
from pipelines.sandbox.house.calls import Call, Listing


def calls(do: Callable[[], object]) -> int:
    """How many functions Python called; the same on every machine."""
    profile = Profile()
    profile.runcall(do)
    total: int = Stats(profile).total_calls  # type: ignore[attr-defined]
    return total


def steps(shop: Shop, do: Callable[[], object]) -> int:
    """How many instructions SQLite's machine ran."""
    taken: list[None] = []
    database = shop.world.store.connection
    database.set_progress_handler(lambda: taken.append(None), 1)
    do()
    database.set_progress_handler(None, 0)
    return len(taken)


def listed(shop: Shop, subscription: str, status: str | None = None) -> Listing:
    """The list of a subscription's invoices, no row of it read yet."""
    path, query = {"subscriptionUid": subscription}, {"status": status} if status else {}
    call = Call("listSubscriptionInvoices", path=path, query=query)
    found = shop.handlers["listSubscriptionInvoices"](call)
    assert isinstance(found, Listing)
    return found


def test_a_day_of_a_daily_subscription_costs_the_same_however_many_came_before() -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price(interval="day"))
    early = calls(lambda: shop.wait(days=1)), steps(shop, lambda: shop.wait(days=1))
    shop.wait(days=30)
    late = calls(lambda: shop.wait(days=1)), steps(shop, lambda: shop.wait(days=1))
    assert len(shop.invoices(subscription)) == 35
    assert late[0] < early[0] * 1.1
    assert late[1] < early[1] * 1.1


@pytest.mark.parametrize("status", [None, "paid"])
def test_a_page_of_invoices_reads_its_own_rows_and_no_others(status: str | None) -> None:
    shop = Shop()
    subscription = shop.subscribe(shop.price(interval="day"))
    early = calls(lambda: listed(shop, subscription, status).rows(0, 1))
    shop.wait(days=30)
    late = calls(lambda: listed(shop, subscription, status).rows(30, 31))
    assert listed(shop, subscription, status).total == 31
    assert late < early * 1.1


def test_the_pages_of_a_state_hold_its_invoices_once_each_oldest_first() -> None:
    shop = Shop()
    subscription, other = (shop.subscribe(shop.price(interval="day")) for _ in range(2))
    shop.plan(subscription, "AUTHORIZATION_REVOKED", "SUCCEEDED", "CAP_EXCEEDED")
    shop.wait(days=4)
    invoices = shop.invoices(subscription)
    assert [one["status"] for one in invoices] == ["PAID", "OPEN", "PAID", "OPEN", "PAID"]
    found = listed(shop, subscription, "paid")
    pages = [exact.decode(row) for first in range(3) for row in found.rows(first, first + 1)]
    assert (found.total, pages) == (3, invoices[::2])
    assert listed(shop, subscription, "void").total == 0
    assert [one["status"] for one in shop.invoices(other)] == ["PAID"] * 5
