"""Children are listed parent by parent: one that refuses hides nothing of the others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from gateway.scripted import Reply, Request, Script, World, json_reply

from pipelines.gateway.endpoints import ENDPOINTS
from pipelines.night.frame import begin, frame
from pipelines.night.lines import Line
from pipelines.night.pull import take_in
from pipelines.night.pulling import Puller
from pipelines.partitions import DateRange
from pipelines.settings import Settings

DAY = date(2026, 3, 1)
MONEY = {"amount": "2.50", "currency": "NGN"}
LISTS = "/api/v1/subscriptions/"


def lists_of(answers: Mapping[str, int | list[str]]) -> Script:
    """Canceled subscriptions by uid: the status that refuses their invoices, or invoices' uids."""

    def reply(request: Request, otherwise: Reply) -> Reply:
        if request.path == "/api/v1/subscriptions":
            found = [{"uid": uid, "status": "CANCELED"} for uid in answers]
        elif request.path.startswith(LISTS) and not request.path.endswith("invoices"):
            uid = request.path.rpartition("/")[2]
            status = "CANCELED" if uid in answers else "PAID"
            return json_reply({"success": True, "data": {"uid": uid, "status": status, **MONEY}})
        elif request.path.startswith(LISTS):
            told = answers[request.path.split("/")[4]]
            if isinstance(told, int):
                return json_reply({"success": False, "error": "no"}, status=told)
            found = [{"uid": uid, "status": "PAID", **MONEY} for uid in told]
        else:
            return otherwise
        shown = found if request.page == 1 else []
        return json_reply({"success": True, "data": shown, "pagination": {"total": len(found)}})

    return reply


def pulled(script: Script, world: World, root: Path, run_id: str) -> Line:
    """The line of the invoices after subscriptions and invoices were pulled and taken in."""
    world.script = script
    settings = Settings(
        kuvarpay_api_key="rsp_test_key", kuvarpay_base_url=world.url, recon_data_dir=root
    )
    night = frame(
        settings,
        run_id=run_id,
        kind="nightly",
        dates=DateRange(DAY, DAY),
        now=datetime(2026, 3, 3, tzinfo=UTC),
    )
    with night.alone():
        begin(night)
        with night.store() as store:
            puller = Puller(night, store)
            puller.is_sweep = False
            for stream in ("subscriptions", "subscription_invoices"):
                puller.pull(ENDPOINTS[stream])
            take_in(night, store, puller)
    return puller.lines[-1]


def test_one_parent_without_its_list_hides_nothing_of_the_others(
    world: World, tmp_path: Path
) -> None:
    lists = lists_of({"sub_0": 404, "sub_1": ["inv_1"], "sub_2": ["inv_2"]})
    line = pulled(lists, world, tmp_path, "one")
    assert (line.rows_received, line.complete) == (2, False)
    assert line.reason == "1 of 3 lists: status 404"
    assert line.sums == {"NGN": "5.00"}


def test_where_no_parent_has_the_list_it_is_not_offered(world: World, tmp_path: Path) -> None:
    line = pulled(lists_of({"sub_0": 404, "sub_1": 404}), world, tmp_path, "one")
    assert (line.rows_received, line.complete) == (0, True)
    assert "does not offer" in line.reason


def test_what_one_night_could_not_read_of_an_ended_parent_the_next_one_does(
    world: World, tmp_path: Path
) -> None:
    pulled(lists_of({"sub_0": 404, "sub_1": ["inv_1"]}), world, tmp_path, "one")
    line = pulled(lists_of({"sub_0": ["inv_0"], "sub_1": ["inv_1"]}), world, tmp_path, "two")
    assert (line.rows_received, line.complete) == (2, True)
    again = pulled(lists_of({"sub_0": ["inv_0"], "sub_1": ["inv_1"]}), world, tmp_path, "three")
    assert (again.pages, again.complete) == (0, True)
