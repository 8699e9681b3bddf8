"""Makers of figures: a busy month of five currencies from a seed, down to the last digit; and a
mail server that keeps what it is given.
"""

from __future__ import annotations

import email
import random
import socket
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from email import policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from reports.figures import DailyFigures, quiet_day
from reports.smtp import SmtpSettings

MINOR_UNITS = {"GHS": 2, "KES": 2, "NGN": 2, "RWF": 0, "ZAR": 2}
CODES = {
    "MISSING_IN_GATEWAY": "high",
    "DUPLICATE_PAYMENT": "high",
    "PAYOUT_FAILED": "high",
    "STATUS_MISMATCH": "medium",
    "AMOUNT_MISMATCH": "medium",
    "UNDERPAID": "medium",
    "OVERPAID": "low",
    "FEE_VARIANCE": "low",
    "LATE_PAYMENT": "info",
    "SUPERSEDED_SESSION_PAID": "info",
}
_DAYS = ("0-1", "2-7", "8-30", "31-60", "61-90", "over 90")
BANDS = tuple(days.replace("-", "\N{EN DASH}") for days in _DAYS)

MakeDaily = Callable[..., DailyFigures]


class Mailbox:
    """A mail server's handler: answers DATA as told, and keeps what it has taken."""

    def __init__(self) -> None:
        self.answer = "250 taken"
        self.kept: list[bytes] = []

    async def handle_DATA(  # noqa: N802
        self,
        server: object,  # noqa: ARG002
        session: object,  # noqa: ARG002
        envelope: Any,
    ) -> str:
        if self.answer.startswith("250"):
            self.kept.append(envelope.content)
        return self.answer

    @property
    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(one, policy=policy.default) for one in self.kept]

    def subjects(self) -> list[str]:
        return [mail["Subject"] for mail in self.mails]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(mailbox: Mailbox, unused_port: int) -> Iterator[SmtpSettings]:
    """Where a real server with that mailbox listens."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=unused_port)
    controller.start()
    yield SmtpSettings(scheme="smtp", host="127.0.0.1", port=unused_port, answer_seconds=5.0)
    controller.stop()


def _amount(draw: random.Random, currency: str, top: int = 9_999_999) -> str:
    minor = MINOR_UNITS[currency]
    return str(Decimal(draw.randint(1, top)).scaleb(-minor))


def _padded(amount: str) -> str:
    """As a DECIMAL(38,18) column writes it."""
    return format(Decimal(amount).quantize(Decimal("1e-18")), "f")


def _sum(amounts: list[str]) -> str:
    return format(sum((Decimal(amount) for amount in amounts), Decimal(0)), "f")


def _breaks(draw: random.Random, day: date, number: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for index in range(number):
        code = draw.choice(list(CODES))
        currency = draw.choice(list(MINOR_UNITS))
        expected, actual = _amount(draw, currency), _amount(draw, currency)
        impact = _sum([actual, f"-{expected}"])
        age = draw.choice([0, 1, 1, 2, 5, 9, 40])
        first = (day - timedelta(days=age)).isoformat()
        rows.append(
            {
                "break_id": f"b{draw.getrandbits(64):016x}",
                "case_id": f"order:KV-{10_000 + index}",
                "code": code,
                "secondary_codes": draw.sample(["REFUND_DUE", "LATE_PAYMENT"], draw.randint(0, 2)),
                "order_id": f"KV-{10_000 + index}",
                "transaction_id": draw.choice([None, f"txn_{draw.getrandbits(48):012x}"]),
                "currency": currency,
                "expected_amount": _padded(expected),
                "actual_amount": actual,
                "money_impact": impact,
                "detail": f"The order expects {currency} {expected} and {currency} {actual} came"
                " in; older than the gateway SLA of 24 h.",
                "business_date": first,
                "first_seen_date": first,
                "age_days": age,
                "severity": CODES[code],
                "state": draw.choice(["open", "open", "assigned", "reopened"]),
                "assignee": draw.choice([None, "amaka"]),
            }
        )
    return sorted(rows, key=lambda row: ["high", "medium", "low", "info"].index(row["severity"]))


def _totals(draw: random.Random) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for currency, minor in MINOR_UNITS.items():
        in_breaks, in_timing = _amount(draw, currency, 99_999), f"-{_amount(draw, currency, 9_999)}"
        expected, difference = _amount(draw, currency), _sum([in_breaks, in_timing])
        rows.append(
            {
                "currency": currency,
                "minor_units": minor,
                "orders": draw.randint(1, 9_000),
                "expected": _padded(expected),
                "received": _sum([expected, difference]),
                "difference": difference,
                "in_breaks": in_breaks,
                "in_timing": in_timing,
                "unexplained_residual": "0",
            }
        )
    return rows


def _roll_forward(breaks: list[dict[str, object]]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for currency, code in sorted({(row["currency"], row["code"]) for row in breaks}):
        mine = [row for row in breaks if (row["currency"], row["code"]) == (currency, code)]
        new = [row for row in mine if row["age_days"] == 0]
        old = [row for row in mine if row["age_days"] != 0]
        opening = _sum([*(row["money_impact"] for row in old), "1"])
        rows.append(
            {
                "currency": currency,
                "code": code,
                "opening_count": len(old) + 1,
                "opening_amount": opening,
                "new_count": len(new),
                "new_amount": _sum([row["money_impact"] for row in new]),
                "reopened_count": 0,
                "reopened_amount": "0",
                "recoded_count": 0,
                "recoded_amount": "0",
                "revalued_amount": "0",
                "resolved_count": 1,
                "resolved_amount": "1",
                "written_off_count": 0,
                "written_off_amount": "0",
                "closing_count": len(mine),
                "closing_amount": _sum([row["money_impact"] for row in mine]),
            }
        )
    return rows


def _ageing(breaks: list[dict[str, object]]) -> list[dict[str, object]]:
    def band(age: int) -> str:
        return BANDS[sum(age > last for last in (1, 7, 30, 60, 90))]

    keys = sorted({(row["code"], row["currency"], band(row["age_days"])) for row in breaks})
    rows: list[dict[str, object]] = []
    for code, currency, name in keys:
        mine = [
            row["money_impact"]
            for row in breaks
            if (row["code"], row["currency"], band(row["age_days"])) == (code, currency, name)
        ]
        rows.append(
            {
                "code": code,
                "currency": currency,
                "band": name,
                "count": len(mine),
                "amount": _sum(mine),
            }
        )
    return rows


def _trend(draw: random.Random, day: date, days: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for back in reversed(range(days)):
        for currency in MINOR_UNITS:
            expected = _amount(draw, currency)
            part = Decimal(draw.choice([100, 100, 100, 98, 93, 80]))
            matched = (Decimal(expected) * part / 100).quantize(Decimal(expected))
            rows.append(
                {
                    "business_date": (day - timedelta(days=back)).isoformat(),
                    "currency": currency,
                    "expected": expected,
                    "received": format(matched, "f"),
                    "matched": format(matched, "f"),
                    "open": _sum([expected, f"-{matched}"]),
                }
            )
    return rows


def _control(draw: random.Random, day: str) -> dict[str, object]:
    tables = ("validated.orders", "validated.transactions", "reconciled.matches")
    return {
        "snapshot_digest": f"{draw.getrandbits(256):064x}",
        "data_cut_off": f"{day}T23:00:00Z",
        "rule_version": "1",
        "policy_version": "b7c1",
        "rounding_rule": "half away from zero to the currency's minor unit, at storage",
        "query": "select figures from delivered.reports\n where name = 'daily'"
        f" and business_date = '{day}'",
        "control_totals": [
            {"table": table, "rows": draw.randint(1, 9_999), "digest": f"{draw.getrandbits(256):x}"}
            for table in tables
        ],
    }


def busy_day(seed: int = 7, *, breaks: int = 12, days: int = 0) -> DailyFigures:
    """One night of a shop that sells in five currencies, the same for the same seed.

    Without `days` there is nothing to draw: drawing is by far the slowest part of a report.
    """
    draw = random.Random(seed)
    day = date(2026, 11, 21)
    open_breaks = _breaks(draw, day, breaks)
    figures = quiet_day(day.isoformat())
    figures.update(
        totals=_totals(draw),
        day=_totals(draw),
        breaks=open_breaks,
        roll_forward=_roll_forward(open_breaks),
        ageing=_ageing(open_breaks),
        trend=_trend(draw, day, days),
        control=_control(draw, day.isoformat()),
        rows=[
            {
                "stream": "transactions",
                "source": "gateway",
                "received": 6_213,
                "accepted": 6_213,
                "quarantined": 0,
            },
            {
                "stream": "orders",
                "source": "orders-2026-11-21.csv",
                "received": 201,
                "accepted": 200,
                "quarantined": 1,
            },
        ],
        statuses=[
            {
                "side": side,
                "status": status,
                "rows": draw.randint(1, 6_000),
                "amounts": {currency: _amount(draw, currency) for currency in MINOR_UNITS},
            }
            for side in ("orders", "transactions")
            for status in ("MATCHED_EXACT", "MATCHED_TOLERANCE", "BREAK", "EXPECTED")
        ],
        suggestions=[
            {
                "case_id": "order:KV-20001",
                "order_id": "KV-20001",
                "transaction_id": "txn_5a31",
                "currency": "NGN",
                "amount": "41200.00",
                "detail": "Same amount and currency, 22 min apart, each other's only candidate.",
            }
        ],
        quarantine=[
            {
                "source": "orders-2026-11-21.csv",
                "source_row": "118",
                "key": "KV-10118",
                "reason": "amount '1,200.00' has a thousands separator",
            }
        ],
        files=[
            {"name": "orders-2026-11-21.csv", "state": "taken", "rows": 200, "reason": None},
            {
                "name": "orders-2026-11-20.csv",
                "state": "refused",
                "rows": None,
                "reason": "the last line is cut: no line end after row 87",
            },
        ],
        pulls=[
            {
                "stream": "transactions",
                "window_from": "2026-11-07T23:00:00Z",
                "window_to": "2026-11-21T23:00:00Z",
                "rows_received": 6_213,
                "complete": True,
            }
        ],
        policy={
            "sla": {"gateway_hours": 24, "orders_hours": 24, "payout_days": 3, "refund_days": 7},
            "fees": [{"from": "2026-01-01", "percent": "1.0", "tolerance": "0.01"}],
            "write_off": {"NGN": "5000"},
            "payout_calendar": None,
        },
    )
    return figures


@pytest.fixture
def make_daily() -> MakeDaily:
    """Makes the figures of a busy day from a seed, a number of breaks and days of trend."""
    return busy_day


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
