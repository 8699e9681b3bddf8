"""What is remembered about a gateway: whole, private, of this gateway only, and what it is for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.gateway.client import GatewaySettings
from pipelines.gateway.manners import (
    Manners,
    from_plain,
    keep_manners,
    known_manners,
    page_size_for,
    plain,
    refuses_pages_past_the_end,
    window_filtering,
)
from pipelines.settings import Places

PROBED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
GATEWAY = GatewaySettings("https://payment.kuvarpay.com", "rsp_live_0123456789", "biz_001")


def manners(**found: object) -> Manners:
    known = {"host": "payment.kuvarpay.com", "business_id": "biz_001", "probed_at": PROBED_AT}
    return Manners(**{**known, **found})  # type: ignore[arg-type]


def test_what_was_kept_is_known_again_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    places = Places(tmp_path / "data")
    found = manners(
        unknown_fields=("xInternal",),
        filters={"startDate": "honoured", "endDate": "ignored", "status": None},
        troubles={"429": 2},
        total_is_true=False,
        clock_skew_seconds=-61,
    )

    path = keep_manners(places, found)

    assert path == places.control / "gateway.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert known_manners(places, GATEWAY) == found
    assert [held.name for held in places.control.iterdir()] == ["gateway.json"]


@pytest.mark.parametrize(
    "other",
    [
        GatewaySettings("https://payment.example.com", "rsp_live_0123456789", "biz_001"),
        GatewaySettings("https://payment.kuvarpay.com:8443", "rsp_live_0123456789", "biz_001"),
        GatewaySettings("https://payment.kuvarpay.com", "rsp_live_0123456789", "biz_002"),
        GatewaySettings("https://payment.kuvarpay.com", "rsp_live_0123456789"),
    ],
    ids=["host", "port", "business", "no business"],
)
def test_what_belongs_to_another_gateway_is_not_known(
    tmp_path: Path, other: GatewaySettings
) -> None:
    keep_manners(Places(tmp_path), manners())

    assert known_manners(Places(tmp_path), other) is None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"form":2,"host":"payment.kuvarpay.com","business_id":"biz_001"}'],
)
def test_a_damaged_file_or_another_form_is_no_reason_to_fail(tmp_path: Path, text: str) -> None:
    path = keep_manners(Places(tmp_path), manners())
    path.write_text(text, encoding="utf-8")

    assert known_manners(Places(tmp_path), GATEWAY) is None


def test_nothing_is_known_before_a_probe(tmp_path: Path) -> None:
    assert known_manners(Places(tmp_path), GATEWAY) is None


@pytest.mark.parametrize(
    ("known", "size"),
    [
        (None, 100),
        (manners(), 100),
        (manners(page_size_proven=500), 500),
        (manners(page_size_proven=900), 500),
        (manners(page_size_proven=7, page_size_cap=7), 7),
        (manners(page_size_cap=30), 30),
        (manners(page_size_refused=500), 100),
        (manners(page_size_refused=100), 20),
        (manners(page_size_refused=20, default_page_size=10), 10),
        (manners(page_size_refused=500, page_size_proven=100), 100),
    ],
)
def test_the_page_size_is_the_largest_proven_or_one_not_seen_to_fail(
    known: Manners | None, size: int
) -> None:
    assert page_size_for(known) == size


@pytest.mark.parametrize(
    ("start", "end", "worth"),
    [
        ("honoured", "honoured", "honoured"),
        ("ignored", "ignored", "ignored"),
        ("honoured", "ignored", None),
        ("honoured", None, None),
        (None, None, None),
        ("misread", "honoured", "unusable"),
        ("ignored", "refused", "unusable"),
    ],
)
def test_windows_are_worth_what_both_bounds_were_shown_to_be(
    start: object, end: object, worth: str | None
) -> None:
    assert window_filtering(manners(filters={"startDate": start, "endDate": end})) == worth


def test_without_a_probe_nothing_is_relied_on() -> None:
    assert window_filtering(None) is None
    assert refuses_pages_past_the_end(None) is False
    assert refuses_pages_past_the_end(manners(page_past_the_end="empty")) is False
    assert refuses_pages_past_the_end(manners(page_past_the_end="refused")) is True


@pytest.mark.parametrize(("skew", "differs"), [(None, False), (60, False), (61, True), (-61, True)])
def test_clocks_differ_beyond_a_minute_either_way(skew: int | None, differs: bool) -> None:
    assert manners(clock_skew_seconds=skew).clock_differs is differs


@pytest.mark.parametrize(
    "known",
    [
        None,
        manners(),
        manners(
            unknown_fields=("xInternal",),
            filters={"startDate": "honoured", "endDate": None},
            page_size_proven=50,
            list_is_whole=False,
        ),
    ],
    ids=["nothing", "not shown", "shown"],
)
def test_what_a_night_knew_is_known_again_from_its_plain_form(known: Manners | None) -> None:
    assert from_plain(json.loads(json.dumps(plain(known)))) == known


def test_a_plain_form_of_a_later_version_is_refused() -> None:
    with pytest.raises(ValueError, match="form"):
        from_plain({**(plain(manners()) or {}), "form": 2})
