"""Ready files: the same rows as the pages give, for whom they are, at a known place."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import pytest
import zstandard
from sqlalchemy import Connection, event
from sqlcipher3 import dbapi2

from shared.core.errors import AccessDenied
from shared.sync.messages import Cursor
from shared.sync.sealing import Opened
from sync_server.sync import snapshot
from sync_server.sync.snapshot import Snapshots
from tests.integration.server.device import Device
from tests.integration.server.test_pull import a_page, apply, digest_of, pulled, say_hello
from tests.integration.server.tiny import NoteWritten, Published, Sold
from tests.integration.server.world import SCHEMA, World, make_world


def _made(world: World, folder: Path) -> Snapshots:
    snapshots = Snapshots(folder=folder, schema=SCHEMA, rows_min=100)
    with world.database.read() as connection:
        due = snapshots.due(connection)
    made = [snapshots.make(world.database.read, head.scope) for head in due]
    with world.database.write() as connection:
        for one in made:
            snapshots.offer(connection, one)
    return snapshots


def test_a_file_and_the_pages_after_it_make_the_scope(world: World, tmp_path: Path) -> None:
    till = world.enrol()
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    snapshots = _made(world, tmp_path / "snapshots")
    world.publish(Published(org_id="O1", titles=("later",)))

    with world.database.read() as connection:
        answer = snapshots.offered(connection, say_hello(till, []), [])
        head = next(one for one in answer.manifest if one.scope == "org:O1")
        path = snapshots.path_of(connection, head.snapshot, answer.scopes)
    packed = path.read_bytes()
    plain = tmp_path / "plain.db"
    source = cast("IO[bytes]", Opened(io.BytesIO(packed), head.snapshot_key))
    plain.write_bytes(b"".join(zstandard.ZstdDecompressor().read_to_iter(source)))
    file = dbapi2.connect(str(plain))
    try:
        about = file.execute("SELECT scope, seq, count FROM snapshot_about").fetchone()
        found = file.execute("SELECT id, site_id, state, title FROM tiny_note").fetchall()
        assert file.execute("PRAGMA quick_check").fetchone() == ("ok",)
    finally:
        file.close()
    rows = {
        ("tiny_note", i): {"site_id": site, "state": state, "title": title}
        for i, site, state, title in found
    }
    apply(rows, a_page(till, scope="org:O1", after=head.snapshot_seq))

    assert hashlib.sha256(packed).hexdigest() == head.snapshot
    assert len(packed) == head.snapshot_bytes
    assert about == ("org:O1", head.snapshot_seq, 150)
    assert digest_of(rows) == (head.count, head.digest)
    assert rows == pulled(till, scope="org:O1")[0]


def test_a_small_scope_a_sites_scope_and_a_fresh_file_make_no_work(
    world: World, tmp_path: Path
) -> None:
    world.enrol()
    world.publish(Published(org_id="SMALL", titles=("a",)))
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    snapshots = Snapshots(folder=tmp_path / "s", schema=SCHEMA, rows_min=100)
    with world.database.read() as connection:
        assert [head.scope for head in snapshots.due(connection)] == ["org:O1"]
    _made(world, tmp_path / "s")
    with world.database.read() as connection:
        assert snapshots.due(connection) == []


def test_a_shared_file_is_made_anew_after_a_tenth_and_a_shops_after_a_third(
    world: World, tmp_path: Path
) -> None:
    shop = Device(world)
    snapshots = Snapshots(folder=tmp_path / "s", schema=SCHEMA, rows_min=50, site_rows_min=50)

    def grow(rows: int) -> list[str]:
        world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(rows))))
        for number in range(rows):
            shop.writes(Sold(product=f"P{number % 4}", qty_micro=number))
        shop.sync()
        with world.database.read() as connection:
            due = [head.scope for head in snapshots.due(connection)]
        made = [snapshots.make(world.database.read, scope) for scope in due]
        with world.database.write() as connection:
            for one in made:
                snapshots.offer(connection, one)
        return sorted(due)

    assert grow(100) == ["org:O1", "site:SH01"]
    assert grow(10) == []
    assert grow(5) == ["org:O1"]
    assert grow(50) == ["org:O1", "site:SH01"]
    shop.store.close()


def test_no_scope_is_sorted_in_memory_for_its_file(tmp_path: Path) -> None:
    """A shop's years do not fit there: they are written in the order they came (T33)."""
    world = make_world(f"sqlite:///{tmp_path / 'hq.db'}")
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    snapshots = Snapshots(folder=tmp_path / "s", schema=SCHEMA, rows_min=100)
    asked: list[tuple[str, Any]] = []

    @contextmanager
    def listening() -> Iterator[Connection]:
        with world.database.read() as connection:
            event.listen(
                connection, "before_cursor_execute", lambda *told: asked.append((told[2], told[3]))
            )
            yield connection

    snapshots.make(listening, "org:O1")
    rows = [one for one in asked if "tiny_note" in one[0]]
    with world.database.read() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {a}", b).all() for a, b in rows]
    steps = [str(step[-1]) for plan in plans for step in plan]
    assert any("feed" in step for step in steps)
    assert not [step for step in steps if "TEMP B-TREE" in step]
    world.database.close()


def test_what_changes_while_a_file_is_written_comes_after_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction stands longer than one window, so no log waits for the whole file (T33)."""
    monkeypatch.setattr(snapshot, "_WINDOW", 50)
    first = Device(world)
    for number in range(60):
        first.writes(Sold(product=f"P{number % 4}", qty_micro=number))
        first.writes(NoteWritten(note_id=f"N{number}", title="new", site_id="SH01"))
    first.sync()
    snapshots = Snapshots(folder=tmp_path / "s", schema=SCHEMA, rows_min=100, site_rows_min=50)
    begun = 0

    @contextmanager
    def reading() -> Iterator[Connection]:
        """Between any two windows somebody sells, and another row of the shop is written anew."""
        nonlocal begun
        with world.database.read() as connection:
            yield connection
        begun += 1
        first.writes(Sold(product="P0", qty_micro=begun))
        # One note was read already and one was not; every second time both leave the shop.
        for number in (begun, 60 - begun):
            site_id = "SH02" if begun % 2 else "SH01"
            first.writes(NoteWritten(note_id=f"N{number}", title="again", site_id=site_id))
        first.sync()

    made = snapshots.make(reading, "site:SH01")
    assert begun > 3
    with world.database.write() as connection:
        snapshots.offer(connection, made)
    later = Device(world, tag="02")
    later.line.snapshots = snapshots
    assert later.found() == []
    assert [path for path in later.line.asked if path.startswith("/snapshot/")]
    assert later.balances() == first.balances()
    assert later.is_equal()
    for one in (first, later):
        one.store.close()


def test_a_new_file_replaces_the_old_one(world: World, tmp_path: Path) -> None:
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    _made(world, tmp_path / "s")
    world.publish(Published(org_id="O1", titles=tuple(f"more {i}" for i in range(150))))
    _made(world, tmp_path / "s")
    assert len(list((tmp_path / "s").iterdir())) == 1


def test_a_file_that_is_gone_is_made_again(world: World, tmp_path: Path) -> None:
    """A restored head office knows of files that lie in no backup."""
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    snapshots = _made(world, tmp_path / "s")
    (file,) = (tmp_path / "s").iterdir()
    file.unlink()
    with world.database.read() as connection:
        assert [head.scope for head in snapshots.due(connection)] == ["org:O1"]
    _made(world, tmp_path / "s")
    with world.database.read() as connection:
        assert snapshots.due(connection) == []


def test_what_a_killed_server_left_is_cleared_and_nothing_else(
    world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "s"
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    snapshots = _made(world, folder)
    (offered,) = folder.iterdir()
    (folder / "making-half").mkdir()
    (folder / "making-half" / "plain.db").write_bytes(b"half")
    (folder / ("0" * 64)).write_bytes(b"nobody was told of it")
    (folder / "notes.txt").write_text("a person's")
    now_us = offered.stat().st_mtime_ns // 1_000

    def left(later_us: int) -> set[str]:
        with world.database.read() as connection:
            snapshots.clear_leftovers(connection, now_us + later_us)
        return {path.name for path in folder.iterdir()}

    everything = {offered.name, "making-half", "0" * 64, "notes.txt"}
    assert left(3600 * 1_000_000) == everything
    assert left(25 * 3600 * 1_000_000) == {offered.name, "notes.txt"}


def test_a_file_of_a_foreign_scope_looks_like_none(world: World, tmp_path: Path) -> None:
    till = world.enrol()
    world.publish(Published(org_id="O9", titles=tuple(f"goods {i}" for i in range(150))))
    snapshots = _made(world, tmp_path / "s")
    (name,) = [file.name for file in (tmp_path / "s").iterdir()]
    with world.database.read() as connection:
        scopes = say_hello(till, []).scopes
        for asked in (name, "0" * 64, "../hq.db"):
            with pytest.raises(AccessDenied) as refused:
                snapshots.path_of(connection, asked, scopes)
            assert refused.value.code == "SCOPE_UNKNOWN"


def test_a_device_that_holds_the_scope_is_offered_no_file(world: World, tmp_path: Path) -> None:
    till = world.enrol()
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(150))))
    snapshots = _made(world, tmp_path / "s")
    cursors = [Cursor(scope="org:O1", generation=1, seq=10)]
    with world.database.read() as connection:
        answer = snapshots.offered(connection, say_hello(till, cursors), cursors)
    assert {head.snapshot for head in answer.manifest} == {""}


def test_a_file_server_in_between_learns_nothing_of_what_it_passes_on(
    world: World, tmp_path: Path
) -> None:
    world.publish(Published(org_id="O1", titles=tuple(f"secret {i}" for i in range(150))))
    _made(world, tmp_path / "s")
    (file,) = (tmp_path / "s").iterdir()
    packed = file.read_bytes()
    assert b"secret" not in packed
    with pytest.raises(zstandard.ZstdError):
        b"".join(zstandard.ZstdDecompressor().read_to_iter(packed))


def test_the_years_of_a_shop_come_to_its_next_till_as_a_file_with_right_balances(
    world: World, tmp_path: Path
) -> None:
    first = Device(world)
    for number in range(60):
        first.writes(Sold(product=f"P{number % 4}", qty_micro=number))
    first.sync()
    snapshots = Snapshots(folder=tmp_path / "s", schema=SCHEMA, rows_min=100, site_rows_min=50)
    with world.database.read() as connection:
        (head,) = snapshots.due(connection)
    made = snapshots.make(world.database.read, head.scope)
    with world.database.write() as connection:
        snapshots.offer(connection, made)
    later = Device(world, tag="02")
    later.line.snapshots = snapshots
    first.writes(Sold(product="P0", qty_micro=7))
    first.sync()
    later.writes(Sold(product="P1", qty_micro=5))

    assert later.found() == []
    first.sync()

    assert [path for path in later.line.asked if path.startswith("/snapshot/")]
    assert later.balances() == first.balances()
    assert later.is_equal()
    for one in (first, later):
        one.store.close()
