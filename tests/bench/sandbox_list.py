"""How fast the sandbox lists, how quickly it starts, and how much memory a million payments take.

Every sandbox is the real command in a process of its own, and the client reads whole pages beside
it. The peer of a list is the same server library answering one page from memory, so the ratio says
what paging, filters and rows cost beyond HTTP.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil

RECON = Path(sys.executable).with_name("recon")
KEY = {"authorization": "rsp_test_sandbox"}
PAGE = 100
PAGES = 600
ROUNDS = 3
STARTS = 3
WAIT_SECONDS = 1800
PEER = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
page = sys.stdin.buffer.read()
async def answer(_): return Response(page, media_type="application/json")
print("listening", flush=True)
uvicorn.run(Starlette(routes=[Route("/api/v1/transactions", answer)]), port=int(sys.argv[1]),
            log_level="critical", access_log=False)
"""


def main() -> None:
    """Start, list beside the peer, and fill a million."""
    print(f"bench sandbox_start value={_start_seconds():.2f} unit=s target=1.0")
    with _sandbox(8871, orders_per_day=1000) as url:
        page = _page(url, 1)
        with _peer(8872, page) as peer:
            rates = [(_rate(url, PAGES), _rate(peer, PAGES)) for _ in range(ROUNDS)]
    own, bare = (max(side) for side in zip(*rates, strict=True))
    print(f"bench sandbox_list value={own:.0f} unit=rows/s target=50000")
    print(f"bench sandbox_list_of_bare_server value={own / bare:.2f} unit=ratio target=none")
    began = time.perf_counter()
    with _sandbox(8873, orders_per_day=33_400) as url:
        filled = time.perf_counter() - began
        rate = _rate(url, PAGES)
        total = httpx.get(f"{url}?limit=1", headers=KEY).json()["pagination"]["total"]
        memory = max(
            each.memory_info().rss
            for each in psutil.process_iter(["cmdline"])
            if "8873" in (each.info["cmdline"] or [])
        )
    print(f"bench sandbox_million_rows value={total} unit=rows target=1000000")
    print(f"bench sandbox_million_filled value={filled:.0f} unit=s target=none")
    print(f"bench sandbox_million_list value={rate:.0f} unit=rows/s target=50000")
    print(f"bench sandbox_million_memory value={memory / 2**20:.0f} unit=MB target=1024")


def _start_seconds() -> float:
    """The quickest of some starts with the default book, from the command to its first answer."""
    seconds = []
    for _ in range(STARTS):
        began = time.perf_counter()
        with _sandbox(8870, orders_per_day=200):
            seconds.append(time.perf_counter() - began)
    return min(seconds)


def _rate(url: str, pages: int) -> float:
    """Rows a second over so many pages, the bodies read whole and thrown away.

    The client is the plainest there is, so that it is the server's time that counts.
    """
    at = urlsplit(url)
    with closing(HTTPConnection(str(at.hostname), at.port)) as client:
        began = time.perf_counter()
        for number in range(1, pages + 1):
            client.request("GET", f"{at.path}?page={number % 200 + 1}&limit={PAGE}", headers=KEY)
            answer = client.getresponse()
            if answer.status != 200 or not answer.read():
                raise SystemExit(f"{url} answered {answer.status}.")
        return pages * PAGE / (time.perf_counter() - began)


def _page(url: str, number: int) -> bytes:
    return httpx.get(url, params={"page": number, "limit": PAGE}, headers=KEY).content


@contextmanager
def _sandbox(port: int, *, orders_per_day: int) -> Iterator[str]:
    command = [str(RECON), "sandbox", "--port", str(port), "--start", "2026-09-01"]
    command += ["--clock", "2026-10-01T01:00:00Z", "--orders-per-day", str(orders_per_day)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield _answering(port, process)
        finally:
            process.terminate()


@contextmanager
def _peer(port: int, page: bytes) -> Iterator[str]:
    command = [sys.executable, "-c", PEER, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(page)
        process.stdin.close()
        try:
            yield _answering(port, process)
        finally:
            process.terminate()


def _answering(port: int, process: subprocess.Popen[bytes]) -> str:
    """The list's address, once it answers."""
    url = f"http://127.0.0.1:{port}/api/v1/transactions"
    deadline = time.monotonic() + WAIT_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(url, params={"limit": 1}, headers=KEY)
        except httpx.ConnectError:
            time.sleep(0.01)
        else:
            return url
    raise SystemExit(f"Nothing answers on port {port}; is it taken?")


if __name__ == "__main__":
    main()
