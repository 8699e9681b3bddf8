"""Rows that look plain are judged the short way, and come out as by every rule."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.orders import judging
from pipelines.orders.layouts.layout import ORDER_COLUMNS
from pipelines.orders.plain_rows import parted

_SOUND = {
    "order_id": st.sampled_from(["K1", "00123", "#A-1", "a b", "ö", " K2", "a@b.co", "K" * 65, ""]),
    "status": st.sampled_from(["paid", "awaiting", "bezahlt", "payed", ""]),
    "amount": st.from_regex(r"(0|[1-9][0-9]{0,3}|01|1{14,15})(\\.[0-9]{0,4})?", fullmatch=True),
    "currency": st.sampled_from(["NGN", "UGX", "TND", "CLF", "XAU", "ngn", ""]),
    "session_ids": st.sampled_from(
        ["", "cs_1", "cs_1;cs_2", "cs_1; cs_1", ";", "é", "a/b", "a:b", "x" * 65]
    ),
    "transaction_ref": st.sampled_from(
        ["", "trxn_1", "a b", "a/b", "1;2", "r\u00e9f", "a@b.co", "x\ty"]
    ),
    "customer_email": st.sampled_from(
        ["", "ada@shop.example", "a@b", "a@b.c", " a@b.co", "é@b.co", "a@b.co;c@d.co", "a@-.co"]
    ),
}
_INSTANT = st.builds(
    "{}-{}-{}T{}:{}{}{}".format,
    st.sampled_from(["2026", "1999", "2000", "2100", "2101", "0000", "9999"]),
    st.sampled_from(["01", "02", "12", "13", "00", "1"]),
    st.sampled_from(["01", "28", "29", "31", "32"]),
    st.sampled_from(["00", "23", "24", "9"]),
    st.sampled_from(["00", "59", "60"]),
    st.sampled_from([":00", ":59", ":60", "", ":00.5", ":00.1234567"]),
    st.sampled_from(["Z", "+01:00", "-13:59", "+14:00", "+15:00", "+0100", "", "+01", "+01:60"]),
) | st.sampled_from(["2026-11-20T09:30:00+01:00", "2026-11-20T09:30:00Z", "", "soon"])


@st.composite
def row(draw: Any) -> dict[str, str]:
    cells = {column: draw(values) for column, values in _SOUND.items()}
    return {**cells, "placed_at": draw(_INSTANT), "paid_at": draw(_INSTANT)}


@given(rows=st.lists(row(), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_short_way_and_every_rule_accept_the_same(rows: list[dict[str, str]]) -> None:
    frame = pl.DataFrame(
        {column: [cells[column] for cells in rows] for column in ORDER_COLUMNS}
    ).with_columns(
        source_row=pl.int_range(2, len(rows) + 2, dtype=pl.Int64),
        said=pl.lit(None, dtype=pl.String),
        is_aside=pl.lit(value=False),
        further_refs=pl.lit([], dtype=pl.List(pl.String)),
    )
    words = {"bezahlt": "paid"}
    plain, others = parted(frame, status_words=words)
    # One by one, so that equal ids are not held against each other.
    by_rule = [
        judging._judged_by_every_rule(one, status_words=words) for one in frame.iter_slices(1)
    ]
    accepted = pl.concat([one.accepted for one in by_rule])
    is_plain = accepted["source_row"].is_in(plain["source_row"].to_list())
    assert plain.equals(accepted.filter(is_plain))
    assert plain.height + others.height == frame.height


def test_most_rows_are_plain() -> None:
    cells = {
        "order_id": "K1", "status": "paid", "amount": "12.50", "currency": "NGN",
        "placed_at": "2026-11-20T09:30:00+01:00", "paid_at": "", "session_ids": "cs_1",
        "transaction_ref": "", "customer_email": "ada@shop.example", "source_row": 2,
        "said": None, "is_aside": False, "further_refs": [],
    }  # fmt: skip
    frame = pl.DataFrame([cells], schema_overrides={"said": pl.String, "source_row": pl.Int64})
    plain, others = parted(frame, status_words={})
    assert (plain.height, others.height) == (1, 0)
