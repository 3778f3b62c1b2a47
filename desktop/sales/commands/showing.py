"""The commands that show sales and why a line cost what it did."""

from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from desktop.catalog.usecases import name_of
from desktop.sales.usecases.returning import find_sale
from desktop.store.asking import Params, device
from desktop.store.command import Command
from desktop.store.writer import Store
from shared.channel.rules import split
from shared.core.errors import RuleViolation
from shared.core.money import format_unit_price
from shared.core.quantity import plain_quantity
from shared.pricing.queries import spoken_names
from shared.pricing.rules import price_of_trail, read_aloud, recomputed
from shared.sales.queries import sale_with_lines
from shared.sales.tables import sale


class OfSale(Params):
    """A sale by its printed number or uid."""

    sale: str


def _show(store: Store, asked: OfSale) -> dict[str, object]:
    site_id = device(store).site_id
    return store.read(lambda one: _shown(one, find_sale(one, site_id, asked.sale)))


def _shown(connection: Connection, uid: str) -> dict[str, object]:
    found = sale_with_lines(connection, uid)
    if found is None:
        raise RuleViolation("SALE_UNKNOWN", sale=uid)
    head, lines = found
    return {
        **{name: value for name, value in head.items() if not name.startswith("_")},
        "lines": [
            {name: value for name, value in line.items() if not name.startswith("_")}
            | {"called": line["name"] or name_of(connection, line["product_id"])}
            for line in lines
        ],
    }


class WhyPrice(Params):
    """A line of a sale, or of all its lines."""

    sale: str
    line: int = 0
    language: str = "zh"


def _why(store: Store, asked: WhyPrice) -> list[dict[str, object]]:
    site_id = device(store).site_id

    def read(connection: Connection) -> list[dict[str, object]]:
        uid = find_sale(connection, site_id, asked.sale)
        found = sale_with_lines(connection, uid)
        names = spoken_names(connection)
        lines = found[1] if found else []
        return [
            {
                "line": line["line_no"],
                "product": line["product_id"],
                "qty": plain_quantity(line["qty_micro"]),
                "price": format_unit_price(line["unit_price_micro"]),
                "discount_minor": line["discount_minor"],
                "amount_minor": line["amount_minor"],
                "before_promotions": format_unit_price(_before(line)),
                "policies": list(split(line["policy_ids"])),
                **_reason(line["price_trail"], _before(line), names, asked.language),
            }
            for line in lines
            if asked.line in (0, line["line_no"])
        ]

    return store.read(read)


def _before(line: RowMapping) -> int:
    """The price promotions began with: what the stored reason comes to."""
    return int(line["list_price_micro"] or line["unit_price_micro"])


def _reason(
    trail: str, unit_price_micro: int, names: Mapping[str, str], language: str
) -> dict[str, object]:
    if not trail:
        return {"why": "", "is_recomputed": False}
    found = price_of_trail(trail)
    return {
        "why": read_aloud(found, names, language=language),
        "is_recomputed": recomputed(found) == unit_price_micro,
    }


class Sales(Params):
    """The sales of this site, newest first; of one business day when it is named."""

    day: str = ""
    limit: int = 50


def _sales(store: Store, asked: Sales) -> list[dict[str, object]]:
    site_id = device(store).site_id
    s = sale.c
    columns = (
        s.id, s.number, s.mode, s.customer_id, s.lines, s.units_micro, s.total_minor,
        s.paid_minor, s.currency, s.return_of, s.author_id, s.business_day, s.happened_at_us,
    )  # fmt: skip
    statement = select(*columns).where(s.site_id == site_id)
    if asked.day:
        statement = statement.where(s.business_day == asked.day)
    ordered = statement.order_by(s.happened_at_us.desc(), s.id.desc()).limit(asked.limit)
    return store.read(
        lambda connection: [dict(row) for row in connection.execute(ordered).mappings()]
    )


COMMANDS = (
    Command(name="sale-show", summary="A sale with its lines.", params=OfSale, run=_show),
    Command(name="sales", summary="The sales of this site.", params=Sales, run=_sales),
    Command(
        name="why-price",
        summary="The stored reasons of a sale's prices, computed again.",
        params=WhyPrice,
        run=_why,
    ),
)
