"""Pages from head office and what was typed here become one set of rows, balances and digests."""

from collections.abc import Iterator, Sequence
from functools import partial

import msgspec
import pytest
from sqlalchemy import delete, select

from desktop.store.local import LocalStore
from desktop.sync.engine import drive, sync
from shared.core.errors import Unavailable
from shared.journal.chain import seal
from shared.journal.document import Value, Write
from shared.journal.tables import journal
from shared.sync.appending import head_of, slot_row
from shared.sync.comparing import table_sums
from shared.sync.confirm import Applied, page_steps
from shared.sync.digest import row_digest
from shared.sync.holding import (
    cursors,
    extra_row,
    gain_scopes,
    granted_scopes,
    lose_scope,
    recount,
    scope_cursor,
)
from shared.sync.messages import Page, Pull, Run
from shared.sync.moved import moved_of
from shared.sync.own_slots import Own
from shared.sync.replica import load_rows
from shared.sync.settling import settle_step
from shared.sync.statements import Row
from tests.builders.devices import a_key, a_store
from tests.builders.small_shop import (
    GOLD,
    PRODUCT,
    REGISTRY,
    SCHEMA,
    Renamed,
    a_sale,
    move_id,
    small_move,
    small_product,
    small_stock,
)
from tests.fakes.edges import FakeClock
from tests.fakes.head_office import FakeHeadOffice

ORG, SITE = "org:brand", "site:SH01"
OWN = Own(device_id="SH01.01", incarnation=1)


@pytest.fixture
def head_office() -> Iterator[FakeHeadOffice]:
    office = FakeHeadOffice(REGISTRY, SCHEMA, [ORG, SITE])
    yield office
    office.close()


@pytest.fixture
def till() -> Iterator[LocalStore]:
    store = a_store()
    yield store
    store.close()


def synced(store: LocalStore, office: FakeHeadOffice, device_id: str = "SH01.01") -> list[str]:
    """One whole sync; the codes of what it found."""
    summary = drive(sync(store, FakeClock()), office.handler(device_id))
    return [finding.code for finding in summary.findings]


def product(store: LocalStore, product_id: str) -> Row:
    return store.read(lambda c: load_rows(c, PRODUCT, {product_id}))[product_id]


def stock(store: LocalStore) -> int:
    """What the till thinks stands on its shelf."""
    rows = store.read(lambda c: c.execute(select(small_stock)).mappings().all())
    return sum(row["came_in"] - row["went_out"] for row in rows)


def held(store: LocalStore, scope: str) -> tuple[int, int]:
    rows = store.read(cursors)
    return next((row[3], row.digest) for row in rows if row.scope == scope)


def apply(store: LocalStore, page: Page) -> list[Applied]:
    return [store.apply(step) for step in page_steps(store.replica, OWN, page)]


def a_page(
    runs: Sequence[Run],
    *,
    scope: str = ORG,
    count: int,
    digest: int,
    posted_n: int = 0,
    head: int = 0,
) -> Page:
    until = runs[-1].until if runs else head
    return Page(
        scope=scope,
        generation=1,
        until=until,
        head=head or until,
        count=count,
        digest=digest,
        posted_n=posted_n,
        runs=list(runs),
    )


def a_run(
    ids: list[str],
    columns: dict[str, list[Value]],
    *,
    until: int = 1,
    table: str = "small_product",
    removed: list[str] | None = None,
) -> Run:
    return Run(
        table=table,
        until=until,
        ids=ids,
        columns=list(columns),
        cells=list(columns.values()),
        removed=removed or [],
    )


def granted(store: LocalStore, *scopes: str) -> None:
    for scope in scopes:
        store.transact(partial(gain_scopes, schema=SCHEMA, generations={scope: 1}))


def test_what_head_office_publishes_is_here_after_a_sync(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.publish(Write("small_product", "A1", {"name": "cream", "rank": 3}))
    assert synced(till, head_office) == []
    assert product(till, "A1")["name"] == "cream"


def test_a_bulk_row_has_the_digest_the_row_itself_has(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.publish(Write("small_product", "A1", {"name": "霜", "rank": -3}))
    synced(till, head_office)
    row = product(till, "A1")
    assert row["_digest"] == row_digest(PRODUCT, "A1", row)


def test_own_rows_come_back_confirmed_and_count_once_in_balance_and_digest(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    till.run("wang", lambda session: session.append(a_sale("A1", 2, 3)))
    assert stock(till) == -5
    assert synced(till, head_office) == []
    assert stock(till) == -5
    assert held(till, SITE) == tuple(head_office.heads[SITE][1:])
    rows = till.read(lambda c: c.execute(select(small_move)).mappings().all())
    assert [row["_slot"] for row in rows] == [0, 0]


def test_two_tills_of_a_site_hold_the_same_digest(head_office: FakeHeadOffice) -> None:
    first, second = a_store("SH01.01"), a_store("SH01.02")
    first.run("wang", lambda session: session.append(a_sale("A1", 2)))
    second.run("li", lambda session: session.append(a_sale("A1", 7)))
    second.run("li", lambda session: session.append(Renamed(product_id="A1", name="cream")))
    for store, device_id in ((first, "SH01.01"), (second, "SH01.02"), (first, "SH01.01")):
        assert synced(store, head_office, device_id) == []
    assert held(first, SITE) == held(second, SITE)
    assert held(first, ORG) == held(second, ORG)
    assert stock(first) == stock(second) == -9
    first.close()
    second.close()


def test_a_page_applied_twice_changes_nothing_the_second_time(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    till.run("wang", lambda session: session.append(a_sale("A1", 2)))
    synced(till, head_office)
    before = held(till, SITE)
    page = head_office.pull("SH01.01", Pull(scope=SITE, generation=1, after=0, limit=9))
    assert [applied.rows for applied in apply(till, page)] == [0]
    assert (held(till, SITE), stock(till)) == (before, -2)


def test_a_page_of_another_generation_or_of_a_lost_scope_does_nothing(till: LocalStore) -> None:
    granted(till, ORG)
    run = a_run(["A1"], {"name": ["cream"]})
    other = msgspec.structs.replace(a_page([run], count=1, digest=1), generation=7)
    lost = msgspec.structs.replace(a_page([run], count=1, digest=1), scope="org:gone")
    assert [a.rows for page in (other, lost) for a in apply(till, page)] == [0, 0]
    assert till.read(lambda c: c.execute(select(small_product)).all()) == []


def test_a_ledger_row_that_differs_is_replaced_and_the_balance_corrected(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    done = till.run("wang", lambda session: session.append(a_sale("A1", 2)))
    row_id = move_id(done.value.uid)
    granted(till, SITE)
    row = till.read(lambda c: c.execute(select(small_move)).mappings().one())
    values = {name: row[name] for name in ("site_id", "product_id", "from_place", "to_place")}
    columns: dict[str, list[Value]] = {name: [value] for name, value in values.items()}
    run = a_run([row_id], columns | {"qty": [9]}, table="small_move")
    (applied,) = apply(till, a_page([run], scope=SITE, count=1, digest=0, posted_n=1))
    assert [finding.code for finding in applied.findings] == ["LEDGER_DIFFERS", "DIGEST_MISMATCH"]
    assert stock(till) == -9


def test_a_row_head_office_did_not_post_is_reversed_and_told(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    till.run("wang", lambda session: session.append(a_sale("A1", 2)))
    granted(till, SITE)
    (applied,) = apply(till, a_page([], scope=SITE, count=0, digest=0, posted_n=1))
    assert applied.findings == ()
    own = Own(device_id="SH01.01", incarnation=1)
    settled = till.apply(settle_step(till.replica, own, 1, frozenset({SITE})))
    assert settled.findings == (), "a scope whose head was not reached waits"
    settled = till.apply(settle_step(till.replica, own, 1, frozenset()))
    assert [finding.code for finding in settled.findings] == ["ROW_REVERSED"]
    assert stock(till) == 0
    assert till.read(lambda c: c.execute(select(small_move)).all()) == []


def test_a_row_of_a_slot_not_yet_posted_waits(till: LocalStore) -> None:
    till.run("wang", lambda session: session.append(a_sale("A1", 2)))
    granted(till, SITE)
    (applied,) = apply(till, a_page([], scope=SITE, count=0, digest=0, posted_n=0))
    assert (applied.findings, stock(till)) == ((), -2)


def test_rows_of_a_kept_document_stay_here_and_count_nowhere(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.kept_kinds = {"moved"}
    till.run("wang", lambda session: session.append(a_sale("A1", 2)))
    assert synced(till, head_office) == []
    assert stock(till) == -2
    assert held(till, SITE) == (0, 0)


def test_what_was_typed_here_and_not_sent_stays_on_top_of_head_offices_row(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.publish(Write("small_product", "A1", {"name": "cream", "colour": "white"}))
    synced(till, head_office)
    till.run("wang", lambda session: session.append(Renamed(product_id="A1", colour="red")))
    head_office.publish(Write("small_product", "A1", {"name": "rich cream", "colour": "blue"}))
    page = head_office.pull("SH01.01", Pull(scope=ORG, generation=1, after=1, limit=9))
    apply(till, page)
    row = product(till, "A1")
    assert (row["name"], row["colour"], row["_slot"]) == ("rich cream", "red", 1)
    # It counts as head office sent it, so both ends agree while the colour is on its way.
    assert held(till, ORG) == tuple(head_office.heads[ORG][1:])
    assert synced(till, head_office) == []
    assert product(till, "A1")["_slot"] == 0
    assert held(till, ORG) == tuple(head_office.heads[ORG][1:])


def test_what_was_typed_here_and_overtaken_is_told(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    till.run("wang", lambda session: session.append(Renamed(product_id="A1", colour="red")))
    handler = head_office.handler("SH01.01")
    handler.lose_path, handler.lose_answer_to = "/pulls", ConnectionResetError()
    with pytest.raises(ConnectionResetError):
        drive(sync(till, FakeClock()), handler)
    head_office.publish(Write("small_product", "A1", {"colour": "blue"}))
    assert synced(till, head_office) == ["TYPED_LOST"]
    assert product(till, "A1")["colour"] == "blue"


def test_removed_rows_go_and_leave_the_digest(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.publish(*(Write("small_product", f"A{i}", {"rank": i}) for i in range(1, 5)))
    synced(till, head_office)
    head_office.remove("small_product", "A2")
    assert synced(till, head_office) == []
    rows = till.read(lambda c: c.execute(select(small_product.c.id)).scalars().all())
    assert sorted(rows) == ["A1", "A3", "A4"]


def test_a_removed_row_that_was_changed_here_since_is_posted_again(till: LocalStore) -> None:
    granted(till, ORG)
    apply(till, a_page([a_run(["A1"], {"name": ["cream"]})], count=1, digest=0))
    till.run("wang", lambda session: session.append(Renamed(product_id="A1", colour="red")))
    gone = a_run([], {}, until=2, removed=["A1"])
    (applied,) = apply(till, a_page([gone], count=0, digest=0))
    assert applied.findings == ()
    row = product(till, "A1")
    assert (row["name"], row["colour"], row["_digest"]) == ("", "red", 0)


def test_columns_of_a_later_version_are_kept_and_counted(till: LocalStore) -> None:
    granted(till, ORG)
    columns: dict[str, list[Value]] = {"name": ["cream", ""], "zest": ["lime", ""]}
    apply(till, a_page([a_run(["A1", "A2"], columns)], count=2, digest=0))
    row = product(till, "A1")
    assert msgspec.msgpack.decode(row["_extra"]) == {"zest": "lime"}
    extra = row["_extra"]
    assert row["_digest"] == row_digest(PRODUCT, "A1", row, extra)
    assert row["_digest"] != row_digest(PRODUCT, "A1", row)
    assert product(till, "A2")["_extra"] == b""


def test_rows_of_a_table_of_a_later_version_are_kept_counted_and_removed(till: LocalStore) -> None:
    granted(till, ORG)
    run = a_run(["B1", "B2"], {"name": ["bag", ""]}, table="small_bag")
    apply(till, a_page([run], count=2, digest=0))
    apply(till, a_page([msgspec.structs.replace(run, until=2)], count=2, digest=0))
    kept = till.read(lambda c: c.execute(select(extra_row)).mappings().all())
    assert [row["id"] for row in kept] == ["B1", "B2"]
    assert held(till, ORG)[0] == 2
    gone = a_run([], {}, until=3, removed=["B1", "B2"], table="small_bag")
    (applied,) = apply(till, a_page([gone], count=0, digest=0))
    assert (applied.findings, held(till, ORG)) == ((), (0, 0))


def test_a_digest_that_differs_is_found(till: LocalStore) -> None:
    granted(till, ORG)
    (applied,) = apply(till, a_page([a_run(["A1"], {"name": ["x"]})], count=1, digest=12))
    assert [finding.code for finding in applied.findings] == ["DIGEST_MISMATCH"]


def test_no_digest_is_compared_in_the_middle_of_a_scope(till: LocalStore) -> None:
    granted(till, ORG)
    run = a_run(["A1"], {"name": ["x"]})
    (applied,) = apply(till, a_page([run], count=2, digest=12, head=9))
    assert applied.findings == ()


def test_a_lost_scope_takes_its_rows_but_not_what_waits_to_be_sent(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    till.run("wang", lambda session: session.append(a_sale("A1", 2)))
    synced(till, head_office)
    till.run("wang", lambda session: session.append(a_sale("A1", 5)))
    owns = till.replica.owns
    till.transact(lambda c: lose_scope(c, SCHEMA, SITE, owns))
    rows = till.read(lambda c: c.execute(select(small_move.c.qty)).scalars().all())
    assert (list(rows), stock(till)) == ([5], -5)
    assert till.read(granted_scopes) == frozenset({ORG})


def test_scopes_told_gone_at_the_hello_are_given_back(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.publish(Write("small_product", "A1", {"name": "cream"}))
    synced(till, head_office)
    head_office.scopes = [SITE]
    synced(till, head_office)
    assert till.read(granted_scopes) == frozenset({SITE})
    assert till.read(lambda c: c.execute(select(small_product)).all()) == []


def test_the_kept_count_is_what_a_recount_gives(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.publish(*(Write("small_product", f"A{i}", {"rank": i}) for i in range(9)))
    till.run("wang", lambda session: session.append(a_sale("A1", 2, 3, 4)))
    synced(till, head_office)
    till.run("wang", lambda session: session.append(Renamed(product_id="A3", name="red")))
    before = held(till, ORG), held(till, SITE)
    till.transact(lambda c: recount(c, SCHEMA, (ORG, SITE)))
    assert (held(till, ORG), held(till, SITE)) == before


@pytest.mark.parametrize("first", [ORG, GOLD])
def test_what_was_moved_here_counts_where_head_office_has_it_until_it_moves_there_too(
    till: LocalStore, first: str
) -> None:
    granted(till, ORG, GOLD)
    here = a_run(["A1", "A2"], {"name": ["cream", "soap"]})
    apply(till, a_page([here], count=2, digest=0))
    before = held(till, ORG), held(till, GOLD)
    soap = row_digest(PRODUCT, "A2", product(till, "A2"))
    till.run("wang", lambda session: session.append(Renamed(product_id="A1", colour="gold")))

    till.transact(lambda c: recount(c, SCHEMA, (ORG, GOLD)))
    assert (held(till, ORG), held(till, GOLD)) == before
    assert till.read(lambda c: table_sums(c, SCHEMA, ORG)) == {"small_product": before[0]}
    assert till.read(lambda c: table_sums(c, SCHEMA, GOLD)) == {}
    golden = row_digest(PRODUCT, "A1", product(till, "A1"))
    came = a_run(["A1"], {"name": ["cream"], "colour": ["gold"]})
    gone = a_run([], {}, until=2, removed=["A1"])
    pages = {
        GOLD: a_page([came], scope=GOLD, count=1, digest=golden, posted_n=1),
        ORG: a_page([gone], count=1, digest=soap, posted_n=1),
    }

    for scope in (first, *(pages.keys() - {first})):
        assert [one.findings for one in apply(till, pages[scope])] == [()]
    assert (held(till, ORG), held(till, GOLD)) == ((1, soap), (1, golden))
    assert till.read(lambda c: moved_of(c, PRODUCT)) == {}
    assert product(till, "A1")["_slot"] == 0


def test_a_scope_fetched_anew_sweeps_what_is_no_longer_there(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    head_office.publish(*(Write("small_product", f"A{i}", {"rank": i + 1}) for i in range(3)))
    synced(till, head_office)
    # Tombstones beyond their horizon are gone: only the new generation says so.
    head_office.remove("small_product", "A1")
    del head_office.feeds[ORG]["small_product", "A1"]
    head_office.generation = 2
    assert synced(till, head_office) == ["ROWS_SWEPT"]
    rows = till.read(lambda c: c.execute(select(small_product.c.id)).scalars().all())
    assert sorted(rows) == ["A0", "A2"]
    assert held(till, ORG) == tuple(head_office.heads[ORG][1:])


def test_a_scope_gained_sweeps_rows_that_are_here_and_do_not_come(till: LocalStore) -> None:
    """They came by another scope, which may be behind (seed 10987, T06)."""
    granted(till, ORG)
    apply(till, a_page([a_run(["A0", "A1"], {"rank": [1, 2]})], count=2, digest=0))
    till.transact(lambda c: c.execute(delete(scope_cursor)))
    granted(till, ORG)
    assert held(till, ORG)[0] == 2
    apply(till, a_page([a_run(["A0"], {"rank": [1]})], count=1, digest=0))
    rows = till.read(lambda c: c.execute(select(small_product.c.id)).scalars().all())
    assert (rows, held(till, ORG)[0]) == (["A0"], 1)


@pytest.mark.parametrize(
    "columns",
    [
        {"rank": ["not a number"]},
        {"rank": [1 << 63]},
        {"name": ["a", "too many"]},
        {"id": ["another"]},
        {"_digest": [7]},
    ],
)
def test_a_page_that_does_not_fit_is_refused_whole_with_a_code(
    till: LocalStore, columns: dict[str, list[Value]]
) -> None:
    granted(till, ORG)
    good = a_run(["A1"], {"name": ["cream"]})
    apply(till, a_page([good], count=1, digest=0))
    bad = a_run(["A2"], columns, until=2)
    with pytest.raises(Unavailable, match="PAGE_UNUSABLE"):
        apply(till, a_page([bad], count=2, digest=0))
    assert held(till, ORG)[0] == 1
    assert till.read(cursors)[0].seq == 1


def test_an_own_document_that_cannot_be_read_stops_no_sync(
    till: LocalStore, head_office: FakeHeadOffice
) -> None:
    """A slot spoiled by a fault of the program: head office keeps it, the rest goes on."""
    head_office.publish(Write("small_product", "A1", {"name": "cream"}))
    synced(till, head_office)
    n, previous = till.read(lambda c: head_of(c, "SH01.01", 1))
    slot = seal(
        a_key(), device_id="SH01.01", incarnation=1, n=n + 1, previous=previous, stored=b"\xc1"
    )
    row = slot_row(slot, None, 0, "stored")
    till.transact(lambda c: c.execute(journal.insert(), [row]))
    till.run("wang", lambda session: session.append(Renamed(product_id="A1", colour="red")))
    head_office.publish(Write("small_product", "A1", {"name": "milk"}))
    page = head_office.pull("SH01.01", Pull(scope=ORG, generation=1, after=1, limit=9))
    apply(till, page)
    assert product(till, "A1")["colour"] == "red"
    assert synced(till, head_office) == []
    assert head_office.kept["SH01.01"] == {1: "UNREADABLE_DOCUMENT"}
    assert product(till, "A1")["_slot"] == 0
