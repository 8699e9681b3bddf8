"""`recon orders quarantine`: what it refuses, and what it says of rows of the gateway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from oracle.makers import make_order, make_world

from pipelines.faults import ConfigurationFault, ReconFault
from pipelines.orders.archive import OrderArchive
from pipelines.reading.held_back import HeldRow, HeldSource, mending_file
from pipelines.settings import Places, Settings

Recon = Callable[..., Result]
DAY = "2020-01-01"
WRITTEN = f"orders.quarantine-{DAY}.csv"


def held(stream: str, source: str, line: int) -> tuple[str, str]:
    """Statements that hold a row back and keep a break open for it."""
    case = f"row:{stream}:d{line}:{line}"
    return (
        f"insert into validated.quarantine values ('{stream}', '{source}', 'd{line}', {line}, "
        "'K9', 'amount is empty.', [], '2026-11-01 00:00+00')",
        "insert into reconciled.breaks by name select * replace ("
        f"'brk_{line}' as break_id, '{case}' as case_id, 'VALIDATION_FAILED' as code, "
        f"date '{DAY}' as business_date, 'open' as state) "
        "from reconciled.breaks where case_id = 'order:K1'",
    )


@pytest.fixture(scope="module")
def store(published: Callable[..., Places]) -> Places:
    """Two exports with a row each, and a row of the gateway."""
    return published(
        make_world(orders=[make_order()]),
        *held("orders", "orders.csv", 3),
        *held("orders", "orders.xlsx", 4),
        *held("transactions", "landing/1", 5),
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--file", "orders.csv"], f"{WRITTEN} is there already and is not overwritten."),
        (["--file", "none.csv"], "No order file of that name was taken in."),
        (["--date", DAY, "--out", "a.csv"], "--out names one file, and rows of 2 exports are"),
        (["--file", "orders.csv", "--out", "mended.csv"], f"The name must end in {DAY}.csv"),
        (["--file", "orders.csv", "--out", f"1{DAY}.csv"], f"The name must end in {DAY}.csv"),
        (["--file", "orders.xlsx", "--out", f"{DAY}.xlsx"], f"The name must end in {DAY}.csv"),
        (["--file", "orders.csv", "--out", f"[1] {DAY}.csv"], "The inbox would refuse"),
        (["--file", "orders.csv", "--out", f"no/{DAY}.csv"], "There is no folder no."),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_written(
    store: Places,
    recon: Recon,
    fault_of: Callable[[Result], ReconFault],
    given: list[str],
    said: str,
) -> None:
    Path(WRITTEN).write_text("half mended")
    fault = fault_of(recon(store, "quarantine", *given))
    assert said in fault.sentence
    assert fault.exit_code == 2
    assert [(path.name, path.read_text()) for path in Path().iterdir()] == [
        (WRITTEN, "half mended")
    ]


def test_the_inbox_is_no_place_to_mend_in(
    store: Places, recon: Recon, fault_of: Callable[[Result], ReconFault]
) -> None:
    store.orders_inbox.mkdir(parents=True, exist_ok=True)
    given = ("--file", "orders.csv", "--out", str(store.orders_inbox / WRITTEN))
    assert "In the inbox" in fault_of(recon(store, "quarantine", *given)).sentence


def test_rows_of_the_gateway_are_told_and_not_written(store: Places, recon: Recon) -> None:
    result = recon(store, "quarantine", "--file", "landing/1")
    assert result.output.splitlines() == [
        "transactions: 1 row of the gateway is held back. The shop cannot mend what the gateway"
        " sends: it is taken in when the gateway sends it right.",
        "  K9: amount is empty.",
    ]
    assert list(Path().iterdir()) == []


def test_a_date_without_rows_held_back_says_so(store: Places, recon: Recon) -> None:
    assert recon(store, "quarantine", "--date", "2020-01-02").output == "Nothing is held back.\n"


NAMES = (
    "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,customer_email"
)
ROW = "K2,awaiting,5.001,NGN,2026-11-20T09:30:00Z,,,=1+1,"
MAPPING = '[orders.shop]\ndelimiter = ";"\nfiles = "{files}"\n'


def kept(root: Path, name: str, content: bytes, policy: str = "") -> tuple[Settings, HeldSource]:
    """A store that has taken this export in and holds its second row back."""
    (root / "recon.toml").write_text(policy)
    settings = Settings(recon_data_dir=root / "data", recon_config=root / "recon.toml")
    file = OrderArchive(settings.places.orders_archive).open().keep(name, BytesIO(content))
    rows = (HeldRow(2, "K2", "amount has more digits."),)
    return settings, HeldSource("orders", name, file.digest, date(2026, 11, 20), rows)


def test_rows_of_parquet_come_as_a_file_in_the_generic_layout(tmp_path: Path) -> None:
    rows = [ROW.replace("K2", "K1").split(","), ROW.split(",")]
    pl.DataFrame(rows, schema=NAMES.split(","), orient="row").write_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    settings, source = kept(tmp_path, "a.parquet", content)
    assert source.export_name() == "a.quarantine-2026-11-20.csv"
    made = mending_file(settings, source, named=source.export_name())
    assert made.content.decode() == f"{NAMES}\n{ROW}\n"
    assert (made.is_as_it_came, made.read.layout) == (False, "generic")
    assert made.read.quarantined["key"].to_list() == ["K2"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("a.csv", "would not be read in the layout shop"),
        ("b.csv", "a.csv cannot be read under the recon.toml in force"),
    ],
    ids=["a mapping for the export alone", "no mapping any more"],
)
def test_a_file_that_would_be_read_otherwise_is_not_made(
    tmp_path: Path, files: str, said: str
) -> None:
    content = f"{NAMES}\n{ROW}\n".replace(",", ";").encode()
    settings, source = kept(tmp_path, "a.csv", content, MAPPING.format(files=files))
    with pytest.raises(ConfigurationFault) as refused:
        mending_file(settings, source, named=source.export_name())
    assert said in refused.value.sentence


def test_rows_of_a_workbook_of_a_mapping_are_written_under_a_name_that_is_not_its_own(
    tmp_path: Path,
) -> None:
    rows = [ROW.replace("K2", "K1").split(","), ROW.split(",")]
    pl.DataFrame(rows, schema=NAMES.split(","), orient="row").write_parquet(tmp_path / "a.parquet")
    content = (tmp_path / "a.parquet").read_bytes()
    policy = '[orders.shop]\nprefix = "S-"\nfiles = "a*"\n'
    settings, source = kept(tmp_path, "a.parquet", content, policy)
    named = source.export_name()
    with pytest.raises(ConfigurationFault, match="not be read in the layout generic") as refused:
        mending_file(settings, source, named=named)
    assert f"fits no `files` of a mapping in recon.toml, such as mended-{named};" in str(
        refused.value.remedy
    )
    made = mending_file(settings, source, named=f"mended-{named}")
    assert made.read.quarantined["key"].to_list() == ["S-K2"]
