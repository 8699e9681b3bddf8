"""A verdict that cannot be bad proves nothing: every fault is planted once and found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from model.gateway import Manners, Stage, instant
from model.nights import DATES, end_of, plan
from model.payments import CHANGES_LAST, DAY, stamp
from model.verdict import Row, Verdict, changing, disordered, judge, row_of

WORLD = plan(5, 300, Manners())
PAYMENTS = WORLD.payments
CUT_OFF = end_of(DATES - 1)
NOW = CUT_OFF + DAY
NAME = PAYMENTS[0].name


def held_at(moment: int) -> list[Row]:
    """What a perfect puller holds."""
    return [
        row_of(payment, [version for version in payment.versions if version.at <= moment][-1])
        for payment in PAYMENTS
        if payment.created_at < CUT_OFF and payment.visible_at <= moment
    ]


def judged(rows: list[Row]) -> Verdict:
    return judge(PAYMENTS, rows, cut_off=CUT_OFF, since=NOW, until=NOW)


def test_a_store_that_is_the_world_has_no_faults() -> None:
    verdict = judged(held_at(NOW))
    assert verdict.faults == {}
    assert verdict.judged > 250


PLANTED: dict[str, Callable[[list[Row]], list[Row]]] = {
    "wrong": lambda rows: [(*rows[0][:-1], rows[0][-1] + 1), *rows[1:]],
    "missing": lambda rows: rows[1:],
    "doubled": lambda rows: [rows[0], *rows],
    "surplus": lambda rows: [("trx_unknown", *rows[0][1:]), *rows],
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_fault_is_found_and_nothing_else(kind: str) -> None:
    faults = judged(PLANTED[kind](held_at(NOW))).faults
    assert faults == {kind: ["trx_unknown" if kind == "surplus" else NAME]}


def test_a_row_that_changed_after_the_pull_began_may_show_either_version() -> None:
    payment = next(payment for payment in PAYMENTS if len(payment.versions) > 2)
    before, after = payment.versions[0], payment.versions[1]

    def verdict(since: int, until: int) -> list[str]:
        rows = [row_of(payment, before)]
        return judge([payment], rows, cut_off=CUT_OFF, since=since, until=until).wrong

    assert verdict(after.at - 1, after.at) == []
    assert verdict(after.at, after.at) == [payment.name]


HISTORIES = {
    "whole": ((0, 1, 2), []),
    "with a gap": ((0, 2), []),
    "turned round": ((1, 0), ["version 2"]),
    "told twice": ((1, 1), ["version 2"]),
}


@pytest.mark.parametrize("kind", HISTORIES)
def test_versions_must_be_of_the_world_and_in_its_order(kind: str) -> None:
    payment = next(payment for payment in PAYMENTS if len(payment.versions) > 3)
    places, found = HISTORIES[kind]
    history = [
        (payment.name, number, *changing(payment.versions[place]))
        for number, place in enumerate(places, 1)
    ]
    assert disordered(PAYMENTS, history) == [f"{payment.name} {which}" for which in found]


def test_a_version_that_the_world_never_had_is_found() -> None:
    invented = (*changing(PAYMENTS[0].versions[0])[:-1], 0)
    assert disordered(PAYMENTS, [(NAME, 1, *invented)]) == [f"{NAME} version 1"]


def test_the_world_changes_late_is_back_dated_and_has_ties() -> None:
    late = [payment for payment in PAYMENTS if payment.versions[-1].at > payment.created_at + DAY]
    assert len(late) > len(PAYMENTS) // 4
    assert any(payment.visible_at > payment.created_at + DAY for payment in PAYMENTS)
    assert len({payment.created_at for payment in PAYMENTS}) < len(PAYMENTS) * 9 // 10
    settled = [each for each in PAYMENTS if each.versions[-1].state.payout_status == "PENDING"]
    assert all(each.versions[-1].at <= each.visible_at + CHANGES_LAST for each in settled)


def test_a_row_is_inserted_between_any_two_pages_of_a_walk() -> None:
    stage = Stage(plan(5, 6_000, Manners()).payments, Manners(), now=CUT_OFF - 20 * DAY)
    window = {"startDate": stamp(CUT_OFF - 40 * DAY), "endDate": stamp(CUT_OFF), "limit": "100"}
    for page in range(1, 41):
        stage.reply("/api/v1/transactions", {**window, "page": str(page)})
    assert stage.pages_after_an_insertion == 40


def test_instants_are_read_back_as_they_were_written() -> None:
    assert instant(stamp(NOW + 7)) == NOW + 7
