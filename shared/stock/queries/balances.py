"""What is where: balances, the book at an instant, the stock ledger report."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, case, exists, func, select

from shared.closing.queries import check_period
from shared.core.errors import RuleViolation
from shared.stock.rules import BUILT_IN, BUILT_IN_NAMES, Direction, MovementType, site_of
from shared.stock.tables import movement_type, site_opening, stock_balance, stock_day


def on_hand_micro(connection: Connection, place: str, product_id: str) -> int:
    """What a location holds of a product over all lots, from the kept balance."""
    keys = {"place": place, "product_id": product_id}
    return int(connection.execute(_ON_HAND, keys).scalar_one())


# Built once: making a statement costs more than running it.
_ON_HAND: Final = select(
    func.coalesce(func.sum(stock_balance.c.came_in - stock_balance.c.went_out), 0)
).where(
    stock_balance.c.end == bindparam("place"), stock_balance.c.product_id == bindparam("product_id")
)


class Holding(NamedTuple):
    """What a location holds of a product and lot."""

    location: str
    product_id: str
    lot: str
    qty_micro: int


def holdings(connection: Connection, site_id: str) -> list[Holding]:
    """Everything a site holds that is not zero, by location, product and lot."""
    held = stock_balance.c.came_in - stock_balance.c.went_out
    prefix = f"site/{site_id}/"
    statement = (
        select(stock_balance.c.end, stock_balance.c.product_id, stock_balance.c.lot, held)
        # A range instead of LIKE, so that the primary key serves it whatever the collation.
        .where(stock_balance.c.end >= prefix, stock_balance.c.end < prefix + "\uffff", held != 0)
        .order_by(stock_balance.c.end, stock_balance.c.product_id, stock_balance.c.lot)
    )
    return [Holding(*row) for row in connection.execute(statement)]


class StockLine(NamedTuple):
    """One product's opening + in - out = closing over some business days (O02)."""

    product_id: str
    opening_micro: int
    in_micro: int
    out_micro: int
    closing_micro: int


def stock_report(connection: Connection, place: str, from_day: str, to_day: str) -> list[StockLine]:
    """The stock ledger of a location for the days from..to inclusive, by product.

    What is held now less what moved since is the opening: only the days from ``from_day`` on are
    read, so the report grows with its period and not with the years before it. Of closed months a
    device knows whole ones. Raises: RuleViolation DETAIL_AT_HEAD_OFFICE.
    """
    check_period(connection, site_of(place), from_day, to_day)
    keys = {"place": place, "from_day": from_day, "to_day": to_day}
    return [
        StockLine(
            product,
            int(held - net),
            int(came),
            int(went),
            int(held - net + came - went),
        )
        for product, held, net, came, went in connection.execute(_REPORT, keys).all()
    ]


def _report() -> Select[Any]:
    b, d, earlier = stock_balance.c, stock_day.c, stock_day.alias("earlier")
    held = (
        select(b.product_id, func.sum(b.came_in - b.went_out).label("qty"))
        .where(b.end == bindparam("place"))
        .group_by(b.product_id)
        .subquery("held")
    )
    is_within = d.business_day <= bindparam("to_day")
    since = and_(
        d.end == bindparam("place"),
        d.product_id == held.c.product_id,
        d.business_day >= bindparam("from_day"),
    )
    # A product that came only after the period is no line of it.
    was_known = exists().where(
        earlier.c.end == bindparam("place"),
        earlier.c.product_id == held.c.product_id,
        earlier.c.business_day <= bindparam("to_day"),
    )
    return (
        select(
            held.c.product_id,
            held.c.qty,
            func.coalesce(func.sum(d.came_in - d.went_out), 0),
            func.coalesce(func.sum(case((is_within, d.came_in), else_=0)), 0),
            func.coalesce(func.sum(case((is_within, d.went_out), else_=0)), 0),
        )
        .select_from(held.outerjoin(stock_day, since))
        .where(was_known)
        .group_by(held.c.product_id, held.c.qty)
        .order_by(held.c.product_id)
    )


_REPORT: Final = _report()


def type_named(connection: Connection, type_id: str) -> MovementType:
    """A movement type as head office published it, or the program's own where none published any.

    Raises RuleViolation MOVEMENT_TYPE_UNKNOWN.
    """
    row = connection.execute(
        select(movement_type).where(movement_type.c.id == type_id)
    ).one_or_none()
    if row is None:
        if type_id in BUILT_IN and not _has_published_types(connection):
            return BUILT_IN[type_id]
        raise RuleViolation("MOVEMENT_TYPE_UNKNOWN", movement_type=type_id)
    return MovementType(
        id=row.id,
        direction=Direction(row.direction),
        counter_location=row.counter_location,
        needs_reason=bool(row.needs_reason),
        needs_party=bool(row.needs_party),
        needs_approval=bool(row.needs_approval),
    )


def _has_published_types(connection: Connection) -> bool:
    return connection.execute(select(movement_type.c.id).limit(1)).first() is not None


class TypeName(NamedTuple):
    """A movement type as a list offers it."""

    id: str
    name_zh: str
    name_en: str


def type_names(connection: Connection) -> list[TypeName]:
    """The movement types to choose from, by id: head office's, or the program's own (R07)."""
    c = movement_type.c
    published = connection.execute(select(c.id, c.name_zh, c.name_en).order_by(c.id)).all()
    if published:
        return [TypeName(*row) for row in published]
    return [TypeName(one, *BUILT_IN_NAMES[one]) for one in sorted(BUILT_IN)]


def is_opened(connection: Connection, site_id: str) -> bool:
    """Whether the site's opening stock was counted; until then a negative balance says nothing."""
    statement = select(site_opening.c.id).where(site_opening.c.id == site_id)
    return connection.execute(statement).first() is not None


def below_zero(connection: Connection, place: str, product_ids: Sequence[str]) -> dict[str, int]:
    """Those of the products of which a location holds less than nothing (G11)."""
    held = func.sum(stock_balance.c.came_in - stock_balance.c.went_out)
    found: dict[str, int] = {}
    for start in range(0, len(product_ids), 500):
        statement = (
            select(stock_balance.c.product_id, held)
            .where(
                stock_balance.c.end == place,
                stock_balance.c.product_id.in_(product_ids[start : start + 500]),
            )
            .group_by(stock_balance.c.product_id)
            .having(held < 0)
        )
        found |= {product: int(qty) for product, qty in connection.execute(statement)}
    return found
