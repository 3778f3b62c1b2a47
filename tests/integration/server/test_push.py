"""Documents go up: exactly once, whatever the device, the network or a forger does."""

from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import func, select

from shared.core.errors import AccessDenied, Conflict, RuleViolation
from shared.journal.chain import VerifyKey
from shared.journal.document import Document
from shared.journal.kind import encode
from shared.journal.tables import journal
from shared.sync.messages import PushItem, Verdict
from tests.integration.server.tiny import Asked, NoteWritten, Sold, balance, move, note
from tests.integration.server.world import World

A_SALE = Sold(product="P1", qty_micro=2_000_000)


def _moves(world: World) -> int:
    return int(str(world.read(select(func.count()).select_from(move))[0][0]))


def _verdicts(world: World) -> list[tuple[object, ...]]:
    statement = select(journal.c.n, journal.c.verdict, journal.c.code)
    return world.read(
        statement.where(journal.c.device_id != "HQ").order_by(journal.c.device_id, journal.c.n)
    )


def test_a_pushed_sale_is_posted_and_countersigned(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE)
    till.add(A_SALE)

    answer = till.push()

    assert (answer.high_water, answer.verdicts) == (2, [])
    assert answer.high_hash == till.slots[-1].link_hash
    hq_key = VerifyKey(world.hq.author.key.public)
    assert hq_key.head_good(answer.high_hash, answer.head_signature)
    sums = select(balance.c.end, balance.c.came_in, balance.c.went_out).order_by(balance.c.end)
    assert world.read(sums) == [
        ("customer", 4_000_000, 0),
        ("site/SH01/-/sellable", 0, 4_000_000),
    ]


def test_a_batch_sent_again_changes_nothing(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE)
    till.add_bytes(b"\xc1 no document")
    first = till.push()

    again = till.push()

    assert again.high_water == first.high_water == 2
    assert again.verdicts == [
        Verdict(n=1, outcome="already"),
        Verdict(n=2, outcome="kept", code="UNREADABLE_DOCUMENT"),
    ]
    assert _moves(world) == 1


def test_a_batch_that_overlaps_adds_only_what_is_new(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE)
    till.push()
    till.add(A_SALE)

    answer = till.push()

    assert answer.verdicts == [Verdict(n=1, outcome="already")]
    assert _moves(world) == 2


def test_a_gap_is_refused_with_what_head_office_has(world: World) -> None:
    till = world.enrol()
    for _ in range(3):
        till.add(A_SALE)
    till.push(till.batch(1, 1))

    with pytest.raises(Conflict) as refused:
        till.push(till.batch(3))

    assert (refused.value.code, dict(refused.value.params)) == ("PUSH_GAP", {"high_water": 1})
    assert _moves(world) == 1


def test_another_document_in_a_taken_slot_is_a_fork(world: World) -> None:
    till = world.enrol()
    clone = world.enrol()
    clone.slots = []
    till.add(A_SALE)
    till.push()
    clone.add(NoteWritten(note_id="n", title="made on the copy of the disk"))

    with pytest.raises(Conflict) as refused:
        clone.push()

    assert refused.value.code == "JOURNAL_FORKED"


def test_a_batch_behind_another_past_is_a_fork(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE)
    till.push()
    till.add(A_SALE)
    strange = msgspec.structs.replace(till.batch(2), previous_hash=b"x" * 32)

    with pytest.raises(Conflict) as refused:
        till.push(strange)

    assert refused.value.code == "JOURNAL_FORKED"


def test_a_batch_whose_head_is_not_signed_by_the_device_stores_nothing(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE)
    till.add(A_SALE)
    cut = till.batch()
    cut = msgspec.structs.replace(cut, items=cut.items[:1])

    with pytest.raises(AccessDenied) as refused:
        till.push(cut)

    assert refused.value.code == "BAD_LINK_SIGNATURE"
    assert _verdicts(world) == []


def test_items_swapped_on_the_way_store_nothing(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE)
    till.add(NoteWritten(note_id="n", title="t"))
    whole = till.batch()
    swapped = msgspec.structs.replace(whole, items=whole.items[::-1])

    with pytest.raises(AccessDenied):
        till.push(swapped)

    assert _verdicts(world) == []


@pytest.mark.parametrize("items", [0, 501])
def test_an_empty_or_oversized_batch_is_refused(world: World, items: int) -> None:
    till = world.enrol()
    till.add(A_SALE)
    one = till.batch()
    with pytest.raises(RuleViolation):
        till.push(msgspec.structs.replace(one, items=one.items * items))


def test_an_undecodable_document_amid_a_batch_is_kept_and_the_rest_is_posted(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE)
    till.add_bytes(b"\x93broken")
    till.add(A_SALE)

    answer = till.push()

    assert answer.high_water == 3
    assert answer.verdicts == [Verdict(n=2, outcome="kept", code="UNREADABLE_DOCUMENT")]
    assert _moves(world) == 2
    tasks = world.read(select(note.c.title, note.c.site_id).where(note.c.state == "open"))
    assert tasks == [("UNREADABLE_DOCUMENT", "SH01")]


def test_a_document_signed_by_another_key_is_kept(world: World) -> None:
    till = world.enrol()
    other = world.enrol(tag="02")
    till.add(A_SALE)
    forged = till.slots[0]._replace(signature=other.key.sign_document(till.slots[0].stored))
    batch = till.batch()
    item = PushItem(stored=forged.stored, signature=forged.signature)

    answer = till.push(msgspec.structs.replace(batch, items=[item]))

    assert answer.verdicts == [Verdict(n=1, outcome="kept", code="BAD_SIGNATURE")]
    assert _moves(world) == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"device_id": "SH02.01"}, "FOREIGN_DEVICE"),
        ({"site_id": "SH02"}, "FOREIGN_SITE"),
        ({"author_id": "li"}, "PERMISSION_MISSING"),
        ({"author_id": "nobody"}, "PERMISSION_MISSING"),
        ({"author_id": "system"}, "PERMISSION_MISSING"),
    ],
)
def test_what_the_author_may_not_do_is_kept(world: World, said: dict[str, str], code: str) -> None:
    till = world.enrol()
    till.add(A_SALE, **said)

    answer = till.push()

    assert answer.verdicts == [Verdict(n=1, outcome="kept", code=code)]
    assert _moves(world) == 0


def test_goods_cannot_be_moved_to_another_site(world: World) -> None:
    till = world.enrol()
    till.add(Sold(product="P1", qty_micro=1, to_end="site/SH02/-/sellable"))

    assert till.push().verdicts == [Verdict(n=1, outcome="kept", code="FOREIGN_END")]


def test_a_till_cannot_write_what_only_a_warehouse_may(world: World) -> None:
    dealer = world.enrol(device_type="dealer")
    dealer.add(A_SALE)

    assert dealer.push().verdicts[0].code == "DEVICE_TYPE_NOT_ALLOWED"


@pytest.mark.parametrize("product", ["POISON", "CLASH"])
def test_one_document_that_cannot_be_posted_does_not_hold_up_the_others(
    world: World, product: str
) -> None:
    till = world.enrol()
    till.add(Sold(product="CLASH", qty_micro=5))
    till.add(A_SALE)
    till.add(Sold(product=product, qty_micro=7))
    till.add(Asked(wanted=3))

    answer = till.push()

    assert answer.verdicts == [Verdict(n=3, outcome="kept", code="POSTING_FAILED")]
    assert _moves(world) == 2
    assert world.read(select(note.c.state).where(note.c.state == "accepted")) == [("accepted",)]


def test_a_quantity_no_database_holds_is_kept(world: World) -> None:
    till = world.enrol()
    till.add(Sold(product="P1", qty_micro=1 << 63))
    till.add(A_SALE)

    assert till.push().verdicts == [Verdict(n=1, outcome="kept", code="AMOUNT_TOO_LARGE")]
    assert _moves(world) == 1


def test_a_text_no_database_holds_blocks_nothing(world: World) -> None:
    till = world.enrol()
    till.add(NoteWritten(note_id="n", title="zero \x00 byte"))
    till.add(A_SALE)

    answer = till.push()

    assert answer.high_water == 2
    assert _moves(world) == 1


def test_a_request_is_decided_by_a_document_of_head_office(world: World) -> None:
    till = world.enrol()
    slot = till.add(Asked(wanted=11))

    till.push()

    assert world.read(select(note.c.state)) == [("rejected",)]
    rows = world.read(select(journal.c.stored).where(journal.c.kind == "tiny_decided"))
    (stored,) = rows[0]
    assert isinstance(stored, bytes)
    decision = world.hq.replica.registry.decode(stored)
    request = world.hq.replica.registry.decode(slot.stored)
    assert decision.header.predecessor == request.header.uid
    assert (decision.header.device_id, decision.header.author_id) == ("HQ", "system")


def test_the_same_document_in_another_slot_is_posted_once(world: World) -> None:
    till = world.enrol()
    slot = till.add(A_SALE)
    till.push()
    relinked = replace(till, incarnation=2, slots=[])
    relinked.add_bytes(slot.stored)

    answer = relinked.push()

    assert answer.verdicts == [Verdict(n=1, outcome="already")]
    assert _moves(world) == 1


def test_a_repeat_within_one_batch_is_posted_once(world: World) -> None:
    till = world.enrol()
    slot = till.add(A_SALE)
    till.add_bytes(slot.stored)

    assert till.push().verdicts == [Verdict(n=2, outcome="already")]
    assert _moves(world) == 1


def test_another_document_under_a_taken_uid_is_kept(world: World) -> None:
    till = world.enrol()
    first = till.header(A_SALE)
    till.add_bytes(encode(Document(first, A_SALE)))
    till.add_bytes(encode(Document(first, Sold(product="P2", qty_micro=9))))

    assert till.push().verdicts == [Verdict(n=2, outcome="kept", code="DUPLICATE_UID")]
    assert _moves(world) == 1


def test_a_kept_forgery_does_not_take_the_uid_of_the_true_document(world: World) -> None:
    true_till, forger = world.enrol(), world.enrol(site_id="SH02")
    slot = true_till.add(A_SALE)
    forger.add_bytes(slot.stored)

    assert forger.push().verdicts[0].code == "FOREIGN_DEVICE"
    assert true_till.push().verdicts == []
    assert _moves(world) == 1


def test_a_uid_of_the_wrong_length_is_kept(world: World) -> None:
    till = world.enrol()
    till.add(A_SALE, uid=b"short")

    assert till.push().verdicts == [Verdict(n=1, outcome="kept", code="UNREADABLE_DOCUMENT")]
