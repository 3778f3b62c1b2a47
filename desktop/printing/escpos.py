"""A slip as bytes for an ESC/POS printer: GB18030 text, codes and pictures where it lacks them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from desktop.printing.columns import clean
from desktop.printing.glyphs import line_picture
from desktop.printing.qr import qr_picture
from desktop.printing.slip import Cut, Element, Feed, Kick, PaperRoll, QrCode, Slip, TextLine

if TYPE_CHECKING:
    from PIL.Image import Image


class Charset(StrEnum):
    """Which characters the printer has pictures of in its own memory."""

    GB2312 = "gb2312"
    GBK = "gbk"
    GB18030 = "gb18030"
    """With the rare characters, some of four bytes, which few printers have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterProfile:
    """What one printer can do, as it was set up and tested."""

    roll: PaperRoll = PaperRoll.MM_80
    charset: Charset = Charset.GBK
    draws_qr: bool = True
    """False: QR codes are sent as pictures."""
    cuts: bool = True
    all_as_pictures: bool = False
    """For printers without Chinese letters at all."""


_ESC: Final = b"\x1b"
_GS: Final = b"\x1d"
_FS: Final = b"\x1c"
INITIALISE: Final = _ESC + b"@" + _FS + b"&" + _ESC + b"2"
"""Reset, Chinese mode on, normal line space."""
CUT: Final = _GS + b"VB\x03"
"""Feed to the knife and cut but for a corner."""
_FEED_TO_TEAR: Final = _ESC + b"d\x04"
_KICKS: Final = {2: _ESC + b"p\x00\x19\xfa", 5: _ESC + b"p\x01\x19\xfa"}
"""50 ms of current; drawers open with it and do not get warm."""
_PICTURE_ROWS: Final = 255
# Cheap printers lose the rest of a higher picture.


def encode(slip: Slip, profile: PrinterProfile) -> bytes:
    """The bytes for one slip, from reset to cut; data adds no command of its own (T53)."""
    if all(isinstance(element, Kick) for element in slip):
        return b"".join(piece for element in slip for piece in _element(element, profile))
    body = b"".join(piece for element in slip for piece in _element(element, profile))
    return INITIALISE + body


def kick(pin: int = 2) -> bytes:
    """The command that opens the drawer on that pin (2 or 5)."""
    return _KICKS[pin]


def _element(element: Element, profile: PrinterProfile) -> Iterator[bytes]:
    match element:
        case TextLine():
            yield _text(element, profile)
        case QrCode(text=text, module_dots=dots):
            yield _ESC + b"a\x01"
            yield native_qr(text, dots) if profile.draws_qr else picture(qr_picture(text, dots))
            yield _ESC + b"a\x00"
        case Feed(lines=lines):
            yield _ESC + b"d" + bytes((min(max(lines, 0), 255),))
        case Cut():
            yield CUT if profile.cuts else _FEED_TO_TEAR
        case Kick(pin=pin):
            yield kick(pin)


def _text(line: TextLine, profile: PrinterProfile) -> bytes:
    text = clean(line.text)
    if profile.all_as_pictures or not prints(text, profile.charset):
        return picture(line_picture(line, profile.roll.columns))
    body = text.encode(profile.charset.value) + b"\n"
    if not (line.is_large or line.is_bold):
        return body
    size = b"\x11" if line.is_large else b"\x00"
    chinese = b"\x0c" if line.is_large else b"\x00"
    weight = b"\x01" if line.is_bold else b"\x00"
    begin = _GS + b"!" + size + _FS + b"!" + chinese + _ESC + b"E" + weight
    return begin + body + _GS + b"!\x00" + _FS + b"!\x00" + _ESC + b"E\x00"


def prints(text: str, charset: Charset) -> bool:
    """Whether the printer has every character of a cleaned text."""
    return text.isascii() or all(_has(sign, charset) for sign in set(text))


@lru_cache(maxsize=8192)
def _has(sign: str, charset: Charset) -> bool:
    try:
        sign.encode(charset.value)
    except UnicodeEncodeError:
        return False
    return True


def native_qr(text: str, module_dots: int) -> bytes:
    """The printer's own QR command: model 2, error level M."""
    content = text.encode("utf-8")
    stored = len(content) + 3
    return b"".join(
        (
            _GS + b"(k\x04\x001A2\x00",
            _GS + b"(k\x03\x001C" + bytes((min(max(module_dots, 1), 16),)),
            _GS + b"(k\x03\x001E1",
            _GS + b"(k" + bytes((stored & 0xFF, stored >> 8)) + b"1P0" + content,
            _GS + b"(k\x03\x001Q0",
            b"\n",
        )
    )


def picture(image: "Image") -> bytes:
    """A black-and-white picture (1 = ink) as raster commands, in bands printers can hold."""
    width, height = image.size
    across = (width + 7) // 8
    pieces = []
    for top in range(0, height, _PICTURE_ROWS):
        band = image.crop((0, top, across * 8, min(top + _PICTURE_ROWS, height)))
        head = bytes((across & 0xFF, across >> 8, band.size[1] & 0xFF, band.size[1] >> 8))
        pieces.append(_GS + b"v0\x00" + head + band.tobytes())
    return b"".join(pieces)
