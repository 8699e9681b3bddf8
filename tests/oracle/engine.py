"""Runs the engine's queries over an oracle world: rows in as the gateway and the shop send them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
from oracle.feeding import EPOCH, as_text, bill_rows
from oracle.world import World

from pipelines.policy import FeeRate, PayoutRule, Policy, ServiceLevels
from pipelines.warehouse.basis import write_basis
from pipelines.warehouse.judgement import judge_book
from pipelines.warehouse.queries import SCHEMA, build_stage, run_scripts, script

NUMBERED = {"arrival", "action_no"}
"""What counts the rows of a table, through everything that was taken in."""


def judge(world: World) -> duckdb.DuckDBPyConnection:
    """A database in memory with every reconciled table of the world computed."""
    connection = opened()
    take_in(connection, world)
    judge_again(connection, world)
    return connection


def opened() -> duckdb.DuckDBPyConnection:
    """An empty store in memory."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(script("macros"))
    run_scripts(connection, SCHEMA)
    return connection


def take_in(connection: duckdb.DuckDBPyConnection, world: World, *, file: str = "f0") -> None:
    """Add the facts of a world to those that are there; its orders as a file of their own."""
    _insert(connection, "raw.orders", _orders(world, file))
    _insert(connection, "ops.files", [_file(file)])
    _insert(connection, "raw.transactions", _transactions(world))
    _insert(connection, "raw.checkout_sessions", _sessions(world))
    for table, rows in bill_rows(world).items():
        _insert(connection, table, rows)
    _insert(connection, "validated.quarantine", _quarantine(world, file))
    _insert(connection, "ops.actions", _actions(world))
    _insert(connection, "ops.pulls", _pulls(world))
    _insert(connection, "ops.sweeps", _sweeps(world))
    _insert(
        connection,
        "validated.minor_units",
        [{"currency": code, "minor_units": units} for code, units in world.minor_units.items()],
    )


def judge_again(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    """Judge every fact that is there at the as-of and by the policy of the world."""
    write_basis(connection, policy_of(world), as_of=world.as_of, zone=ZoneInfo(world.timezone))
    build_stage(connection, "validated")
    judge_book(connection, whole=False)


def policy_of(world: World) -> Policy:
    terms = world.policy
    return Policy(
        sla=ServiceLevels(
            gateway_hours=terms.gateway_hours,
            orders_hours=terms.orders_hours,
            payout_days=terms.payout_days,
            refund_days=terms.refund_days,
        ),
        payout=PayoutRule(calendar=terms.payout_calendar),
        fees=tuple(
            FeeRate(valid_from=fee.from_date, percent=fee.percent, tolerance=fee.tolerance)
            for fee in terms.fees
        ),
    )


def _email(value: str | None) -> str | None:
    return (value or "").strip().casefold() or None


def _blank(value: str | None) -> str | None:
    return value if value and value.strip() else None


def _orders(world: World, file: str) -> list[dict[str, Any]]:
    return [
        {
            "file_digest": file,
            "source_row": number,
            "recorded_from": EPOCH,
            "order_id": order.order_id,
            "status": order.status,
            "amount": as_text(order.amount),
            "currency": order.currency,
            "placed_at": as_text(order.placed_at),
            "paid_at": as_text(order.paid_at),
            "session_ids": list(order.session_ids),
            "transaction_ref": _blank(order.transaction_ref),
            "further_refs": list(order.further_refs),
            "customer_email_digest": _email(order.customer_email),
        }
        for number, order in enumerate(world.orders, start=2)
    ]


def _file(digest: str) -> dict[str, Any]:
    """A file that is the newer, the greater the number in its digest."""
    return {
        "file_digest": digest, "name": "orders.csv", "layout": "generic", "state": "accepted",
        "reason": None, "exported_date": EPOCH.date(), "arrival": int(digest[1:]),
        "rows_received": 0, "rows_accepted": 0, "rows_repeated": 0, "rows_quarantined": 0,
        "recorded_from": EPOCH,
        "run_id": "r", "seen_at": EPOCH,
    }  # fmt: skip


def _transactions(world: World) -> list[dict[str, Any]]:
    rows, arrival = [], 0
    for versions in world.transactions.values():
        for version in versions:
            arrival += 1
            row = {
                name: as_text(getattr(version, name))
                for name in (
                    "transaction_id", "type", "description", "exchange_rate", "deposit_tx_hash",
                    "status", "payout_status", "fiat_amount", "fiat_currency", "crypto_expected",
                    "crypto_received", "crypto_currency", "network", "fee_amount",
                    "tolerance_percent", "refund_amount", "refund_tx_hash", "created_at",
                    "updated_at", "expires_at", "reference", "external_id",
                    "checkout_session_id", "invoice_id", "payment_link_id",
                )
            }  # fmt: skip
            row |= {
                "arrival": arrival, "content_digest": str(arrival), "run_id": "r", "source": "s",
                "recorded_from": version.recorded_from, "ranked_at": version.updated_at,
                "customer_email_digest": _email(version.customer_email),
            }  # fmt: skip
            rows.append(row)
    return rows


def _sessions(world: World) -> list[dict[str, Any]]:
    return [
        {
            "arrival": number, "content_digest": str(number), "recorded_from": EPOCH,
            "run_id": "r", "source": "s", "session_id": session.session_id, "status": "COMPLETED",
            "crypto_currency": session.crypto_currency, "network": session.network,
            "tolerance_percent": as_text(session.tolerance_percent),
            "created_at": as_text(EPOCH),
        }
        for number, session in enumerate(world.sessions, start=1)
    ]  # fmt: skip


def _quarantine(world: World, file: str) -> list[dict[str, Any]]:
    return [
        {
            "stream": "orders", "source": "orders.csv", "source_digest": file,
            "source_row": 10_000 + number, "key": None, "reason": "planted",
            "known_ids": list(row.known_ids), "seen_at": EPOCH,
        }
        for number, row in enumerate(world.quarantined)
    ]  # fmt: skip


def _actions(world: World) -> list[dict[str, Any]]:
    return [
        {
            "action_no": number, "verb": decision.action, "order_id": decision.order_id,
            "transaction_id": decision.transaction_id, "reason": "planted", "decided_by": "test",
            "decided_at": EPOCH, "effective_at": EPOCH,
        }
        for number, decision in enumerate(world.decisions)
    ]  # fmt: skip


def _pulls(world: World) -> list[dict[str, Any]]:
    return [
        {
            "run_id": "r", "stream": "transactions", "window_from": window.start,
            "window_to": window.end, "as_of": world.as_of, "pages": 1, "rows_received": 0,
            "distinct_ids": 0, "rows_new": 0, "rows_changed": 0, "complete": window.complete,
            "reason": "", "digest": "", "is_closed": True, "started_at": EPOCH,
            "finished_at": EPOCH,
        }
        for window in world.windows
    ]  # fmt: skip


def _sweeps(world: World) -> list[dict[str, Any]]:
    """What each sweep found missing of the payments held when it was made."""
    return [
        {
            "run_id": f"r{number}", "stream": sweep.stream, "as_of": sweep.as_of,
            "window_from": EPOCH, "window_to": sweep.as_of, "complete": sweep.complete,
            "rows_listed": len(sweep.ids), "rows_new": 0, "rows_changed": 0, "rows_gone": 0,
            "gone_ids": [
                row
                for row, versions in world.transactions.items()
                if versions[0].recorded_from <= sweep.as_of and row not in sweep.ids
            ],
        }
        for number, sweep in enumerate(world.sweeps)
    ]  # fmt: skip


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    for number in NUMBERED & rows[0].keys() if table != "ops.files" else ():
        there = connection.execute(f"select coalesce(max({number}), 0) from {table}").fetchall()
        rows = [row | {number: row[number] + there[0][0]} for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    connection.register(
        "staged", pa.table({name: [row.get(name) for row in rows] for name in names})
    )
    connection.execute(f"insert into {table} by name select * from staged")
    connection.unregister("staged")
