"""P10: what is on hand, and the stock report: how they grow when history does."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from desktop.store.engine import open_readers, open_writer
from shared.areas import SCHEMA
from shared.core.rounding import MICRO
from shared.stock.queries import holdings, on_hand_micro, stock_report
from shared.stock.rules import CUSTOMER, SUPPLIER, location
from shared.stock.tables import stock_day
from shared.sync.replica import add_to_balances
from shared.sync.statements import Row, insert_rows
from shared.sync.tables import METADATA
from tests.benchmarks.figures import Figure, at_most, median_ms, p99_ms, seconds_of, settled
from tests.benchmarks.house import SITE, code

PRODUCTS = 1_000
_HERE = location(SITE)
_BATCH = 10_000
_LAST = dt.date(2026, 1, 31)
_ROUNDS = 7


def run(folder: Path, moves: int, more_moves: int) -> Iterator[Figure]:
    """The same questions to a short history, to busier days, and to ten times as many days."""
    day_count = max(30, moves // 400)
    histories = (
        ("short history", moves, day_count),
        ("busier days", more_moves, day_count),
        ("longer history", more_moves, day_count * 10),
    )
    first: dict[str, tuple[float, int]] = {}
    for place, (name, count, days) in enumerate(histories):
        engine = _filled(folder / f"stock{place}.db", count, days)
        size = f"{count:,} moves of {PRODUCTS:,} products on {days:,} days, {name}"
        yield from _on_hand(engine, size, first)
        yield from _reports(engine, size, first)
        engine.dispose()


def _filled(path: Path, count: int, days: int) -> Engine:
    """Moves spread evenly over products and days; the last day is the same everywhere."""
    table = SCHEMA["stock_move"]
    writer = open_writer(path)
    with writer.connect() as connection:
        with connection.begin():
            sums = [balance.table for balance in table.balances]
            others = [SCHEMA[name].table for name in ("month_close", "stock_opening")]
            METADATA.create_all(connection, tables=[table.table, *others, *sums])
        for start in range(0, count, _BATCH):
            numbers = range(start, min(start + _BATCH, count))
            rows = [_move(number, count, days) for number in numbers]
            with connection.begin():
                insert_rows(connection, table.table, rows)
                add_to_balances(connection, table, rows, lambda end: end == _HERE)
        with connection.begin():
            connection.exec_driver_sql("ANALYZE")
    writer.dispose()
    return open_readers(path)


def _move(number: int, count: int, days: int) -> Row:
    is_in = number % 4 == 0
    day = _LAST - dt.timedelta(days=days - 1 - number * days // count)
    return {
        "id": f"{number:032x}:m:1",
        "document": f"{number:032x}",
        "site_id": SITE,
        "movement_type": "sale",
        "product_id": code(number * 7919 % PRODUCTS + 1),
        "lot": "",
        "qty_micro": (4 if is_in else 1) * MICRO,
        "from_location": SUPPLIER if is_in else _HERE,
        "to_location": _HERE if is_in else CUSTOMER,
        "happened_at_us": 1_700_000_000_000_000 + number,
        "business_day": day.isoformat(),
        "_digest": 1,
        "_slot": 0,
        "_extra": b"",
    }


def _on_hand(engine: Engine, size: str, first: dict[str, tuple[float, int]]) -> Iterator[Figure]:
    wanted = [code(number + 1) for number in range(PRODUCTS)]

    def one_by_one(connection: Connection) -> None:
        for product_id in wanted:
            on_hand_micro(connection, _HERE, product_id)

    def bare(connection: Connection) -> None:
        cursor = connection.connection.dbapi_connection.cursor()  # type: ignore[union-attr]
        cursor.execute(
            "SELECT end, product_id, lot, came_in - went_out FROM stock_balance"
            " WHERE end >= ? AND end < ? ORDER BY end, product_id, lot",
            (f"site/{SITE}/", f"site/{SITE}0"),
        ).fetchall()

    with engine.connect() as connection, settled():
        assert len(holdings(connection, SITE)) == PRODUCTS
        at_once = [seconds_of(lambda: holdings(connection, SITE)) for _ in range(_ROUNDS)]
        floor = [seconds_of(lambda: bare(connection)) for _ in range(_ROUNDS)]
        asked = [seconds_of(lambda: one_by_one(connection)) for _ in range(3)]
    middle = median_ms(at_once)
    before, _ = first.setdefault("on hand", (middle, PRODUCTS))
    yield Figure(
        row="P10",
        what=f"on hand of {PRODUCTS:,} products",
        size=size,
        floor="the same rows from the bare database",
        floor_ms=median_ms(floor),
        median_ms=middle,
        p99_ms=p99_ms(at_once),
        rate=PRODUCTS * 1000 / middle,
        unit="products",
        goals=(at_most("ms", middle, 5), at_most("growth", middle / before, 1.5)),
        note=f"{middle / before:.2f} times the short history",
    )
    yield Figure(
        row="P10",
        what="on hand, asked product by product (for comparison)",
        size=size,
        median_ms=median_ms(asked),
        p99_ms=p99_ms(asked),
        rate=PRODUCTS * 1000 / median_ms(asked),
        unit="products",
    )


def _reports(engine: Engine, size: str, first: dict[str, tuple[float, int]]) -> Iterator[Figure]:
    """The answer is what moved on the days asked about: time may grow with it, not with history."""
    for days in (30, 365):
        start = (_LAST - dt.timedelta(days=days - 1)).isoformat()
        with engine.connect() as connection, settled():
            lines = stock_report(connection, _HERE, start, _LAST.isoformat())
            answered = connection.execute(
                select(func.count()).where(
                    stock_day.c.end == _HERE, stock_day.c.business_day >= start
                )
            ).scalar_one()
            taken = [
                seconds_of(lambda s=start: stock_report(connection, _HERE, s, _LAST.isoformat()))  # type: ignore[misc]
                for _ in range(_ROUNDS)
            ]
        middle = median_ms(taken)
        before_ms, before = first.setdefault(f"report {days}", (middle, answered))
        growth = middle / before_ms / max(1, answered / before)
        yield Figure(
            row="P10",
            what=f"stock report of {days} days, {len(lines):,} products",
            size=size,
            median_ms=middle,
            p99_ms=p99_ms(taken),
            goals=(at_most("ms", middle, 500), at_most("growth beyond the answer", growth, 1.5)),
            note=(
                f"{answered:,} product days in the answer; the time is "
                f"{middle / before_ms:.2f} of that of the short history"
            ),
        )
