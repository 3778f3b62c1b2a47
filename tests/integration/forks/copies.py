"""One till and head office, real stores and handlers, with copies of the till's disk."""

import random
from functools import partial

from sqlalchemy import Connection, select, update

from desktop.sync.engine import Ask, Summary, drive, sync
from shared.areas import REGISTRY
from shared.core.ids import uuid7
from shared.journal.document import Header
from shared.journal.tables import journal
from shared.sync.holding import cursors
from shared.sync.messages import Message, pack, unpack
from sync_server.sync import feed
from tests.simulation import selling
from tests.simulation.device import SimDevice, Template
from tests.simulation.edges import World, new_disk
from tests.simulation.head_office import SimHeadOffice
from tests.simulation.house import PLACES, START_US, templates

TILL = next(place for place in PLACES if place.device_id == "SH01.01")


class Copies:
    """Head office, a till that has synced, and what is made of its disk."""

    def __init__(self) -> None:
        self.house = templates()
        self.world = World(START_US)
        self.office = SimHeadOffice.start(new_disk(self.house.office), self.world, "copies")
        self.till = SimDevice.make(TILL, self.house.synced["SH01.01"], self.world, "till")

    def copy_of(self, template: Template, name: str) -> SimDevice:
        """A machine that goes on with this disk, and knows nothing of the other."""
        return SimDevice.make(TILL, template, self.world, name)

    def sell(self, device: SimDevice, times: int = 1) -> None:
        """Somebody sells at this machine."""
        for _ in range(times):
            self.world.now_us += 1_000_000
            uid = uuid7(self.world.now_us, device.randomness)
            device.run("wang", partial(selling.sell, chance=random.Random(uid), uid=uid))

    def send(self, device: SimDevice, ask: Ask) -> Message:
        """One request and its answer."""
        return unpack(self.office.handle(device.name, ask.path, pack(ask.message)), ask.answer)

    def flip_bit(self, device: SimDevice, n: int, column: str = "stored") -> None:
        """A bit of a slot's row flips behind the program, near the end: it can be decoded still."""

        def work(connection: Connection) -> None:
            c = journal.c
            incarnation = device.running.enrolled.incarnation
            here = (c.device_id == TILL.device_id, c.incarnation == incarnation, c.n == n)
            old = connection.execute(select(c[column]).where(*here)).scalar_one()
            flipped = old[:-2] + bytes((old[-2] ^ 1,)) + old[-1:]
            connection.execute(update(journal).where(*here).values({column: flipped}))

        device.running.transact(work)

    def sync(self, device: SimDevice) -> Summary:
        """A whole sync of this machine."""
        self.world.now_us += 1_000_000
        return drive(sync(device.running, device.clock), lambda ask: self.send(device, ask))

    def posted(self) -> list[str]:
        """The uids of the till's documents head office posted, in order."""
        with self.office.database.read() as connection:
            c = journal.c
            mine = c.device_id == TILL.device_id
            query = select(c.uid).where(mine, c.verdict == "stored")
            return sorted(connection.execute(query).scalars())

    def must_agree(self, device: SimDevice) -> None:
        """The machine's scopes are head office's, nothing waits and every sum is right."""

        def look(here: Connection) -> None:
            held = {row.scope: (row.seq, row[3], row.digest) for row in cursors(here)}
            with self.office.database.read() as there:
                heads = feed.heads_of(there, sorted(held))
            assert held == {one.scope: (one.head, one.count, one.digest) for one in heads}

        device.running.read(look)

    def numbers(self, device: SimDevice) -> list[str]:
        """What is printed on this machine's documents, in its journal's order."""

        def look(here: Connection) -> list[Header]:
            c = journal.c
            rows = here.execute(
                select(c.stored).where(c.device_id == TILL.device_id).order_by(c.incarnation, c.n)
            )
            return [REGISTRY.decode(stored).header for stored in rows.scalars()]

        return [header.number for header in device.running.read(look)]
