"""Rows in several scopes, scopes gained, lost and begun anew: what is held is right."""

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

import shared.channel.tables
from desktop.store.layout import Layout
from desktop.sync.engine import Ask
from shared.core.errors import Unavailable
from shared.journal.document import Value
from shared.sync import scopes
from shared.sync.holding import cursors
from shared.sync.tables import Replicated, Schema
from sync_server.store.tables import scope_head
from tests.integration.server import tiny
from tests.integration.server.device import Device
from tests.integration.server.tiny import NoteWritten, Sold
from tests.integration.server.world import REGISTRY, World, make_world

SITES = ("SH01", "SH02")
PLACES = ("SH01", "SH02", "@O1")
GRANTS = ("site:SH01", "site:SH02", "org:O1", "hq")


def _of_note(row: Mapping[str, Value]) -> tuple[str, ...]:
    """A note is in as many scopes as it names places."""
    names = [name for name in str(row["site_id"]).split("|") if name]
    return tuple(
        scopes.org(name[1:]) if name.startswith("@") else scopes.site(name) for name in names
    )


def _of_move(row: Mapping[str, Value]) -> tuple[str, ...]:
    return (scopes.HQ, scopes.site(str(row["site_id"])))


_MOVE, _NOTE = tiny.TABLES
SCHEMA = Schema(
    [
        Replicated(table=_MOVE.table, role=_MOVE.role, scopes=_of_move, balances=_MOVE.balances),
        Replicated(table=_NOTE.table, role=_NOTE.role, scopes=_of_note),
        *shared.channel.tables.TABLES,
    ]
)
LAYOUT = Layout(registry=REGISTRY, schema=SCHEMA)


@dataclass
class House:
    """A head office, two devices, and which scopes each is granted at the moment."""

    world: World
    devices: list[Device]
    grants: dict[str, tuple[str, ...]]
    chance: random.Random
    titles: int = 0

    def step(self) -> None:
        """Something happens."""
        device = self.chance.choice(self.devices)
        act = self.chance.choice(
            (self.head_office_writes, self.types, self.sells, self.regrants, self.syncs)
        )
        if self.chance.random() < 0.04:
            act = self.begins_anew
        act(device)

    def head_office_writes(self, _device: Device) -> None:
        """Head office moves rows from scope to scope, or changes what a device wrote."""
        if self.chance.random() < 0.3:
            self.world.publish(self.typed(self.chance.choice(SITES)))
            return
        places = [one for one in PLACES if self.chance.random() < 0.5] or ["SH02"]
        self.world.publish(self.note(f"n{self.chance.randrange(8)}", places))

    def types(self, device: Device) -> None:
        device.writes(self.typed(device.till.site_id))

    def typed(self, site_id: str) -> NoteWritten:
        """A device says of a row what scopes it is in, and nobody says otherwise later."""
        number = self.chance.randrange(6)
        others = [one for place, one in enumerate(PLACES) if number >> place & 1]
        return self.note(f"{site_id}-{number}", sorted({site_id, *others}))

    def note(self, note_id: str, places: list[str]) -> NoteWritten:
        self.titles += 1
        return NoteWritten(note_id=note_id, title=f"t{self.titles}", site_id="|".join(places))

    def sells(self, device: Device) -> None:
        device.writes(Sold(product=f"P{self.chance.randrange(2)}", qty_micro=1))

    def regrants(self, device: Device) -> None:
        own = scopes.site(device.till.site_id)
        held = tuple(one for one in GRANTS if one == own or self.chance.random() < 0.6)
        self.grants[device.till.device_id] = held

    def begins_anew(self, _device: Device) -> None:
        scope = self.chance.choice(GRANTS)
        with self.world.database.write() as connection:
            row = update(scope_head).where(scope_head.c.scope == scope)
            connection.execute(row.values(generation=scope_head.c.generation + 1))

    def syncs(self, device: Device) -> None:
        """A sync, which may be cut off at any of its requests."""
        left = self.chance.choice((0, 1, 2, 3, 99, 99))

        def cut(_ask: Ask) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Unavailable("NETWORK")

        device.line.before = cut
        with suppress(Unavailable):
            self.check_found(device.found())
        device.line.before = lambda _: None

    @staticmethod
    def check_found(found: list[str]) -> None:
        assert set(found) <= {"TYPED_LOST", "ROWS_SWEPT"}, found

    def check(self, device: Device) -> None:
        """Exactly what head office has in its scopes, equal digests, and sums of what is held."""
        granted = {row.scope for row in device.store.read(cursors)}
        assert granted == set(self.grants[device.till.device_id])
        for table in (tiny.note, tiny.move):
            assert self.held(device, table) == self.due(table, granted), table.name
        assert device.is_equal()
        sums: dict[tuple[str, str], int] = {}
        for row in device.rows(tiny.move).values():
            for end, sign in ((row["to_end"], 1), (row["from_end"], -1)):
                key = (end, row["product"])
                sums[key] = sums.get(key, 0) + sign * row["qty_micro"]
        kept = {key: sum_ for key, sum_ in device.balances().items() if sum_}
        owns = device.store.replica.owns
        assert kept == {key: sum_ for key, sum_ in sums.items() if sum_ and owns(key[0])}

    @staticmethod
    def held(device: Device, table: object) -> dict[str, tuple[object, ...]]:
        return {
            row_id: tuple(value for name, value in row.items() if not name.startswith("_"))
            for row_id, row in device.rows(table).items()
        }

    def due(self, table: object, granted: set[str]) -> dict[str, tuple[object, ...]]:
        """What head office has of a table in these scopes."""
        replicated = SCHEMA[table.name]  # type: ignore[attr-defined]
        with self.world.database.read() as connection:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]  # type: ignore[call-overload]
        return {
            row["id"]: tuple(value for name, value in row.items() if not name.startswith("_"))
            for row in rows
            if granted.intersection(replicated.scopes(row))
        }


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    world = make_world(f"sqlite:///{tmp_path / 'hq.db'}", SCHEMA)
    grants: dict[str, tuple[str, ...]] = {}

    def granted(_connection: Connection, device_id: str) -> tuple[str, ...]:
        return grants.get(device_id, ())

    world.hq = replace(world.hq, directory=replace(world.hq.directory, scopes_of_device=granted))
    devices = [Device(world, site_id=site_id, layout=LAYOUT) for site_id in SITES]
    for device in devices:
        grants[device.till.device_id] = GRANTS
    yield House(world, devices, grants, random.Random())
    for device in devices:
        device.store.close()
    world.database.close()


@pytest.mark.parametrize("seed", range(int(os.environ.get("QUTONG_HOUSES", "6"))))
def test_after_any_history_a_device_holds_the_rows_of_its_scopes_and_no_others(
    house: House, seed: int
) -> None:
    """QUTONG_HOUSES=200 for the long form."""
    house.chance = random.Random(seed)
    for _ in range(60):
        house.step()
    for _ in range(2):
        for device in house.devices:
            house.check_found(device.found())
    for device in house.devices:
        house.check(device)


def test_a_scope_that_is_lost_leaves_what_another_scope_needs(house: House) -> None:
    device = house.devices[0]
    house.world.publish(
        NoteWritten(note_id="both", title="t", site_id="SH01|@O1"),
        NoteWritten(note_id="one", title="t", site_id="@O1"),
    )
    device.sync()
    house.grants[device.till.device_id] = ("site:SH01",)
    device.sync()
    assert set(device.rows(tiny.note)) == {"both"}
    house.grants[device.till.device_id] = ()
    device.sync()
    assert device.rows(tiny.note) == {}


def test_a_lost_scope_leaves_the_rows_of_what_is_not_sent_or_kept(house: House) -> None:
    device = house.devices[0]
    house.world.publish(NoteWritten(note_id="n", title="t", site_id="SH02"))
    device.sync()
    device.writes(NoteWritten(note_id="n", title="typed", site_id="SH02"))
    device.writes(Sold(product="P", qty_micro=3))
    house.grants[device.till.device_id] = ()
    device.line.before = _cut_push
    with pytest.raises(Unavailable):
        device.sync()
    assert device.rows(tiny.note)["n"]["title"] == "typed"
    device.line.before = lambda _: None
    assert device.sync().kept == {1: "FOREIGN_SITE", 2: "FOREIGN_SITE"}
    assert device.rows(tiny.note)["n"]["title"] == "typed"
    assert len(device.rows(tiny.move)) == 1
    assert device.store.read(cursors) == []
    house.grants[device.till.device_id] = GRANTS
    assert device.found() == ["TYPED_LOST"]
    assert device.is_equal()


def _cut_push(ask: Ask) -> None:
    if ask.path == "/push":
        raise Unavailable("NETWORK")


def test_a_row_that_changes_scopes_is_out_of_one_and_in_the_other_at_once(house: House) -> None:
    first, second = house.devices
    house.grants[first.till.device_id] = ("site:SH01",)
    house.grants[second.till.device_id] = ("site:SH02",)
    house.world.publish(NoteWritten(note_id="n", title="here", site_id="SH01"))
    for device in house.devices:
        device.sync()
    house.world.publish(NoteWritten(note_id="n", title="there", site_id="SH02"))
    for device in house.devices:
        assert device.found() == []
        house.check(device)
    assert first.rows(tiny.note) == {}
    assert second.rows(tiny.note)["n"]["title"] == "there"
