"""The section of rows held back: how many of each source, why in plain words, and what to do."""

from __future__ import annotations

import pytest

from reports import held_back, render
from reports.figures import quiet_day
from reports.mail import compose_report
from reports.text import render_text


def row(reason, *, source="a.csv", key="K1", stream="orders"):
    return {"stream": stream, "source": source, "source_row": 3, "key": key, "reason": reason}


AMOUNT = row('amount "1,0" is not decimal text.')
TWICE = row('order_id "K1" stands in lines 3, 9 and more with different values.')
NAMELESS = row("order_id is empty.", key=None)
FOREIGN = row('Gesamt "x" is not written with "," before its decimals.', source="b.csv")
GATEWAY = row("status is none of them.", source="landing/1", key="t", stream="transactions")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([AMOUNT, AMOUNT, TWICE],
         [("a.csv", 3, "the amount (2); the same order twice, with different values (1)")]),
        ([GATEWAY, FOREIGN, NAMELESS],
         [("b.csv", 1, "another value (1)"), ("a.csv", 1, "the order id (1)"),
          ("Transactions of the gateway", 1, "a value that is not as the gateway promises (1)")]),
    ],
    ids=["one file", "three sources"],
)  # fmt: skip
def test_each_source_is_told_in_words_with_the_number_of_its_rows(rows, said):
    figures = {**quiet_day(), "quarantine": rows}
    assert [one[:3] for one in held_back.held_back(figures)] == said


def test_every_form_says_what_is_held_back_and_what_to_do():
    figures = {**quiet_day(), "quarantine": [AMOUNT, NAMELESS, GATEWAY]}
    figures["mended"] = [
        {"stream": "orders", "source": "old.csv", "source_row": 9, "key": "K7",
         "mended_source": "new.csv", "mended_row": 2, "total": 1}
    ]  # fmt: skip
    message = compose_report(figures, sender="a@shop.example", recipients=["b@shop.example"])
    mail = message.get_body(("html",)).get_content()
    page = render.render_html(figures)
    for form in (page, render_text(figures), mail):
        assert "3 rows of 2 sources are held back." in form
        assert "recon orders quarantine --file" in form
        assert "1 has no readable order id and will stay listed" in form
        assert "The shop cannot mend it" in form
    for form in (page, render_text(figures)):
        assert "old.csv" in form
        assert "new.csv" in form


def test_a_long_id_is_shortened_and_an_invisible_mark_shown():
    figures = {**quiet_day(), "quarantine": [row("amount is empty.", key="\u202eK" + "9" * 90)]}
    assert "9" * 41 not in render.render_html(figures)
    assert f"\ufffdK{'9' * 37}…" in render_text(figures)


def test_a_report_drawn_up_before_still_renders():
    figures = quiet_day()
    del figures["mended"]
    figures["quarantine"] = [{key: AMOUNT[key] for key in AMOUNT if key != "stream"}]
    assert "1 row of 1 source is held back." in render.render_html(figures)
