"""Barcodes: read back by a scanner of our own, module by module."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.printing.pdf.bars import bars_of, code128
from shared.core.errors import RuleViolation
from shared.core.text import check_digit

# The widths of bars and spaces of each digit as the standard lists them, left side, odd parity.
_DIGITS = {"3211": 0, "2221": 1, "2122": 2, "1411": 3, "1132": 4, "1231": 5, "1114": 6, "1312": 7,
           "1213": 8, "3112": 9}  # fmt: skip
_FIRST = {"OOOOOO": 0, "OOEOEE": 1, "OOEEOE": 2, "OOEEEO": 3, "OEOOEE": 4, "OEEOOE": 5,
          "OEEEOO": 6, "OEOEOE": 7, "OEOEEO": 8, "OEEOEO": 9}  # fmt: skip


def widths(modules: str) -> list[int]:
    runs: list[int] = []
    before = ""
    for module in modules:
        if module == before:
            runs[-1] += 1
        else:
            runs.append(1)
        before = module
    return runs


def read_ean13(modules: str) -> str:
    """What a scanner makes of the widths of 59 bars and spaces."""
    runs = widths(modules)
    assert runs[:3] == runs[-3:] == [1, 1, 1]
    assert runs[27:32] == [1] * 5
    digits, parity = [], ""
    for at in (*range(3, 27, 4), *range(32, 56, 4)):
        key = "".join(map(str, runs[at : at + 4]))
        is_odd = key in _DIGITS
        digits.append(_DIGITS[key if is_odd else key[::-1]])
        if at < 27:
            parity += "O" if is_odd else "E"
    return f"{_FIRST[parity]}{''.join(map(str, digits))}"


@given(st.text("0123456789", min_size=12, max_size=12))
def test_every_ean_13_is_read_back(body: str) -> None:
    code = body + check_digit(body)
    bars = bars_of(code)
    assert len(bars.modules) == 95
    assert read_ean13(bars.modules) == code


def test_a_upc_a_is_the_ean_13_with_a_nought_before() -> None:
    assert read_ean13(bars_of("036000291452").modules) == "0036000291452"


def test_an_ean_8_has_its_67_modules() -> None:
    assert bars_of("96385074").modules == (
        "101" "0001011" "0101111" "0111101" "0110111" "01010"
        "1001110" "1110010" "1000100" "1011100" "101"
    )  # fmt: skip


def test_a_code_with_a_wrong_check_digit_is_still_printed_as_another_code() -> None:
    assert bars_of("6901234567890").modules.startswith("11010011100")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30))
def test_a_code_128_ends_with_a_check_symbol_that_agrees(text: str) -> None:
    runs = widths(code128(text))
    assert runs[-7:] == [2, 3, 3, 1, 1, 1, 2]
    symbols = [tuple(runs[at : at + 6]) for at in range(0, len(runs) - 7, 6)]
    assert all(sum(symbol) == 11 for symbol in symbols)


def test_digits_take_half_the_room_in_code_128() -> None:
    assert len(code128("12345678901234")) < len(code128("ABCDEFGHIJKLMN"))


@pytest.mark.parametrize("code", ["", "玫瑰", "A\nB"])
def test_a_code_no_bars_can_say_is_refused(code: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        bars_of(code)
    assert refused.value.code == "BARCODE_UNPRINTABLE"
