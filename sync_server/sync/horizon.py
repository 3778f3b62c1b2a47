"""How long removals are told: after 90 days a feed forgets them, and older cursors begin anew."""

from sqlalchemy import Connection, delete, func, insert, select, update

from sync_server.store.tables import REMOVED_ROW, feed, scope_head, scope_mark
from sync_server.sync.feed import lock_heads

HORIZON_US = 90 * 24 * 3600 * 1_000_000
MARK_US = 24 * 3600 * 1_000_000
"""How exactly the age of feed entries is known: a scope is marked once a day."""
_AT_ONCE = 10_000
"""Removals forgotten in one transaction, so that nobody waits long for the writer."""


def is_due(connection: Connection, now_us: int) -> bool:
    """Whether there is anything to mark or to forget."""
    return bool(_to_mark(connection, now_us) or _to_forget(connection, now_us))


def keep_horizon(connection: Connection, now_us: int) -> int:
    """Mark how far scopes have come, and forget removals older than the horizon; how many."""
    marks = _to_mark(connection, now_us)
    if marks:
        connection.execute(
            insert(scope_mark),
            [{"scope_id": one, "at_us": now_us, "seq": head} for one, head in marks.items()],
        )
        _drop_marks(connection, now_us)
    return sum(_forget(connection, *one) for one in _to_forget(connection, now_us))


def _to_mark(connection: Connection, now_us: int) -> dict[int, int]:
    """The heads of scopes that moved since their last mark, of a day ago or earlier."""
    last = (
        select(
            scope_mark.c.scope_id,
            func.max(scope_mark.c.at_us).label("at_us"),
            func.max(scope_mark.c.seq).label("seq"),
        )
        .group_by(scope_mark.c.scope_id)
        .subquery()
    )
    query = (
        select(scope_head.c.scope_id, scope_head.c.head)
        .outerjoin(last, last.c.scope_id == scope_head.c.scope_id)
        .where(
            scope_head.c.head > func.coalesce(last.c.seq, 0),
            func.coalesce(last.c.at_us, 0) <= now_us - MARK_US,
        )
    )
    return {row.scope_id: row.head for row in connection.execute(query)}


def _to_forget(connection: Connection, now_us: int) -> list[tuple[int, str, int]]:
    """(scope number, scope, seq): the removals up to seq are older than the horizon."""
    old = (
        select(scope_mark.c.scope_id, func.max(scope_mark.c.seq).label("seq"))
        .where(scope_mark.c.at_us <= now_us - HORIZON_US)
        .group_by(scope_mark.c.scope_id)
        .subquery()
    )
    removed = (
        select(feed.c.seq)
        .where(
            feed.c.scope_id == scope_head.c.scope_id,
            feed.c.seq > scope_head.c.floor,
            feed.c.seq <= old.c.seq,
            feed.c.state == REMOVED_ROW,
        )
        .exists()
    )
    query = (
        select(scope_head.c.scope_id, scope_head.c.scope, old.c.seq)
        .join(old, old.c.scope_id == scope_head.c.scope_id)
        .where(removed)
        .order_by(scope_head.c.scope)
    )
    return [(row.scope_id, row.scope, row.seq) for row in connection.execute(query)]


def _drop_marks(connection: Connection, now_us: int) -> None:
    """Of the marks beyond the horizon the last one of a scope says what the others said."""
    later = scope_mark.alias()
    connection.execute(
        delete(scope_mark).where(
            select(later.c.seq)
            .where(
                later.c.scope_id == scope_mark.c.scope_id,
                later.c.at_us > scope_mark.c.at_us,
                later.c.at_us <= now_us - HORIZON_US,
            )
            .exists()
        )
    )


def _forget(connection: Connection, scope_id: int, scope: str, until: int) -> int:
    lock_heads(connection, [scope])
    old = (
        feed.c.scope_id == scope_id,
        feed.c.seq <= until,
        feed.c.state == REMOVED_ROW,
    )
    query = select(feed.c.seq).where(*old).order_by(feed.c.seq).limit(_AT_ONCE)
    seqs = connection.execute(query).scalars().all()
    if not seqs:
        return 0
    connection.execute(delete(feed).where(*old, feed.c.seq <= seqs[-1]))
    connection.execute(
        update(scope_head).where(scope_head.c.scope_id == scope_id).values(floor=seqs[-1])
    )
    return len(seqs)
