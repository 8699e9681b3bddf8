"""Every stream's rows as the running sandbox serves them, in either case of names and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from pipelines.gateway import envelopes
from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.gateway.envelopes import Item
from pipelines.gateway.records import Row
from pipelines.gateway.strict_json import parse
from pipelines.sandbox import SandboxPlan, SandboxServer

KEY = {"Authorization": "rsp_test_sandbox"}
NOON = datetime(2026, 10, 24, 12, tzinfo=UTC)
ROOT = "/api/v1/subscriptions"
TERMS = {
    "walletAddress": "0x" + "11" * 20,
    "tokenId": "usdt-bsc",
    "limits": {"capAmount": "1000", "maxPerCharge": "100"},
    "schedule": {"periodSeconds": 2_592_000, "nextDue": 0, "expiry": 1_893_456_000},
}
NEW = {
    name: endpoint
    for name, endpoint in ENDPOINTS.items()
    if name not in ("transactions", "checkout_sessions")
}
WORDS = {"status", "billing_mode", "billingMode", "currency", "ticker", "network", "error_code"}


class Gateway:
    """A sandbox with one subscription, paid once, and the answers it gives."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        plan = self._ask("POST", f"{ROOT}/plans", {"name": "Tea"})["uid"]
        price = {"amount": "10.00", "currency": "USD", "interval": "month"}
        price_id = self._ask("POST", f"{ROOT}/plans/{plan}/prices", price)["uid"]
        wanted = {"priceUid": price_id, "customer": {"email": "ada@example.com"}}
        opened = self._ask("POST", f"{ROOT}/checkout-sessions", wanted)
        subscription = opened["subscription"]["uid"]
        session = opened["checkoutSession"]["uid"]
        confirmed = self._ask("POST", f"{ROOT}/checkout-sessions/{session}/confirm", TERMS)
        signed = {"authId": confirmed["auth"]["authId"], "signature": "0x12ab"}
        self._ask("POST", f"{ROOT}/{subscription}/authorizations", signed)
        client.put("/_sandbox/clock", json={"now": "2026-10-24T12:05:00Z"}).raise_for_status()
        invoices = parse(client.get(f"{ROOT}/{subscription}/subscription-invoices").content)
        invoice = envelopes.listing(invoices, ()).items[0]["uid"]
        self.ids = {
            "plan_id": plan,
            "subscription_id": subscription,
            "listed_under_subscription_id": subscription,
            "invoice_id": invoice,
            "price_id": price_id,
        }

    def items(self, stream: str) -> list[Item]:
        """The objects of a stream's list, or its one answer."""
        endpoint = NEW[stream]
        asked = {"currency": "USDT", "network": "TRON", "amount": "100"} if endpoint.asked else {}
        path = str(endpoint.list_path or endpoint.detail_path).format(**self.ids)
        body = parse(self._client.get(path, params=asked).raise_for_status().content)
        if endpoint.list_path:
            return envelopes.listing(body, endpoint.list_keys).items
        return [envelopes.single(body, endpoint.object_keys)]

    def rows(self, stream: str) -> list[Row]:
        """A stream's rows as its field table reads them."""
        return NEW[stream].table.rows(self.items(stream), ref="a#1", fetched_at="now")

    def _ask(self, method: str, path: str, body: Any) -> Any:
        answer = self._client.request(method, path, json=body).raise_for_status().json()
        return answer.get("data", answer)


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    plan = SandboxPlan(start=date(2026, 10, 20), days=1, orders_per_day=1)
    with (
        SandboxServer(plan, clock=NOON) as server,
        httpx.Client(base_url=server.url, headers=KEY, timeout=5) as client,
    ):
        yield Gateway(client)


@pytest.mark.parametrize("stream", NEW)
def test_nothing_that_is_served_is_unknown_short_or_contradictory(
    stream: str, gateway: Gateway
) -> None:
    rows = gateway.rows(stream)
    told = ("unknown_fields", "is_short", "disagreements")
    assert rows
    assert [[row[name] for name in told] for row in rows] == [[None] * 3] * len(rows)


@pytest.mark.parametrize("stream", [name for name in NEW if name != "fee_quotes"])
def test_every_row_has_its_key(stream: str, gateway: Gateway) -> None:
    key = NEW[stream].key
    if key in NEW[stream].table.columns:
        found = [row[key] for row in gateway.rows(stream)]
        assert None not in found
        assert len(found) == len(set(found))
    else:
        assert key in NEW[stream].listed_under


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (
            "subscriptions",
            {
                "status": "ACTIVE",
                "billing_mode": "FIXED",
                "customer_email": "ada@example.com",
                "current_period_start_at": "2026-10-24T12:01:00.000Z",
                "cancel_at_period_end": "FALSE",
                "canceled_at": None,
            },
        ),
        ("plans", {"name": "Tea", "is_active": "TRUE"}),
        (
            "prices",
            {
                "amount": "10.00",
                "currency": "USD",
                "recurring_interval": "MONTH",
                "interval_count": "1",
                "trial_period_days": "0",
            },
        ),
        (
            "subscription_invoices",
            {
                "merchant_invoice_id": None,
                "amount": "10.00",
                "currency": "USD",
                "status": "PAID",
                "due_at": "2026-10-24T12:01:00.000Z",
                "attempt_count": "1",
                "is_processing": "FALSE",
            },
        ),
        (
            "charge_attempts",
            {
                "attempt_number": "1",
                "amount": "10.00",
                "token_amount": "10.000000000000000000",
                "status": "SUCCEEDED",
                "error_code": None,
                "attempted_at": "2026-10-24T12:01:00.000Z",
            },
        ),
        (
            "authorizations",
            {
                "status": "ACTIVE",
                "allowance_units": "1000000000000000000000",
                "spent_units": "10000000000000000000",
                "expires_at": "2030-01-01T00:00:00.000Z",
                "revoked_at": None,
            },
        ),
        (
            "currencies",
            {"currency_id": "usdt-tron", "ticker": "USDT", "network": "TRON", "is_active": "TRUE"},
        ),
        ("networks", {"network_id": "TRON", "name": "TRON", "chain_id": "728126428"}),
        (
            "subscription_currencies",
            {"subscription_currency_id": "usdt-tron", "ticker": "USDT", "decimals": "6"},
        ),
        (
            "fee_quotes",
            {
                "quote_id": None,
                "currency": "USDT",
                "network": "TRON",
                "amount": "100",
                "fee_currency": "USDT",
            },
        ),
    ],
)
def test_a_row_holds_what_was_served(
    stream: str, expected: dict[str, str | None], gateway: Gateway
) -> None:
    row = gateway.rows(stream)[0]
    assert {name: row[name] for name in expected} == expected


def test_rows_name_what_they_hang_on(gateway: Gateway) -> None:
    subscription, price = gateway.rows("subscriptions")[0], gateway.rows("prices")[0]
    invoice, attempt = gateway.rows("subscription_invoices")[0], gateway.rows("charge_attempts")[0]
    ids = gateway.ids
    assert (subscription["price_id"], subscription["plan_id"]) == (ids["price_id"], ids["plan_id"])
    assert (price["price_id"], price["plan_id"]) == (ids["price_id"], ids["plan_id"])
    assert invoice["subscription_id"] == ids["subscription_id"]
    assert attempt["invoice_id"] == invoice["invoice_id"] == ids["invoice_id"]
    assert attempt["subscription_id"] == ids["subscription_id"]
    assert attempt["tx_hash"]


@pytest.mark.parametrize("stream", ["subscriptions", "plans", "subscription_invoices"])
def test_a_row_that_is_cut_down_to_its_state_is_short(stream: str, gateway: Gateway) -> None:
    item = gateway.items(stream)[0]
    short = {name: item[name] for name in ("uid", "status") if name in item}
    assert NEW[stream].table.row(short, source="s", fetched_at="f")["is_short"] == "true"
    assert "{id}" in str(NEW[stream].detail_path)


@pytest.mark.parametrize("style", ["snake", "camel", "lower"])
@pytest.mark.parametrize("stream", NEW)
def test_names_in_either_case_and_words_in_small_letters_give_the_same_row(
    stream: str, style: str, gateway: Gateway
) -> None:
    restyle = {"snake": _snake, "camel": _camel, "lower": str}[style]
    items = gateway.items(stream)
    for item in items:
        changed = _renamed(item, restyle) if style != "lower" else _lowered(item)
        table = NEW[stream].table
        assert table.row(changed, source="s", fetched_at="f") == table.row(
            item, source="s", fetched_at="f"
        )


def _renamed(value: Any, restyle: Any) -> Any:
    if isinstance(value, dict):
        return {restyle(name): _renamed(each, restyle) for name, each in value.items()}
    return value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def _lowered(item: Item) -> Item:
    return {
        name: value.lower() if name in WORDS and isinstance(value, str) else value
        for name, value in item.items()
    }
