"""A slip as a picture: to be looked at before printing, and to be sent as 复制为图片."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from desktop.printing.glyphs import draw_line
from desktop.printing.qr import qr_picture
from desktop.printing.slip import LINE_DOTS, Cut, Element, Feed, PaperRoll, QrCode, Slip, TextLine

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_MARGIN_DOTS: Final = 24


def slip_picture(slip: Slip, roll: PaperRoll, *, scale: int = 1) -> "Image":
    """The slip as it will look, in grey; `scale` 2 for sharp letters on a phone."""
    from PIL import Image, ImageDraw

    height = sum(_height(element) for element in slip) + 2 * _MARGIN_DOTS
    width = roll.dots + 2 * _MARGIN_DOTS
    image = Image.new("L", (width * scale, height * scale), 255)
    draw = ImageDraw.Draw(image)
    y = _MARGIN_DOTS
    for element in slip:
        _draw(image, draw, element, y, scale)
        y += _height(element)
    return image


def slip_png(slip: Slip, roll: PaperRoll, *, scale: int = 2) -> bytes:
    """The slip's picture as a PNG file."""
    file = BytesIO()
    slip_picture(slip, roll, scale=scale).save(file, "PNG", optimize=False, compress_level=3)
    return file.getvalue()


def _height(element: Element) -> int:
    match element:
        case TextLine(is_large=is_large):
            return LINE_DOTS * (2 if is_large else 1)
        case QrCode(text=text, module_dots=dots):
            return qr_picture(text, dots).size[1]
        case Feed(lines=lines):
            return lines * LINE_DOTS
        case Cut():
            return LINE_DOTS
        case _:
            return 0


def _draw(image: "Image", draw: "ImageDraw", element: Element, y: int, scale: int) -> None:
    match element:
        case TextLine():
            draw_line(image, element, _MARGIN_DOTS * scale, y * scale, scale=scale)
        case QrCode(text=text, module_dots=dots):
            code = qr_picture(text, dots * scale)
            left = (image.size[0] - code.size[0]) // 2
            image.paste(0, (left, y * scale), code)
        case Cut():
            middle = (y + LINE_DOTS // 2) * scale
            for x in range(0, image.size[0], 16 * scale):
                draw.line((x, middle, x + 8 * scale, middle), fill=160, width=scale)
        case _:
            pass
