"""A sync loses nothing, whatever the network does, and says what it did."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.store.identity import load_state
from desktop.store.local import LocalStore
from desktop.store.session import Session
from desktop.store.tables import sync_log
from desktop.sync.engine import Ask, Summary, drive, status, sync
from desktop.sync.story import LOGS_KEPT
from shared.core.errors import AccessDenied, Conflict, QutongError, Unavailable
from shared.journal.document import Header, Write
from shared.journal.spool import SpoolHead, read_spool
from shared.sync.limits import PUSH_BYTES_MAX, PUSH_DOCUMENTS_MAX
from shared.sync.messages import ForkAnswer, Hello, HelloAnswer, Message, Page, Pages, PushAnswer
from tests.builders.devices import a_store
from tests.builders.small_shop import REGISTRY, SCHEMA, Renamed, a_sale, small_product
from tests.fakes.edges import FakeClock
from tests.fakes.head_office import FakeHeadOffice, Handler

LOST = Unavailable("NETWORK")


@pytest.fixture
def office() -> Iterator[FakeHeadOffice]:
    made = FakeHeadOffice(REGISTRY, SCHEMA, ["org:brand", "site:SH01"])
    yield made
    made.close()


@pytest.fixture
def till() -> Iterator[LocalStore]:
    store = a_store()
    yield store
    store.close()


def sell(session: Session, qty: int = 1) -> Header:
    return session.append(a_sale("A1", qty))


def synced(store: LocalStore, handler: Handler, clock: FakeClock | None = None) -> Summary:
    return drive(sync(store, clock or FakeClock()), handler)


def count(office: FakeHeadOffice) -> int:
    return len(office.links.get("SH01.01", []))


def test_nothing_new_is_one_request(till: LocalStore, office: FakeHeadOffice) -> None:
    synced(till, office.handler("SH01.01"))
    handler = office.handler("SH01.01")
    office.publish(Write("small_product", "A1", {"name": "cream"}))
    synced(till, handler)
    handler.asked.clear()
    synced(till, handler)
    assert handler.asked == ["/hello"]


def test_documents_go_up_in_order_in_batches(till: LocalStore, office: FakeHeadOffice) -> None:
    for _ in range(PUSH_DOCUMENTS_MAX + 3):
        till.run("wang", sell)
    handler = office.handler("SH01.01")
    summary = synced(till, handler)
    assert (summary.pushed, count(office)) == (PUSH_DOCUMENTS_MAX + 3,) * 2
    assert handler.asked.count("/push") == 2


def test_a_batch_is_bounded_in_bytes_and_a_larger_document_travels_alone(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    name = "x" * (PUSH_BYTES_MAX * 2 // 3)
    for _ in range(3):
        till.run("wang", lambda session: session.append(Renamed(product_id="A1", name=name)))
    handler = office.handler("SH01.01")
    synced(till, handler)
    assert handler.asked.count("/push") == 3


@pytest.mark.parametrize("path", ["/hello", "/push", "/pulls"])
def test_an_answer_that_is_lost_costs_one_more_sync_and_no_document_twice(
    till: LocalStore, office: FakeHeadOffice, path: str
) -> None:
    till.run("wang", sell, 2)
    handler = office.handler("SH01.01")
    handler.lose_path, handler.lose_answer_to = path, LOST
    with pytest.raises(Unavailable, match="NETWORK"):
        synced(till, handler)
    assert synced(till, handler).findings == []
    assert count(office) == 1
    assert office.heads["site:SH01"][1] == 1


def test_a_kept_document_is_known_even_when_the_answer_was_lost(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    office.kept_kinds = {"moved"}
    till.run("wang", sell)
    handler = office.handler("SH01.01")
    handler.lose_path, handler.lose_answer_to = "/push", LOST
    with pytest.raises(Unavailable):
        synced(till, handler)
    summary = synced(till, handler)
    assert summary.kept == {1: "NOT_ALLOWED"}
    assert till.read(lambda c: status(c, till.enrolled)).kept == 1


def test_the_receipt_is_countersigned_and_stands_in_the_spool(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    till.run("wang", sell)
    synced(till, office.handler("SH01.01"))
    records = [placed.record for placed in read_spool(till.spool.load()).records]
    (receipt,) = [record for record in records if isinstance(record, SpoolHead)]
    assert (receipt.n, receipt.link_hash) == (1, office.links["SH01.01"][0])
    assert till.read(lambda c: status(c, till.enrolled)).unsent == 0


def test_pages_are_pulled_until_the_head_and_a_cut_goes_on_where_it_was(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    office.page_rows = 10
    office.publish(*(Write("small_product", f"A{i}", {"rank": i + 1}) for i in range(95)))
    handler = office.handler("SH01.01")
    pulls = 0

    def send(ask: Ask) -> Message:
        nonlocal pulls
        pulls += ask.path.startswith("/pull")
        if pulls == 6:
            pulls += 1
            raise LOST
        return handler(ask)

    with pytest.raises(Unavailable):
        drive(sync(till, FakeClock()), send)
    assert till.read(lambda c: len(c.execute(select(small_product)).all())) == 50
    assert drive(sync(till, FakeClock()), send).pulled == 45


def test_an_error_is_told_and_logged_with_its_code(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    handler = office.handler("SH01.01")
    handler.lose_path, handler.lose_answer_to = "/hello", LOST
    with pytest.raises(Unavailable):
        synced(till, handler)
    synced(till, handler, FakeClock(1_764_561_700_000_000))
    rows = till.read(lambda c: c.execute(select(sync_log)).mappings().all())
    assert [row["outcome"] for row in rows] == ["NETWORK", "done"]
    assert msgspec.json.decode(rows[1]["story"])["gained"] == ["org:brand", "site:SH01"]
    assert till.read(load_state).synced_at_us == 1_764_561_700_000_000


def bent(handler: Handler, **changes: object) -> Callable[[Ask], Message]:
    """Answers to hello with something else in them."""

    def send(ask: Ask) -> Message:
        answer = handler(ask)
        if isinstance(answer, HelloAnswer):
            return msgspec.structs.replace(answer, **changes)
        return answer

    return send


@pytest.mark.parametrize("other", [{"high_hash": bytes(32)}, {"high_water": 3}])
def test_another_journal_at_head_office_is_a_fork_and_nothing_is_sent(
    till: LocalStore, office: FakeHeadOffice, other: dict[str, int | bytes]
) -> None:
    till.run("wang", sell)
    synced(till, office.handler("SH01.01"))
    till.run("wang", sell)
    asked: list[str] = []

    def send(ask: Ask) -> Message:
        asked.append(ask.path)
        if ask.path == "/fork":
            raise Unavailable("NETWORK")
        return bent(office.handler("SH01.01"), **other)(ask)

    with pytest.raises(Unavailable, match="NETWORK"):
        drive(sync(till, FakeClock()), send)
    assert asked == ["/hello", "/fork"]


def test_an_incarnation_that_is_none_is_not_begun(till: LocalStore, office: FakeHeadOffice) -> None:
    def send(ask: Ask) -> Message:
        if ask.path == "/fork":
            return ForkAnswer(incarnation=1, since_n=0)
        return bent(office.handler("SH01.01"), high_water=3)(ask)

    with pytest.raises(Unavailable, match="ANSWER_WRONG"):
        drive(sync(till, FakeClock()), send)
    assert till.enrolled.incarnation == 1


def test_a_head_another_key_signed_is_not_believed(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    till.run("wang", sell)
    synced(till, office.handler("SH01.01"))
    with pytest.raises(AccessDenied, match="HEAD_SIGNATURE_BAD"):
        drive(sync(till, FakeClock()), bent(office.handler("SH01.01"), head_signature=b"x" * 64))


def test_a_protocol_this_program_does_not_speak_is_told(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    with pytest.raises(Unavailable, match="PROTOCOL_UNKNOWN"):
        drive(
            sync(till, FakeClock()),
            bent(office.handler("SH01.01"), protocol_min=7, protocol_max=9),
        )


def test_an_answer_of_another_sort_is_refused(till: LocalStore, office: FakeHeadOffice) -> None:
    page = office.handler("SH01.01")

    def send(ask: Ask) -> Message:
        is_page = ask.answer in (Page, Pages)
        return page(ask) if not is_page else office.hello("SH01.01", _hello(page, ask))

    def _hello(_handler: Handler, _ask: Ask) -> Hello:
        return Hello(protocol=1, incarnation=1, epoch="", head_n=0, head_hash=b"", cursors=[])

    with pytest.raises(Unavailable, match="ANSWER_WRONG"):
        drive(sync(till, FakeClock()), send)


def test_a_push_gap_leads_to_another_hello(till: LocalStore, office: FakeHeadOffice) -> None:
    till.run("wang", sell)
    handler = office.handler("SH01.01")
    refused: list[str] = []

    def send(ask: Ask) -> Message:
        if ask.answer is PushAnswer and not refused:
            refused.append(ask.path)
            raise Conflict("PUSH_GAP", high_water=0)
        return handler(ask)

    drive(sync(till, FakeClock()), send)
    assert count(office) == 1


def test_a_restored_head_office_is_offered_what_it_lacks(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    """It knew four sales, its backup knows two; the till has all of them."""
    for qty in (1, 2, 3, 4):
        till.run("wang", sell, qty)
        if qty == 2:
            synced(till, office.handler("SH01.01"))
            links, heads = list(office.links["SH01.01"]), list(office.heads["site:SH01"])
            feed = dict(office.feeds["site:SH01"])
            rows = office.connection.exec_driver_sql("SELECT id FROM small_move").scalars().all()
    synced(till, office.handler("SH01.01"))
    office.links["SH01.01"], office.heads["site:SH01"] = links, heads
    office.feeds["site:SH01"] = feed
    for row in office.connection.exec_driver_sql("SELECT id FROM small_move").scalars().all():
        if row not in rows:
            office.connection.exec_driver_sql("DELETE FROM small_move WHERE id = ?", (row,))
    office.connection.commit()
    office.epoch, office.generation = "epoch-2", 2
    summary = synced(till, office.handler("SH01.01"))
    assert [finding.code for finding in summary.findings] == ["HEAD_OFFICE_RESTORED"]
    assert (count(office), office.heads["site:SH01"][1]) == (4, 4)
    assert till.enrolled.epoch == "epoch-2"
    assert synced(till, office.handler("SH01.01")).findings == []


def test_the_clock_offset_is_learned_with_its_doubt(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    clock = FakeClock()
    office.now_us = clock.at_us + 60_000_000
    handler = office.handler("SH01.01")

    def slow(ask: Ask) -> Message:
        clock.tick(1_000)
        office.now_us += 1_000
        answer = handler(ask)
        clock.tick(1_000)
        return answer

    drive(sync(till, clock), slow)
    state = till.read(load_state)
    assert abs(state.clock_offset_us - 60_000_000) <= state.clock_doubt_us == 1_000


def test_an_unforeseen_error_ends_the_conversation_and_writes_nothing_more(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    def broken(_ask: Ask) -> Message:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        drive(sync(till, FakeClock()), broken)
    assert till.read(lambda c: c.execute(select(sync_log)).all()) == []


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["sell", "sync", "lose", "drop", "publish"]), max_size=25))
def test_after_any_course_of_losses_both_ends_agree(course: list[str]) -> None:
    office = FakeHeadOffice(REGISTRY, SCHEMA, ["org:brand", "site:SH01"])
    office.page_rows = 2
    tills = [a_store("SH01.01"), a_store("SH01.02")]
    handlers = [office.handler("SH01.01"), office.handler("SH01.02")]
    sold = 0
    for step, act in enumerate(course):
        till, handler = tills[step % 2], handlers[step % 2]
        if act == "sell":
            till.run("wang", sell, step + 1)
            sold += step + 1
        elif act == "publish":
            office.publish(Write("small_product", f"A{step % 3}", {"rank": step}))
        else:
            _sync_with_losses(till, handler, act, step)
    for till, handler in [*zip(tills, handlers, strict=True)] * 2:
        assert synced(till, handler).findings == []
    for till in tills:
        held = till.read(partial(status, identity=till.enrolled)).scopes
        for scope, head in office.heads.items():
            assert held[scope] == tuple(head)
        total = till.connection.exec_driver_sql("SELECT sum(went_out) FROM small_stock").scalar()
        till.connection.rollback()
        assert (total or 0) == sold
        till.close()
    office.close()


def _sync_with_losses(till: LocalStore, handler: Handler, act: str, step: int) -> None:
    asked = 0

    def send(ask: Ask) -> Message:
        nonlocal asked
        asked += 1
        if asked > step % 4 and act == "drop":
            raise LOST
        answer = handler(ask)
        if asked > step % 4 and act == "lose":
            raise LOST
        return answer

    try:
        drive(sync(till, FakeClock()), send)
    except QutongError as error:
        assert error is LOST  # noqa: PT017


def test_logs_are_kept_for_the_last_syncs_only(till: LocalStore, office: FakeHeadOffice) -> None:
    clock = FakeClock()
    for _ in range(LOGS_KEPT + 5):
        clock.tick(1_000)
        synced(till, office.handler("SH01.01"), clock)
    started = till.read(lambda c: c.execute(select(sync_log.c.started_at_us)).scalars().all())
    assert len(started) == LOGS_KEPT
    assert all(a < b for a, b in pairwise(sorted(started)))
    assert max(started) == clock.at_us


def test_a_page_that_begins_behind_the_cursor_is_no_answer(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    """An answer to an earlier question leaves a gap between the cursor and its first row."""
    synced(till, office.handler("SH01.01"))
    for n in range(4):
        office.publish(Write("small_product", f"A{n}", {"name": "cream"}))
    handler = office.handler("SH01.01")

    def send(ask: Ask) -> Message:
        answer = handler(ask)
        if isinstance(answer, Page):
            return msgspec.structs.replace(answer, after=2)
        return answer

    with pytest.raises(Unavailable, match="ANSWER_WRONG"):
        drive(sync(till, FakeClock()), send)


def test_an_answer_to_an_earlier_hello_is_no_answer(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    """It would make a head office that has less, and so was restored, of a sound one (I11)."""
    earlier: list[Message] = []

    def first(ask: Ask) -> Message:
        answer = office.handler("SH01.01")(ask)
        if isinstance(answer, HelloAnswer):
            earlier.append(answer)
        return answer

    drive(sync(till, FakeClock()), first)
    till.run("wang", sell)
    synced(till, office.handler("SH01.01"))
    before = till.read(load_state).acknowledged_n

    with pytest.raises(Unavailable, match="ANSWER_WRONG"):
        drive(sync(till, FakeClock()), lambda _: earlier[0])
    assert till.read(load_state).acknowledged_n == before


def test_another_generation_in_the_middle_leads_to_another_hello(
    till: LocalStore, office: FakeHeadOffice
) -> None:
    """Head office may have been restored: it is first asked what it has."""
    synced(till, office.handler("SH01.01"))
    office.publish(Write("small_product", "A1", {"name": "cream"}))
    handler = office.handler("SH01.01")
    refused: list[str] = []

    def send(ask: Ask) -> Message:
        if ask.answer is Page and not refused:
            refused.append(ask.path)
            raise Conflict("GENERATION_CHANGED", generation=2)
        return handler(ask)

    drive(sync(till, FakeClock()), send)
    assert handler.asked[:2] == ["/hello", "/hello"]
    assert refused == ["/pull"]
