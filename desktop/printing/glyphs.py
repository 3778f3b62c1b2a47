"""Letters as dots from the embedded font, placed in the printer's columns."""

from functools import lru_cache
from math import ceil
from typing import TYPE_CHECKING, Final

from desktop.printing.face import shown
from desktop.printing.slip import DOTS_PER_COLUMN, LINE_DOTS, TextLine

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_WIDE_EM: Final = 23
_NARROW_EM: Final = 21
# A digit of the font is 0.55 of its size: 21 dots of height make it fill 12 dots of a column.


@lru_cache(maxsize=8)
def _font(size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    from resources.fonts import font_path

    return ImageFont.truetype(str(font_path()), size)


@lru_cache(maxsize=4096)
def _cell(sign: str, zoom: int, shift: int) -> "Image":
    """One character on white in its one or two columns; `shift` above 0 draws it bold."""
    from PIL import Image, ImageDraw

    columns = 1 if sign < "\x80" else 2
    width, height = columns * DOTS_PER_COLUMN * zoom, LINE_DOTS * zoom
    font = _font((_NARROW_EM if columns == 1 else _WIDE_EM) * zoom)
    # m and W are wider than their column: drawn whole, then squeezed into it.
    drawn = max(width, ceil(font.getlength(sign)) + 2 * shift)
    cell = Image.new("L", (drawn, height), 255)
    draw = ImageDraw.Draw(cell)
    for x in {0, shift}:
        draw.text((drawn // 2 + x, 22 * zoom), sign, fill=0, font=font, anchor="ms")
    if drawn == width:
        return cell
    return cell.resize((width, height), Image.Resampling.BOX)


def draw_line(image: "Image", line: TextLine, x: int, y: int, *, scale: int = 1) -> None:
    """Draws a line of a slip with its left upper corner at (x, y); `scale` dots for each dot."""
    zoom = scale * (2 if line.is_large else 1)
    for sign in shown(line.text):
        columns = 1 if sign < "\x80" else 2
        if sign != " ":
            image.paste(_cell(sign, zoom, zoom if line.is_bold else 0), (x, y))
        x += columns * DOTS_PER_COLUMN * zoom


def line_picture(line: TextLine, columns: int) -> "Image":
    """The line as black (1) dots on white, as wide as the paper."""
    from PIL import Image

    height = LINE_DOTS * (2 if line.is_large else 1)
    grey = Image.new("L", (columns * DOTS_PER_COLUMN, height), 255)
    draw_line(grey, line, 0, 0)
    return grey.point(lambda level: 255 if level < 140 else 0, mode="1")
