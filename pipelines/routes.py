"""Who gets which report by mail: the `[[reports.route]]` tables of `recon.toml`, checked.

Belongs here: what a route is, what makes one unusable, and a sentence for each mistake.
Stays out: composing and sending a mail (`reports`), and which routes a night serves (`night`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Any, Literal, NamedTuple

REPORTS = ("daily", "exceptions", "settlement", "fees", "subscriptions", "month", "quality")
FORMS = ("html", "pdf", "xlsx", "csv", "json", "txt")
DEFAULT_FORMS = ("csv",)
_KNOWN = ("name", "to", "reports", "attach", "when")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}", re.ASCII)


class Route(NamedTuple):
    """One reader or group: which reports, in which forms beside the body, always or when red.

    The route without a name is the one of `RECON_MAIL_TO`.
    """

    name: str
    to: tuple[str, ...]
    reports: tuple[str, ...] = ("daily",)
    attach: tuple[str, ...] = DEFAULT_FORMS
    when: Literal["always", "red"] = "always"


def read_routes(written: object) -> tuple[Route, ...]:
    """The routes as they stand in `recon.toml`; ValueError says the first mistake in a sentence."""
    if isinstance(written, tuple) and all(isinstance(one, Route) for one in written):
        return written
    if not isinstance(written, list) or not all(isinstance(one, dict) for one in written):
        raise ValueError("a route begins with [[reports.route]], in double brackets")
    routes = tuple(_route(one, number) for number, one in enumerate(written, start=1))
    _refuse_doubles(routes)
    return routes


def address_fault(written: str) -> str:
    """What is wrong with a mail address, in words; nothing when it can be used."""
    _, address = parseaddr(written)
    is_plain = written.isprintable() and "=?" not in written and written.count("@") == 1
    if is_plain and _ADDRESS.fullmatch(address):
        return ""
    return f"{written!r} is not one mail address such as cfo@shop.example"


def _route(values: Mapping[str, Any], number: int) -> Route:
    name = values.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"route {number} needs a name of its own in small letters, digits and _,"
            ' such as name = "finance"'
        )
    unknown = sorted(values.keys() - set(_KNOWN))
    if unknown:
        raise ValueError(
            f"route {name} has no {unknown[0]!r}; it knows {', '.join(_KNOWN[:-1])} and when"
        )
    when = values.get("when", "always")
    if when not in ("always", "red"):
        raise ValueError(f'route {name}: when is "always" or "red", not {when!r}')
    return Route(
        name,
        _addresses(name, values.get("to")),
        _words(name, "reports", values.get("reports", ["daily"]), known=REPORTS),
        _words(name, "attach", values.get("attach", list(DEFAULT_FORMS)), known=FORMS),
        when,
    )


def _addresses(name: str, written: object) -> tuple[str, ...]:
    listed = [written] if isinstance(written, str) else written
    if not isinstance(listed, list) or not listed:
        raise ValueError(f'route {name} needs to = ["cfo@shop.example"], one address or more')
    for one in listed:
        fault = address_fault(one) if isinstance(one, str) else f"{one!r} is no mail address"
        if fault:
            raise ValueError(f"route {name}: {fault}")
    return tuple(listed)


def _words(name: str, key: str, written: object, *, known: Sequence[str]) -> tuple[str, ...]:
    """The words of a list; for `reports` at least one."""
    if not isinstance(written, list) or (key == "reports" and not written):
        raise ValueError(f'route {name}: {key} is a list such as ["{known[0]}"]')
    for word in written:
        if word not in known:
            raise ValueError(f"route {name}: {key} knows {', '.join(known)}, not {word!r}")
    return tuple(dict.fromkeys(written))


def _refuse_doubles(routes: Sequence[Route]) -> None:
    """Two routes with one name would share their deliveries; one reader in two gets two mails."""
    names: set[str] = set()
    seen: dict[tuple[str, str], str] = {}
    for route in routes:
        if route.name in names:
            raise ValueError(f"two routes are named {route.name}; give each a name of its own")
        names.add(route.name)
        for report in route.reports:
            for written in route.to:
                reader = parseaddr(written)[1].lower()
                other = seen.setdefault((report, reader), route.name)
                if other != route.name:
                    raise ValueError(
                        f"{reader} would get {report} twice, by the routes {other} and"
                        f" {route.name}; name it in one of them"
                    )
