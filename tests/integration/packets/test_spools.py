"""The spool of a till that is lost or revoked is taken up at head office, once (P07, P10)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from shared.channel.documents import DeviceRevoked
from shared.core.errors import QutongError
from shared.tasks.tables import task
from sync_server.operations.home import Office
from sync_server.operations.spools import Taken, take_spool
from tests.integration.packets.stick import Stick


@pytest.fixture
def stick() -> Iterator[Stick]:
    made = Stick()
    yield made
    made.till.release()


def take(stick: Stick, data: bytes, device_id: str = "SH01.01") -> Taken:
    office = Office(Path(), stick.office.database, stick.office.hq)
    return take_spool(office, stick.office.clock, device_id, data, "Chen")


def spool(stick: Stick) -> bytes:
    return bytes(stick.till.spool.data)


def test_what_a_revoked_till_sold_and_never_sent_is_taken_up_from_its_spool_once(
    stick: Stick,
) -> None:
    stick.sell(stick.till, 2)
    stick.sync(stick.till)
    stick.sell(stick.till, 25)
    stick.office.publish(DeviceRevoked(device_id="SH01.01", site_id="SH01", reason="stolen"))
    before = len(stick.posted())
    assert take(stick, spool(stick)) == Taken("SH01.01", new=25, kept=0, left=0)
    assert len(stick.posted()) == before + 25
    assert take(stick, spool(stick)).new == 0
    with stick.office.database.read() as connection:
        told = connection.execute(select(task.c.params).where(task.c.code == "SPOOL_TAKEN"))
        assert [("25" in params, "Chen" in params) for params in told.scalars()] == [(True, True)]


def test_nobody_adds_to_a_spool_and_what_stands_behind_a_damaged_place_is_counted(
    stick: Stick,
) -> None:
    stick.sell(stick.till, 6)
    data = spool(stick)
    (stored,) = stick.till.disk.look("SELECT stored FROM journal WHERE n = 3")[0]
    at = data.index(stored) + 10
    damaged = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    assert take(stick, damaged) == Taken("SH01.01", new=2, kept=0, left=3)
    assert take(stick, data).new == 4


def test_the_spool_of_a_till_that_was_put_back_and_told_apart_is_taken_up(stick: Stick) -> None:
    stick.sell(stick.till, 2)
    stick.sync(stick.till)
    image = stick.till.template()
    stick.sell(stick.till, 3)
    stick.sync(stick.till)
    till = stick.copy_of(image, "restored")
    stick.sell(till, 6)
    stick.sync(till)
    stick.sell(till, 4)
    before = len(stick.posted())
    assert take(stick, bytes(till.spool.data)) == Taken("SH01.01", new=4, kept=0, left=0)
    assert len(stick.posted()) == before + 4
    till.release()


def test_a_file_that_is_not_this_devices_is_refused(stick: Stick) -> None:
    stick.sell(stick.till, 1)
    for device_id, data in (("SH01.02", spool(stick)), ("SH01.01", b"no spool"), ("X", b"")):
        with pytest.raises(QutongError) as why:
            take(stick, data, device_id)
        assert why.value.code in ("SPOOL_FOREIGN", "DEVICE_UNKNOWN")
