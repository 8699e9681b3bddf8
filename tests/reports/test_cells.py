"""Text that stays text when a spreadsheet opens it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.cells import safe_cell

STARTERS = ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\u2212"]
BEFORE = ["", " ", "\u00a0", "\u3000", "\ufeff", "\u200b", "\t", "\r", "\n", " \t "]


@pytest.mark.parametrize("starter", STARTERS)
@pytest.mark.parametrize("before", BEFORE)
def test_a_formula_is_quoted_whatever_stands_before_it(before, starter):
    assert safe_cell(f"{before}{starter}1+1").startswith("'")


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_a_cell_that_starts_with_a_control_is_quoted_and_stands_on_one_line(start):
    assert safe_cell(f"{start}plain") == "' plain"


@pytest.mark.parametrize("text", ["", "KV-10001", "a=b", "1-2", "x@y", "order:K1", "'quoted"])
def test_ordinary_text_is_left_as_it_is(text):
    assert safe_cell(text) == text


def test_no_second_cell_can_start_inside_a_cell():
    assert safe_cell("a;=cmd|'/c calc'!A0") == "a;'=cmd|'/c calc'!A0"
    assert safe_cell("a\n=1+1") == "a =1+1"


@given(st.text(max_size=20))
def test_no_text_at_all_starts_like_a_formula(text):
    cell = safe_cell(text)

    seen = [
        unicodedata.normalize("NFKC", one)[:1]
        for one in cell
        if not one.isspace() and unicodedata.category(one) not in ("Cc", "Cf")
    ]
    assert not seen or seen[0] not in ["=", "+", "-", "@"]
    assert "\n" not in cell
    assert "\r" not in cell
    cell.encode("utf-8")
