"""`recon matches`: suggested pairs, ambiguous ones, and pairs that a person links or parts.

Belongs here: arguments and what is printed. Stays out: what may be decided (`pipelines.night`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipelines.cli.person import carry_out, reasoned, words_of
from pipelines.settings import load_settings

if TYPE_CHECKING:
    import duckdb

    from pipelines.warehouse.decisions import Decision

_FORMATS = ("table", "csv", "json")


@click.group()
def matches() -> None:
    """Decide which order and which payment belong together."""


@matches.command("list")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option(
    "--limit", type=click.IntRange(min=0), default=100, show_default=True, help="0 shows all."
)
def list_matches(*, form: str, limit: int) -> None:
    """List the pairs that wait for a decision: suggested ones, and all of ambiguous cases."""
    from pipelines.reading.exceptions import listed_pairs, pairs_waiting
    from pipelines.reading.formats import write
    from pipelines.reading.snapshot import open_snapshot

    with open_snapshot(load_settings().places.published) as published:
        rows = pairs_waiting(published)
    write(listed_pairs(rows), sys.stdout, form=form, limit=limit)


def _decide_on_cases(verb: str, case_ids: Sequence[str], reason: str, *, by: str | None) -> int:
    from pipelines.night.deciding import on_cases

    why, who = words_of(reason, by)

    def decide(published: duckdb.DuckDBPyConnection) -> list[Decision]:
        return on_cases(published, case_ids, verb=verb, reason=why, by=who)

    return carry_out(decide)


def _decide_on_pair(
    verb: str, order_id: str, transaction_id: str, *, reason: str, by: str | None
) -> int:
    from pipelines.night.deciding import on_pair

    why, who = words_of(reason, by)

    def decide(published: duckdb.DuckDBPyConnection) -> list[Decision]:
        return on_pair(published, order_id, transaction_id, verb=verb, reason=why, by=who)

    return carry_out(decide)


@matches.command()
@click.argument("case_ids", metavar="CASE_ID...", nargs=-1, required=True)
@reasoned
@click.pass_context
def accept(ctx: click.Context, *, case_ids: tuple[str, ...], reason: str, by: str | None) -> None:
    """Accept suggested pairs: they belong together from now on."""
    ctx.exit(_decide_on_cases("accept", case_ids, reason, by=by))


@matches.command()
@click.argument("case_ids", metavar="CASE_ID...", nargs=-1, required=True)
@reasoned
@click.pass_context
def reject(ctx: click.Context, *, case_ids: tuple[str, ...], reason: str, by: str | None) -> None:
    """Reject suggested pairs, or every pair of an ambiguous case: never suggest them again."""
    ctx.exit(_decide_on_cases("reject", case_ids, reason, by=by))


@matches.command()
@click.argument("order_id", metavar="ORDER_ID")
@click.argument("transaction_id", metavar="TRANSACTION_ID")
@reasoned
@click.pass_context
def link(
    ctx: click.Context, *, order_id: str, transaction_id: str, reason: str, by: str | None
) -> None:
    """Link an order and a transaction by hand; this wins over everything else."""
    ctx.exit(_decide_on_pair("link", order_id, transaction_id, reason=reason, by=by))


@matches.command()
@click.argument("order_id", metavar="ORDER_ID")
@click.argument("transaction_id", metavar="TRANSACTION_ID")
@reasoned
@click.pass_context
def unlink(
    ctx: click.Context, *, order_id: str, transaction_id: str, reason: str, by: str | None
) -> None:
    """Part an order and a transaction: nothing joins the two again but a link by hand."""
    ctx.exit(_decide_on_pair("unlink", order_id, transaction_id, reason=reason, by=by))
