"""What headlines and charts of declared reports find, where amounts turn or nothing is judged."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader
from reporting.declared import busy_report

from reports.files import rendered_form
from reports.kinds.exceptions import EXCEPTIONS
from reports.kinds.fees import FEES, draw_rates
from reports.kinds.month import MONTH
from reports.kinds.settlement import SETTLEMENT, draw_ageing, draw_balance
from reports.letters import letter_of
from reports.tables import Report

UNITS = {"minor_units": {"NGN": 2, "KES": 2}}


def aged(*rows: tuple[str, str, str], currency: str = "NGN") -> list[dict[str, Any]]:
    """Rows of what is owed, one payment each: state, age and amount."""
    return [
        {
            "currency": currency,
            "state": state,
            "age_band": band.replace("-", "\N{EN DASH}"),
            "payments": 1,
            "owed_amount": owed,
        }
        for state, band, owed in rows
    ]


LATE, BACK = ("OVERDUE", "8-30", "900"), ("REFUNDED", "2-7", "-900")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (aged(), "nothing is owed"),
        (aged(LATE), "NGN 900.00 to be paid out, 1 payment late or failed"),
        (aged(BACK), "NGN 900.00 to be taken back"),
        (aged(LATE, BACK), "NGN 900.00 to be paid out, NGN 900.00 to be taken back, "
         "1 payment late or failed"),
        (aged(BACK, BACK) + aged(LATE, currency="KES"), "NGN 1,800.00 to be taken back "
         "+ 1 more currency, 1 payment late or failed"),
    ],
)  # fmt: skip
def test_the_headline_nets_nothing_and_always_says_what_is_late(
    rows: list[dict[str, Any]], said: str
) -> None:
    assert SETTLEMENT.headline(UNITS | {"ageing": rows}) == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (aged(LATE, ("AWAITED", "0-1", "100")),
         "NGN 1,000.00 owed, the largest part 8-30 days old"),
        (aged(BACK, ("AWAITED", "0-1", "100")),
         "NGN 800.00 to be taken back, the largest part 2-7 days old"),
        (aged(BACK, ("REFUNDED", "0-1", "-100")),
         "NGN 1,000.00 to be taken back, the largest part 2-7 days old"),
        (aged(LATE, BACK),
         "NGN 0.00 owed on balance: as much is taken back as is to be paid out"),
    ],
)  # fmt: skip
def test_the_age_of_most_is_in_the_direction_of_the_total(
    rows: list[dict[str, Any]], said: str
) -> None:
    [panel] = draw_ageing(UNITS | {"ageing": rows})
    assert panel.finding.replace("\N{EN DASH}", "-") == said


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (("300", "100"), ("0", "0"), "NGN: 75.0 % of the last 30 days is paid out"),
        (("900", "-900"), ("0", "100"), "NGN 800.00 of the last 30 days to be taken back by "
             "the gateway"),
        (("900", "-100"), ("0", "200"), "NGN 100.00 owed on balance of the last 30 days, "
         "less what the gateway takes back"),
    ],
)  # fmt: skip
def test_the_balance_of_days_gives_no_share_of_what_is_taken_back(
    first: tuple[str, str], second: tuple[str, str], said: str
) -> None:
    rows = [
        {"business_date": day, "currency": "NGN", "paid_out_amount": paid, "owed_amount": owed}
        for day, (paid, owed) in (("2026-11-01", first), ("2026-11-02", second))
    ]
    [panel] = draw_balance(UNITS | {"days": rows})
    assert panel.finding == said
    drawn = [one["amount"] for one in panel.specification["data"]["values"]]
    wanted = [float(part) for pair in zip(first, second, strict=True) for part in pair]
    assert sorted(drawn) == sorted(part for part in wanted if part)


@pytest.mark.parametrize(
    ("off", "unjudged", "said", "drawn"),
    [
        (0, 0, "all on schedule", "exactly as scheduled"),
        (2, 0, "2 payments off schedule", "in sum as scheduled"),
        (0, 3, "none off schedule, 3 not judged", "in sum as scheduled"),
        (1, 3, "1 payment off schedule, 3 not judged", "in sum as scheduled"),
    ],
)
def test_fees_are_on_schedule_only_where_every_payment_was_judged(
    off: int, unjudged: int, said: str, drawn: str
) -> None:
    row = {
        "currency": "NGN",
        "payments": 4,
        "fee_amount": "60",
        "effective_percent": "1.5000",
        "variance_amount": "0",
        "payments_off_schedule": off,
        "payments_not_judged": unjudged,
    }
    day = {"business_date": "2026-11-01", "effective_percent": "1.5", "scheduled_percent": None}
    figures = UNITS | {
        "policy": {"fees": ["1.5 %"]}, "currencies": [row], "days": [row | day],
    }  # fmt: skip
    assert FEES.headline(figures) == f"NGN 60.00 charged (1.5000 %), {said}"
    assert [one.finding for one in draw_rates(figures)] == [f"NGN: 1.5000 % charged, {drawn}"]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (SETTLEMENT, "of every completed or refunded payment"),
        (FEES, "completed payments, without refunded ones"),
        (MONTH, "of completed and refunded payments"),
    ],
    ids=["settlement", "fees", "month"],
)
def test_a_table_of_payments_says_which_it_counts(report: Report, said: str) -> None:
    assert said in rendered_form(busy_report(report, 1), "html").decode()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"order_id": "ORDER-7", "transaction_id": "trxn_7"}, ["ORDER-7", "trxn_7"]),
        ({"transaction_id": "trxn_7"}, ["no order", "trxn_7"]),
        ({"invoice_id": "inv_7"}, ["no order", "inv_7"]),
    ],
)
@pytest.mark.parametrize("report", [EXCEPTIONS, MONTH], ids=["exceptions", "month"])
def test_every_form_shows_which_payment_a_break_is_about(
    report: Report, named: dict[str, str], said: list[str]
) -> None:
    ids = ("order_id", "transaction_id", "subscription_id", "invoice_id", "charge_attempt_id")
    figures = busy_report(report, 1, rows=1)
    figures["breaks"] = [row | dict.fromkeys(ids) | named for row in figures["breaks"]]
    letter = letter_of(figures, is_attached=False)
    paper = PdfReader(io.BytesIO(rendered_form(figures, "pdf")))
    forms = {
        "page": rendered_form(figures, "html").decode(),
        "text": letter.text,
        "mail": letter.html(""),
        "paper": "".join(page.extract_text() for page in paper.pages),
    }
    lacking = [(form, id_) for form, text in forms.items() for id_ in said if id_ not in text]
    assert lacking == []


@pytest.mark.parametrize("rows", [9, 10, 11])
def test_on_paper_a_row_and_what_is_signed_stay_on_one_page(rows: int) -> None:
    figures = busy_report(MONTH, 1, rows=rows)
    detail = " ".join(f"w{number}" for number in range(60)) + " end"
    figures["breaks"] = [
        row | {"detail": detail, "break_id": f"brk_{place}"}
        for place, row in enumerate(figures["breaks"])
    ]
    paper = PdfReader(io.BytesIO(rendered_form(figures, "pdf")))
    pages = [page.extract_text() for page in paper.pages]
    assert [page.count("w0 ") - page.count(" end") for page in pages] == [0] * len(pages)
    assert [
        page for page in pages if ("Name and signature" in page) != ("Approved by" in page)
    ] == []
    [signed] = [page for page in pages if "Approved by" in page]
    assert "Sign-off" in signed
