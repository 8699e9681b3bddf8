"""The mail: what its headers say, what it holds, and that hostile text stays in its place."""

import csv
import email
import io
import re
from datetime import UTC, datetime
from email import policy

import pytest
from reporting.declared import quiet_report

from reports import mail
from reports.figures import figures_digest, quiet_day
from reports.kinds.fees import FEES
from reports.letters import daily_subject

HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
]  # fmt: skip
HEADER_PAYLOADS = [
    "x\r\nBcc: evil@x.test",
    "x\nBcc: evil@x.test",
    "=?utf-8?q?x=0D=0ABcc:_evil=40x.test?=",
    "=?utf-8?b?eA0KQmNjOiBldmlsQHgudGVzdA==?=",
    "x\x00y",
    "x\u2028Bcc: evil@x.test",
    "x\u202egnp",
]


def composed(figures, **other):
    message = mail.compose_report(
        figures, **({"sender": "recon@shop.test", "recipients": ["cfo@shop.test"]} | other)
    )
    return message, email.message_from_bytes(message.as_bytes(), policy=policy.default)


def a_failure(**other):
    words = {
        "business_date": "2026-11-21",
        "failed": "The gateway answered 401 three times.",
        "not_sent": ["The daily report of 2026-11-21."],
        "remedy": "Check KUVARPAY_API_KEY, then run recon nightly.",
        "sender": "recon@shop.test",
        "recipients": ["cfo@shop.test"],
        "run_id": "4f1c",
    }
    return mail.compose_failure(**(words | other))


def test_the_subject_says_the_verdict(make_daily):
    quiet = quiet_day()
    red = quiet_day() | {"verdict": {"state": "red", "reasons": ["A window is open."]}}
    corrected = quiet_day() | {"changes": [{"figure": "x", "old": "1", "new": "2"}]}

    assert daily_subject(quiet) == "2026-11-21: all clear"
    assert daily_subject(red) == "RED 2026-11-21: no breaks, 1 control red"
    assert daily_subject(corrected) == "2026-11-21 corrected: all clear"
    assert re.fullmatch(
        r"2026-11-21: 12 breaks, [A-Z]{3} [\d,.]+ short \+ \d more currencies",
        daily_subject(make_daily(1)),
    )


def test_the_mail_holds_page_text_chart_and_list(make_daily):
    figures = make_daily(1, days=2)

    _, read = composed(figures)

    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "text/csv",
    ]
    html = read.get_body(("html",)).get_content()
    [picture] = [part for part in read.walk() if part.get_content_type() == "image/png"]
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html
    [attached] = read.iter_attachments()
    assert attached.get_filename() == "breaks-2026-11-21.csv"
    rows = list(csv.DictReader(io.StringIO(attached.get_content())))
    assert [row["break_id"] for row in rows] == [row["break_id"] for row in figures["breaks"]]


def test_the_styles_stand_on_the_elements(make_daily):
    html = composed(make_daily(1))[1].get_body(("html",)).get_content()

    assert '<td class="n" style="' in html
    assert "prefers-color-scheme" in html
    assert "{%" not in html
    assert re.findall(r"(?:src|href)=\"(?!cid:)", html) == []


@pytest.mark.parametrize("length", [80, 2_000])
def test_the_body_stays_small_with_two_thousand_breaks(make_daily, length):
    figures = make_daily(3, breaks=2_000)
    for row in figures["breaks"]:
        row["detail"] = "<&>" * (length // 3)

    _, read = composed(figures)

    html = read.get_body(("html",)).get_payload()
    assert len(html) < 100_000
    [attached] = read.iter_attachments()
    assert len(attached.get_content().splitlines()) == 2_001


def test_a_quiet_day_is_a_small_mail_without_a_chart():
    _, read = composed(quiet_day())

    assert "image/png" not in [part.get_content_type() for part in read.walk()]
    assert "No break is open." in read.get_body(("html",)).get_content()
    assert "No break is open." in read.get_body(("plain",)).get_content()


def test_the_same_figures_give_the_same_bytes(make_daily):
    first, second = (composed(make_daily(1, days=2))[0] for _ in range(2))
    other = composed(make_daily(2))[0]

    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] != other["Message-ID"]
    assert first["Date"] == "Sat, 21 Nov 2026 23:00:00 +0000"


def test_the_key_of_a_mail_names_date_report_and_digest(make_daily):
    figures = make_daily(1)

    assert mail.delivery_key(composed(figures)[0]) == (
        f"2026-11-21-daily-{figures_digest(figures)[:12]}"
    )
    assert re.fullmatch(r"2026-11-21-failure-[0-9a-f]{12}", mail.delivery_key(a_failure()))


def test_without_addresses_the_mail_is_still_a_mail():
    _, read = composed(quiet_day(), sender=None, recipients=[])

    assert [read["From"], read["To"]] == ["recon@localhost", "recon@localhost"]


def test_several_recipients_and_a_name_stand_in_the_header():
    _, read = composed(
        quiet_day(), sender="Reconciliation <r@shop.test>", recipients=["a@x.test", "B <b@x.test>"]
    )

    assert [address.addr_spec for address in read["To"].addresses] == ["a@x.test", "b@x.test"]
    assert read["From"].addresses[0].display_name == "Reconciliation"


@pytest.mark.parametrize("payload", HEADER_PAYLOADS)
def test_no_address_smuggles_a_header(payload):
    for address in (payload, f"{payload} <a@x.test>", f"a@x.test{payload}"):
        with pytest.raises(mail.HeaderRefused):
            composed(quiet_day(), recipients=[address])
        with pytest.raises(mail.HeaderRefused):
            composed(quiet_day(), sender=address)


@pytest.mark.parametrize("address", ["a@x.test, b@x.test", "a", "@", "a@b@c", "<>", "é@x.test"])
def test_what_is_not_one_address_is_refused(address):
    with pytest.raises(mail.HeaderRefused):
        composed(quiet_day(), recipients=[address])


@pytest.mark.parametrize("payload", HEADER_PAYLOADS)
def test_no_text_from_data_reaches_a_header(make_daily, payload):
    figures = make_daily(1, breaks=3)
    figures["verdict"] = {"state": "red", "reasons": [payload]}
    for row in figures["breaks"]:
        row.update(currency=payload, detail=payload, code=payload, order_id=payload)

    message, read = composed(figures)

    assert list(read.keys()) == HEADERS
    assert read["Subject"] == "RED 2026-11-21: 3 breaks"
    assert b"Bcc" not in message.as_bytes().partition(b"\r\n\r\n")[0]


def test_a_correction_lists_the_first_changes_and_attaches_them_all():
    told = [{"figure": f"NGN {n} received", "old": "1.00", "new": f"{n}.00"} for n in range(101)]

    _, read = composed(quiet_day() | {"changes": told})

    [_, attached] = read.iter_attachments()
    assert attached.get_filename() == "daily-changes-2026-11-21.txt"
    lines = attached.get_content().splitlines()
    assert lines[0] == "Changed figures: 101"
    assert lines[2:] == [f"NGN {n} received: was 1.00, is {n}.00" for n in range(101)]
    html, plain = (read.get_body((form,)).get_content() for form in ("html", "plain"))
    assert "and 89 more, in the attached list of changes" in html
    assert "... and 1 more figure in the attached list of changes." in plain


def test_a_subject_stands_on_one_line_of_plain_text():
    charged = {
        "currency": "NGN",
        "payments": 1,
        "fee_amount": "-123456.78",
        "effective_percent": None,
        "payments_off_schedule": 7_000,
        "payments_not_judged": 0,
    }
    none = {"payments": 0, "payments_off_schedule": 0}
    more = [charged | none | {"currency": name} for name in ("GHS", "KES")]
    figures = quiet_report(FEES) | {"currencies": [charged, *more], "minor_units": {"NGN": 2}}
    figures |= {"verdict": {"state": "red", "reasons": ["A window is open."]}}
    figures |= {"changes": [{"figure": "x", "old": "1", "new": "2"}], "policy": {"fees": ["1 %"]}}

    content = composed(figures)[0].as_bytes()

    assert (
        b"\r\nSubject: RED 2026-11-21 corrected fees: NGN -123,456.78 charged"
        b" + 2 more currencies, 7,000 payments off schedule\r\nDate: "
    ) in content


def test_a_business_date_that_is_none_is_refused():
    with pytest.raises(ValueError, match="not a date"):
        composed(quiet_day() | {"business_date": "2026-11-21\r\nBcc: a@x.test"})


def test_a_failed_night_says_what_failed_what_was_not_sent_and_what_to_do():
    read = email.message_from_bytes(a_failure().as_bytes(), policy=policy.default)

    assert read["Subject"] == "FAILED 2026-11-21: the night did not finish, nothing was published"
    for form in ("plain", "html"):
        text = read.get_body((form,)).get_content()
        for sentence in (
            "answered 401",
            "The daily report of 2026-11-21.",
            "Check KUVARPAY",
            "4f1c",
        ):
            assert sentence in text


def test_hostile_words_of_a_failure_stay_words():
    read = email.message_from_bytes(
        a_failure(failed="<script>x</script>\r\nBcc: y", run_id="=?x?=").as_bytes(),
        policy=policy.default,
    )

    assert "Bcc" not in read
    assert "<script" not in read.get_body(("html",)).get_content()


def test_a_failure_of_the_same_run_is_the_same_mail_and_may_carry_its_instant():
    at = datetime(2026, 11, 22, 1, 5, tzinfo=UTC)

    assert a_failure().as_bytes() == a_failure().as_bytes()
    assert a_failure(run_id="other")["Message-ID"] != a_failure()["Message-ID"]
    assert a_failure(failed_at=at)["Date"] == "Sun, 22 Nov 2026 01:05:00 +0000"
