"""What screens and the server ask about users: who they are, what they may do and where."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from shared.access.documents import Grant
from shared.access.rules import ALL_PERMISSIONS, SYSTEM_USER, GrantLevel, Role, permissions
from shared.access.tables import (
    policy,
    user_account,
    user_grant,
    user_grant_change,
    user_pin,
)
from shared.core.ids import derived_id


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user as a site knows them."""

    user_id: str
    name: str
    role: str
    pin_hash: str


_GRANTS: Final = select(
    user_grant.c.site_id,
    user_grant.c.role,
    user_grant.c.level,
    user_grant.c.until_at_us,
).where(
    user_grant.c.user_id == bindparam("user_id"),
    user_grant.c.site_id.in_(["", bindparam("site_id")]),
    user_grant.c.is_active == 1,
)


def permissions_of(
    connection: Connection, user_id: str, site_id: str, *, at_us: int = 0
) -> frozenset[str]:
    """What the user may do at the site ('' = head office); nothing when nobody knows the user.

    With ``at_us``, users whose time had run out by then may do nothing.
    """
    if user_id == SYSTEM_USER:
        return ALL_PERMISSIONS
    rows = connection.execute(_GRANTS, {"user_id": user_id, "site_id": site_id}).all()
    in_time = [row for row in rows if not (at_us and row.until_at_us and row.until_at_us <= at_us)]
    return _granted(in_time, site_id)


def _granted(grants: Iterable[Row[*tuple[Any, ...]]], site_id: str) -> frozenset[str]:
    """What these grants of one user come to at a site."""
    found: frozenset[str] = frozenset()
    for grant in grants:
        if _counts(grant, site_id):
            found |= permissions(grant.role, [grant.level])
    return found


def _counts(grant: Row[*tuple[Any, ...]], site_id: str) -> bool:
    """A grant without site counts for head office users everywhere and for others nowhere."""
    return bool(grant.site_id == site_id or grant.role == Role.HEAD_OFFICE)


_CHANGES: Final = (
    select(user_grant_change)
    .where(
        user_grant_change.c.user_id == bindparam("user_id"),
        user_grant_change.c.site_id.in_(["", bindparam("site_id")]),
        user_grant_change.c.from_at_us <= bindparam("at_us"),
    )
    .order_by(user_grant_change.c.from_at_us, user_grant_change.c.id)
)


def permissions_at(
    connection: Connection, user_id: str, site_id: str, at_us: int
) -> frozenset[str]:
    """What the user might do at the site at an earlier instant, as published until then.

    For facts that arrive late: who has left since was right to sell while still there.
    """
    then = {
        (row.site_id, row.sales_org_id): row
        for row in connection.execute(
            _CHANGES, {"user_id": user_id, "site_id": site_id, "at_us": at_us}
        )
    }
    return _granted((row for row in then.values() if row.is_active), site_id)


def sales_orgs_of(
    connection: Connection, user_id: str, site_id: str, permission: str
) -> frozenset[str]:
    """The sales organisations a user may do this for at the site; '' among them = every one."""
    rows = connection.execute(
        select(
            user_grant.c.sales_org_id, user_grant.c.role, user_grant.c.level, user_grant.c.site_id
        ).where(
            user_grant.c.user_id == user_id,
            user_grant.c.site_id.in_(["", site_id]),
            user_grant.c.is_active == 1,
        )
    ).all()
    return frozenset(
        row.sales_org_id
        for row in rows
        if _counts(row, site_id) and permission in permissions(row.role, [row.level])
    )


def may_for_org(
    connection: Connection, user_id: str, site_id: str, permission: str, sales_org_id: str
) -> bool:
    """Whether a user may do this at the site for this sales organisation (A04)."""
    if user_id == SYSTEM_USER:
        return True
    granted = sales_orgs_of(connection, user_id, site_id, permission)
    return not granted.isdisjoint({"", sales_org_id})


def is_org_withheld(
    connection: Connection, user_id: str, site_id: str, permission: str, sales_org_id: str
) -> bool:
    """Whether the user's grants for this act name other sales organisations only (A04).

    Whether the act is granted at all is asked elsewhere (authority, ``permissions_of``).
    """
    if user_id == SYSTEM_USER:
        return False
    granted = sales_orgs_of(connection, user_id, site_id, permission)
    return bool(granted) and granted.isdisjoint({"", sales_org_id})


_SITE_ORGS: Final = (
    select(user_grant.c.sales_org_id)
    .where(
        user_grant.c.site_id == bindparam("site_id"),
        user_grant.c.is_active == 1,
        user_grant.c.level != GrantLevel.NONE.value,
    )
    .distinct()
)


def sales_orgs_of_people(connection: Connection, site_id: str) -> frozenset[str] | None:
    """The sales organisations the people of a site ('' = head office) are granted (A04).

    None is every one: somebody holds a grant for all of them, or nobody is known there yet.
    """
    found = frozenset(connection.execute(_SITE_ORGS, {"site_id": site_id}).scalars())
    return None if not found or "" in found else found


def users_of_site(connection: Connection, site_id: str) -> list[User]:
    """The users who may sign in at the site, by name."""
    rows = connection.execute(
        select(user_grant.c.user_id, user_grant.c.name, user_grant.c.role, user_grant.c.pin_hash)
        .where(
            user_grant.c.site_id == site_id,
            user_grant.c.is_active == 1,
            user_grant.c.level != GrantLevel.NONE.value,
        )
        .distinct()
        .order_by(user_grant.c.name, user_grant.c.user_id)
    )
    return [User(**row) for row in rows.mappings()]


def user(connection: Connection, user_id: str) -> User | None:
    """A user by id; head office only."""
    row = (
        connection.execute(
            select(
                user_account.c.id.label("user_id"),
                user_account.c.name,
                user_account.c.role,
                user_account.c.pin_hash,
            ).where(user_account.c.id == user_id)
        )
        .mappings()
        .one_or_none()
    )
    return User(**row) if row else None


def names_of_users(connection: Connection, user_ids: Collection[str]) -> dict[str, str]:
    """What people are called, of those known here: everybody at head office, elsewhere those who
    may work at a site that is held here, or might once."""
    wanted = set(user_ids) - {""}
    account, grant = user_account.c, user_grant.c
    statements = (
        select(grant.user_id, grant.name).where(grant.user_id.in_(wanted)),
        select(account.id, account.name).where(account.id.in_(wanted)),
    )
    return {user_id: name for one in statements for user_id, name in connection.execute(one)}


def complete_grants(
    connection: Connection, user_id: str, grants: Collection[Grant]
) -> tuple[Grant, ...]:
    """The grants to publish: those wanted, and ``none`` for those that stand and are not wanted."""
    wanted = {(grant.site_id, grant.sales_org_id) for grant in grants}
    rows = connection.execute(
        select(user_grant.c.site_id, user_grant.c.sales_org_id)
        .where(user_grant.c.user_id == user_id, user_grant.c.level != GrantLevel.NONE.value)
        .order_by(user_grant.c.site_id, user_grant.c.sales_org_id)
    )
    gone = tuple(
        Grant(site_id=row.site_id, sales_org_id=row.sales_org_id, level=GrantLevel.NONE)
        for row in rows
        if (row.site_id, row.sales_org_id) not in wanted
    )
    return (*grants, *gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign in at a site, with the PIN that holds there now."""

    user_id: str
    name: str
    role: str
    pin_hash: str
    """'' = no PIN was given yet."""


def people_at(connection: Connection, site_id: str, *, at_us: int = 0) -> list[Person]:
    """Who may sign in at the site, by name; with ``at_us`` nobody whose time has run out."""
    rows = connection.execute(
        select(user_grant, user_pin.c.pin_hash.label("own_hash"), user_pin.c.changed_at_us)
        .outerjoin(
            user_pin,
            (user_pin.c.user_id == user_grant.c.user_id)
            & (user_pin.c.site_id == user_grant.c.site_id),
        )
        .where(
            user_grant.c.site_id == site_id,
            user_grant.c.is_active == 1,
            user_grant.c.level != GrantLevel.NONE.value,
        )
        .order_by(user_grant.c.name, user_grant.c.user_id, user_grant.c.id)
    )
    found: dict[str, Person] = {}
    for row in rows:
        if at_us and row.until_at_us and row.until_at_us <= at_us:
            continue
        is_own = row.own_hash is not None and row.changed_at_us > row.pin_at_us
        found[row.user_id] = Person(
            user_id=row.user_id,
            name=row.name,
            role=row.role,
            pin_hash=row.own_hash if is_own else row.pin_hash,
        )
    return list(found.values())


def given_pin(connection: Connection, user_id: str) -> tuple[str, int]:
    """The PIN head office gave a user last, and when; ('', 0) for nobody it knows."""
    row = connection.execute(
        select(user_account.c.pin_hash, user_account.c.pin_at_us).where(
            user_account.c.id == user_id
        )
    ).one_or_none()
    return (row.pin_hash, row.pin_at_us) if row else ("", 0)


_POLICY: Final = select(policy.c.id, policy.c.value).where(
    policy.c.id.in_([bindparam("here"), bindparam("everywhere")])
)


def policy_text(connection: Connection, name: str, site_id: str) -> str | None:
    """A rule of the house at a site: its own value, else everybody's; None when none is stated."""
    here, everywhere = derived_id(name, site_id), derived_id(name, "")
    rows = connection.execute(_POLICY, {"here": here, "everywhere": everywhere})
    found = {row.id: row.value for row in rows}
    return found.get(here, found.get(everywhere))
