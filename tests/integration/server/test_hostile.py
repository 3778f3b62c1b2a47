"""What comes from outside with ill will: no answer is a fault of ours, nothing happens by it."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from sqlalchemy import func, select

from shared.access.documents import Grant, UserPublished
from shared.areas import KINDS, REGISTRY, SCHEMA
from shared.catalog.documents import CataloguePublished, Product
from shared.channel.documents import Account, ChannelPublished, DeviceEnrolled, SalesOrg, Site
from shared.core.ids import uuid7
from shared.journal.chain import GENESIS, SigningKey, Slot, seal
from shared.journal.document import Body, Document, Draft
from shared.journal.kind import Kind, encode, header_for
from shared.journal.tables import journal
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.stocktake.documents import CountOpened, CountRevealed, CountZone
from shared.stocktake.tables import stock_count
from shared.sync.limits import BODY_BYTES_MAX, PAGE_CHARS_MAX
from shared.sync.messages import (
    Cursor,
    Enrol,
    Hello,
    HelloAnswer,
    Page,
    Pull,
    PullMany,
    Push,
    PushAnswer,
    PushItem,
    Verdict,
    Wait,
    pack,
    unpack,
)
from shared.tasks.documents import TaskClosed
from shared.tasks.tables import task
from sync_server.http.app import App
from sync_server.http.serve import service_of
from sync_server.operations.home import Office, create
from sync_server.operations.verify import faults
from sync_server.sync.feed import heads_of
from sync_server.sync.head_office import draft_of, publish
from tests.integration.server.asgi import Device, InProcess
from tests.integration.server.world import NOON_US, CountingRandomness, SetClock

SECRET = "secret of the neighbour"
DAY = "2025-12-01"
_MSGPACK = msgspec.msgpack.Encoder()


def a_sale(product: str = "P1", qty: int = 1, *, note: str = "") -> Sale:
    line = SaleLine(
        product_id=product, qty_micro=qty * 1_000_000, unit_price_micro=5_000_000, amount_minor=500
    )
    cash = TenderLine(tender="cash", amount_minor=500)
    return Sale(
        mode="full", currency="CNY", lines=[line], tenders=[cash], total_minor=500, note=note
    )


@dataclass
class Till:
    """A device's journal and its end of the wire."""

    wire: Device
    site_id: str
    random: CountingRandomness
    slots: list[Slot] = field(default_factory=list)

    def add(self, body: Body, **said: Any) -> Slot:
        """A document in good form; ``said`` overrides fields of its header."""
        draft = {
            "uid": uuid7(NOON_US, self.random),
            "site_id": self.site_id,
            "author_id": "owner",
            "happened_at_us": NOON_US,
            "business_day": DAY,
            "body": body,
        }
        own = {"device_id": self.wire.device_id, "number": ""} | {
            name: said.pop(name) for name in ("device_id", "number") if name in said
        }
        header = header_for(REGISTRY.of_body(body), Draft(**(draft | said)), **own)
        return self.add_bytes(encode(Document(header, body)))

    def add_bytes(self, stored: bytes) -> Slot:
        slot = seal(
            self.wire.key,
            device_id=self.wire.device_id,
            incarnation=1,
            n=len(self.slots) + 1,
            previous=self.slots[-1].link_hash if self.slots else GENESIS,
            stored=stored,
        )
        self.slots.append(slot)
        return slot

    def batch(self, first_n: int) -> Push:
        part = self.slots[first_n - 1 :]
        return Push(
            incarnation=1,
            first_n=first_n,
            previous_hash=self.slots[first_n - 2].link_hash if first_n > 1 else GENESIS,
            items=[PushItem(stored=slot.stored, signature=slot.signature) for slot in part],
            head_signature=part[-1].link_signature,
        )

    def push(self, first_n: int) -> list[Verdict]:
        """Send from this slot on; what was not simply stored."""
        answer = self.wire.ask("/push", pack(self.batch(first_n)))
        assert answer.status == 200, unpacked(answer.body)
        return unpack(answer.body, PushAnswer).verdicts

    def says(self, body: Body, **said: Any) -> str:
        """Add and push one document: '' when it is stored, else why it is kept."""
        n = self.add(body, **said).n
        return "".join(one.code for one in self.push(n))


@dataclass
class Place:
    """Head office with two shops; the first is the attacker's."""

    office: Office
    line: InProcess
    mine: Till
    theirs: Till

    def count(self, table: Any) -> int:
        with self.office.database.read() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def scalar(self, statement: Any) -> Any:
        with self.office.database.read() as connection:
            return connection.execute(statement).scalar()

    def neighbour(self) -> object:
        """All that head office holds of the neighbour, as one digest."""
        with self.office.database.read() as connection:
            return heads_of(connection, ["site:SH02", "account:D2"])


def unpacked(body: bytes) -> bytes:
    """A body as it reads, for a look at all of its bytes."""
    if body[:1] == b"\x01":
        return zstandard.ZstdDecompressor().decompress(body[1:], max_output_size=1 << 26)
    return body


def _found(office: Office, devices: dict[str, SigningKey]) -> None:
    bodies: list[Body] = [
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="FX"),),
            accounts=tuple(
                Account(account_id=one, partner_id=one, sales_org_id="FX", name=one)
                for one in ("D1", "D2")
            ),
            sites=tuple(
                Site(site_id=f"SH0{n}", name="shop", site_type="store", account_ids=(f"D{n}",))
                for n in (1, 2)
            ),
        ),
        CataloguePublished(products=(Product(code="P1", name="P1", sales_org_ids=("FX",)),)),
        UserPublished(
            user_id="owner",
            name="Owner",
            role="owner",
            grants=(Grant(site_id="SH01"), Grant(site_id="SH02")),
        ),
    ]
    for device_id, key in devices.items():
        site_id, _, tag = device_id.partition(".")
        bodies.append(
            DeviceEnrolled(
                device_id=device_id,
                device_type="till",
                site_id=site_id,
                tag=tag,
                public_key=key.public,
            )
        )
    with office.database.write() as connection:
        publish(connection, office.hq, [draft_of(office.hq, b, NOON_US) for b in bodies], NOON_US)


@pytest.fixture
def place(address: str, tmp_path: Path) -> Iterator[Place]:
    clock, chance = SetClock(), CountingRandomness()
    chosen = "" if address.startswith("sqlite") else address
    office = create(tmp_path / "home", chosen, clock, chance)
    keys = {f"SH0{n}.01": SigningKey.from_seed(bytes([n]) * 32) for n in (1, 2)}
    _found(office, keys)
    app = App(service_of(office, clock, chance))
    with asyncio.Runner() as runner:
        line = InProcess(app, runner)
        mine, theirs = (
            Till(Device(line, device_id, key), device_id[:4], chance)
            for device_id, key in keys.items()
        )
        theirs.add(a_sale(note=SECRET))
        theirs.push(1)
        yield Place(office, line, mine, theirs)
    office.database.close()


def _hello() -> Hello:
    cursors = [Cursor(scope="site:SH01", generation=1, seq=0)]
    return Hello(
        protocol=1, incarnation=1, epoch="", head_n=0, head_hash=bytes(32), cursors=cursors
    )


# Values nobody means, of every type the wire knows.

_NUMBERS = (0, 1, -1, 2**31, 2**53, 2**62, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 10**15 + 1)
_TEXTS = (
    "", " ", "\0", "a\0b", "😀" * 300, "x" * 3000, "site/SH02/-/sellable", "SH02", "D2", "SH0",
    "SH01/../SH02", "site:SH02 hq", "SH01 org:FX", "system", "HQ", "customer", "customers/x",
    "partner/D2/receivable", "hq/revenue", "'; DROP TABLE journal; --", "\u202e\ufeff", "%00",
    "9999-99-99", "NaN", "{}", "../../hq.key",
)  # fmt: skip
_BYTES = (b"", b"\0", b"x" * 16, b"\xff" * 32, b"y" * 70_000)
_WRONG = (None, True, 1.5, float("nan"), [], [[]], {}, {"a": 1}, msgspec.msgpack.Ext(1, b"x"))
_BROKEN = (b"\xc1", b"\x91" * 100_000 + b"\x90", b"\xa1\xff", b"\xdd\xff\xff\xff\xff", b"")


def _hostile(chance: random.Random) -> Any:
    return chance.choice(chance.choice((_NUMBERS, _TEXTS, _BYTES, _WRONG)))


def _spoiled(chance: random.Random, value: Any) -> Any:
    """The same message with one place in it replaced, left out or doubled."""
    if isinstance(value, list) and value and chance.random() < 0.85:
        at = chance.randrange(len(value))
        how = chance.random()
        if how < 0.1:
            return value[:at]
        if how < 0.2:
            return value + value[at:]
        return [*value[:at], _spoiled(chance, value[at]), *value[at + 1 :]]
    return _hostile(chance)


def _spoiled_bytes(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return chance.choice(
        (
            data[:at],
            data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :],
            data[:at] + chance.choice(_BROKEN) + data[at:],
            b"\x01" + data,
            data[:1] + chance.choice(_BROKEN),
        )
    )


def test_no_malformed_request_is_a_fault_or_a_change(
    place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_server.http.app.WAIT_S_MAX", 0)
    chance = random.Random(20_251_201)
    place.mine.add(a_sale())
    good: list[tuple[str, Any]] = [
        ("/hello", _hello()),
        ("/push", place.mine.batch(1)),
        ("/pull", Pull(scope="site:SH01", generation=1, after=0, limit=10)),
        ("/pulls", PullMany(cursors=list(_hello().cursors), limit=10)),
        ("/wait", Wait(cursors=list(_hello().cursors), timeout_s=0)),
        ("/enrol", Enrol(code="0000", public_key=bytes(32), signature=bytes(64))),
    ]
    documents = place.count(journal)
    for _ in range(1500):
        path, message = chance.choice(good)
        fields = msgspec.to_builtins(message, builtin_types=(bytes,))
        spoiled = b"\x00" + _MSGPACK.encode(_spoiled(chance, fields))
        place.mine.wire.ask(path, spoiled)
        place.mine.wire.ask(chance.choice(good)[0], _spoiled_bytes(chance, pack(message)))

    assert {one.status for one in place.line.answers} <= {200, 400, 401, 403, 409, 413}
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    pushed = place.count(journal) - documents
    assert place.mine.push(1) == ([Verdict(n=1, outcome="already")] if pushed else [])
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
    wire.ask("/hello", pack(_hello()))
    body = pack(_hello())
    headers = wire.signed("POST", "/hello", body) | {"host": "x/hello?"}

    answer = place.line.ask("POST", "/push", body, headers)

    assert (answer.status, b"BAD_SIGNATURE" in answer.body) == (401, True)


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


# Documents in perfect form, signed by an enrolled device, that say what they should not.


def _made_up(chance: random.Random, kind: msgspec.inspect.Type) -> Any:
    """A value of the type a body asks for, and seldom a sensible one."""
    match kind:
        case msgspec.inspect.StrType():
            return chance.choice(_TEXTS)
        case msgspec.inspect.IntType():
            return chance.choice(_NUMBERS)
        case msgspec.inspect.BoolType():
            return chance.random() < 0.5
        case msgspec.inspect.BytesType():
            return chance.choice((*_BYTES, b"z" * 16))
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            return [_made_up(chance, kind.item_type) for _ in range(chance.randrange(4))]
        case msgspec.inspect.StructType() | msgspec.inspect.NamedTupleType():
            return [_made_up(chance, one.type) for one in kind.fields]
        case _:
            return _hostile(chance)


def _header(chance: random.Random, till: Till, kind: Kind) -> list[Any]:
    said: list[Any] = [
        uuid7(NOON_US, till.random), kind.name, kind.version, till.wire.device_id, till.site_id,
        "owner", NOON_US, DAY, "", b"", "", 0,
    ]  # fmt: skip
    if chance.random() < 0.4:
        at = chance.randrange(len(said))
        pool: Sequence[Any] = {int: _NUMBERS, str: _TEXTS, bytes: _BYTES}[type(said[at])]
        said[at] = chance.choice(pool)
    return said


def test_documents_full_of_nonsense_harm_nobody(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(7)
    before = place.neighbour()
    shapes = [(kind, msgspec.inspect.type_info(kind.body)) for kind in KINDS]
    verdicts: list[Verdict] = []
    for _ in range(30):
        first = len(place.mine.slots) + 1
        for kind, shape in shapes:
            stored = _MSGPACK.encode((_header(chance, place.mine, kind), _made_up(chance, shape)))
            if chance.random() < 0.1:
                stored = _spoiled_bytes(chance, stored)
            place.mine.add_bytes(stored)
        place.mine.add(a_sale())
        verdicts += place.mine.push(first)
        assert verdicts[-1:] == [] or verdicts[-1].n != len(place.mine.slots), "the honest sale"

    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    assert place.neighbour() == before
    assert place.theirs.says(a_sale()) == ""
    with place.office.database.read() as connection:
        assert list(faults(connection, REGISTRY, SCHEMA, place.office.hq.author.key.public)) == []
    _pull_all(place.mine, "site:SH01")


def _pull_all(till: Till, scope: str) -> list[Page]:
    """Every page of a scope, each small enough to travel."""
    pages: list[Page] = []
    after = 0
    while not pages or pages[-1].until < pages[-1].head:
        pull = Pull(scope=scope, generation=1, after=after, limit=0)
        answer = till.wire.ask("/pull", pack(pull))
        assert answer.status == 200
        assert len(answer.body) < BODY_BYTES_MAX
        pages.append(unpack(answer.body, Page))
        assert pages[-1].until > after
        after = pages[-1].until
    return pages


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"\xc0",
        b"\x91" * 100_000,
        b"\x92" + _MSGPACK.encode((b"u" * 16, "sale", 0, "SH01.01", "SH01", "owner", 1)) + b"\x90",
        b"\x92" + _MSGPACK.encode((b"u" * 16, "s\0", 1, "SH01.01", "SH01", "owner", 1)) + b"\x90",
        b"\x92\x97\xc4\x10" + b"u" * 16 + b"\xa4s\xffle" + b"\x01\xa1d\xa1s\xa1a\x01\x90",
        b"\x92"
        + _MSGPACK.encode((b"u" * 16, "sale", 1, "SH01.01", "SH01", "owner", 1))
        + b"\x91" * 50_000
        + b"\x90",
    ],
)
def test_bytes_nobody_can_read_do_not_hold_up_the_sale_behind_them(
    place: Place, stored: bytes
) -> None:
    place.mine.add_bytes(stored)
    place.mine.add(a_sale())
    verdicts = place.mine.push(1)
    assert [(one.n, one.outcome) for one in verdicts] == [(1, "kept")]


@pytest.mark.parametrize(
    "said",
    [
        {"author_id": "\0"},
        {"author_id": "x" * 5000},
        {"approver_id": "a\0"},
        {"number": "😀" * 3000},
        {"business_day": "9999-99-99x"},
        {"business_day": "\0" * 10},
        {"happened_at_us": -1},
        {"happened_at_us": 1 << 62},
        {"predecessor": b"short"},
    ],
)
def test_a_header_no_device_writes_is_kept(place: Place, said: dict[str, Any]) -> None:
    assert place.mine.says(a_sale(), **said) == "BAD_HEADER"
    assert place.mine.says(a_sale()) == ""


@pytest.mark.parametrize("qty", [10**9 + 1, -(10**9) - 1, 9 * 10**12])
def test_an_absurd_quantity_is_kept_and_spoils_no_sum_that_others_share(
    place: Place, qty: int
) -> None:
    assert place.mine.says(a_sale(qty=qty)) == "AMOUNT_TOO_LARGE"
    assert place.theirs.says(a_sale()) == ""


def test_an_integer_beyond_64_bits_is_kept_unread(place: Place) -> None:
    at = place.mine.add(a_sale()).stored
    place.mine.slots.clear()
    place.mine.add_bytes(at.replace(b"\xce\x00\x0f\x42\x40", b"\xcf" + b"\xff" * 8))
    place.mine.add(a_sale())
    assert [one.outcome for one in place.mine.push(1)] == ["kept"]


def test_a_name_that_every_line_repeats_is_kept(place: Place) -> None:
    sold = a_sale()
    many = msgspec.structs.replace(sold, shift="x" * 90_000, tenders=sold.tenders * 500)
    assert place.mine.says(many) == "DOCUMENT_TOO_LARGE"


def test_pages_stay_small_whatever_the_rows_hold(place: Place) -> None:
    for _ in range(60):
        place.mine.add(a_sale(note="".join(random.Random(1).choices("abcdefghij", k=90_000))))
    for first in range(0, 60, 20):
        last = place.mine.slots[first : first + 20]
        push = place.mine.batch(first + 1)
        part = msgspec.structs.replace(
            push, items=push.items[:20], head_signature=last[-1].link_signature
        )
        assert place.mine.wire.ask("/push", pack(part)).status == 200
    pages = _pull_all(place.mine, "site:SH01")
    assert len(pages) > 60 * 90_000 // PAGE_CHARS_MAX
    assert sum(len(run.ids) for page in pages for run in page.runs if run.table == "sale") == 60


def test_a_full_disk_at_head_office_loses_nothing(place: Place, address: str) -> None:
    if not address.startswith("sqlite"):
        pytest.skip("the disk of PostgreSQL is not ours to fill")
    _pages(place, 1)
    place.mine.add(a_sale(note="x" * 80_000))
    body = pack(place.mine.batch(1))
    refused = place.mine.wire.ask("/push", body)

    assert (refused.status, b"DATABASE_UNAVAILABLE" in refused.body) == (503, True)
    assert place.scalar(select(func.count()).where(journal.c.device_id == "SH01.01")) == 0
    _pages(place, 1 << 30)
    assert place.mine.push(1) == []


def _pages(place: Place, most: int) -> None:
    """How large the database may grow, on every connection that is open."""
    pool = place.office.database._engine.pool
    held = [pool.connect() for _ in range(4)]
    for connection in held:
        connection.cursor().execute(f"PRAGMA max_page_count={most}")
    for connection in held:
        connection.close()


# Another's rows, named by their ids.


def test_a_count_of_another_site_is_not_taken_by_naming_it(place: Place) -> None:
    zone = CountZone(zone_id="Z")
    slot = place.theirs.add(CountOpened(scope="spot", mode="blind", zones=[zone]))
    assert place.theirs.push(slot.n) == []
    uid = REGISTRY.decode(slot.stored).header.uid
    before = place.neighbour()

    assert place.mine.says(CountRevealed(count_uid=uid)) == "FOREIGN_ROW"

    assert place.neighbour() == before
    assert place.scalar(select(stock_count.c.site_id)) == "SH02"
    assert place.theirs.says(CountRevealed(count_uid=uid)) == ""


def test_a_task_of_another_site_is_not_closed(place: Place) -> None:
    assert place.theirs.says(a_sale("UNKNOWN")) == ""
    row = "SH02:UNKNOWN"
    closing = TaskClosed(code="PRODUCT_UNKNOWN", subject=row, site_id="SH02", reason="mine now")

    assert place.mine.says(closing) == "POSTING_FAILED"

    assert place.scalar(select(task.c.state).where(task.c.code == "PRODUCT_UNKNOWN")) == "open"


def test_a_uid_of_another_device_is_not_overwritten(place: Place) -> None:
    taken = REGISTRY.decode(place.theirs.slots[0].stored).header.uid
    before = place.neighbour()
    assert place.mine.says(a_sale(), uid=taken) == "DUPLICATE_UID"
    assert place.neighbour() == before


def test_a_flood_of_kept_documents_is_a_few_tasks(place: Place) -> None:
    for _ in range(8):
        first = len(place.mine.slots) + 1
        for _ in range(50):
            place.mine.add_bytes(b"\xc1")
        place.mine.push(first)

    found = place.scalar(select(func.count()).where(task.c.code == "DOCUMENT_KEPT"))
    assert found == 20
    assert place.scalar(select(func.count()).where(task.c.code == "DOCUMENTS_KEPT")) == 1
    assert place.scalar(select(func.count()).where(journal.c.verdict == "kept")) == 400


def test_a_batch_larger_than_one_document_may_be_is_refused(place: Place) -> None:
    for _ in range(3):
        place.mine.add_bytes(bytes(2 << 20))
    answer = place.mine.wire.ask("/push", pack(place.mine.batch(1)))
    assert (answer.status, b"BATCH_TOO_LARGE" in unpacked(answer.body)) == (400, True)


@pytest.mark.parametrize("incarnation", [0, -1, 2**31, 2**63, 2**64 - 1])
def test_an_incarnation_that_cannot_be_is_refused(place: Place, incarnation: int) -> None:
    message = msgspec.structs.replace(_hello(), incarnation=incarnation)
    assert place.mine.wire.ask("/hello", pack(message)).status == 400


@pytest.mark.parametrize("scope", ["site:SH02", "hq", "site:SH0", "site:SH01/", "site:\0", ""])
def test_what_is_not_yours_and_what_is_not_there_look_the_same(place: Place, scope: str) -> None:
    pull = Pull(scope=scope, generation=1, after=0, limit=5)
    answer = place.mine.wire.ask("/pull", pack(pull))
    assert (answer.status, unpacked(answer.body)) == (403, b"\x00\x92\xadSCOPE_UNKNOWN\x80")


def test_a_device_that_says_it_holds_everything_learns_nothing(place: Place) -> None:
    scopes = ["site:SH02", "account:D2", "hq"]
    cursors = [Cursor(scope=one, generation=1, seq=-5) for one in scopes]
    hello = msgspec.structs.replace(_hello(), cursors=cursors)

    answer = unpack(place.mine.wire.ask("/hello", pack(hello)).body, HelloAnswer)

    told = {head.scope for head in answer.manifest} | set(answer.scopes)
    assert told.isdisjoint(scopes)
