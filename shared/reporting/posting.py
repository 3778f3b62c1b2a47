"""Daily sums from the rows of sales: made by head office alone, again whenever a day changed."""

from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, case, func, select

from shared.core.ids import derived_id
from shared.journal.document import Value, Write
from shared.sales.tables import register_line, sale, sale_line, sale_tender

SIMPLE: Final = "simple"
_SALE_DAYS: Final = {"sale": "business_day", "register_line": "to_day"}


def days_of(writes: Iterable[Write]) -> set[tuple[str, str]]:
    """The sites and business days whose sums these rows change."""
    found: set[tuple[str, str]] = set()
    for write in writes:
        column = _SALE_DAYS.get(write.table)
        if column:
            found.add((str(write.values["site_id"]), str(write.values[column])))
    return found


_DAY: Final[dict[str, BindParameter[str]]] = {
    "site_id": bindparam("site_id"),
    "business_day": bindparam("business_day"),
}
_IS_BACK: Final = sale.c.total_minor < 0
_SALES: Final = (
    select(
        sale.c.currency,
        sale.c.mode,
        func.sum(case((_IS_BACK, 0), else_=1)).label("sales"),
        func.sum(case((_IS_BACK, 0), else_=sale.c.total_minor)).label("sales_minor"),
        func.sum(case((_IS_BACK, 0), else_=sale.c.units_micro)).label("sales_micro"),
        func.sum(case((_IS_BACK, 1), else_=0)).label("returns"),
        func.sum(case((_IS_BACK, -sale.c.total_minor), else_=0)).label("returns_minor"),
        func.sum(case((_IS_BACK, -sale.c.units_micro), else_=0)).label("returns_micro"),
    )
    .where(sale.c.site_id == _DAY["site_id"], sale.c.business_day == _DAY["business_day"])
    .group_by(sale.c.currency, sale.c.mode)
    .order_by(sale.c.currency, sale.c.mode)
)
_PRODUCTS: Final = (
    select(
        sale.c.currency,
        sale_line.c.product_id,
        func.sum(sale_line.c.qty_micro).label("qty_micro"),
        func.sum(sale_line.c.amount_minor).label("amount_minor"),
    )
    .join(sale, sale.c.id == sale_line.c.document)
    .where(sale_line.c.site_id == _DAY["site_id"], sale_line.c.business_day == _DAY["business_day"])
    .group_by(sale.c.currency, sale_line.c.product_id)
    .order_by(sale.c.currency, sale_line.c.product_id)
)
_TENDERS: Final = (
    select(
        sale.c.currency,
        sale_tender.c.tender,
        func.sum(sale_tender.c.amount_minor).label("amount_minor"),
    )
    .join(sale, sale.c.id == sale_tender.c.document)
    .where(
        sale_tender.c.site_id == _DAY["site_id"],
        sale_tender.c.business_day == _DAY["business_day"],
    )
    .group_by(sale.c.currency, sale_tender.c.tender)
    .order_by(sale.c.currency, sale_tender.c.tender)
)
_REGISTERED: Final = (
    select(register_line.c.product_id, func.sum(register_line.c.qty_micro).label("qty_micro"))
    .where(
        register_line.c.site_id == _DAY["site_id"],
        register_line.c.to_day == _DAY["business_day"],
    )
    .group_by(register_line.c.product_id)
    .order_by(register_line.c.product_id)
)


def sum_day(
    connection: Connection, site_id: str, business_day: str, now_us: int
) -> Iterator[Write]:
    """The rows of one site and business day, whole; the same however often they are made."""
    keys = {"site_id": site_id, "business_day": business_day}
    for row in connection.execute(_SALES, keys).mappings():
        cells = {name: _plain(value) for name, value in row.items()}
        yield _day_row(keys, cells, now_us)
    for table, statement, name in (
        ("site_day_product", _PRODUCTS, "product_id"),
        ("site_day_tender", _TENDERS, "tender"),
    ):
        for row in connection.execute(statement, keys).mappings():
            cells = {column: _plain(value) for column, value in row.items()}
            row_id = derived_id(site_id, business_day, row["currency"], row[name])
            yield Write(table, row_id, keys | cells)
    yield from _registered(connection, keys, now_us)


def _registered(connection: Connection, keys: dict[str, str], now_us: int) -> Iterator[Write]:
    """The simple mode: quantities without money, under the day its period ends (I01)."""
    total = 0
    for product_id, qty_micro in connection.execute(_REGISTERED, keys):
        cells: dict[str, Value] = {"product_id": product_id, "qty_micro": int(qty_micro)}
        row_id = derived_id(keys["site_id"], keys["business_day"], "", product_id)
        total += int(qty_micro)
        yield Write("site_day_product", row_id, {**keys, **cells})
    if total:
        yield _day_row(keys, {"currency": "", "mode": SIMPLE, "sales_micro": total}, now_us)


def _day_row(keys: dict[str, str], cells: dict[str, Value], now_us: int) -> Write:
    row_id = derived_id(keys["site_id"], keys["business_day"], cells["currency"], cells["mode"])
    return Write("site_day", row_id, {**keys, **cells, "summed_at_us": now_us})


def _plain(value: object) -> Value:
    """PostgreSQL sums integers to a decimal."""
    return value if isinstance(value, str) else int(value)  # type: ignore[call-overload]
