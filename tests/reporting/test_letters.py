"""The mail about any declared report: its subject, its top part, and that it stays small."""

import email
import re
from email import policy
from html import escape

import pytest
from reporting.declared import busy_report, quiet_report
from reporting.parsing import Page

from reports.kinds import REPORTS
from reports.mail import compose_report

RED = {"verdict": {"state": "red", "reasons": ["A window is open."]}}


def composed(figures, **other):
    message = compose_report(
        figures, sender="recon@shop.test", recipients=["cfo@shop.test"], **other
    )
    return email.message_from_bytes(message.as_bytes(), policy=policy.default)


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_the_subject_names_date_report_and_finding(report):
    quiet = composed(quiet_report(report))
    busy = composed(busy_report(report, 1) | RED)

    assert quiet["Subject"].startswith(f"2026-11-21 {report.title.lower()}: ")
    assert busy["Subject"].startswith(f"RED 2026-11-21 {report.title.lower()}: ")
    assert f"-{report.name}-" in busy["Message-ID"]


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_the_body_shows_every_table_and_loads_nothing(report):
    figures = busy_report(report, 1)

    mail = composed(figures, attached={"html": b"<p>"})

    html = mail.get_body(("html",)).get_content()
    assert re.findall(r"(?:src|href)=\"(?!cid:)", html) == []
    assert not {"script", "b", "iframe"} & {tag for tag, _ in Page(html).tags}
    for table in report.tables:
        people = [one.title for one in table.columns if not one.is_minor and not one.under]
        # In the head of the table, or among what stands in the report alone.
        assert [title for title in people if escape(title) not in html] == []
    [attached] = mail.iter_attachments()
    assert attached.get_filename() == f"{report.name}-2026-11-21.html"


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
def test_a_long_report_is_a_small_mail(report):
    figures = busy_report(report, 1, rows=2_000)

    mail = composed(figures, attached={})

    assert len(mail.get_body(("html",)).get_payload()) < 100_000
    assert len(mail.get_body(("plain",)).get_content().splitlines()) < 450


@pytest.mark.parametrize(
    ("name", "shown", "left"),
    [
        ("month", ["Expected", "Received", "Difference", "Unexplained"], "Orders, Payments"),
        ("fees", ["Charged", "Effective rate", "Schedule", "Variance"], "Payments"),
        ("exceptions", ["Break and reason", "Currency", "Impact"], "State, Owner"),
    ],
)
def test_where_a_table_is_too_wide_counts_are_left_out_and_money_stays(name, shown, left):
    figures = busy_report(REPORTS[name], 1) | {"changes": []}
    for row in [row for rows in figures.values() if isinstance(rows, list) for row in rows]:
        row |= {key: "234567.89" for key in row if key.endswith("_amount")}
        row |= {"currency": "NGN", "money_impact": "-234567.89", "assignee": "amaka"}
        row |= {"severity": "high", "state": "open"}

    html = composed(figures).get_body(("html",)).get_content()

    heads = re.findall(r"<th[^>]*>([^<]*)</th>", html)
    assert [title for title in shown if title not in heads] == []
    assert f"In the report also: {left}." in html


def test_the_chart_is_that_of_the_currency_in_the_headline():
    row = {"business_date": "2026-11-20", "gross_amount": "100.00", "fee_amount": "1.00"}
    row |= {"effective_percent": "1.0000", "scheduled_percent": "1.0000", "variance_amount": "0"}
    row |= {"payments_off_schedule": 0, "payments_not_judged": 0}
    rows = [
        row | {"currency": currency, "payments": payments}
        for currency, payments in (("GHS", 2), ("NGN", 9), ("ZAR", 3))
    ]

    mail = composed(quiet_report(REPORTS["fees"]) | {"currencies": rows, "days": rows})

    assert "NGN 1.00 charged" in mail["Subject"]
    html = mail.get_body(("html",)).get_content()
    assert "NGN: 1.0000 % charged" in html
    assert "GHS: 1.0000 % charged" not in html
