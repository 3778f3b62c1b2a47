"""Documents as PDF: their text, their pages, their embedded letters, and no figure too many."""

import re
from dataclasses import replace
from itertools import pairwise

import pypdfium2
import pytest
from PIL import Image, ImageChops

from desktop.printing.pdf.form import FormColumn
from desktop.printing.pdf.labels import (
    A4_3_BY_8,
    ROLL_40_30,
    Label,
    LabelSheet,
    labels_pdf,
)
from desktop.printing.pdf.page import A4, THREE_PART, Paper
from desktop.printing.pdf.pictures import to_images, to_pngs
from desktop.printing.pdf.reports import (
    CountSheet,
    CountSheetLine,
    Statement,
    StatementLine,
    TableReport,
    count_sheet_pdf,
    statement_pdf,
    table_report_pdf,
    z_report_pdf,
)
from desktop.printing.pdf.trade import NoteKind, order_pdf, trade_note_pdf
from desktop.printing.words import Words
from tests.builders.papers import EN, Z_REPORT, ZH, channel_order, sales_note, trade_lines


def pages_of(document: bytes) -> list[str]:
    """The text of each page as a reader copies it."""
    file = pypdfium2.PdfDocument(document)
    try:
        return [page.get_textpage().get_text_bounded() for page in file]
    finally:
        file.close()


def boxes_on_last_page(document: bytes, *words: str) -> list[tuple[float, ...]]:
    """Where the first letter of each word stands: left, bottom, right, top."""
    file = pypdfium2.PdfDocument(document)
    try:
        page = file[len(file) - 1].get_textpage()
        found = [page.search(word).get_next() for word in words]
        return [page.get_charbox(place[0]) for place in found if place]
    finally:
        file.close()


def ink(document: bytes) -> list[float]:
    """The share of each page's dots that are dark."""
    shares = []
    for image in to_images(document, 60):
        histogram = image.convert("L").histogram()
        shares.append(sum(histogram[:128]) / sum(histogram))
    return shares


LABEL = Label(
    code="HJJ-00001", name="玫瑰除皱面霜 50g", price_minor=19900, currency="CNY", unit="瓶",
    barcode="6901234567892", price_version=27,
)  # fmt: skip
STATEMENT = Statement(
    company="上海示例商贸有限公司",
    customer="杭州西湖美妆经营部",
    currency="CNY",
    from_day="2026-10-01",
    to_day="2026-10-31",
    opening_minor=500000,
    lines=(
        StatementLine(day="2026-10-02", number="XS-1", what="销售单", charged_minor=123400),
        StatementLine(day="2026-10-05", number="SK-1", what="收款", paid_minor=200000),
    ),
    as_of="2026-11-21 09:41",
)


@pytest.mark.parametrize("paper", [THREE_PART, A4])
def test_every_goods_line_of_a_note_is_printed_once_with_its_erp_code(paper: Paper) -> None:
    pages = pages_of(trade_note_pdf(sales_note(40), ZH, paper))
    found = re.findall(r"HJJ-\d{5}", "\n".join(pages))
    assert found == [line.code for line in trade_lines(40)]
    assert len(pages) > 1 or paper is A4
    for at, page in enumerate(pages, 1):
        assert "销售单" in page
        assert "ERP编码" in page
        assert f"第 {at} 页 / 共 {len(pages)} 页" in page


def test_the_sum_in_words_and_the_signatures_stand_on_the_last_page_only() -> None:
    pages = pages_of(trade_note_pdf(sales_note(40), ZH))
    *before, last = pages
    for words in ("金额大写", "客户签收", "送货："):
        assert words in last
        assert not any(words in page for page in before)
    total = sum(line.amount_minor for line in trade_lines(40))
    assert total == 1448800
    assert "壹万肆仟肆佰捌拾捌元整" in last


@pytest.mark.parametrize("count", range(1, 30))
def test_however_many_lines_the_last_page_has_goods_and_room_to_sign(count: int) -> None:
    document = trade_note_pdf(sales_note(count), ZH)
    assert re.search(r"HJJ-\d{5}|合计", pages_of(document)[-1])
    signature, edge = boxes_on_last_page(document, "客户签收", "打印时间")
    # In points from the bottom of the paper.
    assert signature[1] > edge[3] + 4


def test_a_delivery_note_can_be_without_any_price() -> None:
    note = replace(sales_note(3), kind=NoteKind.SHIPMENT, shows_prices=False)
    text = "\n".join(pages_of(trade_note_pdf(note, EN)))
    assert "Delivery note" in text
    assert "90.55" not in text
    assert "Price" not in text.replace("Price version", "")


def test_an_order_prints_its_gifts_in_a_block_after_the_main_goods() -> None:
    text = "\n".join(pages_of(order_pdf(channel_order(5), ZH, A4)))
    assert text.index("主品") < text.index("HJJ-00005") < text.index("赠品：买10送1")
    assert text.index("赠品：买10送1") < text.index("HJJ-Z001")
    assert "受理数" in text


def test_a_code_is_printed_whole_even_where_it_must_shrink() -> None:
    line = replace(trade_lines(1)[0], code="QD-000000000000000000177", barcode="0106901234567892")
    text = "\n".join(pages_of(order_pdf(replace(channel_order(1), lines=(line,)), ZH, A4)))
    assert "QD-000000000000000000177" in text
    assert "0106901234567892" in text


def test_a_long_customer_name_shrinks_before_it_is_cut() -> None:
    name = "浙江省杭州市西湖区某某某化妆品贸易有限公司"
    text = pages_of(trade_note_pdf(replace(sales_note(1), customer=name), ZH, A4))[0]
    assert name in text


def test_a_statement_runs_its_balance_to_the_end() -> None:
    text = "\n".join(pages_of(statement_pdf(STATEMENT, ZH)))
    for figure in ("5,000.00", "6,234.00", "4,234.00", "数据截至 2026-11-21 09:41"):
        assert figure in text
    assert STATEMENT.closing_minor == 423400


def test_a_count_sheet_has_goods_and_no_figure_but_line_numbers_and_codes() -> None:
    sheet = CountSheet(
        shop="南京东路店",
        count_number="PD-1",
        zone_name="A-03",
        lines=(CountSheetLine(code="HJJ-00001", name="玫瑰面霜", unit="瓶", bin="A-03-1"),),
    )
    text = "\n".join(pages_of(count_sheet_pdf(sheet, ZH)))
    numbers = set(re.findall(r"(?<![\w-])\d+(?![\w-])", text))
    assert numbers == {"1"}
    fields = set(CountSheetLine.__dataclass_fields__)
    assert fields == {"code", "name", "unit", "barcode", "bin"}


def test_the_shift_stands_on_a_sheet_with_its_difference() -> None:
    text = "\n".join(pages_of(z_report_pdf(Z_REPORT, ZH)))
    assert text.count("-50.00") == 2
    assert "￥12,145.67" in text


@pytest.mark.parametrize("words", [ZH, EN])
def test_a_report_of_a_thousand_rows_keeps_each_of_them(words: Words) -> None:
    report = TableReport(
        title="进销存",
        columns=(FormColumn(title="编码", share=1), FormColumn(title="数", share=1, align="right")),
        rows=tuple((f"C{at:04d}", f"{at}.00") for at in range(1000)),
        sums=("合计", "499500.00"),
        as_of="09:41",
    )
    text = "\n".join(pages_of(table_report_pdf(report, words)))
    assert re.findall(r"C\d{4}", text) == [f"C{at:04d}" for at in range(1000)]


def test_labels_fill_a_sheet_from_the_first_free_place() -> None:
    pages = pages_of(labels_pdf([replace(LABEL, copies=25)], ZH, A4_3_BY_8, skip=2))
    assert [page.count("HJJ-00001") for page in pages] == [22, 3]
    assert "￥199.00" in pages[0]
    assert "第27版" in pages[0]


def test_on_a_roll_each_label_is_a_page_and_its_bars_can_be_scanned() -> None:
    document = labels_pdf([LABEL, replace(LABEL, barcode="")], ZH, ROLL_40_30)
    assert len(pages_of(document)) == 2
    picture = to_images(document, 812)[0].convert("1", dither=Image.Dither.NONE)
    row = [picture.getpixel((x, picture.size[1] * 70 // 100)) for x in range(picture.size[0])]
    edges = [at for at, (a, b) in enumerate(pairwise(row)) if a != b]
    runs = [b - a for a, b in pairwise(edges)]
    module = (edges[-1] - edges[0]) / 95
    modules = "".join(
        ("1" if at % 2 == 0 else "0") * round(run / module) for at, run in enumerate(runs)
    )
    from tests.unit.printing.test_bars import read_ean13

    assert read_ean13(modules) == "6901234567892"


@pytest.mark.parametrize("sheet", [ROLL_40_30, A4_3_BY_8])
def test_no_label_writes_into_its_neighbours(sheet: LabelSheet) -> None:
    long = Label(
        code="QD-000000000000000177", name="青黛 绿茶控油洁面乳（旅行装）100ml 敏感肌" * 3,
        price_minor=123456789, currency="CNY", unit="套", price_version=127,
        barcode="6901234567892",
    )  # fmt: skip
    picture = to_images(labels_pdf([long], ZH, sheet), 150)[0].convert("L")
    box = ImageChops.invert(picture).getbbox()
    assert box is not None
    mm = 150 / 25.4
    assert box[0] >= (sheet.left_mm + 1) * mm
    assert box[2] <= (sheet.left_mm + sheet.label_width_mm - 1) * mm
    assert box[3] <= (sheet.top_mm + sheet.label_height_mm) * mm


def test_every_font_is_embedded_and_no_letter_is_missing() -> None:
    note = replace(sales_note(3), customer="龚䶮㙍 × ￥ ①", note="手机 📱")
    document = trade_note_pdf(note, ZH, A4)
    fonts = re.findall(rb"/BaseFont /([^\s/]+)", document)
    assert fonts
    assert all(b"WenQuanYi" in font for font in fonts), fonts
    assert document.count(b"/FontFile2") >= 1
    text = pages_of(document)[0]
    assert "龚䶮㙍 × ￥ ①" in text
    assert "手机 〓" in text


def test_each_letter_is_drawn_as_itself_and_not_as_an_empty_box() -> None:
    def drawn(sign: str) -> bytes:
        report = TableReport(title="x", columns=(FormColumn(title="", share=1),), rows=((sign,),))
        return to_images(table_report_pdf(report, ZH), 100)[0].tobytes()

    signs = "玫瑰䶮〓Aア"
    assert len({drawn(sign) for sign in signs}) == len(signs)


def test_pictures_of_pages_have_ink_on_them() -> None:
    document = order_pdf(channel_order(9), EN, A4)
    assert all(0.005 < share < 0.3 for share in ink(document))
    assert to_pngs(document, 60)[0].startswith(b"\x89PNG")


def test_the_same_document_is_the_same_file() -> None:
    assert order_pdf(channel_order(2), ZH, A4) == order_pdf(channel_order(2), ZH, A4)


def test_control_characters_in_names_print_nothing_and_break_nothing() -> None:
    line = replace(trade_lines(1)[0], name="面霜\x00\x1b@\r\n(\\) Tj ET", remark=")Tj")
    note = replace(sales_note(1), lines=(line,), customer="\x07\u202e客户")
    text = pages_of(trade_note_pdf(note, ZH, A4))[0]
    assert "面霜@ (\\) Tj ET" in text
    assert "客户" in text
