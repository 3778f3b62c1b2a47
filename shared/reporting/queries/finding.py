"""What the palette finds beside goods: documents by printed number, accounts and members."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Table, select

from shared.accounts.queries import find_customers
from shared.channel.tables import channel_account
from shared.core.text import half_width
from shared.members.queries import find_members
from shared.ordering.tables import channel_order, shipment
from shared.sales.tables import sale
from shared.stocktake.tables import stock_count

LEAST: Final = 3
"""So many characters of a number before documents are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something a screen can be opened for."""

    kind: str
    """``sale order shipment count member customer``, as ``ScreenSpec.takes`` names it."""
    id: str
    """What its screen is opened for."""
    text: str
    hint: str = ""


_NUMBERED: tuple[tuple[str, Table], ...] = (
    ("sale", sale),
    ("order", channel_order),
    ("shipment", shipment),
    ("count", stock_count),
)


def find_documents(connection: Connection, typed: str, *, limit: int = 6) -> list[Found]:
    """Documents whose printed number holds what was typed, the latest of each kind first."""
    wanted = half_width(typed).strip().upper()
    if len(wanted) < LEAST or not any(sign.isdigit() for sign in wanted):
        return []
    found: list[Found] = []
    for kind, table in _NUMBERED:
        number = table.c.number
        rows = connection.execute(
            select(table.c.id, number)
            .where(number.contains(wanted, autoescape=True))
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        found += [Found(kind=kind, id=row.id, text=row.number) for row in rows]
    return found[:limit]


def find_people(connection: Connection, typed: str, *, limit: int = 6) -> list[Found]:
    """Members by name, phone or card, own customers, and accounts by id or name."""
    wanted = half_width(typed).strip()
    if not wanted:
        return []
    members = [
        Found(kind="member", id=one.name, text=one.name, hint=one.phone)
        for one in find_members(connection, wanted, limit=limit)
    ]
    c = channel_account.c
    rows = connection.execute(
        select(c.id, c.name)
        .where(c.name.contains(wanted, autoescape=True) | c.id.startswith(wanted, autoescape=True))
        .order_by(c.name)
        .limit(limit)
    )
    accounts = [Found(kind="customer", id=row.id, text=row.name, hint=row.id) for row in rows]
    own = [
        Found(kind="customer", id=one.customer_id, text=one.name, hint=one.phone or one.code)
        for one in find_customers(connection, "", wanted, limit=limit)
    ]
    return [*members, *own, *accounts][:limit]
