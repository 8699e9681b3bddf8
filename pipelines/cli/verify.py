"""`recon verify`: whether everything that is kept is as it was left, and going on where it is not.

Belongs here: arguments and what is printed. Stays out: the checks (`warehouse.verification`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from pipelines.cli.person import this_user
from pipelines.faults import ConfigurationFault
from pipelines.settings import load_settings

if TYPE_CHECKING:
    from pipelines.warehouse.verification.findings import Check, Finding, Verification

SHOWN_AT_MOST = 20


@click.command()
@click.option("--accept", "reason", metavar="REASON", help="Go on with the store as it stands.")
@click.option("--by", metavar="NAME", help="Who accepts; default: the operating system's user.")
@click.pass_context
def verify(ctx: click.Context, *, reason: str | None, by: str | None) -> None:
    """Check the control chain, totals and digests; say what does not hold and what to do.

    Nothing is changed. A damaged store publishes again only after --accept, which is kept for ever
    with REASON and NAME.
    """
    from pipelines.warehouse import verification
    from pipelines.warehouse.verification.acceptance import accept

    places = load_settings().places
    if reason is None:
        if by is not None:
            raise ConfigurationFault("--by names who accepts.", "Give --accept REASON with it.")
        found = verification.verify(places, on_wait=partial(click.echo, err=True))
    else:
        who = this_user() if by is None else by
        found = accept(
            places,
            reason=reason,
            by=who,
            at=datetime.now(UTC),
            on_wait=partial(click.echo, err=True),
        )
    for line in _told(found):
        click.echo(line)
    number = len(found.open_findings)
    click.echo("")
    click.echo(_ending(number, is_accepted=reason is not None))
    ctx.exit(1 if number and reason is None else 0)


def _told(found: Verification) -> Iterator[str]:
    """One line a check, and below it what does not hold, what was accepted, what to know."""
    for check in found.checks:
        findings = found.open_of(check)
        yield f"{'no ' if findings else 'yes'}  {check.subject}{_of(findings)}"
        yield from _below(found, check)
    for acceptance in found.acceptances:
        yield f"     accepted {acceptance.at[:16]} by {acceptance.by}: {acceptance.reason}"
        yield from _capped([f"       - {one['what']}" for one in acceptance.findings])


def _of(findings: list[Finding]) -> str:
    if len(findings) == 1:
        return f": {findings[0].what} {findings[0].remedy}"
    return f": {len(findings)} findings" if findings else ""


def _below(found: Verification, check: Check) -> Iterator[str]:
    findings = found.open_of(check)
    if findings[1:]:
        yield from _capped([f"     - {one.what} {one.remedy}" for one in findings])
    held_over = [one for one in check.findings if one not in findings]
    yield from _capped([f"     accepted: {one.what}" for one in held_over])
    yield from (f"     note: {note}" for note in check.notes)


def _capped(lines: list[str]) -> Iterator[str]:
    yield from lines[:SHOWN_AT_MOST]
    if lines[SHOWN_AT_MOST:]:
        yield f"     … and {len(lines) - SHOWN_AT_MOST} more"


def _ending(number: int, *, is_accepted: bool) -> str:
    if not number:
        return "Everything that is kept is as it was left, or was accepted."
    findings = "1 finding" if number == 1 else f"{number} findings"
    if is_accepted:
        return f"Accepted: {findings}. Nights publish again from the store as it stands."
    return f"{findings}. Do what the lines say, or accept them: recon verify --accept REASON."
