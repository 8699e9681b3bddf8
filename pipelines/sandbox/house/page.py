"""The human page: what the sandbox serves, and how much of it is attested.

Rendered from the contract; nothing is said here that the contract does not say. The library for it
is imported when somebody looks.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import jinja2

TEMPLATE = Path(__file__).with_name("page.html.j2")
_METHODS = ("get", "post", "put", "patch", "delete")
_PARTS = ("name_and_method", "path", "request", "response")
CONTROLS = (
    ("GET, PUT", "/_sandbox/clock", "the virtual clock; PUT moves it forward"),
    ("GET, PUT", "/_sandbox/terms", "exact rates, fee, and what happens by itself"),
    ("POST", "/_sandbox/deposits", "coins arrive for a transaction, confirmed when you say"),
    ("PUT", "/_sandbox/payouts", "the bank holds a payout back, or lets it go"),
    ("PUT", "/_sandbox/charges", "how the next charges of a subscription end"),
    ("GET, PUT, DELETE", "/_sandbox/personality", "how answers differ from the contract"),
    ("GET, PUT, DELETE", "/_sandbox/faults", "faults on demand"),
    ("GET, DELETE", "/_sandbox/requests", "how often each path was asked for"),
    ("GET, POST", "/_sandbox/webhooks", "registered endpoints; DELETE …/{id}, POST …/{id}/test"),
    ("GET", "/_sandbox/webhooks/deliveries", "the delivery log; POST …/{id}/redeliver"),
    ("POST", "/_sandbox/webhooks/flush", "wait until nothing that is due is unsent"),
    ("GET", "/_sandbox/invoices/{id}", "an invoice as it stands"),
    ("GET", "/_sandbox/payment-links/{id}", "a payment link as it stands"),
)


class Line(NamedTuple):
    """One operation on the page; `marks` are (part, provenance)."""

    method: str
    path: str
    summary: str
    key: str
    marks: list[tuple[str, str]]
    statuses: list[str]


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8"))


def render_page(contract: dict[str, Any], url: str) -> bytes:
    """One self-contained HTML page in UTF-8."""
    groups: dict[str, list[Line]] = {tag["name"]: [] for tag in contract["tags"]}
    for path, entry in contract["paths"].items():
        for method in _METHODS:
            if method in entry:
                operation = entry[method]
                line = _line(method, path, operation)
                groups.setdefault(operation["tags"][0], []).append(line)
    shown = {tag: lines for tag, lines in groups.items() if lines}
    page = _template().render(
        title="KuvarPay sandbox",
        url=url,
        groups=shown,
        controls=CONTROLS,
        total=sum(map(len, shown.values())),
    )
    return page.encode()


def _line(method: str, path: str, operation: dict[str, Any]) -> Line:
    told: dict[str, str] = operation.get("x-provenance-detail", {})
    marks = [(part.replace("_", " "), told[part]) for part in _PARTS if part in told]
    return Line(
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        key=operation["x-key"],
        marks=marks,
        statuses=sorted(operation["responses"]),
    )
