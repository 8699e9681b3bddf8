"""Hostile text in every text of the figures: nothing acts in sheet, page, mail or header.

A page is compared with the page of the same figures that hold a harmless word: the same elements
with the same attributes, so whatever the hostile text is, it is text.
"""

from __future__ import annotations

import csv
import email
import io
import re
import unicodedata
from email import policy
from typing import Any

import pytest
from reporting.declared import busy_report
from reporting.parsing import Page
from reporting.payloads import formulas, headers, markup

from reports.files import rendered_form
from reports.kinds import REPORTS
from reports.mail import compose_failure, compose_report

# What our own code writes: dates, instants, the name of the report, the verdict's word.
NOT_DATA = {"name", "business_date", "as_of", "data_cut_off", "timezone", "state", "band"}
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "Content-Disposition", "Content-ID",
}  # fmt: skip


def holding(value: Any, payload: str, key: str = "") -> Any:
    """The figures with the payload in every text that data can reach, names of currencies too."""
    if isinstance(value, dict):
        is_by_currency = key in ("amounts", "minor_units")
        return {
            payload if is_by_currency else name: holding(child, payload, name)
            for name, child in value.items()
        }
    if isinstance(value, list):
        return [holding(child, payload, key) for child in value]
    if not isinstance(value, str) or key in NOT_DATA or key.endswith(("_date", "_at", "band")):
        return value
    return value if re.fullmatch(r"-?\d+(\.\d+)?", value) else payload


def every_report(make_daily: Any) -> list[Any]:
    """Busy figures of all kinds, a red verdict and a correction included."""
    told = {
        "verdict": {"state": "red", "reasons": ["A window is open."]},
        "changes": [{"figure": "x", "old": "y", "new": "z"}],
    }
    kinds = [busy_report(report, 1) for report in REPORTS.values()]
    return [figures | told for figures in (make_daily(1, breaks=3), *kinds)]


def mailed(figures: Any) -> Any:
    """The mail of a report, read back from its bytes."""
    message = compose_report(
        figures, sender="recon@shop.test", recipients=["cfo@shop.test"], attached={}
    )
    return email.message_from_bytes(message.as_bytes(), policy=policy.default)


def acts(cell: str) -> bool:
    """Whether a spreadsheet would take the cell for more than text or a number."""
    seen = [one for one in cell if not one.isspace() and unicodedata.category(one)[0] != "C"]
    if not seen or re.fullmatch(r"[+-]?\d+(\.\d+)?", cell):
        return False
    return unicodedata.normalize("NFKC", seen[0])[0] in "=+-@\N{MINUS SIGN}"


@pytest.mark.counts(small=36, full=1_800)
def test_no_formula_acts_in_a_list(make_daily: Any, count: int) -> None:
    acting = []
    for figures in every_report(make_daily):
        harmless = rendered_form(holding(figures, "word"), "csv").decode()
        shape = [len(row) for row in csv.reader(io.StringIO(harmless, newline=""))]
        for payload in formulas(count):
            text = rendered_form(holding(figures, payload), "csv").decode()
            rows = list(csv.reader(io.StringIO(text, newline="")))
            cells = [cell for row in rows for cell in row]
            # Sheets of other countries take the semicolon for what parts two cells.
            parted = [cell for row in text.split("\r\n") for cell in row.split(";")[1:]]
            is_torn = [len(row) for row in rows] != shape
            if is_torn or any(map(acts, (*cells, *parted))):
                acting.append((figures["name"], payload))

    assert acting == []


@pytest.mark.counts(small=6, full=500)
def test_no_markup_acts_in_a_page_or_a_mail(make_daily: Any, count: int) -> None:
    acting = []
    for figures in every_report(make_daily):
        calm = holding(figures, "word")
        page = Page(rendered_form(calm, "html").decode()).tags
        body = Page(mailed(calm).get_body(("html",)).get_content()).tags
        for payload in markup(count):
            hostile = holding(figures, payload)
            if Page(rendered_form(hostile, "html").decode()).tags != page:
                acting.append((figures["name"], "page", payload))
            if Page(mailed(hostile).get_body(("html",)).get_content()).tags != body:
                acting.append((figures["name"], "mail", payload))

    assert acting == []


@pytest.mark.counts(small=6, full=100)
def test_no_header_is_added_or_filled_by_data(make_daily: Any, count: int) -> None:
    acting = []
    for figures in every_report(make_daily):
        for payload in headers(count):
            read = mailed(holding(figures, payload))
            acting += [(figures["name"], payload) for fault in header_faults(read)]
    for payload in headers(count):
        failure = compose_failure(
            business_date="2026-11-21",
            failed=payload,
            not_sent=[payload],
            remedy=payload,
            sender="recon@shop.test",
            recipients=["cfo@shop.test"],
            run_id=payload,
        )
        read = email.message_from_bytes(failure.as_bytes(), policy=policy.default)
        acting += [("failure", payload) for fault in header_faults(read)]

    assert acting == []


@pytest.mark.parametrize("unseen", ["\x00", "\x0b", "\x1b", "\u2028"])
def test_no_text_ends_the_drawing_of_a_chart(make_daily: Any, unseen: str) -> None:
    """A control character ends the renderer with its whole process, which no test would survive."""
    day = make_daily(1, days=1)
    hostile = day | {"trend": [row | {"currency": f"N{unseen}GN"} for row in day["trend"][:1]]}

    assert mailed(hostile).get_body(("related",)) is not None


def header_faults(read: Any) -> list[str]:
    """Headers that are not ours, hold what data said, or stand twice, in any part of the mail."""
    found = []
    for part in read.walk():
        names = list(part.keys())
        found += [name for name in names if name not in HEADERS or names.count(name) > 1]
        found += [name for name, value in part.items() if "evil" in value or "other" in value]
        found += [str(defect) for defect in part.defects]
    if read["To"] != "cfo@shop.test":
        found.append("To")
    return found
