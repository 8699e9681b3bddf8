import hashlib
import stat
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from pipelines.faults import StoreFault
from pipelines.orders.archive import ArchivedFile, OrderArchive
from pipelines.orders.sidecars import ControlTotals


@pytest.fixture
def archive(tmp_path: Path) -> OrderArchive:
    return OrderArchive(tmp_path / "orders" / "archive").open()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_bytes_come_back_by_their_digest(archive: OrderArchive) -> None:
    kept = archive.keep("a.csv", BytesIO(b"one"))
    assert kept.digest == hashlib.sha256(b"one").hexdigest()
    assert archive.read(kept.digest) == b"one"
    assert (archive.folder / f"{kept.digest}-a.csv").read_bytes() == b"one"


def test_arrivals_are_numbered_once_and_outlive_the_process(archive: OrderArchive) -> None:
    control = ControlTotals(rows=1, amounts={"NGN": Decimal("1.50")})
    first = archive.keep("b.csv", BytesIO(b"one"), control=control)
    second = archive.keep("a.csv", BytesIO(b"two"))
    assert OrderArchive(archive.folder).files() == [
        ArchivedFile(1, first.digest, "b.csv", control),
        ArchivedFile(2, second.digest, "a.csv", None),
    ]


def test_the_same_bytes_under_another_name_change_nothing(archive: OrderArchive) -> None:
    first = archive.keep("a.csv", BytesIO(b"one"))
    before = sorted(archive.folder.iterdir())
    assert archive.keep("b.csv", BytesIO(b"one"), control=ControlTotals(rows=9)) == first
    assert sorted(archive.folder.iterdir()) == before


def test_nobody_else_may_read_it(archive: OrderArchive) -> None:
    archive.keep("a.csv", BytesIO(b"one"))
    assert mode(archive.folder) == 0o700
    assert {mode(path) for path in archive.folder.iterdir()} == {0o600}


def test_bytes_without_a_record_were_never_taken_in(archive: OrderArchive) -> None:
    kept = archive.keep("a.csv", BytesIO(b"one"))
    (archive.folder / f"{kept.digest}.json").unlink()
    assert archive.files() == []
    assert archive.keep("a.csv", BytesIO(b"one")).arrival == 1


def test_opening_sweeps_what_a_killed_process_left(archive: OrderArchive) -> None:
    (archive.folder / ".taking-abc").write_bytes(b"half")
    archive.open()
    assert list(archive.folder.iterdir()) == []


@pytest.mark.parametrize("damage", ["changed", "missing", "record"])
def test_a_damaged_archive_says_so(archive: OrderArchive, damage: str) -> None:
    kept = archive.keep("a.csv", BytesIO(b"one"))
    content = archive.folder / f"{kept.digest}-a.csv"
    if damage == "changed":
        content.write_bytes(b"two")
    elif damage == "missing":
        content.unlink()
    else:
        (archive.folder / f"{kept.digest}.json").write_bytes(b"{}")
    with pytest.raises(StoreFault, match=kept.digest[:12]):
        archive.read(kept.digest)


def test_a_digest_is_never_a_path(archive: OrderArchive) -> None:
    with pytest.raises(ValueError, match="64"):
        archive.read("../../etc/passwd")


def test_an_unfit_name_is_not_kept(archive: OrderArchive) -> None:
    with pytest.raises(ValueError, match="no name"):
        archive.keep("../a.csv", BytesIO(b"one"))


def test_an_archive_not_made_yet_is_empty(tmp_path: Path) -> None:
    assert OrderArchive(tmp_path / "nothing").files() == []


def test_a_name_of_the_longest_kind_is_kept(archive: OrderArchive) -> None:
    kept = archive.keep("n" * 150, BytesIO(b"one"))
    assert archive.read(kept.digest) == b"one"
