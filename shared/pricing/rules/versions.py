"""What a price version states: its rows, what may stand in it, and how it is proved whole."""

import hashlib
import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from shared.core.errors import RuleViolation
from shared.core.money import RATIO_MICRO_MAX, UNIT_PRICE_MICRO_MAX
from shared.pricing.rules.dimensions import is_dimension, part_of

ROWS_MAX: Final = 5_000
"""Rows of one document."""


_MODULUS: Final = 1 << 62


class Stage(StrEnum):
    """How far a version has come on a device (C02, C03)."""

    RECEIVED = "received"
    VERIFIED = "verified"
    ACTIVATED = "activated"


class PriceRow(NamedTuple):
    """One change against the parent version: a price or a ratio, or its removal."""

    product_id: str
    """'' when it is about a brand, or about everything."""
    brand: str
    """'' when it is about a product, or about everything."""
    dimension: str
    """``retail``, ``level:<id>``, ``region:<id>``, ``region:<id>+level:<id>``, ``category:<id>``,
    ``account:<id>``, ``list:<id>``; for ratios also ``*``."""
    unit_price_micro: int = 0
    ratio_micro: int = 0
    """Above 0 it is a ratio; otherwise the row is a price."""
    from_qty_micro: int = 0
    """From which quantity of base units it holds (C09)."""
    is_removed: bool = False
    """The parent's row is no more; a row with a ratio takes the ratio away, another the price."""


class PartSum(NamedTuple):
    """How many rows a part of a version has, and their digest: what completeness is proved by."""

    part: str
    """'' for what everybody in the sales organisation holds, or such as ``level:L1`` (C01)."""
    row_count: int
    digest: int


def check_rows(rows: Iterable[PriceRow]) -> None:
    """Nothing when every row can stand and no combination is stated twice (A03).

    Raises: RuleViolation PRICE_ROW_BAD, PRICE_ROW_TWICE, with the row that is meant.
    """
    seen: set[tuple[str, str, str, bool, int]] = set()
    for row in rows:
        key = row_key(row)
        if not _can_stand(row):
            raise RuleViolation("PRICE_ROW_BAD", **_which(row))
        if key in seen:
            raise RuleViolation("PRICE_ROW_TWICE", **_which(row))
        seen.add(key)


def row_key(row: PriceRow) -> tuple[str, str, str, bool, int]:
    """What may stand once in a version; a price and a ratio are two things."""
    return row.product_id, row.brand, row.dimension, row.ratio_micro > 0, row.from_qty_micro


def _can_stand(row: PriceRow) -> bool:
    return (
        not (row.product_id and row.brand)
        and (row.dimension == "*" or is_dimension(row.dimension))
        and 0 <= row.unit_price_micro <= UNIT_PRICE_MICRO_MAX
        and 0 <= row.ratio_micro <= RATIO_MICRO_MAX
        and not (row.unit_price_micro and row.ratio_micro)
        and row.from_qty_micro >= 0
        # A price is a product's; only ratios hold for a brand or for everything.
        and (row.ratio_micro > 0 or row.product_id != "")
    )


def _which(row: PriceRow) -> dict[str, str | int]:
    return {
        "product_id": row.product_id,
        "brand": row.brand,
        "dimension": row.dimension,
        "from_qty_micro": row.from_qty_micro,
    }


def _digest_of(row: PriceRow) -> int:
    """A number that changes with any value of the row; digests of a part are added up."""
    text = _TEXT([*row[:6], int(row.is_removed)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


_TEXT: Final = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
"""Made once: json.dumps would make one for each row."""


def part_sums(rows: Iterable[PriceRow]) -> tuple[PartSum, ...]:
    """Count and digest of each part, sorted by part; the order of the rows does not matter."""
    counts: dict[str, int] = {}
    digests: dict[str, int] = {}
    for row in rows:
        part = part_of(row.dimension)
        counts[part] = counts.get(part, 0) + 1
        digests[part] = (digests.get(part, 0) + _digest_of(row)) % _MODULUS
    return tuple(PartSum(part, counts[part], digests[part]) for part in sorted(counts))


def refusal(
    *,
    newest_number: int,
    newest_effective_at_us: int,
    parent_number: int,
    effective_at_us: int,
) -> str:
    """Why a version may not follow the newest one; '' when it may (domain rules 2 and 4).

    A version contains its parent's changes, so it cannot take effect before the parent does.
    """
    if parent_number != newest_number:
        return "PARENT_MOVED"
    return "EFFECTIVE_BEFORE_PARENT" if effective_at_us < newest_effective_at_us else ""
