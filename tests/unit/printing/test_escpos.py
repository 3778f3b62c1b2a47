"""Bytes for the printer: GB18030, pictures where letters lack, and no command out of data."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.printing import escpos
from desktop.printing.display import Lamp, digits_display, text_display
from desktop.printing.escpos import Charset, PrinterProfile, encode
from desktop.printing.receipt import receipt_slip
from desktop.printing.slip import Cut, Feed, Kick, PaperRoll, QrCode, SlipWriter, TextLine
from desktop.printing.slips import drawer_slip
from tests.builders.papers import CREAM, RECEIPT, ZH

PLAIN = PrinterProfile(roll=PaperRoll.MM_58)
PICTURE = b"\x1dv0\x00"


def test_chinese_text_goes_as_gb18030_and_the_yuan_sign_full_width() -> None:
    data = encode((TextLine(text="应收 ￥9.90"),), PLAIN)
    assert data == escpos.INITIALISE + b"\xd3\xa6\xca\xd5 \xa3\xa49.90\n"


def test_large_letters_are_switched_on_and_off_again() -> None:
    data = encode((TextLine(text="合计", is_large=True, is_bold=True),), PLAIN)
    on, off = data.split("合计\n".encode("gb18030"))
    assert on.endswith(b"\x1d!\x11\x1c!\x0c\x1bE\x01")
    assert off == b"\x1d!\x00\x1c!\x00\x1bE\x00"


def test_a_character_the_printer_lacks_makes_its_line_a_picture() -> None:
    slip = (TextLine(text="经手人 龚䶮"), TextLine(text="王小明"))
    data = encode(slip, PLAIN)
    assert data.count(PICTURE) == 1
    assert "王小明".encode("gb18030") in data
    assert "龚".encode("gb18030") not in data
    width, height = data[data.index(PICTURE) + 4], data[data.index(PICTURE) + 6]
    assert (width * 8, height) == (384, 30)


def test_a_printer_with_the_rare_characters_gets_them_as_four_bytes() -> None:
    data = encode((TextLine(text="䶮"),), replace(PLAIN, charset=Charset.GB18030))
    assert PICTURE not in data
    assert "䶮".encode("gb18030") in data


def test_an_old_printer_draws_what_gb2312_lacks() -> None:
    assert PICTURE in encode((TextLine(text="镕"),), replace(PLAIN, charset=Charset.GB2312))
    assert PICTURE not in encode((TextLine(text="镕"),), PLAIN)


def test_a_drawn_letter_leaves_ink_in_its_own_columns_only() -> None:
    data = encode((TextLine(text="  䶮"),), PLAIN)
    dots = data[data.index(PICTURE) + 8 :]
    rows = [dots[at * 48 : at * 48 + 48] for at in range(30)]
    assert any(row[3] | row[4] | row[5] for row in rows)
    assert not any(any(row[:3]) or any(row[6:]) for row in rows)


def test_the_qr_code_goes_as_a_command_or_as_a_picture() -> None:
    slip = (QrCode(text="XS-1"),)
    assert b"\x1d(k\x07\x001P0XS-1" in encode(slip, PLAIN)
    drawn = encode(slip, replace(PLAIN, draws_qr=False))
    assert b"\x1d(k" not in drawn
    assert drawn.count(PICTURE) == 1


def test_a_high_picture_is_sent_in_bands_a_printer_can_hold() -> None:
    drawn = encode((QrCode(text="XS-1", module_dots=16),), replace(PLAIN, draws_qr=False))
    heads = [match.end() for match in re.finditer(re.escape(PICTURE), drawn)]
    heights = [drawn[at + 2] | drawn[at + 3] << 8 for at in heads]
    assert len(heights) == 2
    assert max(heights) <= 255


def test_cut_feed_and_drawer() -> None:
    assert encode((Feed(lines=2), Cut()), PLAIN).endswith(b"\x1bd\x02\x1dVB\x03")
    assert encode((Cut(),), replace(PLAIN, cuts=False)).endswith(b"\x1bd\x04")
    assert encode(drawer_slip(), PLAIN) == b"\x1bp\x00\x19\xfa"
    assert encode((Kick(pin=5),), PLAIN) == b"\x1bp\x01\x19\xfa"


# What may stand in a receipt's bytes beside printable text: the commands this module sends.
_COMMANDS = re.compile(
    rb"\x1b@|\x1c&|\x1b2|\x1d![\x00\x11]|\x1c![\x00\x0c]|\x1bE[\x00\x01]|\x1ba[\x00\x01]"
    rb"|\x1bd[\x00-\xff]|\x1dVB\x03|\x1bp[\x00\x01]\x19\xfa|\n"
)


def _drop_pictures(data: bytes) -> bytes:
    while (at := data.find(PICTURE)) >= 0:
        width, height = data[at + 4] | data[at + 5] << 8, data[at + 6] | data[at + 7] << 8
        data = data[:at] + data[at + 8 + width * height :]
    return data


HOSTILE = "\x1bp\x00\x19\xfa\x1dV\x00\x1b@\x10\x14\x01\x00\x01\r\n\x1c.\x0c\x18"


@given(st.text() | st.text(alphabet=HOSTILE + "玫A"))
def test_no_byte_of_data_commands_the_printer(text: str) -> None:
    writer = SlipWriter(PaperRoll.MM_58)
    writer.text(text)
    writer.pair(text, text)
    writer.total(text, text)
    data = _drop_pictures(encode(writer.slip(), PLAIN))
    left = _COMMANDS.sub(b"", data)
    # Second bytes of GB18030 begin at 0x40 (0x30 in four): none is a control byte.
    assert not [byte for byte in left if byte < 0x20 or byte == 0x7F]


def test_hostile_names_leave_a_receipt_with_its_own_commands_only() -> None:
    bad = replace(CREAM, name=f"面霜{HOSTILE}", code=HOSTILE, reason=HOSTILE, unit=HOSTILE)
    receipt = replace(RECEIPT, lines=(bad,), shop=HOSTILE, cashier=HOSTILE, footer=(HOSTILE,))
    data = encode(receipt_slip(receipt, ZH, PaperRoll.MM_58), PLAIN)
    assert data.count(b"\x1bp") == 0
    assert data.count(b"\x1dV") == 1
    assert data.count(b"\x1b@") == 1


@pytest.mark.parametrize("lamp", Lamp)
def test_a_price_display_shows_digits_and_lights_its_lamp(lamp: Lamp) -> None:
    shown = digits_display(123456, "CNY", lamp)
    assert shown == b"\x1bs" + lamp.value.encode() + b"\x1bQA1234.56\r"


def test_a_text_display_is_filled_to_both_its_lines() -> None:
    shown = text_display("玫瑰面霜\x1b@", "￥9.90")
    assert len(shown) == 1 + 40
    assert shown.endswith("￥9.90".encode("gb18030"))
