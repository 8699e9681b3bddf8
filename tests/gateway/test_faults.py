"""Every kind of fault on every kind of page ends in exact truth or in a loud failure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gateway.faults import FAULTS, Fault
from gateway.scripted import Item, Reply, Request, World

from pipelines.faults import AnswerUnusable, GatewayRefused, GatewayUnavailable
from pipelines.gateway.client import GatewayClient, Limits
from pipelines.gateway.streams.payments import TRANSACTIONS
from pipelines.gateway.walk import Window, walk_window
from pipelines.landing import Landing, Segment

LIMITS = Limits(read_seconds=20.0, tries=2, unusable_tries=2, body_bytes=500_000)
PAGES = {"first": 1, "middle": 2, "last": 3}


def outcome(client: GatewayClient, window: Window, world: World) -> str:
    """How the walk ended; a silent difference has a name of its own."""
    try:
        walk = walk_window(client, TRANSACTIONS, window, page_size=2)
    except GatewayUnavailable:
        return "unavailable"
    except GatewayRefused:
        return "refused"
    except AnswerUnusable:
        return "unusable"
    if not walk.certificate.complete:
        return "incomplete"
    wanted = {row["id"]: str(row["amount"]) for row in world.rows}
    got = {row["transaction_id"]: row["fiat_amount"] for row in walk.rows}
    return "truth" if got == wanted else "silent difference"


@pytest.mark.parametrize("lasts", ["once", "ever"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_ends_in_truth_or_is_loud(
    fault: Fault,
    page: str,
    lasts: str,
    world: World,
    make_client: Callable[..., GatewayClient],
    window: Window,
    make_rows: Callable[..., list[Item]],
) -> None:
    world.rows = make_rows(6)
    struck: list[Request] = []

    def script(request: Request, reply: Reply) -> Reply:
        if request.page != PAGES[page] or (struck and lasts == "once"):
            return reply
        struck.append(request)
        return fault.change(reply)

    world.script = script

    ended = outcome(make_client(limits=LIMITS), window, world)

    assert struck
    assert ended in (fault.once if lasts == "once" else fault.ever)


def test_the_kinds_of_fault_are_many_and_distinct(record_property: Callable[..., None]) -> None:
    names = [fault.name for fault in FAULTS]
    record_property("fault kinds", len(names))
    print(f"{len(names)} kinds of fault x {len(PAGES)} pages x 2:", *names, sep="\n  ")
    assert len(names) == len(set(names))
    assert len(names) >= 100


def test_a_stalled_answer_is_unavailable_and_a_dripping_one_too(
    world: World, make_client: Callable[..., GatewayClient], window: Window
) -> None:
    limits = Limits(read_seconds=0.2, answer_seconds=0.2, tries=1)
    world.script = lambda _, reply: reply.but(stall_seconds=0.6)
    assert outcome(make_client(limits=limits), window, world) == "unavailable"
    padded = b" " * 2000
    world.script = lambda _, reply: reply.but(body=reply.body + padded, drip_seconds=0.05)
    assert outcome(make_client(limits=limits), window, world) == "unavailable"


def test_a_gateway_that_is_not_there_is_unavailable(
    make_client: Callable[..., GatewayClient], window: Window, world: World
) -> None:
    client = make_client(base_url="http://127.0.0.1:9", limits=Limits(tries=2))
    assert outcome(client, window, world) == "unavailable"


def test_every_answer_of_every_try_is_in_the_landing_with_its_status(
    world: World,
    make_client: Callable[..., GatewayClient],
    window: Window,
    landing: Landing,
    segment: Segment,
    make_rows: Callable[..., list[Item]],
) -> None:
    world.rows = make_rows(1)
    scripted = {0: 503, 1: 429, 2: 204}
    world.script = lambda request, reply: reply.but(status=scripted.get(request.count, 200))

    assert outcome(make_client(), window, world) == "truth"
    segment.close()

    kept = [answer for file in segment.finished for answer in landing.read(file.path)]
    assert [answer.status for answer in kept] == [503, 429, 204, 200, 200]
    assert [dict(answer.params)["page"] for answer in kept] == ["1", "1", "1", "1", "2"]
