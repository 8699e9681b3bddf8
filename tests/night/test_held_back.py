"""Rows that a night holds back come out as a file to mend, and the mended file brings them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from night.exports import HEADER
from night.shop import START, Shop, open_shop

from pipelines.cli import main
from pipelines.reading.story import stories_of
from pipelines.reading.telling import told
from pipelines.warehouse.verification import verify

DAY, NEXT = START, START + timedelta(days=1)
PLACED = f"{DAY}T12:00:00+01:00"
GOOD = f'N-1,awaiting,1000.00,NGN,{PLACED},,,"a, b",\r\n'
SEPARATED = f'N-2,awaiting,"1,000.00",NGN,{PLACED},,,=1+1,ada@shop.example\r\n'
UNKNOWN = f"N-3,payed,5.00,NGN,{PLACED},,,,\r\n"
NAMED = f"extra {DAY}.csv"
WRITTEN = f"extra {DAY}.quarantine-{DAY}.csv"

Recon = Callable[..., Result]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop whose first night held two rows back."""
    with open_shop(tmp_path, days=2, orders_per_day=5) as opened:
        content = f"\ufeff{HEADER}\r\n{GOOD}{SEPARATED}{UNKNOWN}"
        (opened.inbox / NAMED).write_bytes(content.encode())
        opened.close(DAY)
        yield opened


@pytest.fixture
def recon(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recon:
    """Run `recon orders quarantine` in a folder of its own, with the shop's settings."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("RECON_DATA_DIR", str(shop.root))
    monkeypatch.setenv("RECON_ORDERS_DIR", str(shop.inbox))
    return lambda *given: CliRunner().invoke(
        main, ["orders", "quarantine", *given], standalone_mode=False
    )


def page(shop: Shop, day: date) -> str:
    html = (shop.settings.places.reports / str(day) / "daily.html").read_text(encoding="utf-8")
    return html.partition('id="held"')[2].partition("</section>")[0]


def test_rows_held_back_are_mended_in_their_export_and_taken_in(shop: Shop, recon: Recon) -> None:
    assert "2 rows of 1 source are held back" in page(shop, DAY)
    assert f'recon orders quarantine --file "{NAMED}"' in page(shop, DAY).replace("&#34;", '"')

    output = recon().output
    assert f"{NAMED}: 2 rows held back, written to {WRITTEN} as they came." in output
    assert 'line 4, N-3: status "payed"' in output
    written = Path(WRITTEN)
    assert written.read_bytes() == f"\ufeff{HEADER}\r\n{SEPARATED}{UNKNOWN}".encode()
    assert written.stat().st_mode & 0o777 == 0o600

    mended = written.read_bytes().replace(b'"1,000.00"', b"1000.00").replace(b"payed", b"awaiting")
    (shop.inbox / WRITTEN).write_bytes(mended)
    night = shop.close(NEXT)
    assert night.published.reasons == ()
    assert shop.ask(
        "select order_id, amount, source_row from validated.orders where order_id like 'N-%' "
        "order by order_id"
    ) == [("N-1", Decimal(1000), 2), ("N-2", Decimal(1000), 2), ("N-3", Decimal(5), 3)]
    assert shop.ask(
        "select source_row, mended_source, mended_row from reconciled.mended_rows "
        "order by source_row"
    ) == [(3, WRITTEN, 2), (4, WRITTEN, 3)]
    assert shop.ask(
        "select distinct state from reconciled.breaks where code = 'VALIDATION_FAILED'"
    ) == [("auto_resolved",)]
    assert "Nothing is held back" in page(shop, NEXT)
    assert "2 rows held back before" in page(shop, NEXT)
    assert f"{WRITTEN} line 3" in page(shop, NEXT)
    assert f"mended by {WRITTEN} line 2" in told(stories_of(shop.settings.places, "N-2"))
    assert verify(shop.settings.places).open_findings == []
    assert recon().output == "Nothing is held back.\n"
