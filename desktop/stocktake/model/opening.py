"""A new count as it is put together: what, how, where, by whom, how far off is too far."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop.stocktake.usecases import Zone, open_count
from desktop.stocktake.usecases.reading import (
    Choices,
    CountedGoods,
    choices,
    goods_scanned,
    products_of_brand,
)
from desktop.stocktake.usecases.supervising import draw_products
from desktop.store.desk import Desk
from desktop.watched import Watched
from shared.core.errors import RuleViolation
from shared.core.money import parse_money
from shared.core.quantity import parse_quantity
from shared.journal.document import Header
from shared.stocktake.rules import ANY, CountMode, CountScope, Tolerance

ZONES_MAX: Final = 500
_RANGE = re.compile(r"^(.*?)(\d+)\s*(?:\.\.|~|～|至)\s*(.*?)(\d+)$")


class About(StrEnum):
    """What a count is about, as a person chooses it."""

    OPENING = "opening"
    FULL = "full"
    PRODUCTS = "products"
    BRAND = "brand"
    RANDOM = "random"


@dataclass(slots=True, kw_only=True)
class ZonePlan:
    """A zone and who counts it; nobody: everybody may."""

    zone_id: str
    person_id: str = ""


class NewCount(Watched):
    """Everything a person keys before a count begins."""

    def __init__(self, desk: Desk, site_id: str, currency: str) -> None:
        super().__init__()
        self._desk = desk
        self.site_id = site_id
        self.currency = currency
        self.choices: Choices = desk.read(choices, site_id)
        self.about = About.FULL if self.choices.is_opened else About.OPENING
        self.mode = CountMode.BLIND
        self.products: list[CountedGoods] = []
        self.brand = next(iter(self.choices.brands), "")
        self.number = 50
        self.zones: list[ZonePlan] = [ZonePlan(zone_id="A")]
        self.tolerance_qty = "0"
        self.tolerance_value = ""
        self.site_limit = "500"

    def choose(self, about: About) -> None:
        """What it is about."""
        self.about = about
        self.changed()

    def add(self, code: str) -> None:
        """Take a scanned product onto the list of a spot count. Raises: BARCODE_UNKNOWN."""
        hit = self._desk.read(goods_scanned, self.site_id, code)
        if hit is None:
            raise RuleViolation("BARCODE_UNKNOWN", barcode=code[:40])
        self.about = About.PRODUCTS
        if hit[0] not in self.products:
            self.products.append(hit[0])
        self.changed()

    def set_zones(self, text: str) -> None:
        """The zones of ``A-01..A-05, B``; who was named for one stays. Raises: TOO_MANY_ZONES."""
        named = {one.zone_id: one.person_id for one in self.zones}
        ids = zones_of(text)
        self.zones = [ZonePlan(zone_id=one, person_id=named.get(one, "")) for one in ids]
        self.changed()

    def give(self, zone_id: str, person_id: str) -> None:
        """Name who counts a zone; '' is everybody."""
        for one in self.zones:
            if one.zone_id == zone_id:
                one.person_id = person_id

    @property
    def scope(self) -> CountScope:
        """The scope of the document."""
        if self.about is About.OPENING:
            return CountScope.OPENING
        return CountScope.FULL if self.about is About.FULL else CountScope.SPOT

    def tolerance(self) -> Tolerance:
        """What was keyed as tolerance; empty = not looked at. Raises: QUANTITY_UNREADABLE…

        An opening has no book to be off from.
        """
        if self.about is About.OPENING:
            return Tolerance()
        qty, value = self.tolerance_qty.strip(), self.tolerance_value.strip()
        return Tolerance(
            qty_micro=parse_quantity(qty) if qty else ANY,
            value_minor=parse_money(value, self.currency).minor if value else ANY,
        )

    async def open(self) -> Header:
        """Begin the count. Raises: what ``open_count`` raises."""
        products = await self._products()
        return await self._desk.do(
            open_count,
            self.scope,
            [
                Zone(zone_id=one.zone_id, people=(one.person_id,) if one.person_id else ())
                for one in self.zones
            ],
            mode=self.mode,
            product_ids=products,
            tolerance=self.tolerance(),
            site_limit_minor=parse_money(self.site_limit or "0", self.currency).minor,
        )

    async def _products(self) -> Sequence[str]:
        if self.about is About.PRODUCTS:
            return [one.product_id for one in self.products]
        if self.about is About.BRAND:
            return await self._desk.fetch(products_of_brand, self.site_id, self.brand)
        if self.about is About.RANDOM:
            return await self._desk.do(draw_products, self.number)
        return ()


def zones_of(text: str) -> list[str]:
    """Zone names of ``A-01..A-05, B``, in order and each once. Raises: TOO_MANY_ZONES."""
    found: dict[str, None] = {}
    for part in re.split(r"[,，、;；\s]+", text.strip()):
        for zone in _range(part) if part else ():
            found[zone] = None
        if len(found) > ZONES_MAX:
            raise RuleViolation("TOO_MANY_ZONES", most=ZONES_MAX)
    return list(found)


def _range(part: str) -> list[str]:
    match = _RANGE.match(part)
    if match is None or match[3] not in ("", match[1]):
        return [part]
    first, last, width = int(match[2]), int(match[4]), len(match[2])
    if not first <= last <= first + ZONES_MAX:
        return [part]
    return [f"{match[1]}{number:0{width}}" for number in range(first, last + 1)]
