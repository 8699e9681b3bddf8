"""The section of decisions that the facts no longer support: there when there are some."""

from __future__ import annotations

from reports import render
from reports.figures import quiet_day
from reports.mail import compose_report
from reports.text import render_text

SENTENCE = "Break brk_1 was written off as AMOUNT_MISMATCH of NGN -5.00, and is now worth more."
DECISION = {
    "action_no": 7,
    "verb": "write_off",
    "break_id": "brk_1",
    "order_id": "K1",
    "transaction_id": None,
    "detail": SENTENCE,
    "decided_by": "<b>Ben",
    "decided_date": "2026-11-20",
    "total": 1,
}


def mail_of(figures):
    message = compose_report(figures, sender="a@shop.example", recipients=["b@shop.example"])
    return message.get_body(("html",)).get_content()


def test_every_form_tells_of_a_decision_that_the_facts_no_longer_support():
    figures = {**quiet_day(), "decisions": [DECISION]}
    page, text = render.render_html(figures), render_text(figures)
    assert SENTENCE in page
    assert SENTENCE in text
    assert "&lt;b&gt;Ben" in page
    assert "<b>Ben" in text
    assert "1 decision is no longer supported by the facts" in mail_of(figures)


def test_without_one_nothing_is_said_also_in_a_report_of_a_former_version():
    former = quiet_day()
    del former["decisions"]
    for figures in (quiet_day(), former):
        for form in (render.render_html(figures), render_text(figures), mail_of(figures)):
            assert "no longer support" not in form
