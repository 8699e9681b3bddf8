import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.orders.wording import MAX_SHOWN_CHARACTERS, harmless, shown


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("1,250.00", '"1,250.00"'),
        ("a\tb\r\n", '"a\\tb\\r\\n"'),
        ('he said "no"', '"he said \\"no\\""'),
        ("=cmd()", '"\\=cmd()"'),
        ("  -1", '"  \\-1"'),
        ("\uff1dcmd()", '"\\\uff1dcmd()"'),
        ("K1\u202e", '"K1\\u202e"'),
        ("K1\u00a0", '"K1\\xa0"'),
        ("bad\udcff", '"bad\\udcff"'),
        ("ada@shop.example", '"(e-mail)"'),
        ("see ada@shop.example, now", '"see (e-mail), now"'),
        ("", '""'),
    ],
)
def test_a_value_is_shown_harmless(value: str, sentence: str) -> None:
    assert shown(value) == sentence


@given(st.text(st.characters(), max_size=60))
def test_what_is_shown_is_short_and_printable(value: str) -> None:
    text = harmless(value)
    assert len(text) <= MAX_SHOWN_CHARACTERS
    assert text.isprintable()
    assert not text.lstrip().startswith(("=", "+", "-", "@"))


def test_a_cell_of_a_hundred_thousand_letters_is_shown_at_once() -> None:
    assert len(harmless("a" * 100_000)) == MAX_SHOWN_CHARACTERS
