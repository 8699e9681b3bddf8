"""The comparison itself: an engine that answers as reckoned agrees, one that errs is found out."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from oracle.bill_makers import make_attempt, make_invoice
from oracle.comparison import disagreements
from oracle.makers import make_order, make_transaction, make_world
from oracle.reckoning import Reckoning, reckon

TABLES = """
create schema reconciled;
create table reconciled.matches
    (case_id text, order_id text, transaction_id text, match_rule text, match_status text,
     business_date date);
create table reconciled.case_codes (case_id text, code text, impact decimal(38, 18), rank int);
create table reconciled.members (case_id text, kind text, id text);
create table reconciled.cases
    (case_id text, currency text, expected decimal(38, 18), received decimal(38, 18));
create table reconciled.proof
    (business_date date, currency text, line text, amount decimal(38, 18));
create table reconciled.subscription_matches
    (case_id text, subscription_id text, invoice_id text, charge_attempt_id text, match_status text,
     business_date date);
"""


@pytest.fixture
def reckoning() -> Reckoning:
    """An order with a short payment, one charged by an invoice, and an invoice of nobody's."""
    return reckon(
        make_world(
            [make_order(), make_order(order_id="K2", transaction_ref="I1")],
            [make_transaction(external_id="K1", fiat_amount="900")],
            invoices=(make_invoice(), make_invoice(invoice_id="I2")),
            attempts=(make_attempt(),),
        )
    )


@pytest.fixture
def engine(reckoning: Reckoning) -> Iterator[duckdb.DuckDBPyConnection]:
    """Answers exactly as reckoned, in the engine's tables."""
    connection = duckdb.connect()
    connection.execute(TABLES)
    for case_id, case in reckoning.cases.items():
        for order in case.orders:
            links = [each for each in case.links if each.order_id == order]
            row = links[0] if links else (order, None, None)
            connection.execute(
                "insert into reconciled.matches values (?, ?, ?, ?, ?, ?)",
                [case_id, *row, case.match_status, case.business_date],
            )
        for rank, (code, impact) in enumerate(case.impacts.items()):
            connection.execute(
                "insert into reconciled.case_codes values (?, ?, ?, ?)",
                [case_id, code, impact, rank],
            )
        for kind, ids in (
            ("order", case.orders),
            ("transaction", case.transactions),
            ("invoice", case.invoices),
            ("attempt", case.attempts),
        ):
            for row_id in ids:
                connection.execute(
                    "insert into reconciled.members values (?, ?, ?)", [case_id, kind, row_id]
                )
        connection.execute(
            "insert into reconciled.cases values (?, ?, ?, ?)",
            [case_id, case.currency, case.expected, case.received],
        )
    for (day, currency), amount in reckoning.unexplained_residual.items():
        connection.execute(
            "insert into reconciled.proof values (?, ?, 'unexplained_residual', ?)",
            [day, currency, amount],
        )
    for match in reckoning.subscription_matches:
        connection.execute(
            "insert into reconciled.subscription_matches values "
            "(?, ?, nullif(?, ''), nullif(?, ''), ?, ?)",
            list(match),
        )
    yield connection
    connection.close()


def test_an_engine_that_answers_as_reckoned_agrees(
    engine: duckdb.DuckDBPyConnection, reckoning: Reckoning
) -> None:
    assert disagreements(engine, reckoning, billed=True) == {}


@pytest.mark.parametrize(
    ("error", "place"),
    [
        ("update reconciled.case_codes set impact = -99", "order:K1"),
        ("delete from reconciled.case_codes where case_id = 'invoice:I2'", "invoice:I2"),
        ("update reconciled.matches set match_status = 'BREAK'", "order:K2"),
        ("update reconciled.matches set match_rule = 'manual' where order_id = 'K1'", "order:K1"),
        ("update reconciled.cases set received = 0", "order:K2"),
        ("update reconciled.cases set expected = 0", "order:K2"),
        ("delete from reconciled.members where kind = 'attempt'", "order:K2"),
        ("update reconciled.subscription_matches set business_date = '2026-03-06'", "invoice:I2"),
        (
            "update reconciled.subscription_matches set subscription_id = 'S9'",
            "subscription_matches",
        ),
        (
            "delete from reconciled.subscription_matches where charge_attempt_id = 'A1'",
            "subscription_matches",
        ),
        ("update reconciled.proof set amount = 1", "(datetime.date(2026, 3, 5), 'NGN')"),
        ("delete from reconciled.proof", "(datetime.date(2026, 3, 5), 'NGN')"),
    ],
)
def test_an_engine_that_errs_is_found_out(
    error: str, place: str, engine: duckdb.DuckDBPyConnection, reckoning: Reckoning
) -> None:
    engine.execute(error)
    assert place in disagreements(engine, reckoning, billed=True)
