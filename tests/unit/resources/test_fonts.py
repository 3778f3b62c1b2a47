"""The embedded font has what Chinese shops write, digits of one width, and its licence."""

import unicodedata

from PIL import ImageFont

from desktop.printing.face import known_characters, width_of_character
from resources.fonts import FAMILY, font_bytes, font_path


def test_the_file_is_the_font_it_says_it_is() -> None:
    assert ImageFont.truetype(str(font_path()), 20).getname() == (FAMILY, "Regular")
    assert font_bytes() == font_path().read_bytes()
    assert font_bytes()[:4] == b"\x00\x01\x00\x00"


def test_every_han_character_of_level_one_is_there() -> None:
    known = known_characters()
    han = [*range(0x4E00, 0x9FA6), *range(0x3400, 0x4DB6)]
    assert [hex(sign) for sign in han if sign not in known] == []


def test_every_character_of_gb2312_and_the_signs_of_the_screen_are_there() -> None:
    known = known_characters()
    pairs = (bytes((a, b)) for a in range(0xA1, 0xF8) for b in range(0xA1, 0xFF))
    signs = "".join(pair.decode("gb2312", "ignore") for pair in pairs) + "￥¥€≈≤≥→✓…—“”·×①〓│─"
    missing = {sign for sign in signs if ord(sign) not in known}
    assert {unicodedata.name(sign, sign) for sign in missing} == set()


def test_digits_are_all_of_one_width() -> None:
    assert len({width_of_character()(digit) for digit in "0123456789"}) == 1


def test_the_licence_lies_beside_the_font() -> None:
    folder = font_path().parent
    assert "Apache License" in (folder / "LICENSE-APACHE-2.0.txt").read_text(encoding="utf-8")
    assert font_path().name in (folder / "README.md").read_text(encoding="utf-8")
