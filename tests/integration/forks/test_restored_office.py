"""Head office stands again from an old backup: devices give back what they hold (T06, I13)."""

from collections.abc import Iterator
from functools import partial

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from desktop.store.identity import load_state
from desktop.store.session import Session
from desktop.sync.engine import Ask, Summary, drive, sync
from shared.areas import REGISTRY, SCHEMA
from shared.channel.documents import DeviceRevoked
from shared.core.ids import uuid7
from shared.journal.document import Body
from shared.journal.tables import journal
from shared.ordering.documents import (
    GrantLine,
    OrderDecided,
    OrderDecisionRequested,
    OrderLine,
    OrderSubmitted,
)
from shared.sync.limits import HELD_US
from shared.sync.messages import Envelopes, Message, Return, pack, unpack
from sync_server.operations.verify import faults
from sync_server.store.devices import find_device
from sync_server.store.durable import VERIFIED_MADE_AT
from sync_server.store.migrations import tell
from sync_server.store.recovery import is_recovering
from sync_server.sync import envelopes
from sync_server.sync.recovering import awaited, finish
from tests.integration.forks.copies import Copies
from tests.simulation.device import SimDevice
from tests.simulation.edges import SimDisk, new_disk
from tests.simulation.head_office import HQ_KEY
from tests.simulation.house import ORG, PLACES

DAY_US = 86_400_000_000


class Channel(Copies):
    """The till, a dealer's desktop and one of head office's; all have synced."""

    def __init__(self) -> None:
        super().__init__()
        self.dealer = self._device("DL01.01")
        self.desk = self._device("hq.01")

    def _device(self, name: str) -> SimDevice:
        place = next(place for place in PLACES if place.device_id == name)
        return SimDevice.make(place, self.house.synced[name], self.world, name)

    @property
    def devices(self) -> tuple[SimDevice, ...]:
        return (self.till, self.dealer, self.desk)

    def all_sync(self) -> list[Summary]:
        return [self.sync(device) for device in self.devices]

    def do(self, device: SimDevice, author: str, body: Body, *, at: str = "") -> bytes:
        self.world.now_us += 1_000_000
        uid = uuid7(self.world.now_us, device.randomness)
        device.run(author, partial(_append, body=body, uid=uid, at=at))
        return uid

    def restore(self, disk: SimDisk, made_at_us: int) -> None:
        """What the backup did not have is gone, and other devices do not matter here."""
        self.office.restore(disk, made_at_us)
        with self.office.database.write() as connection:
            for place in PLACES:
                if place.device_id not in {device.name for device in self.devices}:
                    connection.exec_driver_sql(
                        "INSERT INTO reported VALUES (?, 1)", (place.device_id,)
                    )

    def decisions(self) -> list[tuple[bytes, str]]:
        """The orders head office decided, and how; in the order of its journals."""
        with self.office.database.read() as connection:
            rows = connection.execute(
                select(journal.c.stored)
                .where(journal.c.kind == "order_decided", journal.c.verdict == "stored")
                .order_by(journal.c.device_id, journal.c.incarnation, journal.c.n)
            )
            bodies = [REGISTRY.decode(stored).body for stored in rows.scalars()]
        return [(b.order_uid, b.outcome) for b in bodies if isinstance(b, OrderDecided)]

    def is_recovering(self) -> bool:
        with self.office.database.read() as connection:
            return is_recovering(connection)

    def must_be_proved(self) -> None:
        """The verifier finds nothing, and every machine holds what head office does."""
        with self.office.database.read() as connection:
            assert list(map(str, faults(connection, REGISTRY, SCHEMA, HQ_KEY.public))) == []
        for device in self.devices:
            self.must_agree(device)


def _append(session: Session, body: Body, uid: bytes, at: str) -> None:
    session.append(body, uid=uid, site_id=at or None)


@pytest.fixture
def channel() -> Iterator[Channel]:
    house = Channel()
    yield house
    for device in house.devices:
        device.release()
    house.office.disk.release()


def order() -> OrderSubmitted:
    line = OrderLine(
        line_no=1,
        product_id="P1",
        qty_micro=2_000_000,
        unit_price_micro=20_000_000,
        amount_minor=4_000,
    )
    return OrderSubmitted(account_id="D1", sales_org=ORG, currency="CNY", lines=[line])


def decision(order_uid: bytes, accepted_micro: int) -> OrderDecisionRequested:
    return OrderDecisionRequested(
        order_uid=order_uid,
        account_id="D1",
        seen_revision=1,
        lines=[GrantLine(line_no=1, accepted_micro=accepted_micro, reason="stock")],
    )


def test_sales_since_the_backup_come_back_and_nothing_is_counted_twice(channel: Channel) -> None:
    channel.sell(channel.till, 2)
    channel.all_sync()
    backup, made_at_us = new_disk(channel.office.disk), channel.world.now_us
    channel.sell(channel.till, 3)
    channel.all_sync()

    channel.restore(backup, made_at_us)
    channel.sell(channel.till)
    found = {f.code for summary in channel.all_sync() for f in summary.findings}
    channel.all_sync()

    assert "HEAD_OFFICE_RESTORED" in found
    assert channel.posted() == sorted(one.uid for one in channel.till.confirmed)
    assert not channel.is_recovering()
    channel.must_be_proved()


def test_a_decided_order_is_never_decided_again(channel: Channel) -> None:
    channel.all_sync()
    backup, made_at_us = new_disk(channel.office.disk), channel.world.now_us
    uid = channel.do(channel.dealer, "zhao", order())
    channel.all_sync()
    channel.do(channel.desk, "boss", decision(uid, 1_000_000))
    channel.all_sync()
    channel.all_sync()
    before = [one for one in channel.decisions() if one[0] == uid]
    assert before == [(uid, "partial")]

    channel.restore(backup, made_at_us)
    # The dealer's machine reports first, and then somebody decides again, otherwise.
    channel.sync(channel.dealer)
    channel.do(channel.desk, "boss", decision(uid, 2_000_000))
    channel.all_sync()
    channel.all_sync()

    assert [one for one in channel.decisions() if one[0] == uid] == before
    assert not channel.is_recovering()
    channel.must_be_proved()


def test_requests_wait_until_everybody_has_reported_and_are_decided_then(
    channel: Channel,
) -> None:
    channel.all_sync()
    backup, made_at_us = new_disk(channel.office.disk), channel.world.now_us
    channel.restore(backup, made_at_us)
    uid = channel.do(channel.dealer, "zhao", order())
    channel.sync(channel.dealer)
    channel.do(channel.desk, "boss", decision(uid, 2_000_000))
    channel.sync(channel.desk)
    assert channel.is_recovering()
    assert [one for one in channel.decisions() if one[0] == uid] == []
    state = channel.desk.running.read(load_state)
    assert state.is_recovering == 1

    channel.sync(channel.till)
    assert [one for one in channel.decisions() if one[0] == uid] == [(uid, "accepted")]
    channel.all_sync()
    assert channel.desk.running.read(load_state).is_recovering == 0
    channel.must_be_proved()


def test_a_machine_that_is_gone_is_signed_off_and_its_neighbour_gave_back_what_it_wrote(
    channel: Channel,
) -> None:
    second = channel._device("SH01.02")
    channel.all_sync()
    backup, made_at_us = new_disk(channel.office.disk), channel.world.now_us
    channel.sell(channel.till, 2)
    channel.all_sync()
    channel.sync(second)

    channel.restore(backup, made_at_us)
    lost = {one.uid for one in channel.till.confirmed}
    for device in (channel.dealer, channel.desk, second):
        channel.sync(device)
    assert set(channel.posted()) >= lost
    with channel.office.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM reported WHERE device_id = 'SH01.02'")
        assert awaited(connection) == ["SH01.01", "SH01.02"]
        missing = finish(connection, channel.office.hq, channel.world.now_us, signed_off_by="boss")
    assert missing == ["SH01.01", "SH01.02"]

    # It was only on holiday: what it sends is there already.
    channel.sync(channel.till)
    assert sorted(channel.posted()) == sorted(lost)
    for device in (channel.dealer, channel.desk):
        channel.sync(device)
    channel.must_be_proved()
    second.release()


def test_bytes_are_held_until_a_backup_that_is_younger_than_their_return_was_proved(
    channel: Channel,
) -> None:
    """A backup made while head office recovered lacks what came back after it."""
    second = channel._device("SH01.02")
    channel.all_sync()
    backup, made_at_us = new_disk(channel.office.disk), channel.world.now_us
    channel.sell(channel.till, 2)
    channel.all_sync()
    channel.sync(second)
    held = bytes_held(second)
    assert len(held) >= 2

    channel.restore(backup, made_at_us)
    channel.world.now_us += 2 * HELD_US
    proved_us = channel.world.now_us
    with channel.office.database.write() as connection:
        tell(connection, VERIFIED_MADE_AT, str(proved_us))
    assert keep_since(channel, second) == 0
    for device in (channel.dealer, channel.desk, second):
        channel.sync(device)
    with channel.office.database.write() as connection:
        finish(connection, channel.office.hq, channel.world.now_us, signed_off_by="boss")
    assert keep_since(channel, second) == proved_us - HELD_US

    channel.sell(channel.till)
    channel.sync(channel.till)
    channel.sync(second)
    assert bytes_held(second) > held
    second.release()


@pytest.mark.parametrize("first", ["revocation", "neighbour"])
def test_what_a_revoked_machine_wrote_comes_back_from_its_neighbour(
    channel: Channel, first: str
) -> None:
    second = channel._device("SH01.02")
    backup, made_at_us = new_disk(channel.office.disk), channel.world.now_us
    channel.sell(channel.till, 2)
    channel.all_sync()
    channel.sync(second)
    lost = {one.uid for one in channel.till.confirmed}
    channel.world.now_us += 1_000_000
    channel.office.publish(DeviceRevoked(device_id="SH01.01", site_id="SH01", reason="burnt"))
    for device in (channel.desk, channel.dealer, second):
        channel.sync(device)

    channel.restore(backup, made_at_us)
    order = [channel.desk, channel.dealer, second]
    for device in order if first == "revocation" else reversed(order):
        channel.sync(device)

    assert lost <= set(channel.posted())
    second.release()


def test_a_backup_made_in_time_to_come_lets_nothing_go(channel: Channel) -> None:
    ahead_us = channel.world.now_us + 5 * 365 * DAY_US
    with channel.office.database.write() as connection:
        tell(connection, VERIFIED_MADE_AT, str(ahead_us))
    assert keep_since(channel, channel.desk) == 0
    channel.world.now_us = ahead_us
    assert keep_since(channel, channel.desk) == ahead_us - HELD_US


def bytes_held(device: SimDevice) -> set[tuple[str, int]]:
    """The slots of others whose bytes a device holds for head office."""
    return {(name, n) for name, n in device.disk.look("SELECT device_id, n FROM envelope")}


def keep_since(channel: Channel, device: SimDevice) -> int:
    """What head office says may be let go."""
    with channel.office.database.read() as connection:
        known = find_device(connection, device.name)
        assert known is not None
        asked = Envelopes(cursors=[])
        return envelopes.answer(connection, known, (), asked, channel.world.now_us).keep_since_us


def test_what_is_given_back_is_believed_by_its_signature_alone(channel: Channel) -> None:
    channel.all_sync()
    backup, made_at_us = new_disk(channel.office.disk), channel.world.now_us
    uid = channel.do(channel.dealer, "zhao", order())
    channel.all_sync()
    channel.all_sync()
    channel.restore(backup, made_at_us)

    def send(ask: Ask) -> Message:
        message = ask.message
        if isinstance(message, Return):
            bad = [replace(one, signature=bytes(64)) for one in message.envelopes]
            message = replace(message, envelopes=bad)
        return unpack(channel.office.handle("hq.01", ask.path, pack(message)), ask.answer)

    drive(sync(channel.desk.running, channel.desk.clock), send)
    with channel.office.database.read() as connection:
        there = connection.execute(select(journal.c.n).where(journal.c.uid == uid.hex())).first()
        is_returned = connection.execute(select(journal.c.n).where(journal.c.incarnation == 0))
        assert there is None
        assert is_returned.first() is None
