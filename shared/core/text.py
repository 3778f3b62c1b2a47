"""Text as shops type, scan and search it: cleaning, folding, codes, barcodes, initials."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from shared.core.errors import RuleViolation

# Control characters, lone surrogates and invisible marks: PostgreSQL refuses U+0000, UTF-8 has
# no surrogates, and a zero-width blank makes two codes that look alike differ.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\u200b\u2060\ufeff]")
_HALF_WIDTH: Final[dict[int, int | str]] = {
    **{full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)},
    0x3000: " ",
    0xFFE0: "¢",
    0xFFE1: "£",
    0xFFE5: "¥",
}
_WHOLE_FLOAT = re.compile(r"([0-9]+)\.0+")
_SCIENTIFIC = re.compile(r"[0-9]+\.[0-9]+E[+]?[0-9]+|[0-9]+E[+][0-9]+", re.IGNORECASE)
_EXCEL_TEXT = re.compile(r"'(.+)|=\"(.+)\"")


class BarcodeKind(StrEnum):
    """The GS1 retail codes whose check digit can be proved."""

    EAN_13 = "ean13"
    EAN_8 = "ean8"
    UPC_A = "upca"
    UPC_E = "upce"
    GTIN_14 = "gtin14"


def normal(text: str) -> str:
    """A name as it is stored: NFC, invisible characters gone, blanks inside folded to one."""
    return " ".join(unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).split())


def half_width(text: str) -> str:
    """Full-width letters, digits, signs and blank as their half-width twins; the rest stays."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def fold(text: str) -> str:
    """What searching compares: NFKC, case folded, only letters, digits and their marks left."""
    if text.isascii():
        return "".join(filter(str.isalnum, text)).lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c for c in folded if unicodedata.category(c)[0] in "LNM")
    # Where a character went, its neighbours may now combine.
    return unicodedata.normalize("NFKC", kept)


def excerpt(text: str, most: int = 24) -> str:
    """The beginning of a text somebody typed, short enough to stand in an error's parameters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def code_text(value: str | int) -> str:
    """A product code or barcode as text: half-width, trimmed, leading zeros kept.

    `6901234567892.0` loses the `.0` and `'690…` or `="690…"` the quoting spreadsheets add.

    Raises: RuleViolation CODE_LOST_DIGITS for `6.90123E+12`, whose digits the spreadsheet has
    already thrown away; CODE_EMPTY; CODE_UNREADABLE for a negative number.
    """
    if isinstance(value, int):
        if value < 0:
            raise RuleViolation("CODE_UNREADABLE", text=str(value))
        return str(value)
    code = normal(half_width(value))
    if quoted := _EXCEL_TEXT.fullmatch(code):
        code = normal(quoted[1] or quoted[2])
    if not code:
        raise RuleViolation("CODE_EMPTY")
    if _SCIENTIFIC.fullmatch(code):
        raise RuleViolation("CODE_LOST_DIGITS", text=excerpt(code))
    whole = _WHOLE_FLOAT.fullmatch(code)
    return whole[1] if whole else code


def check_digit(body: str) -> str:
    """The GS1 check digit (modulo 10, weights 3 and 1 from the right) of the digits before it.

    Raises: RuleViolation BARCODE_UNREADABLE when the body is not all digits.
    """
    if not _is_digits(body):
        raise RuleViolation("BARCODE_UNREADABLE", text=excerpt(body))
    odd = sum(map(int, body[-1::-2]))
    even = sum(map(int, body[-2::-2]))
    return str(-(3 * odd + even) % 10)


def check_digit_ok(barcode: str) -> bool:
    """Whether it is an EAN-13, EAN-8, UPC-A, UPC-E or GTIN-14 whose check digit agrees."""
    return barcode_kind(barcode) is not None


def barcode_kind(text: str) -> BarcodeKind | None:
    """Which retail code it is, by length and check digit; None when neither fits.

    Eight digits are read as EAN-8 first and as UPC-E only when that fails.
    """
    if not _is_digits(text):
        return None
    kind = _KIND_BY_LENGTH.get(len(text))
    if kind is not None and check_digit(text[:-1]) == text[-1]:
        return kind
    expanded = expand_upc_e(text)
    if expanded is not None and check_digit(expanded[:-1]) == expanded[-1]:
        return BarcodeKind.UPC_E
    return None


def expand_upc_e(text: str) -> str | None:
    """The 12 digits of UPC-A that an 8-digit UPC-E stands for, its check digit unproved.

    None when it cannot be UPC-E: not eight digits, or a number system other than 0 and 1.
    """
    if len(text) != 8 or not _is_digits(text) or text[0] not in "01":
        return None
    d, last = text[1:7], text[6]
    if last in "012":
        body = d[:2] + last + "0000" + d[2:5]
    elif last == "3":
        body = d[:3] + "00000" + d[3:5]
    elif last == "4":
        body = d[:4] + "00000" + d[4]
    else:
        body = d[:5] + "0000" + last
    return text[0] + body + text[7]


def gtin14(barcode: str) -> str | None:
    """The 14 digits under which all spellings of one retail code meet, or None when it is none.

    A scanner may send a UPC-A with a leading zero, as EAN-13, or as the short UPC-E.
    """
    kind = barcode_kind(barcode)
    if kind is None:
        return None
    long = expand_upc_e(barcode) if kind is BarcodeKind.UPC_E else barcode
    assert long is not None
    return long.rjust(14, "0")


def latin_initials(syllables: Sequence[str]) -> str:
    """The first letter of each syllable without its tone, lower case: chú zhòu shuāng → czs.

    A Latin word given as one syllable counts by its first letter; give it letter by letter to
    keep all of it. A syllable without letter or digit gives nothing.
    """
    return "".join(unicodedata.normalize("NFD", fold(syllable))[:1] for syllable in syllables)


_KIND_BY_LENGTH: Final = {
    8: BarcodeKind.EAN_8,
    12: BarcodeKind.UPC_A,
    13: BarcodeKind.EAN_13,
    14: BarcodeKind.GTIN_14,
}


def _is_digits(text: str) -> bool:
    # isdigit alone would let ² and ٣ through.
    return text.isascii() and text.isdigit()
