"""Finding a member at the till: by card, the last digits of the phone, name or pinyin (I10)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from shared.core.text import normal
from shared.members.rules import phone_tail
from shared.members.tables import member

FOUND_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member as a site knows them."""

    member_id: str
    site_id: str
    code: str
    name: str
    phone: str
    birthday: str
    note: str
    price_list: str
    is_active: bool
    registered_at_us: int


def member_of(connection: Connection, member_id: str, site_id: str) -> MemberView | None:
    """A member by id: as the site knows them, else as any replica here does."""
    rows = connection.execute(
        select(member)
        .where(member.c.member_id == member_id)
        .order_by((member.c.site_id == site_id).desc(), member.c.site_id)
        .limit(1)
    ).all()
    return _view(rows[0]) if rows else None


def member_by_phone(connection: Connection, phone: str, site_id: str) -> MemberView | None:
    """The member of a site with this normalised phone, the one registered first.

    For a shop that joined a house later: its own members keep the id they had.
    """
    rows = connection.execute(
        select(member)
        .where(
            member.c.phone_tail == phone_tail(phone),
            member.c.phone == phone,
            member.c.site_id == site_id,
            member.c.is_active == 1,
        )
        .order_by(member.c.registered_at_us, member.c.id)
        .limit(1)
    ).all()
    return _view(rows[0]) if rows else None


def find_members(connection: Connection, text: str, *, limit: int = FOUND_MAX) -> list[MemberView]:
    """Members of this replica whom a text means, by name: a card, four or more last digits of a
    phone, the beginning of a name or of its initials."""
    asked = normal(text)
    if not asked:
        return []
    m = member.c
    # A member known at two sites of this replica is shown once, as the later one knew them.
    rows = connection.execute(
        select(member)
        .where(_meant(asked), m.is_active == 1)
        .order_by(m.name, m.member_id, m.registered_at_us)
        .limit(limit * 4)
    )
    found = {row.member_id: _view(row) for row in rows}
    return list(found.values())[:limit]


def hold_members(connection: Connection, ids: Collection[str]) -> None:
    """Keep these members from other transactions of head office until this one ends."""
    held = select(member.c.id).where(member.c.member_id.in_(sorted(ids))).order_by(member.c.id)
    if ids:
        connection.execute(held.with_for_update()).all()


def sites_of_members(connection: Connection, ids: Collection[str]) -> dict[str, list[str]]:
    """The sites that know each member, as far as this replica knows."""
    found: dict[str, list[str]] = {one: [] for one in ids}
    if ids:
        rows = connection.execute(
            select(member.c.member_id, member.c.site_id).where(member.c.member_id.in_(sorted(ids)))
        )
        for member_id, site_id in rows:
            found[member_id].append(site_id)
    return found


def members_of_site(connection: Connection, site_id: str, *, limit: int = 500) -> list[MemberView]:
    """The members a site registered, the newest first."""
    rows = connection.execute(
        select(member)
        .where(member.c.site_id == site_id, member.c.is_active == 1)
        .order_by(member.c.registered_at_us.desc(), member.c.id)
        .limit(limit)
    )
    return [_view(row) for row in rows]


def _meant(asked: str) -> Any:
    m = member.c
    if asked.isdigit():
        # Four digits meet the index; a whole phone is compared with the phone.
        tail = m.phone_tail == asked[-4:]
        return tail if len(asked) <= 4 else tail & m.phone.endswith(asked)
    if asked[:1] in "mM" and asked[1:].isdigit():
        return m.code == asked.upper()
    name = m.name.startswith(asked, autoescape=True)
    return name | m.initials.startswith(asked.lower(), autoescape=True)


def _view(row: Row[Any]) -> MemberView:
    return MemberView(
        member_id=row.member_id,
        site_id=row.site_id,
        code=row.code,
        name=row.name,
        phone=row.phone,
        birthday=row.birthday,
        note=row.note,
        price_list=row.price_list,
        is_active=bool(row.is_active),
        registered_at_us=row.registered_at_us,
    )
