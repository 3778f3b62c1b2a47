"""What is said about a doubt in a sheet: it names what the cell names."""

import pytest

from desktop.ui.table.problems import advice
from desktop.words.texts import Language, Words
from shared.core.importing import Problem


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("CODE_TWICE", "A1004 ← 5", "The code A1004 stands twice."),
        ("PRICE_MISSING", "A1004", "There is no price for A1004; say one."),
    ],
)
def test_a_doubt_names_what_it_is_about(code: str, text: str, said: str) -> None:
    problem = Problem(row_number=6, column="编码", code=code, text=text)
    assert advice(Words(Language.ENGLISH), problem) == said
