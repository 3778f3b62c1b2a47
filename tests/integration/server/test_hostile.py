"""What comes from outside with ill will: no answer is a fault of ours, nothing happens by it."""

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from sqlalchemy import func, select

from shared.journal.chain import SigningKey
from shared.journal.tables import journal
from shared.sync.messages import (
    Cursor,
    Enrol,
    HelloAnswer,
    Pull,
    PullMany,
    Wait,
    pack,
    unpack,
)
from tests.integration.server.malice import HOSTILE, spoiled, spoiled_bytes
from tests.integration.server.two_shops import (
    SECRET,
    Place,
    a_sale,
    hello,
    two_shops,
    unpacked,
)

_MSGPACK = msgspec.msgpack.Encoder()


def test_no_malformed_request_is_a_fault_or_a_change(
    place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_server.http.app.WAIT_S_MAX", 0)
    chance = random.Random(20_251_201)
    place.mine.add(a_sale())
    good: list[tuple[str, Any]] = [
        ("/hello", hello()),
        ("/push", place.mine.batch(1)),
        ("/pull", Pull(scope="site:SH01", generation=1, after=0, limit=10)),
        ("/pulls", PullMany(cursors=list(hello().cursors), limit=10)),
        ("/wait", Wait(cursors=list(hello().cursors), timeout_s=0)),
        ("/enrol", Enrol(code="0000", public_key=bytes(32), signature=bytes(64))),
    ]
    documents = place.count(journal)
    for _ in range(HOSTILE):
        path, message = chance.choice(good)
        fields = msgspec.to_builtins(message, builtin_types=(bytes,))
        body = b"\x00" + _MSGPACK.encode(spoiled(chance, fields))
        place.mine.wire.ask(path, body)
        place.mine.wire.ask(chance.choice(good)[0], spoiled_bytes(chance, pack(message)))

    assert {one.status for one in place.line.answers} <= {200, 400, 401, 403, 409, 413}
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    # The one good slot may have arrived between two spoiled fields, once, and nothing else.
    slots = select(func.count()).where(journal.c.device_id != "HQ")
    assert place.scalar(slots) <= 2
    # The slot; and, when it was badly signed, a task and what the kept document says.
    assert place.count(journal) <= documents + 3
    place.mine.push(1)
    assert place.scalar(slots) == 2
    assert not any(SECRET.encode() in unpacked(one.body) for one in place.line.answers)


_HEADERS = (
    {"host": "[", "q-device": "SH01.01"},
    {"host": "x/hello?"},
    {"content-length": "\xb2"},
    {"content-length": "9" * 5000},
    {"content-length": "-1"},
    {"q-device": "\x00"},
    {"q-device": "\xff" * 64},
    {"q-device": "x" * 5000},
    {"q-nonce": "\xe4" * 40, "q-device": "SH01.01"},
    {"q-signature": "\xb2", "q-device": "SH01.01"},
    {"range": "bytes=" + "0-," * 3000},
    {"range": "bytes=99999999999999999999-"},
)


def test_no_header_of_a_stranger_is_a_fault(place: Place) -> None:
    paths = ("/hello", "/push", "/snapshot/" + "0" * 64, "/snapshot/\0", "/snapshot/../hq.key")
    for path in (*paths, "/", "//hello", "/hello/", "/health", "/enrol"):
        for method in ("GET", "POST", "PUT", "HEAD", "BREW"):
            for headers in _HEADERS:
                first = place.line.ask(method, path, b"\x00\x90", headers)
                # Once more with the nonce it was given: the next layer is reached.
                nonce = {"q-nonce": first.headers.get("q-nonce", "")}
                place.line.ask(method, path, b"\x00\x90", nonce | dict(headers))

    seen = {one.status for one in place.line.answers}
    assert seen <= {200, 307, 400, 401, 403, 404, 405, 413, 416}


def test_a_request_signed_for_one_path_opens_no_other(place: Place) -> None:
    wire = place.mine.wire
    wire.ask("/hello", pack(hello()))
    body = pack(hello())
    headers = wire.signed("POST", "/hello", body) | {"host": "x/hello?"}

    answer = place.line.ask("POST", "/push", body, headers)

    assert (answer.status, b"BAD_SIGNATURE" in answer.body) == (401, True)


def test_every_request_is_worth_something_once_and_for_its_device_only(place: Place) -> None:
    place.mine.add(a_sale())
    wire, other = place.mine.wire, place.theirs.wire
    for path, message in (
        ("/hello", hello()),
        ("/push", place.mine.batch(1)),
        ("/pull", Pull(scope="site:SH01", generation=1, after=0, limit=10)),
        ("/pulls", PullMany(cursors=list(hello().cursors), limit=10)),
        ("/wait", Wait(cursors=[], timeout_s=0)),
    ):
        body = pack(message)
        wire.ask("/hello", pack(hello()))
        headers = wire.signed("POST", path, body)
        stolen = headers | {"q-device": other.device_id}
        assert place.line.ask("POST", path, body, stolen).status == 401
        first = place.line.ask("POST", path, body, headers)
        wire.nonce = first.headers["q-nonce"]
        assert first.status == 200
        documents = place.count(journal)
        again = [place.line.ask("POST", path, body, headers).status for _ in range(3)]
        assert again == [401, 401, 401]
        assert place.count(journal) == documents
    assert wire.ask("/hello", pack(hello())).status == 200, "nobody is locked out by a replay"


@pytest.mark.parametrize("name", ["\0", "../hq.key", "x" * 5000, "0" * 64, "%00", "A" * 64])
def test_a_file_that_is_none_looks_like_a_foreign_one(place: Place, name: str) -> None:
    answer = place.mine.wire.ask(f"/snapshot/{name}", b"", method="GET")
    assert answer.status in {403, 404}


def test_a_bomb_of_an_enrolment_is_not_unfolded_for_a_stranger(place: Place) -> None:
    bomb = b"\x01" + zstandard.ZstdCompressor().compress(bytes(60 << 20))
    assert place.line.ask("POST", "/enrol", bomb).status in {400, 413}
    answer = place.line.ask("POST", "/enrol", b"\x01" + bomb[1:900])
    assert b"MESSAGE_TOO_LARGE" in answer.body


def test_guessed_codes_write_nothing(place: Place) -> None:
    key = SigningKey.from_seed(b"s" * 32)
    documents = place.count(journal)
    for guess in ("", "\0", "0" * 16, "é" * 16, "x" * 700):
        message = Enrol(code=guess, public_key=key.public, signature=bytes(64))
        assert place.line.ask("POST", "/enrol", pack(message)).status in {400, 403}
    assert place.count(journal) == documents


def test_a_batch_larger_than_one_document_may_be_is_refused(place: Place) -> None:
    for _ in range(3):
        place.mine.add_bytes(bytes(2 << 20))
    answer = place.mine.wire.ask("/push", pack(place.mine.batch(1)))
    assert (answer.status, b"BATCH_TOO_LARGE" in unpacked(answer.body)) == (400, True)


@pytest.mark.parametrize("incarnation", [0, -1, 2**31, 2**63, 2**64 - 1])
def test_an_incarnation_that_cannot_be_is_refused(place: Place, incarnation: int) -> None:
    message = msgspec.structs.replace(hello(), incarnation=incarnation)
    assert place.mine.wire.ask("/hello", pack(message)).status == 400


@pytest.mark.parametrize("scope", ["site:SH02", "hq", "site:SH0", "site:SH01/", "site:\0", ""])
def test_what_is_not_yours_and_what_is_not_there_look_the_same(place: Place, scope: str) -> None:
    pull = Pull(scope=scope, generation=1, after=0, limit=5)
    answer = place.mine.wire.ask("/pull", pack(pull))
    assert (answer.status, unpacked(answer.body)) == (403, b"\x00\x92\xadSCOPE_UNKNOWN\x80")


def test_a_device_that_says_it_holds_everything_learns_nothing(place: Place) -> None:
    scopes = ["site:SH02", "account:D2", "hq"]
    cursors = [Cursor(scope=one, generation=1, seq=-5) for one in scopes]
    said = msgspec.structs.replace(hello(), cursors=cursors)

    answer = unpack(place.mine.wire.ask("/hello", pack(said)).body, HelloAnswer)

    told = {head.scope for head in answer.manifest} | set(answer.scopes)
    assert told.isdisjoint(scopes)


def test_a_full_disk_at_head_office_loses_nothing(tmp_path: Path) -> None:
    with two_shops("sqlite", tmp_path) as place:
        _fill_and_free(place)


def _fill_and_free(place: Place) -> None:
    _pages(place, 1)
    place.mine.add(a_sale(note="x" * 80_000))
    body = pack(place.mine.batch(1))
    refused = place.mine.wire.ask("/push", body)

    assert (refused.status, b"OFFICE_FULL" in refused.body) == (503, True)
    assert place.scalar(select(func.count()).where(journal.c.device_id == "SH01.01")) == 0
    _pages(place, 1 << 30)
    assert place.mine.push(1) == []


def _pages(place: Place, most: int) -> None:
    """How large the database may grow, on every connection that is open."""
    database = place.office.database
    held = [database._engine.pool.connect() for _ in range(4)]
    held.append(database._writer_engine.pool.connect())
    for connection in held:
        connection.cursor().execute(f"PRAGMA max_page_count={most}")
    for connection in held:
        connection.close()
