"""Pulling one scope: its ready file, its pages, and starting over where head office did."""

from collections.abc import Generator
from pathlib import Path
from typing import Final

from sqlalchemy import select

from desktop.sync.conversation import Ask, Fetch, Fetched, Talk
from shared.core.errors import AccessDenied, Conflict, QutongError, Unavailable
from shared.sync.confirm import Applied, page_steps
from shared.sync.holding import restart_scope, scope_cursor
from shared.sync.limits import PAGE_ROWS
from shared.sync.messages import Cursor, Message, Page, Pull, ScopeHead

_NO_SNAPSHOT: Final = frozenset({"SNAPSHOT_DAMAGED", "SNAPSHOT_UNSUPPORTED", "SCOPE_UNKNOWN"})


def pull_scope(talk: Talk, head: ScopeHead) -> Generator[Ask, Message, None]:
    """Bring one scope to its head: a ready file where it is new, then page after page."""
    scope, restarts = head.scope, 0
    _restart_if_other(talk, scope, head.generation, head.head)
    if head.snapshot and _cursor(talk, scope) == (head.generation, 0):
        yield from _load_snapshot(talk, head)
    while True:
        generation, seq = _cursor(talk, scope)
        pull = Pull(
            scope=scope,
            generation=generation,
            after=seq,
            limit=PAGE_ROWS,
            incarnation=talk.own.incarnation,
        )
        try:
            page = yield from talk.ask("/pull", pull, Page)
        except AccessDenied as error:
            # The scope was lost since the hello; the next one settles it.
            if error.code != "SCOPE_UNKNOWN":
                raise
            talk.behind.add(scope)
            return
        except Conflict as error:
            restarts += 1
            if error.code != "GENERATION_CHANGED" or restarts > 1:
                raise
            _restart(talk, scope, int(error.params.get("generation", generation)))
            continue
        _apply(talk, page, pull)
        if page.until >= page.head:
            return


def _load_snapshot(talk: Talk, head: ScopeHead) -> Generator[Ask, Message, None]:
    """A file that cannot be had or read costs nothing: the pages bring the same rows."""
    fetch = Fetch(name=head.snapshot, size=head.snapshot_bytes)
    try:
        fetched = yield from talk.ask(f"/snapshot/{head.snapshot}", fetch, Fetched)
        applied = talk.store.load_snapshot(head.scope, Path(fetched.path))
    except QutongError as error:
        if error.code not in _NO_SNAPSHOT:
            raise
        return
    _count(talk, head.scope, applied)


def _count(talk: Talk, scope: str, applied: Applied) -> None:
    talk.tell(applied)
    scopes = talk.summary.scopes
    scopes[scope] = scopes.get(scope, 0) + applied.rows


def _apply(talk: Talk, page: Page, pull: Pull) -> None:
    asked = Cursor(scope=pull.scope, generation=pull.generation, seq=pull.after)
    check_moves(page, asked, "/pull")
    replica = talk.store.on_writer(lambda local: local.replica)
    for step in page_steps(replica, talk.own, page):
        _count(talk, page.scope, talk.store.apply(step))


def check_moves(page: Page, asked: Cursor, path: str) -> None:
    """A page that is another than asked for, or leads nowhere, would turn us in a ring."""
    is_asked = (page.scope, page.generation) == (asked.scope, asked.generation)
    moves = page.until > asked.seq or (page.until == asked.seq and page.until >= page.head)
    if not is_asked or not moves:
        raise Unavailable("ANSWER_WRONG", path=path)


def _cursor(talk: Talk, scope: str) -> tuple[int, int]:
    query = select(scope_cursor.c.generation, scope_cursor.c.seq)
    row = talk.store.on_writer(
        lambda local: local.read(
            lambda connection: connection.execute(query.where(scope_cursor.c.scope == scope)).one()
        )
    )
    return row.generation, row.seq


def _restart_if_other(talk: Talk, scope: str, generation: int, head: int) -> None:
    held, seq = _cursor(talk, scope)
    if held != generation or seq > head:
        _restart(talk, scope, generation)


def _restart(talk: Talk, scope: str, generation: int) -> None:
    talk.store.on_writer(
        lambda local: local.transact(
            lambda connection: restart_scope(connection, local.replica.schema, scope, generation)
        )
    )
