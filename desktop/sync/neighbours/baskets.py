"""Baskets put aside in a store (挂单, I06): the host decides, once, who goes on with one.

A basket stays with who held it until somebody claims it. Who comes back learns that it was taken.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from desktop.store.tables import draft, neighbour_basket
from shared.core.errors import Conflict, RuleViolation
from shared.sync.neighbours import BASKET_BYTES_MAX, SHELF_MAX, Gone, Shelved

HELD: Final = "till/held/"
"""Under which baskets put aside are drafts of a device."""
REMEMBERED_US: Final = 30 * 24 * 3600 * 1_000_000
"""How long it is known who took a basket: who comes back later may sell it again."""
_UID_CHARS_MAX = 64
_AGAIN_US: Final = 24 * 3600 * 1_000_000

_b = neighbour_basket.c


def own_held(connection: Connection, device_id: str) -> list[Shelved]:
    """The baskets put aside on this device."""
    rows = connection.execute(
        select(draft.c.key, draft.c.content, draft.c.changed_at_us)
        .where(draft.c.key >= HELD, draft.c.key < HELD + "\uffff")
        .order_by(draft.c.changed_at_us, draft.c.key)
        .limit(SHELF_MAX)
    )
    return [
        Shelved(
            uid=row.key.removeprefix(HELD),
            device_id=device_id,
            held_at_us=row.changed_at_us,
            content=bytes(row.content),
        )
        for row in rows
        if len(row.content) <= BASKET_BYTES_MAX
    ]


def is_held(connection: Connection, uid: str) -> bool:
    """Whether a basket is put aside on this device."""
    query = select(draft.c.key).where(draft.c.key == HELD + uid)
    return connection.execute(query).scalar() is not None


def put_on_shelf(
    connection: Connection, device_id: str, held: Sequence[Shelved], now_us: int
) -> list[str]:
    """At the host: these are a device's baskets now. Returns those whose content is missing.

    One that another device claimed stays claimed, whatever its former holder says.
    """
    known = {row.uid: row for row in connection.execute(select(neighbour_basket))}
    wanted: list[str] = []
    for one in held[:SHELF_MAX]:
        row = known.get(one.uid)
        if row is not None and (row.claimed_by or row.device_id != device_id):
            continue
        if row is not None and row.held_at_us == one.held_at_us:
            continue
        if not one.content:
            wanted.append(one.uid)
        elif len(one.content) <= BASKET_BYTES_MAX and len(one.uid) <= _UID_CHARS_MAX:
            _put(connection, one, device_id)
    here = {one.uid for one in held}
    withdrawn = [
        uid
        for uid, row in known.items()
        if row.device_id == device_id and not row.claimed_by and uid not in here
    ]
    connection.execute(delete(neighbour_basket).where(_b.uid.in_(withdrawn)))
    connection.execute(
        delete(neighbour_basket).where(
            _b.claimed_by != "", _b.claimed_at_us < now_us - REMEMBERED_US
        )
    )
    return wanted


def _put(connection: Connection, one: Shelved, device_id: str) -> None:
    connection.execute(delete(neighbour_basket).where(_b.uid == one.uid))
    row = {
        "uid": one.uid,
        "device_id": device_id,
        "held_at_us": one.held_at_us,
        "content": one.content,
        "claimed_by": "",
        "claimed_at_us": 0,
    }
    connection.execute(insert(neighbour_basket), [row])


def claim(connection: Connection, uid: str, device_id: str, now_us: int) -> bytes:
    """At the host: a device goes on with a basket; again, when its answer was lost.

    b'' when it is the device's own, which is then on no shelf any more.
    Raises: RuleViolation BASKET_GONE; Conflict BASKET_TAKEN with who has it.
    """
    row = connection.execute(select(neighbour_basket).where(_b.uid == uid)).one_or_none()
    if row is None:
        raise RuleViolation("BASKET_GONE")
    if row.claimed_by and row.claimed_by != device_id:
        raise Conflict("BASKET_TAKEN", device_id=row.claimed_by)
    if row.device_id == device_id:
        connection.execute(delete(neighbour_basket).where(_b.uid == uid))
        return b""
    if not row.claimed_by:
        connection.execute(
            update(neighbour_basket)
            .where(_b.uid == uid)
            .values(claimed_by=device_id, claimed_at_us=now_us)
        )
    return bytes(row.content)


def gone_of(connection: Connection, device_id: str) -> list[Gone]:
    """At the host: which baskets of a device others took."""
    rows = connection.execute(
        select(_b.uid, _b.claimed_by)
        .where(_b.device_id == device_id, _b.claimed_by.not_in(("", device_id)))
        .order_by(_b.uid)
    )
    return [Gone(uid=row.uid, device_id=row.claimed_by) for row in rows]


def of_device(connection: Connection, device_id: str) -> set[tuple[str, int]]:
    """At the host: a device's own baskets and when they were put aside."""
    rows = connection.execute(
        select(_b.uid, _b.held_at_us).where(_b.device_id == device_id, _b.claimed_by == "")
    )
    return {(row.uid, row.held_at_us) for row in rows}


def shelf_for(connection: Connection, device_id: str, now_us: int = 0) -> list[Shelved]:
    """The others' baskets a device may claim, the oldest first.

    With ``now_us`` also those it claimed itself within a day: it may have died before it had them.
    """
    is_free = _b.claimed_by == ""
    if now_us:
        is_free |= (_b.claimed_by == device_id) & (_b.claimed_at_us > now_us - _AGAIN_US)
    rows = connection.execute(
        select(neighbour_basket)
        .where(_b.device_id != device_id, is_free)
        .order_by(_b.held_at_us, _b.uid)
    )
    return [
        Shelved(
            uid=row.uid,
            device_id=row.device_id,
            held_at_us=row.held_at_us,
            content=bytes(row.content),
        )
        for row in rows
    ]


def shelf_name(baskets: Sequence[Shelved]) -> str:
    """A name that says which baskets these are."""
    text = "\n".join(f"{one.uid} {one.device_id} {one.held_at_us}" for one in baskets)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def copy_shelf(connection: Connection, baskets: Sequence[Shelved]) -> None:
    """Away from the host: what may be claimed there, as it was last told."""
    connection.execute(delete(neighbour_basket).where(_b.claimed_by == ""))
    for one in baskets:
        _put(connection, one, one.device_id)


def drop_gone(connection: Connection, gone: Sequence[Gone]) -> frozenset[str]:
    """Baskets another device took are not held here any more; the drafts that went."""
    keys = frozenset(HELD + one.uid for one in gone)
    found = connection.execute(select(draft.c.key).where(draft.c.key.in_(keys))).scalars().all()
    connection.execute(delete(draft).where(draft.c.key.in_(found)))
    return frozenset(found)
