"""The landing: every answer of the gateway, immutable, compressed, with its request and digests.

Segment files hold many answers each: a JSON line about the answer, then the body as kept, then
a newline, all zstd (`zstdcat` reads it). A segment has a temporary name until it is whole on
disk, so a file under its final name is complete and never changes again. What an answer means
is not known here; which field values are cut out is decided in `gateway.redaction`.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pyarrow as pa

from pipelines.faults import ChainBroken, DiskFull, StoreFault
from pipelines.gateway.answers import Answer, Kept, Params
from pipelines.gateway.redaction import cut_secrets

ROLL_BYTES = 16 << 20
SUFFIX = ".zst"
TEMPORARY_SUFFIX = ".zst.part"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_HEAD_DIGEST = re.compile(rb'^(\{.*),"head_sha256":"([0-9a-f]{64})"\}\n$', re.DOTALL)
_SHORTEST_KEY_CUT = 8


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A finished segment: its path below the landing, its digest, how many answers it holds."""

    path: str
    sha256: str
    answers: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as read back, its digests verified."""

    ref: str
    method: str
    path: str
    params: Params
    status: int
    content_type: str
    received_at: datetime
    note: str
    received_bytes: int
    received_sha256: str
    kept_sha256: str
    body: bytes = field(repr=False)


class Landing:
    """The folder `landing/` of a store."""

    def __init__(self, root: Path, *, roll_bytes: int = ROLL_BYTES) -> None:
        self.root = root
        self.roll_bytes = roll_bytes

    def segment(self, stream: str, run_id: str) -> Segment:
        """A place to keep the answers of one stream in one run; use it as a context."""
        for name in (stream, run_id):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot be part of a landing path")
        return Segment(self, stream, run_id)

    def sweep(self) -> list[Path]:
        """Remove what a killed run left half written; returns what was removed."""
        left = sorted(self.root.rglob(f"*{TEMPORARY_SUFFIX}")) if self.root.exists() else []
        for path in left:
            path.unlink()
        return left

    def files(self) -> list[str]:
        """Every finished segment, as paths below the landing, sorted."""
        if not self.root.exists():
            return []
        found = self.root.rglob(f"*{SUFFIX}")
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def digest(self, path: str) -> str:
        """The digest of a finished segment's bytes on disk."""
        with self._open(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def read(self, ref: str | Path) -> Iterator[KeptAnswer]:
        """The answers of a segment, or the one a reference or row source names, verified.

        Raises ChainBroken when a byte is not as it was written.
        """
        name, _, rest = str(ref).partition("#")
        if Path(name).is_absolute():
            name = Path(name).relative_to(self.root).as_posix()
        wanted = int(rest.partition("#")[0]) if rest else None
        for number, answer in enumerate(self._read_all(name), 1):
            if wanted is None or number == wanted:
                yield answer
            if number == wanted:
                return
        if wanted is not None:
            raise _damaged(name, f"it has no answer {wanted}")

    def _read_all(self, name: str) -> Iterator[KeptAnswer]:
        try:
            with self._open(name) as file, pa.CompressedInputStream(file, "zstd") as packed:
                text = io.BufferedReader(packed)
                number = 0
                while line := text.readline():
                    number += 1
                    yield _read_answer(text, line, ref=f"{name}#{number}")
        except (OSError, pa.ArrowException) as error:
            raise _damaged(name, f"it cannot be unpacked ({error})") from error

    def _open(self, name: str) -> io.BufferedReader:
        path = self.root / name
        if not path.resolve().is_relative_to(self.root.resolve()):
            raise ValueError(f"{name!r} lies outside the landing")
        try:
            return path.open("rb")
        except FileNotFoundError:
            raise _damaged(name, "it is missing") from None


class Segment:
    """Keeps answers one after the other, in as many files as the roll size makes."""

    def __init__(self, landing: Landing, stream: str, run_id: str) -> None:
        self.finished: list[SegmentFile] = []
        self._landing = landing
        self._folder = landing.root / stream / run_id
        self._name = f"{stream}/{run_id}"
        self._file: _OpenFile | None = None

    def __enter__(self) -> Segment:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Also after a fault: what was received before it is evidence.
        self.close()

    def keep(self, answer: Answer, also_cut: tuple[bytes, ...] = ()) -> Kept:
        """Write one answer; the reference holds once the segment is closed."""
        body, note = _as_kept(answer, also_cut)
        head = _head(answer, body, note)
        with _disk_faults(undo=self._drop):
            if self._file is None:
                self._file = _OpenFile.create(self._folder)
            file = self._file
            file.write(head, body)
        kept = Kept(f"{self._name}/{file.final.name}#{file.answers}", body)
        if file.raw_bytes >= self._landing.roll_bytes:
            self.close()
        return kept

    def close(self) -> None:
        """Finish the open file: whole on disk, then under its final name."""
        file = self._file
        if file is None:
            return
        with _disk_faults(undo=self._drop):
            sha256 = file.finish()
        self._file = None
        path = f"{self._name}/{file.final.name}"
        self.finished.append(SegmentFile(path, sha256, file.answers))

    def _drop(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.discard()


class _OpenFile:
    """One segment file while it is being written, under a temporary name."""

    def __init__(self, final: Path, temporary: Path, raw: IO[bytes]) -> None:
        self.final = final
        self.answers = 0
        self.raw_bytes = 0
        self._temporary = temporary
        self._raw = raw
        self._packed = pa.CompressedOutputStream(pa.PythonFile(raw, mode="w"), "zstd")

    @classmethod
    def create(cls, folder: Path) -> _OpenFile:
        _make_folders(folder)
        number = 1 + max((int(path.name[:4]) for path in folder.glob("[0-9]*.zst*")), default=0)
        final = folder / f"{number:04d}{SUFFIX}"
        temporary = folder / f"{number:04d}{TEMPORARY_SUFFIX}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return cls(final, temporary, os.fdopen(descriptor, "wb"))

    def write(self, head: bytes, body: bytes) -> None:
        self._packed.write(head + body + b"\n")
        self.answers += 1
        self.raw_bytes += len(head) + len(body) + 1

    def finish(self) -> str:
        self._packed.close()
        self._raw.close()
        # Arrow owns the first descriptor and closes it; the bytes are synced through a second.
        with self._temporary.open("rb") as file:
            os.fsync(file.fileno())
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self._temporary.rename(self.final)
        _sync_folder(self.final.parent)
        return sha256

    def discard(self) -> None:
        # Closing flushes, and the disk that failed may fail again.
        with suppress(OSError, pa.ArrowException):
            self._packed.close()
        with suppress(OSError):
            self._raw.close()
        self._temporary.unlink(missing_ok=True)


@contextmanager
def _disk_faults(*, undo: Callable[[], None]) -> Iterator[None]:
    """Turns an operating system's error while writing into a fault; the open file is dropped."""
    try:
        yield
    except OSError as error:
        undo()
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(
                "The disk is full while keeping the gateway's answers.",
                "Free some space in the data directory and run again; nothing was committed.",
            ) from error
        raise StoreFault(
            f"The gateway's answers cannot be written ({error.strerror or error}).",
            "Check the data directory's permissions and disk, then run again.",
        ) from error


def _as_kept(answer: Answer, also_cut: tuple[bytes, ...]) -> tuple[bytes, str]:
    """The body without secrets and within its cap, and the note that says what was done."""
    notes = [answer.note] if answer.note else []
    if not _is_text(answer.body):
        # What cannot be read as text cannot be searched for secrets either.
        return b"", "; ".join([*notes, "body withheld: not UTF-8 text"])
    body = cut_secrets(answer.body)
    for secret in also_cut:
        if len(secret) >= _SHORTEST_KEY_CUT and secret in body:
            body = body.replace(secret, b"[cut]")
    most = answer.kept_bytes_most
    if most is not None and len(body) > most:
        body = body[:most]
        notes.append(f"kept the first {most} bytes")
    return body, "; ".join(notes)


def _is_text(body: bytes) -> bool:
    if b"\0" in body:
        return False
    try:
        body.decode()
    except UnicodeDecodeError as error:
        # A body cut in the middle of a character is still text.
        return error.reason == "unexpected end of data"
    return True


def _head(answer: Answer, kept: bytes, note: str) -> bytes:
    received_sha256 = hashlib.sha256(answer.body).hexdigest()
    is_whole = kept is answer.body
    fields: dict[str, Any] = {
        "method": answer.method,
        "path": answer.path,
        "params": answer.params,
        "status": answer.status,
        "content_type": answer.content_type,
        "received_at": answer.received_at.astimezone(UTC).isoformat(),
        "note": note,
        "received_bytes": len(answer.body),
        "received_sha256": received_sha256,
        "kept_bytes": len(kept),
        "kept_sha256": received_sha256 if is_whole else hashlib.sha256(kept).hexdigest(),
    }
    text = json.dumps(fields, separators=(",", ":")).encode()[:-1]
    return text + b',"head_sha256":"' + hashlib.sha256(text).hexdigest().encode() + b'"}\n'


def _read_answer(text: io.BufferedReader, line: bytes, *, ref: str) -> KeptAnswer:
    parts = _HEAD_DIGEST.match(line)
    if parts is None or hashlib.sha256(parts[1]).hexdigest() != parts[2].decode():
        raise _damaged(ref, "the line about the answer was changed")
    head = json.loads(parts[1] + b"}")
    body = text.read(head["kept_bytes"])
    if text.read(1) != b"\n" or hashlib.sha256(body).hexdigest() != head["kept_sha256"]:
        raise _damaged(ref, "the body does not have its digest")
    del head["kept_bytes"]
    head["params"] = tuple((name, value) for name, value in head["params"])
    head["received_at"] = datetime.fromisoformat(head["received_at"])
    return KeptAnswer(ref=ref, body=body, **head)


def _damaged(name: str, what: str) -> ChainBroken:
    return ChainBroken(
        f"The landing file {name} is not as it was written: {what}.",
        "Restore it from a backup, or see what `recon verify` says before the next night.",
    )


def _make_folders(folder: Path) -> None:
    if folder.exists():
        return
    _make_folders(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
