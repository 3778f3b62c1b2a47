"""The picture of a slip: what is printed is what is seen, with no letter missing."""

from io import BytesIO

import pytest
from PIL import Image

from desktop.printing.face import MISSING, shown
from desktop.printing.glyphs import line_picture
from desktop.printing.preview import slip_picture, slip_png
from desktop.printing.receipt import receipt_slip
from desktop.printing.slip import PaperRoll, TextLine
from tests.builders.papers import RECEIPT, ZH


@pytest.mark.parametrize("roll", PaperRoll)
def test_the_picture_is_as_wide_as_the_paper_with_its_edges(roll: PaperRoll) -> None:
    slip = receipt_slip(RECEIPT, ZH, roll)
    picture = slip_picture(slip, roll)
    assert picture.size[0] == roll.dots + 48
    png = Image.open(BytesIO(slip_png(slip, roll)))
    assert (png.format, png.size) == ("PNG", (picture.size[0] * 2, picture.size[1] * 2))


def test_different_letters_look_different_and_none_is_an_empty_box() -> None:
    signs = "玫瑰除皱面霜䶮㙍￥×龚镕0O1l"
    drawn = {sign: line_picture(TextLine(text=sign), 32).tobytes() for sign in signs}
    assert len(set(drawn.values())) == len(signs)
    assert line_picture(TextLine(text=MISSING), 32).tobytes() not in drawn.values()


def test_a_character_without_a_picture_is_marked_and_not_left_out() -> None:
    assert shown("王\U00030000明") == f"王{MISSING}明"
    assert shown("王小明 Wang") == "王小明 Wang"


def test_a_wide_letter_is_squeezed_into_its_column_and_not_cut() -> None:
    drawn = line_picture(TextLine(text=" M m W "), 7).convert("L")
    for column in range(0, 7, 2):
        blank = drawn.crop((column * 12, 0, column * 12 + 12, 30))
        assert blank.getextrema() == (0, 0)
    for column in (1, 3, 5):
        cell = drawn.crop((column * 12, 0, column * 12 + 12, 30))
        box = cell.getbbox()
        assert box is not None
        left, right = box[0], 12 - box[2]
        assert abs(left - right) <= 1, column
