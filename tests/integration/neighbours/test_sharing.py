"""Tills of a store share without head office, and its word replaces theirs afterwards (Q06)."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection, select

from desktop.store.tables import neighbour_document
from desktop.sync.neighbours.documents import own_after, taking_steps
from desktop.sync.neighbours.settling import (
    OFFER_US,
    PATIENCE_US,
    note_offered,
    settle_neighbours,
    unheard,
)
from shared.core.errors import Conflict, RuleViolation, Unavailable
from shared.sync.confirm import Applied, Step
from shared.sync.neighbours import Claim, Place
from shared.sync.provisional import provisional_rows, writes_of
from shared.sync.statements import upsert
from sync_server.sync import returning
from tests.integration.neighbours.store import StoreLan
from tests.simulation.edges import new_disk


@pytest.fixture
def lan() -> Iterator[StoreLan]:
    store = StoreLan()
    yield store
    store.release()


def test_a_sale_here_takes_from_the_stock_there_without_head_office(lan: StoreLan) -> None:
    lan.sell(lan.host, 2)
    lan.sell(lan.till, 3)
    assert lan.stock(lan.host) != lan.stock(lan.till)
    done = lan.exchange()

    assert (done.given, done.taken) == (3, 2)
    assert lan.stock(lan.host) == lan.stock(lan.till)
    again = lan.exchange()
    assert (again.given, again.taken) == (0, 0)
    lan.must_add_up(lan.host)
    lan.must_add_up(lan.till)


def test_no_write_holds_a_sale_up_for_more_than_some_documents(
    lan: StoreLan, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    def counted(apply: Callable[[Step], Applied]) -> Callable[[Step], Applied]:
        def applied(step: Step) -> Applied:
            done = apply(step)
            taken.append(done.rows)
            return done

        return applied

    for device in (lan.host, lan.till):
        lan.sell(device, 45)
        monkeypatch.setattr(device.running, "apply", counted(device.running.apply))
    done = lan.exchange()
    assert (done.given, done.taken, sum(taken)) == (45, 45, 90)
    assert max(taken) <= 20

    # Looking into what waits for head office is no write at all.
    taken.clear()
    settle_neighbours(lan.host.running, lan.world.now_us)
    assert taken == [0]
    assert lan.open_documents(lan.host) == 45


def test_what_head_office_sends_replaces_what_a_neighbour_gave(lan: StoreLan) -> None:
    lan.sell(lan.host, 2)
    lan.sell(lan.till, 2)
    lan.exchange()
    shared = lan.stock(lan.till)
    assert lan.provisional(lan.till)
    assert lan.open_documents(lan.till)

    for device in (lan.host, lan.till, lan.host):
        findings = lan.sync(device).findings
        assert not findings
    for device in (lan.host, lan.till):
        assert lan.stock(device) == shared
        assert (lan.provisional(device), lan.open_documents(device)) == (0, 0)
        lan.must_agree(device)
        lan.must_add_up(device)


def test_what_came_by_head_office_first_is_not_posted_again(lan: StoreLan) -> None:
    lan.sell(lan.till, 2)
    lan.sync(lan.till)
    lan.sync(lan.host)
    before = lan.stock(lan.host)
    lan.exchange()

    assert lan.stock(lan.host) == before
    assert lan.provisional(lan.host) == 0
    lan.must_agree(lan.host)


def test_a_neighbours_document_head_office_keeps_aside_is_taken_back(lan: StoreLan) -> None:
    before = lan.stock(lan.host)
    lan.sell(lan.till, 1, author="nobody")
    lan.exchange()
    assert lan.stock(lan.host) != before
    lan.sell(lan.till, 1)
    lan.exchange()
    summary = lan.sync(lan.till)
    assert len(summary.kept) == 1
    lan.sync(lan.host)

    assert (lan.provisional(lan.host), lan.open_documents(lan.host)) == (0, 0)
    lan.must_agree(lan.host)
    lan.must_add_up(lan.host)


def test_a_kept_document_is_taken_back_although_nothing_follows_it(lan: StoreLan) -> None:
    before = lan.stock(lan.host)
    lan.sell(lan.till, 1, author="nobody")
    lan.exchange()
    lan.sync(lan.till)
    lan.sync(lan.host)

    assert lan.stock(lan.host) == before
    assert lan.provisional(lan.host) == 0


def test_what_a_dead_till_sold_is_handed_up_by_its_neighbour_after_a_day(lan: StoreLan) -> None:
    lan.sell(lan.till, 3)
    lan.exchange()
    sold = lan.stock(lan.host)
    lan.till.disk.lose_process()
    lan.sell(lan.host)
    lan.sync(lan.host)
    assert lan.at_head_office("SH01.02") == 0
    assert lan.open_documents(lan.host) == 3

    lan.world.now_us += OFFER_US + 1_000_000
    for _ in range(3):
        lan.sell(lan.host)
        lan.sync(lan.host)
    assert lan.at_head_office("SH01.02") == 3
    assert (lan.provisional(lan.host), lan.open_documents(lan.host)) == (0, 0)
    lan.must_agree(lan.host)
    lan.must_add_up(lan.host)
    assert sum(lan.stock(lan.host).values()) < sum(sold.values())

    # The machine was not dead after all: it sends them itself, and nothing stands twice.
    lan.sync(lan.till)
    lan.sync(lan.host)
    assert lan.at_head_office("SH01.02") == 3
    assert lan.stock(lan.host) == lan.stock(lan.till)


def test_what_a_till_lost_with_its_disk_is_handed_up_though_it_wrote_on_in_the_same_slots(
    lan: StoreLan,
) -> None:
    image = lan.till.template()
    lan.sell(lan.till, 3)
    lan.exchange()
    lan.till.release()
    lan.till = lan.device("SH01.02", image, "restored")
    lan.begin_anew()
    lan.sell(lan.till, 4)
    for device in (lan.till, lan.host, lan.host):
        lan.sync(device)
    assert lan.at_head_office("SH01.02") == 4
    assert lan.open_documents(lan.host) == 3, "other documents stand in their slots"

    lan.world.now_us += OFFER_US + 1_000_000
    for device in (lan.host, lan.host, lan.till):
        lan.sell(device)
        lan.sync(device)
    lan.sync(lan.host)
    assert lan.at_head_office("SH01.02") == 3 + 4 + 1
    assert lan.open_documents(lan.host) == 0
    assert lan.stock(lan.host) == lan.stock(lan.till)
    for device in (lan.host, lan.till):
        lan.must_agree(device)
        lan.must_add_up(device)


def test_what_head_office_does_not_take_either_is_taken_back_in_the_end(
    lan: StoreLan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returning, "_of_site", lambda *_given: [])
    before = lan.stock(lan.host)
    lan.sell(lan.till)
    lan.exchange()
    lan.till.disk.lose_process()
    lan.sell(lan.host)
    lan.sync(lan.host)
    assert lan.provisional(lan.host), "a dead till's sales happened all the same"

    lan.world.now_us += PATIENCE_US + 1_000_000
    lan.sell(lan.host)
    lan.sync(lan.host)
    assert lan.provisional(lan.host), "it was handed up only now"
    lan.world.now_us += OFFER_US
    lan.sell(lan.host)
    lan.sync(lan.host)
    assert lan.provisional(lan.host) == 0
    lan.must_agree(lan.host)
    lan.must_add_up(lan.host)
    assert lan.stock(lan.host) != before


def test_a_clock_that_was_years_off_makes_nothing_old_when_it_is_put_right(lan: StoreLan) -> None:
    """The host of the store begins with an empty battery: what came that morning is ten years old
    by noon, and is neither taken back nor let go of."""
    before = lan.stock(lan.host)
    lan.sell(lan.till)
    lan.host.clock.offset_us = -10 * 365 * 24 * 3600 * 1_000_000
    lan.exchange()
    shared = lan.stock(lan.host)
    assert shared != before
    lan.host.clock.offset_us = 0
    for _ in range(2):
        lan.sell(lan.host)
        lan.sync(lan.host)
        assert lan.provisional(lan.host)
        assert lan.open_documents(lan.host) == 1
    lan.sync(lan.till)
    lan.sync(lan.host)
    assert lan.provisional(lan.host) == 0
    lan.must_add_up(lan.host)


def test_a_till_restored_from_an_older_disk_is_counted_once(lan: StoreLan) -> None:
    lan.sell(lan.till)
    lan.exchange()
    older = lan.till.template()
    lan.sell(lan.till, 2)
    lan.exchange()
    lan.sync(lan.till)
    lan.till.release()

    lan.till = lan.device("SH01.02", older, "restored")
    lan.begin_anew()
    lan.sell(lan.till, 2)
    assert lan.exchange().given == 3, "other documents in slots the host was given"
    assert lan.exchange().given == 0
    lan.sell(lan.till, 1)
    lan.exchange()
    for device in (lan.till, lan.host, lan.till, lan.host):
        lan.sync(device)
        lan.exchange()
    assert lan.stock(lan.host) == lan.stock(lan.till)
    for device in (lan.host, lan.till):
        assert lan.provisional(device) == 0
        lan.must_agree(device)
        lan.must_add_up(device)


def test_a_host_restored_from_an_older_disk_is_given_what_it_lost(lan: StoreLan) -> None:
    lan.sell(lan.till)
    lan.exchange()
    older = lan.host.template()
    lan.sell(lan.till, 2)
    lan.sell(lan.host)
    lan.exchange()
    lan.host.release()

    lan.host = lan.device("SH01.01", older, "restored")
    lan.listener = type(lan.listener)(lan.host.running, lan.host.clock)
    lan.sell(lan.host, 2)
    done = lan.exchange()
    assert (done.given, done.taken) == (2, 2)
    for device in (lan.host, lan.till, lan.host, lan.till):
        lan.sync(device)
        lan.exchange()
    # What the host sold and lost is known to its neighbour alone, and head office never heard it.
    lan.must_add_up(lan.host)
    lan.must_add_up(lan.till)
    lan.must_agree(lan.host)


def test_a_basket_goes_on_where_it_is_claimed_and_its_holder_learns_it(lan: StoreLan) -> None:
    lan.hold(lan.till, "b1", b"three scarves")
    lan.exchange()
    lan.till.disk.lose_process()

    assert lan.listener.claim(lan.host.name, _claim("b1")).content == b"three scarves"
    lan.sharing.forget()
    done = lan.exchange()
    assert [one.uid for one in done.gone] == ["b1"]
    assert lan.held(lan.till) == {}
    with pytest.raises(Conflict, match="BASKET_TAKEN"):
        lan.claim("b1")


def test_of_two_who_want_a_basket_one_gets_it_and_gets_it_again(lan: StoreLan) -> None:
    lan.hold(lan.host, "b1", b"two hats")
    lan.exchange()
    assert lan.claim("b1") == b"two hats"
    assert lan.claim("b1") == b"two hats", "its answer was lost"
    with pytest.raises(Conflict, match="BASKET_TAKEN"):
        lan.listener.claim(lan.host.name, _claim("b1"))


def test_a_basket_taken_up_by_its_holder_is_on_no_shelf(lan: StoreLan) -> None:
    lan.hold(lan.till, "b1", b"two hats")
    lan.exchange()
    assert lan.claim("b1") == b""
    lan.resume(lan.till, "b1")
    lan.exchange()
    with pytest.raises(RuleViolation, match="BASKET_GONE"):
        lan.listener.claim(lan.host.name, _claim("b1"))
    lan.hold(lan.till, "b1", b"two hats and a scarf")
    lan.exchange()
    assert lan.listener.claim(lan.host.name, _claim("b1")).content == b"two hats and a scarf"


_FATES = st.lists(st.sampled_from(["", "asked", "answer", "twice"]), max_size=3)
_STEPS = st.lists(
    st.one_of(
        st.sampled_from(
            ["sell host", "sell till", "wrong till", "sync host", "sync till", "restart", "share"]
        ),
        _FATES,
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=_STEPS)
def test_in_any_order_and_with_any_loss_all_three_end_equal(
    steps: list[str | list[str]],
) -> None:
    lan = StoreLan()
    try:
        for step in steps:
            _do(lan, step)
            lan.must_add_up(lan.host)
            lan.must_add_up(lan.till)
        lan.exchange()
        assert lan.exchange().taken == 0
        for device in (lan.host, lan.till, lan.host, lan.till):
            lan.sync(device)
        lan.exchange()
        if "wrong till" not in steps:
            # Its own kept document stays on a device until somebody repairs it.
            assert lan.stock(lan.host) == lan.stock(lan.till)
        for device in (lan.host, lan.till):
            assert (lan.provisional(device), lan.open_documents(device)) == (0, 0)
            lan.must_agree(device)
            lan.must_add_up(device)
    finally:
        lan.release()


def _do(lan: StoreLan, step: str | list[str]) -> None:
    devices = {"host": lan.host, "till": lan.till}
    if isinstance(step, list):
        try:
            lan.exchange(step)
        except Unavailable:
            return
    elif step == "share":
        lan.exchange()
    elif step == "restart":
        for device in devices.values():
            device.crash()
            device.open()
        lan.begin_anew()
    else:
        act, name = step.split()
        if act == "sync":
            lan.sync(devices[name])
        else:
            lan.sell(devices[name], author="nobody" if act == "wrong" else "wang")


def _claim(uid: str) -> Claim:
    return Claim(uid=uid)


def test_who_died_between_claim_and_basket_is_offered_it_again(lan: StoreLan) -> None:
    lan.hold(lan.host, "b1", b"two hats")
    lan.exchange()
    lan.claim("b1")
    lan.till.crash()
    lan.till.open()
    lan.begin_anew()
    lan.exchange()
    assert lan.shelf(lan.till) == {"b1": b"two hats"}
    assert lan.claim("b1") == b"two hats"


def test_what_was_shared_outlives_a_database_that_is_lost(lan: StoreLan) -> None:
    lan.sell(lan.host, 2)
    lan.sell(lan.till)
    lan.exchange()
    before = lan.stock(lan.till)
    lan.till.crash()
    lan.till.disk.release()
    lan.till.disk = new_disk(lan.house.synced["SH01.02"].disk)
    lan.till.open()
    lan.begin_anew()
    lan.exchange()
    assert lan.stock(lan.till) == before
    lan.must_add_up(lan.till)


def test_a_later_slot_that_head_office_sent_decides_the_earlier_ones(lan: StoreLan) -> None:
    lan.sell(lan.till, 3)
    lan.exchange()
    replica = lan.host.running.replica

    def second_came(connection: Connection) -> None:
        d = neighbour_document
        query = select(d.c.stored).where(d.c.is_open == 1).order_by(d.c.n)
        second = connection.execute(query).scalars().all()[1]
        for name, rows in provisional_rows(connection, replica, writes_of(replica, second)).items():
            for row in rows:
                upsert(connection, replica.schema[name].table, ("id",), [row | {"_slot": 0}])

    lan.host.running.transact(second_came)
    settle_neighbours(lan.host.running, lan.world.now_us)
    assert lan.open_documents(lan.host) == 2, "nothing says that the first is there"
    now_us = lan.world.now_us
    offered = lan.host.running.read(lambda one: unheard(one, lan.host.name, now_us))
    assert [one.n for one in offered] == [1], "it is handed up at once"
    lan.host.running.transact(lambda one: note_offered(one, offered, now_us))
    settle_neighbours(lan.host.running, lan.world.now_us)
    assert lan.open_documents(lan.host) == 1, "the third may still be on its way"
    lan.must_add_up(lan.host)


def test_a_document_whose_slot_another_one_took_reaches_head_office(lan: StoreLan) -> None:
    before = lan.till.template()
    lan.sell(lan.till)
    lan.exchange()
    lan.till.crash()
    lan.till.lose_database(before)
    lan.till.spool.data = before.spool
    lan.till.open()
    lan.begin_anew()
    lan.sell(lan.till)
    lan.exchange()
    assert lan.open_documents(lan.host) == 2, "both in the first slot"
    lan.sync(lan.till)
    lan.sync(lan.host)
    lan.sync(lan.host)
    assert lan.open_documents(lan.host) == 0
    assert lan.at_head_office(lan.till.name) == 2
    lan.must_agree(lan.host)
    lan.must_add_up(lan.host)


def test_what_is_not_signed_by_its_author_is_nobodys(lan: StoreLan) -> None:
    lan.sell(lan.till)
    lan.sell(lan.host)
    identity, now_us = lan.till.running.enrolled, lan.world.now_us
    [good] = lan.till.running.read(lambda one: own_after(one, identity, Place(), now_us))
    host = lan.host.running
    before = lan.stock(lan.host)
    for bad in (
        replace(good, signature=bytes(64)),
        replace(good, stored=good.stored[:-1] + bytes((good.stored[-1] ^ 1,))),
        replace(good, uid="f" * 32),
        replace(good, device_id="SH02.01"),
        replace(good, device_id=lan.host.name),
        replace(good, n=0),
    ):
        [step] = taking_steps(host.replica, host.enrolled, [bad], now_us, is_host=True)
        assert host.apply(step).rows == 0, bad
    assert lan.stock(lan.host) == before
    [step] = taking_steps(host.replica, host.enrolled, [good, good], now_us, is_host=True)
    assert host.apply(step).rows == 1
