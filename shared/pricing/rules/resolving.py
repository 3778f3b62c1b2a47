"""How a price comes from the steps of a logic and the rows in force."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shared.core.money import UNIT_PRICE_PLACES
from shared.core.rounding import MICRO, divide_half_away
from shared.pricing.rules.dimensions import (
    account,
    category,
    level,
    price_list,
    region,
    region_level,
)
from shared.pricing.rules.logic import Step
from shared.pricing.rules.versions import PriceRow


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

    def dimensions(self) -> frozenset[str]:
        """All the dimensions the account is in (A03)."""
        found = {account(self.account_id)} if self.account_id else set()
        found |= {level(self.level_id)} if self.level_id else set()
        found |= {category(one) for one in self.category_ids}
        for one in self.region_ids:
            found.add(region(one))
            if self.level_id:
                found.add(region_level(one, self.level_id))
        return frozenset(found)


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
    # Where a step looks depends on the brand alone (its list), never on the product.
    asked = {
        one.brand: [(step, *_asked(step, context, one.brand)) for step in steps] for one in goods
    }
    places = (place for of_brand in asked.values() for place in of_brand)
    dimensions = {one for _step, bases, ratios in places for one in (*bases, *ratios)}
    table = _Table(lookup.find(goods, dimensions), abs(qty_micro))
    prices: dict[str, Price] = {}
    for one in goods:
        for step, bases, ratios in asked[one.brand]:
            price = _try(step, version, one, bases, ratios, table)
            if price is not None:
                prices.setdefault(one.product_id, price)
                break
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


def _asked(step: Step, context: PriceContext, brand: str) -> tuple[list[str], list[str]]:
    lists = dict(step.lists)
    chosen = lists.get(brand, lists.get("", ""))
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
