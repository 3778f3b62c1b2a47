"""The command that shows what was sold of each product, with the margin for who may know it."""

from typing import Any

from desktop.access.usecases import may, require
from desktop.channel.usecases import day_at, place_of
from desktop.sales.usecases.by_product import SoldProduct, read_sold
from desktop.store.asking import Params, device
from desktop.store.command import Command
from desktop.store.session import Session
from desktop.store.writer import Store


class SoldGoods(Params):
    """What this site sold of each product on business days from..to inclusive, most money first;
    left out: today. Of one brand or category where it is named."""

    start: str = ""
    end: str = ""
    brand: str = ""
    category: str = ""


def _sold(store: Store, asked: SoldGoods) -> dict[str, Any]:
    site_id = device(store).site_id
    with_costs, today = store.write(_begun).value
    start, end = asked.start or today, asked.end or asked.start or today
    found = store.read(lambda one: read_sold(one, site_id, start, end, with_costs=with_costs))
    rows = [
        one
        for one in found
        if asked.brand in ("", one.brand) and asked.category in ("", one.category)
    ]
    return {
        "site": site_id,
        "start": start,
        "end": end,
        "qty_micro": sum(one.qty_micro for one in rows),
        "amount_minor": sum(one.amount_minor for one in rows),
        "goods": [_row(one, with_costs=with_costs) for one in rows],
    }


def _begun(session: Session) -> tuple[bool, str]:
    """Whether costs may be told, and the business day. Raises AccessDenied NOT_PERMITTED."""
    require(session, "sale.make")
    return may(session, "cost.keep"), day_at(session, place_of(session))


def _row(one: SoldProduct, *, with_costs: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "product": one.product_id,
        "code": one.code,
        "name": one.name,
        "brand": one.brand,
        "category": one.category,
        "lines": one.lines,
        "qty_micro": one.qty_micro,
        "amount_minor": one.amount_minor,
    }
    if with_costs:
        row |= {
            "margin_minor": one.margin_minor,
            "margin_micro": one.margin_micro,
            "lines_without_cost": one.without_cost,
        }
    return row


COMMANDS = (
    Command(
        name="sold-goods",
        summary="What was sold of each product over days, with the margin.",
        params=SoldGoods,
        run=_sold,
    ),
)
