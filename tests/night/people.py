"""Commands on a store as people give them, and what they left behind: file, actions, states.

There is no gateway and no key: whoever decides asks nothing of either.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
from click.testing import CliRunner, Result
from night.shop import Shop

from assets.contracts.streams import all_contracts
from pipelines.cli import main
from pipelines.night.acting import act
from pipelines.warehouse.verification import verify


def environment(shop: Shop) -> dict[str, str]:
    """Where the store is; there is no key and no gateway."""
    return {
        "RECON_DATA_DIR": str(shop.root),
        "RECON_CONFIG": str(shop.settings.recon_config),
        "KUVARPAY_BASE_URL": "http://127.0.0.1:1",
        "KUVARPAY_API_KEY": "",
    }


def recon(shop: Shop, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment(shop))


def done(shop: Shop, *arguments: str) -> str:
    result = recon(shop, *arguments)
    assert result.exit_code == 0, result.output
    return result.output


def states(shop: Shop) -> dict[str, str]:
    return dict(shop.ask("select break_id, state from reconciled.breaks"))


def lines_of(shop: Shop) -> list[dict[str, Any]]:
    log = shop.root / "actions" / "decisions.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def catch_up(shop: Shop) -> None:
    """A command that decides nothing shows first what was decided before."""
    assert act(shop.settings, all_contracts(), lambda _: [], tell=lambda _: None).decisions == ()


def numbers(shop: Shop, *, working: bool = False) -> list[int]:
    rows = shop.ask("select action_no from ops.actions order by action_no", working=working)
    return [row[0] for row in rows]


def findings(shop: Shop) -> list[str]:
    return [found.what for found in verify(shop.settings.places).open_findings]


def fill_in(file: Path, edits: dict[str, dict[str, str]]) -> None:
    """Fill in what is to be done with some breaks, in a workbook that another program saves."""
    book = openpyxl.load_workbook(io.BytesIO(file.read_bytes()))
    sheet = book["Breaks"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        cells = dict(zip(names, row, strict=True))
        for name, value in edits.get(str(cells["break_id"].value), {}).items():
            cells[name].value = value
    book.save(file)
