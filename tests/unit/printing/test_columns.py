"""Text stands in its columns: ASCII takes one, everything else two, and data commands nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.printing.columns import centred, clean, cut, fields, pad, sides, width_of, wrap


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("玫瑰", 4), ("A玫1", 4), ("￥9.90", 6), ("（）", 4), ("×", 2)],
)
def test_a_character_outside_ascii_takes_two_columns(text: str, columns: int) -> None:
    assert width_of(text) == columns


def test_a_half_width_yuan_sign_becomes_the_one_printers_have() -> None:
    assert clean("¥12") == "￥12"


def test_line_breaks_become_blanks_and_invisible_marks_go() -> None:
    assert clean("玫瑰\r\n面霜\u200b\tX\ufeff") == "玫瑰 面霜 X"


@given(st.text())
def test_cleaned_text_holds_nothing_that_commands(text: str) -> None:
    kept = clean(text)
    assert not [sign for sign in kept if unicodedata.category(sign) in ("Cc", "Cs", "Cf")]
    assert clean(kept) == kept


@given(st.text().map(clean), st.integers(2, 48))
def test_no_wrapped_line_is_wider_than_the_paper_and_nothing_but_blanks_goes(
    text: str, columns: int
) -> None:
    lines = wrap(text, columns)
    assert all(width_of(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_words_and_numbers_stay_whole_where_they_can() -> None:
    assert wrap("Revlon Eye Shadow Palette", 12) == ["Revlon Eye", "Shadow", "Palette"]
    assert wrap("敏感肌洁面乳100ml装", 14) == ["敏感肌洁面乳", "100ml装"]
    assert wrap("ABCDEFGHIJ", 4) == ["ABCD", "EFGH", "IJ"]


@given(st.text().map(clean), st.integers(2, 48), st.booleans())
def test_a_padded_text_is_just_as_wide_as_asked(text: str, columns: int, to_right: bool) -> None:
    assert width_of(pad(text, columns, to_right=to_right)) == columns


def test_a_text_cut_short_says_so() -> None:
    assert cut("玫瑰除皱面霜", 9) == "玫瑰除.."
    assert cut("玫瑰", 4) == "玫瑰"


@given(st.text().map(clean), st.text().map(clean))
def test_both_sides_are_printed_within_the_width(left: str, right: str) -> None:
    lines = list(sides(left, right, 32))
    assert all(width_of(line) <= 32 for line in lines)
    assert "".join(lines).replace(" ", "") == (left + right).replace(" ", "")


def test_the_middle_is_the_middle() -> None:
    assert list(centred("谢谢", 12)) == ["    谢谢"]
    assert list(centred("示例品牌南京东路店", 16)) == ["   示例品牌南", "    京东路店"]


def test_fields_end_at_their_columns_or_refuse() -> None:
    assert fields(["码", "2×9", "18.00"], [10, 20]) == "码    2×9     18.00"
    assert fields(["a code too long", "2×9", "18.00"], [10, 20]) is None
