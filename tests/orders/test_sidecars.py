import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.orders.inbox import State, arrivals, look_at
from pipelines.orders.sidecars import (
    ControlTotals,
    SidecarUnusable,
    control_json,
    control_totals_in,
    digest_in,
)
from pipelines.orders.strays import PATIENCE_SECONDS

DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "sidecar",
    [
        f"{DIGEST}  a.csv\n",
        f"{DIGEST} *a.csv\r\n",
        f"{DIGEST}  exports/today/a.csv\n",
        f"{DIGEST.upper()}\n",
        DIGEST,
    ],
)
def test_the_digest_is_read_as_sha256sum_prints_it(sidecar: str) -> None:
    assert digest_in(sidecar.encode(), name="a.csv") == DIGEST


@pytest.mark.parametrize(
    "sidecar",
    [
        b"",
        b"abc  a.csv\n",
        f"{DIGEST}  b.csv\n".encode(),
        f"{DIGEST}  a.csv\n{DIGEST}  b.csv\n".encode(),
        f"SHA256 (a.csv) = {DIGEST}\n".encode(),
        b"\xff" + DIGEST.encode(),
    ],
)
def test_any_other_digest_sidecar_is_unusable(sidecar: bytes) -> None:
    with pytest.raises(SidecarUnusable):
        digest_in(sidecar, name="a.csv")


def test_control_totals_are_exact() -> None:
    control = control_totals_in(
        b'{"rows": 2, "amounts": {"NGN": "123.45"}, "exported_at": "2026-11-20T23:30:00+00:00"}'
    )
    exported_at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert control == ControlTotals(2, {"NGN": Decimal("123.45")}, exported_at)


def test_control_totals_may_say_only_the_day() -> None:
    assert control_totals_in(b'{"exported_at": "2026-11-20"}').exported_at == date(2026, 11, 20)


@pytest.mark.parametrize(
    "sidecar",
    [
        b"",
        b"[]",
        b'{"rows": 2',
        b'{"rows": 2, "rows": 3}',
        b'{"row": 2}',
        b'{"rows": 2.0}',
        b'{"rows": true}',
        b'{"rows": -1}',
        b'{"rows": NaN}',
        b'{"rows": ' + b"9" * 5000 + b"}",
        b'{"amounts": 1}',
        b'{"amounts": {"NGN": 123.45}}',
        b'{"amounts": {"NGN": 123}}',
        b'{"amounts": {"NGN": "1,234"}}',
        b'{"amounts": {"ngn": "1"}}',
        b'{"exported_at": 1}',
        b'{"exported_at": "yesterday"}',
        b'{"exported_at": "2026-11-20T10:00:00"}',
        b'{"exported_at": "0001-01-01"}',
        b"[" * 60_000,
        b"\xff",
    ],
)
def test_any_other_control_file_is_unusable(sidecar: bytes) -> None:
    with pytest.raises(SidecarUnusable):
        control_totals_in(sidecar)


@pytest.mark.parametrize(
    "control",
    [
        ControlTotals(),
        ControlTotals(rows=0, amounts={}),
        ControlTotals(2, {"NGN": Decimal("0.10")}, datetime(2026, 11, 20, 1, tzinfo=UTC)),
        ControlTotals(exported_at=date(2026, 11, 20)),
    ],
)
def test_control_totals_come_back_from_the_form_they_are_kept_in(control: ControlTotals) -> None:
    import json

    assert control_totals_in(json.dumps(control_json(control)).encode()) == control
    assert control_json(None) is None


def test_a_sidecar_named_without_the_ending_of_its_file_is_refused_and_blocks_nothing(
    tmp_path: Path,
) -> None:
    for name in ("a.csv", "b.csv", "a.csv.control.json"):
        (tmp_path / name).write_bytes(b"{}")
    (tmp_path / "a.sha256").write_text(f"{'0' * 64}  a.csv\n")
    (tmp_path / "b.control.json").write_text("{}")
    found = {one.name: one for one in arrivals(tmp_path, pause=lambda _: None)}
    assert {name: one.state for name, one in found.items()} == {
        **dict.fromkeys(("a.csv", "b.csv"), State.READY),
        **dict.fromkeys(("a.sha256", "b.control.json"), State.REFUSED),
    }
    said = {name: str(found[name].refusal) for name in ("a.sha256", "b.control.json")}
    assert "stands beside no file a, so" in said["a.sha256"]
    assert "Name it a.csv.sha256." in said["a.sha256"]
    assert "Name it b.csv.control.json." in said["b.control.json"]
    assert look_at(tmp_path / "a.sha256").refusal is not None


@pytest.mark.parametrize(
    ("name", "waited", "known", "names"),
    [
        ("a.csv.sha256", PATIENCE_SECONDS - 60, set(), []),
        ("a.csv.sha256", PATIENCE_SECONDS + 60, set(), ["a.csv.sha256"]),
        ("a.csv.sha256", PATIENCE_SECONDS + 60, {"0" * 64}, []),
        ("a.csv.control.json", PATIENCE_SECONDS + 60, set(), ["a.csv.control.json"]),
    ],
    ids=["its file may follow", "nothing followed", "its file was taken in", "of totals"],
)
def test_a_sidecar_without_any_file_is_refused_once_none_can_follow(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    name: str,
    waited: float,
    known: set[str],
    names: list[str],
) -> None:
    (tmp_path / name).write_text(f"{'0' * 64}  a.csv\n")
    (tmp_path / "a.csv.part").write_bytes(b"x")
    later = time.time() + waited
    monkeypatch.setattr(time, "time", lambda: later)
    found = arrivals(tmp_path, wait_still=False, known_digests=known)
    assert {one.name for one in found} == {*names, "a.csv.part"}
