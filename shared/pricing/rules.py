"""Price rules: dimensions, the steps a logic is made of, and how a price comes from them."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from shared.core.errors import RuleViolation
from shared.core.money import (
    MOST_RATIO_MICRO,
    MOST_UNIT_PRICE_MICRO,
    UNIT_PRICE_PLACES,
    format_ratio,
    format_unit_price,
)
from shared.core.rounding import MICRO, divide_half_away

MOST_ROWS: Final = 5_000
"""Rows of one document."""

DIGEST_MODULUS: Final = 1 << 62

RETAIL: Final = "retail"
"""The suggested retail price; one of the dimensions (C01)."""

CROSS_ORDER: Final = ("account", "region+level", "level", "region")
"""客户 > 区域+级别 > 级别 > 区域: the order in which combinations win unless a logic says otherwise
(A03)."""

_WORDS: Final = frozenset({*CROSS_ORDER, "category", "list", RETAIL})
_LITERAL: Final = re.compile(
    r"retail|(?:account|level|region|category|list):[^+]+|region:[^+]+\+level:[^+]+"
)


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


class Step(NamedTuple):
    """One step of a price logic; the first whose lookups all find something gives the price."""

    name: str
    base: tuple[str, ...]
    """Where the price comes from, in order: ``account region+level level region category list
    retail``, filled in from the context, or a dimension written out."""
    ratio: tuple[str, ...] = ()
    """Where the ratio comes from, in order; () = the price is taken as it stands."""
    decimals: int = 2
    """Places a calculated price is rounded to, half away from zero."""
    lists: tuple[tuple[str, str], ...] = ()
    """Brand and price list (C06); brand '' is every other brand."""


class PartSum(NamedTuple):
    """How many rows a part of a version has, and their digest: what completeness is proved by."""

    part: str
    """'' for what everybody in the sales organisation holds, or such as ``level:L1`` (C01)."""
    row_count: int
    digest: int


def level(level_id: str) -> str:
    """The dimension of a level."""
    return f"level:{level_id}"


def region(region_id: str) -> str:
    """The dimension of a region."""
    return f"region:{region_id}"


def region_level(region_id: str, level_id: str) -> str:
    """The dimension of a level within a region."""
    return f"region:{region_id}+level:{level_id}"


def category(category_id: str) -> str:
    """The dimension of a customer category."""
    return f"category:{category_id}"


def account(account_id: str) -> str:
    """The dimension of one channel account."""
    return f"account:{account_id}"


def price_list(list_id: str) -> str:
    """The dimension of a price list."""
    return f"list:{list_id}"


def part_of(dimension: str) -> str:
    """The part a row of this dimension belongs to: who may hold it (C01).

    Levels, categories and accounts are kept from those they do not concern; retail, regions and
    price lists everybody in the sales organisation may know.
    """
    named = dimension.rpartition("+")[2]
    return named if named.partition(":")[0] in ("level", "category", "account") else ""


def retail_ratio(*, decimals: int = 2) -> tuple[Step, ...]:
    """分销: a price that was agreed on, else retail × ratio of the level and brand (C04, A03)."""
    return (
        Step("agreed", CROSS_ORDER, decimals=decimals),
        Step("retail_ratio", (RETAIL,), CROSS_ORDER, decimals),
    )


def category_lookup(*fallbacks: str) -> tuple[Step, ...]:
    """电商: the price of the customer's category, then those of the stated fallbacks (C05).

    The category's own fallbacks come first; without any named here the last one is retail.
    """
    return (
        Step("agreed", ("account",)),
        Step("category_lookup", ("category", *(fallbacks or (RETAIL,)))),
    )


def list_or_ratio(lists: Mapping[str, str], *, decimals: int = 2) -> tuple[Step, ...]:
    """ODM: the brand's price list, else retail × the brand's ratio (C06)."""
    chosen = tuple(sorted(lists.items()))
    return (
        Step("agreed", ("account",)),
        Step("list", ("list",), lists=chosen),
        Step("brand_ratio", (RETAIL,), (*CROSS_ORDER, "*"), decimals),
    )


def check_steps(steps: Sequence[Step]) -> None:
    """Nothing when the logic can be carried out.

    Raises: RuleViolation LOGIC_EMPTY, LOGIC_STEP_BAD naming the step.
    """
    if not steps:
        raise RuleViolation("LOGIC_EMPTY")
    for step in steps:
        words = (*step.base, *(one for one in step.ratio if one != "*"))
        known = all(one in _WORDS or _LITERAL.fullmatch(one) for one in words)
        if not (step.base and known and 0 <= step.decimals <= UNIT_PRICE_PLACES):
            raise RuleViolation("LOGIC_STEP_BAD", step=step.name)


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
        and (row.dimension == "*" or _LITERAL.fullmatch(row.dimension) is not None)
        and 0 <= row.unit_price_micro <= MOST_UNIT_PRICE_MICRO
        and 0 <= row.ratio_micro <= MOST_RATIO_MICRO
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


def row_digest(row: PriceRow) -> int:
    """A number that changes with any value of the row; digests of a part are added up."""
    text = json.dumps([*row[:6], int(row.is_removed)], ensure_ascii=True, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def part_sums(rows: Iterable[PriceRow]) -> tuple[PartSum, ...]:
    """Count and digest of each part, sorted by part; the order of the rows does not matter."""
    counts: dict[str, int] = {}
    digests: dict[str, int] = {}
    for row in rows:
        part = part_of(row.dimension)
        counts[part] = counts.get(part, 0) + 1
        digests[part] = (digests.get(part, 0) + row_digest(row)) % DIGEST_MODULUS
    return tuple(PartSum(part, counts[part], digests[part]) for part in sorted(counts))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceContext:
    """Who buys, for finding prices: resolved once per document (C07)."""

    sales_org_id: str
    account_id: str = ""
    level_id: str = ""
    region_ids: tuple[str, ...] = ()
    """The account's leaf and the regions above it."""
    category_ids: tuple[str, ...] = ()
    """The account's category and those a lookup goes on with."""

    def parts(self) -> tuple[str, ...]:
        """The parts of a version this context can read."""
        named = [account(self.account_id)] if self.account_id else []
        named += [level(self.level_id)] if self.level_id else []
        return ("", *named, *map(category, self.category_ids))


@dataclass(frozen=True, slots=True)
class Goods:
    """What of a product a price depends on."""

    product_id: str
    brand: str


class Found(NamedTuple):
    """A row that holds in the version asked for."""

    row: PriceRow
    number: int
    """The version that stated it."""


class Lookup(Protocol):
    """Where resolving finds rows: an indexed table, or a dictionary in tests."""

    def find(self, goods: Sequence[Goods], dimensions: Collection[str]) -> Iterable[Found]:
        """The rows in force for these products, their brands and everything, removed ones not."""


class Trail(NamedTuple):
    """One thing that was looked up on the way to a price."""

    of: str
    """``price`` or ``ratio``."""
    subject: str
    """``product:<id>``, ``brand:<id>`` or ``*``."""
    dimension: str
    value_micro: int
    position: int
    """Its place among the dimensions asked, from 1 (C05: fallback 2 of 3)."""
    positions: int
    number: int
    """The version that stated it; the active one may be later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one base unit, and why: enough to read it aloud and to compute it again."""

    unit_price_micro: int
    version: int
    step: str
    decimals: int
    """Places a calculated price was rounded to; -1 = it was taken as it stands."""
    trail: tuple[Trail, ...]

    @property
    def fallback(self) -> int:
        """Which of the stated places gave the price, from 1."""
        return self.trail[0].position if self.trail else 0


def resolve(
    steps: Sequence[Step],
    version: int,
    context: PriceContext,
    goods: Sequence[Goods],
    lookup: Lookup,
    *,
    qty_micro: int = MICRO,
) -> dict[str, Price]:
    """The price of each product for the context, by product id; those without one are left out.

    Steps are tried in order; within a step the dimensions in order, and a ratio for the product
    before its brand's and that before everybody's. ``qty_micro`` picks the tier (C09).
    """
    asked = [_asked(step, context, one) for one in goods for step in steps]
    dimensions = {one for bases, ratios in asked for one in (*bases, *ratios)}
    table = _Table(lookup.find(goods, dimensions), abs(qty_micro))
    prices: dict[str, Price] = {}
    wanted = iter(asked)
    for one in goods:
        for step in steps:
            bases, ratios = next(wanted)
            if one.product_id not in prices:
                price = _try(step, version, one, bases, ratios, table)
                if price is not None:
                    prices[one.product_id] = price
    return prices


class _Table:
    """Found rows by subject, dimension and sort, the right tier already picked."""

    def __init__(self, found: Iterable[Found], qty_micro: int) -> None:
        self._rows: dict[tuple[str, str, bool], Found] = {}
        for one in found:
            row = one.row
            if row.from_qty_micro > qty_micro:
                continue
            key = (_subject(row.product_id, row.brand), row.dimension, row.ratio_micro > 0)
            before = self._rows.get(key)
            if before is None or before.row.from_qty_micro <= row.from_qty_micro:
                self._rows[key] = one

    def first(
        self, subjects: Sequence[str], dimensions: Sequence[str], *, ratio: bool
    ) -> Trail | None:
        for place, dimension in enumerate(dimensions, 1):
            for subject in subjects:
                found = self._rows.get((subject, dimension, ratio))
                if found is None:
                    continue
                row = found.row
                value = row.ratio_micro if ratio else row.unit_price_micro
                of = "ratio" if ratio else "price"
                return Trail(of, subject, dimension, value, place, len(dimensions), found.number)
        return None


def _try(
    step: Step,
    version: int,
    goods: Goods,
    bases: Sequence[str],
    ratios: Sequence[str],
    table: _Table,
) -> Price | None:
    own = _subject(goods.product_id, "")
    base = table.first((own,), bases, ratio=False)
    if base is None:
        return None
    if not step.ratio:
        return Price(
            unit_price_micro=base.value_micro,
            version=version,
            step=step.name,
            decimals=-1,
            trail=(base,),
        )
    subjects = (own, _subject("", goods.brand), "*") if goods.brand else (own, "*")
    ratio = table.first(subjects, ratios, ratio=True)
    if ratio is None:
        return None
    return Price(
        unit_price_micro=multiplied(base.value_micro, ratio.value_micro, step.decimals),
        version=version,
        step=step.name,
        decimals=step.decimals,
        trail=(base, ratio),
    )


def multiplied(price_micro: int, ratio_micro: int, decimals: int) -> int:
    """Price × ratio rounded once to so many places, half away from zero (C04)."""
    unit: int = 10 ** (UNIT_PRICE_PLACES - decimals)
    return divide_half_away(price_micro * ratio_micro, MICRO * unit) * unit


def recomputed(price: Price) -> int:
    """The price computed again from what the trail stores; differs only if somebody edited it."""
    value = price.trail[0].value_micro
    for one in price.trail[1:]:
        value = multiplied(value, one.value_micro, price.decimals)
    return value


def _subject(product_id: str, brand: str) -> str:
    if product_id:
        return f"product:{product_id}"
    return f"brand:{brand}" if brand else "*"


def _asked(step: Step, context: PriceContext, goods: Goods) -> tuple[list[str], list[str]]:
    lists = dict(step.lists)
    chosen = lists.get(goods.brand, lists.get("", ""))
    return (
        [one for word in step.base for one in _dimensions(word, context, chosen)],
        [one for word in step.ratio for one in _dimensions(word, context, chosen)],
    )


def _dimensions(word: str, context: PriceContext, chosen_list: str) -> Sequence[str]:
    """The dimensions a word of a step stands for in a context, in order."""
    if word == "account":
        return [account(context.account_id)] if context.account_id else ()
    if word == "level":
        return [level(context.level_id)] if context.level_id else ()
    if word == "region":
        return [region(one) for one in context.region_ids]
    if word == "region+level":
        if not context.level_id:
            return ()
        return [region_level(one, context.level_id) for one in context.region_ids]
    if word == "category":
        return [category(one) for one in context.category_ids]
    if word == "list":
        return [price_list(chosen_list)] if chosen_list else ()
    return (word,)


def trail_text(price: Price) -> str:
    """The why of a price as one text, for the line that stores it."""
    return json.dumps(
        [price.unit_price_micro, price.version, price.step, price.decimals, price.trail],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def price_of_trail(text: str) -> Price:
    """The price a stored text tells of. Raises: RuleViolation TRAIL_UNREADABLE."""
    try:
        unit_price_micro, version, step, decimals, trail = json.loads(text)
        return Price(
            unit_price_micro=unit_price_micro,
            version=version,
            step=step,
            decimals=decimals,
            trail=tuple(Trail(*one) for one in trail),
        )
    except (ValueError, TypeError) as error:
        raise RuleViolation("TRAIL_UNREADABLE") from error


_ZH: Final = {"price": "价", "retail": "零售", "version": "第{}版", "place": "第{}/{}顺位"}
_EN: Final = {
    "price": "",
    "retail": "retail",
    "version": "version {}",
    "place": "fallback {} of {}",
}
_WORDS_OF: Final = {"zh": _ZH, "en": _EN}


def read_aloud(
    price: Price, names: Mapping[str, str] | None = None, *, language: str = "zh"
) -> str:
    """The price as a person says it: 零售 199.00 × 0.455（一级，第27版）→ 90.55 (domain rule 3).

    ``names`` are the spoken names of dimensions (``level:L1`` → 一级); without one the id is said.
    """
    words, said = _WORDS_OF[language], names or {}
    base = price.trail[0]
    text = f"{_said(base.dimension, said, words)} {format_unit_price(base.value_micro)}"
    remarks = []
    for one in price.trail[1:]:
        text += f" × {format_ratio(one.value_micro)}"
        remarks.append(_said(one.dimension, said, words))
    if base.position > 1:
        remarks.append(words["place"].format(base.position, base.positions))
    remarks.append(words["version"].format(price.version))
    result = format_unit_price(price.unit_price_micro)
    if language == "zh":
        return f"{text}（{'，'.join(remarks)}）→ {result}"
    return f"{text} ({', '.join(remarks)}) → {result}"


def _said(dimension: str, names: Mapping[str, str], words: Mapping[str, str]) -> str:
    if dimension in names:
        return names[dimension]
    return words["retail"] if dimension == RETAIL else dimension.partition(":")[2] or dimension


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
