"""A conversation with a mail server, over a real socket, that goes wrong in every way it can.

The well-behaved server is aiosmtpd; the others follow a script: a reply for each verb, or the line
is dropped there.
"""

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from reports.smtp import SmtpSettings, send, try_out

CERTIFICATE = Path(__file__).parent / "localhost.pem"
MESSAGE = b"Subject: x\r\n\r\nfirst\r\n.second\r\n..third\r\n"
DROP = object()
GOOD = {
    "GREETING": "220 ready",
    "EHLO": "250 server",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "BODY": "250 taken",
    "QUIT": "221 bye",
}


@contextmanager
def scripted(**replies):
    """Serve one conversation: the given replies, else good ones; DROP closes the line."""
    script, heard = GOOD | replies, []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        line, _ = listener.accept()
        with line, line.makefile("rb") as reader:
            verb = "GREETING"
            while script[verb] is not DROP:
                if script[verb]:
                    line.sendall(script[verb].encode() + b"\r\n")
                if verb == "DATA" and script[verb].startswith("354"):
                    body = b""
                    while not body.endswith(b"\r\n.\r\n") and (row := reader.readline()):
                        body += row
                    heard.append(body)
                    verb = "BODY"
                    continue
                said = reader.readline().decode()
                if not said:
                    return
                heard.append(said.strip())
                verb = said.split()[0].upper()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield settings(listener.getsockname()[1]), heard
    finally:
        listener.close()
        thread.join(5)


def settings(port, **other):
    quick = {"scheme": "smtp", "host": "127.0.0.1", "answer_seconds": 2.0, "talk_seconds": 4.0}
    return SmtpSettings(**(quick | {"port": port} | other))


def sent_to(server, *recipients):
    return send(
        MESSAGE,
        sender="recon@shop.test",
        recipients=recipients or ("cfo@shop.test",),
        settings=server,
    )


class Mailbox:
    """A handler of the real server that keeps what it is given."""

    def __init__(self, refused=()):
        self.kept, self.refused = [], refused

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802, ARG002
        if address in self.refused:
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002
        self.kept.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


@contextmanager
def serving(mailbox, **options):
    controller = Controller(mailbox, hostname="127.0.0.1", port=0, **options)
    # Port 0 lets the system choose; the controller's own probe needs the chosen one.
    with socket.create_server(("127.0.0.1", 0)) as free:
        controller.port = free.getsockname()[1]
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def test_the_message_arrives_byte_for_byte():
    mailbox = Mailbox()

    with serving(mailbox) as port:
        outcome = sent_to(settings(port), "a@x.test", "b@x.test")

    assert (outcome.state, outcome.detail) == ("sent", "sent to 2 of 2 recipients")
    assert mailbox.kept == [(["a@x.test", "b@x.test"], MESSAGE)]


def test_a_refused_recipient_is_named_and_the_others_get_it():
    mailbox = Mailbox(refused=("gone@x.test",))

    with serving(mailbox) as port:
        outcome = sent_to(settings(port), "a@x.test", "gone@x.test")

    assert outcome.state == "sent"
    assert outcome.refused == ("gone@x.test (550 no such person)",)
    assert "1 of 2" in outcome.detail
    assert [to for to, _ in mailbox.kept] == [["a@x.test"]]


def test_when_every_recipient_is_refused_nothing_is_sent():
    mailbox = Mailbox(refused=("gone@x.test",))

    with serving(mailbox) as port:
        outcome = sent_to(settings(port), "gone@x.test")

    assert outcome.state == "failed"
    assert "gone@x.test (550 no such person)" in outcome.detail
    assert mailbox.kept == []


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize("reply", ["421 closing", "451 try later", "554 never"])
def test_a_refusal_at_any_verb_is_a_failure_that_may_be_tried_again(verb, reply):
    replies = {verb: reply} | ({"HELO": reply} if verb == "EHLO" else {})

    with scripted(**replies) as (server, _):
        outcome = sent_to(server)

    assert outcome.state == "failed"
    assert reply in outcome.detail


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_line_dropped_before_the_message_is_a_failure(verb):
    with scripted(**{verb: DROP}) as (server, _):
        assert sent_to(server).state == "failed"


@pytest.mark.parametrize("reply", [DROP, "what?", "354 more", "-1 odd"])
def test_a_line_dropped_or_garbled_after_the_message_is_doubt(reply):
    with scripted(BODY=reply) as (server, heard):
        outcome = sent_to(server)

    assert outcome.state == "in_doubt"
    assert heard[-1].endswith(b"\r\n.\r\n") or heard[-2].endswith(b"\r\n.\r\n")


def test_silence_after_the_message_is_doubt_and_silence_before_it_a_failure():
    with scripted(BODY="") as (server, _):
        after = sent_to(settings(server.port, answer_seconds=0.3))
    with scripted(MAIL="") as (server, _):
        before = sent_to(settings(server.port, answer_seconds=0.3))

    assert (after.state, before.state) == ("in_doubt", "failed")
    assert "timed out" in before.detail


def test_an_error_at_the_goodbye_changes_nothing():
    with scripted(QUIT=DROP) as (server, _):
        assert sent_to(server).state == "sent"


def test_a_server_that_answers_for_ever_is_cut_off():
    endless = "\r\n".join(["250-more"] * 20)
    started = time.monotonic()

    with scripted(MAIL=endless) as (server, _):
        outcome = sent_to(settings(server.port, talk_seconds=0.3, answer_seconds=10))

    assert outcome.state == "failed"
    assert time.monotonic() - started < 3


def test_no_server_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert sent_to(settings(port)).state == "failed"


def trusted(monkeypatch):
    """Let this process trust the test's own certificate, as a private authority would be."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def server_context():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


def login(server, session, envelope, mechanism, data):  # noqa: ARG001
    return AuthResult(success=data.login == b"recon" and data.password == b"pa55-word")


def test_tls_is_used_when_offered_and_carries_the_password(monkeypatch):
    trusted(monkeypatch)
    mailbox = Mailbox()

    with serving(
        mailbox, tls_context=server_context(), authenticator=login, auth_required=True
    ) as port:
        server = settings(port, host="localhost", user="recon", password="pa55-word")
        outcome = sent_to(server)
        wrong = sent_to(settings(port, host="localhost", user="recon", password="other-word"))

    assert outcome.state == "sent"
    assert wrong.state == "failed"
    assert "other-word" not in wrong.detail
    assert len(mailbox.kept) == 1


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_certificate_that_is_not_trusted_or_of_another_name_is_a_failure(monkeypatch, host):
    if host == "127.0.0.1":
        trusted(monkeypatch)  # but the certificate names localhost
    mailbox = Mailbox()

    with serving(mailbox, tls_context=server_context()) as port:
        outcome = sent_to(settings(port, host=host))

    assert outcome.state == "failed"
    assert "certificate" in outcome.detail.lower()
    assert mailbox.kept == []


def test_a_password_is_never_said_in_clear_to_another_machine():
    far = SmtpSettings.parse("smtp://recon@mail.shop.test", "pa55-word")
    near = SmtpSettings.parse("smtp://recon@localhost:2525", "pa55-word")

    assert (far.starttls_required, near.starttls_required) == (True, False)


def test_without_tls_a_required_password_is_not_sent(monkeypatch):
    with scripted(EHLO="250-server\r\n250 AUTH PLAIN") as (server, heard):
        far = settings(server.port, user="recon", password="pa55-word")
        monkeypatch.setattr(SmtpSettings, "is_loopback", property(lambda _: False))
        outcome = sent_to(far)

    assert outcome.state == "failed"
    assert "offers no TLS" in outcome.detail
    assert not [said for said in heard if str(said).startswith("AUTH")]


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("smtps://recon@mail.test", ("smtps", "mail.test", 465, "recon")),
        ("smtp://mail.test", ("smtp", "mail.test", 587, "")),
        ("smtp://me%40shop.test@mail.test:25/", ("smtp", "mail.test", 25, "me@shop.test")),
        ("smtp://[::1]:2525", ("smtp", "::1", 2525, "")),
    ],
)
def test_a_url_gives_its_parts(url, parts):
    password = "pa55" if parts[3] else None

    read = SmtpSettings.parse(url, password)

    assert (read.scheme, read.host, read.port, read.user) == parts


def test_a_password_may_stand_in_the_url_and_is_never_shown():
    read = SmtpSettings.parse("smtps://recon:pa%2F55@mail.test")

    assert read.password == "pa/55"
    assert "pa/55" not in repr(read)


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.test",
        "mail.test:25",
        "smtp://",
        "smtp://mail.test:99999",
        "smtp://mail.test/path",
        "smtp://mail.test?starttls=no",
        "smtp://user@mail.test",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url):
    with pytest.raises(ValueError, match="SMTP") as refusal:
        SmtpSettings.parse(url)
    assert "mail.test" not in str(refusal.value)


def test_a_server_is_tried_out_without_a_message():
    with scripted() as (server, heard):
        assert try_out(server) == ""

    assert [said.split()[0].upper() for said in heard] == ["EHLO", "QUIT"]


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ({"GREETING": "554 go away"}, "554 go away"),
        ({"GREETING": DROP}, "closed"),
        ({"EHLO": "502 no", "HELO": "502 no"}, "502 no"),
        ({"EHLO": "250-server\r\n250 STARTTLS", "STARTTLS": "454 not now"}, "454 not now"),
    ],
)
def test_what_a_server_fails_at_when_tried_out_is_said(replies, said):
    with scripted(**replies) as (server, _):
        assert said in try_out(server)


def test_a_login_is_tried_out_over_tls(monkeypatch):
    trusted(monkeypatch)
    options = {"tls_context": server_context(), "authenticator": login, "auth_required": True}
    mailbox = Mailbox()

    with serving(mailbox, **options) as port:
        failed = try_out(settings(port, host="localhost", user="recon", password="pa55-word"))

    assert (failed, mailbox.kept) == ("", [])


def test_a_refused_login_is_said_without_the_password():
    replies = {"EHLO": "250-server\r\n250 AUTH PLAIN", "AUTH": "535 not other-word"}

    with scripted(**replies) as (server, _):
        refused = settings(server.port, user="recon", password="other-word")
        assert try_out(refused) == "535 not ***"
