"""Programs are updated: a database that an earlier version wrote is opened by this one.

The earlier version did not know a column or a table. What head office had sent of it lies in the
rest of the row, or aside, as that version would have kept it; what the device wrote waits unsent.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from shared.areas import SCHEMA
from shared.sync.tables import Replicated
from sync_server.store.migrations import STEPS, migrate
from tests.simulation.device import LAYOUT, SimDevice
from tests.simulation.edges import Crash, SimDisk
from tests.simulation.stage import Stage

_MOST_COLUMNS = 3
_UNSENT = (
    "SELECT (SELECT max(n) FROM journal AS j WHERE j.device_id = d.device_id"
    " AND j.incarnation = d.incarnation) > s.acknowledged_n FROM this_device AS d, sync_state AS s"
)
_ASIDE = "INSERT INTO extra_row (scope, table_name, id, cells, row_digest) VALUES (?, ?, ?, ?, ?)"
_INDEXED = {
    (name, str(column.name))
    for name, table in SCHEMA.tables.items()
    for index in table.table.indexes
    for column in index.columns
}


def update_device(stage: Stage, device: SimDevice) -> None:
    """Its process ends; the one that begins next is of a later version than the one that ended."""
    is_unsent = any(row[0] for row in device.disk.look(_UNSENT))
    stage.crash(device, "at rest")
    chance = stage.chance
    if chance.random() < 0.5:
        done = _without_columns(stage, device.disk)
    else:
        done = _without_a_table(stage, device.disk)
    if done:
        stage.fire("program updated with a queue" if is_unsent else "program updated")
    stage.say(device.label, "updated", *done)
    if chance.random() < 0.4:
        _break_off(stage, device)


def _break_off(stage: Stage, device: SimDevice) -> None:
    """The first start of the later version ends halfway; the next one begins as any other."""
    device.fuse.renew()
    device.fuse.light(stage.chance.choice(("before commit", "after commit")), 1)
    try:
        device.open()
    except Crash:
        stage.fire("crash in an update")
    device.crash()


def _without_columns(stage: Stage, disk: SimDisk) -> list[str]:
    """The earlier version did not know some columns; of unsent rows they say nothing."""
    with_values = [
        (table, column)
        for table in SCHEMA.tables.values()
        for column in table.columns
        if (table.name, column) not in _INDEXED and _says_anything(disk, table.name, column)
    ]
    done = []
    for _ in range(stage.chance.randint(1, _MOST_COLUMNS)):
        if with_values:
            place = with_values.pop(stage.chance.randrange(len(with_values)))
            _drop_column(disk, *place)
            done.append(f"{place[0].name}.{place[1]}")
    return done


def _says_anything(disk: SimDisk, table: str, column: str) -> bool:
    """Whether confirmed rows say something there, and own ones that wait do not."""
    ((said, waiting),) = disk.look(
        f'SELECT count(*), count(*) FILTER (WHERE _slot <> 0) FROM "{table}"'
        f" WHERE \"{column}\" NOT IN ('', 0)"
    )
    return bool(said) and not waiting


def _drop_column(disk: SimDisk, table: Replicated, column: str) -> None:
    name = table.name
    said = f'SELECT id, "{column}", _extra FROM "{name}" WHERE "{column}" NOT IN (\'\', 0)'
    for row_id, value, extra in disk.look(said):
        rest = {**(msgspec.msgpack.decode(extra) if extra else {}), column: value}
        aside = msgspec.msgpack.encode(rest)
        disk.look(f'UPDATE "{name}" SET _extra = ? WHERE id = ?', aside, row_id)
    disk.look(f'ALTER TABLE "{name}" DROP COLUMN "{column}"')


def _without_a_table(stage: Stage, disk: SimDisk) -> list[str]:
    """The earlier version did not know a table at all; none of its rows is unsent."""
    granted = {row[0] for row in disk.look("SELECT scope FROM scope_cursor")}
    choice = [
        (table, rows)
        for table in SCHEMA.tables.values()
        if (rows := list(_rows_aside(disk, table, granted))) and all(rows)
    ]
    if not choice:
        return []
    table, rows = stage.chance.choice(choice)
    for row in (one for parts in rows for one in parts):
        disk.look(_ASIDE, *row)
    disk.look(f'DROP TABLE "{table.name}"')
    return [table.name]


def _rows_aside(
    disk: SimDisk, table: Replicated, granted: set[str]
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Of each row its copies in the scopes held here; none when it is not confirmed, or nowhere."""
    columns = ", ".join(f'"{name}"' for name in table.columns)
    found = disk.look(f'SELECT id, _digest, _slot, _extra, {columns} FROM "{table.name}"')
    for row_id, digest, slot, extra, *cells in found:
        values = dict(zip(table.columns, cells, strict=True))
        said = {name: value for name, value in values.items() if value}
        said |= msgspec.msgpack.decode(extra) if extra else {}
        aside = msgspec.msgpack.encode(dict(sorted(said.items())))
        scopes = [] if slot else sorted(granted & set(table.scopes({**values, "id": row_id})))
        yield [(scope, table.name, row_id, aside, digest) for scope in scopes]


def update_head_office(stage: Stage) -> None:
    """Head office's program is replaced: its tables gain a column or a table of later documents."""
    office, chance = stage.office, stage.chance
    disk = office.disk
    disk.lose_process()
    if chance.random() < 0.5:
        silent = [table.name for table in SCHEMA.tables.values() if not _count(disk, table.name)]
        gone = chance.choice(silent)
        disk.look(f'DROP TABLE "{gone}"')
    else:
        gone = _drop_silent_column(stage, disk)
    disk.look("UPDATE about SET value = ? WHERE name = 'schema_version'", str(len(STEPS) - 1))
    office.restart()
    if chance.random() < 0.3:
        place = chance.choice(("before commit", "after commit", "statement"))
        disk.fuse.light(place, chance.randint(1, 60) if place == "statement" else 1)
    while True:
        try:
            with office.database.write() as connection:
                migrate(connection, LAYOUT.schema, LAYOUT.local)
        except Crash:
            stage.fire("server crash in an update")
            office.restart()
            continue
        break
    disk.fuse.renew()
    stage.fire("head office updated")
    stage.say("HQ updated", gone)


def _count(disk: SimDisk, table: str) -> int:
    count: int = disk.look(f'SELECT count(*) FROM "{table}"')[0][0]
    return count


def _drop_silent_column(stage: Stage, disk: SimDisk) -> str:
    """A column no document said anything in so far."""
    names = [name for name in SCHEMA.tables if _count(disk, name)]
    table = SCHEMA[stage.chance.choice(names)]
    silent = [
        column
        for column in table.columns
        if (table.name, column) not in _INDEXED
        and not disk.look(f'SELECT 1 FROM "{table.name}" WHERE "{column}" NOT IN (\'\', 0) LIMIT 1')
    ]
    if not silent:
        return ""
    column = stage.chance.choice(silent)
    disk.look(f'ALTER TABLE "{table.name}" DROP COLUMN "{column}"')
    return f"{table.name}.{column}"
