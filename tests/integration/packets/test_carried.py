"""Prices head office cuts for a device without a line: unasked, sealed for it, held until it asks
itself (workflows "HQ" step 8, Q06)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from desktop.store.settings import HEARD, SENT, heard_of, put_setting
from desktop.sync.packets import Imported, export_packet, import_packet
from shared.core.errors import QutongError
from shared.core.ids import uuid7
from shared.pricing.publishing import version_bodies
from shared.pricing.queries import active_version, retail_price
from shared.pricing.rules import retail_ratio
from shared.pricing.tables import price_row
from shared.sync.messages import AskPacket, PacketMade
from sync_server.store.devices import find_device
from sync_server.sync.carrying import cut, packet_for
from tests.integration.packets.stick import Stick
from tests.simulation.device import SimDevice
from tests.simulation.house import ORG, price_rows

TILL = "SH01.01"


@pytest.fixture
def stick() -> Iterator[Stick]:
    made = Stick()
    yield made
    made.till.release()


def new_prices(stick: Stick, retail_minor: int) -> None:
    """Head office seals the next version."""
    office = stick.office
    stick.world.now_us += 1_000_000
    with office.database.read() as connection:
        before = active_version(connection, ORG, stick.world.now_us)
    uid = uuid7(stick.world.now_us, office.randomness)
    *rows, version = version_bodies(
        uid,
        sales_org_id=ORG,
        parent_number=before.number if before else 0,
        effective_at_us=stick.world.now_us,
        steps=retail_ratio(),
        rows=price_rows(retail_minor),
    )
    office.publish(*rows, author_id="editor")
    office.publish_as(uid, version, author_id="editor", approver_id="boss")


def packet(stick: Stick, device_id: str = TILL) -> PacketMade:
    with stick.office.database.read() as connection:
        return packet_for(
            connection, stick.office.hq, device_id, ORG, stick.world.now_us, bytes(32)
        )


def brings(device: SimDevice, data: bytes) -> Imported:
    return import_packet(device.running, device.clock, data)


def retail(stick: Stick) -> int:
    def look(one: object) -> int:
        found = retail_price(one, "SH01", "P1", stick.world.now_us)  # type: ignore[arg-type]
        return found.unit_price_micro if found else 0

    return stick.till.running.read(look)


def test_a_till_prices_by_a_version_that_came_on_a_stick_and_the_line_says_the_same_later(
    stick: Stick,
) -> None:
    old = retail(stick)
    new_prices(stick, 150_00)
    new_prices(stick, 180_00)
    made = packet(stick)
    assert made.rows > 0
    brought = brings(stick.till, made.data)
    assert brought.is_whole
    assert 0 < brought.carried <= made.rows
    assert retail(stick) not in (0, old)
    assert brings(stick.till, made.data).carried == 0
    assert stick.till.running.read(heard_of) == stick.world.now_us

    priced = retail(stick)
    stick.sync(stick.till)
    assert retail(stick) == priced
    slots = stick.till.running.read(
        lambda one: set(one.execute(select(price_row.c._slot)).scalars())
    )
    assert slots == {0}
    stick.must_agree(stick.till)


def test_what_is_known_of_packets_may_be_damaged(stick: Stick) -> None:
    for key in (HEARD, SENT):
        stick.till.running.transact(lambda one, k=key: put_setting(one, k, "1\u00b2["))  # type: ignore[misc]
    assert stick.till.running.read(heard_of) == 0
    new_prices(stick, 150_00)
    brings(stick.till, packet(stick).data)
    assert stick.till.running.read(heard_of) == stick.world.now_us
    assert export_packet(stick.till.running, stick.till.clock, stick.till.randomness).is_whole


def test_nobody_else_can_read_it_and_what_the_device_may_not_hold_is_left_out(
    stick: Stick,
) -> None:
    new_prices(stick, 150_00)
    with pytest.raises(QutongError) as why:
        brings(stick.till, packet(stick, "SH02.01").data)
    assert why.value.code == "PACKET_FOREIGN"
    brings(stick.till, packet(stick).data)
    parts = stick.till.running.read(
        lambda one: set(one.execute(select(price_row.c.part)).scalars())
    )
    stick.sync(stick.till)
    held = stick.till.running.read(lambda one: set(one.execute(select(price_row.c.part)).scalars()))
    assert parts == held


def test_only_head_office_s_desktop_and_who_may_publish_prices_gets_one(stick: Stick) -> None:
    new_prices(stick, 150_00)
    office = stick.office
    with office.database.read() as connection:
        till = find_device(connection, TILL)
        desk = find_device(connection, "hq.01")
        assert till is not None
        assert desk is not None
        for device, user, code in (
            (till, "editor", "NOT_PERMITTED"),
            (desk, "wang", "NOT_PERMITTED"),
            (desk, "editor", ""),
        ):
            asked = AskPacket(device_id=TILL, sales_org_id=ORG, user_id=user)
            if not code:
                assert cut(connection, office.hq, device, asked, 1, bytes(32)).newest == 2
                continue
            with pytest.raises(QutongError) as why:
                cut(connection, office.hq, device, asked, 1, bytes(32))
            assert why.value.code == code
