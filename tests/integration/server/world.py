"""A head office and devices without a network: real databases, real keys, counted time."""

from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import Connection

import shared.channel.tables
from shared.channel.documents import DeviceEnrolled
from shared.channel.kinds import KINDS as CHANNEL_KINDS
from shared.core.ids import uuid7
from shared.journal.chain import GENESIS, SigningKey, Slot, seal
from shared.journal.document import Body, Document, Draft, Header
from shared.journal.kind import Registry, encode, header_for
from shared.sync import scopes
from shared.sync.appending import Appended, Author, Replica
from shared.sync.messages import Push, PushAnswer, PushItem
from shared.sync.replica import everything
from shared.sync.tables import Schema
from sync_server.store.devices import Device, find_device
from sync_server.store.engine import Database, open_database
from sync_server.store.migrations import migrate
from sync_server.sync import push
from sync_server.sync.head_office import Directory, HeadOffice, draft_of, publish
from tests.integration.server import tiny

NOON_US = 1_764_561_600_000_000
DEVICE_TABLE = next(t for t in shared.channel.tables.TABLES if t.name == "device")
REGISTRY = Registry([*tiny.KINDS, *CHANNEL_KINDS])
SCHEMA = Schema([*tiny.TABLES, *shared.channel.tables.TABLES])


class CountingRandomness:
    """Bytes that never repeat and are the same on every run."""

    def __init__(self) -> None:
        self._count = count(1)

    def bytes(self, n: int, /) -> bytes:
        return next(self._count).to_bytes(n, "big")


class SetClock:
    """A clock the test moves."""

    def __init__(self, at_us: int = NOON_US) -> None:
        self.at_us = at_us

    def now_us(self) -> int:
        return self.at_us

    def monotonic_us(self) -> int:
        return self.at_us


def _scopes_of(connection: Connection, device_id: str) -> tuple[str, ...]:
    device = find_device(connection, device_id)
    if device is None or device.is_revoked:
        return ()
    return (scopes.org("O1"), scopes.site(device.site_id))


def _permissions_of(_connection: Connection, user_id: str, site_id: str) -> frozenset[str]:
    staff = {"wang": "sale.make", "li": "count.run", "system": "sale.make"}
    return frozenset({staff[user_id]}) if user_id in staff and site_id else frozenset()


@dataclass
class World:
    """One head office with its database."""

    database: Database
    hq: HeadOffice
    clock: SetClock
    random: CountingRandomness

    @property
    def now_us(self) -> int:
        return self.clock.now_us()

    def enrol(self, site_id: str = "SH01", tag: str = "01", device_type: str = "till") -> "Till":
        """A device that is known to head office from here on."""
        device_id = f"{site_id}.{tag}"
        key = SigningKey.from_seed(device_id.encode().ljust(32, b"\0"))
        body = DeviceEnrolled(
            device_id=device_id,
            device_type=device_type,
            site_id=site_id,
            tag=tag,
            public_key=key.public,
        )
        self.publish(body)
        return Till(self, device_id, site_id, key)

    def publish(self, *bodies: Body) -> list[Appended]:
        with self.database.write() as connection:
            drafts = [draft_of(self.hq, body, self.now_us) for body in bodies]
            return publish(connection, self.hq, drafts, self.now_us)

    def read(self, statement: object) -> list[tuple[object, ...]]:
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(statement)]  # type: ignore[call-overload]


@dataclass
class Till:
    """A device's journal, kept in memory; what it says to head office is made by hand."""

    world: World
    device_id: str
    site_id: str
    key: SigningKey
    incarnation: int = 1
    slots: list[Slot] = field(default_factory=list)

    @property
    def device(self) -> Device:
        with self.world.database.read() as connection:
            found = find_device(connection, self.device_id)
        assert found
        return found

    def header(self, body: Body, **said: object) -> Header:
        draft: dict[str, object] = {
            "uid": uuid7(self.world.now_us, self.world.random),
            "site_id": self.site_id,
            "author_id": "wang",
            "happened_at_us": self.world.now_us,
        }
        device_id = str(said.pop("device_id", self.device_id))
        made = Draft(body=body, **(draft | said))  # type: ignore[arg-type]
        return header_for(REGISTRY.of_body(body), made, device_id=device_id, number="")

    def add(self, body: Body, **said: object) -> Slot:
        """Write a document into the journal; ``said`` overrides what the header says."""
        return self.add_bytes(encode(Document(self.header(body, **said), body)))

    def add_bytes(self, stored: bytes) -> Slot:
        previous = self.slots[-1].link_hash if self.slots else GENESIS
        slot = seal(
            self.key,
            device_id=self.device_id,
            incarnation=self.incarnation,
            n=len(self.slots) + 1,
            previous=previous,
            stored=stored,
        )
        self.slots.append(slot)
        return slot

    def batch(self, first_n: int = 1, last_n: int = 0) -> Push:
        """Slots as they go up; ``last_n`` 0 = to the end."""
        part = self.slots[first_n - 1 : last_n or None]
        return Push(
            incarnation=self.incarnation,
            first_n=first_n,
            previous_hash=self.slots[first_n - 2].link_hash if first_n > 1 else GENESIS,
            items=[PushItem(stored=slot.stored, signature=slot.signature) for slot in part],
            head_signature=part[-1].link_signature,
        )

    def push(self, message: Push | None = None) -> PushAnswer:
        with self.world.database.write() as connection:
            return push.ingest(
                connection,
                self.world.hq,
                self.device,
                message or self.batch(),
                self.world.now_us,
            )


def open_task(code: str, header: Header | None, device: Device, n: int) -> Body:
    return tiny.Troubled(code=code, subject=f"{device.device_id}/{n}", site_id=device.site_id)


def make_world(address: str, schema: Schema = SCHEMA) -> World:
    """A new head office in an empty database."""
    database = open_database(address)
    with database.write() as connection:
        migrate(connection, schema)
    random = CountingRandomness()
    hq = HeadOffice(
        replica=Replica(registry=REGISTRY, schema=schema, owns=everything),
        author=Author(
            device_id="HQ",
            incarnation=1,
            tag="HQ",
            key=SigningKey.from_seed(b"head office".ljust(32, b"\0")),
            is_head_office=True,
        ),
        epoch="epoch-1",
        directory=Directory(scopes_of_device=_scopes_of, permissions_of=_permissions_of),
        open_task=open_task,
        new_uid=lambda now_us: uuid7(now_us, random),
    )
    return World(database, hq, SetClock(), random)
