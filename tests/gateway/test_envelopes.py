"""Rows are found in every wrapping that is known, and an empty day is never made up."""

from __future__ import annotations

import pytest

from pipelines.faults import AnswerUnusable
from pipelines.gateway.envelopes import Listing, listing, single

ROW = {"id": "a"}


@pytest.mark.parametrize(
    ("payload", "total"),
    [
        ([ROW], None),
        ({"data": [ROW]}, None),
        ({"success": True, "data": [ROW], "pagination": {"total": "7"}}, 7),
        ({"success": True, "data": {"transactions": [ROW], "total": "7"}}, 7),
        ({"success": True, "data": {"items": [ROW], "pagination": {"totalCount": "7"}}}, 7),
        ({"success": True, "data": {"data": [ROW]}, "meta": {"total": "7"}}, 7),
        ({"transactions": [ROW], "total": "7"}, 7),
        ({"data": [ROW], "total": "-7"}, None),
        ({"data": [ROW], "total": "7.0"}, None),
        ({"data": [ROW], "total": None}, None),
        ({"data": [ROW], "total": "9" * 4000}, None),
    ],
)
def test_rows_and_total_are_found(payload: object, total: int | None) -> None:
    assert listing(payload, ("transactions",)) == Listing([ROW], total)


@pytest.mark.parametrize(
    "payload",
    [
        *(None, "x", "7", True, {}, {"success": True}, {"data": None}, {"data": "x"}, {"data": {}}),
        *({"success": False, "data": [ROW]}, {"success": None, "data": [ROW]}, {"rows": None}),
        *({"success": "true", "data": [ROW]}, {"data": [ROW], "error": "x"}, [None], [[ROW]]),
        *({"data": [ROW, "x"]}, {"data": {"transactions": {}}}),
    ],
)
def test_what_holds_no_rows_is_unusable(payload: object) -> None:
    with pytest.raises(AnswerUnusable):
        listing(payload, ("transactions",))


@pytest.mark.parametrize(
    "payload",
    [ROW, {"data": ROW}, {"success": True, "data": {"transaction": ROW}}, {"transaction": ROW}],
)
def test_an_object_is_found(payload: object) -> None:
    assert single(payload, ("transaction",)) == ROW


@pytest.mark.parametrize(
    "payload", [None, [], [ROW], {"data": None}, {"data": []}, {"success": False, "data": ROW}]
)
def test_what_is_no_object_is_unusable(payload: object) -> None:
    with pytest.raises(AnswerUnusable):
        single(payload, ("transaction",))
