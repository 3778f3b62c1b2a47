"""Two tills of a store, one of them its host, and head office; the network between them is ours."""

import random
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, select

from desktop.store.drafts import drafts_under, put_draft, remove_draft
from desktop.store.session import Session
from desktop.store.tables import neighbour_basket, neighbour_document
from desktop.sync.engine import Ask, Summary, drive, sync
from desktop.sync.neighbours.baskets import HELD
from desktop.sync.neighbours.host import Host
from desktop.sync.neighbours.sharing import Shared, Sharing
from shared.core.errors import Unavailable
from shared.core.ids import uuid7
from shared.journal.tables import journal
from shared.sync.holding import cursors
from shared.sync.messages import Message, pack, unpack
from shared.sync.neighbours import CLAIM, Claim, Claimed
from shared.sync.provisional import PROVISIONAL
from sync_server.sync import feed
from tests.simulation import selling
from tests.simulation.device import LAYOUT, SimDevice, Template
from tests.simulation.edges import World, new_disk
from tests.simulation.head_office import SimHeadOffice
from tests.simulation.house import PLACES, START_US, templates

Stock = dict[tuple[str, str], int]


class StoreLan:
    """SH01.01 is the host; SH01.02 talks to it as long as nobody cuts the line."""

    def __init__(self) -> None:
        self.house = templates()
        self.world = World(START_US)
        self.office = SimHeadOffice.start(new_disk(self.house.office), self.world, "lan")
        self.host = self.device("SH01.01", self.house.synced["SH01.01"])
        self.till = self.device("SH01.02", self.house.synced["SH01.02"])
        for one in (self.host, self.till):
            self.sync(one)
        self.begin_anew()

    def begin_anew(self) -> None:
        """New processes: what was only in memory is gone."""
        self.listener = Host(self.host.running, self.host.clock)
        self.sharing = Sharing(self.till.running)

    def device(self, name: str, template: Template, seed: str = "lan") -> SimDevice:
        place = next(one for one in PLACES if one.device_id == name)
        return SimDevice.make(place, template, self.world, seed)

    def release(self) -> None:
        for one in (self.host, self.till):
            one.release()
        self.office.disk.release()

    # what people do

    def sell(self, device: SimDevice, times: int = 1, author: str = "wang") -> None:
        for _ in range(times):
            self.world.now_us += 1_000_000
            uid = uuid7(self.world.now_us, device.randomness)
            device.run(author, partial(selling.sell, chance=random.Random(uid), uid=uid))

    def hold(self, device: SimDevice, uid: str, content: bytes) -> None:
        self.world.now_us += 1_000_000
        device.running.run("wang", lambda session: put_draft(session, HELD + uid, content))

    def held(self, device: SimDevice) -> dict[str, bytes]:
        found = device.running.read(lambda one: drafts_under(one, HELD))
        return {one.key.removeprefix(HELD): one.content for one in found}

    def shelf(self, device: SimDevice) -> dict[str, bytes]:
        """What this device may take over."""
        rows = device.running.read(lambda one: one.execute(select(neighbour_basket)).all())
        return {row.uid: row.content for row in rows}

    def resume(self, device: SimDevice, uid: str) -> None:
        def work(session: Session) -> None:
            remove_draft(session, HELD + uid)

        device.running.run("wang", work)

    # the two networks

    def exchange(self, lost: Sequence[str] = ()) -> Shared:
        """A whole exchange; ``lost`` says of each request whether 'asked' or 'answer' is lost, or
        it comes 'twice'."""
        self.world.now_us += 1_000
        self.listener.tend()
        fates = list(lost)

        def send(ask: Ask) -> Message:
            fate = fates.pop(0) if fates else ""
            if fate == "asked":
                raise Unavailable("NETWORK")
            answer = self.carry(ask)
            if fate == "twice":
                answer = self.carry(ask)
            if fate == "answer":
                raise Unavailable("NETWORK")
            return answer

        return self.sharing.exchange(send)

    def carry(self, ask: Ask) -> Message:
        asked = unpack(pack(ask.message), type(ask.message))
        return unpack(pack(self.listener.answer(self.till.name, asked)), ask.answer)

    def claim(self, uid: str) -> bytes:
        answer = self.carry(Ask(CLAIM, Claim(uid=uid), Claimed))
        assert isinstance(answer, Claimed)
        return answer.content

    def sync(self, device: SimDevice) -> Summary:
        self.world.now_us += 1_000_000

        def send(ask: Ask) -> Message:
            return unpack(self.office.handle(device.name, ask.path, pack(ask.message)), ask.answer)

        return drive(sync(device.running, device.clock), send)

    # what must hold

    def stock(self, device: SimDevice) -> Stock:
        return device.running.read(_stock)

    def provisional(self, device: SimDevice) -> int:
        """Rows that wait for head office's copy of a neighbour's document."""

        def count(connection: Connection) -> int:
            return sum(
                connection.exec_driver_sql(
                    f'SELECT count(*) FROM "{name}" WHERE _slot = {PROVISIONAL}'
                ).scalar_one()
                for name in LAYOUT.schema.tables
            )

        return device.running.read(count)

    def at_head_office(self, device_id: str) -> int:
        """How many documents of a device head office has posted."""
        c = journal.c
        query = select(c.n).where(c.device_id == device_id, c.verdict == "stored")
        with self.office.database.read() as connection:
            return len(connection.execute(query).all())

    def open_documents(self, device: SimDevice) -> int:
        query = select(neighbour_document.c.uid).where(neighbour_document.c.is_open == 1)
        return len(device.running.read(lambda one: one.execute(query).all()))

    def must_add_up(self, device: SimDevice) -> None:
        """Every balance is the sum of its moves, and nothing stands twice."""
        replica = device.running.replica

        def look(connection: Connection) -> None:
            for table in replica.schema.tables.values():
                for balance in table.balances:
                    sums: dict[tuple[object, ...], list[int]] = {}
                    for row in connection.execute(select(table.table)).mappings():
                        keys = tuple(row[key] for key in balance.keys)
                        ends = (row[balance.to_column], row[balance.from_column])
                        for place, end in enumerate(ends):
                            if replica.owns(end):
                                sums.setdefault((end, *keys), [0, 0])[place] += row[balance.amount]
                    kept = {
                        tuple(row[key] for key in ("end", *balance.keys)): [
                            row["came_in"],
                            row["went_out"],
                        ]
                        for row in connection.execute(select(balance.table)).mappings()
                        if row["came_in"] or row["went_out"]
                    }
                    assert kept == {key: both for key, both in sums.items() if both != [0, 0]}

        device.running.read(look)

    def must_agree(self, device: SimDevice) -> None:
        """The device's scopes are head office's."""

        def look(here: Connection) -> None:
            held = {row.scope: (row.seq, row[3], row.digest) for row in cursors(here)}
            with self.office.database.read() as there:
                heads = feed.heads_of(there, sorted(held))
            assert held == {one.scope: (one.head, one.count, one.digest) for one in heads}

        device.running.read(look)


def _stock(connection: Connection) -> Stock:
    rows = connection.exec_driver_sql(
        'SELECT "end", product_id, sum(came_in - went_out) FROM stock_balance'
        " WHERE \"end\" LIKE '%SH01%' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return {(row[0], row[1]): row[2] for row in rows if row[2]}
