"""Answers are kept whole, immutable and checkable, and secrets never reach the disk."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.faults import ChainBroken, DiskFull, StoreFault
from pipelines.gateway.answers import Answer
from pipelines.landing import Landing

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def answer(body: bytes = b'{"success":true,"data":[]}', **changes: Any) -> Answer:
    fields: dict[str, Any] = {
        "method": "GET",
        "path": "/api/v1/transactions",
        "params": (("page", "1"), ("limit", "100")),
        "status": 200,
        "content_type": "application/json",
        "received_at": NOW,
        "body": body,
    }
    return Answer(**{**fields, **changes})


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landing", roll_bytes=2000)


def test_an_answer_comes_back_with_its_request_and_digests(landing: Landing) -> None:
    body = b'{"data":{"authToken":"secret","amount":1.10}}'
    with landing.segment("transactions", "run1") as segment:
        first = segment.keep(answer())
        second = segment.keep(answer(body, status=201, params=()))

    (found,) = landing.read(second.ref)

    assert first.ref == "transactions/run1/0001.zst#1"
    assert second.ref == "transactions/run1/0001.zst#2"
    assert found.body == second.body == b'{"data":{"authToken":null,"amount":1.10}}'
    assert found.received_sha256 == hashlib.sha256(body).hexdigest()
    assert found.kept_sha256 == hashlib.sha256(found.body).hexdigest()
    assert (found.method, found.path, found.params) == ("GET", "/api/v1/transactions", ())
    assert (found.status, found.received_at, found.received_bytes) == (201, NOW, len(body))
    assert [kept.ref for kept in landing.read("transactions/run1/0001.zst")] == [
        first.ref,
        second.ref,
    ]
    assert next(landing.read(f"{first.ref}#7")).ref == first.ref


def test_segments_roll_and_tell_their_digests(landing: Landing) -> None:
    with landing.segment("transactions", "run1") as segment:
        for number in range(10):
            segment.keep(answer(b"[%d%s]" % (number, b" " * 900)))

    assert [file.path for file in segment.finished] == landing.files()
    assert sum(file.answers for file in segment.finished) == 10
    assert len(segment.finished) > 3
    for file in segment.finished:
        assert file.sha256 == landing.digest(file.path)


def test_a_second_segment_of_a_run_continues_the_numbers(landing: Landing) -> None:
    for _ in range(3):
        with landing.segment("transactions", "run1") as segment:
            segment.keep(answer())
    with landing.segment("transactions", "run1"):
        pass

    assert [Path(name).name for name in landing.files()] == ["0001.zst", "0002.zst", "0003.zst"]


def test_a_segment_is_a_plain_zstd_file(landing: Landing) -> None:
    with landing.segment("transactions", "run1") as segment:
        segment.keep(answer(b'{"a":1}'))
    raw = (landing.root / segment.finished[0].path).read_bytes()

    assert raw[:4] == b"\x28\xb5\x2f\xfd"
    (found,) = landing.read(landing.root / segment.finished[0].path)
    assert found.body == b'{"a":1}'


def test_after_an_exception_what_was_received_is_kept(landing: Landing) -> None:
    segment = landing.segment("transactions", "run1")
    with pytest.raises(ZeroDivisionError), segment:
        segment.keep(answer(status=1 // segment.keep(answer()).ref.count("nowhere")))

    assert len(list(landing.read(segment.finished[0].path))) == 1
    assert not list(landing.root.rglob("*.part"))


def test_a_killed_run_leaves_only_what_the_sweep_removes(landing: Landing) -> None:
    program = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from pipelines.gateway.answers import Answer
from pipelines.landing import Landing
landing = Landing(Path({str(landing.root)!r}), roll_bytes=1500)
segment = landing.segment("transactions", "run1")
for number in range(4):
    segment.keep(Answer("GET", "/", (), 200, "", datetime.now(UTC), b"[]" * 80))
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", program], check=False, cwd=Path(__file__).parents[1])
    finished = landing.files()

    removed = landing.sweep()

    assert len(finished) == 1
    assert [path.suffixes for path in removed] == [[".zst", ".part"]]
    assert landing.files() == finished
    assert sum(1 for _ in landing.read(finished[0])) == 3
    assert landing.sweep() == []


def test_nothing_is_readable_by_others(landing: Landing) -> None:
    former = os.umask(0)
    try:
        with landing.segment("transactions", "run1") as segment:
            segment.keep(answer())
            segment.close()
            segment.keep(answer())
    finally:
        os.umask(former)

    for path in landing.root.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


@pytest.mark.parametrize("place", range(0, 100, 4))
def test_a_flipped_bit_is_found(landing: Landing, place: int) -> None:
    with landing.segment("transactions", "run1") as segment:
        bodies = [
            segment.keep(answer(body)).body for body in (b"[1,2,3]", os.urandom(99).hex().encode())
        ]
    path = landing.root / segment.finished[0].path
    raw = bytearray(path.read_bytes())
    raw[place * len(raw) // 100] ^= 1
    path.write_bytes(raw)

    with suppress(ChainBroken):
        assert [found.body for found in landing.read(segment.finished[0].path)] == bodies
    # Bits of the frame header may mean nothing to the reader; the segment's digest covers them.
    assert landing.digest(segment.finished[0].path) != segment.finished[0].sha256


@pytest.mark.parametrize("left", [0, 1, 10, -40, -1])
def test_a_shortened_segment_is_damaged(landing: Landing, left: int) -> None:
    with landing.segment("transactions", "run1") as segment:
        segment.keep(answer(os.urandom(500).hex().encode()))
        segment.keep(answer(os.urandom(500).hex().encode()))
    path = landing.root / segment.finished[0].path
    path.write_bytes(path.read_bytes()[:left])

    with pytest.raises(ChainBroken, match="not as it was written"):
        list(landing.read("transactions/run1/0001.zst#2"))


def test_what_is_missing_or_outside_is_told(landing: Landing) -> None:
    with landing.segment("transactions", "run1") as segment:
        segment.keep(answer())

    with pytest.raises(ChainBroken, match="missing"):
        list(landing.read("transactions/run1/0002.zst"))
    with pytest.raises(ChainBroken, match="no answer 2"):
        list(landing.read("transactions/run1/0001.zst#2"))
    with pytest.raises(ValueError, match="outside"):
        list(landing.read("../../etc/passwd"))


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a b", "-", "ü"])
def test_odd_names_are_refused(landing: Landing, name: str) -> None:
    with pytest.raises(ValueError, match="landing path"):
        landing.segment("transactions", name)


@pytest.mark.parametrize(
    "body",
    [
        '{"authToken":"secret"}'.encode("utf-16"),
        '{"authToken":"secret"}'.encode("utf-16-le"),
        b'\x1f\x8b\x08secret"',
        b'{"authToken":"secret","name":"\xfc"}',
    ],
)
def test_a_body_that_cannot_be_searched_is_withheld(landing: Landing, body: bytes) -> None:
    with landing.segment("transactions", "run1") as segment:
        kept = segment.keep(answer(body))

    (found,) = landing.read(kept.ref)

    assert found.body == b""
    assert "withheld" in found.note
    assert found.received_sha256 == hashlib.sha256(body).hexdigest()


def test_a_body_cut_inside_a_character_is_kept(landing: Landing) -> None:
    body = '{"name":"Ada €'.encode()[:-1]
    with landing.segment("transactions", "run1") as segment:
        assert segment.keep(answer(body, note="cut short")).body == body


def test_a_cap_keeps_the_beginning_and_never_half_a_secret(landing: Landing) -> None:
    body = b'{"error":"' + b"x" * 40 + b'","authToken":"' + b"s" * 90 + b'","more":"' + b"y" * 99
    with landing.segment("transactions", "run1") as segment:
        kept = segment.keep(answer(body, status=500, kept_bytes_most=80))

    (found,) = landing.read(kept.ref)

    assert len(found.body) == 80
    assert b"sss" not in found.body
    assert "first 80 bytes" in found.note
    assert found.received_bytes == len(body)


def test_the_key_is_cut_where_the_gateway_echoes_it(landing: Landing) -> None:
    with landing.segment("transactions", "run1") as segment:
        kept = segment.keep(answer(b'{"error":"bad key rsp_live_1234"}'), (b"rsp_live_1234",))
        short = segment.keep(answer(b'{"error":"bad key abc"}'), (b"abc",))

    assert kept.body == b'{"error":"bad key [cut]"}'
    assert short.body == b'{"error":"bad key abc"}'


@pytest.mark.parametrize(("problem", "fault"), [(28, DiskFull), (5, StoreFault)])
def test_a_failing_disk_is_a_fault_and_leaves_nothing_behind(
    landing: Landing,
    monkeypatch: pytest.MonkeyPatch,
    problem: int,
    fault: type[StoreFault],
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(problem, os.strerror(problem))

    segment = landing.segment("transactions", "run1")
    segment.keep(answer())
    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(fault):
        segment.close()

    assert segment.finished == []
    assert [path for path in landing.root.rglob("*") if path.is_file()] == []
    segment.close()


def test_many_small_answers_are_cheap_to_keep(
    landing: Landing, make_answers: Callable[[int], list[Answer]]
) -> None:
    with Landing(landing.root).segment("checkout_sessions", "run1") as segment:
        refs = [segment.keep(each).ref for each in make_answers(2000)]

    assert len(segment.finished) == 1
    assert len(set(refs)) == 2000
    assert (landing.root / segment.finished[0].path).stat().st_size < 400_000


@pytest.fixture
def make_answers() -> Callable[[int], list[Answer]]:
    def make(count: int) -> list[Answer]:
        return [answer(b'{"success":true,"data":{"id":"%d"}}' % each) for each in range(count)]

    return make
