"""Rows come down: each scope in commit order, whole, to whom it belongs and nobody else."""

import pytest
from sqlalchemy import select

from shared.core.errors import AccessDenied, Conflict, RuleViolation
from shared.journal.document import Value
from shared.sync.digest import MODULUS, row_digest
from shared.sync.limits import RUN_ROWS
from shared.sync.messages import Cursor, Hello, HelloAnswer, Page, Pull, PullMany
from sync_server.store.tables import feed
from sync_server.sync import hello, pull
from tests.integration.server.tiny import Decided, NoteWritten, Published, Sold
from tests.integration.server.world import SCHEMA, Till, World

Rows = dict[tuple[str, str], dict[str, Value]]


def a_page(
    till: Till, *, scope: str = "", after: int = 0, limit: int = 0, generation: int = 1
) -> Page:
    world = till.world
    message = Pull(
        scope=scope or f"site:{till.site_id}", generation=generation, after=after, limit=limit
    )
    with world.database.read() as connection:
        scopes = world.hq.directory.scopes_of_device(connection, till.device_id)
        return pull.page(connection, SCHEMA, scopes, till.device, message)


def pulled(till: Till, *, scope: str = "", limit: int = 0) -> tuple[Rows, Page]:
    """What a device holds after pulling a scope from the start, and the last page."""
    rows: Rows = {}
    after = 0
    while True:
        page = a_page(till, scope=scope, after=after, limit=limit)
        apply(rows, page)
        after = page.until
        if page.until == page.head:
            return rows, page


def apply(rows: Rows, page: Page) -> None:
    for run in page.runs:
        for gone in run.removed:
            rows.pop((run.table, gone), None)
        for place, row_id in enumerate(run.ids):
            row = dict(SCHEMA[run.table].defaults)
            for column, cells in zip(run.columns, run.cells, strict=True):
                row[column] = cells[place]
            rows[run.table, row_id] = row


def digest_of(rows: Rows) -> tuple[int, int]:
    total = sum(row_digest(SCHEMA[table], row_id, row) for (table, row_id), row in rows.items())
    return len(rows), total % MODULUS


def a_hello(till: Till, cursors: list[Cursor]) -> Hello:
    return Hello(protocol=1, incarnation=1, epoch="", head_n=0, head_hash=b"", cursors=cursors)


def say_hello(till: Till, cursors: list[Cursor]) -> HelloAnswer:
    world = till.world
    with world.database.read() as connection:
        scopes = world.hq.directory.scopes_of_device(connection, till.device_id)
        return hello.answer(
            connection, world.hq, till.device, scopes, a_hello(till, cursors), world.now_us
        )


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_pulled_rows_have_the_digest_head_office_says(world: World, limit: int) -> None:
    till = world.enrol()
    for number in range(5):
        till.add(Sold(product=f"P{number % 2}", qty_micro=number))
        till.add(NoteWritten(note_id=f"n{number % 3}", title=f"title {number}"))
    till.push()

    rows, last = pulled(till, limit=limit)

    assert digest_of(rows) == (last.count, last.digest)
    assert last.count == 5 + 3 + 1, "sales, notes, and the device itself"
    assert rows["tiny_note", "n0"]["title"] == "title 3"
    assert last.posted_n == 10


def test_changes_that_come_later_reach_a_cursor_of_before(world: World) -> None:
    till, neighbour = world.enrol(), world.enrol(tag="02")
    till.add(NoteWritten(note_id="n", title="first"))
    till.push()
    rows, page = pulled(neighbour)
    till.add(NoteWritten(note_id="n", title="second"))
    till.add(Sold(product="P", qty_micro=1))
    till.push()

    page = a_page(neighbour, after=page.until)
    apply(rows, page)

    assert [run.table for run in page.runs] == ["tiny_move", "tiny_note"]
    assert rows["tiny_note", "n"]["title"] == "second"
    assert digest_of(rows) == (page.count, page.digest)
    assert page.posted_n == 0, "the neighbour itself has sent nothing"


def test_a_row_stands_once_in_the_feed_however_often_it_changed(world: World) -> None:
    till = world.enrol()
    for number in range(4):
        till.add(NoteWritten(note_id="n", title=str(number)))
        till.push(till.batch(number + 1))

    entries = world.read(select(feed.c.seq).where(feed.c.row_id == "n", feed.c.state == 1))

    assert len(entries) == 2, "once in the site's scope, once in head office's"


def test_a_row_that_changes_scope_leaves_the_old_one(world: World) -> None:
    first, second = world.enrol(), world.enrol(site_id="SH02")
    first.add(NoteWritten(note_id="n", title="t"))
    first.push()
    held, page = pulled(first)
    first.add(NoteWritten(note_id="n", title="moved", site_id="SH02"))
    first.push()

    page = a_page(first, after=page.until)
    apply(held, page)
    there, last = pulled(second)

    assert page.runs[-1].removed == ["n"]
    assert digest_of(held) == (page.count, page.digest)
    assert there["tiny_note", "n"]["title"] == "moved"
    assert digest_of(there) == (last.count, last.digest)


def test_a_row_that_gets_its_scope_only_later_is_counted_where_it_is(world: World) -> None:
    till = world.enrol()
    world.publish(Decided(note_id="n", state="accepted"))
    till.add(NoteWritten(note_id="n", title="the request came after its decision"))
    till.push()

    rows, last = pulled(till)

    assert rows["tiny_note", "n"]["state"] == "accepted"
    assert digest_of(rows) == (last.count, last.digest)


def test_a_row_that_comes_back_into_a_scope_is_whole_again(world: World) -> None:
    first, second = world.enrol(), world.enrol(site_id="SH02")
    first.add(NoteWritten(note_id="n", title="here"))
    first.add(NoteWritten(note_id="n", title="there", site_id="SH02"))
    first.push()
    second.add(NoteWritten(note_id="n", title="back", site_id="SH01"))
    second.push()

    rows, last = pulled(first)

    assert rows["tiny_note", "n"]["title"] == "back"
    assert digest_of(rows) == (last.count, last.digest)


def test_long_runs_are_cut_and_default_columns_left_out(world: World) -> None:
    till = world.enrol()
    world.publish(Published(org_id="O1", titles=tuple(f"goods {i}" for i in range(2_500))))

    page = a_page(till, scope="org:O1", limit=5_000)

    assert [len(run.ids) for run in page.runs] == [RUN_ROWS] * 5
    assert {column for run in page.runs for column in run.columns} == {"site_id", "title"}
    assert page.until == page.head == page.runs[-1].until


@pytest.mark.parametrize("scope", ["site:SH02", "site:NOWHERE", "hq"])
def test_a_foreign_scope_looks_like_one_that_does_not_exist(world: World, scope: str) -> None:
    till = world.enrol()
    world.enrol(site_id="SH02")
    with pytest.raises(AccessDenied) as refused:
        a_page(till, scope=scope)
    assert (refused.value.code, dict(refused.value.params)) == ("SCOPE_UNKNOWN", {})


@pytest.mark.parametrize(("generation", "after"), [(2, 0), (1, 99)])
def test_a_cursor_of_another_life_of_the_scope_starts_anew(
    world: World, generation: int, after: int
) -> None:
    till = world.enrol()
    with pytest.raises(Conflict) as refused:
        a_page(till, generation=generation, after=after)
    assert refused.value.code == "GENERATION_CHANGED"


def test_hello_names_only_the_scopes_that_moved(world: World) -> None:
    till = world.enrol()
    first = say_hello(till, [])
    cursors = [
        Cursor(scope=head.scope, generation=head.generation, seq=head.head)
        for head in first.manifest
    ]
    nothing_new = say_hello(till, cursors)
    world.publish(Published(org_id="O1", titles=("a",)))
    one_moved = say_hello(till, cursors)

    assert [head.scope for head in first.manifest] == ["org:O1", "site:SH01"]
    assert (nothing_new.manifest, nothing_new.scopes) == ([], ["org:O1", "site:SH01"])
    assert [head.scope for head in one_moved.manifest] == ["org:O1"]
    assert (first.high_water, first.high_hash, first.head_signature) == (0, b"", b"")


def test_a_device_of_another_epoch_is_told_the_present_one_and_starts_its_scopes_anew(
    world: World,
) -> None:
    till = world.enrol()
    cursors = [Cursor(scope="site:SH01", generation=7, seq=99)]
    with world.database.read() as connection:
        scopes = world.hq.directory.scopes_of_device(connection, till.device_id)
        greeting = Hello(
            protocol=1, incarnation=1, epoch="old", head_n=0, head_hash=b"", cursors=cursors
        )
        answer = hello.answer(connection, world.hq, till.device, scopes, greeting, 0)
    assert answer.epoch == "epoch-1"
    assert "site:SH01" in [head.scope for head in answer.manifest]


def test_hello_says_how_much_of_the_journal_is_here(world: World) -> None:
    till = world.enrol()
    till.add(Sold(product="P", qty_micro=1))
    till.push()

    answer = say_hello(till, [])

    assert (answer.high_water, answer.high_hash) == (1, till.slots[0].link_hash)
    assert answer.epoch == "epoch-1"


def test_scopes_with_little_to_say_come_in_one_answer(world: World) -> None:
    till = world.enrol()
    till.add(Sold(product="P1", qty_micro=1))
    till.push()
    cursors = [Cursor(scope=scope, generation=1, seq=0) for scope in ("site:SH01", "org:O1")]
    with world.database.read() as connection:
        answer = pull.pages(
            connection,
            SCHEMA,
            ("org:O1", "site:SH01"),
            till.device,
            PullMany(cursors=cursors, limit=0),
        )
    assert [one.scope for one in answer.pages] == ["site:SH01", "org:O1"]
    assert all(one.until == one.head for one in answer.pages)


def test_a_scope_of_others_is_left_out_as_if_it_were_not_there(world: World) -> None:
    till = world.enrol()
    cursors = [Cursor(scope=scope, generation=1, seq=0) for scope in ("site:SH02", "site:no")]
    with world.database.read() as connection:
        answer = pull.pages(
            connection,
            SCHEMA,
            ("site:SH01",),
            till.device,
            PullMany(cursors=cursors, limit=0),
        )
    assert answer.pages == []


def test_more_scopes_than_a_request_may_name_are_refused(world: World) -> None:
    till = world.enrol()
    cursors = [Cursor(scope=f"org:{n}", generation=1, seq=0) for n in range(201)]
    with world.database.read() as connection, pytest.raises(RuleViolation) as refused:
        pull.pages(connection, SCHEMA, (), till.device, PullMany(cursors=cursors, limit=0))
    assert refused.value.code == "TOO_MANY_SCOPES"
