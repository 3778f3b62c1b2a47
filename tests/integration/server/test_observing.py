"""What an operator sees: a line per request, figures to scrape, and nothing that is secret."""

import io
import json
import logging
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from sqlalchemy.exc import IntegrityError

from shared.core.errors import Unavailable
from shared.sync.messages import ErrorAnswer, Hello, HelloAnswer, PushAnswer, unpack
from shared.sync.requests import REQUEST_HEADER
from sync_server.http.app import App
from sync_server.http.logs import JsonLines
from sync_server.http.metrics import Metrics, as_text
from sync_server.http.protocol import ImpatientProtocol
from sync_server.http.scraping import scraped
from sync_server.http.service import Service
from sync_server.store.migrations import STEPS, tell
from sync_server.sync.contacts import Contact
from tests.integration.server.tiny import NoteWritten, Sold
from tests.integration.server.wire import Wire, running, service_of
from tests.integration.server.world import NOON_US, World, make_world

SECRET = "bought for Mrs Zhou 13800001111"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(f"sqlite:///{tmp_path / 'hq.db'}")
    yield made
    made.database.close()


@pytest.fixture
def service(world: World, tmp_path: Path) -> Service:
    return service_of(world, tmp_path)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything the server logs, as it would be written."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("qutong")
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield said
    log.removeHandler(handler)
    log.setLevel(before)


def _hello() -> Hello:
    return Hello(protocol=1, incarnation=1, epoch="", head_n=0, head_hash=b"", cursors=[])


def _requests(said: io.StringIO) -> list[dict[str, object]]:
    found = [json.loads(line) for line in said.getvalue().splitlines()]
    return [one for one in found if one["log"] == "qutong.requests"]


def test_each_request_leaves_one_line_and_none_of_its_contents(
    world: World, service: Service, lines: io.StringIO
) -> None:
    till = world.enrol()
    till.add(Sold(product="P", qty_micro=1))
    till.add(NoteWritten(note_id="n", title=SECRET))
    with running(service) as url:
        wire = Wire(url, till.device_id, till.key)
        wire.ask("/hello", _hello(), HelloAnswer)
        wire.ask("/push", till.batch(), PushAnswer)
        wire.send("POST", "/" + "x" * 300, b"", **{REQUEST_HEADER: "mine-0001"})
        wire.send("POST", "/hello", b"", **{REQUEST_HEADER: "no, thanks"})

    first, hello, push, unknown, refused = _requests(lines)
    assert (first["status"], first["outcome"]) == (401, "NONCE")
    assert (hello["route"], hello["outcome"], hello["device"]) == ("/hello", "ok", "SH01.01")
    assert push["route"] == "/push"
    assert int(str(push["bytes_in"])) > 200
    assert (unknown["route"], unknown["request"]) == ("unknown", "mine-0001")
    assert unknown["outcome"] == "PATH_UNKNOWN"
    assert re.fullmatch("[0-9a-f]{32}", str(refused["request"]))
    assert [one.headers[REQUEST_HEADER] for one in wire.sent] == [
        one["request"] for one in (first, hello, push, unknown, refused)
    ]
    said = lines.getvalue()
    assert SECRET not in said
    assert wire.nonce not in said
    assert all(one.request.headers["q-signature"] not in said for one in wire.sent)


def test_a_server_whose_database_a_later_program_brought_forward_is_not_ready(
    world: World, service: Service
) -> None:
    with running(service) as url:
        assert httpx.get(f"{url}/ready").status_code == 200
        with world.database.write() as connection:
            tell(connection, "schema_version", str(len(STEPS) + 1))
        answer = httpx.get(f"{url}/ready")
        assert (answer.status_code, unpack(answer.content, ErrorAnswer).code) == (503, "NOT_READY")
        assert httpx.get(f"{url}/health").status_code == 200


def test_a_stranger_writes_nothing_of_his_own_into_the_log(
    service: Service, lines: io.StringIO
) -> None:
    with running(service) as url:
        at = urlsplit(url)
        assert at.hostname
        with closing(socket.create_connection((at.hostname, at.port or 80))) as connection:
            said = "Zhou13800001111" * 2000
            connection.sendall(f"{said} /{said} HTTP/1.1\r\nhost: {said[:99]}\r\n\r\n".encode())
            assert connection.recv(100)
    (line,) = _requests(lines)
    assert (line["method"], line["route"]) == ("", "unknown")
    assert "Zhou" not in lines.getvalue()


def test_an_error_is_told_by_kind_and_place_and_not_by_its_text() -> None:
    handler = JsonLines()
    try:
        raise IntegrityError("INSERT", {}, ValueError(SECRET)) from ValueError(SECRET)
    except IntegrityError:
        record = logging.LogRecord("q", 40, "", 0, "the database failed", None, None)
        record.exc_info = sys.exc_info()
    line = handler.format(record)
    assert SECRET not in line
    assert json.loads(line)["error"] == ["IntegrityError", "ValueError"]
    assert json.loads(line)["where"][0].startswith("server/test_observing.py:")


def test_metrics_say_what_was_asked_taken_and_kept(world: World, service: Service) -> None:
    till = world.enrol()
    till.add(Sold(product="P", qty_micro=1))
    till.add_bytes(b"no document")
    service.contacts.note(
        Contact(device_id="SH01.01", site_id="SH01", seen_at_us=NOON_US, unsent=0, program="1")
    )
    service.write_contacts()
    with world.database.write() as connection:
        tell(connection, "backup_verified_at_us", str(NOON_US))
        tell(connection, "backup_verified_made_at_us", str(NOON_US - 90_000_000))
    app = App(service)
    with running(service) as url:
        wire = Wire(url, till.device_id, till.key)
        wire.ask("/push", till.batch(), PushAnswer)
    text = app.metrics()

    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert samples['qutong_documents_total{outcome="stored"}'] == "1"
    assert samples['qutong_documents_total{outcome="kept"}'] == "1"
    assert samples['qutong_requests_total{route="/push",outcome="ok"}'] == "1"
    assert samples['qutong_requests_total{route="/push",outcome="NONCE"}'] == "1"
    assert samples['qutong_request_seconds_count{route="/push"}'] == "2"
    assert samples['qutong_request_seconds_bucket{route="/push",le="+Inf"}'] == "2"
    assert samples['qutong_queue_length{gate="pushes"}'] == "0"
    assert samples["qutong_backup_age_seconds"] == "90"
    assert int(samples["qutong_database_bytes"]) > 0
    assert int(samples["qutong_wal_bytes"]) > 0
    assert int(samples['qutong_scope_heads{scope="sites and accounts"}']) >= 1
    # Every line is one Prometheus reads.
    assert all(re.fullmatch(r'[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+', one)
               for one in text.splitlines() if not one.startswith("#"))  # fmt: skip


def test_a_name_from_outside_cannot_forge_a_sample() -> None:
    metrics = Metrics()
    metrics.saw_request('a"} 1\nforged 2', "ok", 0.1, bytes_in=0, bytes_out=0)
    assert not [line for line in as_text(metrics.all()).splitlines() if line.startswith("forged")]


def test_metrics_have_an_address_of_their_own_and_strangers_find_none(service: Service) -> None:
    app = App(service)
    with scraped("127.0.0.1", 0, app.metrics) as port:
        own = f"http://127.0.0.1:{port}"
        found = httpx.get(f"{own}/metrics", trust_env=False)
        assert found.status_code == 200
        assert "qutong_database_bytes" in found.text
        assert httpx.get(f"{own}/hello", trust_env=False).status_code == 404
        with pytest.raises(Unavailable, match="PORT_TAKEN"), scraped("127.0.0.1", port, str):
            pass
    with running(service) as url:
        assert httpx.get(f"{url}/metrics", trust_env=False).status_code == 404
        assert httpx.get(f"{url}/ready", trust_env=False).json() == {"status": "ready"}


def test_a_failing_reading_is_503_and_the_server_lives() -> None:
    def fail() -> str:
        raise ValueError(SECRET)

    with scraped("127.0.0.1", 0, fail) as port:
        found = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    assert found.status_code == 503
    assert SECRET not in found.text


def test_who_never_ends_his_first_line_is_hung_up_on(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that drips a head holds nothing for long; one that asks is served."""
    assert ImpatientProtocol.head_s_max >= 5
    monkeypatch.setattr(ImpatientProtocol, "head_s_max", 0.2)
    monkeypatch.setitem(uvicorn.config.HTTP_PROTOCOLS, "auto", ImpatientProtocol)
    with running(service) as url:
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or 0)
        with closing(socket.create_connection(address, timeout=10)) as silent:
            assert silent.recv(1) == b""
        with closing(socket.create_connection(address, timeout=10)) as dripping:
            dripping.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n")
            assert dripping.recv(1) == b""
        with closing(socket.create_connection(address, timeout=10)) as good:
            for _ in range(2):
                good.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
                answer = b""
                while not answer.endswith(b"}"):
                    answer += good.recv(4096)
                assert answer.startswith(b"HTTP/1.1 200")
