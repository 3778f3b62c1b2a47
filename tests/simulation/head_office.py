"""Simulated head office: the real handlers over a disk that outlives its process."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from shared.core.errors import AccessDenied
from shared.journal.chain import SigningKey
from shared.journal.document import Body
from shared.sync.messages import (
    AskDigests,
    AskRows,
    EnrolAnswer,
    Envelopes,
    Fork,
    Hello,
    Join,
    Message,
    Pull,
    PullMany,
    Push,
    Return,
    pack,
    unpack,
)
from sync_server.enrolment.joining import consume_join
from sync_server.http.door import door_of
from sync_server.operations.home import head_office
from sync_server.store.devices import Device, find_device
from sync_server.store.engine import Database
from sync_server.store.migrations import known, schema_version
from sync_server.sync import digests, envelopes, feed, forking, hello, pull, push, returning
from sync_server.sync.head_office import HeadOffice, draft_of, publish
from sync_server.sync.recovering import INCARNATION, begin_recovery
from tests.simulation.edges import Crash, SimClock, SimDisk, SimRandomness, World, engine_over

HQ_KEY = SigningKey.from_seed(b"simulated head office".ljust(32, b"\0"))
EPOCH = "epoch-1"


@dataclass
class SimHeadOffice:
    """The server: a disk, and worker processes over it that can end and begin again together."""

    disk: SimDisk
    clock: SimClock
    randomness: SimRandomness
    database: Database
    workers: Sequence[HeadOffice]
    turns: random.Random
    """Which worker answers next; chance of its own, so that one worker alone is what it was."""
    hq: HeadOffice
    """The worker whose turn it is."""
    starts: int = 0
    restores: int = 0

    @classmethod
    def start(cls, disk: SimDisk, world: World, seed: str, *, workers: int = 1) -> "SimHeadOffice":
        """A server over this disk."""
        randomness = SimRandomness(f"{seed}/hq")
        database, all_of_it = _processes(disk, randomness, workers)
        turns = random.Random(f"{seed}/turns")
        return cls(disk, SimClock(world), randomness, database, all_of_it, turns, all_of_it[0])

    def restart(self) -> None:
        """The processes are gone, new ones begin; what was committed is there."""
        self.disk.lose_process()
        self.disk.fuse.renew()
        count = len(self.workers)
        self.database, self.workers = _processes(self.disk, self.randomness, count)
        self.hq = self.workers[0]
        self.starts += 1

    def restore(self, disk: SimDisk, made_at_us: int) -> None:
        """The disk was lost; head office stands again over an older copy of it."""
        self.disk.release()
        self.disk = disk
        self.restores += 1
        database, _ = _processes(disk, self.randomness, len(self.workers))
        with database.write() as connection:
            begin_recovery(
                connection,
                epoch=f"epoch-{1 + self.restores}",
                incarnation=1 + self.restores,
                generation=1 + self.restores,
                made_at_us=made_at_us,
                now_us=self.clock.now_us(),
            )
        self.restart()

    def publish(self, *bodies: Body, author_id: str = "system") -> None:
        """Head office writes of its own accord."""
        now_us = self.clock.now_us()
        with self.database.write() as connection:
            drafts = [draft_of(self.hq, body, now_us, author_id=author_id) for body in bodies]
            publish(connection, self.hq, drafts, now_us)

    def publish_unharmed(self, body: Body) -> None:
        """Head office writes of its own accord, and no fuse burns of it."""
        self.disk.fuse.is_asleep = True
        self.publish(body)
        self.disk.fuse.is_asleep = False

    def publish_as(
        self, uid: bytes, body: Body, *, author_id: str, approver_id: str = "", site_id: str = ""
    ) -> None:
        """Head office writes a document people stand for, under a known uid."""
        now_us = self.clock.now_us()
        draft = draft_of(self.hq, body, now_us, site_id=site_id, author_id=author_id)
        with self.database.write() as connection:
            named = replace(draft, uid=uid, approver_id=approver_id)
            publish(connection, self.hq, [named], now_us)

    def handle(self, device_id: str, path: str, data: bytes) -> bytes:
        """Answer one request as the routes do. Raises QutongError; Crash, after a restart."""
        self.hq = self.turns.choice(self.workers)
        try:
            return pack(_HANDLERS[path](self, device_id, data))
        except Crash:
            self.restart()
            raise
        finally:
            # A commit that failed may be open still; nobody else is in it.
            self.disk.lose_process()

    def heads(self) -> str:
        """Every scope with head, count and digest, as the trace tells them."""
        with self.database.read() as connection:
            heads = feed.all_heads(connection)
        return " ".join(f"{one.scope}={one.head}/{one.count}/{one.digest:x}" for one in heads)

    def device(self, connection: Connection, device_id: str) -> Device:
        """The device that asks. Raises AccessDenied."""
        found = find_device(connection, device_id)
        if found is None:
            raise AccessDenied("BAD_SIGNATURE")
        if found.is_revoked:
            raise AccessDenied("DEVICE_REVOKED")
        return found


def _processes(
    disk: SimDisk, randomness: SimRandomness, count: int
) -> tuple[Database, list[HeadOffice]]:
    database = Database(engine_over(disk))
    epoch, incarnation = EPOCH, 1
    with database.read() as connection:
        if schema_version(connection):
            epoch = known(connection, "epoch") or EPOCH
            incarnation = int(known(connection, INCARNATION) or "1")
    workers = [
        head_office(HQ_KEY, epoch, randomness, worker=worker, incarnation=incarnation)
        for worker in range(1, count + 1)
    ]
    return database, workers


def _hello(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    with office.database.read() as connection:
        device = office.device(connection, device_id)
        scopes = office.hq.directory.scopes_of_device(connection, device_id)
        message = unpack(data, Hello)
        return hello.answer(connection, office.hq, device, scopes, message, office.clock.now_us())


def _push(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    with office.database.read() as connection:
        device = office.device(connection, device_id)
    with office.database.write() as connection:
        return push.ingest(connection, office.hq, device, unpack(data, Push), office.clock.now_us())


def _fork(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    now_us = office.clock.now_us()
    with office.database.read() as connection:
        device = office.device(connection, device_id)
    with office.database.write() as connection:
        asked = unpack(data, Fork)
        return forking.begin_incarnation(connection, office.hq, device, asked, now_us)


def _envelopes(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    with office.database.read() as connection:
        device = office.device(connection, device_id)
        scopes = office.hq.directory.scopes_of_device(connection, device_id)
        asked, now_us = unpack(data, Envelopes), office.clock.now_us()
        return envelopes.answer(connection, device, scopes, asked, now_us)


def _take_back(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    now_us = office.clock.now_us()
    with office.database.read() as connection:
        device = office.device(connection, device_id)
    with office.database.write() as connection:
        given = unpack(data, Return)
        return returning.take_back(connection, office.hq, device, given, now_us)


def _pull(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    with office.database.read() as connection:
        device = office.device(connection, device_id)
        scopes = office.hq.directory.scopes_of_device(connection, device_id)
        schema = office.hq.replica.schema
        return pull.page(connection, schema, scopes, device, unpack(data, Pull))


def _pull_many(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    with office.database.read() as connection:
        device = office.device(connection, device_id)
        scopes = office.hq.directory.scopes_of_device(connection, device_id)
        schema = office.hq.replica.schema
        return pull.pages(connection, schema, scopes, device, unpack(data, PullMany))


def _digests(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    with office.database.read() as connection:
        office.device(connection, device_id)
        scopes = office.hq.directory.scopes_of_device(connection, device_id)
        return digests.parts(connection, office.hq.replica.schema, scopes, unpack(data, AskDigests))


def _rows(office: SimHeadOffice, device_id: str, data: bytes) -> Message:
    with office.database.read() as connection:
        device = office.device(connection, device_id)
        scopes = office.hq.directory.scopes_of_device(connection, device_id)
        schema = office.hq.replica.schema
        return digests.rows(connection, schema, scopes, device, unpack(data, AskRows))


def _join(office: SimHeadOffice, _device_id: str, data: bytes) -> Message:
    now_us = office.clock.now_us()
    with office.database.write() as connection:
        door = door_of(connection, office.hq, now_us)
        body = consume_join(connection, unpack(data, Join), now_us, door)
    return EnrolAnswer(
        device_id=body.device_id,
        device_type=body.device_type,
        site_id=body.site_id,
        tag=body.tag,
        incarnation=1,
        epoch=office.hq.epoch,
        hq_public_key=office.hq.author.key.public,
        server_time_us=now_us,
        nonce="",
    )


_HANDLERS: dict[str, Callable[[SimHeadOffice, str, bytes], Message]] = {
    "/join": _join,
    "/hello": _hello,
    "/envelopes": _envelopes,
    "/fork": _fork,
    "/push": _push,
    "/return": _take_back,
    "/pull": _pull,
    "/pulls": _pull_many,
    "/digests": _digests,
    "/rows": _rows,
}
