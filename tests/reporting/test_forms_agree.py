"""Page, PDF, workbook, list, JSON and mail give the same figures, to the last digit.

The figures are drawn at random and stored in a database as a closing stores them; each form is
parsed back. Numbers of more than 15 digits are among them.
"""

from __future__ import annotations

import csv
import email
import io
import json
import random
import re
from collections import Counter
from email import policy
from html import unescape
from typing import Any

import duckdb
import openpyxl
import pypdf
import pytest
from reporting.declared import busy_report

from reports.files import rendered_form
from reports.kinds import REPORTS
from reports.kinds.daily import DAILY
from reports.mail import compose_report
from reports.tables import Cell, Report, Table, cells_of, rows_of

ALL = (DAILY, *REPORTS.values())
# Longer than a double can hold, and with the digits of a coin.
LONG = ("12345678901234567.89", "-98765432109876.123456", "0.000000000000000001")


def stored_book(report: Report, seed: int) -> dict[str, Any]:
    """Random figures as the database gives them back: of a declared report, or of the day."""
    figures = busy_report(report, seed, rows=3)
    if report is DAILY:
        figures = as_daily(figures)
    draw = random.Random(seed)
    for table in report.tables:
        money = [column.name for column in table.columns if column.kind == "money"]
        for row in figures.get(table.name, []) if money and table.rows is None else []:
            if draw.random() < 0.3:
                row[draw.choice(money)] = draw.choice(LONG)
    with duckdb.connect() as connection:
        connection.execute("create table reports (name varchar, figures varchar)")
        text = json.dumps(figures, sort_keys=True, ensure_ascii=False)
        connection.execute("insert into reports values (?, ?)", [report.name, text])
        kept: dict[str, Any] = json.loads(
            connection.execute("select figures from reports").fetchall()[0][0]
        )
    return kept


def as_daily(figures: dict[str, Any]) -> dict[str, Any]:
    """What the day's own forms need beside its tables."""
    units: dict[str, int] = figures["minor_units"]
    for name in ("totals", "day"):
        for row, currency in zip(figures[name], units, strict=False):
            row |= {"currency": currency, "minor_units": units[currency]}
    for row in figures["breaks"]:
        row |= {"secondary_codes": ["LATE_PAYMENT"], "severity": "high"}
    statuses = [
        {
            "side": "orders",
            "status": f"S{number}",
            "rows": number,
            "amounts": {row["currency"]: row["expected"]},
        }
        for number, row in enumerate(figures["totals"])
    ]
    pulls = [row | {"complete": True} for row in figures["pulls"]]
    moved = [row | {"revalued_amount": "0"} for row in figures["roll_forward"]]
    figures = {key: value for key, value in figures.items() if key not in ("proof", "minor_units")}
    return figures | {
        "statuses": statuses,
        "pulls": pulls,
        "roll_forward": moved,
        "trend": [],
        "quarantine": [],
        "decisions": [],
        "mended": [],
    }


def numbers(report: Report, figures: Any, *, people: bool) -> list[Cell]:
    """Every money cell of a report that its tables show, or those only that people read."""
    return [
        cell
        for table in report.tables
        for row in rows_of(table, figures)
        for cell in cells_of(table, row, figures)
        if cell.column.kind == "money" and cell.value is not None
        if not (people and cell.column.is_minor)
    ]


def missing(wanted: list[str], text: str) -> list[str]:
    """The amounts that do not stand in the text so often as they should."""
    found = Counter(re.findall(r"[+\N{MINUS SIGN}-]?\d[\d,]*(?:\.\d+)?", text))
    return [one for one, times in Counter(wanted).items() if found[one] < times]


def workbook_faults(report: Report, figures: Any) -> list[str]:
    """Where the workbook says other than the figures: numbers, exact texts, totals."""
    book = openpyxl.load_workbook(io.BytesIO(rendered_form(figures, "xlsx")))
    assert book.sheetnames == ["about", *(table.name for table in report.tables)]
    return [
        f"{table.name}: {fault}"
        for table in report.tables
        for fault in sheet_faults(table, figures, book[table.name])
    ]


def sheet_faults(table: Table, figures: Any, sheet: Any) -> list[str]:
    assert sheet.freeze_panes == "A2"
    heads = [cell.value for cell in sheet[1]]
    found = []
    for number, row in enumerate(rows_of(table, figures), start=2):
        for cell in cells_of(table, row, figures):
            if cell.column.kind != "money" or cell.value is None:
                continue
            place = heads.index(cell.column.title) + 1
            written = sheet.cell(number, place)
            exact = f"{cell.column.title}, exact"
            # The file has 16 digits at most; what that loses stands beside it as text.
            if written.data_type != "n" or f"{written.value:.15g}" != f"{float(cell.value):.15g}":
                found.append(f"{cell.value} is {written.value}")
            if exact in heads and sheet.cell(number, heads.index(exact) + 1).value != cell.listed:
                found.append(f"{cell.value} has no exact text")
            if exact not in heads and len(re.sub(r"\D", "", cell.value).strip("0")) > 15:
                found.append(f"{cell.value} lost digits")
    return found


# Each book is of a third of the kinds: three seeds see them all, 300 see each a hundred times.
@pytest.mark.seeds(small=3, full=300)
def test_every_form_gives_the_figures_of_the_database(seed: int) -> None:
    for report in ALL[seed % 3 :: 3]:
        require_one_answer(report, seed)


def require_one_answer(report: Report, seed: int) -> None:
    figures = stored_book(report, seed)
    shown = [cell.shown for cell in numbers(report, figures, people=True)]
    listed = [cell.listed for cell in numbers(report, figures, people=False)]

    paper = pypdf.PdfReader(io.BytesIO(rendered_form(figures, "pdf")))
    printed = "\n".join(page.extract_text() for page in paper.pages)
    # A number that was too long for its column stands on two lines.
    whole = re.sub(r"\s*\u200b\s*", "", printed)
    assert [one for one in missing(shown, printed) if one not in whole] == []
    assert workbook_faults(report, figures) == []
    assert json.loads(rendered_form(figures, "json")) == figures
    if report is not DAILY:  # its page and list choose their own tables
        page = unescape(re.sub(r"<[^>]+>", " ", rendered_form(figures, "html").decode()))
        assert missing(shown, page) == []
        rows = csv.reader(io.StringIO(rendered_form(figures, "csv").decode(), newline=""))
        cells = Counter(cell for row in rows for cell in row)
        assert [one for one, times in Counter(listed).items() if cells[one] < times] == []
    mail = email.message_from_bytes(
        compose_report(figures, sender=None, recipients=[], attached={}).as_bytes(),
        policy=policy.default,
    )
    body = mail.get_body(("html",)).get_content()
    said = unescape(re.sub(r"<[^>]+>", " ", body))
    assert missing(mailed(report, figures, body), said) == []
    # A subject is plain: its minus is that of every keyboard.
    assert report.headline(figures).replace("\N{MINUS SIGN}", "-") in mail["Subject"]


def mailed(report: Report, figures: Any, body: str) -> list[str]:
    """What the body of a mail surely shows: the totals of the book, or a report's first table."""
    if report is DAILY:
        cells = [
            cell
            for row in figures["totals"]
            for cell in cells_of(DAILY.tables[1], row, figures)
            if cell.column.name in ("expected", "received", "difference")
        ]
        return [cell.shown for cell in cells]
    table = report.tables[0]
    heads = heads_in_mail(table, body)
    return [
        cell.shown
        for row in rows_of(table, figures)
        for cell in cells_of(table, row, figures)
        if cell.column.title in heads and cell.column.kind == "money" and cell.value is not None
    ]


def heads_in_mail(table: Table, body: str) -> list[str]:
    """The columns that a mail shows of a report's first table; it must name every other one.

    The first, the last and those with the currency of an amount stay, and no other is left out
    while a count between them is shown.
    """
    columns = [one for one in table.columns if not one.is_minor and not one.under]
    shown = re.search(
        r"<thead>(.*?)</thead>.*?</table></div>\s*(?:<p[^>]*>In the report also: (.*?)\.</p>)?",
        body,
        re.DOTALL,
    )
    assert shown is not None
    heads = [unescape(head) for head in re.findall(r"<th[^>]*>(.*?)</th>", shown[1])]
    left = [one for one in columns if one.title not in heads]
    assert heads == [one.title for one in columns if one not in left]
    assert unescape(shown[2] or "") == ", ".join(one.title for one in left)
    currencies = {one.currency for one in columns if one.kind == "money"}
    assert not {columns[0], columns[-1]}.intersection(left)
    assert not currencies.intersection(one.name for one in left)
    if any(one.kind != "count" for one in left):
        assert [one for one in columns[1:-1] if one.kind == "count" and one not in left] == []
    return heads
