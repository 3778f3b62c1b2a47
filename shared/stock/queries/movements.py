"""The movement documents of a site, as lists show them."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.stock.tables import movement


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


def movements(connection: Connection, site_id: str, *, limit: int = 500) -> list[MovementView]:
    """The site's movements, newest first."""
    c = movement.c
    names = tuple(MovementView.__dataclass_fields__)
    statement = (
        select(*(c[name] for name in names))
        .where(c.site_id == site_id)
        .order_by(c.happened_at_us.desc(), c.id.desc())
        .limit(limit)
    )
    return [MovementView(**row) for row in connection.execute(statement).mappings()]
