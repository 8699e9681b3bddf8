"""A report to a route: once, then only as a correction of what its readers have."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.corrections import changes_between
from reports.figures import quiet_day
from reports.mail import compose_report, delivery_key, delivery_subject
from reports.outbox import Outbox

RED = {"verdict": {"state": "red", "reasons": ["A window is open."]}}


def posted(root, smtp, route="finance", date="2026-11-21", **change):
    """Post a quiet day with these changes to a route."""
    figures = quiet_day(date) | change

    def compose(former):
        told = changes_between(former.figures, figures) if former and former.figures else []
        return compose_report(
            figures | {"changes": told},
            sender="recon@shop.test",
            recipients=["cfo@shop.test"],
            route=route,
            follows=former.delivery.key if former else "",
        )

    subject = delivery_subject(figures, route)
    return Outbox(root / "outbox").post(subject, figures, compose, key_of=delivery_key, smtp=smtp)


def test_the_same_figures_are_sent_once_and_each_route_gets_its_own(tmp_path, smtp, mailbox):
    first = posted(tmp_path, smtp)
    again = posted(tmp_path, smtp, control=quiet_day()["control"] | {"rule_version": "2"})
    board = posted(tmp_path, smtp, "board")

    assert (first.state, again.repeated, board.repeated) == ("sent", True, False)
    assert again.detail.startswith("already sent")
    assert first.key.startswith("2026-11-21-daily.finance-")
    assert len(mailbox.mails) == 2
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 2


def test_other_figures_are_a_correction_that_names_old_and_new(tmp_path, smtp, mailbox):
    posted(tmp_path, smtp)
    posted(tmp_path, smtp, **RED)

    assert mailbox.subjects() == [
        "2026-11-21: all clear",
        "RED 2026-11-21 corrected: no breaks, 1 control red",
    ]
    for form in ("plain", "html"):
        text = " ".join(mailbox.mails[1].get_body((form,)).get_content().split())
        assert "verdict" in text
        assert "A window is open." in text
    assert "verdict green red" in " ".join(
        mailbox.mails[1].get_body(("plain",)).get_content().split()
    )


def test_figures_that_return_to_what_they_were_are_news_again(tmp_path, smtp, mailbox):
    for change in ({}, RED, {}, {}):
        last = posted(tmp_path, smtp, **change)

    assert last.repeated
    assert [subject.split(":")[0] for subject in mailbox.subjects()] == [
        "2026-11-21", "RED 2026-11-21 corrected", "2026-11-21 corrected",
    ]  # fmt: skip
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == 3


def test_what_never_arrived_is_not_corrected_but_replaced(tmp_path, smtp, mailbox):
    mailbox.answer = "451 later"
    failed = posted(tmp_path, smtp)
    mailbox.answer = "250 taken"
    posted(tmp_path, smtp, **RED)

    assert mailbox.subjects() == ["RED 2026-11-21: no breaks, 1 control red"]
    outbox = Outbox(tmp_path / "outbox")
    assert outbox.all()[failed.key].state == "superseded"
    assert outbox.unsettled() == []
    assert outbox.retry(smtp) == []


def test_a_correction_follows_what_is_in_doubt(tmp_path, smtp, mailbox):
    mailbox.answer = "999 what"
    doubted = posted(tmp_path, smtp)
    mailbox.answer = "250 taken"

    assert doubted.state == "in_doubt"
    assert posted(tmp_path, smtp).state == "in_doubt"
    assert mailbox.mails == []
    posted(tmp_path, smtp, **RED)
    assert mailbox.subjects() == ["RED 2026-11-21 corrected: no breaks, 1 control red"]
    assert [one.key for one in Outbox(tmp_path / "outbox").unsettled()] == [doubted.key]


def test_mails_that_were_only_written_are_no_reason_for_a_correction_by_mail(
    tmp_path, smtp, mailbox
):
    posted(tmp_path, None)
    written = posted(tmp_path, None, **RED)
    sent = posted(tmp_path, smtp, **RED)

    assert (written.state, sent.state) == ("written", "sent")
    assert b"corrected" in written.path.read_bytes()
    assert mailbox.subjects() == ["RED 2026-11-21: no breaks, 1 control red"]


def test_a_failed_mail_is_tried_again_by_a_later_night_for_a_week(tmp_path, smtp, mailbox):
    mailbox.answer = "451 later"
    old = posted(tmp_path, smtp, date="2026-11-01")
    young = posted(tmp_path, smtp, date="2026-11-20")
    state = tmp_path / "outbox" / f"{old.key}.state.json"
    past = (datetime.now(UTC) - timedelta(days=8)).isoformat(timespec="seconds")
    state.write_text(state.read_text().replace(old.at, past))
    mailbox.answer = "250 taken"

    tried = Outbox(tmp_path / "outbox").retry(smtp)

    assert [(one.key, one.state) for one in tried] == [(young.key, "sent")]
    assert mailbox.subjects() == ["2026-11-20: all clear"]
    assert [one.key for one in Outbox(tmp_path / "outbox").unsettled()] == [old.key]
    assert posted(tmp_path, smtp, date="2026-11-20").repeated


def test_trying_again_stops_at_the_first_that_fails_again(tmp_path, smtp, mailbox):
    mailbox.answer = "451 later"
    for day in (18, 19, 20):
        posted(tmp_path, smtp, date=f"2026-11-{day}")

    assert [one.state for one in Outbox(tmp_path / "outbox").retry(smtp)] == ["failed"]


@pytest.mark.parametrize("damaged", ["figures.json.gz", "state.json"])
def test_a_damaged_file_makes_no_double(tmp_path, smtp, mailbox, damaged):
    posted(tmp_path, smtp)
    last = posted(tmp_path, smtp, **RED)
    (tmp_path / "outbox" / f"{last.key}.{damaged}").write_bytes(b"cut")

    assert posted(tmp_path, smtp, **RED).repeated
    assert len(mailbox.mails) == 2
