"""Workbooks: codes stay text, figures are exact, and no cell is ever a formula."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from desktop.printing import excel
from desktop.printing.excel import Cell, CellKind, ExcelColumn, ExcelSheet, save_xlsx, write_xlsx
from desktop.printing.xlsx import letters, sheet_name
from shared.core.decimals import write_scaled
from shared.core.errors import RuleViolation

COLUMNS = (
    ExcelColumn(title="ERP编码", kind=CellKind.CODE),
    ExcelColumn(title="品名"),
    ExcelColumn(title="数量", kind=CellKind.QUANTITY, is_summed=True),
    ExcelColumn(title="单价", kind=CellKind.UNIT_PRICE),
    ExcelColumn(title="金额", kind=CellKind.MONEY, is_summed=True),
    ExcelColumn(title="折扣", kind=CellKind.RATIO),
    ExcelColumn(title="日期", kind=CellKind.DATE),
    ExcelColumn(title="时间", kind=CellKind.INSTANT),
    ExcelColumn(title="笔数", kind=CellKind.COUNT),
)
ROW: tuple[Cell, ...] = (
    "0012345", "玫瑰面霜", 2_500_000, 90_550_000, 22638, 455_000, "2026-11-21",
    1_795_000_000_000_000, 1234,
)  # fmt: skip

FORMULAS = [
    lead + rest
    for lead in ("=", "+", "-", "@", "\t=", "\r=", "＝", " =", "'=", '"=', "=+", "@@")
    for rest in (
        "1+1", "cmd|' /C calc'!A0", "HYPERLINK(\"x\")", "SUM(A1:A9)", "IMPORTXML(1,2)",
    )
]  # fmt: skip


def written(sheet: ExcelSheet) -> Worksheet:
    book = load_workbook(BytesIO(write_xlsx(sheet)))
    assert isinstance(book.active, Worksheet)
    return book.active


def a_sheet(rows: Sequence[Sequence[Cell]], total_title: str = "") -> ExcelSheet:
    return ExcelSheet(name="导出", columns=COLUMNS, rows=rows, total_title=total_title)


def test_each_kind_of_column_is_read_back_as_what_it_is() -> None:
    cells = written(a_sheet([ROW]))[2]
    found = [(cell.value, cell.data_type) for cell in cells[:6]]
    assert found == [
        ("0012345", "s"), ("玫瑰面霜", "s"), (2.5, "n"), (90.55, "n"), (226.38, "n"), (0.455, "n"),
    ]  # fmt: skip
    assert (cells[6].is_date, str(cells[6].value)) == (True, "2026-11-21 00:00:00")
    assert (cells[7].is_date, str(cells[7].value)) == (True, "2026-11-18 19:06:40")
    assert cells[4].number_format == "#,##0.00"
    assert cells[0].number_format == "@"


def test_the_first_row_is_frozen_and_filters_end_above_the_sums() -> None:
    sheet = written(a_sheet([ROW, ROW], total_title="合计"))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:I3"
    assert [cell.value for cell in sheet[4]] == [
        "合计", None, 5, None, 452.76, None, None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("payload", FORMULAS)
def test_text_that_looks_like_a_formula_stays_text(payload: str) -> None:
    columns = (ExcelColumn(title=payload, kind=CellKind.CODE), ExcelColumn(title="b"))
    sheet = ExcelSheet(
        name=payload, columns=columns, rows=[(payload, payload)], total_title=payload,
        notes=(payload,),
    )  # fmt: skip
    data = write_xlsx(sheet)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    cells = [cell for row in load_workbook(BytesIO(data)).active for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert cells[2].value.strip() == payload.replace("\r", "\n").strip()


@given(st.integers(-(10**15), 10**15))
def test_the_file_holds_the_exact_decimal_text_of_an_amount(minor: int) -> None:
    columns = (ExcelColumn(title="a", kind=CellKind.MONEY),)
    with zipfile.ZipFile(
        BytesIO(write_xlsx(ExcelSheet(name="x", columns=columns, rows=[(minor,)])))
    ) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert f"<v>{write_scaled(minor, 2, least_places=2)}</v>" in xml


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
@example([("", "_x0000_")])
def test_any_text_is_read_back_but_for_what_xml_cannot_hold(rows: list[tuple[str, str]]) -> None:
    columns = (ExcelColumn(title="a", kind=CellKind.CODE), ExcelColumn(title="b"))
    sheet = written(ExcelSheet(name="x", columns=columns, rows=rows))
    for at, row in enumerate(rows, 2):
        for cell, text in zip(sheet[at] if at <= sheet.max_row else (), row, strict=False):
            expected = "".join(
                sign for sign in text
                if sign in "\t\n\r" or not (sign < " " or sign in "\x7f\ufffe\uffff")
            )  # fmt: skip
            # openpyxl leaves undone what Excel undoes: _x005F_ stands for the underscore.
            assert unescape(cell.value or "") == expected.replace("\r", "\n")


def test_a_code_of_eighteen_digits_and_leading_zeros_survives_another_reader() -> None:
    row = ("000123456789012345", *ROW[1:])
    data = write_xlsx(a_sheet([row]))
    read = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    assert read[1][0] == "000123456789012345"


def test_no_row_is_lost_between_the_batches() -> None:
    columns = (ExcelColumn(title="n", kind=CellKind.COUNT, is_summed=True),)
    rows = ((number,) for number in range(1_703))
    sheet = written(ExcelSheet(name="x", columns=columns, rows=rows, total_title="合计"))
    assert [cell.value for cell in sheet["A"][1:1704]] == list(range(1_703))
    assert sheet["A1705"].value == 1_703 * 1_702 // 2


def test_empty_cells_stay_empty_and_a_nought_is_a_nought() -> None:
    row: tuple[Cell, ...] = ("", None, 0, None, 0, None, "", 0, 0)
    cells = written(a_sheet([row]))[2]
    assert [cell.value for cell in cells] == [None, None, 0, None, 0, None, None, None, 0]


def test_a_table_without_rows_is_still_a_workbook() -> None:
    sheet = written(a_sheet([], total_title="合计"))
    assert sheet["A2"].value == "合计"
    assert sheet.auto_filter.ref == "A1:I1"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ROW[:3], "EXCEL_ROW_UNEVEN"),
        ((*ROW[:4], "12.5", *ROW[5:]), "EXCEL_CELL_UNFIT"),
        ((*ROW[:6], "21.11.2026", *ROW[7:]), "EXCEL_CELL_UNFIT"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(row: tuple[Cell, ...], code: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        write_xlsx(a_sheet([ROW, row]))
    assert refused.value.code == code


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "ROWS_MAX", 3)
    with pytest.raises(RuleViolation) as refused:
        write_xlsx(a_sheet([ROW] * 4))
    assert refused.value.code == "EXCEL_TOO_LONG"


def test_a_file_that_could_not_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "导出.xlsx"
    save_xlsx(a_sheet([ROW]), path)
    before = path.read_bytes()
    with pytest.raises(RuleViolation):
        save_xlsx(a_sheet([ROW[:2]]), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "kept"),
    [("导出", "导出"), ("a/b:c", "a b c"), ("", "Sheet1"), ("'x'", "x"), ("字" * 40, "字" * 31)],
)
def test_a_sheet_bears_a_name_excel_accepts(name: str, kept: str) -> None:
    assert sheet_name(name) == kept


@pytest.mark.parametrize(
    ("at", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_lettered_as_excel_does(at: int, name: str) -> None:
    assert letters(at) == name
