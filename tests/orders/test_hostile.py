"""What a stranger may drop: names that reach elsewhere, things that are no files, and bombs.

Each is refused with a sentence and a way out; the process that looks at them lives and reads the
next file; nothing outside the inbox is touched.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import random
import signal
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.handing import handed_over
from pipelines.orders.inbox import MAX_FILE_BYTES, State, arrivals
from pipelines.orders.intake import Intake, Limits
from pipelines.orders.layouts.layout import ORDER_COLUMNS

Line = Callable[..., str]
Export = Callable[..., bytes]
LAGOS = ZoneInfo("Africa/Lagos")
_MARKS = (
    *"*?[]{}~!$&|;<>'\"`\\^%#@=,:",
    *("\n", "\r", "\t", "\x01", "\x07", "\x1b[2J", "\x7f", "\x85", "\u00a0", "\u200b", "\u200f"),
    *("\u202e", "\u2028", "\u2066", "\ufeff", "\uff1d", "\ud7ff", "é", "ż", "漢", "😀"),
)
NAMES = [
    *(f"orders_{mark}1.csv" for mark in _MARKS),
    *(f"{mark}.csv" for mark in _MARKS),
    *("orders_[0-9].csv", "{orders_1,secret}.csv", "**", "*.csv", "orders_?.csv", "[!a]*.csv"),
    *("$(id).csv", "`id`.csv", "${HOME}.csv", "~root.csv", "%2e%2e%2fsecret.csv", "a;rm -rf ~.csv"),
    *("=cmd|'calc'!A0.csv", "@SUM(1).csv", "http:__shop.example.csv", "\\\\server\\share.csv"),
    *(".csv", "..csv", "...", ".orders.csv", ".nfs0001", ".sha256", ".control.json"),
    *("n" * 151 + ".csv", "n" * 255, "ą" * 127, os.fsdecode(b"\xff\xfe.csv"), "a\u0301.csv"),
    *("ada@shop.example.csv", "a\r\nBcc: x@y.example.csv", "=?utf-8?q?a?=.csv", "<b>a.csv"),
    *("orders.csv\n", "\norders.csv", "orders.csv\u202e", "a*.csv.sha256", "a\tb.csv.control.json"),
]


def traces(root: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below, with what a write or a rename would change."""
    found = {str(path): path.lstat() for path in sorted(root.rglob("*"))}
    return {path: (at.st_ino, at.st_size, at.st_mtime_ns) for path, at in found.items()}


def test_120_hostile_names_are_refused_each_and_reach_nothing(
    tmp_path: Path, line: Line, export: Export
) -> None:
    assert len(set(NAMES)) >= 120
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret.csv").write_bytes(b"secret")
    for name in set(NAMES):
        (inbox / name).write_bytes(b"hostile")
    (inbox / "orders_1.csv").write_bytes(export(line()))
    before = traces(tmp_path)
    found = arrivals(inbox, wait_still=False)
    ready = [one for one in found if one.state is State.READY]
    refused = [one.refusal for one in found if one.refusal is not None]
    assert [one.name for one in ready] == ["orders_1.csv"]
    assert len(refused) == len(set(NAMES)) == len(found) - 1
    assert all("the name" in one.sentence and one.remedy for one in refused)
    assert all(one.name.isprintable() and len(one.name) <= 40 for one in refused)
    assert traces(tmp_path) == before


def link_out(inbox: Path, name: str) -> None:
    (inbox / name).symlink_to(inbox.parent / "secret.csv")


def link_to_a_device(inbox: Path, name: str) -> None:
    (inbox / name).symlink_to("/dev/zero")


def link_to_itself(inbox: Path, name: str) -> None:
    (inbox / name).symlink_to(inbox / name)


def pipe(inbox: Path, name: str) -> None:
    os.mkfifo(inbox / name)


def folder(inbox: Path, name: str) -> None:
    (inbox / name).mkdir()


def listening(inbox: Path, name: str) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(inbox / name))


def sparse(inbox: Path, name: str) -> None:
    with (inbox / name).open("wb") as file:
        file.truncate(MAX_FILE_BYTES * 1_000)


@pytest.mark.parametrize(
    "make", [link_out, link_to_a_device, link_to_itself, pipe, folder, listening, sparse]
)
def test_what_is_no_file_of_a_sane_size_is_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path, str], None]
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "secret.csv").write_bytes(b"secret")
    monkeypatch.chdir(inbox)
    make(inbox, "orders.csv")
    (found,) = arrivals(inbox, wait_still=False)
    assert (found.name, found.state, found.export) == ("orders.csv", State.REFUSED, None)
    assert found.refusal is not None
    assert found.refusal.remedy
    assert (tmp_path / "secret.csv").read_bytes() == b"secret"


ZEROS = bytes(5_000_000)


def zipped(content: bytes = ZEROS) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", content)
    return file.getvalue()


def swollen_parquet() -> bytes:
    """One text of 300 kB, named 100,000 times: 270 GB of which the footer says nothing."""
    text = random.Random(7).randbytes(150_000).hex()
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), pa.array([text]))
    file = io.BytesIO()
    pq.write_table(pa.table(dict.fromkeys(ORDER_COLUMNS, texts)), file, compression="zstd")
    return file.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "orders.zip": zipped,
    "orders.csv.gz": lambda: gzip.compress(ZEROS),
    "orders.csv": lambda: gzip.compress(ZEROS),
    "orders.tsv": lambda: bz2.compress(ZEROS),
    "orders.txt": lambda: lzma.compress(ZEROS),
    "orders.ndjson": lambda: zipped(),
    "nested.ndjson": lambda: b"[" * 3_000_000 + b"\n",
    "zeros.csv": lambda: ZEROS,
    "one line.csv": lambda: b"a" * 30_000_000 + b"\n",
    "lines.csv": lambda: b"\n" * 3_000_000,
    "quotes.csv": lambda: b'order_id\n"' + b'""' * 10_000_000 + b"\n",
    "columns.csv": lambda: b"," * 3_000_000 + b"\n",
    "orders.xlsx": zipped,
    "in itself.xlsx": lambda: zipped(zipped(ZEROS)),
    "swollen.parquet": swollen_parquet,
    "short.parquet": lambda: b"PAR1\xff\xff\xff\x7fPAR1",
}


def test_a_bomb_of_each_kind_is_refused_and_the_next_file_is_read(
    tmp_path: Path, line: Line, export: Export
) -> None:
    limits = Limits(resident_bytes=700 * 2**20, seconds=60)
    with Intake(tmp_path / "handed", limits) as intake:
        for name, bomb in BOMBS.items():
            with pytest.raises(OrderFileRefused) as refused:
                intake.read(name, bomb(), time_zone=LAGOS)
            assert refused.value.sentence.endswith("."), name
            assert refused.value.remedy, name
        file = intake.read("orders.csv", export(line()), time_zone=LAGOS)
    assert file.accepted["order_id"].to_list() == ["K1"]
    assert list((tmp_path / "handed").iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(seconds=0.01), "took more than 0.01 seconds"),
        (Limits(resident_bytes=2**20), "takes more than 1,048,576 bytes of memory"),
        (Limits(address_bytes=320 * 2**20), "the process that read it ended"),
        (Limits(processor_seconds=0.01), "took more than 0.01 seconds of a processor"),
        (Limits(written_bytes=1_000), "the process that read it ended"),
    ],
    ids=["time", "memory", "addresses", "processor", "disk"],
)
def test_a_file_that_costs_too_much_ends_its_worker_and_a_new_one_goes_on(
    tmp_path: Path, line: Line, export: Export, limits: Limits, said: str
) -> None:
    # The last field is quoted, which sends all the others the long way.
    lines = "".join(f"{line(order_id=f'K{row}')}\n" for row in range(20_000))
    dear = export() + lines.encode() + f"{line(transaction_ref=chr(34) * 2)}\n".encode()
    with Intake(tmp_path, limits) as intake:
        with pytest.raises(OrderFileRefused, match=said):
            intake.read("dear.csv", dear, time_zone=LAGOS)
        intake._limits = Limits()
        assert intake.read("orders.csv", export(line()), time_zone=LAGOS).rows_received == 1


def test_the_limit_of_a_processor_holds_where_the_process_that_starts_it_ignores_the_signal(
    tmp_path: Path, line: Line, export: Export
) -> None:
    dear = export(*(line(order_id=f"K{row}", transaction_ref='""') for row in range(20_000)))
    former = signal.signal(signal.SIGPROF, signal.SIG_IGN)
    try:
        with (
            Intake(tmp_path, Limits(processor_seconds=0.01)) as intake,
            pytest.raises(OrderFileRefused, match="seconds of a processor"),
        ):
            intake.read("dear.csv", dear, time_zone=LAGOS)
    finally:
        signal.signal(signal.SIGPROF, former)


def test_a_worker_reads_as_this_process_would(
    tmp_path: Path, line: Line, export: Export, read: Callable[..., object]
) -> None:
    content = export(line(), line(order_id="K2", status="?"), line(order_id="K3", amount="7.5"))
    with Intake(tmp_path) as intake:
        there = vars(intake.read("orders.csv", content, time_zone=LAGOS))
    here = vars(read(content))
    assert {name: str(value) for name, value in there.items()} == {
        name: str(value) for name, value in here.items()
    }


def test_a_worker_knows_no_key_of_this_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Line, export: Export
) -> None:
    monkeypatch.setenv("KUVARPAY_API_KEY", "rsp_secret")
    with Intake(tmp_path) as intake:
        intake.read("orders.csv", export(line()), time_zone=LAGOS)
        assert intake._worker is not None
        environment = Path(f"/proc/{intake._worker.process.pid}/environ")
        assert b"rsp_secret" not in environment.read_bytes()


def test_what_a_killed_process_left_is_removed_and_what_another_uses_stays(
    tmp_path: Path, line: Line, export: Export
) -> None:
    with handed_over(tmp_path) as used:
        (tmp_path / "reading-left").mkdir()
        (tmp_path / "reading-left" / "content").write_bytes(export(line()))

        with Intake(tmp_path) as intake:
            assert list(tmp_path.iterdir()) == [used]
            assert intake.read("orders.csv", export(line()), time_zone=LAGOS).rows_received == 1

        assert list(tmp_path.iterdir()) == [used]
    assert list(tmp_path.iterdir()) == []
