from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.orders.faults import OrderFileRefused
from pipelines.orders.formats import csv_text
from pipelines.orders.formats.csv_text import CsvFile
from pipelines.orders.layouts.choosing import chosen
from pipelines.orders.layouts.layout import Form, Layout
from pipelines.orders.table import Source

PLAIN = b"id,note\nK1,a\nK2,b\nK3,c\n"


def cells(content: bytes) -> list[tuple[str, str, int]]:
    layout, source = opened(content)
    table = source.table(layout.wanted(source.header))
    return table.frame.with_columns(table.lines).rows()


def opened(content: bytes, name: str = "orders.csv") -> tuple[Layout, Source]:
    columns = {"order_id": "id", "status": "note"}
    layout = Layout("two columns", columns, has_exact_header=True)
    return chosen(name, [layout], lambda form: CsvFile(name, content, form))


@pytest.mark.parametrize(
    ("damage", "content", "line", "words"),
    [
        ("empty", b"", None, "empty"),
        ("only a byte order mark", b"\xef\xbb\xbf", None, "empty"),
        ("cut in a field", PLAIN[:-2], 4, "no line end"),
        ("no final newline", PLAIN[:-1], 4, "no line end"),
        ("cut in the header", b"id,no", 1, "no line end"),
        ("NUL", PLAIN.replace(b"b", b"\0"), 3, "NUL"),
        ("Latin-1", PLAIN.replace(b"b", b"\xe9"), 3, "0xE9 is not UTF-8"),
        ("UTF-16", PLAIN.decode().encode("utf-16"), 1, "NUL"),
        ("replacement character", PLAIN.replace(b"b", "\ufffd".encode()), 3, "U+FFFD"),
        ("an extra field", PLAIN.replace(b"b", b"b,x"), 3, "3 fields instead of 2"),
        ("a missing field", PLAIN.replace(b",b", b""), 3, "1 fields instead of 2"),
        ("an empty line", PLAIN.replace(b"K2", b"\nK2"), 3, "an empty line"),
        ("an empty line at the end", PLAIN + b"\n", 5, "an empty line"),
        ("a missing column", PLAIN.replace(b",note", b""), 1, "note is missing"),
        ("an extra column", PLAIN.replace(b"note", b"note,x"), 1, '"x" is not expected'),
        ("a renamed column", PLAIN.replace(b"note", b"Note"), 1, '"Note" is not expected'),
        ("reordered columns", PLAIN.replace(b"id,note", b"note,id"), 1, "another order"),
        ("a repeated column", PLAIN.replace(b"id,note", b"id,note,id"), 1, "repeats"),
        ("a header with blanks", PLAIN.replace(b",note", b", note"), 1, '" note"'),
        ("no header", PLAIN.replace(b"id,note\n", b""), 1, "id is missing"),
        ("semicolons", PLAIN.replace(b",", b";"), 1, "id is missing"),
        ("a bare quote", PLAIN.replace(b"b", b'b"b'), 3, "a quote stands inside"),
        ("text behind a quote", PLAIN.replace(b"b", b'"b"b'), 3, "broken quotes"),
        ("an open quote", PLAIN.replace(b"b", b'"b'), 3, "broken quotes"),
        ("a bare carriage return", PLAIN.replace(b"b", b"b\rb"), 3, "broken quotes or line ends"),
        ("old Mac line ends", PLAIN.replace(b"\n", b"\r"), 1, "no line end"),
        ("one CRLF among LF", PLAIN.replace(b"b\n", b"b\r\n"), 3, "does not end in LF"),
        ("one LF among CRLF", PLAIN.replace(b"\n", b"\r\n", 2), 3, "does not end in CRLF"),
        ("a doubled carriage return", PLAIN.replace(b"\n", b"\r\r\n"), 1, "does not end in"),
        ("a field of 200 kB", PLAIN.replace(b"b", b"b" * 200_000), 3, "broken quotes"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(
    damage: str, content: bytes, line: int | None, words: str
) -> None:
    with pytest.raises(OrderFileRefused) as refused:
        cells(content)
    assert refused.value.line == line, damage
    assert words in refused.value.sentence
    assert refused.value.remedy
    assert refused.value.name == "orders.csv"


def test_a_header_alone_is_a_file_of_no_rows() -> None:
    assert cells(b"id,note\n") == []


def test_every_cell_is_text_with_the_line_it_begins_on() -> None:
    assert cells(b"id,note\n00123,\n9007199254740993, 1.50\n") == [
        ("00123", "", 2),
        ("9007199254740993", " 1.50", 3),
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_quoted_line_end_does_not_shift_the_lines_behind_it(line_end: str) -> None:
    content = 'id,note\nK1,"a\nb ""c"", d\n"\nK2,"e"\n'.replace("\n", line_end)
    expected = 'a\nb "c", d\n'.replace("\n", line_end)
    assert cells(content.encode()) == [("K1", expected, 2), ("K2", "e", 5)]


def test_a_spreadsheet_writes_a_line_feed_inside_quotes_and_crlf_outside() -> None:
    assert cells(b'id,note\r\nK1,"a\nb"\r\nK2,c\r\n') == [("K1", "a\nb", 2), ("K2", "c", 4)]


def test_a_byte_order_mark_is_accepted_and_declared() -> None:
    content = b"\xef\xbb\xbf" + PLAIN
    assert opened(content)[1].form == "UTF-8 with byte order mark"
    assert cells(content)[0] == ("K1", "a", 2)


def test_a_second_byte_order_mark_is_part_of_the_header_and_refused() -> None:
    with pytest.raises(OrderFileRefused, match="ufeffid"):
        cells(b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN)


@pytest.mark.parametrize("note", ["a", '"a"'])
def test_lines_are_counted_across_the_frames_of_a_long_file(note: str) -> None:
    rows = 12_001
    content = "id,note\n" + "".join(f"K{row},{note}\n" for row in range(rows))
    read = cells(content.encode())
    assert len(read) == rows
    assert read[-1] == (f"K{rows - 1}", "a", rows + 1)


def test_a_broken_quote_in_a_later_frame_names_its_own_line() -> None:
    content = "id,note\n" + "K1,a\n" * 11_000 + 'K2,"b"c\n'
    with pytest.raises(OrderFileRefused) as refused:
        cells(content.encode())
    assert refused.value.line == 11_002


def test_more_rows_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "MAX_ROWS", 2)
    with pytest.raises(OrderFileRefused, match="more than 2 rows"):
        cells(PLAIN)


def test_an_unfit_name_is_shown_harmless_in_a_refusal() -> None:
    with pytest.raises(OrderFileRefused) as refused:
        CsvFile("=a\n\u202e.csv", b"", Form())
    assert refused.value.name == "\\=a\\n\\u202e.csv"


_TEXT = st.text(st.characters(exclude_characters="\0\ufffd", exclude_categories=("Cs",)))


@given(rows=st.lists(st.tuples(_TEXT, _TEXT), max_size=8), is_crlf=st.booleans())
def test_whatever_is_quoted_properly_comes_back(rows: list[tuple[str, str]], is_crlf: bool) -> None:
    end = "\r\n" if is_crlf else "\n"
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    content = "".join(text + end for text in ["id,note", *quoted]).encode()
    assert [row[:2] for row in cells(content)] == rows


_CELL = st.text(st.sampled_from("aé0 .;\t\u2028\x85#'"), max_size=4)
_RECORDS = st.lists(st.lists(_CELL, min_size=1, max_size=3).map(",".join), max_size=5)


@given(records=_RECORDS, is_crlf=st.booleans())
def test_the_short_way_and_the_careful_walk_read_the_same(
    records: list[str], is_crlf: bool
) -> None:
    end = "\r\n" if is_crlf else "\n"
    # One quoted field more, at the end, sends the same records the careful way.
    plain = "".join(text + end for text in ["id,note", *records])
    quoted = f'{plain}"",{end}'
    short, careful = outcome(plain.encode()), outcome(quoted.encode())
    if isinstance(careful, list):
        careful.pop()
    assert short == careful


def outcome(content: bytes) -> list[tuple[str, str, int]] | tuple[str, int | None]:
    try:
        return cells(content)
    except OrderFileRefused as refused:
        return refused.sentence, refused.line


def test_a_file_without_quotes_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CsvFile, "_frames", None)
    assert cells(PLAIN) == [("K1", "a", 2), ("K2", "b", 3), ("K3", "c", 4)]


def test_refused_files_say_file_line_reason_and_remedy_in_one_text(
    read: Callable[..., object],
) -> None:
    with pytest.raises(OrderFileRefused) as refused:
        read(PLAIN[:-1])
    assert str(refused.value).startswith("orders.csv, line 4: the last line has no line end")
    assert str(refused.value).endswith("Export the file again and drop it whole.")
