"""Tasks about the goods of sales and registers: nobody knows them, or less than nothing is left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from shared.catalog.queries import unknown_products
from shared.journal.document import Header
from shared.journal.kind import Answer
from shared.sales.documents import Sale, StockOutRegistered
from shared.sales.rules import MOVES_STOCK
from shared.stock.queries import below_zero, is_opened
from shared.stock.rules import location
from shared.tasks.posting import close_task, open_task
from shared.tasks.queries import is_open

TOLD_CHARACTERS_MAX: Final = 80
"""So much of a code or a name nobody knows goes into the text of a task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """Goods of a document that went out or, below zero, came back, and what is told of them."""

    header: Header
    product_id: str
    qty_micro: int
    told: Mapping[str, str | int] = field(default_factory=dict)


def sold_goods(header: Header, sold: Sale) -> Iterator[Went]:
    """The goods of a sale: what was scanned or typed, its price, and on which receipt."""
    for line in sold.lines:
        if line.kind in MOVES_STOCK:
            told: dict[str, str | int] = {
                "code": line.product_id[:TOLD_CHARACTERS_MAX],
                "name": line.name[:TOLD_CHARACTERS_MAX],
                "unit_price_micro": line.unit_price_micro,
                "amount_minor": line.amount_minor,
                "number": header.number,
            }
            yield Went(
                header=header, product_id=line.product_id, qty_micro=line.qty_micro, told=told
            )


def registered_goods(header: Header, registered: StockOutRegistered) -> Iterator[Went]:
    """The goods of a simple register."""
    for line in registered.lines:
        yield Went(header=header, product_id=line.product_id, qty_micro=line.qty_micro)


def goods_tasks(connection: Connection, touched: Sequence[Went]) -> Iterator[Answer]:
    """Tasks for unknown goods, and for stock below zero once an opening was counted (G11)."""
    by_site: dict[str, dict[str, list[Went]]] = {}
    for one in touched:
        of_site = by_site.setdefault(one.header.site_id, {})
        of_site.setdefault(one.product_id, []).append(one)
    for site_id, goods in sorted(by_site.items()):
        unknown = unknown_products(connection, sorted(goods))
        out = below_zero(connection, location(site_id), unknown)
        for product_id in unknown:
            yield from _unknown(connection, goods[product_id], is_out=product_id in out)
        if is_opened(connection, site_id):
            # Nobody can count what nobody knows: its balance says nothing.
            known = sorted(goods.keys() - set(unknown))
            for product_id in below_zero(connection, location(site_id), known):
                header = goods[product_id][-1].header
                yield open_task(header, "STOCK_BELOW_ZERO", f"{site_id}:{product_id}")


def _unknown(connection: Connection, went: Sequence[Went], *, is_out: bool) -> Iterator[Answer]:
    """Goods nobody knows that were sold are a task; it ends when all of them came back."""
    last = went[-1]
    site_id = last.header.site_id
    subject = f"{site_id}:{last.product_id}"
    if is_out or sum(one.qty_micro for one in went) > 0:
        if sold := [one for one in went if one.qty_micro > 0]:
            yield open_task(sold[-1].header, "PRODUCT_UNKNOWN", subject, sold[-1].told)
    elif is_open(connection, "PRODUCT_UNKNOWN", site_id, subject):
        yield close_task(last.header, "PRODUCT_UNKNOWN", subject)
