"""A correction names each figure that differs, old and new, and nothing when none does."""

import copy

import pytest

from reports.corrections import changes_between, said_in
from reports.figures import quiet_day


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
    assert named["NGN received"] == (before["totals"][2]["received"], "1200.50")
    first = before["breaks"][0]
    about = f"break {first['code']} {first['currency']} {first['order_id']}"
    [impact] = [row for row in changes if row["figure"].endswith("money impact")]
    assert impact["figure"].startswith(about)
    assert (impact["old"], impact["new"]) == (first["money_impact"], "-7")
    [left] = [row for row in changes if gone["order_id"] in row["figure"]]
    assert (left["old"], left["new"]) == (gone["money_impact"], "none")
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
