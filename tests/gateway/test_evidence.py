"""What pages show, and what they do not: each judgement over rows that stand on one screen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.gateway.evidence import (
    Page,
    before,
    field_style,
    judge_filter,
    near,
    order_of,
    page_of,
    pivot_of,
    shown_names,
    since,
    status_case,
    telling_status,
)
from pipelines.gateway.streams.payments import TRANSACTIONS

PIVOT = datetime(2026, 3, 10, tzinfo=UTC)


def page(*days: int | str, status: str = "PENDING") -> Page:
    """One row for each day of March; its id is the day."""
    rows = [
        {"id": str(day), "status": status, "createdAt": f"2026-03-{int(day):02d}T00:00:00.000Z"}
        for day in days
    ]
    return page_of(rows, TRANSACTIONS)


@pytest.mark.parametrize(
    ("days", "order"),
    [
        ((), None),
        ((1,), None),
        ((2, 2, 2), None),
        ((1, 2, 2, 3), "oldest first"),
        ((3, 2, 2, 1), "newest first"),
        ((1, 3, 2), "none"),
    ],
)
def test_an_order_is_what_the_instants_show(days: tuple[int, ...], order: str | None) -> None:
    assert order_of(page(*days)) == order


@pytest.mark.parametrize(
    ("days", "day"),
    [((), None), ((1,), None), ((2, 2), None), ((1, 2), 2), ((1, 1, 1, 9), 9), ((1, 5, 9), 5)],
)
def test_a_pivot_has_rows_on_either_side(days: tuple[int, ...], day: int | None) -> None:
    assert pivot_of(page(*days)) == (day and datetime(2026, 3, day, tzinfo=UTC))


KNOWN = page(1, 2, 9, 10, 11, 19, 20)


@pytest.mark.parametrize(
    ("came", "is_full", "judged"),
    [
        ((10, 11, 19, 20), False, "honoured"),
        ((10, 11, 19, 20, 21, 22), False, "honoured"),
        ((9, 10, 11, 19, 20), False, "honoured"),  # read in a zone of its own
        ((11, 19, 20), False, "honoured"),
        ((19, 20, 21, 22, 23, 24, 25), True, "honoured"),
        ((1, 2, 9, 10, 11, 19, 20), False, "ignored"),
        ((), False, "misread"),
        ((10, 11), False, "misread"),
        ((2, 10, 11, 19, 20), False, "misread"),
        ((1, 2, 9), False, "misread"),
    ],
)
def test_a_lower_bound_is_judged_by_rows_that_are_known(
    came: tuple[int, ...], is_full: bool, judged: str
) -> None:
    verdict = judge_filter(
        KNOWN, page(*came), is_inside=since(PIVOT), is_near=near(PIVOT), is_full=is_full
    )

    assert verdict == judged


def test_an_upper_bound_is_exclusive() -> None:
    came = page(1, 2, 9)

    verdict = judge_filter(KNOWN, came, is_inside=before(PIVOT), is_full=False)

    assert verdict == "honoured"


@pytest.mark.parametrize("known", [page(), page(1, 2), page(11, 12)])
def test_rows_on_one_side_only_show_nothing(known: Page) -> None:
    assert judge_filter(known, known, is_inside=since(PIVOT), is_full=False) is None


@pytest.mark.parametrize(
    ("payload", "wrapping"),
    [
        ([], "a bare list"),
        ({"success": True, "data": []}, "data"),
        ({"data": {"transactions": []}}, "data.transactions"),
        ({"data": {"items": []}}, "data.items"),
        ({"success": True, "transactions": []}, "transactions"),
    ],
)
def test_the_wrapping_is_where_the_rows_stand(payload: object, wrapping: str) -> None:
    assert page_of(payload, TRANSACTIONS).envelope == wrapping


@pytest.mark.parametrize(
    ("words", "case"),
    [((), None), (("PENDING",), "upper"), (("pending",), "lower"), (("PENDING", "paid"), "mixed")],
)
def test_the_case_of_states_is_that_of_all_of_them(words: tuple[str, ...], case: str) -> None:
    rows = [{"id": word, "status": word} for word in words]

    assert status_case(page_of(rows, TRANSACTIONS)) == case


def test_a_status_tells_when_only_some_rows_have_it_and_known_ones_come_first() -> None:
    words = ["ODD", "ODD", "ODD", "COMPLETED", "FAILED", "FAILED"]
    rows = [{"id": str(number), "status": word} for number, word in enumerate(words)]

    assert telling_status(page_of(rows, TRANSACTIONS)) == "FAILED"
    assert telling_status(page_of(rows[:3], TRANSACTIONS)) is None


@pytest.mark.parametrize(
    ("name", "style"), [("createdAt", "camelCase"), ("created_at", "snake_case"), ("id", None)]
)
def test_the_style_of_names_is_read_off_them(name: str, style: str | None) -> None:
    assert field_style(page_of([{name: "x"}], TRANSACTIONS)) == style


def test_words_of_the_gateway_are_shown_as_far_as_they_are_words_and_not_the_key() -> None:
    names = ["shard", "\x1b[2J", "x" * 99, "echo_rsp_live_KEY"]

    assert shown_names(names, secret="rsp_live_key") == ("(not a word)", "shard")
