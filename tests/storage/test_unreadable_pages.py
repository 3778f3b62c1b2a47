"""Pages and bits of a large database that was closed cleanly: no start refuses for ever (T13)."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, Table, insert, select

from desktop.store import checking
from desktop.store.drafts import drafts_under, put_draft
from desktop.store.errors import DatabaseDamaged
from desktop.store.scrub import Scrubbed
from desktop.store.tables import lease_term, pin_trial, sync_finding, time_alone
from desktop.store.writer import Store, StorePaths
from desktop.sync.conversation import drive
from desktop.sync.engine import sync
from shared.journal.document import Write
from shared.journal.tables import journal
from tests.builders.devices import LAYOUT, a_key, an_identity
from tests.builders.small_shop import REGISTRY, SCHEMA, a_sale, small_product
from tests.fakes.edges import FakeClock, SeededRandomness
from tests.fakes.head_office import FakeHeadOffice

GOODS, SALES = 450, 12


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_SMALL_BYTES", 0)


class Till:
    """A till that was synced, sold on, and was closed."""

    def __init__(self, folder: Path) -> None:
        self.paths = StorePaths.under(folder)
        self.clock = FakeClock()
        self.office = FakeHeadOffice(REGISTRY, SCHEMA, ["org:brand", "site:SH01"])
        self._starts = 0
        goods = [Write("small_product", f"P{n:04d}", {"name": f"商品 {n}"}) for n in range(GOODS)]
        self.office.publish(*goods)
        with_goods = self.start()
        with_goods.on_writer(lambda local: local.enrol(an_identity(), a_key()))
        self.sync(with_goods)
        for _ in range(SALES):
            with_goods.write(lambda session: session.append(a_sale("P0001", 1)))
        with_goods.write(lambda session: put_draft(session, "basket/open", b"half typed"))
        with_goods.close()

    def start(self) -> Store:
        self._starts += 1
        self.clock.tick(1)
        store = Store(
            self.paths,
            LAYOUT,
            clock=self.clock,
            randomness=SeededRandomness(self._starts),
            key=a_key(),
            ballast_bytes=4096,
        )
        store.author_id = "clerk"
        return store

    def sync(self, store: Store) -> None:
        drive(sync(store, self.clock), self.office.handler("SH01.01"))

    def root_of(self, name: str) -> tuple[int, int]:
        """Where the first page of a table lies in the file, and how long it is."""
        store = self.start()
        root = f"SELECT rootpage FROM sqlite_schema WHERE name = '{name}'"
        at = store.read(lambda one: one.exec_driver_sql(root).scalar_one())
        size = store.read(lambda one: one.exec_driver_sql("PRAGMA page_size").scalar_one())
        store.close()
        return (at - 1) * size, size

    def lose_page(self, name: str) -> None:
        """Zeros, as a disk gives back for what it lost."""
        at, size = self.root_of(name)
        with self.paths.database.open("r+b") as file:
            file.seek(at)
            file.write(bytes(size))


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


def documents(connection: Connection) -> int:
    return len(connection.execute(select(journal.c.n)).all())


def codes(connection: Connection) -> list[str]:
    return list(connection.execute(select(sync_finding.c.code)).scalars())


def baskets(connection: Connection) -> list[str]:
    return [one.key for one in drafts_under(connection, "basket")]


def a_round(store: Store) -> list[str]:
    """What one round of the scrubber finds."""
    first: Scrubbed = store.scrub(1)
    done, found = first, [one.code for one in first.findings]
    while done.rounds == first.rounds:
        done = store.scrub(1)
        found += [one.code for one in done.findings]
    return found


def started_after_damage(till: Till) -> Store:
    """A start that is in order: the first, or the one after somebody came upon the damage."""
    store = till.start()
    if store.moved_aside is None:
        with pytest.raises(DatabaseDamaged):
            a_round(store)
        store.close()
        store = till.start()
    return store


@pytest.mark.parametrize(
    "table",
    [
        "this_device", "spool_position", "scope_cursor", "journal", "small_stock", "sync_state",
        "small_product", "draft", "setting",
    ],
)  # fmt: skip
def test_a_lost_page_is_noticed_and_the_database_rebuilt(till: Till, table: str) -> None:
    till.lose_page(table)
    store = started_after_damage(till)
    assert store.moved_aside is not None
    assert store.moved_aside.exists()
    assert store.read(documents) == SALES
    assert "DATABASE_MOVED_ASIDE" in store.read(codes)
    till.sync(store)
    goods = select(small_product.c.id)
    assert len(store.read(lambda one: one.execute(goods).all())) == GOODS
    store.close()
    again = till.start()
    assert again.moved_aside is None
    assert a_round(again) == []
    again.close()


@pytest.mark.parametrize("table", ["this_device", "spool_position", "journal", "small_product"])
@pytest.mark.parametrize("bit", [0x20, 0x01])
def test_a_bit_in_the_words_that_describe_a_table_is_noticed(
    till: Till, table: str, bit: int
) -> None:
    # The names of its columns become others', or the same in capitals: no start may end in that.
    whole = till.paths.database.read_bytes()
    store = till.start()
    query = f"SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '{table}'"
    words = str(store.read(lambda one: one.exec_driver_sql(query).scalar_one())).encode()
    store.close()
    for at in range(0, len(words), 37):
        other = bytearray(words)
        other[at] ^= bit
        # Also where an older copy was left in a page.
        till.paths.database.write_bytes(whole.replace(words, other))
        store = till.start()
        assert store.moved_aside is not None, words[:at].decode()
        assert store.read(documents) == SALES
        # What was half typed stands in another table.
        assert store.read(baskets) == ["basket/open"]
        store.close()


@pytest.mark.parametrize("table", ["this_device", "spool_position", "scope_cursor", "journal"])
def test_what_opening_needs_is_rebuilt_at_the_same_start(till: Till, table: str) -> None:
    till.lose_page(table)
    store = till.start()
    assert store.moved_aside is not None
    store.write(lambda session: session.append(a_sale("P0001", 1)))
    store.close()


def test_what_was_half_typed_comes_along_as_far_as_it_can_be_read(till: Till) -> None:
    store = till.start()
    for number in range(40):
        key, content = f"basket/{number:02d}", bytes([number]) * 1_000
        store.write(lambda session, k=key, c=content: put_draft(session, k, c))  # type: ignore[misc]
    store.close()
    whole = till.paths.database.read_bytes()
    till.lose_page("this_device")
    store = till.start()
    assert store.moved_aside is not None
    assert len(store.read(baskets)) == 41
    assert "DRAFTS_LOST" not in store.read(codes)
    store.close()

    # One of the pages that hold them: those before and behind it are reached from both ends.
    till.paths.database.write_bytes(whole)
    till.lose_page("this_device")
    with till.paths.database.open("r+b") as file:
        file.seek(whole.index(b"basket/20") // 4096 * 4096)
        file.write(bytes(4096))
    store = till.start()
    kept = set(store.read(baskets))
    assert {"basket/00", "basket/39"} <= kept
    assert 30 < len(kept) < 41
    assert "DRAFTS_LOST" in store.read(codes)
    store.close()


def test_a_damaged_file_gives_no_guard_new_patience(till: Till) -> None:
    rows: dict[Table, dict[str, object]] = {
        pin_trial: {"user_id": "wang", "wrong": 9, "wait_us": 60_000_000, "since_monotonic_us": 5},
        time_alone: {"id": 1, "contact_at_us": 1, "alone_us": 99, "wall_us": 2, "monotonic_us": 3},
        lease_term: {"lease_id": "L1", "left_us": 7, "wall_us": 2, "monotonic_us": 3},
    }

    def put(connection: Connection) -> None:
        for table, row in rows.items():
            connection.execute(insert(table), [row])

    store = till.start()
    store.on_writer(lambda local: local.transact(put))
    store.close()
    till.lose_page("this_device")
    store = till.start()
    assert store.moved_aside is not None
    for table, row in rows.items():
        found = store.read(lambda one, t=table: one.execute(select(t)).mappings().all())  # type: ignore[misc]
        assert [dict(one) for one in found] == [row]
    assert "DRAFTS_LOST" not in store.read(codes)
    store.close()


def test_of_a_file_that_is_no_database_nothing_comes_along_and_it_is_told(till: Till) -> None:
    till.paths.database.write_bytes(b"nothing at all" * 1_000)
    store = till.start()
    assert store.read(documents) == SALES
    assert {"DATABASE_MOVED_ASIDE", "DRAFTS_LOST"} <= set(store.read(codes))
    store.close()


def test_a_write_that_comes_upon_damage_has_the_next_start_mend_it(till: Till) -> None:
    till.lose_page("draft")
    store = till.start()
    with pytest.raises(DatabaseDamaged):
        store.write(lambda session: put_draft(session, "basket/open", b"next"))
    store.close()
    again = till.start()
    again.write(lambda session: put_draft(session, "basket/open", b"next"))
    assert again.moved_aside is not None
    again.close()


@pytest.mark.parametrize("change", [
    "INSERT INTO setting VALUES ('tender', CAST(x'ff' AS TEXT))",
    "UPDATE scope_cursor SET scope = CAST(x'ff' AS TEXT) WHERE scope = 'org:brand'",
    "UPDATE journal SET kind = CAST(x'ff' AS TEXT) WHERE n = 3",
])  # fmt: skip
def test_text_that_is_none_in_what_nobody_sends_again_is_noticed(till: Till, change: str) -> None:
    store = till.start()
    store.on_writer(lambda local: local.transact(lambda one: one.exec_driver_sql(change)))
    store.close()
    store = started_after_damage(till)
    assert store.moved_aside is not None
    assert store.read(documents) == SALES
    till.sync(store)
    assert a_round(store) == []
    store.close()


def test_a_large_file_that_was_closed_cleanly_is_not_read_through(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(checking, "_check", lambda _connection, check: asked.append(check))
    till.start().close()
    assert asked == []
    checking.mark_suspect(till.paths.database)
    till.start().close()
    till.start().close()
    assert asked == ["integrity_check"]


def test_a_new_file_that_cannot_be_opened_either_is_not_moved_aside_as_well(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bool:
        raise DatabaseDamaged("DATABASE_DAMAGED")

    monkeypatch.setattr("desktop.store.local.migrate", broken)
    with pytest.raises(DatabaseDamaged):
        till.start()
    assert len(list(till.paths.database.parent.glob("*.damaged-*"))) == 1


def test_a_whole_slice_of_ids_that_are_no_text_is_got_over(till: Till) -> None:
    store = till.start()
    change = "UPDATE small_product SET id = CAST(x'ff' || CAST(id AS BLOB) AS TEXT)"
    store.on_writer(lambda local: local.transact(lambda one: one.exec_driver_sql(change)))
    assert a_round(store) == ["ROW_DAMAGED"] * GOODS
    assert a_round(store) == []
    assert store.moved_aside is None
    store.close()
