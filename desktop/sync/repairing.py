"""Scopes whose digest differs from head office's: which rows differ is found, and only they come.

Never everything again over unsent work: a scope is fetched anew only when its rows cannot be found
one by one, and at most once a day.
"""

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection, select

from desktop.store.local import LocalStore
from desktop.store.tables import sync_finding
from desktop.sync.alarms import CLOCK_US
from desktop.sync.conversation import Ask, Talk
from desktop.sync.pulling import cursor_of, pull_scope, restart
from shared.core.errors import AccessDenied, Conflict, RuleViolation, Unavailable
from shared.sync.comparing import row_digests, table_sums
from shared.sync.confirm import Applied, Finding
from shared.sync.digest import MODULUS
from shared.sync.holding import scope_cursor
from shared.sync.limits import (
    REPAIR_AGAIN_S,
    REPAIR_ASKS_MAX,
    REPAIR_ROWS_MAX,
    ROWS_ASKED_MAX,
    SLICE_ROWS,
)
from shared.sync.messages import (
    AskDigests,
    AskRows,
    Digests,
    Message,
    Page,
    Part,
    RowsAnswer,
    Run,
    ScopeHead,
)
from shared.sync.repairing import balances_step, recount_step, repair_step

_TRIES = 3
"""A busy scope may move while it is compared; then it is pulled and compared again."""

T = TypeVar("T")
Stretch = tuple[str, str]
"""Ids after the first one, up to the second one ('' = the end)."""


def repair_differing(talk: Talk) -> Generator[Ask, Message, None]:
    """Compare and repair the scopes this sync found to differ, and say what was found."""
    for scope in sorted(talk.differing - talk.behind):
        try:
            yield from _Repair(talk, scope).run()
        except AccessDenied as error:
            # The scope was lost meanwhile; the next hello settles it.
            if error.code != "SCOPE_UNKNOWN":
                raise
        except Conflict as error:
            # It begins a new life; the next pull finds out.
            if error.code != "GENERATION_CHANGED":
                raise


class _TooMany(Exception):
    """More differs than is looked for row by row."""


class _Moved(Exception):
    """Head office's rows changed while they were compared."""


@dataclass(slots=True)
class _Differing:
    """The ids that differ, by table, and how."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    changed: int = 0
    missing: int = 0
    extra: int = 0

    def add(self, table: str, here: Mapping[str, int], there: Mapping[str, int]) -> None:
        """Note the rows of a stretch that are not equal here and there."""
        for row_id in sorted(here.keys() | there.keys()):
            if here.get(row_id) == there.get(row_id):
                continue
            self.ids.setdefault(table, []).append(row_id)
            self.changed += row_id in here and row_id in there
            self.missing += row_id not in here
            self.extra += row_id not in there
        if self.changed + self.missing + self.extra > REPAIR_ROWS_MAX:
            raise _TooMany

    def __str__(self) -> str:
        return f"changed {self.changed}, missing {self.missing}, extra {self.extra}"


class _Repair:
    """One scope on its way back to equality."""

    def __init__(self, talk: Talk, scope: str) -> None:
        self._talk = talk
        self._scope = scope
        self._generation, self._seq = cursor_of(talk, scope)
        self._asks = 0
        self._done: list[str] = []

    def run(self) -> Generator[Ask, Message, None]:
        """Until the digests are equal, or everything was tried."""
        self._apply_recount()
        is_settled = yield from self._settle()
        self._mend_balances()
        if not is_settled:
            yield from self._fetch_anew()

    def _settle(self) -> Generator[Ask, Message, bool]:
        """Compare and repair; False when that is not enough. A scope that moved each time is left
        to the next sync."""
        is_moving = False
        for _ in range(_TRIES):
            try:
                if (yield from self._try()):
                    return True
                is_moving = False
            except _Moved:
                is_moving = True
            except (_TooMany, RuleViolation):
                # Or a head office of an earlier version, which does not compare.
                return False
        return is_moving

    def _try(self) -> Generator[Ask, Message, bool]:
        top = yield from self._ask("", "", "")
        if top.head != self._seq:
            yield from self._catch_up(top)
        if self._is_equal(top):
            self._tell("ROWS_REPAIRED", "; ".join(self._done) or "sums")
            return True
        differing = yield from self._find(top)
        if not differing.ids:
            # Row by row all is equal: what differs is head office's own sum, which it mends.
            self._tell("SCOPE_DIFFERS", f"there {top.count}/{top.digest}")
            return True
        yield from self._fetch(differing)
        self._apply_recount()
        self._done.append(str(differing))
        if not self._is_equal(top):
            return False
        self._tell("ROWS_REPAIRED", "; ".join(self._done))
        return True

    def _catch_up(self, top: Digests) -> Generator[Ask, Message, None]:
        head = ScopeHead(
            scope=self._scope,
            generation=top.generation,
            head=top.head,
            count=top.count,
            digest=top.digest,
        )
        yield from pull_scope(self._talk, head)
        self._generation, self._seq = cursor_of(self._talk, self._scope)
        raise _Moved

    # Finding

    def _ask(self, table: str, after: str, until: str) -> Generator[Ask, Message, Digests]:
        self._asks += 1
        if self._asks > REPAIR_ASKS_MAX:
            raise _TooMany
        ask = AskDigests(
            scope=self._scope, generation=self._generation, table=table, after=after, until=until
        )
        return (yield from self._talk.ask("/digests", ask, Digests))

    def _find(self, top: Digests) -> Generator[Ask, Message, _Differing]:
        there = {part.name: (part.count, part.digest) for part in top.parts}
        here = self._read(
            lambda local, connection: table_sums(connection, local.replica.schema, self._scope)
        )
        differing = _Differing()
        for table in sorted(here.keys() | there.keys()):
            if here.get(table) != there.get(table):
                yield from self._find_in(table, top, differing)
        return differing

    def _find_in(
        self, table: str, top: Digests, differing: _Differing
    ) -> Generator[Ask, Message, None]:
        stretches: list[Stretch] = [("", "")]
        while stretches:
            after, until = stretches.pop()
            answer = yield from self._ask(table, after, until)
            if answer.head != top.head:
                raise _Moved
            if answer.is_rows:
                differing.add(
                    table,
                    self._digests_here(table, after, until),
                    {part.name: part.digest for part in answer.parts},
                )
            else:
                stretches += self._stretches(table, after, until, answer.parts)

    def _digests_here(self, table: str, after: str, until: str) -> dict[str, int]:
        found: dict[str, int] = {}
        for row_id, digest in self._rows_here(table, after, until):
            found[row_id] = digest
            if len(found) > 2 * REPAIR_ROWS_MAX:
                raise _TooMany
        return found

    def _stretches(
        self, table: str, after: str, until: str, parts: Sequence[Part]
    ) -> list[Stretch]:
        """Those parts of a stretch that differ; the last one goes on to the stretch's end."""
        if [part.name for part in parts] != sorted({part.name for part in parts}):
            raise Unavailable("ANSWER_WRONG", path="/digests")
        ends = [part.name for part in parts[:-1]]
        counts, digests = [0] * len(parts), [0] * len(parts)
        for row_id, digest in self._rows_here(table, after, until):
            place = bisect_left(ends, row_id)
            counts[place] += 1
            digests[place] += digest
        bounds = list(zip([after, *ends], [*ends, until], strict=True))
        if bounds == [(after, until)]:
            raise Unavailable("ANSWER_WRONG", path="/digests")
        return [
            bounds[place]
            for place, part in enumerate(parts)
            if (counts[place], digests[place] % MODULUS) != (part.count, part.digest)
        ]

    def _rows_here(self, table: str, after: str, until: str) -> Iterator[tuple[str, int]]:
        """Slice by slice, so that nobody waits long for the writer."""
        reached = after
        while True:

            def read(
                local: LocalStore, connection: Connection, start: str = reached
            ) -> tuple[list[tuple[str, int]], str]:
                return row_digests(
                    connection,
                    local.replica.schema,
                    self._scope,
                    table,
                    after=start,
                    until=until,
                    limit=SLICE_ROWS,
                )

            found, reached = self._read(read)
            yield from found
            if not reached:
                return

    # Repairing

    def _fetch(self, differing: _Differing) -> Generator[Ask, Message, None]:
        for table, ids in differing.ids.items():
            left = ids
            while left:
                asked = left[:ROWS_ASKED_MAX]
                ask = AskRows(
                    scope=self._scope,
                    generation=self._generation,
                    table=table,
                    ids=asked,
                    incarnation=self._talk.own.incarnation,
                )
                answer = yield from self._talk.ask("/rows", ask, RowsAnswer)
                told = {*answer.run.ids, *answer.run.removed}
                if answer.run.table != table or not told or not told <= set(asked):
                    raise Unavailable("ANSWER_WRONG", path="/rows")
                self._apply(answer.run, answer.posted_n)
                left = [row_id for row_id in left if row_id not in told]

    def _apply(self, run: Run, posted_n: int) -> None:
        page = Page(
            scope=self._scope,
            generation=self._generation,
            until=self._seq,
            head=self._seq,
            count=0,
            digest=0,
            posted_n=posted_n,
            runs=[run],
        )
        replica = self._talk.store.on_writer(lambda local: local.replica)
        self._talk.tell(self._talk.store.apply(repair_step(replica, self._talk.own, page)))

    def _apply_recount(self) -> None:
        replica = self._talk.store.on_writer(lambda local: local.replica)
        self._talk.store.apply(recount_step(replica))

    def _mend_balances(self) -> None:
        replica = self._talk.store.on_writer(lambda local: local.replica)
        if wrong := self._talk.store.apply(balances_step(replica)).rows:
            self._tell("BALANCES_MENDED", str(wrong))

    def _fetch_anew(self) -> Generator[Ask, Message, None]:
        if self._was_fetched_anew():
            self._tell("SCOPE_DIFFERS", "; ".join(self._done))
            return
        self._tell("SCOPE_FETCHED_ANEW", "; ".join(self._done))
        restart(self._talk, self._scope, self._generation)
        head = ScopeHead(scope=self._scope, generation=self._generation, head=0, count=0, digest=0)
        yield from pull_scope(self._talk, head)

    def _was_fetched_anew(self) -> bool:
        """Whether this was tried today: a scope that stays different is not fetched all day."""
        now_us = self._talk.clock.now_us()
        c = sync_finding.c
        query = select(c.id).where(
            c.code == "SCOPE_FETCHED_ANEW",
            c.scope == self._scope,
            c.found_at_us > now_us - REPAIR_AGAIN_S * 1_000_000,
            # What lies in time to come was told under a clock that was wrong: it held repairs back
            # until that day.
            c.found_at_us <= now_us + CLOCK_US,
        )
        return self._read(lambda _local, connection: connection.execute(query).first()) is not None

    # Talking

    def _is_equal(self, top: Digests) -> bool:
        c = scope_cursor.c
        query = select(c["count"], c.digest).where(c.scope == self._scope)
        held = self._read(lambda _local, connection: connection.execute(query).one())
        return tuple(held) == (top.count, top.digest)

    def _tell(self, code: str, detail: str) -> None:
        finding = Finding(code=code, scope=self._scope, detail=detail)
        self._talk.tell(self._talk.store.apply(lambda _: Applied(findings=(finding,))))

    def _read(self, work: Callable[[LocalStore, Connection], T]) -> T:
        return self._talk.store.on_writer(
            lambda local: local.read(lambda connection: work(local, connection))
        )
