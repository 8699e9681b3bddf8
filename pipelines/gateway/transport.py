"""One request, one bounded answer: origin, header, redirects, sizes, times and packing.

A try never raises for what the network or the gateway does: it gives an `Answer`, whole or with
a note that says why it is not, or a `NoAnswer`. So no exception of httpx, which holds the
request and thereby the key, ever leaves this module. Trying again is the client's decision.
"""

from __future__ import annotations

import logging
import re
import ssl
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Literal, Protocol

import httpx

from pipelines.faults import ConfigurationFault
from pipelines.gateway.answers import Answer, Params

AuthStyle = Literal["authorization", "bearer", "x-api-key"]

_HEADER_TEXT = re.compile(r"[!-~]+")
_HOST = re.compile(rb"[A-Za-z0-9:.-]+")
_RATIO_FREE_BYTES = 1 << 20


@dataclass(frozen=True)
class GatewaySettings:
    """Which gateway, and who asks; the key shows in no representation."""

    base_url: str
    api_key: str = field(repr=False)
    business_id: str | None = None
    auth_style: AuthStyle = "authorization"

    def __repr__(self) -> str:
        shown = "'***'" if self.api_key else "''"
        return (
            f"GatewaySettings(base_url={self.base_url!r}, api_key={shown}, "
            f"business_id={self.business_id!r}, auth_style={self.auth_style!r})"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most of everything that one pull may take from the gateway."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    answer_seconds: float = 120.0
    body_bytes: int = 64 << 20
    unpack_ratio: int = 200
    kept_fault_bytes: int = 64 << 10
    tries: int = 8
    unusable_tries: int = 4
    backoff_first_seconds: float = 0.5
    backoff_most_seconds: float = 60.0
    wait_per_page_seconds: float = 900.0
    wait_total_seconds: float = 4 * 3600.0
    pages: int = 20_000


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing came that could be kept; `is_final` when trying again cannot help."""

    what: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """An answer, the Retry-After and Date it carries, and whether only the time for it ran out."""

    answer: Answer
    retry_after: str | None = None
    is_late: bool = False
    date: str | None = None


class Exchange(Protocol):
    """Gives one answer to one request: over the network (`Transport`), or out of the landing."""

    def get(self, path: str, params: Params) -> Came | NoAnswer:
        """Ask once."""
        ...

    def start_afresh(self) -> None:
        """Forget what a broken answer may have left behind."""
        ...

    def close(self) -> None:
        """Let go of everything held."""
        ...


class Transport:
    """Speaks to one origin and no other."""

    def __init__(
        self, settings: GatewaySettings, limits: Limits, *, clock: Callable[[], datetime]
    ) -> None:
        self._base_url = checked_origin(settings.base_url)
        self._headers = _headers(settings)
        # Both log whole URLs at INFO and header lists at DEBUG.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._limits = limits
        self._key = settings.api_key
        self._clock = clock
        self._http = self._connected()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def start_afresh(self) -> None:
        """Forget every connection: what a broken answer left in one would begin the next answer."""
        self._http.close()
        self._http = self._connected()

    def _connected(self) -> httpx.Client:
        limits = self._limits
        return httpx.Client(
            base_url=self._base_url,
            headers=self._headers,
            timeout=httpx.Timeout(limits.read_seconds, connect=limits.connect_seconds),
            verify=_verified_tls(),
            follow_redirects=False,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )

    def get(self, path: str, params: Params) -> Came | NoAnswer:
        """Ask once."""
        try:
            with self._http.stream("GET", path, params=list(params)) as response:
                return self._receive(response, path, params)
        except httpx.TimeoutException:
            return NoAnswer("there was no answer in time")
        except httpx.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                return NoAnswer("its certificate cannot be verified", is_final=True)
            return NoAnswer(f"the connection failed ({type(error).__name__})")
        except (httpx.InvalidURL, httpx.StreamError) as error:
            return NoAnswer(f"the exchange failed ({type(error).__name__})")

    def _receive(self, response: httpx.Response, path: str, params: Params) -> Came:
        body, note, is_late = self._body(response)
        is_usable = response.status_code == 200 and not note
        answer = Answer(
            method="GET",
            path=path,
            params=params,
            status=response.status_code,
            # The one header that is kept and told; an echo of the key must not travel in it.
            content_type=response.headers.get("content-type", "").replace(self._key, "[cut]"),
            received_at=self._clock(),
            body=body,
            note=note,
            kept_bytes_most=None if is_usable else self._limits.kept_fault_bytes,
        )
        headers = response.headers
        return Came(answer, headers.get("retry-after"), is_late, headers.get("date"))

    def _body(self, response: httpx.Response) -> tuple[bytes, str, bool]:
        """The decoded body, what is wrong with it, and whether it came too late."""
        packing = response.headers.get("content-encoding", "").strip().lower()
        wire, note, is_late = self._wire(response)
        if packing in ("", "identity"):
            return wire, note, is_late
        if packing not in ("gzip", "x-gzip"):
            return b"", note or "body withheld: packed in a way nobody asked for", is_late
        body, packing_note = self._unpack(wire)
        return body, note or packing_note, is_late

    def _wire(self, response: httpx.Response) -> tuple[bytes, str, bool]:
        deadline = time.monotonic() + self._limits.answer_seconds
        chunks: list[bytes] = []
        size = 0
        try:
            for chunk in response.iter_raw():
                chunks.append(chunk)
                size += len(chunk)
                if size > self._limits.body_bytes:
                    return b"".join(chunks), "larger than allowed", False
                if time.monotonic() > deadline:
                    return b"".join(chunks), "not whole within the time allowed", True
        except httpx.TimeoutException:
            return b"".join(chunks), "not whole within the time allowed", True
        except httpx.TransportError as error:
            return b"".join(chunks), f"cut short ({type(error).__name__})", False
        return b"".join(chunks), "", False

    def _unpack(self, wire: bytes) -> tuple[bytes, str]:
        most = min(
            self._limits.body_bytes, max(_RATIO_FREE_BYTES, self._limits.unpack_ratio * len(wire))
        )
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body = unpacker.decompress(wire, most + 1)
        except zlib.error:
            return b"", "body withheld: its packing is damaged"
        if len(body) > most:
            return body[:most], "larger than allowed once unpacked"
        if not unpacker.eof:
            return body, "cut short inside its packing"
        if unpacker.unused_data:
            return body, "followed by bytes that do not belong to it"
        return body, ""


@cache
def _verified_tls() -> ssl.SSLContext:
    """One context for every client of the process: reading the authorities takes a while."""
    return httpx.create_ssl_context(verify=True, trust_env=False)


def checked_origin(base_url: str) -> httpx.URL:
    """The base URL, if a key may be sent there: https, or plain http to this machine."""
    remedy = "Set KUVARPAY_BASE_URL to something like https://payment.kuvarpay.com."
    try:
        url = httpx.URL(base_url)
    except (httpx.InvalidURL, TypeError):
        raise ConfigurationFault("The gateway's address is not a URL.", remedy) from None
    if url.userinfo or url.query or url.fragment or not _HOST.fullmatch(url.raw_host):
        raise ConfigurationFault("The gateway's address is more, or less, than a host.", remedy)
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise ConfigurationFault(
            f"The gateway at {url.host} would be spoken to without encryption.", remedy
        )
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _headers(settings: GatewaySettings) -> dict[str, str]:
    remedy = "Set KUVARPAY_API_KEY (and KUVARPAY_BUSINESS_ID) as the dashboard shows them."
    if not _HEADER_TEXT.fullmatch(settings.api_key):
        raise ConfigurationFault("The API key is empty or holds blanks or odd characters.", remedy)
    if settings.business_id and not _HEADER_TEXT.fullmatch(settings.business_id):
        raise ConfigurationFault("The business id holds blanks or odd characters.", remedy)
    styles: dict[str, tuple[str, str]] = {
        "authorization": ("authorization", settings.api_key),
        "bearer": ("authorization", f"Bearer {settings.api_key}"),
        "x-api-key": ("x-api-key", settings.api_key),
    }
    if settings.auth_style not in styles:
        raise ConfigurationFault(
            f"There is no auth style {settings.auth_style!r}.",
            f"Set KUVARPAY_AUTH_STYLE to one of {', '.join(styles)}.",
        )
    name, value = styles[settings.auth_style]
    headers = {
        name: value,
        "accept": "application/json",
        "accept-encoding": "identity",
        "cache-control": "no-cache",
        "user-agent": "kuvarpay-recon",
    }
    if settings.business_id:
        headers["x-business-id"] = settings.business_id
    return headers
