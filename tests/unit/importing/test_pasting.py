"""Pasting lines of code and quantity into an order (E04)."""

import pytest

from shared.catalog.pasting import PastedLine, Scanned, read_lines
from shared.catalog.sheets import read_pasted
from shared.core.quantity import Pack

PACKS = (Pack("支", 1_000_000), Pack("箱", 12_000_000))


def resolve(code: str) -> Scanned | None:
    if code == "6902":
        return Scanned(product_id="P", factor_micro=12_000_000, packs=PACKS)
    if code.startswith("01"):
        return Scanned(product_id=code, factor_micro=1_000_000, packs=PACKS)
    return None


def test_300_rows_with_4_bad_codes_give_296_lines_and_list_4() -> None:
    codes = [f"9{n}" if n in (5, 77, 150, 299) else f"01{n:04d}" for n in range(300)]
    text = "\r\n".join(f"{code}\t{n + 1}" for n, code in enumerate(codes))
    lines, problems = read_lines(read_pasted(text), resolve)
    assert len(lines) == 296
    assert [(one.row_number, one.code) for one in problems] == [
        (row, "CODE_UNKNOWN") for row in (6, 78, 151, 300)
    ]


@pytest.mark.parametrize(
    ("cells", "qty"),
    [
        ("0101\t5", 5),
        ("0101", 1),
        ("0101\t2箱3支", 27),
        ("6902\t2", 24),
        ("6902\t2支", 2),
        ("编码\t数量\n0101\t4", 4),
        ("0101,6", 6),
        ("0101\t－2", -2),
    ],
)
def test_a_quantity_counts_what_the_code_names(cells: str, qty: int) -> None:
    lines, problems = read_lines(read_pasted(cells), resolve)
    assert not problems
    assert [line.qty_micro for line in lines] == [qty * 1_000_000]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("\t5", "CODE_EMPTY"),
        ("6.9E+12\t5", "CODE_LOST_DIGITS"),
        ("0101\tfünf", "QUANTITY_UNREADABLE"),
        ("0101\t1000000000", "QUANTITY_TOO_LARGE"),
        ("6902\t900000000", "QUANTITY_TOO_LARGE"),
        ("0101\t3盒", "UNKNOWN_UNIT"),
    ],
)
def test_a_bad_row_is_listed_and_the_others_stay(cells: str, code: str) -> None:
    lines, problems = read_lines(read_pasted(f"0102\t1\n{cells}\n\n0103\t2"), resolve)
    assert [(one.row_number, one.code) for one in problems] == [(2, code)]
    assert lines == (
        PastedLine(row_number=1, product_id="0102", qty_micro=1_000_000),
        PastedLine(row_number=4, product_id="0103", qty_micro=2_000_000),
    )
