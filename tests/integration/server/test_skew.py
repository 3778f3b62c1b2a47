"""Devices and head office of different versions: nothing is lost, no field is dropped."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, select

import shared.channel.tables
from desktop.store.layout import Layout
from shared.channel.kinds import KINDS as CHANNEL_KINDS
from shared.core.errors import Unavailable
from shared.core.ids import uid_text
from shared.journal.document import Body, DocumentClass, Header, Write
from shared.journal.kind import Authority, Kind, Registry
from shared.journal.tables import journal
from shared.sync import scopes
from shared.sync.appending import Replica
from shared.sync.holding import extra_row
from shared.sync.replica import everything
from shared.sync.tables import (
    Replicated,
    Schema,
    TableRole,
    blob_column,
    integer_column,
    text_column,
)
from sync_server.sync import hello
from sync_server.sync.head_office import draft_of, publish
from tests.integration.server import tiny
from tests.integration.server.device import Device
from tests.integration.server.world import World, make_world


class Wished1(Body, kw_only=True):
    """What a customer wished, as the first version wrote it."""

    text: str


class Wished2(Body, kw_only=True):
    """Since then it is said for how many, and what follows from it is a row of its own."""

    text: str
    people: int
    hint: str = ""


def _table(metadata: MetaData, name: str, *columns: Column[Any]) -> Replicated:
    table = Table(
        name,
        metadata,
        text_column("id", primary_key=True),
        *columns,
        integer_column("_digest"),
        integer_column("_slot"),
        blob_column("_extra"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    return Replicated(table=table, role=TableRole.RECORD, scopes=lambda _: (scopes.site("SH01"),))


def _post1(header: Header, body: Wished1) -> Iterable[Write]:
    yield Write("wish", uid_text(header.uid), {"text": body.text})


def _post2(header: Header, body: Wished2) -> Iterable[Write]:
    uid = uid_text(header.uid)
    yield Write("wish", uid, {"text": body.text, "people": body.people, "hint": body.hint})
    if body.people > 1:
        yield Write("wish_group", uid, {"people": body.people})


def _kind(body: type[Body], post: Callable[..., Iterable[Write]], **said: Any) -> Kind:
    return Kind(
        name="wished",
        body=body,
        document_class=DocumentClass.FACT,
        authority=Authority(permission="", device_types=frozenset({"till", "server"})),
        post=post,
        **said,
    )


def _layout(kind: Kind, *tables: Replicated) -> Layout:
    return Layout(
        registry=Registry([kind, *tiny.KINDS, *CHANNEL_KINDS]),
        schema=Schema([*tables, *tiny.TABLES, *shared.channel.tables.TABLES]),
    )


_OLD, _NEW = MetaData(), MetaData()
OLD = _layout(_kind(Wished1, _post1), _table(_OLD, "wish", text_column("text")))
NEW = _layout(
    _kind(Wished2, _post2, version=2, upcasters={1: lambda fields: [*fields, 1]}),
    _table(_NEW, "wish", text_column("text"), integer_column("people"), text_column("hint")),
    _table(_NEW, "wish_group", integer_column("people")),
)


def a_world(path: Path, layout: Layout) -> World:
    world = make_world(f"sqlite:///{path / 'hq.db'}", layout.schema)
    set_version(world, layout)
    return world


def set_version(world: World, layout: Layout) -> None:
    """Head office runs this version from here on."""
    replica = Replica(registry=layout.registry, schema=layout.schema, owns=everything)
    world.hq = replace(world.hq, replica=replica)


@pytest.fixture
def later(tmp_path: Path) -> Iterator[World]:
    world = a_world(tmp_path, NEW)
    yield world
    world.database.close()


def writes(world: World, body: Body) -> None:
    with world.database.write() as connection:
        draft = draft_of(world.hq, body, world.now_us, site_id="SH01")
        publish(connection, world.hq, [draft], world.now_us)


def wishes(device: Device) -> dict[str, tuple[object, ...]]:
    table = device.schema["wish"].table
    rows = device.rows(table).values()
    return {str(row["text"]): (row["people"], row["hint"], row["_extra"]) for row in rows}


def test_what_an_older_device_writes_is_read_by_a_later_head_office_and_comes_back_whole(
    later: World, tmp_path: Path
) -> None:
    device = Device(later, layout=OLD, database=tmp_path / "till.db")
    device.writes(Wished1(text="cream"))
    writes(later, Wished2(text="party", people=7, hint="friday"))

    assert device.found() == []
    assert not device.sync().kept
    assert device.is_equal(), "rows with columns it does not know have the same digest"
    held = {row["text"]: row["_extra"] for row in device.rows(OLD.schema["wish"].table).values()}
    assert all(held.values()), "people and hint wait in the rest of the row"
    aside = device.store.read(lambda c: c.execute(select(extra_row)).all())
    assert [row.table_name for row in aside] == ["wish_group"]

    device.updated(NEW)
    assert wishes(device) == {"cream": (1, "", b""), "party": (7, "friday", b"")}
    groups = device.rows(NEW.schema["wish_group"].table)
    assert [row["people"] for row in groups.values()] == [7]
    assert device.found() == []
    assert device.is_equal()
    device.store.close()


def test_an_older_device_that_changes_a_row_keeps_the_fields_it_does_not_know(
    later: World,
) -> None:
    device = Device(later, layout=OLD)
    writes(later, Wished2(text="party", people=7, hint="friday"))
    device.sync()
    before = list(device.rows(OLD.schema["wish"].table).values())
    device.writes(Wished1(text="second"))
    device.sync()
    after = device.rows(OLD.schema["wish"].table)
    assert after[before[0]["id"]] == before[0]
    assert device.found() == []
    assert device.is_equal()
    device.store.close()


def test_what_is_queued_by_the_old_program_is_sent_by_the_new_one_as_it_was_signed(
    later: World, tmp_path: Path
) -> None:
    device = Device(later, layout=OLD, database=tmp_path / "till.db")
    device.sync()
    for number in range(5):
        device.writes(Wished1(text=f"queued {number}"))
    stored = device.store.read(lambda c: c.execute(select(journal.c.stored)).scalars().all())
    device.updated(NEW)
    device.writes(Wished2(text="new", people=2))

    summary = device.sync()

    assert (summary.pushed, summary.kept, summary.findings) == (6, {}, [])
    there = {row[0] for row in later.read(select(journal.c.stored))}
    assert set(stored) <= there
    assert {text: row[0] for text, row in wishes(device).items()} == {
        **{f"queued {number}": 1 for number in range(5)},
        "new": 2,
    }
    assert device.is_equal()
    device.store.close()


def test_a_later_device_delivers_to_an_older_head_office_and_nothing_is_dropped(
    tmp_path: Path,
) -> None:
    world = a_world(tmp_path, OLD)
    device = Device(world, layout=NEW, database=tmp_path / "till.db")
    device.writes(Wished2(text="early", people=3, hint="x"))
    device.writes(tiny.Sold(product="P", qty_micro=1))

    assert device.sync().kept == {1: "DOCUMENT_TOO_NEW"}
    assert wishes(device) == {"early": (3, "x", b"")}, "shown as only here"
    assert len(device.rows(tiny.move)) == 1
    there = [row[0] for row in world.read(select(journal.c.verdict).order_by(journal.c.n))]
    assert "kept" in there
    device.store.close()
    world.database.close()


@pytest.mark.parametrize("spoken", [(2, 3), (0, 0)])
def test_a_device_of_another_protocol_may_push_and_is_only_refused_its_pull(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoken: tuple[int, int]
) -> None:
    world = a_world(tmp_path, NEW)
    device = Device(world, layout=NEW)
    monkeypatch.setattr(hello, "PROTOCOL_MIN", spoken[0])
    monkeypatch.setattr(hello, "PROTOCOL", spoken[1])
    device.writes(Wished2(text="sold with an old program", people=1))

    with pytest.raises(Unavailable, match="PROTOCOL_UNKNOWN"):
        device.sync()

    assert "/push" in device.line.asked
    assert not {"/pull", "/pulls"}.intersection(device.line.asked)
    assert device.store.read(lambda c: c.execute(select(journal.c.n)).scalars().all()) == [1]
    sent = select(journal.c.verdict).where(journal.c.device_id == device.till.device_id)
    assert world.read(sent) == [("stored",)]
    device.store.close()
    world.database.close()
