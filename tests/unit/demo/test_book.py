"""The day book keeps its columns, whatever the language."""

from hypothesis import given
from hypothesis import strategies as st

from tests.demo.book import PEOPLE, PLACES, WIDTH, DayBook, columns, folded, left, right


def test_a_chinese_character_takes_two_columns() -> None:
    assert (columns("收款"), columns("cash"), columns("2箱3支"), columns("１")) == (4, 4, 6, 2)
    assert left("收款", 6) == "收款  "
    assert right("12.00", 7) == "  12.00"


@given(st.text(alphabet="面霜，。（ab 1.", max_size=80), st.integers(8, 40))
def test_folding_loses_nothing_but_blanks_at_the_ends_of_lines(text: str, width: int) -> None:
    lines = folded(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_line_breaks_between_words_and_not_before_a_stop() -> None:
    assert folded("sells the last serum", 10) == ["sells the", "last serum"]
    assert folded("面霜两瓶，现金", 8) == ["面霜两", "瓶，现金"]


def test_an_amount_stands_at_the_right_edge() -> None:
    book = DayBook(languages=("zh", "en"))
    book.entry("09:05", "SH01.1", "clerk-guanqian", "面霜 1 瓶", "a cream", "199.00")
    first, second = book.lines
    assert columns(first) == WIDTH
    assert first.endswith(" 199.00")
    assert second.strip() == "a cream"


def test_names_fit_their_columns() -> None:
    assert max(columns(name) for names in PLACES.values() for name in names) <= 15
    assert max(columns(name) for names in PEOPLE.values() for name in names) <= 8
