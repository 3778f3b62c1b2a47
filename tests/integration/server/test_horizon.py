"""Removals are told for 90 days; who was away longer begins the scope anew and loses nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from shared.core.errors import Conflict
from sync_server.store.tables import REMOVED_ROW, feed, scope_mark
from sync_server.sync import horizon
from tests.integration.postgres import new_database
from tests.integration.server import tiny
from tests.integration.server.device import Device
from tests.integration.server.test_pull import a_page, say_hello
from tests.integration.server.tiny import NoteWritten, Sold
from tests.integration.server.world import Till, World, make_world

DAY_US = 24 * 3600 * 1_000_000


def keep(world: World) -> int:
    forgotten = 0
    while True:
        with world.database.write() as connection:
            if not horizon.is_due(connection, world.now_us):
                return forgotten
            forgotten += horizon.keep_horizon(connection, world.now_us)


def days_pass(world: World, days: int) -> None:
    world.clock.at_us += days * DAY_US


def removals(world: World) -> int:
    return len(world.read(select(feed.c.seq).where(feed.c.state == REMOVED_ROW)))


def leaves(till: Till, note_id: str) -> None:
    """A note of SH01 goes to SH02: a removal in the first one's scope."""
    till.add(NoteWritten(note_id=note_id, title="moved", site_id="SH02"))
    till.push(till.batch(len(till.slots)))


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hq.db'}"


@pytest.fixture
def till(world: World) -> Till:
    made = world.enrol(tag="09")
    for number in range(6):
        made.add(NoteWritten(note_id=f"n{number}", title="t"))
    made.push()
    return made


@pytest.fixture
def device(world: World, till: Till) -> Iterator[Device]:
    made = Device(world)
    made.sync()
    yield made
    made.store.close()


def test_a_removal_is_told_for_ninety_days_and_then_forgotten(world: World, till: Till) -> None:
    leaves(till, "n1")
    assert keep(world) == 0
    days_pass(world, 89)
    assert (keep(world), removals(world)) == (0, 1)
    days_pass(world, 2)
    assert (keep(world), removals(world)) == (1, 0)
    assert keep(world) == 0
    head = next(one for one in say_hello(till, []).manifest if one.scope == "site:SH01")
    assert 0 < head.floor <= head.head


def test_a_cursor_before_what_was_forgotten_is_not_served_any_more(
    world: World, till: Till
) -> None:
    leaves(till, "n1")
    keep(world)
    days_pass(world, 91)
    keep(world)
    floor = next(one for one in say_hello(till, []).manifest if one.scope == "site:SH01").floor
    assert a_page(till, after=0).runs
    assert a_page(till, after=floor).head >= floor
    with pytest.raises(Conflict) as refused:
        a_page(till, after=floor - 1)
    assert refused.value.code == "GENERATION_CHANGED"


def test_who_was_away_longer_loses_the_removed_row_and_keeps_what_is_not_sent(
    world: World, till: Till, device: Device
) -> None:
    leaves(till, "n1")
    leaves(till, "n2")
    keep(world)
    device.writes(Sold(product="P", qty_micro=4))
    device.writes(NoteWritten(note_id="n2", title="typed while away"))
    days_pass(world, 120)
    assert keep(world) == 2
    till.add(NoteWritten(note_id="n9", title="later"))
    till.push(till.batch(len(till.slots)))

    found = device.found()

    assert "ROWS_SWEPT" in found
    notes = device.rows(tiny.note)
    assert "n1" not in notes
    assert notes["n9"]["title"] == "later"
    assert [row["qty_micro"] for row in device.rows(tiny.move).values()] == [4]
    assert device.is_equal()
    assert device.found() == []


def test_who_begins_a_scope_later_reads_it_page_by_page_without_end(
    world: World, till: Till
) -> None:
    """The first pages lie before what is forgotten, but it was forgotten before they were asked
    for: the removed rows are in none of them."""
    for number in range(5):
        leaves(till, f"n{number}")
    for number in range(6):
        till.add(Sold(product="P", qty_micro=number))
    till.push(till.batch(12))
    keep(world)
    days_pass(world, 100)
    keep(world)
    later = Device(world, tag="05")
    later.line.page_rows = 1
    assert later.found() == []
    assert later.is_equal()
    assert later.line.asked.count("/pull") > 6
    later.store.close()


def test_marks_do_not_grow_without_end(world: World, till: Till) -> None:
    for day in range(30):
        till.add(NoteWritten(note_id=f"d{day}", title="t"))
        till.push(till.batch(len(till.slots)))
        leaves(till, f"d{day}")
        keep(world)
        days_pass(world, 5)
    per_scope = [row[0] for row in world.read(select(scope_mark.c.scope_id))]
    assert max(per_scope.count(one) for one in set(per_scope)) <= 90 // 5 + 2


@pytest.mark.postgres
def test_postgresql_forgets_as_well(postgres_server: str) -> None:
    with new_database(postgres_server, "test_horizon") as address:
        world = make_world(address)
        till = world.enrol(tag="09")
        till.add(NoteWritten(note_id="n1", title="t"))
        till.push()
        leaves(till, "n1")
        assert keep(world) == 0
        days_pass(world, 91)
        assert (keep(world), removals(world)) == (1, 0)
        world.database.close()
