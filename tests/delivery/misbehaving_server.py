"""A real mail server in a process of its own that misbehaves as its file `manner` says.

Called as a script with a folder: prints its port, then serves until its input ends. Every message
that it has taken stands in `taken`, one line a recipient, written before any answer: what a server
knows that its client may not. A manner is read when a connection begins.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

CERTIFICATE = Path(__file__).parents[1] / "reports" / "localhost.pem"
SILENCE_SECONDS = 30
# Where the conversation goes wrong, and how: an answer, "drop" or "silence".
MANNERS: dict[str, tuple[str, str]] = {
    "well": ("", ""),
    "greeting refused": ("greeting", "554 not today"),
    "greeting dropped": ("greeting", "drop"),
    "hello refused": ("hello", "502 no"),
    "hello dropped": ("hello", "drop"),
    "tls refused": ("starttls", "454 no TLS now"),
    "tls not trusted": ("tls", ""),
    "tls dropped": ("starttls", "drop"),
    "login refused": ("auth", "535 who are you"),
    "sender put off": ("mail", "451 later"),
    "sender refused": ("mail", "553 never"),
    "sender dropped": ("mail", "drop"),
    "sender unanswered": ("mail", "silence"),
    "recipients refused": ("rcpt", "550 nobody"),
    "one recipient refused": ("one", "550 nobody"),
    "recipient dropped": ("rcpt", "drop"),
    "data put off": ("data", "451 later"),
    "data dropped": ("data", "drop"),
    "message put off": ("body", "451 later"),
    "message refused": ("body", "554 spam"),
    "message lost": ("body", "drop"),
    "taken and dropped": ("taken", "drop"),
    "taken and garbled": ("taken", "what?"),
    "taken and silent": ("taken", "silence"),
    "goodbye dropped": ("quit", "drop"),
}


class Handler:
    """What aiosmtpd asks about a whole message."""

    async def handle_DATA(self, server: Moody, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        """Take the message, or not, and answer, or not."""
        return await server.take(envelope)

    async def handle_exception(self, _: Exception) -> str:
        """A line that broke off is what this server is for."""
        return "451 broken"


class Moody(SMTP):
    """One conversation; the verbs go wrong before aiosmtpd sees them."""

    def __init__(self, folder: Path) -> None:
        place, how = MANNERS[(folder / "manner").read_text()]
        self._place, self._how, self._folder = place, how, folder
        wants_tls = place in ("starttls", "tls")
        super().__init__(
            Handler(),
            hostname="localhost",
            tls_context=_context() if wants_tls else None,
            authenticator=self._login,
            auth_require_tls=False,
            auth_required=place == "auth",
        )

    def _login(self, *_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False, message=self._how)

    async def _handle_client(self) -> None:
        if self._place != "greeting":
            await super()._handle_client()
        elif await self._goes_on("greeting"):
            self.transport.close()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        if await self._goes_on("hello"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        if await self._goes_on("hello"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        if await self._goes_on("starttls"):
            await super().smtp_STARTTLS(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if await self._goes_on("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        is_second = self._place == "one" and "second" in (arg or "")
        if await self._goes_on("one" if is_second else "rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if await self._goes_on("data"):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        if await self._goes_on("quit"):
            await super().smtp_QUIT(arg)

    async def take(self, envelope: Envelope) -> str:
        """Write down who gets the message before anything is answered."""
        if self._place == "body":
            return "" if not await self._goes_on("body", answer=False) else self._how
        content = envelope.content
        assert isinstance(content, bytes)
        name = next(line for line in content.splitlines() if line.startswith(b"Message-ID:"))
        with (self._folder / "taken").open("ab") as taken:
            for recipient in envelope.rcpt_tos:
                taken.write(name + b" " + recipient.encode() + b"\n")
            taken.flush()
            os.fsync(taken.fileno())
        if self._place == "taken":
            return "" if not await self._goes_on("taken", answer=False) else self._how
        return "250 taken"

    async def _goes_on(self, place: str, *, answer: bool = True) -> bool:
        """Whether the verb is handled as usual; else it went wrong here already."""
        if place != self._place:
            return True
        if self._how == "drop":
            self.transport.abort()
            return False
        if self._how == "silence":
            await asyncio.sleep(SILENCE_SECONDS)
            return False
        if answer:
            await self.push(self._how)
        return not answer


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


async def serve(folder: Path) -> None:
    """Serve on a free port of loopback until nobody listens any more."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Moody(folder), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
