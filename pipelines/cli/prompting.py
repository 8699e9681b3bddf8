"""The prompt of `recon sql`: statement after statement, each from the newest snapshot.

Belongs here: reading a statement with history and completion, and going on after a mistake or
Ctrl-C. Stays out: answering it (`answering`), and which words are proposed (`pipelines.reading`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.answering import Answering
from pipelines.faults import ReconFault

if TYPE_CHECKING:
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

_LEAVE = ("exit", "quit", r"\q")
_MARK, _MARK_WITHIN = "recon> ", "   ...> "


def prompt(answering: Answering) -> None:
    """Answer statements until the input ends; Ctrl-C stops what runs or is being written."""
    click.echo("Read-only; a statement ends with ; and \\q or Ctrl-D leaves.", err=True)
    read = _reader(answering.path)
    while True:
        try:
            text = read()
            if text.strip().rstrip(";").lower() in _LEAVE:
                return
            if text.strip():
                answering.answer(text, {})
        except EOFError:
            click.echo(err=True)
            return
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
        except ReconFault as fault:
            click.echo(str(fault), err=True)


def _reader(path: Path) -> Callable[[], str]:
    """What reads one statement: with history and completion where there is a terminal."""
    if not sys.stdout.isatty():
        return _read_plainly
    from prompt_toolkit import PromptSession

    from pipelines.cli.completing import SqlCompleter

    session: PromptSession[str] = PromptSession(
        history=_history(),
        completer=SqlCompleter(path),
        complete_while_typing=False,
        multiline=True,
        prompt_continuation=_MARK_WITHIN,
        key_bindings=_enter_ends_a_statement(),
    )
    return lambda: session.prompt(_MARK)


def _read_plainly() -> str:
    lines: list[str] = []
    while not _is_whole("\n".join(lines)):
        lines.append(input(_MARK_WITHIN if lines else _MARK))
    return "\n".join(lines)


def _is_whole(text: str) -> bool:
    bare = text.strip()
    return bare.endswith(";") or bare.lower() in _LEAVE


def _enter_ends_a_statement() -> KeyBindings:
    """Enter sends a statement that ends, and begins a line within one that does not."""
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()

    @bindings.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        is_blank = not buffer.text.strip()
        if is_blank or (_is_whole(buffer.text) and not buffer.document.text_after_cursor.strip()):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    return bindings


def _history() -> History:
    """Statements of former sessions, kept for their owner only; of this one where none can be."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    file = Path(state) / "recon" / "sql_history"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(file)
