"""Drafts: what is half typed survives a kill, and never leaves this device.

Keys are paths such as ``basket/open`` or ``cart/BRANDA``; the content is bytes of whoever keeps
it. A draft is durable when the use case that wrote it is done.

A draft becomes a document in one breath (``consuming``): one that outlived its document, because
the power went between the two, would be there to be confirmed a second time.
"""

from collections.abc import Callable
from typing import Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import Connection, delete, select

from desktop.store.session import Session
from desktop.store.tables import draft
from shared.core.errors import RuleViolation
from shared.sync.statements import upsert

T = TypeVar("T")
P = ParamSpec("P")
DRAFT_BYTES_MAX = 4 * 1024 * 1024
KEY_CHARS_MAX = 200


class Draft(NamedTuple):
    """A draft as it was kept last; microseconds UTC."""

    key: str
    content: bytes
    changed_at_us: int


def put_draft(session: Session, key: str, content: bytes) -> None:
    """Keep a draft under its key instead of the one before.

    Raises: RuleViolation DRAFT_TOO_LARGE.
    """
    if len(content) > DRAFT_BYTES_MAX or not 0 < len(key) <= KEY_CHARS_MAX:
        raise RuleViolation("DRAFT_TOO_LARGE", most=DRAFT_BYTES_MAX)
    row = {"key": key, "content": content, "changed_at_us": session.now_us}
    upsert(session.connection, draft, ("key",), [row])
    session.touch(draft.name, key)


def draft_of(connection: Connection, key: str) -> bytes | None:
    """The draft under a key; None when there is none."""
    found = connection.execute(select(draft.c.content).where(draft.c.key == key)).scalar()
    return None if found is None else bytes(found)


def drafts_under(connection: Connection, prefix: str) -> list[Draft]:
    """All drafts whose key begins so, the one kept longest ago first."""
    rows = connection.execute(
        select(draft.c.key, draft.c.content, draft.c.changed_at_us)
        .where(draft.c.key >= prefix, draft.c.key < prefix + "\uffff")
        .order_by(draft.c.changed_at_us, draft.c.key)
    )
    return [Draft(row.key, bytes(row.content), row.changed_at_us) for row in rows]


def remove_draft(session: Session, key: str) -> bool:
    """Forget a draft; whether there was one."""
    gone = session.connection.execute(delete(draft).where(draft.c.key == key)).rowcount
    session.touch(draft.name, key)
    return bool(gone)


def consuming(
    key: str, usecase: Callable[Concatenate[Session, P], T]
) -> Callable[Concatenate[Session, P], T]:
    """The use case that makes a document of a draft, and forgets the draft with it: both or
    neither. Raises as the use case; the draft stays then."""

    def consume(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> T:
        done = usecase(session, *args, **kwargs)
        remove_draft(session, key)
        return done

    return consume
