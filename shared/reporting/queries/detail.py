"""A store's detail as head office's server gives it: named reports in bounded pages (G04)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from shared.core.errors import RuleViolation
from shared.journal.document import Value
from shared.promotions.queries import uses_of_org
from shared.reporting.queries.behind import first_sale, late_sales
from shared.sales.tables import sale, sale_line, sale_tender
from shared.stock.tables import stock_balance, stock_move

_INTEGER_DIGITS: Final = 18
_APART: Final = "\x1f"
"""Between the parts of a place in a report; no id holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One page of a report as somebody may see it."""

    params: Mapping[str, Value]
    site_ids: Collection[str] | None
    """The sites its reader may look at; None = every one."""
    after: tuple[str, ...]
    limit: int

    def text(self, name: str) -> str:
        """A parameter. Raises: RuleViolation REPORT_PARAMETER."""
        value = self.params.get(name, "")
        if not isinstance(value, str) or not value or len(value) > 100:
            raise RuleViolation("REPORT_PARAMETER", name=name)
        return value

    def whole(self, name: str) -> int:
        """A parameter that is a number. Raises: RuleViolation REPORT_PARAMETER."""
        value = self.params.get(name, 0)
        if not isinstance(value, int) or not 0 < value < 1 << 62:
            raise RuleViolation("REPORT_PARAMETER", name=name)
        return value

    def site(self) -> str:
        """The site asked for. Raises: RuleViolation SITE_UNKNOWN: not yours, or not there."""
        site_id = self.text("site_id")
        if self.site_ids is not None and site_id not in self.site_ids:
            raise RuleViolation("SITE_UNKNOWN", site_id=site_id)
        return site_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The rows of a page, and where the next one begins."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]
    next_after: str
    total: int = -1


Report = Callable[[Connection, Wish], Found]


def report_page(connection: Connection, name: str, wish: Wish) -> Found:
    """One page of a named report. Raises: RuleViolation REPORT_UNKNOWN, REPORT_PARAMETER,
    SITE_UNKNOWN."""
    report = REPORTS.get(name)
    if report is None:
        raise RuleViolation("REPORT_UNKNOWN", report=name[:40])
    return report(connection, wish)


def place_in(after: str) -> tuple[str, ...]:
    """The place a page goes on behind; () = the beginning."""
    return tuple(after.split(_APART)) if after else ()


def _paged(columns: Sequence[str], found: Sequence[Any], wish: Wish, keys: int) -> Found:
    """Rows whose last ``keys`` cells are their place; one more than a page was read."""
    page = found[: wish.limit]
    shown = [tuple(map(_plain, row[: len(columns)])) for row in page]
    more = len(found) > wish.limit
    return Found(
        columns=tuple(columns),
        rows=shown,
        next_after=_APART.join(str(cell) for cell in page[-1][-keys:]) if more else "",
    )


def _plain(value: Any) -> Value:
    """PostgreSQL sums integers to a decimal."""
    return value if isinstance(value, str) else int(value)


def _behind(columns: Sequence[ColumnElement[Any]], after: Sequence[Value]) -> ColumnElement[bool]:
    """Rows behind a place in the order of these columns."""
    cases = []
    for at, column in enumerate(columns):
        same = [columns[before] == after[before] for before in range(at)]
        cases.append(and_(*same, column > after[at]))
    return or_(*cases)


def _below(column: ColumnElement[str], prefix: str) -> ColumnElement[bool]:
    """A range instead of LIKE, so that the primary key serves it."""
    return and_(column >= prefix, column < prefix + "\uffff")


def _instant(text: str) -> int:
    """A number that stood in a place; larger ones than a column holds never did."""
    if len(text) > _INTEGER_DIGITS:
        raise RuleViolation("REPORT_PARAMETER", name="after")
    try:
        return int(text)
    except ValueError as error:
        raise RuleViolation("REPORT_PARAMETER", name="after") from error


def _after(wish: Wish, keys: int) -> tuple[str, ...]:
    if wish.after and len(wish.after) != keys:
        raise RuleViolation("REPORT_PARAMETER", name="after")
    return wish.after


SALES_COLUMNS: Final = (
    "id", "number", "mode", "device_id", "author_id", "happened_at_us", "currency", "lines",
    "units_micro", "total_minor", "paid_minor", "return_of",
)  # fmt: skip


def sales_of_day(connection: Connection, wish: Wish) -> Found:
    """The sales of a site (``site_id``) on a business day (``business_day``), oldest first."""
    order = (sale.c.happened_at_us, sale.c.id)
    here = (sale.c.site_id == wish.site()) & (sale.c.business_day == wish.text("business_day"))
    statement = select(*(sale.c[name] for name in SALES_COLUMNS), *order).where(here)
    if after := _after(wish, 2):
        statement = statement.where(_behind(order, (_instant(after[0]), after[1])))
    rows = connection.execute(statement.order_by(*order).limit(wish.limit + 1)).all()
    found = _paged(SALES_COLUMNS, rows, wish, 2)
    total = connection.execute(select(func.count()).select_from(sale).where(here)).scalar_one()
    return Found(
        columns=found.columns, rows=found.rows, next_after=found.next_after, total=int(total)
    )


LINE_COLUMNS: Final = (
    "line_no", "product_id", "kind", "unit", "lot", "qty_micro", "unit_price_micro",
    "discount_minor", "amount_minor", "price_version", "price_trail",
)  # fmt: skip


def lines_of_sale(connection: Connection, wish: Wish) -> Found:
    """The lines of a sale (``site_id``, ``document``)."""
    line_no = sale_line.c.line_no
    statement = select(*(sale_line.c[name] for name in LINE_COLUMNS), line_no.label("place")).where(
        _below(sale_line.c.id, wish.text("document")),
        sale_line.c.document == wish.text("document"),
        sale_line.c.site_id == wish.site(),
    )
    if after := _after(wish, 1):
        statement = statement.where(line_no > _instant(after[0]))
    rows = connection.execute(statement.order_by(line_no).limit(wish.limit + 1)).all()
    return _paged(LINE_COLUMNS, rows, wish, 1)


def tenders_of_sale(connection: Connection, wish: Wish) -> Found:
    """What was given for a sale (``site_id``, ``document``)."""
    columns = ("tender", "amount_minor", "reference")
    t = sale_tender.c
    statement = select(*(t[name] for name in columns), t.id.label("place")).where(
        _below(t.id, wish.text("document")),
        t.document == wish.text("document"),
        t.site_id == wish.site(),
    )
    if after := _after(wish, 1):
        statement = statement.where(t.id > after[0])
    rows = connection.execute(statement.order_by(t.id).limit(wish.limit + 1)).all()
    return _paged(columns, rows, wish, 1)


MOVE_COLUMNS: Final = (
    "document", "movement_type", "lot", "qty_micro", "from_location", "to_location",
    "happened_at_us", "business_day",
)  # fmt: skip


def moves_of_product(connection: Connection, wish: Wish) -> Found:
    """The moves of a product at a site (``site_id``, ``product_id``), oldest first (O02).

    ``from_day`` and ``to_day`` bound the business days, both included.
    """
    m = stock_move.c
    order = (m.happened_at_us, m.id)
    statement = select(*(m[name] for name in MOVE_COLUMNS), *order).where(
        m.site_id == wish.site(), m.product_id == wish.text("product_id")
    )
    if "from_day" in wish.params:
        statement = statement.where(m.business_day >= wish.text("from_day"))
    if "to_day" in wish.params:
        statement = statement.where(m.business_day <= wish.text("to_day"))
    if after := _after(wish, 2):
        statement = statement.where(_behind(order, (_instant(after[0]), after[1])))
    rows = connection.execute(statement.order_by(*order).limit(wish.limit + 1)).all()
    return _paged(MOVE_COLUMNS, rows, wish, 2)


def stock_of_site(connection: Connection, wish: Wish) -> Found:
    """What a site (``site_id``) holds, by location, product and lot; zeros left out."""
    b = stock_balance.c
    held = (b.came_in - b.went_out).label("qty_micro")
    prefix = f"site/{wish.site()}/"
    order = (b.end, b.product_id, b.lot)
    statement = select(
        b.end, b.product_id, b.lot, held, *(one.label(f"k_{one.name}") for one in order)
    ).where(_below(b.end, prefix), held != 0)
    if after := _after(wish, 3):
        statement = statement.where(_behind(order, after))
    rows = connection.execute(statement.order_by(*order).limit(wish.limit + 1)).all()
    return _paged(("location", "product_id", "lot", "qty_micro"), rows, wish, 3)


def stock_of_product(connection: Connection, wish: Wish) -> Found:
    """Where a product (``product_id``) is: at sites, and on the road (``transit/…``) (G04)."""
    b = stock_balance.c
    held = func.sum(b.came_in - b.went_out)
    statement = (
        select(b.end, held.label("qty_micro"), b.end.label("place"))
        .where(
            b.product_id == wish.text("product_id"),
            _below(b.end, "site/") | _below(b.end, "transit/"),
        )
        .group_by(b.end)
        .having(held != 0)
    )
    if after := _after(wish, 1):
        statement = statement.where(b.end > after[0])
    wish_sites = frozenset(wish.site_ids or ())
    # Which sites a reader may look at is no range: their rows are taken from all.
    rows = [
        row
        for row in connection.execute(statement.order_by(b.end))
        if wish.site_ids is None or not wish_sites.isdisjoint(row.end.split("/")[1:3])
    ]
    found = _paged(("location", "qty_micro"), rows[: wish.limit + 1], wish, 1)
    return Found(
        columns=found.columns,
        rows=found.rows,
        next_after=found.next_after,
        total=-1 if wish.after else len(rows),
    )


def sales_behind(connection: Connection, wish: Wish) -> Found:
    """Sales of a site (``site_id``) priced by an older version after version ``number`` of a sales
    organisation (``sales_org_id``) held, by device (C03)."""
    found = late_sales(connection, wish.site(), wish.text("sales_org_id"), wish.whole("number"))
    columns = ("device_id", "currency", "sales", "lines", "unknown", "difference_minor")
    return Found(
        columns=columns,
        rows=[[getattr(one, name) for name in columns] for one in found],
        next_after="",
        total=len(found),
    )


def first_sale_of(connection: Connection, wish: Wish) -> Found:
    """The first sale of a product (``product_id``) at a site (``site_id``) by version ``number``
    of a sales organisation (``sales_org_id``); one row, or none (C10)."""
    found = first_sale(
        connection,
        wish.site(),
        wish.text("sales_org_id"),
        wish.whole("number"),
        wish.text("product_id"),
    )
    columns = ("number", "device_id", "happened_at_us", "unit_price_micro", "price_version")
    rows = [[getattr(found, name) for name in columns]] if found is not None else []
    return Found(columns=columns, rows=rows, next_after="", total=len(rows))


def uses_of_policies(connection: Connection, wish: Wish) -> Found:
    """What documents used of the promotion policies of a sales organisation (``sales_org_id``),
    tills' included: how many, what they saved, gifts given (D01)."""
    rows = uses_of_org(connection, wish.text("sales_org_id"), wish.site_ids)
    columns = ("policy_id", "documents", "saving_minor", "gift_micro")
    return Found(columns=columns, rows=rows, next_after="", total=len(rows))


REPORTS: Final[Mapping[str, Report]] = {
    "sales_of_day": sales_of_day,
    "lines_of_sale": lines_of_sale,
    "tenders_of_sale": tenders_of_sale,
    "moves_of_product": moves_of_product,
    "stock_of_site": stock_of_site,
    "stock_of_product": stock_of_product,
    "sales_behind": sales_behind,
    "first_sale_of": first_sale_of,
    "uses_of_policies": uses_of_policies,
}
"""Every report that may be asked for, by name."""
