"""The control codes, one small world each."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from oracle.controls import Control, controls
from oracle.makers import AS_OF, CREATED_AT, make_order, make_transaction, make_world
from oracle.proof import ProofLine, Side
from oracle.reckoning import reckon
from oracle.world import QuarantinedOrder, Sweep, World

DAY = timedelta(days=1)


def make_sweep(days_ago: int, *ids: str, **overrides: Any) -> Sweep:
    values: dict[str, Any] = {"stream": "transactions", "as_of": AS_OF - days_ago * DAY}
    return Sweep(**(values | {"ids": frozenset(ids)} | overrides))


def deleted(*sweeps: Sweep, recorded_from: Any = AS_OF - 90 * DAY) -> list[str]:
    payment = make_transaction(external_id="K1", recorded_from=recorded_from)
    world = make_world([make_order()], [payment], sweeps=sweeps)
    return [each.subject for each in controls(world, reckon(world))]


@pytest.mark.parametrize(
    ("sweeps", "gone"),
    [
        ((make_sweep(30), make_sweep(0)), True),
        ((make_sweep(30),), False),
        ((make_sweep(30, "T1"), make_sweep(0)), False),
        ((make_sweep(30), make_sweep(0, "T1")), False),
        ((make_sweep(60, "T1"), make_sweep(30), make_sweep(0)), True),
        ((make_sweep(60), make_sweep(30), make_sweep(0, "T1")), False),
        ((make_sweep(30), make_sweep(15, complete=False), make_sweep(0)), True),
        ((make_sweep(30, complete=False), make_sweep(0)), False),
        ((make_sweep(30, stream="plans"), make_sweep(0)), False),
    ],
)
def test_a_row_gone_in_two_consecutive_full_sweeps_was_deleted(
    sweeps: tuple[Sweep, ...], gone: bool
) -> None:
    assert deleted(*sweeps) == (["transactions T1"] if gone else [])


@pytest.mark.parametrize(("days", "gone"), [(31, True), (30, False), (0, False)])
def test_only_a_row_known_before_the_first_of_them_can_be_gone(days: int, gone: bool) -> None:
    found = deleted(make_sweep(30), make_sweep(0), recorded_from=AS_OF - days * DAY)
    assert found == (["transactions T1"] if gone else [])


def test_sweeps_of_each_stream_speak_for_their_own_rows() -> None:
    """T1 names a transaction and a plan; only the plan is gone."""
    world = make_world(
        [make_order()],
        [make_transaction(external_id="K1", recorded_from=AS_OF - 90 * DAY)],
        sweeps=tuple(make_sweep(days, stream="plans") for days in (30, 0))
        + tuple(make_sweep(days, "T1") for days in (30, 0)),
        first_seen={"plans": {"T1": AS_OF - 31 * DAY, "T2": AS_OF - 30 * DAY}},
    )
    assert controls(world, reckon(world)) == (("DELETED_AT_SOURCE", "plans T1"),)


def test_a_refused_row_is_a_break_of_its_own() -> None:
    world = make_world([], [], quarantined=(QuarantinedOrder(known_ids=("K9", "s9")),))
    assert controls(world, reckon(world)) == (("VALIDATION_FAILED", "K9"),)


@pytest.mark.parametrize(("first", "silent"), [(None, True), (5, True), (6, False)])
def test_a_date_without_orders_is_told_from_the_first_date_of_the_book_on(
    first: int | None, silent: bool
) -> None:
    first_date = None if first is None else date(2026, 3, first)
    world = make_world([], [make_transaction()], first_date=first_date)
    found = controls(world, reckon(world))
    assert found == ((Control("STALE_SOURCE", "2026-03-05"),) if silent else ())
    # Its payment stays EXPECTED either way.
    assert reckon(world).only_case.match_status == "EXPECTED"


def test_a_residual_is_a_break_of_its_own() -> None:
    world: World = make_world([make_order()], [make_transaction(created_at=CREATED_AT)])
    line = ProofLine(expected=Side(), received=Side(), unexplained_residual=Side().own + 1)
    broken = replace(reckon(world), proof={(date(2026, 3, 5), "NGN"): line})
    assert controls(world, broken) == (("UNEXPLAINED_RESIDUAL", "2026-03-05 NGN"),)
