"""What is drawn for each report is what it declares, and its money is that of the marts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from oracle.engine import judge
from oracle.worlds import random_billed_world

from pipelines.policy import Policy
from pipelines.warehouse.drawn import store_reports
from pipelines.warehouse.figures import COMPARED, DRAWN, changes_of
from pipelines.warehouse.queries import build_stage
from reports.files import FORMS, rendered_form
from reports.kinds import NAMES, REPORTS
from reports.kinds.daily import DAILY
from reports.tables import Report

# `quality` counts rows and holds no money.
OF_MONEY = [one for one in (DAILY, *REPORTS.values()) if one.name != "quality"]


@pytest.fixture(scope="module")
def book() -> Iterator[Any]:
    """A random book with bills, its reports drawn twice at one as-of."""
    store = judge(random_billed_world(6))
    build_stage(store, "marts")
    first = store_reports(store, Policy(), reasons=[])
    assert store_reports(store, Policy(), reasons=[]) == first
    yield store
    store.close()


def figures_of(book: Any, name: str) -> dict[str, Any]:
    query = "select figures from delivered.reports where name = ?"
    return dict(json.loads(book.execute(query, [name]).fetchall()[0][0]))


@pytest.mark.parametrize("name", REPORTS)
def test_every_row_drawn_has_every_column_declared(book: Any, name: str) -> None:
    figures = figures_of(book, name)
    for table in REPORTS[name].tables:
        named = {column.name for column in table.columns}
        for row in [] if table.rows else figures[table.name]:
            assert named <= set(row)


@pytest.mark.parametrize("report", [DAILY, *REPORTS.values()], ids=NAMES)
def test_the_key_of_a_table_tells_all_its_rows_apart(book: Any, report: Report) -> None:
    figures = figures_of(book, report.name)
    for table in [one for one in report.tables if one.rows is None]:
        keys = [tuple(row[name] for name in table.key) for row in figures[table.name]]
        assert table.key
        assert len(set(keys)) == len(keys), table.name


@pytest.mark.parametrize("report", OF_MONEY, ids=[one.name for one in OF_MONEY])
def test_a_closing_names_every_changed_amount_of_the_headline_table(
    book: Any, report: Report
) -> None:
    before = figures_of(book, report.name)
    first = next(one for one in report.tables if one.name == COMPARED[report.name].section)
    money = [one.name for one in first.columns if one.kind == "money"]
    row = before[first.name][0] | dict.fromkeys(money, "-513081.80")

    told = changes_of(before, before | {first.name: [row, *before[first.name][1:]]})

    assert [one["new"] for one in told] == ["\N{MINUS SIGN}513,081.80"] * len(money)


def test_a_book_with_bills_leaves_few_tables_empty(book: Any) -> None:
    drawn = {
        (name, table.name)
        for name, report in REPORTS.items()
        for table in report.tables
        if not table.rows and figures_of(book, name)[table.name]
    }
    assert len(drawn) > 12


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_can_be_rendered(book: Any, name: str, form: str) -> None:
    assert rendered_form(figures_of(book, name), form)


@pytest.mark.parametrize(
    ("name", "section", "figure", "query"),
    [
        ("settlement", "balances", "owed_amount",
         "select currency, sum(owed_amount) from marts.settlement group by 1"),
        ("settlement", "ageing", "owed_amount",
         "select currency, sum(owed_amount) from marts.settlement "
         "where owed_amount <> 0 group by 1"),
        ("fees", "currencies", "fee_amount",
         "select currency, sum(fee_amount) from marts.fees, reconciled.basis "
         "where business_date > as_of_date - 30 group by 1"),
        ("fees", "networks", "fee_amount",
         "select currency, sum(fee_amount) from marts.fees, reconciled.basis "
         "where business_date > as_of_date - 30 group by 1"),
        ("subscriptions", "receivables", "amount",
         "select currency, sum(amount) from marts.receivables_ageing "
         "where status <> 'UNCOLLECTIBLE' group by 1"),
        ("subscriptions", "given_up", "amount",
         "select currency, sum(amount) from marts.receivables_ageing "
         "where status = 'UNCOLLECTIBLE' group by 1"),
        ("subscriptions", "revenue", "closing_amount",
         "select currency, closing_amount from marts.subscription_revenue, reconciled.basis "
         "where business_date = as_of_date"),
        ("month", "movements", "closing_amount",
         "select currency, sum(money_impact) from reconciled.breaks "
         "where state in ('open', 'reopened') group by 1"),
        ("exceptions", "breaks", "money_impact",
         "select currency, sum(money_impact) from reconciled.breaks "
         "where state in ('open', 'reopened') group by 1"),
    ],
)  # fmt: skip
def test_its_money_is_that_of_the_tables_to_the_last_digit(
    book: Any, name: str, section: str, figure: str, query: str
) -> None:
    told: dict[str, Decimal] = {}
    for row in figures_of(book, name)[section]:
        told[row["currency"]] = told.get(row["currency"], Decimal(0)) + Decimal(row[figure])
    assert told == dict(book.execute(query).fetchall())
    assert told
