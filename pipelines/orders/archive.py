"""Every export taken in, kept by content: the bytes, and what is not in the bytes.

`<sha256>-<name>` holds the bytes as they were, `<sha256>.json` the arrival number, the name and the
control totals. The record is written last: bytes without a record were never taken in. The arrival
number is given here, once, because it outlives the warehouse: `recon rebuild` reads it back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from io import BufferedIOBase, BytesIO
from pathlib import Path

from pipelines.faults import StoreFault
from pipelines.orders.names import name_fault, shown_name
from pipelines.orders.opening import Whereabouts, looks_of
from pipelines.orders.sidecars import (
    ControlTotals,
    SidecarUnusable,
    control_json,
    control_totals_in,
)

_RECORD = re.compile(r"([0-9a-f]{64})\.json")
_TEMPORARY = ".taking-"
_PIECE_BYTES = 1024 * 1024
_ASK_BACKUP = "Restore the order archive from a backup, or drop the original export again."


@dataclass(frozen=True)
class ArchivedFile:
    """One export in the archive; `arrival` counts from 1 in the order of taking in."""

    arrival: int
    digest: str
    name: str
    control: ControlTotals | None


class OrderArchive:
    """The folder `orders/archive`; one process writes at a time, under the writer's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> OrderArchive:
        """Make the folder if needed and sweep what a killed process left half written."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        for left in self.folder.glob(f"{_TEMPORARY}*"):
            left.unlink(missing_ok=True)
        return self

    def keep(
        self, name: str, content: BufferedIOBase, *, control: ControlTotals | None = None
    ) -> ArchivedFile:
        """Keep an export; the same bytes again, under whatever name, change nothing."""
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        files = self.files()
        for file in files:
            if file.digest == digest:
                self.read(digest)
                return file
        if name_fault(name) is not None:
            raise ValueError(f"{shown_name(name)} is no name for the archive")
        arrival = max((file.arrival for file in files), default=0) + 1
        record = {"arrival": arrival, "name": name, "control": control_json(control)}
        content.seek(0)
        self._write(f"{digest}-{name}", content)
        self._write(f"{digest}.json", BytesIO(json.dumps(record, sort_keys=True).encode()))
        return ArchivedFile(arrival, digest, name, control)

    def files(self) -> list[ArchivedFile]:
        """Give all exports taken in, by arrival."""
        if not self.folder.is_dir():
            return []
        found = [_RECORD.fullmatch(path.name) for path in self.folder.iterdir()]
        records = [self._record(match.group(1)) for match in found if match]
        return sorted(records, key=lambda file: file.arrival)

    def read(self, digest: str) -> bytes:
        """Give the bytes kept under this sha256, or raise `StoreFault` if they are not those."""
        name = self._record(digest).name
        try:
            content = (self.folder / f"{digest}-{name}").read_bytes()
        except FileNotFoundError:
            raise _damaged(digest, "its bytes are missing") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise _damaged(digest, "its bytes have changed")
        return content

    def whereabouts(self, digest: str) -> Whereabouts:
        """Where the bytes lie that are kept under this sha256, to be read from there."""
        path = self.folder / f"{digest}-{self._record(digest).name}"
        try:
            return Whereabouts(self.folder, path.name, looks_of(path.lstat()), digest)
        except FileNotFoundError:
            raise _damaged(digest, "its bytes are missing") from None

    def names_of(self, digest: str) -> dict[str, str]:
        """The two files that one export makes here, with the sha256 of their bytes."""
        record = (self.folder / f"{digest}.json").read_bytes()
        return {
            f"{digest}-{self._record(digest).name}": digest,
            f"{digest}.json": hashlib.sha256(record).hexdigest(),
        }

    def _record(self, digest: str) -> ArchivedFile:
        if re.fullmatch(r"[0-9a-f]{64}", digest) is None:
            raise ValueError("a sha256 has 64 lower-case hexadecimal digits")
        try:
            record = json.loads((self.folder / f"{digest}.json").read_bytes())
            arrival, name, control = record["arrival"], record["name"], record["control"]
            kept = control if control is None else control_totals_in(json.dumps(control).encode())
        except (FileNotFoundError, ValueError, KeyError, TypeError, SidecarUnusable):
            raise _damaged(digest, "its record is missing or unreadable") from None
        if not isinstance(arrival, int) or not isinstance(name, str) or name_fault(name):
            raise _damaged(digest, "its record is unreadable")
        return ArchivedFile(arrival, digest, name, kept)

    def _write(self, name: str, content: BufferedIOBase) -> None:
        descriptor, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(content, file, _PIECE_BYTES)
                file.flush()
                os.fsync(descriptor)
            Path(temporary).replace(self.folder / name)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise
        self._sync_folder()

    def _sync_folder(self) -> None:
        """Make the new name last through a power cut, as fsync of the file alone does not."""
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _damaged(digest: str, what: str) -> StoreFault:
    return StoreFault(
        f"The order archive does not hold {digest[:12]} as it was taken in: {what}.", _ASK_BACKUP
    )
