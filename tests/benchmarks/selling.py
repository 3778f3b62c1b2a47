"""P3: a sale is safe, beside thirteen bare statements and the same two flushes to the disk."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import Any

from desktop.app.areas import LAYOUT
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.store.engine import open_writer
from desktop.store.session import Session
from desktop.store.writer import Store
from shared.core.rounding import MICRO
from shared.journal.document import Document, Header, Write
from shared.journal.spool import encode_slots
from shared.journal.tables import METADATA as JOURNAL
from shared.journal.tables import journal, number_series
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.sync.appending import slot_row
from shared.sync.confirm import page_steps
from shared.sync.digest import MODULUS
from shared.sync.holding import cursors
from shared.sync.limits import RUN_ROWS
from shared.sync.messages import Page, Run
from shared.sync.own_slots import Own
from shared.sync.scopes import org
from shared.sync.tables import METADATA
from tests.benchmarks.figures import (
    Figure,
    Goal,
    Stopwatch,
    at_least,
    at_most,
    median_ms,
    p99_ms,
    seconds_of,
    settled,
)
from tests.benchmarks.house import ORG, House, code

LINES = 5


def a_sale(number: int, lines: int = LINES) -> Sale:
    """A plain sale of so many lines, paid in cash."""
    sold = [
        SaleLine(
            product_id=code((number * 7 + at) % 500 + 1),
            qty_micro=MICRO,
            unit_price_micro=1990 * MICRO // 100,
            amount_minor=1990,
            price_version=1,
        )
        for at in range(lines)
    ]
    total = 1990 * lines
    cash = [TenderLine(tender="cash", amount_minor=total)]
    return Sale(mode="till", currency="CNY", lines=sold, tenders=cash, total_minor=total)


def _write(session: Session, number: int) -> Header:
    return session.append(a_sale(number), business_day="2026-01-05")


def run(folder: Path, sales: int, pulled: int) -> Iterator[Figure]:
    """Sales alone, sales beside a pull, and the whole use case with prices and rights."""
    house = House.founded(folder / "office", 500)
    store = house.device(folder / "till", "01")
    try:
        house.sync(store)
        bare = _Bare(folder / "bare", store)
        for number in range(20):
            store.write(_write, number)
            bare.sale()
        yield _alone(store, bare, sales)
        yield _beside_a_pull(store, sales, pulled)
        yield _use_case(store, bare, sales)
        bare.close()
    finally:
        store.close()
        house.close()


def _alone(store: Store, bare: "_Bare", sales: int) -> Figure:
    ours, floor = Stopwatch(), Stopwatch()
    with settled():
        for number in range(sales):
            ours.time(lambda n=number: store.write(_write, n))  # type: ignore[misc]
            floor.time(bare.sale)
    return _of_sales(
        "a sale is written, posted, signed and spooled",
        ours,
        floor,
        at_most("ratio", median_ms(ours.wall) / median_ms(floor.wall), 6),
        at_most("p99 ms", p99_ms(ours.wall), 50),
    )


def _of_sales(what: str, ours: Stopwatch, floor: Stopwatch, *goals: Goal) -> Figure:
    count, cpu = len(ours.wall), median_ms(ours.cpu) / median_ms(floor.cpu)
    rate = count / sum(ours.wall)
    return Figure(
        row="P3",
        what=what,
        size=f"{count:,} sales of {LINES} lines",
        floor="13 bare statements, commit, spool, fsync",
        floor_ms=median_ms(floor.wall),
        median_ms=median_ms(ours.wall),
        p99_ms=p99_ms(ours.wall),
        cpu_ms=median_ms(ours.cpu),
        rate=rate,
        unit="sales",
        goals=(*goals, at_least("sales/s", rate, 300)),
        note=(
            f"the floor: p99 {p99_ms(floor.wall):.1f} ms, {count / sum(floor.wall):,.0f}/s, "
            f"cpu {median_ms(floor.cpu):.2f} ms ({cpu:.1f} x by the processor alone)"
        ),
    )


def _beside_a_pull(store: Store, sales: int, pulled: int) -> Figure:
    """Another thread applies rows all the while, as a sync does."""
    ended = Event()
    applied = [0]

    def pull() -> None:
        start = 0
        while not ended.is_set():
            applied[0] += _apply(store, start, pulled)
            start += pulled

    thread = Thread(target=pull)
    ours: list[float] = []
    with settled():
        thread.start()
        for number in range(sales):
            ours.append(seconds_of(lambda n=number: store.write(_write, n)))  # type: ignore[misc]
        ended.set()
        thread.join()
    return Figure(
        row="P3",
        what="the same while rows are applied by another thread",
        size=f"{sales:,} sales, {applied[0]:,} rows in pages of {pulled:,}",
        median_ms=median_ms(ours),
        p99_ms=p99_ms(ours),
        rate=sales / sum(ours),
        unit="sales",
        goals=(at_most("p99 ms", p99_ms(ours), 50),),
    )


def _apply(store: Store, start: int, count: int) -> int:
    """A page of new products, in the slices a sync applies."""
    identity = store.identity
    assert identity is not None
    scope = org(ORG)
    (cursor,) = [row for row in store.read(cursors) if row.scope == scope]
    runs = [
        Run(
            table="product",
            until=cursor.seq + at + RUN_ROWS,
            ids=[f"N{start + at + n}" for n in range(RUN_ROWS)],
            columns=["code", "name", "scopes"],
            cells=[
                [f"N{start + at + n}" for n in range(RUN_ROWS)],
                [f"New goods {start + at + n} 新品" for n in range(RUN_ROWS)],
                [scope] * RUN_ROWS,
            ],
            removed=[],
        )
        for at in range(0, count, RUN_ROWS)
    ]
    page = Page(
        scope=scope,
        generation=cursor.generation,
        until=runs[-1].until,
        head=MODULUS - 1,
        count=0,
        digest=0,
        posted_n=0,
        runs=runs,
    )
    own = Own(device_id=identity.device_id, incarnation=identity.incarnation)
    replica = store.on_writer(lambda local: local.replica)
    return sum(store.apply(step).rows for step in page_steps(replica, own, page))


def _use_case(store: Store, bare: "_Bare", sales: int) -> Figure:
    basket = [BasketLine(product_id=code(at + 1), qty_micro=MICRO) for at in range(LINES)]
    ours, floor = Stopwatch(), Stopwatch()
    for _ in range(10):
        store.write(sell, basket)
    with settled():
        for _ in range(sales):
            ours.time(lambda: store.write(sell, basket))
            floor.time(bare.sale)
    return _of_sales("the whole use case: rights, prices with reasons, then the same", ours, floor)


class _Bare:
    """The floor: rows of a real sale put in by prepared statements, and as many bytes spooled."""

    def __init__(self, folder: Path, store: Store) -> None:
        folder.mkdir()
        self._engine = open_writer(folder / "bare.db")
        with self._engine.connect() as connection, connection.begin():
            JOURNAL.create_all(connection)
            METADATA.create_all(connection, tables=[t.table for t in LAYOUT.schema.tables.values()])
        self._cursor: Any = self._engine.raw_connection().cursor()
        self._spool = (folder / "spool").open("ab", buffering=0)
        self._count = 0
        done = store.write(_appended, 0).value
        self._record = encode_slots([done.slot])
        rows: list[tuple[str, dict[str, Any]]] = [
            (journal.name, slot_row(done.slot, done.header, 0, "stored")),
            (number_series.name, {"device_id": "d", "incarnation": 1, "series": "XS", "last": 1}),
        ]
        rows += [(write.table, _row(write)) for write in _thirteen(done.document)]
        self._statements = [_prepared(table, row) for table, row in rows]

    def sale(self) -> None:
        """One transaction with both flushes."""
        self._count += 1
        execute = self._cursor.execute
        execute("BEGIN IMMEDIATE")
        for statement, values, place, tail in self._statements:
            # A key of its own for each sale.
            values[place] = self._count if place == 2 else f"{self._count:032x}{tail}"
            execute(statement, values)
        execute("COMMIT")
        self._spool.write(self._record)
        os.fsync(self._spool.fileno())

    def close(self) -> None:
        """Let go of the files."""
        self._spool.close()
        self._engine.dispose()


def _appended(session: Session, number: int) -> Any:
    _write(session, number)
    return session.appended[-1]


def _thirteen(document: Document) -> Sequence[Write]:
    """Sale, five lines and five moves: with journal and number thirteen statements."""
    wanted = ("sale", "sale_line", "stock_move")
    return [one for one in LAYOUT.registry.post(document) if one.table in wanted]


def _row(write: Write) -> dict[str, Any]:
    full = LAYOUT.schema[write.table].full(write.values)
    return {"id": write.id, **full, "_digest": 0, "_slot": 1, "_extra": b""}


def _prepared(table: str, row: dict[str, Any]) -> tuple[str, list[Any], int, str]:
    """Statement, values, place of the key among them, and what follows the uid in it."""
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    # journal's key ends with n, the series' device is the first column, as every row's id is.
    place = 2 if table == journal.name else 0
    tail = str(row.get("id", ""))[32:]
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()), place, tail
