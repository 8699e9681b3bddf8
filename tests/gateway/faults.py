"""The kinds of HTTP fault that the scripted gateway can commit, and how each may end.

A fault turns an honest reply to a page of the list into another. `ever` says how a walk ends
when the fault stays: `truth` (all rows, shown complete), `refused`, `unavailable`, `unusable`,
or `incomplete` (a certificate that says so); `once` the same for a fault that strikes once.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from gateway.scripted import Reply, wire_bytes

HTML = b"<!doctype html><html><body>Bad gateway</body></html>"
ERROR = b'{"success":false,"error":"no"}'
ELSEWHERE = (("Location", "http://127.0.0.2:9/steal"),)


@dataclass(frozen=True)
class Fault:
    name: str
    change: Callable[[Reply], Reply]
    ever: frozenset[str]
    once: frozenset[str]


def _fault(name: str, ever: str, change: Callable[[Reply], Reply], once: str = "truth") -> Fault:
    return Fault(name, change, frozenset(ever.split()), frozenset(once.split()))


def _status(status: int, *headers: tuple[str, str]) -> Callable[[Reply], Reply]:
    return lambda reply: reply.but(status=status, body=ERROR).with_headers(*headers)


def _body(body: bytes) -> Callable[[Reply], Reply]:
    return lambda reply: reply.but(body=body)


def _swap(old: bytes, new: bytes) -> Callable[[Reply], Reply]:
    def swap(reply: Reply) -> Reply:
        # On an empty page there is nothing to swap, so the page itself is broken instead.
        swapped = reply.body.replace(old, new, 1)
        return reply.but(body=swapped if swapped != reply.body else b"[NaN]")

    return swap


def _packed(change: Callable[[bytes], bytes], packing: str = "gzip") -> Callable[[Reply], Reply]:
    return lambda reply: reply.but(body=change(gzip.compress(reply.body))).with_headers(
        ("Content-Encoding", packing)
    )


def _wire(change: Callable[[bytes], bytes]) -> Callable[[Reply], Reply]:
    return lambda reply: reply.but(wire=change(wire_bytes(reply)))


def _payload(change: Callable[[list[object]], list[object]]) -> Callable[[Reply], Reply]:
    """Change the rows of the page, keeping numbers as they are."""

    def changed(reply: Reply) -> Reply:
        payload = json.loads(reply.body, parse_float=str)
        payload["data"] = change(payload["data"])
        return reply.but(body=json.dumps(payload).encode())

    return changed


UNAVAILABLE = [
    *(
        _fault(f"status {status}", "unavailable", _status(status))
        for status in (408, 429, 500, 502, 503, 599)
    ),
    *(
        _fault(f"Retry-After {value[:40]!r}", "unavailable", _status(429, ("Retry-After", value)))
        for value in (
            *("0", "-5", "9" * 5000, "soon", ""),
            *("Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"),
        )
    ),
    _fault("503 in HTML", "unavailable", lambda r: r.but(status=503, body=HTML)),
    _fault("503 cut short", "unavailable", lambda r: r.but(status=503, cut=10)),
    _fault("closed without a word", "unavailable", _wire(lambda _: b"\r\n")),
    _fault("garbage for a status line", "unavailable", _wire(lambda _: b"EHLO you\r\n\r\n")),
    _fault("closed inside the headers", "unavailable", _wire(lambda wire: wire[:40])),
    _fault("endless header", "unavailable", _wire(lambda w: w[:20] + b"X: " + b"y" * 300_000)),
    _fault(
        "two lengths that differ",
        "unavailable",
        lambda reply: reply.with_headers(("Content-Length", "3")),
    ),
    _fault("a length that is no number", "unavailable", _wire(
        lambda wire: wire.replace(b"Content-Length: ", b"Content-Length: x"))),
]  # fmt: skip

REFUSED = [
    *(
        _fault(f"status {status}", "refused", _status(status), once="refused")
        for status in (400, 401, 403, 405, 410, 422)
    ),
    # After the declared end a 404 is an end, elsewhere a refusal.
    _fault("status 404", "refused truth", _status(404), once="refused truth"),
    *(
        _fault(f"redirect {status}", "refused", _status(status, *ELSEWHERE), once="refused")
        for status in (300, 301, 302, 308)
    ),
    _fault("a redirect to nowhere", "refused", _status(302), once="refused"),
]

UNUSABLE = [
    *(
        _fault(f"status {status}", "unusable", lambda r, s=status: r.but(status=s))  # type: ignore[misc]
        for status in (201, 204, 206)
    ),
    _fault("an empty body", "unusable", _body(b"")),
    _fault("only blanks", "unusable", _body(b" \n ")),
    *(
        _fault(f"the body {body!r}", "unusable", _body(body))
        for body in (b"null", b"0", b"{}", b'{"success":true}')
    ),
    _fault("HTML as HTML", "unusable", lambda r: r.but(body=HTML, content_type="text/html")),
    _fault("HTML as JSON", "unusable", _body(HTML)),
    _fault("JSON as text", "unusable", lambda r: r.but(content_type="text/plain")),
    _fault("JSON as HTML", "unusable", lambda r: r.but(content_type="text/html")),
    _fault("no content type", "unusable", lambda r: r.but(content_type=None)),
    _fault(
        "another character set",
        "unusable",
        lambda r: r.but(content_type="application/json; charset=iso-8859-1"),
    ),
    _fault("bytes that are not UTF-8", "unusable", _swap(b"CHECKOUT", b"CHECKO\xdcT")),
    _fault("UTF-16", "unusable", lambda r: r.but(body=r.body.decode().encode("utf-16"))),
    _fault("a zero byte", "unusable", _swap(b"CHECKOUT", b"CHECK\0UT")),
    _fault("a body one byte short", "unusable", lambda r: r.but(body=r.body[:-1])),
    _fault("half a body", "unusable", lambda r: r.but(body=r.body[: len(r.body) // 2])),
    _fault("closed before the end", "unusable", lambda r: r.but(cut=-1)),
    _fault("closed in the middle", "unusable", lambda r: r.but(cut=60)),
    _fault("closed after the headers", "unusable", lambda r: r.but(cut=0)),
    _fault("a length too great", "unusable", lambda r: r.but(
        declared_length=len(r.body) + 9, closes=True)),
    _fault("a length too small", "unusable", lambda r: r.but(
        declared_length=len(r.body) - 9, closes=True)),
    _fault("a length too small, left open", "unusable", lambda r: r.but(
        declared_length=len(r.body) - 9)),
    _fault("chunks that stop", "unusable", lambda r: r.but(framing="chunked", cut=-5)),
    _fault("chunks cut inside", "unusable", lambda r: r.but(framing="chunked", cut=50)),
    _fault("chunks with no size", "unusable", _wire(
        lambda w: w.replace(b"Content-Length", b"Transfer-Encoding: chunked\r\nX-Was"))),
    _fault("until close, cut", "unusable", lambda r: r.but(framing="close", cut=-1)),
    _fault("gzip cut before its trailer", "unusable", _packed(lambda body: body[:-8])),
    _fault("gzip cut inside its trailer", "unusable", _packed(lambda body: body[:-1])),
    _fault("gzip cut in the middle", "unusable", _packed(lambda body: body[: len(body) // 2])),
    _fault("gzip damaged", "unusable", _packed(lambda body: body[:20] + b"\xff" * 20)),
    _fault("gzip with a false checksum", "unusable", _packed(
        lambda body: body[:-8] + b"\0\0\0\0" + body[-4:])),
    _fault("gzip with a tail", "unusable", _packed(lambda body: body + b"tail")),
    _fault("gzip twice in one", "unusable", _packed(lambda body: body + body)),
    _fault("plain said to be gzip", "unusable", lambda r: r.with_headers(
        ("Content-Encoding", "gzip"))),
    _fault("gzip that says nothing", "unusable", lambda r: r.but(body=gzip.compress(r.body))),
    _fault("a gzip bomb", "unusable", lambda r: r.but(body=gzip.compress(
        r.body + b" " * 3_000_000)).with_headers(("Content-Encoding", "gzip"))),
    _fault("deflate", "unusable", lambda r: r.but(body=zlib.compress(r.body)).with_headers(
        ("Content-Encoding", "deflate"))),
    _fault("an unknown packing", "unusable", lambda r: r.with_headers(("Content-Encoding", "br"))),
    _fault("a body too large", "unusable", lambda r: r.but(body=r.body + b" " * 600_000)),
    _fault("two documents", "unusable", lambda r: r.but(body=r.body * 2)),
    _fault("a trailing comma", "unusable", lambda r: r.but(body=r.body[:-1] + b",}")),
    _fault("single quotes", "unusable", lambda r: r.but(body=r.body.replace(b'"', b"'"))),
    _fault("a comment", "unusable", lambda r: r.but(body=r.body + b"// done")),
    *(
        _fault(f"the number {word.decode()}", "unusable", _swap(b":5000,", b":" + word + b","))
        for word in (b"NaN", b"-Infinity", b"1e400", b"1E-400", b"05")
    ),
    _fault("a key twice in a row", "unusable", _swap(b'"fees":5000', b'"fees":1,"fees":5000')),
    _fault("data twice", "unusable", _swap(b'"data"', b'"data":[],"data"')),
    _fault("nested too deeply", "unusable", _swap(b":5000,", b":" + b"[" * 70 + b"]" * 70 + b",")),
    _fault("nested beyond measure", "unusable", _body(b"[" * 100_000)),
    *(
        _fault(f"success {word.decode()}", "unusable", _swap(b":true", b":" + word))
        for word in (b"false", b"null", b'"true"')
    ),
    _fault("success false with no data", "unusable", _body(ERROR)),
    *(
        _fault(f"data {word.decode()}", "unusable", _body(b'{"success":true,"data":' + word + b"}"))
        for word in (b"null", b"7", b"{}", b'{"transactions":null}')
    ),
    _fault("an error in a success", "unusable", _body(b'{"success":true,"data":[],"error":"x"}')),
    _fault("a row that is null", "unusable", _payload(lambda rows: [*rows, None])),
    _fault("a row that is text", "unusable", _payload(lambda rows: [*rows, "row"])),
    _fault("rows inside rows", "unusable", _payload(lambda rows: [rows])),
]  # fmt: skip

HARMLESS = [
    _fault("gzip, whole", "truth", _packed(lambda body: body)),
    _fault("chunked, whole", "truth", lambda r: r.but(framing="chunked")),
    _fault("until close, whole", "truth", lambda r: r.but(framing="close")),
    _fault("HTTP/1.0", "truth", _wire(lambda wire: wire.replace(b"HTTP/1.1", b"HTTP/1.0", 1))),
    _fault("100 before 200", "truth", _wire(lambda wire: b"HTTP/1.1 100 Continue\r\n\r\n" + wire)),
    _fault("a byte order mark", "truth", lambda r: r.but(body=b"\xef\xbb\xbf" + r.body)),
    _fault("closed after each answer", "truth", lambda r: r.but(closes=True)),
    _fault(
        "a foreign next link", "truth", _swap(b'"data"', b'"next":"http://127.0.0.2:9/","data"')
    ),
    _fault("a cookie", "truth", lambda r: r.with_headers(("Set-Cookie", "a=b"))),
    _fault("a row twice on a page", "truth", _payload(lambda rows: rows + rows[:1])),
    _fault("rows in another order", "truth", _payload(lambda rows: rows[::-1])),
    _fault("a lone surrogate", "truth", _swap(b'"CHECKOUT"', b'"CHECKOUT","notes":"\\ud800"')),
    _fault("no total", "truth", _swap(b'"total"', b'"rest"')),
    _fault("a total too small", "truth", _swap(b'"total":6', b'"total":1')),
    _fault("a total that is no number", "truth", _swap(b'"total":6', b'"total":"some"')),
]

MISLEADING = [
    _fault("an empty list", "incomplete", _payload(lambda _: []), once="truth"),
    _fault("a row left out", "incomplete", _payload(lambda rows: rows[1:])),
    _fault("only one row", "incomplete truth", _payload(lambda rows: rows[:1])),
    _fault("a total too great", "truth incomplete", _swap(b'"total":6', b'"total":9')),
]

FAULTS = [*UNAVAILABLE, *REFUSED, *UNUSABLE, *HARMLESS, *MISLEADING]
