"""Documents in perfect form, well signed, that say what they should not: kept, and harmless."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from shared.areas import KINDS, REGISTRY, SCHEMA
from shared.core.ids import uuid7
from shared.journal.kind import Kind
from shared.journal.tables import journal
from shared.sync.limits import PAGE_CHARS_MAX
from shared.sync.messages import (
    Verdict,
    pack,
)
from shared.tasks.tables import task
from sync_server.operations.verify import faults
from tests.integration.server.malice import (
    BYTES,
    HOSTILE,
    NUMBERS,
    TEXTS,
    hostile,
    spoiled_bytes,
)
from tests.integration.server.two_shops import (
    DAY,
    Place,
    Till,
    a_sale,
    pull_all,
)
from tests.integration.server.world import NOON_US

_MSGPACK = msgspec.msgpack.Encoder()


def _made_up(chance: random.Random, kind: msgspec.inspect.Type) -> Any:
    """A value of the type a body asks for, and seldom a sensible one."""
    match kind:
        case msgspec.inspect.StrType():
            return chance.choice(TEXTS)
        case msgspec.inspect.IntType():
            return chance.choice(NUMBERS)
        case msgspec.inspect.BoolType():
            return chance.random() < 0.5
        case msgspec.inspect.BytesType():
            return chance.choice((*BYTES, b"z" * 16))
        case msgspec.inspect.ListType() | msgspec.inspect.VarTupleType():
            return [_made_up(chance, kind.item_type) for _ in range(chance.randrange(4))]
        case msgspec.inspect.StructType() | msgspec.inspect.NamedTupleType():
            return [_made_up(chance, one.type) for one in kind.fields]
        case _:
            return hostile(chance)


def _header(chance: random.Random, till: Till, kind: Kind) -> list[Any]:
    said: list[Any] = [
        uuid7(NOON_US, till.random), kind.name, kind.version, till.wire.device_id, till.site_id,
        "owner", NOON_US, DAY, "", b"", "", 0,
    ]  # fmt: skip
    if chance.random() < 0.4:
        at = chance.randrange(len(said))
        pool: Sequence[Any] = {int: NUMBERS, str: TEXTS, bytes: BYTES}[type(said[at])]
        said[at] = chance.choice(pool)
    return said


def test_documents_full_of_nonsense_harm_nobody(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(7)
    before = place.neighbour()
    shapes = [(kind, msgspec.inspect.type_info(kind.body)) for kind in KINDS]
    verdicts: list[Verdict] = []
    for _ in range(max(10, HOSTILE // 50)):
        first = len(place.mine.slots) + 1
        for kind, shape in shapes:
            stored = _MSGPACK.encode((_header(chance, place.mine, kind), _made_up(chance, shape)))
            if chance.random() < 0.1:
                stored = spoiled_bytes(chance, stored)
            place.mine.add_bytes(stored)
        place.mine.add(a_sale())
        verdicts += place.mine.push(first)
        assert verdicts[-1:] == [] or verdicts[-1].n != len(place.mine.slots), "the honest sale"

    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    assert place.neighbour() == before
    assert place.theirs.says(a_sale()) == ""
    with place.office.database.read() as connection:
        assert list(faults(connection, REGISTRY, SCHEMA, place.office.hq.author.key.public)) == []
    pull_all(place.mine, "site:SH01")


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
        # A month that is none would be closed by nobody, and no month behind it.
        {"business_day": "2025-13-01"},
        {"business_day": "2025-02-30"},
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
    pages = pull_all(place.mine, "site:SH01")
    assert len(pages) > 60 * 90_000 // PAGE_CHARS_MAX
    assert sum(len(run.ids) for page in pages for run in page.runs if run.table == "sale") == 60


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
