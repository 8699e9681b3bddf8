"""Who sits at the terminal, and the options that every decision of a person has.

Belongs here: the name of the user, reason and name as options, running a decision and telling of
it. Stays out: what may be decided (`pipelines.night`).
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pipelines.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipelines.night.acting import Decide
    from pipelines.warehouse.decisions import Decision

Command = Callable[..., Any]
SHOWN_AT_MOST = 20


def this_user() -> str:
    """The user that the operating system runs this as; its number where it has no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"


def reasoned(command: Command) -> Command:
    """Give a command the options --reason and --by."""
    by = click.option("--by", metavar="NAME", help="Who decides; default: this user.")
    reason = click.option("--reason", required=True, metavar="TEXT", help="Why, in one sentence.")
    return reason(by(command))


def words_of(reason: str, by: str | None) -> tuple[str, str]:
    """Reason and name as they stand in the record."""
    from pipelines.night.deciding import one_line

    return one_line(reason, "reason"), one_line(this_user() if by is None else by, "name")


def carry_out(decide: Decide, *, settings: Settings | None = None) -> int:
    """Decide, publish and tell; the exit code."""
    from pipelines.definitions import contracts
    from pipelines.night.acting import act

    acted = act(
        settings or load_settings(), contracts(), decide, tell=partial(click.echo, err=True)
    )
    _tell_of(acted.decisions)
    if acted.has_residual:
        click.echo(
            'The residual of the proof is not 0 any more: see `recon sql "select * from '
            "reconciled.proof where line = 'unexplained_residual' and amount <> 0\"`."
        )
    return 3 if acted.has_residual else 0


def _tell_of(decisions: Sequence[Decision]) -> None:
    if not decisions:
        click.echo("Nothing was to be done, and nothing was changed.")
        return
    for one in decisions[:SHOWN_AT_MOST]:
        subject = one.break_id or f"order {one.order_id} and transaction {one.transaction_id}"
        to = f" to {one.assignee}" if one.assignee else ""
        click.echo(f"{one.verb.replace('_', ' ')}: {subject}{to}, by {one.decided_by}")
    if len(decisions) > SHOWN_AT_MOST:
        click.echo(f"… and {len(decisions) - SHOWN_AT_MOST:,} more")
    click.echo("On record, judged and published; the next closing posts what it changed.")
