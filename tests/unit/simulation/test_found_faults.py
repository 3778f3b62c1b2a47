"""Faults the simulator found once, each by itself."""

import random
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from sqlalchemy import select

from shared.core.errors import Unavailable
from shared.journal.tables import journal
from shared.journal.verify import verify_spool
from shared.stock.tables import stock_move
from shared.sync.confirm import Finding
from shared.sync.holding import gain_scopes, granted_scopes
from tests.simulation import channel_trade, selling
from tests.simulation.carrier import Carrier
from tests.simulation.device import SimDevice, key_of
from tests.simulation.edges import Crash, World
from tests.simulation.house import PLACES, START_US, templates
from tests.simulation.invariants import check_device
from tests.simulation.publishing import misbehave
from tests.simulation.reading import document_of
from tests.simulation.stage import Stage


@pytest.fixture
def till() -> Iterator[SimDevice]:
    house = templates()
    device = SimDevice.make(PLACES[0], house.synced["SH01.01"], World(START_US), "fault")
    yield device
    device.release()


def _sell(device: SimDevice, number: int) -> None:
    chance = random.Random(number)
    device.run("wang", lambda session: selling.sell(session, chance, session.new_uid()))


def _tear(device: SimDevice) -> None:
    """The power fails while a sale is written to the spool; nobody saw it done."""
    _sell(device, 99)
    device.confirmed.pop()
    device.spool.data = device.spool.data[:-30]


def _slots(device: SimDevice) -> list[int]:
    query = select(journal.c.n).order_by(journal.c.n)
    return device.running.read(lambda connection: list(connection.execute(query).scalars()))


def test_scopes_and_the_balances_that_follow_from_them_change_together_or_not_at_all(
    till: SimDevice,
) -> None:
    store = till.running
    before = store.read(granted_scopes)

    with (
        patch("desktop.store.local.rebuild_balances", side_effect=Crash),
        pytest.raises(Crash),
    ):
        store.change_scopes(lambda c: gain_scopes(c, store.layout.schema, {"account:D3": 1}))

    assert store.read(granted_scopes) == before


def test_a_change_of_scopes_that_reported_an_error_and_happened_is_known_to_the_next_document(
    till: SimDevice,
) -> None:
    store = till.running
    assert not store.replica.owns("partner/D3/receivable")
    till.fuse.fail("full", "after commit", 1, 1)

    with pytest.raises(Unavailable):
        store.change_scopes(lambda c: gain_scopes(c, store.layout.schema, {"account:D3": 1}))

    assert "account:D3" in store.read(granted_scopes)
    assert store.replica.owns("partner/D3/receivable")


def test_a_badly_signed_slot_does_not_cut_off_what_was_sold_after_it(till: SimDevice) -> None:
    _sell(till, 1)
    misbehave(till.running, random.Random(2), START_US, till.poison)
    misbehave(till.running, random.Random(0), START_US, till.poison)
    _sell(till, 3)

    till.crash()
    till.lose_database(templates().empty)
    till.open()

    assert _slots(till) == [1, 2, 3, 4]
    check_device(till)


def test_a_badly_signed_slot_that_was_linked_anew_is_there_once_after_a_rebuild(
    till: SimDevice,
) -> None:
    _sell(till, 1)
    misbehave(till.running, random.Random(0), START_US, till.poison)
    _sell(till, 2)
    told = Finding(code="DEVICE_FORKED", scope="", slot=1, detail="")
    till.running.on_writer(lambda local: local.begin_incarnation(2, 1, told))
    _sell(till, 3)
    till.crash()
    till.lose_database(templates().empty)
    till.open()
    slots = till.disk.look("SELECT incarnation, n FROM journal WHERE device_id = 'SH01.01'")
    assert sorted(slots) == [(1, 1), (2, 1), (2, 2), (2, 3)]


def test_numbers_of_a_new_incarnation_begin_at_one_and_go_on_after(till: SimDevice) -> None:
    _sell(till, 1)
    told = Finding(code="DEVICE_FORKED", scope="", slot=0, detail="")
    till.running.on_writer(lambda local: local.begin_incarnation(2, 0, told))
    _sell(till, 2)
    till.crash()
    till.lose_database(templates().empty)
    till.open()

    _sell(till, 3)

    slots = till.disk.look("SELECT stored FROM journal WHERE incarnation = 2 ORDER BY n")
    documents = [document_of(stored) for (stored,) in slots]
    numbers = [one.header.number.rpartition("-")[2] for one in documents if one]
    assert numbers == ["000001", "000001", "000002"]
    assert documents[-1] is not None
    assert "01B-" in documents[-1].header.number


def test_an_update_that_is_cut_off_after_its_first_commit_still_sums_what_it_took_up(
    till: SimDevice,
) -> None:
    _sell(till, 1)
    till.crash()
    till.disk.look("DROP TABLE stock_balance")

    till.fuse.light("after commit", 1)
    with pytest.raises(Crash):
        till.open()
    till.crash()
    till.fuse.renew()
    till.open()

    check_device(till)


def test_a_torn_spool_is_whole_again_after_the_database_was_rebuilt_from_it(
    till: SimDevice,
) -> None:
    _sell(till, 1)
    _tear(till)

    till.crash()
    till.lose_database(templates().empty)
    till.open()

    chains, fault = verify_spool(till.spool.data, key=key_of(till.name).public)
    assert fault is None
    assert chains[0].last == 1


@pytest.mark.parametrize("place", ["before spool", "after spool", "before commit"])
def test_a_crash_while_the_spool_is_set_aside_loses_nothing(till: SimDevice, place: str) -> None:
    _sell(till, 1)
    _tear(till)

    till.crash()
    till.lose_database(templates().empty)
    # The first commit of a start is that of its migration.
    till.fuse.light(place, 2 if place == "before commit" else 1)
    with pytest.raises(Crash):
        till.open()
    till.crash()
    till.fuse.renew()
    till.open()

    check_device(till)


def test_what_a_desk_wrote_for_another_site_leaves_it_when_head_office_has_it() -> None:
    stage = Stage(0)
    try:
        desk, carrier = stage.devices["hq.01"], Carrier(stage)
        carrier.whole(desk)
        chance = random.Random(1)
        desk.run("boss", lambda session: channel_trade.ship(session, chance, session.new_uid()))
        held = select(stock_move.c.id)
        assert desk.running.read(lambda connection: connection.execute(held).all())

        carrier.whole(desk)

        assert not desk.running.read(lambda connection: connection.execute(held).all())
    finally:
        stage.release()


def test_a_poisoned_document_delays_no_other_and_is_told_in_the_same_round() -> None:
    stage = Stage(0)
    try:
        till, carrier = stage.devices["SH01.01"], Carrier(stage)
        for number in range(20):
            _sell(till, number)
        poisoned = misbehave(till.running, random.Random(2), START_US, till.poison)
        for number in range(20, 40):
            _sell(till, number)

        carrier.whole(till)

        assert till.summaries[-1].pushed == 41
        assert list(till.summaries[-1].kept) == [poisoned]
    finally:
        stage.release()
