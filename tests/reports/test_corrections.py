"""A correction names each figure that differs, old and new, and nothing when none does."""

import copy

import pytest
from reporting.declared import busy_report

from reports.amounts import grouped
from reports.corrections import changes_between, said_in
from reports.figures import minor_units, quiet_day
from reports.kinds import REPORTS
from reports.kinds.daily import DAILY
from reports.tables import Report, Table

STORED = [
    pytest.param(report, table, id=f"{report.name}-{table.name}")
    for report in (DAILY, *REPORTS.values())
    for table in report.tables
    if table.rows is None
]


def test_the_same_figures_differ_in_nothing(make_daily):
    figures = make_daily(1, days=2)
    other = copy.deepcopy(figures)
    other["control"]["snapshot_digest"] = "f" * 64
    other["changes"] = [{"figure": "x", "old": "1", "new": "2"}]

    assert changes_between(figures, other) == []
    assert said_in(figures) == said_in(other)


def test_a_total_a_verdict_and_a_break_are_named_old_and_new(make_daily):
    before = make_daily(1, breaks=2)
    after = copy.deepcopy(before)
    after["verdict"] = {"state": "red", "reasons": ["A window is open."]}
    after["totals"][2]["received"] = "1200.5"
    after["breaks"][0]["money_impact"] = "-7"
    gone = after["breaks"].pop()

    changes = changes_between(before, after)

    assert changes[:3] == [
        {"figure": "verdict", "old": "green", "new": "red"},
        {"figure": "verdict reasons", "old": "none", "new": "A window is open."},
        {"figure": "open breaks", "old": "2", "new": "1"},
    ]
    named = {row["figure"]: (row["old"], row["new"]) for row in changes[3:]}
    assert named["NGN received"] == (grouped(before["totals"][2]["received"]), "1,200.50")
    first = before["breaks"][0]
    about = f"break {first['code']} {first['currency']} {first['order_id']}"
    [impact] = [row for row in changes if row["figure"].endswith("money impact")]
    assert impact["figure"].startswith(about)
    least = minor_units(before)[first["currency"]]
    assert impact["old"] == grouped(first["money_impact"], least=least)
    assert impact["new"] == grouped("-7", least=least)
    [left] = [row for row in changes if gone["order_id"] in row["figure"]]
    assert left["figure"].startswith(f"gone: break {gone['code']}")
    least = minor_units(before)[gone["currency"]]
    assert (left["old"], left["new"]) == (grouped(gone["money_impact"], least=least), "none")
    assert len(changes) == 6


def leaves(value, path=()):
    """Every path to a single value within figures."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list) and value:
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))
    else:
        yield path


def test_no_single_value_changes_without_being_named(make_daily):
    before = make_daily(1, breaks=3, days=1)
    told = [path for path in leaves(before) if path[0] not in ("control", "policy", "changes")]

    silent = []
    for path in told:
        after = copy.deepcopy(before)
        place = after
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = "another"
        if not changes_between(before, after) or said_in(before) == said_in(after):
            silent.append(path)

    assert len(told) > 300
    assert silent == []


@pytest.mark.parametrize("number", [2, 3])
def test_twins_among_rows_are_counted(number):
    row = {"source": "a.csv", "source_row": "7", "key": None, "reason": "no amount"}
    before = quiet_day() | {"quarantine": [row]}
    after = quiet_day() | {"quarantine": [row] * number}

    assert len(changes_between(before, after)) == number - 1


def test_another_order_of_the_same_rows_is_said(make_daily):
    before = make_daily(1, breaks=2)
    after = before | {"breaks": before["breaks"][::-1]}

    assert [row["figure"] for row in changes_between(before, after)] == ["order of breaks"]


def numbered(report: Report, table: Table) -> dict:
    """Four rows of a table that differ from each other in one figure of the key alone."""
    figures = busy_report(report, 1)
    first = figures[table.name][0]
    rows = [first | {table.key[-1]: f"row {number}"} for number in range(4)]
    return figures | {table.name: rows}


@pytest.mark.parametrize(("report", "table"), STORED)
def test_a_row_that_is_gone_and_one_that_is_new_are_no_change_of_another(report, table):
    figures = numbered(report, table)
    rows = figures[table.name]
    before, after = figures | {table.name: rows[:3]}, figures | {table.name: rows[1:]}

    told = [one["figure"] for one in changes_between(before, after)]

    named = [figure.partition(":")[0] for figure in told if figure != "open breaks"]
    assert sorted(named) == ["gone", "new"]


def test_rows_that_share_a_key_are_never_a_change_of_each_other():
    twins = [{"swept_date": "2026-11-21", "stream": "orders", "rows_new": n} for n in (1, 2)]
    before = {"name": "quality", "sweeps": twins}
    after = {"name": "quality", "sweeps": [twins[1], twins[0] | {"rows_new": 3}]}

    told = [one["figure"].partition(":")[0] for one in changes_between(before, after)]

    assert told == ["gone", "new"]


def test_amounts_by_currency_are_named_one_by_one_and_grouped(make_daily):
    before = make_daily(1)
    after = copy.deepcopy(before)
    before["statuses"][0]["amounts"]["NGN"] = "-513081.80"
    after["statuses"][0]["amounts"]["NGN"] = "4.50"

    assert changes_between(before, after) == [
        {
            "figure": "statuses orders MATCHED_EXACT amounts NGN",
            "old": "\N{MINUS SIGN}513,081.80",
            "new": "4.50",
        }
    ]
