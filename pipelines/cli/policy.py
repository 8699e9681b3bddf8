"""`recon policy`: what a changed `recon.toml` would change, before a night is judged by it.

Belongs here: arguments, the sentences, and the forms of the answer. Stays out: judging
(`pipelines.night.previewing`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.settings import load_settings
from reports.wording import counted, plain

if TYPE_CHECKING:
    from pipelines.night.previewing import Preview, Setting

Row = dict[str, Any]
_FORMATS = ("text", "csv", "json")
_SHOWN = (
    ("case_id", "case_id"),
    ("code_before", "code before"),
    ("code_after", "code after"),
    ("currency", "currency"),
    ("money_impact_before", "impact before"),
    ("money_impact_after", "impact after"),
    ("state_before", "state before"),
    ("state_after", "state after"),
    ("match_status_before", "status before"),
    ("match_status_after", "status after"),
)
_MONEY = ("money_impact_before", "money_impact_after")


@click.group()
def policy() -> None:
    """Look at policy before it is applied."""


@policy.command()
@click.argument(
    "file",
    metavar="[NEW.toml]",
    required=False,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Cases that the text shows; 0 shows all. Other formats always give all.",
)
def diff(*, file: Path | None, form: str, limit: int) -> None:
    """Tell what a changed policy would change in the results.

    The book is judged twice over a copy of the store, at the as-of that it has: by the policy of
    the last closing and by NEW.toml (default: the recon.toml in place). Nothing is changed.
    """
    from pipelines.definitions import contracts
    from pipelines.night.previewing import preview
    from pipelines.policy import load_policy

    settings = load_settings()
    proposed = load_policy(file or settings.recon_config)
    found = preview(settings, proposed, contracts(), tell=partial(click.echo, err=True))
    if form == "json":
        click.echo(_as_json(found))
    elif form == "csv":
        _write_table(_texts(found.cases), tuple(_columns()), form="csv", limit=0)
    else:
        _write_text(found, limit=limit)


def _columns() -> Iterator[str]:
    """The columns of a changed case, in the order of the CSV form."""
    yield from ("case_id", "break_id", "business_date", "order_id", "transaction_id")
    for name in ("match_status", "code", "secondary_codes"):
        yield from (f"{name}_before", f"{name}_after")
    yield "currency"
    for name in ("money_impact", "severity", "state"):
        yield from (f"{name}_before", f"{name}_after")
    yield "detail"


def _texts(rows: Sequence[Row]) -> list[Row]:
    """Rows with their amounts as exact text, in the minor units of their currency."""
    from pipelines.reading.exceptions import amount_text

    return [
        {
            **row,
            **{
                name: None if row[name] is None else amount_text(row[name], row["currency"] or "")
                for name in _MONEY
            },
        }
        for row in rows
    ]


def _as_json(found: Preview) -> str:
    from pipelines.reading.cells import json_value

    told = {
        **asdict(found),
        "cases": _texts(found.cases),
        "totals": _texts(found.totals),
        "summary": list(sentences(found)),
    }
    return json.dumps(json_value(told), indent=2)


def _write_text(found: Preview, *, limit: int) -> None:
    for sentence in sentences(found):
        click.echo(plain(sentence))
    for setting in found.settings:
        click.echo(plain(f"  {setting.name}: {_shown(setting.before)} → {_shown(setting.after)}"))
    if not found.cases:
        return
    click.echo("\nOpen breaks by code and currency")
    columns = ("code", "currency", "breaks_before", "breaks_after", *_MONEY)
    _write_table(_texts(found.totals), columns, form="table", limit=0)
    click.echo("\nCases by match status")
    _write_table(
        found.statuses, ("match_status", "cases_before", "cases_after"), form="table", limit=0
    )
    click.echo("\nCases that would stand otherwise, the greatest money first")
    _write_table(_texts(found.cases), tuple(name for name, _ in _SHOWN), form="table", limit=limit)


def _write_table(rows: Sequence[Row], columns: tuple[str, ...], *, form: str, limit: int) -> None:
    from pipelines.reading.formats import write
    from pipelines.reading.queries import Answer

    heads = dict(_SHOWN) if form == "table" else {}
    names = tuple(heads.get(name, name.replace("_", " ") if heads else name) for name in columns)
    types = tuple(
        "DECIMAL" if name in _MONEY or name.startswith(("breaks_", "cases_")) else "VARCHAR"
        for name in columns
    )
    lines = iter([tuple(row[name] for name in columns) for row in rows])
    write(Answer(names, types, lines), sys.stdout, form=form, limit=limit)


def sentences(found: Preview) -> Iterator[str]:
    """What a person reads first: what was compared, and whether anything would change."""
    yield (
        f"As of {found.as_of:%Y-%m-%d %H:%M} UTC: policy {found.policy_before} of the last "
        f"closing, compared with {found.policy_after}."
    )
    if found.policy_before == found.policy_after:
        yield "Nothing changes: it is the policy in force."
        return
    if not found.cases:
        yield "Nothing changes: every case keeps code, impact, severity, state and status."
    else:
        changed = counted(len(found.cases), "case stands", "cases stand")
        yield f"{changed} otherwise under the changed policy."
    if found.reworded:
        stays = "break names another threshold and otherwise stays as it is"
        stay = "breaks name another threshold and otherwise stay as they are"
        yield f"{counted(found.reworded, f'further {stays}', f'further {stay}')}."
    yield from _not_judged(found.settings)


def _not_judged(settings: Sequence[Setting]) -> Iterator[str]:
    """What the judgement of a held book cannot show of the changes."""
    from pipelines.night.previewing import NOT_JUDGED

    sections = sorted({setting.name.split(".")[0].split("[")[0] for setting in settings})
    shown = [name for name in sections if name in NOT_JUDGED]
    if shown:
        yield (
            f"What changes in [{'], ['.join(shown)}] moves no judgement of what is held: it holds "
            "for exports, quotes, decisions and mails that come later."
        )


def _shown(value: object) -> str:
    return "not set" if value is None else str(value)
