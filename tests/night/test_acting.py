"""What people decide is on record first, then judged and published, and never lost or doubled."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from night.people import (
    catch_up,
    done,
    environment,
    fill_in,
    findings,
    lines_of,
    numbers,
    recon,
    states,
)
from night.shop import FAR, HASTY, POLICY, START, Shop, open_shop, pulled_at

from assets.contracts.streams import all_contracts
from pipelines.faults import ChainBroken, ClaimBroken
from pipelines.night.acting import act
from pipelines.night.actions import take_in_actions
from pipelines.night.frame import begin, frame
from pipelines.night.rebuild import rebuild
from pipelines.partitions import DateRange
from pipelines.warehouse.decisions import Decision, DecisionLog

ROOT = Path(__file__).parents[2]
NEXT = START + timedelta(days=2)
LIMIT = "94890.5"
OPEN = "('open', 'assigned', 'waiting', 'reopened')"
MOVED = (
    "select line, sum(rows) from reconciled.proof where business_date = '{day}' "
    "and line in ('breaks_resolved', 'breaks_written_off') group by line order by line"
)


@dataclass(frozen=True)
class Store:
    """A store after its first closing, and the breaks in it by code and impact."""

    shop: Shop
    breaks: dict[str, str]

    def copy(self, root: Path) -> Shop:
        shutil.copytree(self.shop.root, root)
        return Shop(root, self.shop.server, runs=1, policy=self.shop.policy)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    root = tmp_path_factory.mktemp("people")
    clock = pulled_at(START + timedelta(days=1))
    with open_shop(root, days=3, orders_per_day=12, clock=clock) as shop:
        shop.policy = POLICY + f'[write_off]\nNGN = "{LIMIT}"\n'
        shop.close(START, START + timedelta(days=1))
        rows = shop.ask(
            "select code || abs(money_impact)::decimal(38, 2), break_id from reconciled.breaks"
        )
        yield Store(shop, dict(rows))


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return store.copy(tmp_path / "data")


MISSING, STRAY = "MISSING_IN_GATEWAY94890.50", "MISSING_IN_ORDERS94890.50"
LARGE, FOREIGN = "MISSING_IN_GATEWAY138326.00", "AMOUNT_MISMATCH1.00"
KOBO, CHAIN = "AMOUNT_MISMATCH0.01", "NETWORK_MISMATCH0.00"


@dataclass(frozen=True)
class Worked:
    """A store on which people worked, before and after the night that posts it."""

    shop: Shop
    before: dict[str, str]
    proof_before: list[Any]
    stored_report_stayed: bool
    imported: list[str]


@pytest.fixture(scope="module")
def worked(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    """Breaks assigned, written off to the limit, resolved and reopened; then a night."""
    shop = store.copy(tmp_path_factory.mktemp("worked") / "data")
    known = store.breaks
    stored = shop.ask("select digest from delivered.reports")
    done(shop, "exceptions", "assign", known[KOBO], known[LARGE], "--to", "Ada", "--reason", "look")
    file = shop.root.parent / "breaks.xlsx"
    done(shop, "exceptions", "export", "--xlsx", str(file))
    explained = {"action": "resolve", "reason": "explained"}
    old = {"action": "write-off", "reason": "old", "by": "Ben"}
    fill_in(file, {known[CHAIN]: explained, known[KOBO]: explained, known[STRAY]: old})
    imported = [done(shop, "exceptions", "import", str(file)) for _ in range(2)]
    done(shop, "exceptions", "reopen", known[KOBO], "--reason", "too early")
    before = states(shop)
    proof = shop.ask(MOVED.format(day=START + timedelta(days=1)))
    stayed = stored == shop.ask("select digest from delivered.reports")
    shop.move_clock(pulled_at(NEXT))
    shop.close(NEXT)
    return Worked(shop, before, proof, stayed, imported)


def test_each_decision_moves_its_break_at_once_and_stands_over_the_next_night(
    store: Store, worked: Worked
) -> None:
    after = states(worked.shop)
    expected = {
        KOBO: "reopened",
        LARGE: "assigned",
        STRAY: "written_off",
        CHAIN: "resolved",
        FOREIGN: "open",
        MISSING: "open",
    }
    for name, state in expected.items():
        assert (name, worked.before[store.breaks[name]]) == (name, state)
        assert (name, after[store.breaks[name]]) == (name, state)


def test_the_next_closing_posts_what_was_resolved_and_written_off(worked: Worked) -> None:
    assert worked.proof_before == [("breaks_resolved", -1), ("breaks_written_off", -1)]
    assert worked.shop.ask(MOVED.format(day=START + timedelta(days=1))) == []
    assert worked.shop.ask(MOVED.format(day=NEXT)) == worked.proof_before
    ((opening, moved, closing),) = worked.shop.ask(
        "select sum(amount) filter (where line = 'breaks_opening'), "
        "sum(amount) filter (where line not in ('breaks_opening', 'breaks_closing')), "
        "sum(amount) filter (where line = 'breaks_closing') from reconciled.proof "
        f"where business_date = '{NEXT}' and starts_with(line, 'breaks_') and currency = 'NGN'"
    )
    ((counted,),) = worked.shop.ask(
        "select sum(money_impact) from reconciled.breaks "
        f"where state in {OPEN} and currency = 'NGN'"
    )
    assert opening + moved == closing == counted


def test_a_workbook_taken_in_twice_acts_once_and_says_so(worked: Worked) -> None:
    first, second = worked.imported
    assert "3 rows taken in." in first
    assert "All 3 rows were taken in before; nothing was changed." in second


def test_the_report_of_a_closed_date_stays_as_the_closing_made_it(worked: Worked) -> None:
    assert worked.stored_report_stayed


def test_who_when_why_and_what_stood_there_are_on_record(store: Store, worked: Worked) -> None:
    ((by, why, code, amount, effective, break_id),) = worked.shop.ask(
        "select decided_by, reason, code, amount, effective_at, break_id "
        "from ops.actions where verb = 'write_off'"
    )
    assert (by, why, code) == ("Ben", "old", "MISSING_IN_ORDERS")
    assert (str(amount.normalize()), break_id) == (LIMIT, store.breaks[STRAY])
    assert effective == datetime(2026, 9, 2, 23, tzinfo=UTC)
    assert [len(line["actions"]) for line in lines_of(worked.shop)] == [2, 3, 1]
    assert numbers(worked.shop) == [1, 2, 3, 4, 5, 6]


def test_a_store_that_people_worked_on_verifies_and_can_be_had_again(
    worked: Worked, tmp_path: Path
) -> None:
    assert findings(worked.shop) == []
    copy = Shop(shutil.copytree(worked.shop.root, tmp_path / "data"), worked.shop.server)
    copy.policy = worked.shop.policy
    made = rebuild(copy.settings, all_contracts(), tell=lambda _: None)
    assert (made.is_compared, made.differences) == (True, ())
    assert states(copy) == states(worked.shop)


@pytest.mark.parametrize(
    ("limits", "says"),
    [('NGN = "94890.49"', "allows NGN 94890.49 to be written off"), ("", "has no [write_off]")],
)
def test_what_cannot_be_decided_is_refused_whole_and_nothing_is_written(
    limits: str, says: str, store: Store, shop: Shop
) -> None:
    shop.policy = f"{POLICY}[write_off]\n{limits}\n"
    both = [store.breaks[KOBO], store.breaks[STRAY]]
    result = recon(shop, "exceptions", "write-off", *both, "--reason", "why")
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr
    assert (lines_of(shop), set(states(shop).values())) == ([], {"open"})


def test_a_link_by_hand_explains_both_breaks_and_parting_brings_them_back(
    store: Store, shop: Shop
) -> None:
    order, payment = "KP-20260901-0003", "trxn_b659e419444cd6b55b26bbdb"
    both = [store.breaks[MISSING], store.breaks[STRAY]]
    done(shop, "matches", "link", order, payment, "--reason", "same amount and customer")
    linked = [states(shop)[one] for one in both]
    assert linked == ["auto_resolved", "auto_resolved"]
    assert shop.ask(
        f"select match_status, match_rule from reconciled.matches where order_id = '{order}'"
    ) == [("MATCHED_MANUAL", "manual")]
    done(shop, "matches", "unlink", order, payment, "--reason", "another customer after all")
    assert [states(shop)[one] for one in both] == ["open", "open"]
    assert [line["actions"][0]["verb"] for line in lines_of(shop)] == ["link", "unlink"]


def test_a_running_night_is_waited_for(shop: Shop) -> None:
    told: list[str] = []
    with (shop.root / "control" / "writer.lock").open("a") as night:
        fcntl.flock(night, fcntl.LOCK_EX)

        def release(line: str) -> None:
            told.append(line)
            fcntl.flock(night, fcntl.LOCK_UN)

        acted = act(shop.settings, all_contracts(), lambda _: [], tell=release)
    assert told == ["waiting for another run on this store to end"]
    assert acted.decisions == ()


class Deaf:
    """A contract that refuses nothing: judging stops in the middle."""

    def refusals(self, _: object) -> dict[int, str]:
        return {}

    def require_alert(self) -> None:
        raise ClaimBroken("No alarm.", "")


def changed(shop: Shop) -> list[Any]:
    """How many breaks of the working file are not open any more."""
    return shop.ask("select count(*) from reconciled.breaks where state <> 'open'", working=True)


def test_a_failure_leaves_what_is_published_and_says_that_the_decision_stands(
    store: Store, shop: Shop
) -> None:
    published = shop.settings.places.published.read_bytes()
    landed = next(path for path in sorted((shop.root / "landing").rglob("*.zst")))
    content = landed.read_bytes()
    landed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    judged = changed(shop)
    result = recon(shop, "exceptions", "resolve", store.breaks[KOBO], "--reason", "why")
    assert (result.exit_code, "The decision is on record" in result.stderr) == (1, True)
    assert shop.settings.places.published.read_bytes() == published
    assert changed(shop) == judged == [(0,)]
    landed.write_bytes(content)
    told: list[str] = []
    act(shop.settings, {**all_contracts(), "orders": Deaf()}, lambda _: [], tell=told.append)
    assert "what was decided before is not published yet: No alarm." in told
    assert (judged, findings(shop)) == (changed(shop), [])
    catch_up(shop)
    assert (states(shop)[store.breaks[KOBO]], numbers(shop)) == ("resolved", [1])


def resolved(name: str) -> Decision:
    return Decision(verb="resolve", reason="why", decided_by="Ada", break_id=name)


def written_only(shop: Shop, name: str) -> None:
    """What a kill leaves between the file and the database, and after it a line that is cut."""
    log = DecisionLog(shop.root / "actions")
    now = datetime(2026, 9, 2, 23, tzinfo=UTC)
    log.append([resolved(name)], first_no=1, decided_at=now, effective_at=now)
    with (shop.root / "actions" / "decisions.jsonl").open("a") as handle:
        handle.write('{"actions": [{"action_no": 2, "ver')


def test_what_a_kill_left_in_the_file_counts_once_with_the_next_command(
    store: Store, shop: Shop
) -> None:
    written_only(shop, store.breaks[KOBO])
    done(shop, "exceptions", "assign", store.breaks[LARGE], "--to", "Ada", "--reason", "look")
    found = states(shop)
    assert (found[store.breaks[KOBO]], found[store.breaks[LARGE]]) == ("resolved", "assigned")
    assert (numbers(shop), len(lines_of(shop)), findings(shop)) == ([1, 2], 2, [])


def test_what_a_night_that_died_had_taken_in_is_shown_by_the_next_command(
    store: Store, shop: Shop
) -> None:
    written_only(shop, store.breaks[KOBO])
    dates = DateRange(NEXT, NEXT)
    died = frame(shop.settings, run_id="died", kind="nightly", dates=dates, now=FAR, limits=HASTY)
    begin(died)
    assert (take_in_actions(died), take_in_actions(died)) == (1, 0)
    assert states(shop)[store.breaks[KOBO]] == "open"
    catch_up(shop)
    assert (states(shop)[store.breaks[KOBO]], numbers(shop)) == ("resolved", [1])


KILLED = """
import os, signal, sys
def hook(name, arguments):
    if name == "os.rename" and str(arguments[0]).endswith("finance.duckdb.new"):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
from pipelines.cli import main
main(sys.argv[1:])
"""


def test_a_command_killed_before_its_file_is_in_place_loses_and_doubles_nothing(
    store: Store, shop: Shop
) -> None:
    command = ["exceptions", "resolve", store.breaks[KOBO], "--reason", "why"]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *command],
        cwd=ROOT,
        env={**environment(shop), "POLARS_MAX_THREADS": "1", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -9, killed.stderr
    assert states(shop)[store.breaks[KOBO]] == "open"
    catch_up(shop)
    assert (states(shop)[store.breaks[KOBO]], numbers(shop)) == ("resolved", [1])
    assert findings(shop) == []


@pytest.mark.parametrize(
    ("is_cut", "says"),
    [(True, "decisions.jsonl was cut"), (False, "decisions.jsonl was changed")],
)
def test_a_cut_or_changed_file_is_named_and_stops_the_next_run(
    is_cut: bool, says: str, worked: Worked, tmp_path: Path
) -> None:
    copy = Shop(shutil.copytree(worked.shop.root, tmp_path / "data"), worked.shop.server)
    log = copy.root / "actions" / "decisions.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]) if is_cut else log.read_bytes().replace(b"Ben", b"Eve"))
    (found,) = findings(copy)
    assert says in found
    night = frame(
        copy.settings, run_id="next", kind="nightly", dates=DateRange(NEXT, NEXT), now=FAR
    )
    with pytest.raises(ChainBroken, match=says):
        begin(night)
