"""P7: a day's sales go up: the wire protocol alone, and posted into head office's ledgers."""

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.core.ids import uuid7
from shared.core.rounding import MICRO
from shared.journal.chain import (
    GENESIS,
    SigningKey,
    Slot,
    VerifyKey,
    document_hash,
    link_hash,
    seal,
)
from shared.journal.document import Document, Draft
from shared.journal.kind import encode, header_for
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.sync.limits import PUSH_BYTES_MAX, PUSH_DOCUMENTS_MAX
from shared.sync.messages import Push, PushItem, pack, unpack
from sync_server.store.devices import find_device
from sync_server.sync import push
from tests.benchmarks.figures import (
    Figure,
    Stopwatch,
    at_least,
    at_most,
    median_ms,
    p99_ms,
    seconds_of,
    settled,
)
from tests.benchmarks.house import CLERK, CLOCK, RANDOM, SITE, House, code

_SECOND_US = 1_000_000


def run(folder: Path, sales: int) -> Iterator[Figure]:
    """Bare sales (one line, cash) of one till, in batches as a device makes them."""
    house = House.founded(folder / "office", 500)
    try:
        identity, key = house.enrolled("01")
        slots = journal(house, identity.device_id, key, sales)
        batches = list(batches_of(slots))
        yield _wire(batches, identity.device_id, key, house)
        yield _posted(house, identity.device_id, batches)
    finally:
        house.close()


def journal(house: House, device_id: str, key: SigningKey, count: int) -> list[Slot]:
    """The journal of a till that sold one thing at a time."""
    kind = house.office.hq.replica.registry.of_body(_bare_sale(0))
    previous, slots = GENESIS, []
    at_us = CLOCK.now_us() - count * 60 * _SECOND_US
    for n in range(1, count + 1):
        at_us += 60 * _SECOND_US
        draft = Draft(
            body=_bare_sale(n),
            uid=uuid7(at_us, RANDOM),
            site_id=SITE,
            author_id=CLERK,
            happened_at_us=at_us,
            business_day="2026-01-05",
        )
        number = f"XS-{SITE}-01A-{n:06d}"
        document = Document(header_for(kind, draft, device_id=device_id, number=number), draft.body)
        slot = seal(
            key,
            device_id=device_id,
            incarnation=1,
            n=n,
            previous=previous,
            stored=encode(document),
        )
        previous = slot.link_hash
        slots.append(slot)
    return slots


def _bare_sale(number: int) -> Sale:
    minor = 990 + number * 7 % 90 * 10
    line = SaleLine(
        product_id=code(number * 31 % 500 + 1),
        qty_micro=MICRO,
        unit_price_micro=minor * MICRO // 100,
        amount_minor=minor,
        price_version=1,
    )
    cash = [TenderLine(tender="cash", amount_minor=minor)]
    return Sale(mode="till", currency="CNY", lines=[line], tenders=cash, total_minor=minor)


def batches_of(slots: Sequence[Slot]) -> Iterator[Push]:
    """Up to 500 documents or 256 kB each."""
    start = 0
    while start < len(slots):
        size, end = 0, start
        while end < len(slots) and end - start < PUSH_DOCUMENTS_MAX:
            size += len(slots[end].stored)
            if end > start and size > PUSH_BYTES_MAX:
                break
            end += 1
        part = slots[start:end]
        yield Push(
            incarnation=1,
            first_n=part[0].n,
            previous_hash=slots[start - 1].link_hash if start else GENESIS,
            items=[PushItem(stored=slot.stored, signature=slot.signature) for slot in part],
            head_signature=part[-1].link_signature,
        )
        start = end


def _wire(batches: Sequence[Push], device_id: str, key: SigningKey, house: House) -> Figure:
    """Encode and compress, decode, chain, and verify every signature; nothing is stored."""
    verify = VerifyKey(key.public)
    registry = house.office.hq.replica.registry
    wire_bytes = sum(len(pack(one)) for one in batches)
    count = sum(len(one.items) for one in batches)

    def carry(message: Push) -> None:
        got = unpack(pack(message), Push)
        previous = got.previous_hash
        for n, item in enumerate(got.items, got.first_n):
            registry.decode(item.stored)
            hashed = document_hash(item.stored)
            previous = link_hash(device_id, got.incarnation, n, previous, hashed)
            assert verify.document_good(item.stored, item.signature)
        assert verify.link_good(previous, got.head_signature)

    def bare(message: Push) -> None:
        for item in message.items:
            assert verify.document_good(item.stored, item.signature)

    watch = Stopwatch()
    with settled():
        for one in batches:
            watch.time(lambda m=one: carry(m))  # type: ignore[misc]
        floor = [seconds_of(lambda m=one: bare(m)) for one in batches]  # type: ignore[misc]
    ours = watch.wall
    stored = [item.stored for one in batches for item in one.items]
    return Figure(
        row="P7",
        what="the wire alone: encode, compress, decode, chain, verify",
        size=f"{count:,} bare sales in {len(batches)} batches",
        floor="Ed25519 over each document",
        floor_ms=median_ms(floor),
        median_ms=median_ms(ours),
        p99_ms=p99_ms(ours),
        cpu_ms=median_ms(watch.cpu),
        rate=count / sum(ours),
        unit="sales",
        size_bytes=wire_bytes / count,
        bytes_of="sale",
        goals=(
            at_least("sales/s", count / sum(ours), 10_000),
            at_most("B/sale", wire_bytes / count, 70),
        ),
        note=(
            f"stored {sum(map(len, stored)) / count:.0f} B, alone in zlib "
            f"{sum(len(zlib.compress(one)) for one in stored[:500]) / min(count, 500):.0f} B; of "
            "the wire bytes 64 are the signature and 10 the uid's chance; "
            f"{count / sum(watch.cpu):,.0f} sales/s and core"
        ),
    )


def post_all(house: House, device_id: str, batches: Sequence[Push]) -> Stopwatch:
    """Hand a device's batches to head office, one by one; what each took."""
    database, hq = house.office.database, house.office.hq
    with database.read() as connection:
        device = find_device(connection, device_id)
    assert device is not None

    def post(message: Push) -> None:
        with database.write() as connection:
            answer = push.ingest(connection, hq, device, message, CLOCK.now_us())
        assert not answer.verdicts

    watch = Stopwatch()
    with settled():
        for one in batches:
            watch.time(lambda m=one: post(m))  # type: ignore[misc]
    return watch


def _posted(house: House, device_id: str, batches: Sequence[Push]) -> Figure:
    """Into journal, ledgers, balances and feed of head office's database file."""
    count = sum(len(one.items) for one in batches)
    watch = post_all(house, device_id, batches)
    ours = watch.wall
    last = ours[-2 if len(ours) > 2 else -1]
    per_core = count / sum(watch.cpu)
    return Figure(
        row="P7",
        what="fully posted into head office's ledgers",
        size=f"{count:,} bare sales in {len(batches)} batches",
        median_ms=median_ms(ours),
        p99_ms=p99_ms(ours),
        cpu_ms=median_ms(watch.cpu),
        rate=count / sum(ours),
        unit="sales",
        goals=(at_least("sales/s and core", per_core, 2_000),),
        note=f"{per_core:,.0f} sales/s and core; last batch against first {last / ours[0]:.2f}",
    )
