import hashlib
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.faults import ConfigurationFault
from pipelines.orders import inbox as inbox_module
from pipelines.orders.inbox import Arrival, State, arrivals

Line = Callable[..., str]
Export = Callable[..., bytes]


def look(inbox: Path, **given: object) -> dict[str, Arrival]:
    given.setdefault("wait_still", False)
    return {arrival.name: arrival for arrival in arrivals(inbox, **given)}  # type: ignore[arg-type]


def no_pause(_seconds: float) -> None:
    pytest.fail("no file here has to stand still first")


def content_of(found: Arrival) -> bytes:
    """The bytes of an export, as whoever reads it gets them."""
    assert found.export is not None
    with tempfile.TemporaryDirectory() as folder:
        found.export.copy_to(Path(folder) / "copy")
        return (Path(folder) / "copy").read_bytes()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_an_inbox_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert look(tmp_path / "inbox") == {}


def test_an_inbox_that_is_a_file_is_a_fault_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(b"")
    with pytest.raises(ConfigurationFault, match="RECON_ORDERS_DIR"):
        look(tmp_path / "inbox")


def test_a_file_is_given_with_its_bytes_and_stays_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "orders_2026-11-20 (1).csv").write_bytes(b"x")
    before = (tmp_path / "orders_2026-11-20 (1).csv").stat()
    found = look(tmp_path)["orders_2026-11-20 (1).csv"]
    assert (found.state, content_of(found), found.digest) == (State.READY, b"x", sha256(b"x"))
    after = (tmp_path / "orders_2026-11-20 (1).csv").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize(
    "name",
    [
        ".orders.csv",
        "orders_[1].csv",
        "orders*.csv",
        "orders?.csv",
        "{a,b}.csv",
        "a\nb.csv",
        "a\tb.csv",
        "a\x1b[31m.csv",
        "\u202evsc.csv",
        "żółw.csv",
        "a;rm -rf ~.csv",
        "$(id).csv",
        "`id`.csv",
        "a|b.csv",
        "a&b.csv",
        "=cmd().csv",
        "@a.csv",
        "a'b.csv",
        'a"b.csv',
        "a\\b.csv",
        "a:b.csv",
        "a,b.csv",
        "%2e%2e.csv",
        "~",
        "ada@shop.example.csv",
        "n" * 151,
        "n" * 251 + ".csv",
        os.fsdecode(b"\xff\xfe.csv"),
        "a\u200b.csv",
        "a\u00a0.csv",
        "a*.csv.sha256",
    ],
)
def test_an_unfit_name_is_refused_and_shown_harmless(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    (found,) = arrivals(tmp_path, wait_still=False)
    assert found.state is State.REFUSED
    assert found.refusal is not None
    assert "the name" in found.refusal.sentence
    assert found.refusal.remedy
    assert len(found.name) <= 40
    assert found.name.isprintable()
    assert not found.name.startswith(("=", "@"))
    found.name.encode()


def test_a_hidden_file_is_left_alone_while_an_exporter_writes_and_renames_it(
    tmp_path: Path,
) -> None:
    (tmp_path / ".orders.csv").write_bytes(b"x")

    def the_exporter_renames(_seconds: float) -> None:
        (tmp_path / ".orders.csv").replace(tmp_path / "orders.csv")

    found = look(tmp_path, wait_still=True, pause=the_exporter_renames)
    assert found[".orders.csv"].state is State.WAITING


def test_a_hidden_file_that_stands_still_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".orders.csv").write_bytes(b"x")
    pauses: list[float] = []
    (found,) = arrivals(tmp_path, pause=pauses.append)
    assert (found.state, len(pauses)) == (State.REFUSED, 1)


@pytest.mark.parametrize(
    "kind", ["link", "broken link", "link to itself", "folder", "pipe", "socket"]
)
def test_what_is_no_regular_file_is_refused_and_never_opened(tmp_path: Path, kind: str) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret.csv").write_bytes(b"secret")
    entry = inbox / "orders.csv"
    if kind == "link":
        entry.symlink_to(tmp_path / "secret.csv")
    elif kind == "broken link":
        entry.symlink_to(tmp_path / "nowhere.csv")
    elif kind == "link to itself":
        entry.symlink_to(entry)
    elif kind == "folder":
        entry.mkdir()
    elif kind == "pipe":
        os.mkfifo(entry)
    else:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.path.relpath(entry))
    (found,) = arrivals(inbox, pause=no_pause)
    assert found.state is State.REFUSED
    assert found.export is None
    assert found.refusal is not None
    what = "a folder" if kind == "folder" else "a link or a device"
    assert found.refusal.sentence == f"it is {what}."


def test_a_name_with_globs_does_not_reach_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "orders_[1].csv").write_bytes(b"mine")
    (tmp_path / "orders_1.csv").write_bytes(b"another")
    found = look(tmp_path)
    assert content_of(found["orders_1.csv"]) == b"another"
    assert found["orders_[1].csv"].state is State.REFUSED


def test_a_file_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MAX_FILE_BYTES", 10)
    (tmp_path / "fits.csv").write_bytes(b"x" * 10)
    (tmp_path / "large.csv").write_bytes(b"x" * 11)
    found = look(tmp_path)
    assert found["fits.csv"].state is State.READY
    assert found["large.csv"].refusal is not None
    assert "larger than 10 bytes" in found["large.csv"].refusal.sentence


def test_too_many_entries_stop_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MAX_FILES", 1)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(ConfigurationFault, match="more than 1"):
        look(tmp_path)


def test_all_files_stand_still_during_one_pause_of_a_second(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_bytes(b"x")
    pauses: list[float] = []
    found = arrivals(tmp_path, pause=pauses.append)
    assert pauses == [1.0]
    assert [arrival.state for arrival in found] == [State.READY] * 3


@pytest.mark.parametrize("change", ["grown", "rewritten", "replaced", "gone"])
def test_a_file_that_changes_meanwhile_waits_for_the_next_look(tmp_path: Path, change: str) -> None:
    growing = tmp_path / "growing.csv"
    growing.write_bytes(b"one")
    (tmp_path / "still.csv").write_bytes(b"x")

    def somebody_writes(_seconds: float) -> None:
        if change == "grown":
            growing.write_bytes(b"one, two")
        elif change == "rewritten":
            os.utime(growing, ns=(1, 1))
        elif change == "replaced":
            (tmp_path / "new").write_bytes(b"two")
            (tmp_path / "new").replace(growing)
        else:
            growing.unlink()

    found = look(tmp_path, wait_still=True, pause=somebody_writes)
    assert found["growing.csv"].state is State.WAITING
    assert found["growing.csv"].export is None
    assert found["still.csv"].state is State.READY


def test_a_file_with_its_right_digest_is_taken_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "a.csv.sha256").write_text(f"{sha256(b'x')}  a.csv\n")
    (found,) = arrivals(tmp_path, pause=no_pause)
    assert (found.name, found.state, content_of(found)) == ("a.csv", State.READY, b"x")


def test_a_file_with_as_many_lines_as_its_control_totals_say_is_taken_at_once(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.csv").write_bytes(b"header\nK1\n")
    (tmp_path / "a.csv.control.json").write_text('{"rows": 1}')
    (found,) = arrivals(tmp_path, pause=no_pause)
    assert found.state is State.READY
    assert found.control is not None
    assert found.control.rows == 1


def test_a_file_with_another_digest_is_refused_with_both_values(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "a.csv.sha256").write_text(f"{'0' * 64}  a.csv\n")
    found = look(tmp_path)["a.csv"]
    assert (found.state, found.export, found.digest) == (State.REFUSED, None, sha256(b"x"))
    assert found.refusal is not None
    assert sha256(b"x") in found.refusal.sentence
    assert "0" * 64 in found.refusal.sentence


def test_a_file_still_growing_towards_its_digest_waits_instead(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "a.csv.sha256").write_text(f"{sha256(b'xy')}  a.csv\n")

    def the_copy_ends(_seconds: float) -> None:
        (tmp_path / "a.csv").write_bytes(b"xy")

    assert look(tmp_path, wait_still=True, pause=the_copy_ends)["a.csv"].state is State.WAITING
    assert look(tmp_path, wait_still=True, pause=no_pause)["a.csv"].state is State.READY


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        (".sha256", b"no digest"),
        (".sha256", b"0" * 64 + b"  other.csv\n"),
        (".control.json", b'{"rows": 1'),
        (".control.json", b'{"rows": "1"}'),
        (".control.json", b" " * 70_000),
    ],
)
def test_a_sidecar_that_cannot_be_read_refuses_its_file(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    (tmp_path / "a.csv").write_bytes(b"header\nK1\n")
    (tmp_path / f"a.csv{suffix}").write_bytes(content)
    (found,) = arrivals(tmp_path, wait_still=False)
    assert (found.name, found.state) == ("a.csv", State.REFUSED)
    assert found.refusal is not None
    assert found.refusal.remedy


def test_a_sidecar_that_is_a_link_refuses_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    (tmp_path / "a.csv.sha256").symlink_to(tmp_path / "a.csv")
    assert look(tmp_path)["a.csv"].state is State.REFUSED


def test_a_sidecar_alone_is_no_export(tmp_path: Path) -> None:
    (tmp_path / "a.csv.sha256").write_text(f"{'0' * 64}  a.csv\n")
    assert look(tmp_path) == {}


def test_bytes_known_before_are_only_named(tmp_path: Path) -> None:
    (tmp_path / "again.csv").write_bytes(b"x")
    (found,) = arrivals(tmp_path, known_digests={sha256(b"x")}, pause=no_pause)
    assert (found.state, found.digest, found.export) == (State.KNOWN, sha256(b"x"), None)


def test_known_bytes_under_a_name_that_promises_others_are_refused(tmp_path: Path) -> None:
    for name, stated in (("a.csv", b"x"), ("b.csv", b"y"), ("c.csv", None)):
        (tmp_path / name).write_bytes(b"x")
        said = f"{sha256(stated)}  {name}\n" if stated else "none"
        (tmp_path / f"{name}.sha256").write_text(said)
    found = look(tmp_path, known_digests={sha256(b"x")})
    assert {name: one.state for name, one in found.items()} == {
        "a.csv": State.KNOWN,
        "b.csv": State.REFUSED,
        "c.csv": State.REFUSED,
    }


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damaged_byte_passes_a_digest(
    data: st.DataObject, tmp_path: Path, line: Line, export: Export
) -> None:
    content = export(line(), line(order_id="K2"))
    place = data.draw(st.integers(0, len(content) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    (tmp_path / "a.csv").write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
    (tmp_path / "a.csv.sha256").write_text(f"{sha256(content)}  a.csv\n")
    assert look(tmp_path)["a.csv"].state is State.REFUSED
