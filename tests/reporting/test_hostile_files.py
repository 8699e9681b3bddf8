"""Hostile text in workbooks and PDFs: opened again, it is text and nothing else."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pypdf
import pytest
from reporting.declared import busy_report
from reporting.payloads import formulas, markup

from reports.files import rendered_form
from reports.kinds import REPORTS
from reports.tables import Report
from reports.wording import plain

TYPESET = (
    "#panic()", "$ x $", "*bold*", "@label", "<label>", "= Heading", "#import \"x.typ\": *",
    "#image(\"/etc/passwd\")", "\\u{41}", "`raw`", "//comment", "/* comment", "#{", "]", "#[",
    "\"", "日本", "\x00\x0b", "\ud800", "عربى",
)  # fmt: skip


def holding(report: Report, payloads: list[str]) -> dict[str, Any]:
    """Busy figures whose every table has one row a payload, in each of its texts."""
    figures = busy_report(report, 1, rows=len(payloads))
    texts = {
        column.name
        for table in report.tables
        for column in table.columns
        if column.kind in ("text", "id", "word") and not column.name.endswith("band")
    }
    currencies = {column.currency for table in report.tables for column in table.columns}
    for table in report.tables:
        for row, payload in zip(figures.get(table.name, []), payloads, strict=False):
            row |= dict.fromkeys(texts & row.keys() - currencies, payload)
    return figures


@pytest.mark.counts(small=60, full=1_800)
@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_no_formula_acts_in_a_workbook(report: Report, count: int) -> None:
    figures = holding(report, formulas(count))

    book = openpyxl.load_workbook(io.BytesIO(rendered_form(figures, "xlsx")))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    acting = [
        (cell.coordinate, cell.value)
        for cell in cells
        if cell.data_type == "f" and not re.fullmatch(r"=SUMPRODUCT\([$A-Z0-9:=()*]+\)", cell.value)
    ]
    assert acting == []
    assert [cell.coordinate for cell in cells if cell.hyperlink is not None] == []
    unmarked = [
        cell.value
        for cell in cells
        if isinstance(cell.value, str)
        and cell.data_type == "s"
        and cell.value.lstrip()[:1] in ("=", "+", "@")
        and not cell.quotePrefix
    ]
    assert unmarked == []


@pytest.mark.counts(small=2, full=500)
@pytest.mark.parametrize("name", ["exceptions", "settlement"])
def test_no_text_acts_on_paper(name: str, count: int) -> None:
    payloads = [*TYPESET, *markup(count)]

    pages = pypdf.PdfReader(
        io.BytesIO(rendered_form(holding(REPORTS[name], payloads), "pdf"))
    ).pages

    said = letters("".join(page.extract_text() for page in pages))
    assert [payload for payload in payloads if letters(plain(payload)) not in said] == []
    assert [page for page in pages if "/Annots" in page] == []


def letters(text: str) -> str:
    """What is left of a text on paper: words stand in small letters, lines end anywhere."""
    return re.sub(r"[^\x21-\x5e\x60-\x7e]", "", text).lower()
