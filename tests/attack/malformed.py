"""T40: requests nobody means, layer by layer, with good signatures where the layer is deep."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import msgspec
import zstandard
from sqlalchemy import func, inspect, select, text

from shared.areas import KINDS
from shared.channel.rules import founded_site_id
from shared.core.ids import uuid7
from shared.journal.chain import SigningKey, seal
from shared.journal.tables import journal
from shared.sync.limits import BODY_BYTES_MAX
from shared.sync.messages import (
    AskDigests,
    AskPacket,
    AskPicture,
    AskReport,
    AskRows,
    Cursor,
    Enrol,
    Envelope,
    EnvelopeCursor,
    Envelopes,
    Fork,
    Join,
    Message,
    Pull,
    PullMany,
    Push,
    PushItem,
    Return,
    Wait,
    pack,
)
from shared.sync.requests import (
    DEVICE_HEADER,
    NONCE_HEADER,
    enrolment_message,
    joining_message,
)
from sync_server.store.tables import scope_head
from tests.attack.house import House
from tests.attack.line import Headers, Request, code_of, header_pairs
from tests.attack.walking import files_there, hello
from tests.integration.server.malice import (
    BROKEN,
    BYTES,
    NUMBERS,
    TEXTS,
    WRONG,
    hostile,
    spoiled,
    spoiled_bytes,
)
from tests.integration.server.two_shops import Till
from tests.integration.server.world import NOON_US

_MSGPACK = msgspec.msgpack.Encoder()
SECONDS_MAX = 1.0
METHODS = ("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "BREW", "", "p\u00f6st")
_FLOODS = (
    b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff",
    b"\xdb\xff\xff\xff\xff",
    b"\x91" * 200_000, b"\x81\xa1a" * 100_000, b"\xc0" * 100_000, b"\xcb\x7f\xf8" + bytes(6),
    b"\xcb\xff\xf0" + bytes(6), b"\xcf" + b"\xff" * 8, b"\xd3\x80" + bytes(7),
    b"\xa4\xed\xa0\x80\x41", b"\xa2\xff\xfe", b"\xa1\x00", b"\x9c" + b"\xdc\xff\xff" * 3,
    b"\xc7\xff\x01", b"\xd4\xff\x00",
)  # fmt: skip
"""Shapes that lie: lists without end, numbers that are none, texts that are no UTF-8."""


@dataclass
class Tally:
    """What came of it."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    outcomes: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)
    """Layer, route, status and code: how often each was seen."""
    changed: int = 0
    """Answers below 400 behind which the database had moved: well-formed documents."""


class Attacker:
    """Says malformed requests to a house, one after another, all of them from one seed."""

    def __init__(self, made: House, seed: int) -> None:
        self._made = made
        self._chance = random.Random(seed)
        self._ends = list(made.ends.values())
        self._packed: list[tuple[str, Message]] = _well_formed(made)
        self._paths = frozenset(path for path, _ in self._packed) | {"/enrol", "/join"}
        self._files = list(files_there(made).values())
        for end in self._ends:
            if not end.wire.nonce:
                hello = {DEVICE_HEADER: end.wire.device_id}
                first = made.line.ask("POST", "/hello", b"", hello)
                end.wire.nonce = first.headers.get(NONCE_HEADER, "")
        self.tally = Tally()
        self._layers: tuple[Callable[[], Request], ...] = (
            self._stranger, self._garbage, self._bomb, self._spoiled, self._leaf, self._leaf,
            self._flipped, self._document, self._code, self._file,
        )  # fmt: skip

    def run(self, requests: int) -> Tally:
        """Say so many; what was wrong about an answer is in ``faults``."""
        return self._all((one.__name__, one) for one in self._drawn(requests))

    def _drawn(self, requests: int) -> Iterator[Callable[[], Request]]:
        for _ in range(requests):
            yield self._chance.choice(self._layers)

    def _all(self, requests: Iterable[tuple[str, Callable[[], Request]]]) -> Tally:
        """One after another in one run of the loop: to begin a run costs what a request does."""

        async def said() -> Tally:
            self._seen = self._version()
            for layer, made in requests:
                await self._say(layer, made())
            return self.tally

        return self._made.line.runner.run(said())

    async def _say(self, layer: str, request: Request) -> None:
        answer = await self._made.line.hear(request)
        seen = self._version()
        moved, self._seen = seen != self._seen, seen
        tally = self.tally
        tally.requests += 1
        tally.statuses[answer.status] += 1
        said = f"{tally.requests} {layer} {request.method} {request.path[:50]!r} -> {answer.status}"
        if answer.status >= 500 or (answer.status == 0 and not request.hangs_up):
            tally.faults.append(f"{said} {answer.body[:200]!r}")
        code = ""
        if answer.status >= 300 and request.method != "HEAD":
            code = code_of(answer)
            tally.codes[code] += 1
            if not code:
                tally.faults.append(f"{said} has no code: {answer.body[:80]!r}")
        if moved and answer.status >= 300:
            tally.faults.append(f"{said} changed something")
        tally.changed += moved
        tally.outcomes[layer, self._route(request.path), answer.status, code] += 1
        if self._unsure is not None and not (moved and answer.status == 200):
            end, slots = self._unsure
            del end.slots[slots:]
        self._unsure = None
        for end in self._ends:
            if self._spoke is end:
                end.wire.nonce = answer.headers.get(NONCE_HEADER, "") or end.wire.nonce

    def _route(self, path: str) -> str:
        if path.startswith("/snapshot/"):
            return "/snapshot"
        return path if path in self._paths else "elsewhere"

    _seen: Any = None
    """What ``_version`` said after the last answer."""
    _spoke: Till | None = None
    _unsure: tuple[Till, int] | None = None
    """Whose journal grows by what was just said, if it was taken; and from where."""

    def exhaust(
        self,
        devices: Sequence[str] = ("S001.01", "hq.01"),
        values: Sequence[Any] = (*NUMBERS, *TEXTS, *BYTES, *WRONG),
    ) -> Tally:
        """Every place of every message with each of these values, one by one."""
        return self._all(("exhaust", one) for one in self._every(devices, values))

    def _every(
        self, devices: Sequence[str], values: Sequence[Any]
    ) -> Iterator[Callable[[], Request]]:
        for device_id in devices:
            end = self._made.ends[device_id]
            for path, message in self._packed:
                fields = msgspec.to_builtins(message, builtin_types=(bytes,))
                for at in _leaves(fields):
                    for value in values:
                        body = _encoded(_with(fields, at, value))
                        yield partial(self._signed, "POST", path, body, end)

    def _version(self) -> int:
        """A number that a commit of anybody's changes."""
        if self._made.office.database.engine_name != "sqlite":
            return _written(self._made)
        connection = self._watcher()
        return int(connection.execute("PRAGMA data_version").fetchone()[0])

    _watching: Any = None

    def _watcher(self) -> Any:
        if self._watching is None:
            from sqlcipher3 import dbapi2

            path = self._made.office.home / "head_office.db"
            self._watching = dbapi2.connect(str(path), isolation_level=None)
        return self._watching

    def close(self) -> None:
        """Give the watching connection back."""
        if self._watching is not None:
            self._watching.close()

    # Who speaks

    def _signed(self, method: str, path: str, body: bytes, end: Till | None = None) -> Request:
        spoke = end or self._chance.choice(self._ends)
        self._spoke = spoke
        headers = spoke.wire.signed(method, path, body)
        return Request(
            method=method,
            path=path,
            body=body,
            headers=(*header_pairs(headers), (b"host", b"office")),
            pieces=self._chance.choice((1, 1, 1, 3)),
        )

    # Layers

    def _stranger(self) -> Request:
        """Nobody, with anything."""
        chance = self._chance
        self._spoke = None
        paths = [path for path, _ in self._packed]
        path = chance.choice(
            (*paths, "/", "//hello", "/hello/", "/health", "/snapshot/" + "0" * 64, "/\0",
             "/\ud800",
             "/snapshot/../../hq.key", "/%2e%2e/hq.key", "/" + "x" * 60_000, "/enrol", "/join",
             "/docs", "/metrics", "*", "")
        )  # fmt: skip
        names = (b"q-device", b"q-nonce", b"q-signature", b"content-length", b"host", b"range",
                 b"transfer-encoding", b"content-encoding", b"x-forwarded-for", b"cookie",
                 b"expect", b"connection")  # fmt: skip
        values = (b"", b"-1", b"0", b"9" * 400, b"\xff\xfe", b"S001.01", b"bytes=0-,1-,2-",
                  b"gzip, zstd", b"chunked", b"x" * 9_000, b"hq.01", b"\xb2", b"[::1",
                  b"a\tb")  # fmt: skip
        headers = [
            (chance.choice(names), chance.choice(values)) for _ in range(chance.randrange(6))
        ]
        headers += headers[: chance.randrange(3)]
        return Request(
            method=chance.choice(METHODS),
            path=path,
            body=chance.choice((b"", b"\x00\x90", *BROKEN, *_FLOODS)),
            headers=tuple(headers),
            query=chance.choice((b"", b"a=1", b"%00=\xff", b"x" * 100_000, b"&" * 5_000)),
            pieces=chance.choice((1, 7)),
            hangs_up=chance.random() < 0.05,
        )

    def _garbage(self) -> Request:
        """A known device, bytes that are no message."""
        chance = self._chance
        body = chance.choice((*BROKEN, *_FLOODS, chance.randbytes(chance.randrange(400))))
        first = chance.choice((b"", b"\x00", b"\x01", b"\x02"))
        if chance.random() < 0.3:
            body, first = zstandard.ZstdCompressor().compress(body), b"\x01"
        return self._signed(*self._anywhere(), first + body)

    def _bomb(self) -> Request:
        """Much in little: frames that unfold without end, or lie about how far."""
        chance = self._chance
        size = chance.choice((1 << 16, 1 << 20, (64 << 20) + 1, 80 << 20))
        filler = chance.choice((b"\x00", b"\xc0", b"\x91", b"\xa1"))
        packed = _bomb(size, filler)
        how = chance.randrange(5)
        if how == 0:
            packed = packed[:-3]
        elif how == 1:
            packed = packed[:5] + bytes([packed[5] ^ 0x40]) + packed[6:]
        elif how == 2:
            packed *= 3
        elif how == 3:
            packed = zstandard.ZstdCompressor(write_content_size=False).compress(b"\xc0" * 99)
        body = b"\x01" + packed
        if chance.random() < 0.02:
            body = bytes(BODY_BYTES_MAX + chance.choice((-1, 0, 1)))
        return self._signed("POST", chance.choice(self._packed)[0], body)

    def _spoiled(self) -> Request:
        """A good message with a field that is not."""
        path, message = self._chance.choice(self._packed)
        fields = msgspec.to_builtins(message, builtin_types=(bytes,))
        for _ in range(self._chance.choice((1, 1, 2, 4))):
            fields = spoiled(self._chance, fields)
        return self._signed("POST", path, _encoded(fields))

    def _leaf(self) -> Request:
        """A good message with exactly one place changed, however deep it is."""
        path, message = self._chance.choice(self._packed)
        fields = msgspec.to_builtins(message, builtin_types=(bytes,))
        at = self._chance.choice(list(_leaves(fields)))
        changed = _with(fields, at, hostile(self._chance))
        return self._signed("POST", path, _encoded(changed))

    def _flipped(self) -> Request:
        """A good request with a bit turned: on the way, or before it was signed."""
        chance = self._chance
        path, message = chance.choice(self._packed)
        body = pack(message)
        if chance.random() < 0.5:
            return self._signed("POST", path, spoiled_bytes(chance, body))
        good = self._signed("POST", path, body)
        at = chance.randrange(len(body))
        turned = body[:at] + bytes([body[at] ^ 1 << chance.randrange(8)]) + body[at + 1 :]
        headers = list(good.headers)
        if chance.random() < 0.3:
            which = chance.randrange(3)
            name, value = headers[which]
            headers[which] = (name, chance.choice((value[:-1], value + b"=", b"", value * 2)))
        if chance.random() < 0.2:
            headers += headers[:3]
        return replace(good, body=turned, headers=tuple(headers))

    def _document(self) -> Request:
        """A push in good form, of a document with a field that is not."""
        chance = self._chance
        end = chance.choice(self._ends)
        stored = _spoiled_document(self._made, chance, end)
        before = len(end.slots)
        end.add_bytes(stored)
        push = end.batch(before + 1)
        self._unsure = (end, before)
        if chance.random() < 0.25:
            push = _twisted(chance, push)
        return self._signed("POST", "/push", pack(push), end)

    def _code(self) -> Request:
        """An enrolment or a joining in good form, with a code nobody made."""
        chance = self._chance
        self._spoke = None
        key = SigningKey.from_seed(chance.randbytes(32))
        code = chance.choice(("", "0" * 16, "\0", "A" * 26, "é" * 9, "'; --", "x" * 900))
        if chance.random() < 0.5:
            message: Message = Enrol(
                code=code,
                public_key=chance.choice((key.public, b"", b"x" * 31, bytes(32))),
                signature=key.sign_request(enrolment_message(code)),
            )
            path = "/enrol"
        else:
            message, path = _joining(self._made, chance, key, code), "/join"
        fields: Any = msgspec.to_builtins(message, builtin_types=(bytes,))
        if chance.random() < 0.5:
            fields = spoiled(chance, fields)
        return Request(method="POST", path=path, body=b"\x00" + _MSGPACK.encode(fields))

    def _file(self) -> Request:
        """Downloads: names that are none, others' names, and stretches that are none."""
        chance = self._chance
        name = chance.choice(
            (*self._files, "0" * 64, "A" * 64, "..", "../hq.key", "\0", "%00", "x" * 9_000, "")
        )
        ranges = (
            b"bytes=0-0", b"bytes=5-2", b"bytes=99999999999999999999-", b"bytes=-0", b"bytes=a-b",
            b"bytes=" + b"0-," * 2_000, b"bytes=0-1,0-1", b"lines=1-2", b"bytes=\xb2-", b"bytes=",
            b"bytes=-99999999999999999999", b"bytes=--1", b"bytes",
        )  # fmt: skip
        method = chance.choice(("GET", "GET", "GET", "HEAD", "POST"))
        good = self._signed(method, f"/snapshot/{name}", b"")
        extra: Headers = ((b"range", chance.choice(ranges)),) if chance.random() < 0.8 else ()
        if chance.random() < 0.1:
            extra += ((b"if-range", b'"x"'),)
        return replace(good, headers=(*good.headers, *extra))

    def _anywhere(self) -> tuple[str, str]:
        return "POST", self._chance.choice(self._packed)[0]


def _encoded(fields: Any) -> bytes:
    """As a message; what cannot be encoded stands for itself as no message."""
    try:
        return b"\x00" + _MSGPACK.encode(fields)
    except (msgspec.MsgspecError, OverflowError, UnicodeEncodeError, TypeError):
        return b"\x00\xc1"


def _written(made: House) -> int:
    """How much head office has written so far: documents, and moves of its scopes."""
    with made.office.database.read() as connection:
        heads = connection.execute(select(func.sum(scope_head.c.head))).scalar() or 0
        return int(heads) + int(
            connection.execute(select(func.count()).select_from(journal)).scalar() or 0
        )


def _leaves(fields: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values that hold no further ones."""
    if isinstance(fields, list) and fields:
        for number, one in enumerate(fields):
            yield from _leaves(one, (*at, number))
    elif isinstance(fields, dict) and fields:
        for name, one in fields.items():
            yield from _leaves(one, (*at, name))
    else:
        yield at


def _with(fields: Any, at: tuple[Any, ...], value: Any) -> Any:
    """The same fields with another value in one place."""
    if not at:
        return value
    changed = fields.copy()
    changed[at[0]] = _with(fields[at[0]], at[1:], value)
    return changed


_BOMBS: dict[tuple[int, bytes], bytes] = {}


def _bomb(size: int, filler: bytes) -> bytes:
    known = _BOMBS.get((size, filler))
    if known is None:
        known = _BOMBS[size, filler] = zstandard.ZstdCompressor(level=1).compress(filler * size)
    return known


def _well_formed(made: House) -> list[tuple[str, Message]]:
    """A good message for every route that takes one."""
    cursor = Cursor(scope="site:S001", generation=1, seq=0)
    till = made.till(1)
    push = till.batch(1)
    small = msgspec.structs.replace(push, items=push.items[:2])
    return [
        ("/hello", hello([cursor])),
        ("/pull", Pull(scope="site:S001", generation=1, after=0, limit=10)),
        ("/pulls", PullMany(cursors=[cursor, cursor], limit=10)),
        ("/wait", Wait(cursors=[cursor], timeout_s=0)),
        ("/push", small),
        (
            "/ask",
            AskReport(
                report="stock_of_site",
                params={"site_id": "S001"},
                user_id="owner1",
                after="a\x1fb\x1fc",
                limit=3,
            ),
        ),
        ("/picture", AskPicture(digest="0" * 64)),
        ("/packet", AskPacket(device_id="S001.01", sales_org_id="FX", user_id="boss")),
        *more_messages(made),
    ]


def more_messages(made: House) -> Iterator[tuple[str, Message]]:
    """What copies, restored head offices and differing digests are spoken of with."""
    slot = made.till(1).slots[0]
    envelope = Envelope(
        device_id="S001.01",
        incarnation=1,
        n=1,
        stored=slot.stored,
        signature=slot.signature,
        stored_at_us=NOON_US,
    )
    digests = AskDigests(scope="site:S001", generation=1, table="sale", after="", until="z")
    rows = AskRows(scope="site:S001", generation=1, table="sale", ids=["a"])
    zero = bytes(32)
    yield (
        "/fork",
        Fork(incarnation=1, known_n=1, known_hash=zero, head_n=2, head_hash=slot.link_hash),
    )
    yield "/envelopes", Envelopes(cursors=[EnvelopeCursor(scope="site:S001", after=0)])
    yield "/return", Return(envelopes=[envelope])
    yield "/digests", digests
    yield "/rows", rows
    yield "/packet", AskPacket(device_id="S001.01", sales_org_id="FX", user_id="boss")


def routes_of(made: House) -> set[str]:
    """The paths that take a message, as the app itself lists them."""
    from sync_server.http import app as http

    found = http._routes(made.service, made.line.app.admission, made.line.app._watch)
    return {route.path for route in found if "POST" in (route.methods or ())}


def _joining(made: House, chance: random.Random, key: SigningKey, code: str) -> Join:
    site = founded_site_id(key.public)
    device_id = f"{site}.01"
    stored = _spoiled_document(made, chance, made.till(1))
    slot = seal(
        key, device_id=device_id, incarnation=1, n=1, previous=bytes(32), stored=stored[:4_000]
    )
    return Join(
        code=code,
        public_key=key.public,
        signature=key.sign_request(joining_message(code, device_id, slot.stored)),
        device_id=device_id,
        tag="01",
        incarnation=1,
        founding=PushItem(stored=slot.stored, signature=slot.signature),
        link_signature=slot.link_signature,
    )


def _spoiled_document(made: House, chance: random.Random, end: Till) -> bytes:
    """A real document with one or two fields that no program writes."""
    numbers = range(1, made.shops + 1)
    source = made.till(chance.choice(numbers))
    whole = msgspec.msgpack.decode(source.slots[chance.randrange(14)].stored)
    header, body = list(whole[0]), whole[1]
    header[0] = uuid7(NOON_US, end.random)
    header[3], header[4] = end.wire.device_id, end.site_id
    header[5] = chance.choice(("owner1", "owner2", "owner3", "boss", "dealer", "system", ""))
    if end.site_id.startswith("S"):
        header[5] = f"owner{int(end.site_id[1:])}"
    if chance.random() < 0.15:
        header[1] = chance.choice([kind.name for kind in KINDS])
    if chance.random() < 0.2:
        at = chance.randrange(len(header))
        header[at] = hostile(chance)
    for _ in range(chance.choice((0, 1, 1, 2))):
        body = spoiled(chance, body)
    try:
        stored = _MSGPACK.encode((header, body))
    except (msgspec.MsgspecError, OverflowError, UnicodeEncodeError, TypeError):
        stored = b"\xc1"
    return spoiled_bytes(chance, stored) if chance.random() < 0.1 else stored


def _twisted(chance: random.Random, push: Push) -> Push:
    """The batch says something about itself that is not so."""
    how = chance.choice(
        (
            {"first_n": chance.choice((0, -1, 2**63 - 1, push.first_n + 1, push.first_n - 1))},
            {"incarnation": chance.choice((0, 2, -1, 2**31, 2**62))},
            {"previous_hash": chance.choice((b"", bytes(32), b"x" * 5_000))},
            {"items": chance.choice(([], push.items * 501, push.items * 3))},
            {"head_signature": chance.choice((b"", bytes(64), b"x" * 9_000))},
        )
    )
    return msgspec.structs.replace(push, **how)


def digest_of_all(made: House) -> str:
    """All that head office holds, as one text."""
    hashed = hashlib.sha256()
    with made.office.database.read() as connection:
        for name in sorted(inspect(connection).get_table_names()):
            for row in connection.execute(text(f'SELECT * FROM "{name}"')):
                hashed.update(repr(tuple(row)).encode())
    return hashed.hexdigest()
