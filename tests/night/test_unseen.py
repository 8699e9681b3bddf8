"""What a night drew that died before its closing is shown to nobody, whatever is done next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
from night.exports import add_order
from night.past import Past
from night.people import done
from night.shop import START, Shop, pulled_at

from assets.contracts.streams import all_contracts
from pipelines.faults import StoreFault
from pipelines.night import judge, whole
from pipelines.night.rebuild import rebuild
from pipelines.warehouse import drawn, publication
from pipelines.warehouse.verification import verify


@pytest.fixture
def second(past: Past, tmp_path: Path) -> Iterator[Shop]:
    """A store after its second night."""
    with past.open_shop(tmp_path, nights=2, clock=pulled_at(START + timedelta(days=2))) as shop:
        yield shop


@pytest.mark.parametrize("is_of_former_version", [False, True])
def test_what_people_decide_shows_no_report_of_a_night_that_died(
    second: Shop, monkeypatch: pytest.MonkeyPatch, *, is_of_former_version: bool
) -> None:
    drawn = "select max(business_date) from delivered.reports"
    monkeypatch.setattr(whole, "publish", out_of_order)
    with pytest.raises(StoreFault):
        second.close(START + timedelta(days=2))
    assert second.ask(drawn, working=True) == [(START + timedelta(days=2),)]
    if is_of_former_version:
        with duckdb.connect(str(second.settings.places.warehouse)) as connection:
            connection.execute("delete from delivered.replaced_reports")
    ((break_id,),) = second.ask("select min(break_id) from reconciled.breaks")
    done(second, "exceptions", "assign", break_id, "--to", "Ada", "--reason", "look")
    assert second.ask(drawn) == [(START + timedelta(days=1),)]
    assert second.ask("select state from reconciled.breaks where assignee = 'Ada'") == [
        ("assigned",)
    ]


def test_a_store_shown_again_after_a_night_that_died_at_its_last_step_can_be_rebuilt(
    second: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((break_id,),) = second.ask("select min(break_id) from reconciled.breaks")
    with monkeypatch.context() as planted:
        planted.setattr(publication, "replace", out_of_order)
        with pytest.raises(StoreFault):
            second.close(START + timedelta(days=2))
    # Readers have the file before: it is shown again, with nothing that waits to be taken in.
    done(second, "exceptions", "assign", break_id, "--to", "Ada", "--reason", "look")
    assert second.ask("select max(last_date) from ops.closings") == [(START + timedelta(days=2),)]
    assert verify(second.settings.places).open_findings == []
    again = rebuild(second.settings, all_contracts(), tell=lambda _: None)
    assert (again.judged_anew, again.differences) == ((), ())


def test_a_chain_whose_reports_told_changes_since_a_dead_night_is_judged_anew(
    second: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = START + timedelta(days=1)
    with monkeypatch.context() as former:
        former.setattr(drawn, "take_back_unpublished", lambda _: 0)
        former.setattr(judge, "SINCE", {})
        add_order(second, "70.00")
        with monkeypatch.context() as planted:
            planted.setattr(whole, "publish", out_of_order)
            with pytest.raises(StoreFault):
                second.close(day)
        add_order(second, "20.00")
        second.close(day)
    again = rebuild(second.settings, all_contracts(), tell=lambda _: None)
    assert again.judged_anew != ()
    assert all("delivered.reports" in one for one in again.differences)
    assert verify(second.settings.places).open_findings == []


def test_reports_that_a_dead_night_drew_again_stay_unseen_until_a_closing(
    second: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = START + timedelta(days=1)
    stored = "select name, business_date, as_of, digest from delivered.reports order by all"
    ids = second.ask("select break_id from reconciled.breaks where state = 'open' order by 1")
    to_ada = ("--to", "Ada", "--reason", "look")
    done(second, "exceptions", "assign", ids[0][0], *to_ada)
    before = second.ask(stored)
    with monkeypatch.context() as planted:
        planted.setattr(whole, "publish", out_of_order)
        with pytest.raises(StoreFault):
            second.close(day)
    assert second.ask(stored, working=True) != before

    done(second, "exceptions", "assign", ids[1][0], *to_ada)

    assert second.ask(stored) == second.ask(stored, working=True) == before
    second.close(day)
    after = second.ask(stored)
    assert sum(old != new for old, new in zip(before, after, strict=True)) >= 2
    assert second.ask("from delivered.replaced_reports", working=True) == []


def test_what_changed_is_told_against_what_was_published_and_not_what_a_dead_night_drew(
    second: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = START + timedelta(days=1)
    told = "select figures from delivered.reports where name = 'daily' order by business_date"
    add_order(second, "1000.00")
    with monkeypatch.context() as planted:
        planted.setattr(whole, "publish", out_of_order)
        with pytest.raises(StoreFault):
            second.close(day)
    published = expected_in(second.ask(told)[-1])
    assert expected_in(second.ask(told, working=True)[-1]) == published + 1000
    add_order(second, "300.00")
    second.close(day)
    ((text,),) = second.ask(told)[-1:]
    (change,) = (one for one in json.loads(text)["changes"] if one["figure"] == "NGN expected")
    assert change == {
        "figure": "NGN expected",
        "old": f"{published:,}",
        "new": f"{published + 300:,}",
    }


def expected_in(row: tuple[str, ...]) -> Decimal:
    """The headline of a daily report."""
    (total,) = (one for one in json.loads(row[0])["totals"] if one["currency"] == "NGN")
    return Decimal(total["expected"])


def out_of_order(*_: object) -> NoReturn:
    raise StoreFault("The disk is out of order.", "Mend it.")
