"""A head office in memory: the same messages as the real one, small enough to be bent by tests."""

from collections.abc import Sequence
from itertools import groupby

from desktop.sync.engine import Ask
from shared.core.errors import AccessDenied, Conflict
from shared.journal.chain import GENESIS, SigningKey, document_hash, link_hash
from shared.journal.document import Write
from shared.journal.kind import Registry, UndecodableDocument
from shared.sync.digest import add
from shared.sync.messages import (
    Hello,
    HelloAnswer,
    Message,
    Page,
    Pages,
    Pull,
    PullMany,
    Push,
    PushAnswer,
    Run,
    ScopeHead,
    Verdict,
)
from shared.sync.replica import apply_writes, everything, load_rows
from shared.sync.tables import Schema
from tests.builders.database import memory_connection


class FakeHeadOffice:
    """Journals, rows and feeds; ``kept_kinds`` are kept aside, ``page_rows`` cuts pages."""

    def __init__(self, registry: Registry, schema: Schema, scopes: Sequence[str]) -> None:
        self.registry = registry
        self.schema = schema
        self.scopes = list(scopes)
        self.connection = memory_connection(schema)
        self.key = SigningKey.from_seed(b"head office".ljust(32, b"\0"))
        self.epoch = "epoch-1"
        self.generation = 1
        self.page_rows = 5_000
        self.kept_kinds: set[str] = set()
        self.now_us = 1_764_561_600_000_000
        self.links: dict[str, list[bytes]] = {}
        self.kept: dict[str, dict[int, str]] = {}
        self.feeds: dict[str, dict[tuple[str, str], tuple[int, bool]]] = {}
        self.heads: dict[str, list[int]] = {}
        self.durable_n: dict[str, int] = {}
        """Up to which slot each device's journal stands in a proved backup."""
        self.asked: list[str] = []

    def publish(self, *writes: Write) -> None:
        """Head office changes rows itself."""
        changes = apply_writes(self.connection, self.schema, writes, slot=0, owns=everything)
        for change in changes:
            for scope in change.scopes:
                self._mark(scope, change.table, change.id, change.before, change.after)
        self.connection.commit()

    def remove(self, table: str, row_id: str) -> None:
        """Head office deletes a row."""
        replicated = self.schema[table]
        row = load_rows(self.connection, replicated, {row_id})[row_id]
        t = replicated.table
        self.connection.execute(t.delete().where(t.c.id == row_id))
        for scope in replicated.scopes(row):
            self._mark(scope, table, row_id, row["_digest"], 0)
        self.connection.commit()

    def _mark(self, scope: str, table: str, row_id: str, before: int, after: int) -> None:
        head = self.heads.setdefault(scope, [0, 0, 0])
        head[0] += 1
        head[1] += bool(after) - bool(before)
        head[2] = add(head[2], before, after)
        feed = self.feeds.setdefault(scope, {})
        feed.pop((table, row_id), None)
        feed[table, row_id] = (head[0], after == 0)

    def handler(self, device_id: str) -> "Handler":
        """What a device's requests are sent to."""
        return Handler(self, device_id)

    def hello(self, device_id: str, hello: Hello) -> HelloAnswer:
        links = self.links.setdefault(device_id, [])
        known = {c.scope: (c.generation, c.seq) for c in hello.cursors}
        manifest = [
            ScopeHead(scope=s, generation=self.generation, head=h[0], count=h[1], digest=h[2])
            for s in self.scopes
            for h in [self.heads.get(s, [0, 0, 0])]
            if known.get(s) != (self.generation, h[0])
        ]
        return HelloAnswer(
            nonce=hello.nonce,
            protocol_min=1,
            protocol_max=1,
            epoch=self.epoch,
            high_water=len(links),
            high_hash=links[-1] if links else b"",
            head_signature=self.key.sign_head(links[-1]) if links else b"",
            server_time_us=self.now_us,
            scopes=self.scopes,
            manifest=manifest,
            durable_n=self.durable_n.get(device_id, 0),
            durable_hash=links[self.durable_n[device_id] - 1]
            if self.durable_n.get(device_id, 0)
            else b"",
        )

    def push(self, device_id: str, push: Push) -> PushAnswer:
        links = self.links.setdefault(device_id, [])
        kept = self.kept.setdefault(device_id, {})
        if push.first_n > len(links) + 1:
            raise Conflict("PUSH_GAP", high_water=len(links))
        before = links[push.first_n - 2] if push.first_n > 1 else GENESIS
        if before != push.previous_hash:
            raise Conflict("JOURNAL_FORKED", n=push.first_n - 1)
        verdicts = []
        previous = before
        for n, item in enumerate(push.items, push.first_n):
            hashed = document_hash(item.stored)
            previous = link_hash(device_id, push.incarnation, n, previous, hashed)
            if n > len(links):
                links.append(previous)
                code = self._take(item.stored)
                if code:
                    kept[n] = code
            if n in kept:
                verdicts.append(Verdict(n=n, outcome="kept", code=kept[n]))
        return PushAnswer(
            high_water=len(links),
            high_hash=links[-1],
            head_signature=self.key.sign_head(links[-1]),
            verdicts=verdicts,
        )

    def _take(self, stored: bytes) -> str:
        try:
            document = self.registry.decode(stored)
        except UndecodableDocument as error:
            return error.code
        if document.header.kind in self.kept_kinds:
            return "NOT_ALLOWED"
        self.publish(*self.registry.post(document))
        return ""

    def pull_many(self, device_id: str, pull: PullMany) -> Pages:
        """A page for each scope, however much there is."""
        return Pages(
            pages=[
                self.pull(
                    device_id,
                    Pull(
                        scope=cursor.scope,
                        generation=cursor.generation,
                        after=cursor.seq,
                        limit=pull.limit,
                    ),
                )
                for cursor in pull.cursors
            ]
        )

    def pull(self, device_id: str, pull: Pull) -> Page:
        if pull.scope not in self.scopes:
            raise AccessDenied("SCOPE_UNKNOWN")
        head = self.heads.get(pull.scope, [0, 0, 0])
        if pull.generation != self.generation or pull.after > head[0]:
            raise Conflict("GENERATION_CHANGED", generation=self.generation)
        entries = [
            (table, row_id, seq, removed)
            for (table, row_id), (seq, removed) in self.feeds.get(pull.scope, {}).items()
            if seq > pull.after
        ][: min(self.page_rows, pull.limit)]
        runs = [self._run(t, list(g)) for t, g in groupby(entries, key=lambda e: e[0])]
        return Page(
            scope=pull.scope,
            generation=self.generation,
            until=runs[-1].until if runs else head[0],
            head=head[0],
            count=head[1],
            digest=head[2],
            posted_n=len(self.links.get(device_id, [])),
            runs=runs,
        )

    def _run(self, name: str, entries: Sequence[tuple[str, str, int, bool]]) -> Run:
        table = self.schema[name]
        ids = [e[1] for e in entries if not e[3]]
        rows = load_rows(self.connection, table, set(ids))
        return Run(
            table=name,
            until=entries[-1][2],
            ids=ids,
            columns=list(table.columns),
            cells=[[rows[i][c] for i in ids] for c in table.columns],
            removed=[e[1] for e in entries if e[3]],
        )

    def close(self) -> None:
        """Let go of the database."""
        self.connection.close()
        self.connection.engine.dispose()


class Handler:
    """One device's line to a fake head office; ``fail_at`` loses an answer after the work."""

    def __init__(self, head_office: FakeHeadOffice, device_id: str) -> None:
        self.head_office = head_office
        self.device_id = device_id
        self.asked: list[str] = []
        self.lose_answer_to: Exception | None = None
        self.lose_path = ""

    def __call__(self, ask: Ask) -> Message:
        """Answer one request."""
        self.asked.append(ask.path)
        message = ask.message
        answer: Message
        if isinstance(message, Hello):
            answer = self.head_office.hello(self.device_id, message)
        elif isinstance(message, Push):
            answer = self.head_office.push(self.device_id, message)
        elif isinstance(message, PullMany):
            answer = self.head_office.pull_many(self.device_id, message)
        else:
            assert isinstance(message, Pull)
            answer = self.head_office.pull(self.device_id, message)
        if self.lose_answer_to is not None and ask.path == self.lose_path:
            error, self.lose_answer_to = self.lose_answer_to, None
            raise error
        return answer
