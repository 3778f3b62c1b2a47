"""A program is put back to its earlier version, and updated again: what came meanwhile counts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, MetaData, Table, delete, select

from desktop.app.areas import LAYOUT as SHOP
from desktop.store import migrations
from desktop.store.engine import open_writer
from desktop.store.forgetting import _rewrite_spool, _swap
from desktop.store.layout import Layout
from desktop.store.local import LocalStore
from desktop.store.scrub import scrub
from desktop.store.spool import FileSpool
from desktop.store.tables import LOCAL, spool_position
from desktop.sync.conversation import drive
from desktop.sync.engine import sync
from shared.journal.document import Write
from shared.journal.tables import journal, number_series
from shared.sync.adopting import adopt_extras
from shared.sync.holding import extra_row
from shared.sync.tables import Replicated, Schema
from tests.builders.devices import LAYOUT, a_key, an_identity
from tests.builders.small_shop import MOVE, PRODUCT, REGISTRY, SCHEMA, Renamed, a_sale
from tests.fakes.edges import FakeClock, SeededRandomness
from tests.fakes.head_office import FakeHeadOffice

_WITHOUT_RANK = Replicated(
    table=Table(
        "small_product",
        MetaData(),
        *(one._copy() for one in PRODUCT.table.columns if one.name != "rank"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    ),
    role=PRODUCT.role,
    scopes=PRODUCT.scopes,
)
WITHOUT_A_COLUMN = Layout(registry=REGISTRY, schema=Schema([_WITHOUT_RANK, MOVE]))
WITHOUT_A_TABLE = Layout(registry=REGISTRY, schema=Schema([PRODUCT]))


class Till:
    """One till's files, opened by programs of several versions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.office = FakeHeadOffice(REGISTRY, SCHEMA, ["org:brand", "site:SH01"])
        self.spools: list[FileSpool] = []

    def start(self, layout: Layout = LAYOUT) -> LocalStore:
        self.spools.append(FileSpool(self.folder / "journal.spool"))
        return LocalStore(
            open_writer(self.folder / "store.db"),
            layout,
            self.spools[-1],
            clock=self.clock,
            randomness=SeededRandomness(len(self.spools)),
            key=a_key(),
        )

    def stop(self, store: LocalStore) -> None:
        store.checkpoint()
        store.close()
        self.spools[-1].close()

    def sync(self, store: LocalStore) -> Sequence[str]:
        self.clock.tick(1_000_000)
        summary = drive(sync(store, self.clock), self.office.handler("SH01.01"))
        assert summary.outcome == "done"
        return [one.code for one in summary.findings]

    def equal_codes(self, store: LocalStore) -> list[str]:
        """What a sync and a round of the scrubber find."""
        found = [*self.sync(store)]
        rounds = scrub(store, 1).rounds
        while True:
            done = scrub(store, 5)
            found += [one.code for one in done.findings]
            if done.rounds > rounds:
                return found


@pytest.fixture
def till(tmp_path: Path) -> Till:
    till = Till(tmp_path)
    store = till.start()
    store.enrol(an_identity(), a_key())
    till.office.publish(Write("small_product", "A", {"name": "a", "rank": 7}))
    store.run("clerk", lambda session: session.append(a_sale("A", 2)))
    till.sync(store)
    till.stop(store)
    return till


def ranks(store: LocalStore) -> dict[str, int]:
    table = PRODUCT.table.c
    found = store.read(lambda one: one.execute(select(table.id, table.rank)).all())
    return {row.id: row.rank for row in found}


def stock(store: LocalStore) -> list[tuple[Any, ...]]:
    table = MOVE.balances[0].table
    return [tuple(row) for row in store.read(lambda one: one.execute(select(table)).all())]


def test_values_of_a_column_the_earlier_program_did_not_know_are_there_again(till: Till) -> None:
    earlier = till.start(WITHOUT_A_COLUMN)
    till.office.publish(
        Write("small_product", "A", {"rank": 8}), Write("small_product", "B", {"rank": 9})
    )
    assert till.sync(earlier) == []
    till.stop(earlier)
    again = till.start()
    assert ranks(again) == {"A": 8, "B": 9}
    assert till.equal_codes(again) == []
    till.stop(again)


def test_rows_of_a_table_the_earlier_program_did_not_know_count_once(till: Till) -> None:
    earlier = till.start(WITHOUT_A_TABLE)
    move: dict[str, str | int] = {"site_id": "SH01", "product_id": "A", "qty": 5}
    way = {"from_place": "customer", "to_place": "site/SH01/-/sellable"}
    till.office.publish(Write("small_move", "M1", move | way))
    till.sync(earlier)
    till.stop(earlier)
    again = till.start()
    assert [row[-2:] for row in stock(again)] == [(5, 2)]
    assert till.equal_codes(again) == []
    till.stop(again)


def test_a_row_that_comes_again_while_its_table_is_not_known_is_no_fault(till: Till) -> None:
    (kept,) = till.office.connection.execute(select(MOVE.table)).mappings()
    earlier = till.start(WITHOUT_A_TABLE)
    # A new life of the scope: every row comes once more.
    till.office.generation += 1
    till.sync(earlier)
    till.stop(earlier)
    again = till.start()
    (row,) = again.read(lambda one: one.execute(select(MOVE.table)).mappings().all())
    assert (row["id"], row["qty"]) == (kept["id"], kept["qty"])
    assert [one[-2:] for one in stock(again)] == [(0, 2)]
    till.stop(again)


def test_what_an_own_document_changed_stays_when_its_row_comes_again(till: Till) -> None:
    store = till.start()
    store.run("clerk", lambda session: session.append(Renamed(product_id="A", name="mine")))

    def come(connection: Connection) -> None:
        cells = msgspec.msgpack.encode({"name": "theirs", "rank": 3})
        row = {"scope": "org:brand", "table_name": "small_product", "id": "A", "cells": cells}
        connection.execute(extra_row.insert(), [row | {"row_digest": 77}])
        adopt_extras(connection, store.replica)

    store.transact(come)
    table = PRODUCT.table.c
    query = select(table.name, table.rank, table["_digest"], table["_slot"])
    (row,) = store.read(lambda one: one.execute(query).all())
    assert tuple(row) == ("mine", 7, 77, 2), "until head office answers"
    till.stop(store)


def test_a_program_of_before_this_one_is_known_by_what_it_leaves_out(till: Till) -> None:
    """It wrote the row anew at every start, and knew no ``known``."""

    def as_it_did(connection: Connection) -> None:
        row = connection.execute(select(spool_position)).mappings().one()
        connection.execute(delete(spool_position))
        kept = {name: row[name] for name in ("id", "size", "incarnation", "n", "mark")}
        connection.execute(spool_position.insert(), [kept])

    known = select(spool_position.c.known)
    now = till.start()
    known_now = now.read(lambda one: one.execute(known).scalar())
    till.stop(now)
    earlier = till.start(WITHOUT_A_COLUMN)
    till.office.publish(Write("small_product", "B", {"rank": 9}))
    till.sync(earlier)
    earlier.transact(lambda one: one.execute(spool_position.update().values(known=known_now)))
    earlier.checkpoint()
    earlier.transact(as_it_did)
    earlier.close()
    till.spools[-1].close()
    again = till.start()
    assert ranks(again) == {"A": 7, "B": 9}
    till.stop(again)


@pytest.fixture
def adopted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows each time the rows are looked through."""
    done: list[str] = []
    whole = migrations._adopt

    def noted(connection: Connection, layout: Layout) -> bool:
        done.append("adopted")
        return whole(connection, layout)

    monkeypatch.setattr(migrations, "_adopt", noted)
    return done


def test_a_start_of_the_same_program_looks_through_nothing(till: Till, adopted: list[str]) -> None:
    till.stop(till.start())
    store = till.start()
    _swap(store, store.spool.load(), store.spool.size())
    _rewrite_spool(store)
    till.stop(store)
    till.stop(till.start())
    assert adopted == []
    till.stop(till.start(WITHOUT_A_COLUMN))
    till.stop(till.start())
    assert adopted == ["adopted"] * 2


def test_an_earlier_program_may_leave_out_every_column_that_came_later() -> None:
    """What it does not know it does not write: the database has a default for each column."""
    first = {journal.name, number_series.name}
    without = [
        f"{table.name}.{column.name}"
        for table in (*LOCAL, *SHOP.local, *SHOP.schema.all_tables())
        for column in table.columns
        if table.name not in first and not column.primary_key and column.server_default is None
    ]
    assert without == []


def test_bytes_that_are_left_out_are_none(till: Till) -> None:
    store = till.start()
    store.transact(
        lambda one: one.exec_driver_sql("INSERT INTO draft (key, changed_at_us) VALUES ('a', 1)")
    )
    content = store.read(lambda one: one.exec_driver_sql("SELECT content FROM draft").scalar())
    assert content == b""
    till.stop(store)
