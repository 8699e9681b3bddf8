"""The puller that most people write: a cursor on `createdAt`, and never a look back.

It is the control of the experiment: over the same world and the same nights it must be badly
wrong, or the world is too kind to prove anything.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
from model.gateway import LIST, instant
from model.nights import DATES, Plan, end_of, night_begins_at, on_stage
from model.payments import stamp
from model.verdict import Row, Verdict, judge


def judge_cursor(planned: Plan) -> Verdict:
    """What a store fed by the cursor holds after the last date."""
    held: dict[str, Row] = {}
    watermark = 0
    with on_stage(planned) as (stage, url), httpx.Client(base_url=url) as client:
        for place in range(DATES):
            if place in planned.calendar.missed:
                continue
            stage.open_for_a_night(night_begins_at(planned, place))
            since = stage.now
            for item in _listed(client, watermark, end_of(place)):
                held[item["id"]] = _row(item)
                watermark = max(watermark, instant(item["createdAt"]))
        until = stage.now
    return judge(
        planned.payments, held.values(), cut_off=end_of(DATES - 1), since=since, until=until
    )


def _listed(client: httpx.Client, since: int, until: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = 0
    while True:
        page += 1
        window = {"startDate": stamp(since), "endDate": stamp(until), "sortOrder": "asc"}
        answer = client.get(LIST, params={**window, "page": str(page), "limit": "100"})
        found = json.loads(answer.content, parse_float=Decimal)["data"]
        if not found:
            return rows
        rows += found


def _row(item: dict[str, Any]) -> Row:
    """In the order of the columns that the product's row is judged by."""
    money = ("exchangeRate", "fees", "paymentTolerance")
    return (
        *(item[name] for name in ("id", "type", "reference", "description", "checkoutSessionId")),
        Decimal(item["amount"]),
        item["currency"],
        Decimal(item["expectedAmount"]),
        item["cryptoCurrency"],
        item["fromNetwork"],
        *(Decimal(item[name]) for name in money),
        instant(item["createdAt"]),
        instant(item["expiresAt"]),
        item["status"],
        item["payoutStatus"],
        Decimal(item["actualAmount"]),
        Decimal(item["refundAmount"]),
        item["refundTxHash"],
        instant(item["updatedAt"]),
    )
