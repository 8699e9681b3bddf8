"""Delivery that never doubles: every state, and what a kill in each of them leaves behind."""

import email
import fcntl
import json
import os
import stat
from email import policy

import pytest

from reports.figures import quiet_day
from reports.mail import compose_report, delivery_key
from reports.outbox import Outbox, OutboxBusy

STATES = ("prepared", "sending", "sent", "in_doubt", "failed", "written")


def a_message(date="2026-11-21", **change):
    return compose_report(
        quiet_day(date) | change, sender="recon@shop.test", recipients=["cfo@shop.test"]
    )


def delivered(root, smtp, message=None):
    message = message or a_message()
    return Outbox(root / "outbox").deliver(message, key=delivery_key(message), smtp=smtp)


def left_behind(root, state, message=None):
    """Leave the files of a delivery as a process killed in this state would."""
    message = message or a_message()
    folder = root / "outbox"
    folder.mkdir(exist_ok=True)
    key = delivery_key(message)
    (folder / f"{key}.eml").write_bytes(message.as_bytes())
    stored = {"state": state, "message_id": message["Message-ID"], "detail": "as it was"}
    content = json.dumps(stored | {"refused": [], "at": "2026-11-22T01:00:00+00:00"})
    (folder / f"{key}.state.json").write_text(content)


def test_without_a_server_the_mail_is_kept_as_a_file_for_the_owner_only(tmp_path):
    first = delivered(tmp_path, None)
    second = delivered(tmp_path, None)

    assert (first.state, first.repeated) == ("written", False)
    assert (second.state, second.repeated) == ("written", True)
    assert second.detail.startswith("already written")
    assert stat.S_IMODE(first.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.path.parent.stat().st_mode) == 0o700
    read = email.message_from_bytes(first.path.read_bytes(), policy=policy.default)
    assert read["Subject"] == "2026-11-21: all clear"
    assert first.path.read_bytes() == a_message().as_bytes()


def test_a_mail_is_sent_once_however_often_the_night_runs(tmp_path, smtp, mailbox):
    states = [delivered(tmp_path, smtp) for _ in range(3)]

    assert [(one.state, one.repeated) for one in states] == [
        ("sent", False), ("sent", True), ("sent", True),
    ]  # fmt: skip
    assert states[1].detail == "already sent: sent to 1 of 1 recipients"
    assert mailbox.kept == [a_message().as_bytes()]


def test_other_figures_are_another_mail(tmp_path, smtp, mailbox):
    delivered(tmp_path, smtp)
    red = {"verdict": {"state": "red", "reasons": ["A window is open."]}}

    second = delivered(tmp_path, smtp, a_message(**red))

    assert (second.state, second.repeated) == ("sent", False)
    assert len(mailbox.kept) == 2


def test_a_mail_that_was_only_written_is_sent_once_a_server_is_set(tmp_path, smtp, mailbox):
    delivered(tmp_path, None)

    assert delivered(tmp_path, smtp).state == "sent"
    assert delivered(tmp_path, None).detail.startswith("already sent")
    assert len(mailbox.kept) == 1


def test_a_refused_mail_failed_and_may_be_tried_again(tmp_path, smtp, mailbox):
    mailbox.answer = "451 greylisted"
    first = delivered(tmp_path, smtp)
    mailbox.answer = "250 taken"

    second = delivered(tmp_path, smtp)

    assert first.state == "failed"
    assert "451 greylisted" in first.detail
    assert (second.state, second.repeated) == ("sent", False)
    assert len(mailbox.kept) == 1


@pytest.mark.parametrize(
    ("state", "mails", "after"),
    [
        ("prepared", 1, "sent"),
        ("failed", 1, "sent"),
        ("written", 1, "sent"),
        ("sending", 0, "in_doubt"),
        ("in_doubt", 0, "in_doubt"),
        ("sent", 0, "sent"),
    ],
)
def test_after_a_kill_in_any_state_no_mail_goes_twice(tmp_path, smtp, mailbox, state, mails, after):
    left_behind(tmp_path, state)

    outcomes = [delivered(tmp_path, smtp).state for _ in range(3)]

    assert outcomes == [after] * 3
    assert len(mailbox.kept) == mails


def test_a_kill_before_the_first_state_loses_nothing(tmp_path, smtp, mailbox):
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / f"{delivery_key(a_message())}.eml").write_bytes(b"cut")

    assert delivered(tmp_path, smtp).state == "sent"
    assert mailbox.kept == [a_message().as_bytes()]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"state": "sent"}'])
def test_a_state_that_cannot_be_read_is_doubt(tmp_path, smtp, mailbox, content):
    left_behind(tmp_path, "sent")
    [path] = (tmp_path / "outbox").glob("*.state.json")
    path.write_text(content)

    assert delivered(tmp_path, smtp).state == "in_doubt"
    assert mailbox.kept == []


def test_what_is_not_settled_is_shown_to_the_next_night(tmp_path):
    for day, state in enumerate(STATES, start=10):
        left_behind(tmp_path, state, a_message(f"2026-11-{day}"))

    unsettled = Outbox(tmp_path / "outbox").unsettled()

    assert [(one.path.name[:10], one.state) for one in unsettled] == [
        ("2026-11-10", "prepared"),
        ("2026-11-11", "in_doubt"),
        ("2026-11-13", "in_doubt"),
        ("2026-11-14", "failed"),
    ]
    assert "may have arrived" in unsettled[1].detail
    assert Outbox(tmp_path / "nothing").unsettled() == []


def test_two_processes_do_not_deliver_at_once(tmp_path):
    outbox = Outbox(tmp_path / "outbox", lock_seconds=0.2)
    delivered(tmp_path, None)
    handle = os.open(tmp_path / "outbox" / ".lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)

    with pytest.raises(OutboxBusy):
        outbox.deliver(a_message(), key="2026-11-21-daily-0", smtp=None)
    os.close(handle)

    assert outbox.deliver(a_message(), key="2026-11-21-daily-0", smtp=None).state == "written"


@pytest.mark.parametrize("key", ["", "../x", "a/b", ".hidden", "a\n", "x" * 200])
def test_a_key_that_is_a_path_is_refused(tmp_path, key):
    with pytest.raises(ValueError, match="cannot name a message"):
        Outbox(tmp_path / "outbox").deliver(a_message(), key=key, smtp=None)
