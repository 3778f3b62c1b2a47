"""P15: a receipt, a document of many pages, a large workbook, beside the bare minimum of each."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from desktop.printing.escpos import PrinterProfile, encode
from desktop.printing.excel import Cell, CellKind, ExcelColumn, ExcelSheet, save_xlsx
from desktop.printing.pdf.page import A4
from desktop.printing.pdf.trade import trade_note_pdf
from desktop.printing.preview import slip_png
from desktop.printing.receipt import receipt_slip
from desktop.printing.slip import PaperRoll
from tests.benchmarks.figures import Figure, Stopwatch, at_most, median_ms, p99_ms, settled
from tests.builders.papers import RECEIPT, ZH, sales_note

_RECEIPTS = 50
_ROUNDS = 5
_PROFILES = (
    ("text and its QR command", PrinterProfile(roll=PaperRoll.MM_80)),
    ("every line as a picture", PrinterProfile(roll=PaperRoll.MM_80, all_as_pictures=True)),
)


def run(folder: Path, pdf_rows: int, excel_rows: int) -> Iterator[Figure]:
    """What a person waits for at the till, at the desk, and before an export."""
    for what, profile in _PROFILES:
        yield _receipt(what, profile)
    yield _preview()
    yield _document(pdf_rows)
    yield _workbook(folder / "export.xlsx", excel_rows)


def _receipt(what: str, profile: PrinterProfile) -> Figure:
    def print_one() -> None:
        encode(receipt_slip(RECEIPT, ZH, profile.roll), profile)

    print_one()
    watch = Stopwatch()
    with settled():
        for _ in range(_RECEIPTS):
            watch.time(print_one)
    return Figure(
        row="P15",
        what=f"a receipt of 80 mm as {what}",
        size=f"{len(RECEIPT.lines)} lines, gifts, QR code",
        median_ms=median_ms(watch.wall),
        p99_ms=p99_ms(watch.wall),
        cpu_ms=median_ms(watch.cpu),
        goals=(at_most("p99 ms", p99_ms(watch.wall), 50),),
    )


def _preview() -> Figure:
    watch = Stopwatch()
    slip = receipt_slip(RECEIPT, ZH, PaperRoll.MM_80)
    with settled():
        for _ in range(_ROUNDS):
            watch.time(lambda: slip_png(slip, PaperRoll.MM_80))
    return Figure(
        row="P15",
        what="the same receipt as a picture to send",
        size="80 mm at twice its dots, PNG",
        median_ms=median_ms(watch.wall),
        cpu_ms=median_ms(watch.cpu),
    )


def _document(rows: int) -> Figure:
    """From values to bytes, the font's subset included; the first one also reads the font."""
    from reportlab.pdfgen.canvas import Canvas

    note = sales_note(rows)

    def bare() -> None:
        canvas = Canvas(io.BytesIO(), invariant=1)
        for row in range(rows):
            if row % 45 == 0:
                canvas.showPage()
            for column in range(9):
                canvas.drawString(60 * column, 18 * (row % 45), "HJJ-00001 90.55")
        canvas.getpdfdata()

    first, floor, watch = Stopwatch(), Stopwatch(), Stopwatch()
    first.time(lambda: trade_note_pdf(note, ZH, A4))
    with settled():
        for _ in range(_ROUNDS):
            floor.time(bare)
            watch.time(lambda: trade_note_pdf(note, ZH, A4))
    middle = median_ms(watch.wall)
    return Figure(
        row="P15",
        what="a sales note on A4 as PDF with its font embedded",
        size=f"{rows:,} rows of 9 columns",
        floor="as many ASCII texts by bare reportlab, Helvetica",
        floor_ms=median_ms(floor.wall),
        median_ms=middle,
        cpu_ms=median_ms(watch.cpu),
        size_bytes=float(len(trade_note_pdf(note, ZH, A4))),
        bytes_of="document",
        goals=(at_most("ms", middle, 500),),
        note=f"the first of the process {median_ms(first.wall):,.0f} ms",
    )


_COLUMNS = (
    ExcelColumn(title="ERP编码", kind=CellKind.CODE),
    ExcelColumn(title="品名"),
    ExcelColumn(title="规格"),
    ExcelColumn(title="单位"),
    ExcelColumn(title="数量", kind=CellKind.QUANTITY, is_summed=True),
    ExcelColumn(title="单价", kind=CellKind.UNIT_PRICE),
    ExcelColumn(title="金额", kind=CellKind.MONEY, is_summed=True),
    ExcelColumn(title="日期", kind=CellKind.DATE),
)


def _workbook(path: Path, rows: int) -> Figure:
    table: list[tuple[Cell, ...]] = [
        (
            f"{at:013d}", f"玫瑰面霜 {at}", "50g", "瓶", 3_000_000 + at, 90_550_000, 9055 + at,
            f"2026-{at % 12 + 1:02d}-05",
        )
        for at in range(rows)
    ]  # fmt: skip
    sheet = ExcelSheet(name="导出", columns=_COLUMNS, rows=table, total_title="合计")
    plain = "\n".join(",".join(map(str, row)) for row in table).encode()
    watch, floor = Stopwatch(), Stopwatch()
    with settled():
        for _ in range(3):
            floor.time(lambda: zlib.compress(plain, 1))
            watch.time(lambda: save_xlsx(sheet, path))
    middle = median_ms(watch.wall)
    return Figure(
        row="P15",
        what="a table as a workbook",
        size=f"{rows:,} rows of {len(_COLUMNS)} typed columns",
        floor="the same table as text, compressed at the same level",
        floor_ms=median_ms(floor.wall),
        median_ms=middle,
        cpu_ms=median_ms(watch.cpu),
        rate=rows / middle * 1000,
        unit="rows",
        size_bytes=float(path.stat().st_size),
        bytes_of="file",
        goals=(at_most("ms", middle, 2_000),),
    )
