"""What a changed policy would change is told beforehand, by a judgement that leaves no trace."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from night.people import done, recon
from night.shop import FAR, POLICY, START, Shop, open_shop, pulled_at

from pipelines.night.frame import begin, frame
from pipelines.night.judge import reconcile
from pipelines.partitions import DateRange

LAST = START + timedelta(days=5)
DEAR = POLICY.replace('"1.0"', '"1.5"') + "[sla]\npayout_days = 1\n"
CHANGES = {
    "tolerance and sla": DEAR.replace('"0.01"', '"500"').replace(
        "payout_days = 1", "gateway_hours = 4000"
    ),
    "schedule and calendar": DEAR.replace('"1.5"', '"1.0"') + '[payout]\ncalendar = "NG"\n',
}
CASES = """
    select case_id, match_status, code, secondary_codes, currency, money_impact, severity,
        state
    from reconciled.breaks as breaks
    full join (
        select case_id, match_status from reconciled.matches
        union
        select case_id, match_status from reconciled.subscription_matches
    ) as matches using (case_id)
"""
TOTALS = """
    select code, currency, count(*), sum(money_impact) from reconciled.breaks
    where state in ('open', 'assigned', 'waiting', 'reopened') group by all
"""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose six days, Tuesday to Sunday, are closed as one range."""
    root = tmp_path_factory.mktemp("preview")
    with open_shop(root, days=6, orders_per_day=8, clock=pulled_at(LAST)) as shop:
        shop.policy = DEAR
        shop.close(START, LAST)
        yield shop


def cases(shop: Shop, *, working: bool = False) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in shop.ask(CASES, working=working)}


def digests(shop: Shop) -> dict[str, str]:
    return {
        str(file.relative_to(shop.root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in shop.root.rglob("*")
        if file.is_file() and file.name != "writer.lock"
    }


def diff(shop: Shop, text: str, *options: str) -> str:
    (shop.root / "tmp" / "copy-killed").mkdir(parents=True, exist_ok=True)
    file = shop.root.parent / "changed.toml"
    file.write_text(text, encoding="utf-8")
    return done(shop, "policy", "diff", str(file), *options)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("tolerance and sla", {"FEE_VARIANCE", "MISSING_IN_GATEWAY"}),
        ("schedule and calendar", {"FEE_VARIANCE", "PAYOUT_OVERDUE"}),
    ],
    ids=CHANGES,
)
def test_the_preview_names_exactly_what_the_night_under_that_policy_changes(
    closed: Shop, tmp_path: Path, *, change: str, codes: set[str]
) -> None:
    told = json.loads(diff(closed, CHANGES[change], "--format", "json"))
    night = Shop(tmp_path / "data", closed.server, policy=CHANGES[change])
    shutil.copytree(closed.root, night.root)
    run = frame(night.settings, run_id="n", kind="nightly", dates=DateRange(LAST, LAST), now=FAR)
    begin(run)
    reconcile(run)
    before, after = cases(closed), cases(night, working=True)
    changed = {case for case in before.keys() | after.keys() if before.get(case) != after.get(case)}
    assert {case["case_id"] for case in told["cases"]} == changed
    # Each of the two settings has moved something of its own.
    code_and_state = slice(1, None, 5)
    moved = {
        before[case][1]
        for case in changed
        if before[case][code_and_state] != after[case][code_and_state]
    }
    assert moved >= codes
    for case in told["cases"]:
        status, code, _, _, impact, _, state = after[case["case_id"]]
        said = case["match_status_after"], case["code_after"], case["state_after"]
        assert said == (status, code, state)
        assert impact is None or Decimal(case["money_impact_after"]) == impact
    totals = {
        (row["code"], row["currency"]): (row["breaks_after"], Decimal(row["money_impact_after"]))
        for row in told["totals"]
        if row["breaks_after"]
    }
    assert totals == {(row[0], row[1]): row[2:] for row in night.ask(TOTALS, working=True)}


def test_a_preview_leaves_every_file_of_the_store_as_it_was(closed: Shop) -> None:
    before = digests(closed)
    told = diff(closed, CHANGES["tolerance and sla"])
    assert digests(closed) == before
    assert list((closed.root / "tmp").iterdir()) == []
    assert "sla.gateway_hours: 24 → 4000" in told
    assert "otherwise under the changed policy." in told
    rows = list(
        csv.DictReader(io.StringIO(diff(closed, CHANGES["tolerance and sla"], "--format", "csv")))
    )
    assert "MISSING_IN_GATEWAY" in {row["code_before"] for row in rows}
    assert [row["case_id"] for row in rows if row["case_id"] not in told] == []
    assert f"{len(rows)} cases stand otherwise" in told


def test_where_nothing_changes_one_sentence_says_so(closed: Shop) -> None:
    other = diff(closed, DEAR + '[write_off]\nNGN = "5000"\n')
    assert "Nothing changes: every case keeps code" in other
    assert "[write_off] moves no judgement of what is held" in other


def test_a_changed_policy_that_cannot_be_read_is_refused(closed: Shop, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[sla]\ngateway_hours = -1\n", encoding="utf-8")
    refused = recon(closed, "policy", "diff", str(broken))
    assert (refused.exit_code, "sla.gateway_hours" in refused.output) == (2, True)
    missing = recon(closed, "policy", "diff", str(tmp_path / "none.toml"))
    assert missing.exit_code == 2


def test_before_the_first_closing_there_is_nothing_to_preview(closed: Shop, tmp_path: Path) -> None:
    empty = Shop(tmp_path / "empty", closed.server)
    refused = recon(empty, "policy", "diff")
    assert (refused.exit_code, "No date is closed yet" in refused.output) == (2, True)
    assert not (empty.root / "control").exists()
