"""Pulling scopes: little ones together, others by ready file and pages, or from the beginning."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from desktop.sync.conversation import Ask, Fetch, Fetched, Talk
from shared.core.errors import AccessDenied, QutongError, Unavailable
from shared.sync.confirm import Applied, Step, page_steps, together
from shared.sync.holding import cursors, restart_scope, scope_cursor
from shared.sync.limits import PAGE_ROWS, PULL_SCOPES_MAX, RUN_ROWS
from shared.sync.messages import (
    BadMessage,
    Cursor,
    Message,
    Page,
    Pages,
    Pull,
    PullMany,
    ScopeHead,
    unfolded,
)

_LITTLE = 500
"""Changes up to which scopes share a request; more are worth one of their own."""
_NO_SNAPSHOT: Final = frozenset(
    {"SNAPSHOT_DAMAGED", "SNAPSHOT_UNSUPPORTED", "SCOPE_UNKNOWN", "DISK_FULL"}
)
"""A file takes its room three times over while it is taken in, pages take theirs once."""


def pull_little(talk: Talk, heads: Sequence[ScopeHead]) -> Generator[Ask, Message, set[str]]:
    """Scopes with little news share requests and transactions; those at their head return."""
    done: set[str] = set()
    if len(heads) < 2:
        return done
    held = {row.scope: row for row in talk.store.on_writer(lambda local: local.read(cursors))}
    little = [
        Cursor(scope=head.scope, generation=head.generation, seq=held[head.scope].seq)
        for head in heads
        if head.scope in held
        and not (head.snapshot and held[head.scope].seq == 0)
        and held[head.scope].generation == head.generation
        and 0 <= head.head - held[head.scope].seq <= _LITTLE
    ]
    if len(little) < 2:
        return done
    told = {head.scope: head.head for head in heads}
    for start in range(0, len(little), PULL_SCOPES_MAX):
        asked = little[start : start + PULL_SCOPES_MAX]
        answer = yield from talk.ask("/pulls", _pull_many(talk, asked), Pages)
        done |= _apply_together(talk, asked, answer.pages, told)
    return done


def _pull_many(talk: Talk, asked: list[Cursor]) -> PullMany:
    return PullMany(cursors=asked, limit=PAGE_ROWS, incarnation=talk.own.incarnation)


def _apply_together(
    talk: Talk, asked: Sequence[Cursor], pages: Sequence[Page], told: Mapping[str, int]
) -> set[str]:
    """Apply small pages in few transactions; the scopes that are at their head now."""
    by_scope = {cursor.scope: cursor for cursor in asked}
    replica = talk.store.on_writer(lambda local: local.replica)
    steps: list[Step] = []
    rows = 0
    for page in pages:
        cursor = by_scope.pop(page.scope, None)
        if cursor is None:
            raise Unavailable("ANSWER_WRONG", path="/pulls")
        check_moves(page, cursor, told[page.scope], "/pulls")
        steps += page_steps(replica, talk.own, page)
        size = sum(len(run.ids) for run in page.runs)
        talk.summary.scopes[page.scope] = talk.summary.scopes.get(page.scope, 0) + size
        rows += size
        if rows >= RUN_ROWS:
            talk.tell(talk.store.apply(together(steps)))
            steps, rows = [], 0
    if steps:
        talk.tell(talk.store.apply(together(steps)))
    return {page.scope for page in pages if page.until >= page.head}


def pull_scope(talk: Talk, head: ScopeHead) -> Generator[Ask, Message, None]:
    """Bring one scope to its head: a ready file where it is new, then page after page.

    Raises Conflict GENERATION_CHANGED when head office began it anew meanwhile: the next hello
    tells why, and a restored head office is first given back what it lost.
    """
    scope = head.scope
    _restart_if_other(talk, head)
    if head.snapshot and cursor_of(talk, scope) == (head.generation, 0):
        yield from _load_snapshot(talk, head)
    while True:
        pull = _next_pull(talk, scope)
        try:
            page = yield from talk.ask("/pull", pull, Page)
        except AccessDenied as error:
            # The scope was lost since the hello; the next one settles it.
            if error.code != "SCOPE_UNKNOWN":
                raise
            talk.behind.add(scope)
            return
        except Unavailable as error:
            if error.code == "NETWORK":
                talk.progress.page_broke()
            raise
        talk.progress.page_came()
        _apply(talk, page, pull, head.head)
        if page.until >= page.head:
            return


def _next_pull(talk: Talk, scope: str) -> Pull:
    held = _held(talk, scope)
    return Pull(
        scope=scope,
        generation=held.generation,
        after=held.seq,
        limit=talk.progress.page_rows,
        incarnation=talk.own.incarnation,
        begun=held.begun,
        is_folded=True,
    )


def _load_snapshot(talk: Talk, head: ScopeHead) -> Generator[Ask, Message, None]:
    """A file that cannot be had or read costs nothing: the pages bring the same rows."""
    fetch = Fetch(name=head.snapshot, size=head.snapshot_bytes, key=head.snapshot_key)
    try:
        fetched = yield from talk.ask(f"/snapshot/{head.snapshot}", fetch, Fetched)
        path = Path(fetched.path)
        try:
            applied = talk.store.load_snapshot(head.scope, path)
        finally:
            # Its rows are here now, or come as pages.
            with suppress(OSError):
                path.unlink(missing_ok=True)
    except QutongError as error:
        if error.code not in _NO_SNAPSHOT:
            raise
        return
    _count(talk, head.scope, applied)


def _count(talk: Talk, scope: str, applied: Applied) -> None:
    talk.tell(applied)
    scopes = talk.summary.scopes
    scopes[scope] = scopes.get(scope, 0) + applied.rows


def _apply(talk: Talk, page: Page, pull: Pull, head: int) -> None:
    asked = Cursor(scope=pull.scope, generation=pull.generation, seq=pull.after)
    check_moves(page, asked, head, "/pull")
    try:
        page = unfolded(page)
    except BadMessage as error:
        raise Unavailable("ANSWER_WRONG", path="/pull") from error
    replica = talk.store.on_writer(lambda local: local.replica)
    for step in page_steps(replica, talk.own, page):
        _count(talk, page.scope, talk.store.apply(step))


def check_moves(page: Page, asked: Cursor, head: int, path: str) -> None:
    """A page that is another than asked for, or leads nowhere, would turn us in a ring; one of
    before the ``head`` that was told would have rows reversed that are there."""
    is_asked = (page.scope, page.generation) == (asked.scope, asked.generation)
    is_asked &= page.after <= asked.seq and page.head >= head
    moves = page.until > asked.seq or (page.until == asked.seq and page.until >= page.head)
    if not is_asked or not moves:
        raise Unavailable("ANSWER_WRONG", path=path)


def cursor_of(talk: Talk, scope: str) -> tuple[int, int]:
    """Generation and sequence up to which a scope is held."""
    held = _held(talk, scope)
    return held.generation, held.seq


class _Held(NamedTuple):
    """How far a scope is held, and where its head was when it was begun."""

    generation: int
    seq: int
    begun: int


_HELD = select(scope_cursor.c.generation, scope_cursor.c.seq, scope_cursor.c.begun).where(
    scope_cursor.c.scope == bindparam("of")
)


def _held(talk: Talk, scope: str) -> _Held:
    row = talk.store.on_writer(
        lambda local: local.read(lambda connection: connection.execute(_HELD, {"of": scope}).one())
    )
    return _Held(*row)


def _restart_if_other(talk: Talk, head: ScopeHead) -> None:
    """Begin anew where head office did, or where it forgot removals that never came here."""
    held = _held(talk, head.scope)
    is_too_old = 0 < held.seq < head.floor and held.begun < head.floor
    if held.generation != head.generation or held.seq > head.head or is_too_old:
        restart(talk, head.scope, head.generation)


def restart(talk: Talk, scope: str, generation: int) -> None:
    """Fetch a scope anew: its rows stay, and those that do not come again go at its head."""
    talk.store.on_writer(
        lambda local: local.transact(
            lambda connection: restart_scope(connection, local.replica.schema, scope, generation)
        )
    )
