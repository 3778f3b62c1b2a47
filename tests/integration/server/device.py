"""A real store that syncs with a real head office, in one process and without a network."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from desktop.app.system import SystemRandomness
from desktop.store.engine import open_writer
from desktop.store.identity import Identity
from desktop.store.layout import Layout
from desktop.store.local import LocalStore
from desktop.store.spool import MemorySpool
from desktop.sync.engine import Ask, Fetch, Fetched, Summary, drive, sync
from desktop.sync.snapshot_file import SnapshotFile
from shared.sync.comparing import table_sums
from shared.sync.holding import cursors, recount
from shared.sync.messages import (
    AskDigests,
    AskRows,
    Envelopes,
    Hello,
    Message,
    Pull,
    PullMany,
    Push,
    Return,
    pack,
    unpack,
)
from sync_server.sync import digests, envelopes, hello, pull, push, returning
from sync_server.sync.page_cache import PageCache
from sync_server.sync.snapshot import Snapshots
from tests.integration.server import tiny
from tests.integration.server.world import REGISTRY, SCHEMA, Till, World

LAYOUT = Layout(registry=REGISTRY, schema=SCHEMA)


class Line:
    """A device's line to a head office in this process, message by message as bytes."""

    def __init__(self, world: World, till: Till) -> None:
        self.world = world
        self.till = till
        self.asked: list[str] = []
        self.cache = PageCache()
        self.before: Callable[[Ask], None] = lambda _: None
        self.page_rows = 0
        self.snapshots: Snapshots | None = None

    def __call__(self, ask: Ask) -> Message:
        self.asked.append(ask.path)
        self.before(ask)
        if isinstance(ask.message, Fetch):
            return self._fetched(ask.message)
        answer = self._answer(unpack(pack(ask.message), type(ask.message)))
        return unpack(pack(answer), ask.answer)

    def _fetched(self, wanted: Fetch) -> Message:
        assert self.snapshots
        with self.world.database.read() as connection:
            scopes = self.world.hq.directory.scopes_of_device(connection, self.till.device_id)
            path = self.snapshots.path_of(connection, wanted.name, scopes)
        file = SnapshotFile(path.parent.parent / "here", wanted.name, wanted.size, wanted.key)
        file.add([path.read_bytes()], 0)
        return Fetched(path=str(file.unpack()))

    def _answer(self, message: Message) -> Message:
        world, device = self.world, self.till.device
        if isinstance(message, Push):
            with world.database.write() as connection:
                return push.ingest(connection, world.hq, device, message, world.now_us)
        if isinstance(message, Return):
            with world.database.write() as connection:
                return returning.take_back(connection, world.hq, device, message, world.now_us)
        with world.database.read() as connection:
            scopes = world.hq.directory.scopes_of_device(connection, device.device_id)
            if isinstance(message, Hello):
                answer = hello.answer(connection, world.hq, device, scopes, message, world.now_us)
                if self.snapshots is None:
                    return answer
                return self.snapshots.offered(connection, answer, message.cursors)
            if self.page_rows and isinstance(message, Pull | PullMany):
                message = msgspec.structs.replace(message, limit=self.page_rows)
            if isinstance(message, PullMany):
                return pull.pages(connection, world.hq.replica.schema, scopes, device, message)
            if isinstance(message, AskDigests):
                return digests.parts(connection, world.hq.replica.schema, scopes, message)
            if isinstance(message, AskRows):
                return digests.rows(connection, world.hq.replica.schema, scopes, device, message)
            if isinstance(message, Envelopes):
                return envelopes.answer(connection, device, scopes, message, world.now_us)
            assert isinstance(message, Pull)
            return pull.page(
                connection, world.hq.replica.schema, scopes, device, message, self.cache
            )


class Device:
    """A real store that syncs with a real head office."""

    def __init__(
        self,
        world: World,
        tag: str = "01",
        *,
        site_id: str = "SH01",
        layout: Layout = LAYOUT,
        database: Path | None = None,
    ) -> None:
        """``database`` None = in memory."""
        self.till = world.enrol(site_id=site_id, tag=tag)
        self.schema = layout.schema
        self.world = world
        self.line = Line(world, self.till)
        self._database = database
        self._spool = MemorySpool()
        self.store = self._opened(layout)
        self.store.enrol(self._identity(), self.till.key)

    def _opened(self, layout: Layout) -> LocalStore:
        return LocalStore(
            open_writer(self._database),
            layout,
            self._spool,
            clock=self.world.clock,
            randomness=SystemRandomness(),
            key=self.till.key,
        )

    def updated(self, layout: Layout) -> None:
        """Another version of the program opens the same files."""
        self.store.close()
        self.schema = layout.schema
        self.store = self._opened(layout)

    def _identity(self) -> Identity:
        device = self.till.device
        return Identity(
            device_id=device.device_id,
            device_type=device.device_type,
            site_id=device.site_id,
            tag=self.till.device_id.rpartition(".")[2],
            incarnation=1,
            epoch="epoch-1",
            public_key=self.till.key.public,
            hq_public_key=self.world.hq.author.key.public,
        )

    def sync(self) -> Summary:
        self.line.asked.clear()
        return drive(sync(self.store, self.world.clock), self.line)

    def found(self) -> list[str]:
        return [finding.code for finding in self.sync().findings]

    def writes(self, body: Any) -> None:
        self.store.run("wang", lambda session: session.append(body))

    def plant(self, work: Callable[[Connection], object], *, counted: bool = True) -> None:
        """Change rows behind everybody's back; ``counted``: as if they had come like that."""

        def change(connection: Connection) -> None:
            work(connection)
            if counted:
                recount(connection, self.schema, [row.scope for row in cursors(connection)])

        self.store.transact(change)

    def rows(self, table: Any) -> dict[str, dict[str, Any]]:
        query = select(table)
        return self.store.read(
            lambda c: {row["id"]: dict(row) for row in c.execute(query).mappings()}
        )

    def balances(self) -> dict[tuple[str, str], int]:
        rows = self.store.read(lambda c: c.execute(select(tiny.balance)).mappings().all())
        return {(r["end"], r["product"]): r["came_in"] - r["went_out"] for r in rows}

    def is_equal(self) -> bool:
        """Whether this device counts in each scope what head office does, row by row."""
        scopes = {row.scope for row in self.store.read(cursors)}
        with self.world.database.read() as connection:
            schema = self.world.hq.replica.schema
            there = {s: digests.tables_of(connection, schema, s) for s in scopes}
        here = {
            s: self.store.read(partial(table_sums, schema=self.schema, scope=s)) for s in scopes
        }
        return all(
            {part.name: (part.count, part.digest) for part in there[s]} == here[s] for s in scopes
        )
