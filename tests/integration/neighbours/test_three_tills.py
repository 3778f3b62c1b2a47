"""Three tills on one network, with real stores and real sockets: stock within 2 s, one basket once
(Q06, I06)."""

import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection

from desktop.app.system import SystemClock, SystemRandomness
from desktop.store.drafts import draft_of, drafts_under, put_draft, remove_draft
from desktop.store.identity import Identity
from desktop.store.session import Session
from desktop.store.settings import put_setting
from desktop.store.tables import neighbour_basket
from desktop.store.writer import Store, StorePaths
from desktop.sync.conversation import Ask
from desktop.sync.neighbours import listener
from desktop.sync.neighbours.baskets import HELD
from desktop.sync.neighbours.door import Letter, SealedLine
from desktop.sync.neighbours.listener import Caller, find_host
from desktop.sync.neighbours.worker import HostWorker, MemberWorker, lan_worker
from desktop.sync.transport import HttpTransport, new_client
from desktop.sync.worker import FAULT
from shared.channel.tables import device
from shared.core.errors import AccessDenied, RuleViolation, Unavailable
from shared.core.ids import uuid7
from shared.journal.chain import SigningKey
from shared.stock.queries import on_hand_micro
from shared.sync.holding import gain_scopes
from shared.sync.limits import BODY_BYTES_MAX
from shared.sync.messages import pack
from shared.sync.neighbours import (
    ADDRESS,
    EXCHANGE,
    MEMBER,
    MODE,
    WATCH,
    WHO,
    Exchange,
    Exchanged,
    Mark,
    Sealed,
    Watch,
    Who,
    WhoAnswer,
)
from shared.sync.statements import upsert
from tests.simulation import selling
from tests.simulation.device import LAYOUT, key_of

SITE = "SH01"
NAMES = ("SH01.01", "SH01.02", "SH01.03")
STRANGER = "SH02.01"
PLACE = "site/SH01/-/sellable"
CLOCK, RANDOMNESS = SystemClock(), SystemRandomness()
WAIT_S = 2.0


class Till:
    """A till of the store: its files, and what runs over them."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder / name, name
        self.folder.mkdir()
        self.worker: HostWorker | MemberWorker | None = None
        self.open()
        identity = Identity(
            device_id=name,
            device_type="till",
            site_id=SITE,
            tag=name[-2:],
            incarnation=1,
            epoch="E1",
            public_key=key_of(name).public,
            hq_public_key=bytes(32),
        )
        self.store.on_writer(lambda local: local.enrol(identity, key_of(name)))
        self.store.on_writer(lambda local: local.change_scopes(_neighbours))

    def open(self) -> None:
        self.store = Store(
            StorePaths.under(self.folder),
            LAYOUT,
            clock=CLOCK,
            randomness=RANDOMNESS,
            key=key_of(self.name),
            ballast_bytes=4096,
        )
        self.store.author_id = "wang"

    @property
    def identity(self) -> Identity:
        return self.store.on_writer(lambda local: local.enrolled)

    def host(self) -> int:
        self.worker = HostWorker(
            self.store,
            self.identity,
            key_of(self.name),
            clock=CLOCK,
            randomness=RANDOMNESS,
            port=0,
            address="127.0.0.1",
        )
        self.worker.start()
        return self.worker.port

    def join(self, port: int) -> MemberWorker:
        worker = MemberWorker(
            self.store,
            self.identity,
            key_of(self.name),
            randomness=RANDOMNESS,
            address=f"127.0.0.1:{port}",
        )
        self.worker = worker
        worker.start()
        return worker

    def sell(self) -> None:
        uid = uuid7(CLOCK.now_us(), RANDOMNESS)
        self.store.write(partial(selling.sell, chance=random.Random(7), uid=uid))

    def stock(self) -> list[int]:
        products = (f"P{n}" for n in range(1, 7))
        return self.store.read(lambda one: [on_hand_micro(one, PLACE, p) for p in products])

    def held(self) -> list[str]:
        return [one.key for one in self.store.read(lambda one: drafts_under(one, HELD))]

    def shelf(self) -> int:
        return self.store.read(
            lambda one: len(one.execute(neighbour_basket.select()).all()),
        )

    def close(self) -> None:
        if self.worker is not None:
            self.worker.stop()
            self.worker = None
        self.store.close()


def _neighbours(connection: Connection) -> None:
    gain_scopes(connection, LAYOUT.schema, {f"site:{SITE}": 1})
    rows = [
        {
            "id": name,
            "device_type": "till",
            "site_id": name[:4],
            "tag": name[-2:],
            "public_key": key_of(name).public.hex(),
            "enrolled_at_us": 1,
            "revoked_at_us": 0,
            "_digest": 1,
            "_slot": 0,
            "_extra": b"",
        }
        for name in (*NAMES, STRANGER)
    ]
    upsert(connection, device, ("id",), rows)


def until(holds: Callable[[], bool], wait_s: float = WAIT_S) -> float:
    """How long it took; fails when it does not come about in time."""
    began_s = time.monotonic()
    while not holds():
        assert time.monotonic() - began_s < wait_s, "not within the time promised"
        time.sleep(0.005)
    return time.monotonic() - began_s


@pytest.fixture
def tills(tmp_path: Path) -> Iterator[list[Till]]:
    with ExitStack() as stack:
        made = []
        for name in NAMES:
            till = Till(tmp_path, name)
            stack.callback(till.close)
            made.append(till)
        yield made


def _is_reached(worker: MemberWorker) -> bool:
    return worker.standing().is_reached


def _joined(tills: list[Till]) -> int:
    port = tills[2].host()
    for one in tills[:2]:
        worker = one.join(port)
        until(partial(_is_reached, worker), 5.0)
    return port


def test_what_one_till_sells_the_others_lack_within_two_seconds(tills: list[Till]) -> None:
    _joined(tills)
    for seller in tills:
        seller.sell()
        until(lambda: tills[0].stock() == tills[1].stock() == tills[2].stock())
    assert any(tills[0].stock())
    standing = tills[0].worker.standing() if tills[0].worker else None
    assert standing is not None
    assert standing.devices == 3


def test_a_basket_held_at_a_till_that_died_goes_on_at_another(tills: list[Till]) -> None:
    first, second, _host = tills
    port = _joined(tills)

    def keep(session: Session) -> None:
        put_draft(session, HELD + "b1", b"three scarves")

    first.store.write(keep)
    until(lambda: second.shelf() == 1)
    assert first.worker is not None
    first.worker.stop()
    first.worker = None

    assert second.worker is not None
    assert second.worker.claim("b1") == b"three scarves"

    first.join(port)
    until(lambda: first.held() == [])
    assert first.store.read(lambda one: draft_of(one, HELD + "b1")) is None


def test_without_the_host_a_till_goes_on_with_its_own_basket_only(tills: list[Till]) -> None:
    first, second, host = tills
    _joined(tills)
    first.store.write(lambda session: put_draft(session, HELD + "b1", b"a hat"))
    second.store.write(lambda session: put_draft(session, HELD + "b2", b"a tie"))
    until(lambda: first.shelf() == 1)
    assert host.worker is not None
    host.worker.stop()
    host.worker = None
    assert first.worker is not None
    assert first.worker.claim("b1") == b""
    with pytest.raises(Unavailable, match="HOST_AWAY"):
        first.worker.claim("b2")


@pytest.mark.parametrize("address", ["192.168.1.300", "192.168.01.5", "192.168..5"])
def test_an_address_that_is_none_is_a_host_that_is_away(
    tills: list[Till], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[object] = []
    monkeypatch.setattr(threading, "excepthook", faults.append)
    first = tills[0]
    worker = MemberWorker(
        first.store,
        first.identity,
        key_of(first.name),
        randomness=RANDOMNESS,
        address=address,
    )
    first.worker = worker
    worker.start()
    until(lambda: worker.standing().code != "", 10.0)
    assert worker.standing().code in {"HOST_AWAY", "NETWORK"}
    assert faults == []
    assert all(thread.is_alive() for thread in worker._threads)


def test_a_stranger_who_answers_without_end_fills_no_memory() -> None:
    sent = 0
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            nonlocal sent
            line, _ = server.accept()
            with line:
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                part = b"x" * 1_000_000
                try:
                    for _ in range(300):
                        line.sendall(b"%x\r\n" % len(part) + part + b"\r\n")
                        sent += len(part)
                except OSError:
                    return

        thread = threading.Thread(target=answer)
        thread.start()
        client = new_client(f"http://127.0.0.1:{server.getsockname()[1]}")
        line = HttpTransport(client, NAMES[0], key_of(NAMES[0]), patience_s=0)
        with pytest.raises(Unavailable, match="ANSWER_WRONG"):
            line.send(Ask(WHO, Who(), WhoAnswer), answer_s=10.0)
        line.close()
        thread.join()
    assert sent < 4 * BODY_BYTES_MAX


def test_a_basket_its_holder_resumes_is_nobody_elses(tills: list[Till]) -> None:
    first, second, _host = tills
    _joined(tills)
    first.store.write(lambda session: put_draft(session, HELD + "b1", b"a hat"))
    until(lambda: second.shelf() == 1)
    assert first.worker is not None
    assert second.worker is not None
    assert first.worker.claim("b1") == b""
    first.store.write(lambda session: remove_draft(session, HELD + "b1"))
    until(lambda: second.shelf() == 0)
    with pytest.raises(RuleViolation, match="BASKET_GONE"):
        second.worker.claim("b1")


def test_only_devices_of_the_store_are_heard_and_nothing_is_heard_twice(tills: list[Till]) -> None:
    port = tills[2].host()
    host_key = key_of(NAMES[2]).public
    ask = Ask(EXCHANGE, Exchange(mark=Mark(), documents=[], held=[]), Exchanged)

    def asked(name: str, key: SigningKey, sealed_to: bytes) -> object:
        with new_client(f"http://127.0.0.1:{port}") as http:
            line = HttpTransport(http, name, key, patience_s=0)
            return SealedLine(line.send, sealed_to, RANDOMNESS).send(ask)

    assert isinstance(asked(NAMES[0], key_of(NAMES[0]), host_key), Exchanged)
    for name, key, sealed_to, code in (
        (STRANGER, key_of(STRANGER), host_key, "DEVICE_UNKNOWN"),
        ("nobody", key_of("nobody"), host_key, "DEVICE_UNKNOWN"),
        (NAMES[0], key_of(STRANGER), host_key, "SIGNATURE_BAD"),
        (NAMES[0], key_of(NAMES[0]), key_of(STRANGER).public, "HOST_FOREIGN"),
    ):
        with pytest.raises(AccessDenied, match=code):
            asked(name, key, sealed_to)


def test_a_recorded_request_is_not_taken_again_and_cannot_be_read(tills: list[Till]) -> None:
    port = tills[2].host()
    seen: list[httpx.Request] = []
    key = key_of(NAMES[0])
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        http.event_hooks = {"request": [seen.append]}
        line = HttpTransport(http, NAMES[0], key, patience_s=0)
        exchange = Exchange(mark=Mark(uid="a secret word"), documents=[], held=[])
        SealedLine(line.send, key_of(NAMES[2]).public, RANDOMNESS).send(
            Ask(EXCHANGE, exchange, Exchanged)
        )
        last = seen[-1]
        assert b"a secret word" in pack(exchange)
        assert b"a secret word" not in last.content
        again = http.post(EXCHANGE, content=last.content, headers=dict(last.headers))
    assert again.status_code == 403
    assert b"NONCE" in again.content


def test_who_only_says_that_he_is_the_host_is_not_believed() -> None:
    letter = Letter(Mark(), key_of(NAMES[2]).public, RANDOMNESS.bytes(32))
    with pytest.raises(AccessDenied, match="HOST_FOREIGN"):
        letter.opened(Sealed(body=bytes(64)), Mark)


def test_nonsense_and_much_of_it_ends_no_host(tills: list[Till]) -> None:
    port = tills[2].host()
    junk = (
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /exchange HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n",
        b"POST /exchange HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"POST /exchange HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc",
        b"\x00\xff" * 4000,
    )
    lines = []
    for data in junk * 8:
        line = socket.create_connection(("127.0.0.1", port), timeout=5)
        line.sendall(data)
        lines.append(line)
    for line in lines:
        line.close()
    worker = tills[0].join(port)
    until(lambda: worker.standing().is_reached, 5.0)


def test_a_till_whose_database_was_rebuilt_takes_what_its_neighbours_sold_again(
    tills: list[Till],
) -> None:
    port = _joined(tills)
    first, second, host = tills
    for one in (second, host):
        one.sell()
    until(lambda: first.stock() == host.stock(), 5.0)
    sold = first.stock()
    assert any(sold)
    first.close()
    database = StorePaths.under(first.folder).database
    words = b"CREATE TABLE journal"
    database.write_bytes(database.read_bytes().replace(words, b"CREATE TABLE joUrnal"))

    first.open()
    assert first.store.moved_aside is not None
    first.store.on_writer(lambda local: local.change_scopes(_neighbours))
    assert not any(first.stock())
    first.join(port)
    until(lambda: first.stock() == sold, 5.0)


def test_who_sends_a_byte_now_and_then_keeps_no_place_from_others(
    tills: list[Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_IDLE_S", 1)
    port = tills[2].host()
    begun = b"POST /exchange HTTP/1.1\r\ncontent-length: 5000\r\n\r\n"
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(listener.CONNECTIONS_OF_ONE_MAX)
        ]
        for line in lines:
            line.sendall(begun)
        began_s = time.monotonic()
        for _ in range(30):
            time.sleep(0.1)
            with suppress(OSError):
                for line in lines:
                    line.sendall(b"x")
        worker = tills[0].join(port)
        until(lambda: worker.standing().is_reached, 5.0)
        assert time.monotonic() - began_s < 9.0
        # One that answers and asks in time is not cut.
        time.sleep(2.5)
        assert worker.standing().code == ""


def test_a_fault_of_the_host_is_told_there_and_who_asked_comes_again(
    tills: list[Till], monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[object] = []
    monkeypatch.setattr(threading, "excepthook", faults.append)
    first, _second, last = tills
    port = last.host()
    assert isinstance(last.worker, HostWorker)

    def broken(*_: object) -> object:
        raise KeyError("of ours")

    host = last.worker.serving.host
    monkeypatch.setattr(host, "answer", broken)
    worker = first.join(port)
    until(lambda: worker.standing().code == FAULT, 5.0)
    assert last.worker.standing().code == FAULT
    assert len(faults) == 1, "told once, however often it is asked"
    monkeypatch.undo()
    until(lambda: worker.standing().is_reached, 20.0)
    assert last.worker.standing().code == ""


def test_a_till_that_stops_while_its_host_goes_away_waits_for_nobody(tills: list[Till]) -> None:
    port = tills[2].host()
    worker = tills[0].join(port)
    until(lambda: worker.standing().is_reached, 5.0)
    worker._stopped.set()
    # Its last request failed: who listens must not wait for the host to come back.
    worker._away(Unavailable("NETWORK"))
    assert worker._reached.is_set()
    began_s = time.monotonic()
    with pytest.raises(Unavailable):
        worker._sealed(worker._line(answer_s=30.0)).send(
            Ask(WATCH, Watch(mark=Mark(), shelf=""), Sealed)
        )
    assert time.monotonic() - began_s < 2.0


def test_the_settings_say_what_a_device_is(tills: list[Till]) -> None:
    till = tills[0]
    key = key_of(till.name)

    def worker() -> HostWorker | MemberWorker | None:
        return lan_worker(till.store, key, clock=CLOCK, randomness=RANDOMNESS)

    assert worker() is None
    till.store.write(lambda session: put_setting(session.connection, MODE, MEMBER))
    till.store.write(lambda session: put_setting(session.connection, ADDRESS, "no host!"))
    member = worker()
    assert isinstance(member, MemberWorker)
    member.start()
    until(lambda: member.standing().code == "HOST_AWAY")
    member.stop()


def test_the_host_is_found_by_a_call_of_its_own_store_only() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    caller = Caller(SITE, NAMES[2], port)
    caller.start()
    try:
        assert find_host(SITE, port, to="127.0.0.1") == f"127.0.0.1:{port}"
        assert find_host("SH02", port, to="127.0.0.1", wait_s=0.1) == ""
    finally:
        caller.stop()
