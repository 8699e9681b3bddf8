"""One fault in an export with known truth: 28 classes of what happens to files on their way.

Belongs here: making a seeded export and damaging it once. Stays out: reading it (`test_planting`).
Each damage takes dice and lines (with their line ends) and gives the bytes of the damaged file.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

HEADER = (
    "order_id,status,amount,currency,placed_at,paid_at,session_ids,transaction_ref,customer_email"
)
_DIGITS = {"NGN": 2, "KES": 2, "UGX": 0, "TND": 3}
Lines = list[str]
Order = tuple[str, str, Decimal, str, datetime, datetime | None, str, str, str]


@dataclass(frozen=True)
class Book:
    """An export and what is true of it: by row, every cell's meaning."""

    lines: Lines
    orders: list[Order]

    @property
    def content(self) -> bytes:
        return "".join(self.lines).encode()


def book_of(dice: random.Random) -> Book:
    """An export of twenty to forty orders."""
    orders = [_order(dice, number) for number in range(dice.randint(20, 40))]
    return Book([f"{HEADER}\n", *(_line(dice, order) for order in orders)], orders)


def _order(dice: random.Random, number: int) -> Order:
    currency = dice.choice(list(_DIGITS))
    amount = Decimal(dice.randint(1_000_000, 99_999_999)).scaleb(-_DIGITS[currency])
    placed = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=dice.randint(0, 2_000_000))
    status = dice.choice(["awaiting", "paid", "fulfilled", "cancelled", "refunded"])
    paid = placed + timedelta(minutes=dice.randint(1, 60)) if status != "awaiting" else None
    return (
        f"KP-{number:05}",
        status,
        amount,
        currency,
        placed,
        paid,
        f"cs_{dice.getrandbits(48):012x}",
        f"trxn_{dice.getrandbits(40):010x}" if dice.random() < 0.5 else f"réf {number}",
        f"c{dice.randint(1, 999)}@shop.example",
    )


def _line(dice: random.Random, order: Order) -> str:
    lagos = timezone(timedelta(hours=1))
    order_id, status, amount, currency, placed, paid, sessions, reference, email = order
    told = [moment.astimezone(lagos).isoformat() if moment else "" for moment in (placed, paid)]
    # One in four references is quoted without need, as some exporters do.
    shown = f'"{reference}"' if dice.random() < 0.25 else reference
    cells = [order_id, status, f"{amount:f}", currency, *told, sessions, shown, email]
    return ",".join(cells) + "\n"


def _bytes(lines: Lines) -> bytes:
    return "".join(lines).encode()


def _row(dice: random.Random, lines: Lines) -> int:
    return dice.randrange(1, len(lines))


def _with_cell(
    dice: random.Random, lines: Lines, column: int, change: Callable[[str], str]
) -> bytes:
    row = _row(dice, lines)
    cells = lines[row].rstrip("\n").split(",")
    cells[column] = change(cells[column])
    return _bytes([*lines[:row], ",".join(cells) + "\n", *lines[row + 1 :]])


def cut_anywhere(dice: random.Random, lines: Lines) -> bytes:
    content = _bytes(lines)
    return content[: dice.randrange(1, len(content) - 1)]


def final_line_end_lost(dice: random.Random, lines: Lines) -> bytes:
    del dice
    return _bytes(lines)[:-1]


def row_dropped(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    return _bytes(lines[:row] + lines[row + 1 :])


def row_doubled_with_another_amount(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    cells = lines[row].split(",")
    again = ",".join([*cells[:2], f"9{cells[2]}", *cells[3:]])
    return _bytes([*lines, again])


def row_broken_in_two(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    place = dice.randrange(1, len(lines[row]) - 1)
    broken = f"{lines[row][:place]}\n{lines[row][place:]}"
    return _bytes([*lines[:row], broken, *lines[row + 1 :]])


def two_rows_joined(dice: random.Random, lines: Lines) -> bytes:
    row = dice.randrange(1, len(lines) - 1)
    return _bytes([*lines[:row], lines[row].rstrip("\n"), *lines[row + 1 :]])


def delimiter_lost(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    places = [place for place, mark in enumerate(lines[row]) if mark == ","]
    place = dice.choice(places)
    return _bytes([*lines[:row], lines[row][:place] + lines[row][place + 1 :], *lines[row + 1 :]])


def delimiter_added(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    # Within quotes it would be no delimiter.
    places = [at for at in range(len(lines[row]) - 1) if lines[row].count('"', 0, at) % 2 == 0]
    place = dice.choice(places)
    return _bytes([*lines[:row], f"{lines[row][:place]},{lines[row][place:]}", *lines[row + 1 :]])


def cell_lost_and_the_row_filled_up(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    cells = lines[row].rstrip("\n").split(",")
    del cells[dice.randrange(len(cells) - 1)]
    return _bytes([*lines[:row], ",".join([*cells, ""]) + "\n", *lines[row + 1 :]])


def header_names_swapped(dice: random.Random, lines: Lines) -> bytes:
    names = HEADER.split(",")
    one, other = dice.sample(range(len(names)), 2)
    names[one], names[other] = names[other], names[one]
    return _bytes([",".join(names) + "\n", *lines[1:]])


def header_lost(dice: random.Random, lines: Lines) -> bytes:
    del dice
    return _bytes(lines[1:])


def header_repeated_within(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    return _bytes([*lines[:row], lines[0], *lines[row:]])


def another_delimiter(dice: random.Random, lines: Lines) -> bytes:
    return _bytes(lines).replace(b",", dice.choice([b";", b"\t", b"|"]))


def decimal_comma(dice: random.Random, lines: Lines) -> bytes:
    return _with_cell(dice, lines, 2, lambda amount: f'"{amount.replace(".", ",")},0"')


def thousands_separated(dice: random.Random, lines: Lines) -> bytes:
    mark = dice.choice([" ", "'", "\u00a0"])
    return _with_cell(dice, lines, 2, lambda amount: f"{amount[:1]}{mark}{amount[1:]}")


def exponent(dice: random.Random, lines: Lines) -> bytes:
    return _with_cell(dice, lines, 2, lambda amount: f"{Decimal(amount):.2e}")


def digit_changed_in_an_amount(dice: random.Random, lines: Lines) -> bytes:
    def change(amount: str) -> str:
        digit = int(amount[0])
        return str(dice.choice([one for one in range(1, 10) if one != digit])) + amount[1:]

    return _with_cell(dice, lines, 2, change)


def saved_as_latin_1(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    lines = [*lines[:row], lines[row].replace("@", "é@"), *lines[row + 1 :]]
    return "".join(lines).encode("latin-1")


def saved_as_utf_16(dice: random.Random, lines: Lines) -> bytes:
    return "".join(lines).encode(dice.choice(["utf-16", "utf-16-le", "utf-16-be"]))


def nul_byte(dice: random.Random, lines: Lines) -> bytes:
    content = _bytes(lines)
    place = dice.randrange(len(HEADER) + 1, len(content))
    return content[:place] + b"\0" + content[place:]


def mixed_line_ends(dice: random.Random, lines: Lines) -> bytes:
    row = _row(dice, lines)
    broken = lines[row].replace("\n", dice.choice(["\r\n", "\r"]))
    return _bytes([*lines[:row], broken, *lines[row + 1 :]])


def quote_opened(dice: random.Random, lines: Lines) -> bytes:
    column = dice.randrange(8)
    return _with_cell(dice, lines, column, lambda cell: f'"{cell}')


def local_date_form(dice: random.Random, lines: Lines) -> bytes:
    def change(cell: str) -> str:
        moment = datetime.fromisoformat(cell)
        return moment.strftime(dice.choice(["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y"]))

    return _with_cell(dice, lines, 4, change)


def offset_lost(dice: random.Random, lines: Lines) -> bytes:
    return _with_cell(dice, lines, 4, lambda cell: cell[:19])


def preamble_above(dice: random.Random, lines: Lines) -> bytes:
    words = dice.choice(["Orders export", "sep=,", "# generated by the shop", ""])
    return _bytes([f"{words}\n", *lines])


def total_below(dice: random.Random, lines: Lines) -> bytes:
    return _bytes([*lines, f"Total,,{dice.randint(1, 10**9)},,,,,,\n"])


def status_in_other_words(dice: random.Random, lines: Lines) -> bytes:
    change = dice.choice([str.upper, str.capitalize, lambda word: f"{word} "])
    return _with_cell(dice, lines, 1, change)


def bit_flipped(dice: random.Random, lines: Lines) -> bytes:
    content = bytearray(_bytes(lines))
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    return bytes(content)


DAMAGES: tuple[Callable[[random.Random, Lines], bytes], ...] = (
    cut_anywhere,
    final_line_end_lost,
    row_dropped,
    row_doubled_with_another_amount,
    row_broken_in_two,
    two_rows_joined,
    delimiter_lost,
    delimiter_added,
    cell_lost_and_the_row_filled_up,
    header_names_swapped,
    header_lost,
    header_repeated_within,
    another_delimiter,
    decimal_comma,
    thousands_separated,
    exponent,
    digit_changed_in_an_amount,
    saved_as_latin_1,
    saved_as_utf_16,
    nul_byte,
    mixed_line_ends,
    quote_opened,
    local_date_form,
    offset_lost,
    preamble_above,
    total_below,
    status_in_other_words,
    bit_flipped,
)
