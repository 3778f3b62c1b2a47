"""A real client against a real server over a real socket."""

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, select

from desktop.app.client import Client
from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.layout import Layout
from desktop.store.session import Session
from desktop.sync.engine import Ask, status
from desktop.sync.snapshot_file import _SPARE_BYTES, SnapshotFile
from desktop.sync.transport import HttpTransport, new_client
from shared.core.errors import AccessDenied, Conflict, Unavailable
from shared.journal.chain import SigningKey
from shared.journal.document import Header
from shared.sync.holding import cursors
from shared.sync.messages import Cursor, Hello, HelloAnswer, Message, Wait, WaitAnswer
from sync_server.enrolment.codes import make_code
from sync_server.http.service import Service
from tests.fakes.keys import MemoryKeyStore
from tests.integration.server import tiny
from tests.integration.server.wire import running, service_of
from tests.integration.server.world import REGISTRY, SCHEMA, World, make_world

LAYOUT = Layout(registry=REGISTRY, schema=SCHEMA)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(f"sqlite:///{tmp_path / 'hq.db'}")
    yield made
    made.database.close()


@pytest.fixture
def service(world: World, tmp_path: Path) -> Service:
    return service_of(world, tmp_path)


@pytest.fixture
def url(service: Service) -> Iterator[str]:
    with running(service) as address:
        yield address


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    opened = open_client(tmp_path / "till")
    yield opened
    opened.close()


def open_client(home: Path) -> Client:
    client = Client.open(
        home,
        LAYOUT,
        clock=SystemClock(),
        randomness=SystemRandomness(),
        keys=MemoryKeyStore(),
        ballast_bytes=4096,
    )
    client.store.author_id = "wang"
    return client


def a_code(world: World, tag: str = "01") -> str:
    with world.database.write() as connection:
        return make_code(
            connection,
            world.random,
            device_type="till",
            site_id="SH01",
            tag=tag,
            now_us=world.now_us,
        )


def sell(session: Session, qty: int = 1) -> Header:
    return session.append(tiny.Sold(product="A1", qty_micro=qty * 1_000_000))


def until(true: Callable[[], bool]) -> None:
    """Waits for another thread; fails after a minute."""
    deadline_s = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline_s, "it never came true"
        threading.Event().wait(0.01)


def moves(world: World) -> int:
    return len(world.read(select(tiny.move.c.id)))


def test_a_device_is_enrolled_once_and_sells_and_syncs(
    world: World, url: str, client: Client
) -> None:
    assert client.enrol(url, a_code(world)) == "SH01.01"
    client.store.write(sell, 3)
    summary = client.sync()
    assert (summary.outcome, summary.pushed, summary.findings) == ("done", 1, [])
    assert moves(world) == 1
    identity = client.store.identity
    assert identity is not None
    assert client.store.read(lambda c: status(c, identity)).unsent == 0
    with pytest.raises(Conflict, match="CODE_OF_ANOTHER"):
        client.enrol(url, a_code(world, "02"))
    assert client.store.identity == identity


def test_a_wrong_code_is_refused_and_the_right_one_still_works(
    world: World, url: str, client: Client
) -> None:
    with pytest.raises(AccessDenied, match="BAD_ENROLMENT"):
        client.enrol(url, "0000-0000-0000-0000")
    assert client.enrol(url, a_code(world)) == "SH01.01"


def test_a_code_whose_answer_was_lost_is_good_once_more_for_the_same_key(
    world: World, url: str, client: Client
) -> None:
    code = a_code(world)
    client.enrol(url, code)
    store = client.store
    store.on_writer(
        lambda local: local.transact(lambda c: c.exec_driver_sql("DELETE FROM this_device"))
    )
    store.on_writer(lambda local: local.set_state(synced_at_us=0))
    assert client.enrol(url, code) == "SH01.01"


def _forget_identity(connection: Connection) -> None:
    connection.exec_driver_sql("DELETE FROM this_device")


def test_two_tills_of_a_site_see_each_others_sales(
    world: World, url: str, client: Client, tmp_path: Path
) -> None:
    other = open_client(tmp_path / "other")
    client.enrol(url, a_code(world))
    other.enrol(url, a_code(world, "02"))
    client.store.write(sell, 3)
    other.store.write(sell, 4)
    for one in (client, other, client):
        assert one.sync().findings == []
    for one in (client, other):
        rows = one.store.read(lambda c: c.execute(select(tiny.balance)).mappings().all())
        assert sum(row["went_out"] for row in rows) == 7_000_000
    other.close()


def test_a_server_that_is_gone_is_told_as_network_and_nothing_is_lost(
    world: World, service: Service, client: Client
) -> None:
    with running(service) as address:
        client.enrol(address, a_code(world))
    client.store.write(sell)
    with pytest.raises(Unavailable, match="NETWORK"):
        client.sync()
    assert client.store.on_writer(lambda local: local.enrolled.device_id) == "SH01.01"


def test_a_stale_nonce_costs_one_more_request_and_no_error(
    world: World, url: str, client: Client
) -> None:
    client.enrol(url, a_code(world))
    transport = client.new_transport()
    hello = Hello(protocol=1, incarnation=1, epoch="", head_n=0, head_hash=b"", cursors=[])
    ask = Ask("/hello", hello, HelloAnswer)
    assert isinstance(transport.send(ask), HelloAnswer)
    transport._nonce = "old"
    assert isinstance(transport.send(ask), HelloAnswer)
    transport.close()


def test_another_key_is_refused(world: World, url: str, client: Client) -> None:
    client.enrol(url, a_code(world))
    forger = HttpTransport(new_client(url), "SH01.01", SigningKey.from_seed(bytes(32)))
    hello = Hello(protocol=1, incarnation=1, epoch="", head_n=0, head_hash=b"", cursors=[])
    with pytest.raises(AccessDenied, match="DEVICE_NOT_KNOWN"):
        forger.send(Ask("/hello", hello, HelloAnswer))
    forger.close()


def test_the_worker_sends_each_sale_by_itself(world: World, url: str, client: Client) -> None:
    client.enrol(url, a_code(world))
    worker = client.worker(listen=False)
    worker.start()
    try:
        client.store.write(sell)
        until(lambda: moves(world) == 1)
        client.store.write(sell)
        until(lambda: moves(world) == 2)
        assert worker.sync_now().result(10).outcome == "done"
    finally:
        worker.stop()


def test_what_another_till_sells_arrives_by_itself(
    world: World, url: str, client: Client, tmp_path: Path
) -> None:
    other = open_client(tmp_path / "other")
    client.enrol(url, a_code(world))
    other.enrol(url, a_code(world, "02"))
    client.sync()
    worker = client.worker()
    worker.start()
    try:
        other.store.write(sell)
        other.sync()
        until(lambda: len(client.store.read(lambda c: c.execute(select(tiny.move)).all())) == 1)
    finally:
        worker.stop()
        other.close()


def test_a_long_poll_is_broken_off_at_once(world: World, url: str, client: Client) -> None:
    client.enrol(url, a_code(world))
    client.sync()
    held = client.store.read(cursors)
    known = [Cursor(scope=row.scope, generation=row.generation, seq=row.seq) for row in held]
    transport = client.new_transport()
    refused: list[Unavailable] = []

    def wait() -> None:
        try:
            transport.send(Ask("/wait", Wait(cursors=known, timeout_s=30), WaitAnswer))
        except Unavailable as error:
            refused.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    until(lambda: transport._stream is not None)
    transport.interrupt()
    thread.join(5)
    assert not thread.is_alive()
    assert [error.code for error in refused] == ["NETWORK"]
    transport.close()


def test_a_worker_out_of_reach_says_so_and_stops_at_once(
    world: World, service: Service, client: Client
) -> None:
    with running(service) as address:
        client.enrol(address, a_code(world))
    worker = client.worker()
    worker.start()
    with pytest.raises(Unavailable, match="NETWORK"):
        worker.sync_now().result(10)
    worker.stop()


# A new device loads a file, when there is one.


def publish_goods(world: World, service: Service, count: int = 200) -> None:
    titles = tuple(f"goods {n}" for n in range(count))
    world.publish(tiny.Published(org_id="O1", titles=titles))
    service.make_snapshots()
    # What is published after the file was made comes as pages.
    world.publish(tiny.Published(org_id="O1", titles=("late",)))


def goods(client: Client) -> int:
    return len(client.store.read(lambda c: c.execute(select(tiny.note)).all()))


def asked_paths(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    whole = HttpTransport.send

    def send(transport: HttpTransport, ask: Ask, **more: float | None) -> Message:
        asked.append(ask.path.split("/")[1])
        return whole(transport, ask, **more)

    monkeypatch.setattr(HttpTransport, "send", send)
    return asked


def test_a_new_device_loads_a_file_and_then_the_pages_behind_it(
    world: World, service: Service, url: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_goods(world, service)
    client.enrol(url, a_code(world))
    asked = asked_paths(client, monkeypatch)
    summary = client.sync()
    assert "snapshot" in asked
    assert (goods(client), summary.findings) == (201, [])
    assert left_behind(client) == []
    assert client.sync().pulled == 0


def test_rows_of_own_documents_that_wait_are_merged_with_the_file(
    world: World, service: Service, url: str, client: Client
) -> None:
    client.enrol(url, a_code(world))
    publish_goods(world, service)
    (row,) = world.read(select(tiny.note.c.id).where(tiny.note.c.title == "goods 7"))
    typed = tiny.NoteWritten(note_id=str(row[0]), title="mine", site_id="@O1")
    client.store.write(lambda session: session.append(typed))
    summary = client.sync()
    assert summary.findings == []
    assert goods(client) >= 201
    titles = client.store.read(lambda c: c.execute(select(tiny.note.c.title)).scalars().all())
    assert "mine" in titles
    assert "goods 7" not in titles


def test_a_file_that_was_spoiled_is_not_believed_and_pages_bring_the_rows(
    world: World, service: Service, url: str, client: Client
) -> None:
    publish_goods(world, service)
    (path,) = [path for path in service.snapshots.folder.iterdir() if path.is_file()]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    client.enrol(url, a_code(world))
    assert client.sync().findings == []
    assert goods(client) == 201


def left_behind(client: Client) -> list[str]:
    """What lies in the folder that files of rows come into."""
    return [path.name for path in (client.home / "snapshots").iterdir()]


def test_a_file_that_finds_no_room_goes_and_pages_bring_the_rows(
    world: World, service: Service, url: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_goods(world, service)
    client.enrol(url, a_code(world))
    room = _SPARE_BYTES + service_size(service)
    about = shutil.disk_usage(client.home)._replace(free=room)
    monkeypatch.setattr("desktop.sync.snapshot_file.shutil.disk_usage", lambda _folder: about)
    asked = asked_paths(client, monkeypatch)
    assert client.sync().findings == []
    assert "snapshot" in asked, "there was room for what travels, and none to unpack it"
    assert goods(client) == 201
    assert left_behind(client) == []


def service_size(service: Service) -> int:
    (path,) = [path for path in service.snapshots.folder.iterdir() if path.is_file()]
    return path.stat().st_size


def test_a_cut_download_goes_on_where_it_was(
    world: World, service: Service, url: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_goods(world, service, 2_000)
    client.enrol(url, a_code(world))
    whole = SnapshotFile.add
    starts: list[int] = []

    def cut(file: SnapshotFile, pieces: Iterable[bytes], start: int) -> None:
        starts.append(start)
        data = b"".join(pieces)
        if len(starts) < 4:
            whole(file, [data[: len(data) // 3]], start)
            raise httpx.ReadError("cut")
        whole(file, [data], start)

    monkeypatch.setattr(SnapshotFile, "add", cut)
    for _ in range(3):
        with pytest.raises(Unavailable, match="NETWORK"):
            client.sync()
    client.sync()
    assert goods(client) == 2_001
    assert starts == sorted(set(starts))
    assert len(starts) == 4
