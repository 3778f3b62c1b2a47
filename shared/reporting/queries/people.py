"""Everybody who may sign in anywhere, as head office publishes them (P01)."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from shared.access.documents import Grant
from shared.access.rules import GrantLevel
from shared.access.tables import user_account, user_grant


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A user with role and grants, as the list and the form of head office show them."""

    user_id: str
    name: str
    role: str
    is_active: bool
    has_pin: bool
    until_at_us: int
    """First instant at which they may do nothing more; 0 = open."""
    grants: tuple[Grant, ...]
    """Those that stand; withdrawn ones are left out."""


def people(connection: Connection) -> list[PersonLine]:
    """Every user, by name; head office only."""
    g = user_grant.c
    grants: dict[str, list[Grant]] = {}
    statement = (
        select(g.user_id, g.site_id, g.sales_org_id, g.level)
        .where(g.level != GrantLevel.NONE.value)
        .order_by(g.site_id, g.sales_org_id)
    )
    for row in connection.execute(statement):
        one = Grant(site_id=row.site_id, sales_org_id=row.sales_org_id, level=row.level)
        grants.setdefault(row.user_id, []).append(one)
    rows = connection.execute(select(user_account).order_by(user_account.c.name, user_account.c.id))
    return [
        PersonLine(
            user_id=row.id,
            name=row.name,
            role=row.role,
            is_active=bool(row.is_active),
            has_pin=bool(row.pin_hash),
            until_at_us=row.until_at_us,
            grants=tuple(grants.get(row.id, ())),
        )
        for row in rows
    ]
