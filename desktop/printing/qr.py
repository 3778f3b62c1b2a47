"""QR codes as pictures: error level M, four modules of quiet around."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

QUIET_MODULES = 4


@lru_cache(maxsize=64)
def qr_modules(text: str) -> tuple[bytes, ...]:
    """The rows of a QR code without its quiet zone; 1 is black."""
    import segno

    code = segno.make_qr(text, error="m", boost_error=False)
    return tuple(bytes(row) for row in code.matrix)


def qr_picture(text: str, module_dots: int) -> "Image":
    """Black (1) dots on white, with the quiet zone scanners need."""
    from PIL import Image

    rows = qr_modules(text)
    side = len(rows) + 2 * QUIET_MODULES
    small = Image.new("1", (side, side), 0)
    for y, row in enumerate(rows):
        for x, is_black in enumerate(row):
            if is_black:
                small.putpixel((x + QUIET_MODULES, y + QUIET_MODULES), 1)
    return small.resize((side * module_dots, side * module_dots), Image.Resampling.NEAREST)
