"""How goods of a sheet are taken: by head office as its catalogue, by a shop as its own."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from desktop.catalog.model.goods_import import Taken
from desktop.catalog.usecases import create_own_product, publish_sheet, state_costs
from desktop.pricing.usecases import set_own_price
from desktop.stocktake.usecases import check_may_see_book
from desktop.stocktake.usecases.taking_in import take_in_goods
from desktop.store.desk import Desk
from desktop.ui.frame import Frame
from desktop.ui.screen import Screen
from shared.catalog.importing import ProductRow
from shared.channel.queries import sales_orgs
from shared.core.errors import AccessDenied
from shared.stock.queries import is_opened, sellable_micro


async def take_as_own(desk: Desk, rows: Sequence[ProductRow], with_stock: bool) -> Taken:
    """A shop's own goods, with prices and opening stock (R07)."""
    done = await desk.do(take_in_goods, rows, with_stock=with_stock)
    return Taken(
        products=done.products,
        opening_micro=done.opening_micro,
        opening_minor=done.opening_minor,
        costs=done.costs,
        lots=done.lots,
    )


async def take_as_catalogue(desk: Desk, rows: Sequence[ProductRow], _with_stock: bool) -> Taken:
    """Head office's catalogue, for all its sales organisations, with its own purchase costs.

    Prices go by a price version.
    """
    orgs = tuple(org_id for org_id, _name in desk.read(sales_orgs))
    costs = {row.product.code: row.cost_micro for row in rows if row.cost_micro}
    done = await desk.do(publish_sheet, [row.product for row in rows], costs, orgs)
    return Taken(products=len(rows), costs=done.costs)


def goods_screen(frame: Frame) -> Screen:
    """The list of goods; a shop on its own sets its own prices there."""
    from desktop.pricing.view.goods import GoodsScreen

    def read_stock(connection: Connection) -> Mapping[str, int] | None:
        return stock_seen(connection, frame.person.site_id, frame.person.user_id)

    return GoodsScreen(
        frame, take_up=_take_up, set_price=_set_price, set_cost=_set_cost, read_stock=read_stock
    )


def stock_seen(connection: Connection, site_id: str, person_id: str) -> Mapping[str, int] | None:
    """What a site has to sell by product; None for who counts blind there now (H04)."""
    try:
        check_may_see_book(connection, site_id, person_id)
    except AccessDenied:
        return None
    return sellable_micro(connection, site_id)


def import_screen(frame: Frame) -> Screen:
    """Goods from a sheet, taken as this device takes them."""
    from desktop.catalog.view.goods_import import GoodsImportScreen

    site_id = frame.person.site_id
    if frame.person.device_type == "hq":
        return GoodsImportScreen(frame, take_as_catalogue, lambda _desk: False, is_catalogue=True)
    return GoodsImportScreen(frame, take_as_own, lambda desk: not desk.read(is_opened, site_id))


async def ask_own_goods(frame: Frame, said: str) -> str:
    """Ask for goods nobody knows, by the code or the name that was said; their code, '' = left."""
    from desktop.pricing.view.goods import OwnGoodsPanel

    is_code = said.isascii()
    panel = OwnGoodsPanel(frame, code=said if is_code else "", name="" if is_code else said)
    answer = await frame.ask(panel)
    if answer is None:
        return ""
    await take_up_own(frame.desk, *answer)
    return str(answer[0])


async def take_up_own(desk: Desk, code: str, name: str, unit: str, price_micro: int) -> None:
    """One product of the shop's own with its price; 0 = none yet."""
    product_id = await _take_up(desk, code, name, unit or "件")
    if price_micro:
        await _set_price(desk, product_id, price_micro)


async def _take_up(desk: Desk, code: str, name: str, unit: str) -> str:
    return await desk.do(create_own_product, code, name, barcodes=(code,), base_unit=unit)


async def _set_price(desk: Desk, product_id: str, unit_price_micro: int) -> None:
    await desk.do(set_own_price, product_id, unit_price_micro)


async def _set_cost(desk: Desk, product_id: str, unit_cost_micro: int) -> None:
    await desk.do(state_costs, {product_id: unit_cost_micro})
