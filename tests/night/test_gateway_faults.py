"""A failing gateway stops the night with a sentence; nothing moves, the next night catches up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from night.past import Past
from night.shop import START, Shop, pulled_at

from pipelines.faults import GatewayFault

FAULTS: list[dict[str, Any]] = [
    {"kind": "500"},
    {"kind": "429"},
    {"kind": "401"},
    {"kind": "truncated"},
    {"kind": "empty"},
    {"kind": "html"},
    {"kind": "success_false"},
    {"kind": "drop"},
    {"kind": "500", "path_contains": "/checkout-sessions", "after": 2},
    {"kind": "truncated", "path_contains": "/transactions", "after": 1},
]


@pytest.fixture(scope="module")
def shop(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    root = tmp_path_factory.mktemp("faults")
    with past.open_shop(root, nights=1, clock=pulled_at(START + timedelta(days=1))) as opened:
        yield opened


def watermark(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.ask(
        "select max(window_to) from ops.pulls where stream = 'transactions' and is_closed",
        working=True,
    )


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
def test_a_failing_gateway_moves_nothing_and_is_mailed(shop: Shop, fault: dict[str, Any]) -> None:
    places = shop.settings.places
    published = places.published.read_bytes()
    report = (places.reports / START.isoformat() / "daily.html").read_bytes()
    before, mails = watermark(shop), len(list(places.outbox.glob("*failure*.eml")))
    shop.misbehave(fault)
    try:
        with pytest.raises(GatewayFault) as stopped:
            shop.close(START + timedelta(days=1))
    finally:
        shop.behave()
    assert stopped.value.exit_code == 1
    assert stopped.value.sentence.endswith(".")
    assert stopped.value.remedy
    assert places.published.read_bytes() == published
    assert (places.reports / START.isoformat() / "daily.html").read_bytes() == report
    assert watermark(shop) == before
    assert len(list(places.outbox.glob("*failure*.eml"))) == mails + 1
    assert shop.ask(
        "select outcome from ops.runs order by started_at desc limit 1", working=True
    ) == [("failed",)]


def test_the_next_night_catches_up_as_if_nothing_had_failed(past: Past, tmp_path: Path) -> None:
    found = []
    for name, fails in (("calm", False), ("stormy", True)):
        with past.open_shop(tmp_path / name, nights=1) as shop:
            shop.move_clock(pulled_at(START + timedelta(days=1)))
            if fails:
                shop.misbehave({"kind": "500", "after": 2})
                with pytest.raises(GatewayFault):
                    shop.close(START + timedelta(days=1))
                shop.behave()
            shop.move_clock(pulled_at(START + timedelta(days=2)))
            shop.close(START + timedelta(days=2))
            found.append(
                sorted(
                    shop.ask(
                        "select case_id, order_id, transaction_id, match_status, match_rule "
                        "from reconciled.matches"
                    ),
                    key=str,
                )
            )
    assert found[0] == found[1]
    assert found[0]


def test_a_single_bad_answer_is_asked_for_again_and_leaves_no_trace(
    past: Past, tmp_path: Path
) -> None:
    with past.open_shop(tmp_path, nights=1, clock=pulled_at(START + timedelta(days=1))) as shop:
        shop.misbehave(
            {"kind": "truncated", "path_contains": "/transactions", "times": 1},
            {"kind": "500", "path_contains": "/checkout-sessions", "times": 1},
        )
        night = shop.close(START + timedelta(days=1))
        assert night.published.outcome == "green"


def test_no_secret_and_no_address_stands_in_anything_that_leaves(shop: Shop) -> None:
    places = shop.settings.places
    leaving = [*places.reports.rglob("*"), *places.outbox.rglob("*"), places.published]
    leaving += [*places.landing.rglob("*"), *places.control.glob("*.jsonl")]
    for path in (one for one in leaving if one.is_file()):
        content = path.read_bytes()
        assert b"rsp_test_key" not in content, path
        if path.suffix != ".zst":
            assert b"@example" not in content, path
