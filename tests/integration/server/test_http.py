"""The wire: signed requests over real HTTP, and what it answers to what it should not get."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import zstandard
from sqlalchemy import func, select

from shared.channel.documents import DeviceRevoked
from shared.journal.chain import SigningKey, VerifyKey
from shared.sync.messages import (
    Cursor,
    Enrol,
    EnrolAnswer,
    Hello,
    HelloAnswer,
    Page,
    Pull,
    PushAnswer,
    Wait,
    WaitAnswer,
    pack,
    unpack,
)
from shared.sync.requests import enrolment_message
from sync_server.enrolment.codes import make_code
from sync_server.http.service import Service
from tests.integration.server.test_pull import a_hello, apply, digest_of
from tests.integration.server.tiny import Published, Sold, move
from tests.integration.server.wire import Refused, Wire, refusal_of, running, service_of
from tests.integration.server.world import CountingRandomness, Till, World


@dataclass
class Net:
    world: World
    service: Service
    url: str

    def wire(self, till: Till) -> Wire:
        return Wire(self.url, till.device_id, till.key)


@pytest.fixture
def net(world: World, tmp_path: Path) -> Iterator[Net]:
    service = service_of(world, tmp_path)
    with running(service) as url:
        yield Net(world, service, url)


def _moves(world: World) -> object:
    return world.read(select(func.count()).select_from(move))[0][0]


def _hello(cursors: list[Cursor]) -> Hello:
    return Hello(protocol=1, incarnation=1, epoch="", head_n=0, head_hash=b"", cursors=cursors)


def test_a_new_device_enrols_pushes_and_pulls(net: Net) -> None:
    with net.world.database.write() as connection:
        code = make_code(
            connection,
            CountingRandomness(),
            device_type="till",
            site_id="SH01",
            tag="07",
            now_us=net.world.now_us,
        )
    key = SigningKey.from_seed(b"k" * 32)
    typed = code.lower().replace("-", " ")
    enrol = Enrol(
        code=typed, public_key=key.public, signature=key.sign_request(enrolment_message(code))
    )
    answer = unpack(httpx.post(f"{net.url}/enrol", content=pack(enrol)).content, EnrolAnswer)
    till = Till(net.world, answer.device_id, answer.site_id, key)
    wire = Wire(net.url, answer.device_id, key, nonce=answer.nonce)

    greeted = wire.ask("/hello", a_hello(till, []), HelloAnswer)
    till.add(Sold(product="P", qty_micro=3))
    pushed = wire.ask("/push", till.batch(), PushAnswer)
    page = wire.ask("/pull", Pull(scope="site:SH01", generation=1, after=0, limit=0), Page)
    rows: dict[tuple[str, str], dict[str, object]] = {}
    apply(rows, page)  # type: ignore[arg-type]

    assert (answer.device_id, answer.tag, answer.incarnation) == ("SH01.07", "07", 1)
    assert greeted.high_water == 0
    assert VerifyKey(answer.hq_public_key).head_good(pushed.high_hash, pushed.head_signature)
    assert page.posted_n == 1
    assert digest_of(rows) == (page.count, page.digest)  # type: ignore[arg-type]
    assert [r.status_code for r in wire.sent] == [200, 200, 200], "no nonce was ever stale"


def test_nothing_new_is_one_small_request(net: Net) -> None:
    till = net.world.enrol()
    wire = net.wire(till)
    first = wire.ask("/hello", a_hello(till, []), HelloAnswer)
    cursors = [Cursor(scope=h.scope, generation=1, seq=h.head) for h in first.manifest]
    before = len(wire.sent)

    wire.ask("/hello", _hello(cursors), HelloAnswer)

    (response,) = wire.sent[before:]
    request = response.request
    size = len(request.content) + len(response.content) + 2 * len(b"POST /hello HTTP/1.1\r\n\r\n")
    for headers in (request.headers, response.headers):
        size += sum(len(name) + len(value) + 4 for name, value in headers.raw)
    assert size <= 800, size


def test_a_request_recorded_on_the_way_is_worth_nothing(net: Net) -> None:
    till = net.world.enrol()
    wire = net.wire(till)
    wire.ask("/hello", _hello([]), HelloAnswer)
    till.add(Sold(product="P", qty_micro=1))
    recorded = wire.send("POST", "/push", pack(till.batch())).request

    with httpx.Client() as client:
        replayed = client.send(recorded)

    assert refusal_of(replayed) == (401, "NONCE")
    assert _moves(net.world) == 1


@pytest.mark.parametrize("what", ["method", "path", "body", "device", "signature", "nonce"])
def test_a_request_changed_on_the_way_is_refused(net: Net, what: str) -> None:
    till, other = net.world.enrol(), net.world.enrol(tag="02")
    wire = net.wire(till)
    wire.ask("/hello", _hello([]), HelloAnswer)
    till.add(Sold(product="P", qty_micro=1))
    body = pack(till.batch())
    signed_method = "PUT" if what == "method" else "POST"
    headers = wire.headers(signed_method, "/pull" if what == "path" else "/push", body)
    if what == "device":
        headers["q-device"] = other.device_id
    if what == "signature":
        headers["q-signature"] = "A" * 86
    if what == "nonce":
        headers["q-nonce"] = headers["q-nonce"][::-1]

    response = httpx.post(
        f"{net.url}/push", content=body + b" " if what == "body" else body, headers=headers
    )

    assert refusal_of(response)[0] == 401
    assert _moves(net.world) == 0


def test_an_unknown_device_looks_like_a_bad_signature(net: Net) -> None:
    till = net.world.enrol()
    stranger = Wire(net.url, "SH09.01", till.key)
    forger = Wire(net.url, till.device_id, SigningKey.from_seed(b"f" * 32))
    answers = []
    for wire in (stranger, forger):
        with pytest.raises(Refused) as refused:
            wire.ask("/hello", _hello([]), HelloAnswer)
        answers.append((refused.value.status, refused.value.answer))
    assert answers[0] == answers[1]
    assert (answers[0][0], answers[0][1].code) == (401, "BAD_SIGNATURE")


def test_a_revoked_device_is_refused_at_its_next_request(net: Net) -> None:
    till = net.world.enrol()
    wire = net.wire(till)
    wire.ask("/hello", _hello([]), HelloAnswer)
    net.world.publish(DeviceRevoked(device_id=till.device_id, site_id=till.site_id))

    with pytest.raises(Refused) as refused:
        wire.ask("/hello", _hello([]), HelloAnswer)

    assert (refused.value.status, refused.value.answer.code) == (403, "DEVICE_REVOKED")


def test_a_nonce_expires(net: Net) -> None:
    till = net.world.enrol()
    wire = net.wire(till)
    wire.ask("/hello", _hello([]), HelloAnswer)
    net.world.clock.at_us += 601_000_000

    stale = wire.send("POST", "/hello", pack(_hello([])))
    again = wire.send("POST", "/hello", pack(_hello([])))

    assert refusal_of(stale) == (401, "NONCE")
    assert again.status_code == 200


def test_a_code_enrols_one_device_only(net: Net) -> None:
    with net.world.database.write() as connection:
        code = make_code(
            connection,
            CountingRandomness(),
            device_type="till",
            site_id="SH01",
            tag="07",
            now_us=net.world.now_us,
        )
    answers = []
    for seed in (b"a", b"a", b"b"):
        key = SigningKey.from_seed(seed * 32)
        proof = key.sign_request(enrolment_message(code))
        message = Enrol(code=code, public_key=key.public, signature=proof)
        answers.append(httpx.post(f"{net.url}/enrol", content=pack(message)))
    assert [a.status_code for a in answers] == [200, 200, 403], "lost answers may be asked again"
    assert refusal_of(answers[2]) == (403, "BAD_ENROLMENT")


@pytest.mark.parametrize("fault", ["expired", "guessed", "unproved"])
def test_a_bad_code_does_not_say_what_was_wrong(net: Net, fault: str) -> None:
    with net.world.database.write() as connection:
        code = make_code(
            connection,
            CountingRandomness(),
            device_type="till",
            site_id="SH01",
            tag="07",
            now_us=net.world.now_us,
        )
    if fault == "expired":
        net.world.clock.at_us += 7 * 24 * 3600 * 1_000_000
    key = SigningKey.from_seed(b"a" * 32)
    asked = "0000-0000-0000-0000" if fault == "guessed" else code
    proof = key.sign_request(enrolment_message("other" if fault == "unproved" else asked))
    message = Enrol(code=asked, public_key=key.public, signature=proof)

    response = httpx.post(f"{net.url}/enrol", content=pack(message))

    assert refusal_of(response) == (403, "BAD_ENROLMENT")
    assert net.world.enrol(tag="07").device_id == "SH01.07"


def test_a_bomb_of_a_body_is_refused_before_it_unfolds(net: Net) -> None:
    bomb = zstandard.ZstdCompressor(level=3).compress(bytes(200 * 1024 * 1024))
    assert len(bomb) < 64 * 1024

    wire = net.wire(net.world.enrol())
    wire.ask("/hello", _hello([]), HelloAnswer)
    declared = wire.send("POST", "/push", b"\x01" + bomb)
    streamed = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(bytes(1 << 20))
    undeclared = wire.send("POST", "/push", b"\x01" + streamed)

    assert refusal_of(declared) == (413, "MESSAGE_TOO_LARGE")
    assert refusal_of(undeclared) == (413, "MESSAGE_TOO_LARGE")


def test_a_body_that_is_larger_than_allowed_is_cut_off_while_it_streams(net: Net) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(64):
            yield bytes(64 * 1024)

    declared = httpx.post(f"{net.url}/hello", content=bytes(2 << 20))
    try:
        streamed = httpx.post(f"{net.url}/hello", content=endless())
    except (httpx.WriteError, httpx.RemoteProtocolError):
        streamed = None
    assert refusal_of(declared) == (413, "BODY_TOO_LARGE")
    assert streamed is None or refusal_of(streamed) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("body", [b"", b"\x00", b"\x01\xff", b"\x00\x91", b"\x07junk", b"\x00\xc0"])
def test_a_body_that_is_no_message_is_refused_with_a_code(net: Net, body: bytes) -> None:
    wire = net.wire(net.world.enrol())
    wire.ask("/hello", _hello([]), HelloAnswer)
    assert refusal_of(wire.send("POST", "/push", body)) == (400, "MESSAGE_UNREADABLE")


def test_a_truncated_push_stores_nothing(net: Net) -> None:
    till = net.world.enrol()
    for _ in range(20):
        till.add(Sold(product="P", qty_micro=1))
    wire = net.wire(till)
    wire.ask("/hello", _hello([]), HelloAnswer)
    whole = pack(till.batch())

    assert refusal_of(wire.send("POST", "/push", whole[:-7]))[1] == "MESSAGE_UNREADABLE"
    assert _moves(net.world) == 0
    assert wire.ask("/push", till.batch(), PushAnswer).high_water == 20


def test_a_request_cut_off_in_its_body_harms_nobody(net: Net) -> None:
    host, port = net.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(b"POST /push HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    wire = net.wire(net.world.enrol())
    assert wire.ask("/hello", _hello([]), HelloAnswer).high_water == 0


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [("POST", "/nowhere", (404, "PATH_UNKNOWN")), ("GET", "/push", (405, "METHOD_UNKNOWN"))],
)
def test_what_does_not_exist_is_said_with_a_code(
    net: Net, method: str, path: str, expected: tuple[int, str]
) -> None:
    assert refusal_of(httpx.request(method, net.url + path)) == expected


def test_a_fault_of_ours_shows_no_trace_of_the_inside(
    net: Net, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("sync_server.http.service.hello.answer", fail)
    wire = net.wire(net.world.enrol())
    with pytest.raises(Refused) as refused:
        wire.ask("/hello", _hello([]), HelloAnswer)
    assert (refused.value.status, refused.value.answer.code) == (500, "INTERNAL")
    assert b"secret" not in wire.sent[-1].content
    assert "secret detail" in caplog.text


def test_a_waiting_device_hears_of_a_commit_at_once(net: Net) -> None:
    till, neighbour = net.world.enrol(), net.world.enrol(tag="02")
    wire, sender = net.wire(neighbour), net.wire(till)
    greeted = wire.ask("/hello", _hello([]), HelloAnswer)
    cursors = [Cursor(scope=h.scope, generation=1, seq=h.head) for h in greeted.manifest]
    heard: list[list[str]] = []

    def wait() -> None:
        message = Wait(cursors=cursors, timeout_s=15)
        heard.append(wire.ask("/wait", message, WaitAnswer).moved)

    waiting = threading.Thread(target=wait)
    waiting.start()
    till.add(Sold(product="P", qty_micro=1))
    sender.ask("/push", till.batch(), PushAnswer)
    waiting.join(10)

    assert heard == [["site:SH01"]]


def test_a_wait_for_nothing_ends_at_its_time(net: Net) -> None:
    wire = net.wire(net.world.enrol())
    greeted = wire.ask("/hello", _hello([]), HelloAnswer)
    cursors = [Cursor(scope=h.scope, generation=1, seq=h.head) for h in greeted.manifest]
    foreign = Cursor(scope="hq", generation=1, seq=0)

    assert wire.ask("/wait", Wait(cursors=[*cursors, foreign], timeout_s=0), WaitAnswer).moved == []


def test_a_file_of_a_shared_scope_is_made_and_resumes_where_it_was_cut(net: Net) -> None:
    till = net.world.enrol()
    net.world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(200))))
    net.service.make_snapshots()
    wire = net.wire(till)

    greeted = wire.ask("/hello", _hello([]), HelloAnswer)
    head = next(h for h in greeted.manifest if h.scope == "org:O1")
    path = f"/snapshot/{head.snapshot}"
    whole = wire.send("GET", path, b"")
    rest = wire.send("GET", path, b"", range=f"bytes={head.snapshot_bytes - 10}-")
    foreign = wire.send("GET", "/snapshot/" + "0" * 64, b"")

    assert len(whole.content) == head.snapshot_bytes
    assert (rest.status_code, rest.content) == (206, whole.content[-10:])
    assert refusal_of(foreign) == (403, "SCOPE_UNKNOWN")


def test_health_needs_no_key_and_says_nothing_else(net: Net) -> None:
    assert httpx.get(f"{net.url}/health").json() == {"status": "ok"}
