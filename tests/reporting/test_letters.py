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
