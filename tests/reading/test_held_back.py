"""`recon orders quarantine`: what it refuses, and what it says of rows of the gateway."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from oracle.makers import make_order, make_world

from pipelines.faults import ReconFault
from pipelines.settings import Places

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
