"""Damage planted on a copy of a store: one function a kind, which gives what will be said."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import duckdb

from pipelines.settings import Places


def contents(places: Places) -> dict[str, str]:
    return {
        path.relative_to(places.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in places.root.rglob("*")
        if path.is_file() and path.name != "writer.lock"
    }


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def segment_of(places: Places) -> Path:
    return sorted((places.landing / "transactions").rglob("*.zst"))[0]


def export_of(places: Places) -> Path:
    return sorted(places.orders_archive.glob("*.csv"))[0]


def edit(places: Places, statement: str) -> None:
    connection = duckdb.connect(str(places.warehouse))
    connection.execute(statement)
    connection.close()


def flip_landing(places: Places) -> str:
    path = segment_of(places)
    flip(path, path.stat().st_size // 2)
    return f"landing/{path.relative_to(places.landing)} has other bytes than it was written with: a"


def remove_landing(places: Places) -> str:
    path = segment_of(places)
    path.unlink()
    return f"landing/{path.relative_to(places.landing)} is missing"


def flip_export(places: Places) -> str:
    flip(export_of(places), 200)
    return f"orders/archive/{export_of(places).name} has other bytes"


def flip_record(places: Places) -> str:
    record = sorted(places.orders_archive.glob("*.json"))[0]
    record.write_text(record.read_text().replace('"arrival": ', '"arrival": 1'))
    return f"orders/archive/{record.name} has other bytes than it was written with: its record"


def remove_export(places: Places) -> str:
    path = export_of(places)
    path.unlink()
    return f"orders/archive/{path.name} is missing"


def edit_rows(places: Places) -> str:
    edit(places, "update raw.transactions set fiat_amount = '1' where arrival = 1")
    return "Rows of raw.transactions in warehouse.duckdb were changed"


def remove_rows(places: Places) -> str:
    edit(places, "delete from raw.orders where source_row = 2")
    return "raw.orders has "


def remove_warehouse(places: Places) -> str:
    places.warehouse.unlink()
    return "warehouse.duckdb is missing"


def spoil_warehouse(places: Places) -> str:
    flip(places.warehouse, 20)
    return "warehouse.duckdb is no usable database"


def edit_chain(places: Places) -> str:
    chain = places.control / "chain.jsonl"
    lines = chain.read_text().splitlines(keepends=True)
    lines[3] = lines[3].replace('"kind": "', '"kind": "x')
    chain.write_text("".join(lines))
    return "Line 4 of control/chain.jsonl was edited"


def cut_chain(places: Places) -> str:
    chain = places.control / "chain.jsonl"
    chain.write_text("".join(chain.read_text().splitlines(keepends=True)[:-3]))
    return "The end of control/chain.jsonl is cut off"


def lose_key(places: Places) -> str:
    (places.control / "email.key").unlink()
    return "control/email.key is missing"


def replace_key(places: Places) -> str:
    (places.control / "email.key").write_bytes(bytes(32))
    return "control/email.key is not the one"


def delete_wal(places: Places) -> str:
    places.warehouse.with_name("warehouse.duckdb.wal").unlink()
    return "warehouse.duckdb.wal was deleted. It stands at commit 14 (the night of 2026-09-02)"


def cut_wal(places: Places) -> str:
    wal = places.warehouse.with_name("warehouse.duckdb.wal")
    wal.write_bytes(wal.read_bytes()[:-40])
    return "warehouse.duckdb.wal was cut. It stands at commit 14 (the night of 2026-09-02)"


def flip_wal(places: Places) -> str:
    wal = places.warehouse.with_name("warehouse.duckdb.wal")
    flip(wal, wal.stat().st_size // 2)
    return "warehouse.duckdb is no usable database"


def change_figure(places: Places) -> str:
    connection = duckdb.connect(str(places.published))
    connection.execute("update reconciled.breaks set money_impact = 0")
    connection.close()
    return "its figures are not those of the night"


def change_report(places: Places) -> str:
    connection = duckdb.connect(str(places.published))
    connection.execute("update delivered.reports set figures = '{}'")
    connection.close()
    return "was changed after it was published, outside the figures"


def put_older_back(places: Places) -> str:
    shutil.copy(places.root.parent / "older.duckdb", places.published)
    return "is an older one put back"


def spoil_published(places: Places) -> str:
    flip(places.published, 20)
    return "cannot be read"
