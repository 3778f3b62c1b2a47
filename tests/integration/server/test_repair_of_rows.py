"""A row that differs between a device and head office is found at the next sync and put right."""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from desktop.sync.engine import Ask
from desktop.sync.past import last_findings
from shared.core.errors import Conflict
from shared.sync.holding import cursors, scope_cursor
from shared.sync.messages import (
    AskDigests,
    AskRows,
    Cursor,
    Message,
)
from sync_server.store.tables import scope_head
from sync_server.sync import digests, hello
from sync_server.sync.feed import heads_of
from tests.integration.postgres import new_database
from tests.integration.server import tiny
from tests.integration.server.device import Device
from tests.integration.server.tiny import NoteWritten, Published, Sold
from tests.integration.server.world import SCHEMA, World, make_world

SITE = "site:SH01"


@pytest.fixture
def address(tmp_path: Path) -> str:
    """One engine is enough for what the device does; the other adds up in a test of its own."""
    return f"sqlite:///{tmp_path / 'hq.db'}"


@pytest.fixture
def device(world: World) -> Iterator[Device]:
    made = Device(world)
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(700))))
    for number in range(30):
        made.writes(Sold(product=f"P{number % 3}", qty_micro=number + 1))
        made.writes(NoteWritten(note_id=f"n{number}", title=f"title {number}"))
    assert made.found() == []
    yield made
    made.store.close()


def a_row(device: Device, table: Any, seed: int = 0) -> str:
    """One that head office has, too: what is only here no comparison misses."""
    known = [row_id for row_id, row in device.rows(table).items() if not row["_slot"]]
    return random.Random(seed).choice(sorted(known))


def _change(device: Device, seed: int) -> None:
    row_id = a_row(device, tiny.note, seed)
    where = tiny.note.c.id == row_id
    device.plant(lambda c: c.execute(update(tiny.note).where(where).values(title="?", _digest=7)))


def _lose(device: Device, seed: int) -> None:
    row_id = a_row(device, tiny.note, seed)
    device.plant(lambda c: c.execute(delete(tiny.note).where(tiny.note.c.id == row_id)))


def _add(device: Device, seed: int) -> None:
    row = {"id": f"x{seed}", "site_id": "SH01", "title": "never", "state": "", "_digest": 5}
    device.plant(lambda c: c.execute(insert(tiny.note), [row | {"_slot": 0, "_extra": b""}]))


def _change_move(device: Device, seed: int) -> None:
    row_id = a_row(device, tiny.move, seed)
    where = tiny.move.c.id == row_id
    device.plant(
        lambda c: c.execute(update(tiny.move).where(where).values(qty_micro=99, _digest=7))
    )


def _lose_move(device: Device, seed: int) -> None:
    row_id = a_row(device, tiny.move, seed)
    device.plant(lambda c: c.execute(delete(tiny.move).where(tiny.move.c.id == row_id)))


def _move_elsewhere(device: Device, seed: int) -> None:
    row_id = a_row(device, tiny.move, seed)
    where = tiny.move.c.id == row_id
    device.plant(
        lambda c: c.execute(update(tiny.move).where(where).values(site_id="SH09", _digest=8))
    )


def _unsum(device: Device, seed: int) -> None:
    """A row is right, and what is counted of its scope is not."""
    device.plant(
        lambda c: c.execute(
            update(scope_cursor).where(scope_cursor.c.scope == SITE).values(digest=seed + 1)
        ),
        counted=False,
    )


PLANTS = (_change, _lose, _add, _change_move, _lose_move, _move_elsewhere, _unsum)


@pytest.mark.parametrize("plant", PLANTS)
def test_one_row_that_differs_is_found_at_the_next_sync_and_repaired(
    device: Device, plant: Callable[[Device, int], None]
) -> None:
    notes, moves, sums = device.rows(tiny.note), device.rows(tiny.move), device.balances()
    plant(device, 1)

    found = device.found()

    assert found[0] == "DIGEST_MISMATCH"
    assert "ROWS_REPAIRED" in found
    assert not {"SCOPE_FETCHED_ANEW", "SCOPE_DIFFERS"}.intersection(found)
    assert device.is_equal()
    assert (device.rows(tiny.note), device.rows(tiny.move)) == (notes, moves)
    assert device.balances() == sums
    assert device.found() == []


def test_only_the_row_that_differs_comes_again(device: Device) -> None:
    _change(device, 3)
    summary = device.sync()
    assert [f.detail for f in summary.findings if f.code == "ROWS_REPAIRED"] == [
        "changed 1, missing 0, extra 0"
    ]
    assert summary.pulled == 1
    told = device.store.read(last_findings)
    assert ("ROWS_REPAIRED", 1) in [(one.code, one.count) for one in told]
    assert device.line.asked.count("/digests") <= 4


def test_a_row_changed_behind_its_digest_is_seen_with_the_next_one_that_differs(
    device: Device,
) -> None:
    before = device.rows(tiny.note)
    silent, loud = "n3", "n4"
    device.plant(
        lambda c: c.execute(update(tiny.note).where(tiny.note.c.id == silent).values(title="!"))
    )
    assert device.found() == []
    device.plant(lambda c: c.execute(delete(tiny.note).where(tiny.note.c.id == loud)))
    assert "ROWS_REPAIRED" in device.found()
    assert device.rows(tiny.note) == before


def test_a_balance_that_is_not_its_sum_is_mended_with_the_rows(device: Device) -> None:
    sums = device.balances()
    device.plant(lambda c: c.execute(update(tiny.balance).values(went_out=12_345)))
    _lose(device, 2)
    assert "BALANCES_MENDED" in device.found()
    assert device.balances() == sums


def test_what_is_typed_here_and_not_sent_yet_stands_through_a_repair(device: Device) -> None:
    device.line.before = _fail_push
    device.writes(NoteWritten(note_id="n5", title="typed here"))
    device.writes(Sold(product="P0", qty_micro=77))
    _spoil_below(device, "n5")
    rows = device.rows(tiny.move)
    unsent = [row_id for row_id, row in rows.items() if row["_slot"]]

    with pytest.raises(Conflict):
        device.sync()
    device.line.before = lambda _: None
    summary = device.sync()

    codes = [finding.code for finding in summary.findings]
    assert "SCOPE_FETCHED_ANEW" not in codes
    assert device.rows(tiny.note)["n5"]["title"] == "typed here"
    assert set(unsent) <= device.rows(tiny.move).keys()
    assert device.is_equal()
    assert device.found() == []


def _fail_push(ask: Ask) -> None:
    if ask.path == "/push":
        raise Conflict("NOT_NOW")


def _spoil_below(device: Device, row_id: str) -> None:
    where = tiny.note.c.id == row_id
    device.plant(lambda c: c.execute(update(tiny.note).where(where).values(_digest=9)))


def test_rows_of_a_kept_document_stay_as_they_are_through_a_repair(device: Device) -> None:
    device.writes(Sold(product="P0", qty_micro=5, to_end="site/SH99/-/sellable"))
    assert device.sync().kept
    kept = {i: row for i, row in device.rows(tiny.move).items() if row["_slot"]}
    _lose_move(device, 4)
    still = {i: row for i, row in device.rows(tiny.move).items() if row["_slot"]}
    assert kept
    assert "ROWS_REPAIRED" in device.found()
    assert {i: row for i, row in device.rows(tiny.move).items() if row["_slot"]} == still


def test_a_scope_that_moves_while_it_is_compared_is_compared_again(
    device: Device, world: World
) -> None:
    neighbour = world.enrol(tag="02")
    moved: list[int] = []

    def push_between(ask: Ask) -> None:
        if isinstance(ask.message, AskDigests) and ask.message.table and not moved:
            moved.append(1)
            neighbour.add(NoteWritten(note_id="later", title="of the neighbour"))
            neighbour.push()

    device.plant(lambda c: c.execute(delete(tiny.note).where(tiny.note.c.id == "n7")))
    device.line.before = push_between
    assert "ROWS_REPAIRED" in device.found()
    assert moved
    assert "later" in device.rows(tiny.note)
    assert device.is_equal()


def test_when_head_office_itself_adds_up_wrong_nothing_is_fetched_anew(
    device: Device, world: World
) -> None:
    with world.database.write() as connection:
        connection.execute(
            update(scope_head).where(scope_head.c.scope == SITE).values(digest=1, count=1)
        )
    assert device.found() == ["DIGEST_MISMATCH", "SCOPE_DIFFERS"]
    assert "/rows" not in device.line.asked
    with world.database.write() as connection:
        digests.mend_head(connection, SCHEMA, SITE)
    assert device.found() == []


def test_more_than_is_looked_for_row_by_row_comes_as_a_whole_and_only_once_a_day(
    device: Device, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.sync.repairing.REPAIR_ROWS_MAX", 3)
    device.plant(lambda c: c.execute(delete(tiny.note)))
    assert "SCOPE_FETCHED_ANEW" in device.found()
    assert device.is_equal()
    device.plant(lambda c: c.execute(delete(tiny.note).where(tiny.note.c.site_id == "SH01")))
    assert "SCOPE_DIFFERS" in device.found()
    world.clock.at_us += 25 * 3600 * 1_000_000
    assert "SCOPE_FETCHED_ANEW" in device.found()
    assert device.is_equal()


def test_a_clock_that_ran_ahead_a_year_holds_no_repair_back(
    device: Device, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.sync.repairing.REPAIR_ROWS_MAX", 3)
    year_us = 365 * 24 * 3600 * 1_000_000
    world.clock.at_us += year_us
    device.plant(lambda c: c.execute(delete(tiny.note)))
    assert "SCOPE_FETCHED_ANEW" in device.found()
    world.clock.at_us -= year_us
    device.plant(lambda c: c.execute(delete(tiny.note)))
    assert "SCOPE_FETCHED_ANEW" in device.found()
    assert device.is_equal()


def test_a_large_table_is_narrowed_down_in_few_answers(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "DIGEST_ROWS", 8)
    monkeypatch.setattr(digests, "DIGEST_PARTS", 4)
    before = device.rows(tiny.note)
    for seed in (11, 12):
        _lose(device, seed)
    _add(device, 1)
    summary = device.sync()
    assert [f.detail for f in summary.findings if f.code == "ROWS_REPAIRED"]
    assert device.rows(tiny.note) == before
    assert device.line.asked.count("/digests") < 40


def test_digests_and_rows_of_a_foreign_scope_look_like_none(device: Device, world: World) -> None:
    other = Device(world, tag="09")
    world.enrol(site_id="SH02", tag="03")
    ask = AskRows(scope="site:SH02", generation=1, table="tiny_note", ids=["n1"])
    with pytest.raises(Exception, match="SCOPE_UNKNOWN"):
        other.line(Ask("/rows", ask, Message))
    with pytest.raises(Exception, match="SCOPE_UNKNOWN"):
        other.line(Ask("/digests", AskDigests(scope="site:SH02", generation=1), Message))
    other.store.close()


def test_a_row_of_a_foreign_scope_is_not_told_from_one_that_is_not_there(
    device: Device, world: World
) -> None:
    foreign = world.enrol(site_id="SH02", tag="03")
    foreign.add(NoteWritten(note_id="secret", title="of SH02"))
    foreign.push()
    scopes = (SITE,)
    ask = AskRows(scope=SITE, generation=1, table="tiny_note", ids=["secret", "nothing", "n1"])
    with world.database.read() as connection:
        answer = digests.rows(connection, SCHEMA, scopes, device.till.device, ask)
    assert answer.run.ids == ["n1"]
    assert answer.run.removed == ["nothing", "secret"]


def test_hello_says_nothing_of_a_scope_that_is_equal(device: Device) -> None:
    device.sync()
    assert device.line.asked == ["/hello"]


def test_a_device_that_does_not_say_its_digest_is_not_made_to_compare(device: Device) -> None:
    rows = device.store.read(cursors)
    said = [Cursor(scope=row.scope, generation=row.generation, seq=row.seq) for row in rows]
    with device.world.database.read() as connection:
        head = hello.moved(list(heads_of(connection, [row.scope for row in rows])), said)
    assert head == []


def test_rows_planted_at_random_are_all_found(device: Device) -> None:
    """QUTONG_PLANTED=1000 for the long form."""
    count = int(os.environ.get("QUTONG_PLANTED", "14"))
    for seed in range(count):
        PLANTS[seed % len(PLANTS)](device, seed)
        found = device.found()
        assert "ROWS_REPAIRED" in found, (seed, found)
        assert device.is_equal(), seed
    assert device.found() == []


@pytest.mark.postgres
def test_postgresql_orders_and_adds_up_as_a_device_does(
    postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "DIGEST_ROWS", 8)
    monkeypatch.setattr(digests, "DIGEST_PARTS", 4)
    with new_database(postgres_server, "test_repair") as address:
        world = make_world(address)
        device = Device(world)
        for note_id in ("a", "B", "b", "ä", "中", "_", "A", "é1", "Z"):
            for place in range(4):
                device.writes(NoteWritten(note_id=f"{note_id}{place}", title="t"))
        assert device.found() == []
        device.plant(lambda c: c.execute(delete(tiny.note).where(tiny.note.c.id == "ä1")))
        assert "ROWS_REPAIRED" in device.found()
        assert device.is_equal()
        with world.database.write() as connection:
            digests.mend_head(connection, SCHEMA, SITE)
        assert device.found() == []
        device.store.close()
        world.database.close()
