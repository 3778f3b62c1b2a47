"""Names, codes and barcodes mean the same however a shop types, pastes or scans them."""

import csv
import gzip
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import RuleViolation
from shared.core.text import (
    BarcodeKind,
    barcode_kind,
    check_digit,
    check_digit_ok,
    code_text,
    expand_upc_e,
    fold,
    gtin14,
    half_width,
    latin_initials,
    normal,
)
from tests.real_data import real_data

any_text = st.text(st.characters(codec="utf-8"), max_size=40)
digits = st.text("0123456789", min_size=1, max_size=17)


def test_a_name_is_stored_in_one_form() -> None:
    assert normal("  吕　含光耀\t护营\u00a0润修 \n") == "吕 含光耀 护营 润修"
    assert normal("Lance\u0302me\u200b\x00\ufeff") == "Lanc\u00eame"


@given(st.text(max_size=40))
def test_a_stored_name_is_safe_for_every_database_and_stays_as_it_is(text: str) -> None:
    name = normal(text)
    assert normal(name) == name
    assert "\x00" not in name
    assert name == name.strip()
    assert name.encode("utf-8").decode("utf-8") == name
    assert unicodedata.is_normalized("NFC", name)


def test_full_width_signs_become_half_width_and_chinese_stays() -> None:
    assert half_width("ＡＢ１２．５％（￥）　洁面") == "AB12.5%(¥) 洁面"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("SK-II 神仙水", "ｓｋｉｉ神仙水"),
        ("Lancôme", "LANCÔME"),
        ("400ml（洗+护）", "400ML 洗护"),
        ("STRASSE", "straße"),
        ("㎖", "ml"),
    ],
)
def test_searching_sees_no_difference_of_width_case_blanks_or_punctuation(
    left: str, right: str
) -> None:
    assert fold(left) == fold(right) != ""


@given(any_text)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (6901234567892, "6901234567892"),
        ("6901234567892.0", "6901234567892"),
        ("17850.0", "17850"),
        ("09", "09"),
        ("00123.0", "00123"),
        ("　６９０１ ", "6901"),
        ("85049g", "85049g"),
        ("BANK  CHARGES", "BANK CHARGES"),
        ("'0690", "0690"),
        ('="0690"', "0690"),
        ("1*24", "1*24"),
        ("15E6", "15E6"),
        ("1.5", "1.5"),
    ],
)
def test_a_code_stays_the_text_it_was(value: str | int, code: str) -> None:
    assert code_text(value) == code


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("6.90123E+12", "CODE_LOST_DIGITS"),
        ("6.90123e+12", "CODE_LOST_DIGITS"),
        ("６.90123E+12", "CODE_LOST_DIGITS"),
        ("6.901E12", "CODE_LOST_DIGITS"),
        ("7E+12", "CODE_LOST_DIGITS"),
        ("'6.90123E+12", "CODE_LOST_DIGITS"),
        (" \u200b", "CODE_EMPTY"),
        (-1, "CODE_UNREADABLE"),
    ],
)
def test_a_code_that_was_lost_is_never_taken_for_a_code(value: str | int, code: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        code_text(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("barcode", "kind"),
    [
        ("8809554022597", BarcodeKind.EAN_13),
        ("309973978027", BarcodeKind.UPC_A),
        ("96385074", BarcodeKind.EAN_8),
        ("04252614", BarcodeKind.UPC_E),
        ("10614141000415", BarcodeKind.GTIN_14),
        ("8809554022598", None),
        ("V2834C", None),
        ("1*24", None),
        ("", None),
        ("²809554022597", None),
        ("880955402259٧", None),
    ],
)
def test_a_barcode_is_known_by_length_and_check_digit(
    barcode: str, kind: BarcodeKind | None
) -> None:
    assert barcode_kind(barcode) == kind
    assert check_digit_ok(barcode) == (kind is not None)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("04252614", "042100005264"),
        ("01234133", "012300000413"),
        ("01234540", "012340000050"),
        ("01234565", "012345000065"),
        ("01234505", "012000003455"),
    ],
)
def test_a_short_upc_stands_for_its_long_one(short: str, long: str) -> None:
    assert expand_upc_e(short) == long


@pytest.mark.parametrize("text", ["24252614", "0425261", "042526140", "0425261x"])
def test_what_is_no_short_upc_is_not_expanded(text: str) -> None:
    assert expand_upc_e(text) is None


def test_all_spellings_of_one_retail_code_meet() -> None:
    assert gtin14("04252614") == gtin14("042100005264") == gtin14("0042100005264")
    assert gtin14("042100005265") is None


@given(digits, st.integers(0, 16), st.integers(1, 9))
def test_a_check_digit_finds_every_single_wrong_digit(body: str, at: int, by: int) -> None:
    at %= len(body)
    wrong = body[:at] + str((int(body[at]) + by) % 10) + body[at + 1 :]
    assert check_digit(wrong) != check_digit(body)


@pytest.mark.parametrize("body", ["", "12a", "１２", "-1"])
def test_a_check_digit_needs_digits(body: str) -> None:
    with pytest.raises(RuleViolation, match="BARCODE_UNREADABLE"):
        check_digit(body)


def test_of_a_real_shop_list_135_barcodes_pass() -> None:
    path = real_data("cosmetics_store", "stock_list_earlier.csv")
    with path.open(encoding="utf-8", newline="") as file:
        kinds = Counter(barcode_kind(row["barcode"]) for row in csv.DictReader(file))
    kinds.pop(None)
    assert kinds == {BarcodeKind.EAN_13: 133, BarcodeKind.EAN_8: 1, BarcodeKind.UPC_A: 1}


def test_of_real_eight_digit_codes_337_are_short_upcs() -> None:
    path = real_data("barcodes_uhtt", "uhtt_beauty_dev.tsv.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        codes = [line.split("\t", 2)[1] for line in file]
    kinds = Counter(barcode_kind(code) for code in codes if len(code) == 8)
    assert kinds == {BarcodeKind.EAN_8: 3143 - 337, BarcodeKind.UPC_E: 337}


def test_initials_are_the_first_letters_without_tones() -> None:
    assert latin_initials(["chú", "zhòu", "shuāng"]) == "czs"
    assert latin_initials(["ān", "LÜ", "S", "K", "2", " ", "-"]) == "alsk2"
    assert latin_initials([]) == ""
