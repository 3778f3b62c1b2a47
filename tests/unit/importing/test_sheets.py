"""Reading the bytes of csv, xlsx and xls files as sheets of text."""

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from shared.catalog import sheet_files
from shared.catalog.sheets import number_text, read_pasted, read_sheets
from shared.core.errors import RuleViolation
from tests.builders.workbooks import saved, workbook, workbook_of

TABLE = "编码,名称,零售价\n010101,洁面乳,59.00\n010102,卸妆水,89\n"
ROWS = (("编码", "名称", "零售价"), ("010101", "洁面乳", "59.00"), ("010102", "卸妆水", "89"))


def refused(content: bytes, file_name: str = "list.xlsx") -> RuleViolation:
    with pytest.raises(RuleViolation) as error:
        read_sheets(content, file_name)
    assert error.value.params["next"], "every error of a file says what to do next"
    return error.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_is_read_in_every_encoding_chinese_spreadsheets_write(encoding: str) -> None:
    (sheet,) = read_sheets(TABLE.encode(encoding), "C:\\exports\\goods.csv")
    assert (sheet.name, sheet.rows) == ("goods", ROWS)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found_out(delimiter: str, line_end: str) -> None:
    text = TABLE.replace(",", delimiter).replace("\n", line_end)
    assert read_sheets(text.encode(), "x.txt")[0].rows == ROWS


def test_a_tab_before_codes_is_no_delimiter() -> None:
    (sheet,) = read_sheets("编码,名称\n\t6901028004954,甲\n\t6901028004947,乙\n".encode(), "a.csv")
    assert [len(row) for row in sheet.rows] == [2, 2, 2]


def test_a_tab_separated_export_may_hold_lone_quotation_marks() -> None:
    (sheet,) = read_sheets(b'code\tname\n1\t"Lux" soap\n2\tx\n', "a.tsv")
    assert sheet.rows[1:] == (("1", '"Lux" soap'), ("2", "x"))


def test_an_open_quotation_mark_names_its_row() -> None:
    error = refused(b'code,name\n1,a\n2,"b\n3,c\n', "a.csv")
    assert (error.code, error.params["row"]) == ("SHEET_QUOTES_BROKEN", 3)


def test_a_damaged_utf8_file_is_not_taken_for_chinese_in_gb18030() -> None:
    damaged = TABLE.encode().replace("卸妆水".encode(), b"\xe5\x8d\xb8\xe5\xa6")
    error = refused(damaged, "a.csv")
    assert (error.code, error.params["row"]) == ("SHEET_TEXT_UNREADABLE", 3)


def test_a_csv_cut_off_inside_a_row_is_refused() -> None:
    content = TABLE.encode()
    assert refused(content[:-4], "a.csv").code == "SHEET_UNREADABLE"
    assert len(read_sheets(content[:-1], "a.csv")[0].rows) == 3


def test_a_total_without_line_end_is_no_cut() -> None:
    assert len(read_sheets((TABLE + "合计,2").encode(), "a.csv")[0].rows) == 4


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\x00\x01", b"\x89PNG\r\n\x1a\n\x00\x00", b"\x1f\x8b\x08\x00", b"GIF89a\x00\x01"],
    ids=["pdf", "png", "gz", "gif"],
)
def test_another_kind_of_file_is_told_apart(content: bytes) -> None:
    assert refused(content).code in ("SHEET_TYPE_UNKNOWN", "SHEET_TEXT_UNREADABLE")


@pytest.mark.parametrize("page", ["<html><table>", "<?xml version='1.0'?><Workbook>"])
def test_a_web_page_named_xls_is_told_apart(page: str) -> None:
    assert refused(page.encode(), "export.xls").code == "SHEET_TYPE_UNKNOWN"


def test_another_zip_is_told_apart() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refused(target.getvalue()).code == "SHEET_TYPE_UNKNOWN"


@pytest.mark.parametrize("content", [b"", b" \r\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert refused(content).code == "SHEET_EMPTY"


def test_every_truncation_of_a_workbook_is_refused() -> None:
    content = workbook_of(*ROWS)
    for percent in range(1, 100, 3):
        cut = content[: len(content) * percent // 100]
        assert refused(cut).code == "SHEET_UNREADABLE", percent


def test_a_zip_bomb_is_refused_before_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_files, "UNPACKED_BYTES_MAX", 1_000_000)
    target = io.BytesIO(workbook_of(*ROWS))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b"0" * 20_000_000)
    assert len(target.getvalue()) < 50_000
    assert refused(target.getvalue()).code == "SHEET_TOO_LARGE"


def test_pictures_do_not_count_towards_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_files, "UNPACKED_BYTES_MAX", 100_000)
    target = io.BytesIO(workbook_of(*ROWS))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"0" * 200_000)
    assert len(read_sheets(target.getvalue(), "a.xlsx")[0].rows) == 3


@pytest.mark.parametrize("place", ["XFD2", "B1048576", "XFD1048576"])
def test_a_cell_far_out_cannot_fill_the_memory(place: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"] = "编码"
        sheet[place] = 1

    assert refused(workbook(fill)).code == "SHEET_TOO_LARGE"


def test_formatting_far_out_without_content_does_no_harm() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in ROWS:
            sheet.append(list(row))
        sheet["C900000"].number_format = "0.00"

    assert len(read_sheets(workbook(fill), "a.xlsx")[0].rows) == 3


def test_more_columns_rows_or_letters_than_a_list_has_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert refused(("a," * 600 + "\n").encode()).params["limit"] == "columns"
    assert refused(b"a,b\n" + b"x" * 40_000 + b",1\n").params["limit"] == "letters in a cell"
    monkeypatch.setattr(sheet_files, "ROWS_MAX", 2)
    assert refused(TABLE.encode()).params["limit"] == "rows"


def test_numbers_are_read_by_their_decimal_text() -> None:
    content = workbook_of([6901234567892.0, 10.282, 2.5, -3, 5.0, 1e-7, 690123456789012345])
    assert read_sheets(content, "a.xlsx")[0].rows == (
        ("6901234567892", "10.282", "2.5", "-3", "5", "0.0000001",
         "6.901234567890124E+17"),
    )  # fmt: skip
    assert number_text(repr(0.1 + 0.2)) == "0.30000000000000004"


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_of_up_to_15_digits_keep_every_digit(number: int) -> None:
    assert number_text(repr(float(number))) == str(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_has_its_exact_value(number: float) -> None:
    assert Decimal(number_text(repr(number))) == Decimal(repr(number))


def test_dates_truth_values_and_errors_become_text() -> None:
    moment = dt.datetime(2026, 3, 9, 8, 30)  # noqa: DTZ001 - a cell has no zone
    content = workbook_of([dt.date(2026, 3, 9), moment, True, False, dt.time(8, 30)])
    (row,) = read_sheets(content, "a.xlsx")[0].rows
    assert row[1:] == ("2026-03-09 08:30:00", "TRUE", "FALSE", "08:30:00")
    assert row[0].startswith("2026-03-09")


def test_a_cell_merged_over_rows_stands_in_each_of_them() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["商品清单", None, None])
        sheet.merge_cells("A1:C1")
        sheet.append(["分类", "编码", "名称"])
        sheet.append(["护肤", "1", "甲"])
        sheet.append([None, "2", "乙"])
        sheet.merge_cells("A3:A4")

    rows = read_sheets(workbook(fill), "a.xlsx")[0].rows
    assert rows[0] == ("商品清单", "", "")
    assert rows[2:] == (("护肤", "1", "甲"), ("护肤", "2", "乙"))


def test_rows_keep_the_numbers_the_spreadsheet_shows() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["B4"] = "名称"

    assert read_sheets(workbook(fill), "a.xlsx")[0].rows[3] == ("", "名称")


def test_hidden_sheets_are_left_out() -> None:
    book = openpyxl.Workbook()
    book.active.append(["编码", "名称"])
    book.create_sheet("旧数据").sheet_state = "hidden"
    assert [one.name for one in read_sheets(saved(book), "a.xlsx")] == ["Sheet"]


def test_pasted_cells_are_read_as_the_clipboard_gives_them() -> None:
    assert read_pasted("010101\t5\r\n010102\t2箱").rows == (("010101", "5"), ("010102", "2箱"))
