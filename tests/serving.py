"""A sandbox in a process of its own, for benches: what serves must not share a processor's cache.

Belongs here: starting `recon sandbox`, waiting for its first answer, stopping it.
Stays out: which book it serves (its options).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

START_SECONDS = 3600
"""A book of a million payments takes minutes to fill."""


@contextmanager
def sandbox_at(port: int, *options: str) -> Iterator[None]:
    """Serve on loopback until the block ends; it begins with the first answer."""
    command = [str(Path(sys.executable).with_name("recon")), "sandbox", "--port", str(port)]
    with subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                try:
                    httpx.get(f"http://127.0.0.1:{port}")
                    break
                except httpx.ConnectError:
                    time.sleep(0.2)
            yield
        finally:
            process.terminate()
