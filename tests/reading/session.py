"""A reader in a process of its own: sessions on the published file, and what they saw.

`session.py FILE hold` keeps one session open and looks again twice a second, `session.py FILE come`
opens a new one every 50 ms, both until a line comes in, and once after it; then one line of JSON
tells what was seen. One process opens a file once only, so each reader is one.
"""

from __future__ import annotations

import json
import select
import sys
from collections.abc import Iterator

import duckdb

# Two sums that the test keeps equal, whatever it publishes.
TOTALS = """
    select
        (select sum(amount) from validated.orders)::bigint,
        (select sum(fiat_amount) from validated.transactions)::bigint
"""


def seen_by_one(file: str) -> Iterator[tuple[int, int]]:
    with duckdb.connect(file, read_only=True) as connection:
        while True:
            yield connection.execute(TOTALS).fetchone()  # type: ignore[misc]


def seen_by_many(file: str) -> Iterator[tuple[int, int]]:
    while True:
        yield next(seen_by_one(file))


def main(file: str, manner: str) -> None:
    seen, seconds = (seen_by_one(file), 0.5) if manner == "hold" else (seen_by_many(file), 0.05)
    told: dict[str, list] = {"totals": [], "errors": []}
    is_over = False
    while not told["errors"]:
        try:
            told["totals"].append(next(seen))
        except duckdb.Error as wrong:
            told["errors"].append(str(wrong))
        if is_over:
            break
        if len(told["totals"]) == 1:
            print("open", flush=True)
        is_over = bool(select.select([sys.stdin], [], [], seconds)[0])
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
