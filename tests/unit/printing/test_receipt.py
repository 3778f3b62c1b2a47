"""The receipt on both rolls, to the last column."""

from dataclasses import replace

import pytest

from desktop.printing.columns import width_of
from desktop.printing.receipt import ReceiptKind, receipt_slip
from desktop.printing.slip import Cut, Kick, PaperRoll, QrCode, Slip, TextLine
from desktop.printing.slips import ZoneLabel, trial_slip, z_report_slip, zone_label, zone_slip
from desktop.printing.words import Words
from tests.builders.papers import CREAM, EN, ONE, PALETTE, RECEIPT, Z_REPORT, ZH, ZONE_SLIP


def text_of(slip: Slip) -> list[str]:
    return [element.text for element in slip if isinstance(element, TextLine)]


GOLDEN_58 = """\
   示例品牌南
    京东路店
            销售小票
单号          XS-S001-01A-000123
时间         2026-11-18 19:06:40
收银员                    王小明
会员                   张** 5678
--------------------------------
商品/编码   数量×单价      金额
--------------------------------
花间集 玫瑰除皱面霜 50g
HJJ-0001   2瓶×199.00    378.00
  会员95折              (-20.00)
Revlon Eye Shadow Palette 12
colours nude edition
6901234567892
           1 pc×89.00     89.00
--------------------------------
赠品：买10送1
玫瑰面霜小样 5g
HJJ-Z001                     1支
--------------------------------
共 2 行                     3 件
优惠合计                  -20.00
应收    ￥467.00
现金                      500.00
找零                       33.00
--------------------------------
价格第27版
            谢谢惠顾"""

GOLDEN_80_GOODS = """\
商品/编码              数量×单价           金额
------------------------------------------------
花间集 玫瑰除皱面霜 50g
HJJ-0001              2瓶×199.00         378.00
  会员95折                              (-20.00)
Revlon Eye Shadow Palette 12 colours nude
edition
6901234567892         1 pc×89.00          89.00
------------------------------------------------"""


def test_a_receipt_of_58_mm_stands_in_32_columns() -> None:
    assert "\n".join(text_of(receipt_slip(RECEIPT, ZH, PaperRoll.MM_58))) == GOLDEN_58


def test_a_receipt_of_80_mm_has_code_quantity_and_amount_in_one_line() -> None:
    lines = text_of(receipt_slip(RECEIPT, ZH, PaperRoll.MM_80))
    begin = next(at for at, line in enumerate(lines) if line.startswith("商品/编码"))
    assert "\n".join(lines[begin : begin + 9]) == GOLDEN_80_GOODS


@pytest.mark.parametrize("roll", PaperRoll)
@pytest.mark.parametrize("words", [ZH, EN])
def test_no_line_of_any_slip_is_wider_than_its_roll(roll: PaperRoll, words: Words) -> None:
    label = ZoneLabel(count_number="PD-1", zone_name="A-03", scan_text="QZ:PD1:A03")
    for slip in (
        receipt_slip(RECEIPT, words, roll),
        z_report_slip(Z_REPORT, words, roll),
        zone_slip(ZONE_SLIP, words, roll),
        zone_label(label, words, roll),
        trial_slip(words, roll),
    ):
        for element in slip:
            if isinstance(element, TextLine):
                zoom = 2 if element.is_large else 1
                assert width_of(element.text) * zoom <= roll.columns, element.text
        assert isinstance(slip[-1], Cut)


def test_every_line_carries_its_erp_code_gifts_too() -> None:
    lines = "\n".join(text_of(receipt_slip(RECEIPT, EN, PaperRoll.MM_58)))
    for code in ("HJJ-0001", "6901234567892", "HJJ-Z001"):
        assert code in lines


def test_the_number_is_there_to_be_scanned_and_the_drawer_opens_first() -> None:
    slip = receipt_slip(RECEIPT, ZH, PaperRoll.MM_80, opens_drawer=True)
    assert slip[0] == Kick()
    assert [one.text for one in slip if isinstance(one, QrCode)] == [RECEIPT.number]
    assert not [one for one in receipt_slip(RECEIPT, ZH, PaperRoll.MM_80) if one == Kick()]


def test_an_exchange_shows_what_came_back_and_what_went_in_blocks() -> None:
    back = replace(PALETTE, qty_micro=-ONE, amount_minor=-8900)
    exchange = replace(
        RECEIPT,
        kind=ReceiptKind.EXCHANGE,
        lines=(CREAM, back),
        return_of="XS-S001-01A-000120",
        total_minor=28900,
    )
    lines = text_of(receipt_slip(exchange, ZH, PaperRoll.MM_80))
    assert lines.index("退回") < lines.index("换出")
    assert any("-1 pc×89.00" in line and line.endswith("-89.00") for line in lines)
    assert any("原单号" in line and "XS-S001-01A-000120" in line for line in lines)


def test_a_refund_is_named_so_and_printed_without_minus() -> None:
    back = replace(CREAM, qty_micro=-2 * ONE, amount_minor=-37800, discount_minor=0)
    refund = replace(
        RECEIPT, kind=ReceiptKind.RETURN, lines=(back,), total_minor=-37800, change_minor=0
    )
    lines = text_of(receipt_slip(refund, ZH, PaperRoll.MM_58))
    assert any(line.startswith("应退") and line.endswith("￥378.00") for line in lines)


def test_a_reprint_and_practice_are_marked() -> None:
    marked = replace(RECEIPT, copy_number=2, is_practice=True)
    lines = "\n".join(text_of(receipt_slip(marked, ZH, PaperRoll.MM_58)))
    assert "补打 第2次" in lines
    assert lines.count("练习") == 2


def test_the_shift_shows_expected_declared_and_difference() -> None:
    lines = text_of(z_report_slip(Z_REPORT, ZH, PaperRoll.MM_58))
    assert any(line.endswith(" -50.00") and "差额" in line for line in lines)
    assert any(line.startswith("净额") and line.endswith("￥12,145.67") for line in lines)
