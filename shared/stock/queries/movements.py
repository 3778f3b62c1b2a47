"""The movement documents of a site, as lists show them, and the goods of one."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.core.ids import derived_id, uid_bytes
from shared.stock.tables import movement, stock_move


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementView:
    """A movement or transfer document."""

    id: str
    number: str
    movement_type: str
    from_location: str
    to_location: str
    author_id: str
    approver_id: str
    party_id: str
    reason: str
    note: str
    lines: int
    units_micro: int
    happened_at_us: int
    business_day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedGoods:
    """What a document moved of a product and lot, in millionths of the base unit."""

    product_id: str
    lot: str
    qty_micro: int
    from_location: str
    to_location: str


_NAMES = tuple(MovementView.__dataclass_fields__)
_VIEW = select(*(movement.c[name] for name in _NAMES))


def movements(connection: Connection, site_id: str, *, limit: int = 500) -> list[MovementView]:
    """The site's movements, newest first."""
    c = movement.c
    statement = (
        _VIEW.where(c.site_id == site_id)
        .order_by(c.happened_at_us.desc(), c.id.desc())
        .limit(limit)
    )
    return [MovementView(**row) for row in connection.execute(statement).mappings()]


def movement_of(connection: Connection, document: str, site_id: str) -> MovementView | None:
    """One movement of a site."""
    c = movement.c
    found = connection.execute(_VIEW.where(c.id == document, c.site_id == site_id)).mappings()
    return next((MovementView(**row) for row in found), None)


_AT_ONCE = 500
_MOVES_MAX = 20_000


def movement_goods(connection: Connection, head: MovementView) -> list[MovedGoods]:
    """What a movement moved, in the order it was written; nothing where its month is closed and
    the site keeps its sums alone."""
    c, uid = stock_move.c, uid_bytes(head.id)
    found: list[MovedGoods] = []
    # By their ids, which follow from the document's: the ledger has no index of documents. What
    # moved nothing has a number and no row.
    for first in range(1, _MOVES_MAX, _AT_ONCE):
        ids = [derived_id(uid, "m", number) for number in range(first, first + _AT_ONCE)]
        statement = select(
            c.id, c.product_id, c.lot, c.qty_micro, c.from_location, c.to_location
        ).where(c.id.in_(ids))
        rows = {
            row.id: MovedGoods(
                product_id=row.product_id,
                lot=row.lot,
                qty_micro=row.qty_micro,
                from_location=row.from_location,
                to_location=row.to_location,
            )
            for row in connection.execute(statement)
        }
        found += [rows[one] for one in ids if one in rows]
        if not rows or len(found) >= head.lines:
            break
    return found


def undone_by(connection: Connection, one: MovementView, site_id: str, mark: str) -> str:
    """The number of the movement that took this one back, of two where two devices without a line
    did; '' = it stands. ``mark`` is how the
    reason of such a movement begins, or the note of such a transfer."""
    c = movement.c
    said = c.reason + c.note
    rows = connection.execute(
        select(c.number, said.label("said")).where(
            c.site_id == site_id,
            c.movement_type == one.movement_type,
            said.startswith(mark, autoescape=True),
        )
    )
    found = sorted(row.number for row in rows if f"{row.said} ".startswith(f"{mark} "))
    return " ".join(found)
