"""Own goods from a sheet: products, prices and opening stock in one act (R07, B11, H01)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from desktop.access.usecases import may, require
from desktop.catalog.usecases import state_costs, state_own_products
from desktop.channel.usecases import day_at, place_of
from desktop.pricing.usecases import set_own_prices
from desktop.store.session import Session
from shared.catalog.documents import OwnGoods
from shared.catalog.importing import ProductRow
from shared.catalog.rules import own_product_id
from shared.channel.queries import SiteView
from shared.core.money import line_amount_minor
from shared.journal.document import Header
from shared.stock.queries import holdings, is_opened
from shared.stock.rules import location, lot_until
from shared.stocktake.documents import (
    CountApproved,
    CountedLine,
    CountOpened,
    CountPosted,
    CountRevealed,
    CountZone,
    PostedLine,
    ZoneCounted,
)
from shared.stocktake.posting.answers import seal_parts
from shared.stocktake.rules import CountMode, CountScope, check_opening, seal

OPENING_LINES_MAX: Final = 10_000
"""Lines of one zone, and of one document that posts them: a large shop's opening takes several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Opening stock of one product: pieces in millionths, and the cost of one of them."""

    product_id: str
    qty_micro: int
    unit_cost_micro: int = 0
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What became of a sheet."""

    products: int
    priced: int
    opened: int
    """Products with an opening figure; 0 when the sheet's stock was not taken."""
    opening_micro: int
    """Pieces opened with, over all products."""
    opening_minor: int
    """At cost."""
    costs: int = 0
    """Products whose purchase cost is kept; none where the person may not know costs."""
    lots: int = 0
    """Products whose opening stock is a lot with an expiry."""


def take_in_goods(
    session: Session, rows: Sequence[ProductRow], *, with_stock: bool = True
) -> TakenIn:
    """Take up the goods of a sheet as the shop's own, with its prices, costs and stock on hand.

    Products that are the shop's already are stated anew. Stock becomes the opening count, at
    cost; a figure below zero opens with nothing. Where the sheet says until when goods are good,
    they open as a lot with that expiry (B09). All of it, or nothing.

    Raises: RuleViolation PRODUCT_INCOMPLETE, CODE_EMPTY, PRICE_TOO_LARGE, ALREADY_OPENED,
    SITE_UNKNOWN; AccessDenied NOT_PERMITTED.
    """
    site_id = session.identity.site_id
    ids = {row.row_number: own_product_id(site_id, row.product.code) for row in rows}
    state_own_products(session, [_own(row) for row in rows])
    prices = {ids[row.row_number]: row.retail_micro for row in rows if row.retail_micro}
    set_own_prices(session, prices)
    costs = {ids[row.row_number]: row.cost_micro for row in rows if row.cost_micro}
    if not may(session, "cost.keep"):
        costs = {}
    if costs:
        state_costs(session, costs)
    stock = [
        Opened(
            product_id=ids[row.row_number],
            qty_micro=max(row.stock_qty_micro, 0),
            unit_cost_micro=row.cost_micro or 0,
            lot=lot_until(row.expires_on),
        )
        for row in rows
        if row.stock_qty_micro is not None
    ]
    value = open_stock(session, stock) if with_stock and stock else 0
    return TakenIn(
        products=len(rows),
        priced=len(prices),
        opened=len(stock) if with_stock else 0,
        opening_micro=sum(one.qty_micro for one in stock) if with_stock else 0,
        opening_minor=value,
        costs=len(costs),
        lots=sum(1 for one in stock if one.lot and one.qty_micro) if with_stock else 0,
    )


def _own(row: ProductRow) -> OwnGoods:
    product = row.product
    return OwnGoods(
        code=product.code,
        name=product.name,
        spec=product.spec,
        brand=product.brand,
        category=product.category,
        base_unit=product.base_unit,
        kind=product.kind,
        tax_rate_micro=product.tax_rate_micro,
        barcodes=product.barcodes,
        packs=product.packs,
        initials=product.initials,
    )


def open_stock(session: Session, stock: Sequence[Opened]) -> int:
    """Begin a site's stock with known figures: the opening count as one person makes it (H01).

    It is an open count, not a blind one, and signed by who makes it: nothing was on the books
    that could be hidden. What moved before is in the book it is compared with. Gives its value at
    cost, in minor units.

    Raises: RuleViolation ALREADY_OPENED, SITE_UNKNOWN; AccessDenied NOT_PERMITTED.
    """
    place = place_of(session)
    for permission in ("count.open", "count.run", "count.reveal", "count.approve", "count.post"):
        require(session, permission)
    check_opening(CountScope.OPENING, is_opened=is_opened(session.connection, place.site_id))
    lines = _posted(session, place, stock)
    value = sum(abs(line.value_minor) for line in lines)
    day = day_at(session, place)
    starts = range(0, len(lines), OPENING_LINES_MAX)
    zones = {
        str(number): lines[start : start + OPENING_LINES_MAX]
        for number, start in enumerate(starts, start=1)
    }
    opened = session.append(
        CountOpened(
            scope=CountScope.OPENING.value,
            mode=CountMode.OPEN.value,
            zones=[CountZone(zone_id=zone_id) for zone_id in zones],
            currency=place.currency,
        ),
        business_day=day,
    )
    for zone_id, counted in zones.items():
        _append_sheet(session, opened, zone_id, counted, day)
    for body in (
        CountRevealed(count_uid=opened.uid),
        CountApproved(count_uid=opened.uid, value_minor=value),
        *(
            CountPosted(
                count_uid=opened.uid,
                scope=CountScope.OPENING.value,
                lines=counted,
                currency=place.currency,
                # Of the whole count: it is what was signed, whichever part says it.
                value_minor=value,
            )
            for counted in zones.values()
        ),
    ):
        session.append(body, predecessor=opened.uid, business_day=day)
    return value


def _posted(session: Session, place: SiteView, stock: Sequence[Opened]) -> list[PostedLine]:
    book: dict[str, int] = {}
    for held in holdings(session.connection, place.site_id):
        if held.location == location(place.site_id):
            book[held.product_id] = book.get(held.product_id, 0) + held.qty_micro
    now_us = session.now_us
    return [
        PostedLine(
            product_id=one.product_id,
            counted_at_us=now_us,
            book_micro=book.get(one.product_id, 0),
            counted_micro=one.qty_micro,
            unit_value_micro=one.unit_cost_micro,
            value_minor=line_amount_minor(
                one.qty_micro - book.get(one.product_id, 0), one.unit_cost_micro, place.currency
            ),
            lot=one.lot,
        )
        for one in stock
    ]


def _append_sheet(
    session: Session, opened: Header, zone_id: str, lines: Sequence[PostedLine], day: str
) -> None:
    counted = [
        CountedLine(
            product_id=line.product_id,
            qty_micro=line.counted_micro,
            counted_at_us=line.counted_at_us,
            lot=line.lot,
        )
        for line in lines
    ]
    draft = ZoneCounted(count_uid=opened.uid, zone_id=zone_id, lines=counted, seal=b"")
    body = ZoneCounted(
        count_uid=opened.uid, zone_id=zone_id, lines=counted, seal=seal(seal_parts(draft))
    )
    session.append(body, predecessor=opened.uid, business_day=day)
