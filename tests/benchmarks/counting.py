"""P9: a stocktake of thousands of lines: opened, counted, revealed, signed and posted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop.app.areas import LAYOUT
from desktop.stocktake.usecases import (
    Tally,
    Zone,
    approve_count,
    open_count,
    post_count,
    reveal_count,
    seal_zone,
)
from desktop.store.engine import open_writer
from desktop.store.writer import Store
from shared.core.ids import uid_text
from shared.core.rounding import MICRO
from shared.stocktake.rules import CountScope
from shared.sync.tables import METADATA
from tests.benchmarks.figures import Figure, Stopwatch, at_most, median_ms, seconds_of, settled
from tests.benchmarks.house import CLERK, OWNER, House, code

_ROUNDS = 3
_TABLES = ("zone_line", "count_line", "stock_move")


def run(folder: Path, lines: int) -> Iterator[Figure]:
    """The opening count, then full counts in which every line differs."""
    house = House.founded(folder / "office", lines)
    store = house.device(folder / "till", "01")
    steps: dict[str, Stopwatch] = {}
    floor: list[float] = []
    try:
        house.sync(store)
        for turn in range(_ROUNDS):
            with settled():
                _count(store, lines, turn, steps)
                floor.append(_bare(folder / f"bare{turn}.db", store, lines))
    finally:
        store.close()
        house.close()
    taken = list(steps.values())
    whole = [sum(parts) for parts in zip(*(one.wall for one in taken), strict=True)]
    cpu = [sum(parts) for parts in zip(*(one.cpu for one in taken), strict=True)]
    middle = median_ms(whole)
    yield Figure(
        row="P9",
        what="a stocktake: open, count, reveal, sign, post",
        size=f"{lines:,} lines, every one differs, {_ROUNDS} counts",
        floor=f"bare inserts of {len(_TABLES)} rows a line, one commit",
        floor_ms=median_ms(floor),
        median_ms=middle,
        p99_ms=max(whole) * 1000,
        cpu_ms=median_ms(cpu),
        rate=lines * 1000 / middle,
        unit="lines",
        goals=(
            at_most("ms", middle, 700),
            at_most("ratio", middle / median_ms(floor), 10),
        ),
        note=", ".join(f"{name} {median_ms(one.wall):.0f} ms" for name, one in steps.items()),
    )


def _count(store: Store, lines: int, turn: int, steps: dict[str, Stopwatch]) -> None:
    found: list[str] = []

    def begin() -> None:
        scope = CountScope.FULL if turn else CountScope.OPENING
        store.author_id = OWNER
        done = store.write(open_count, scope, [Zone(zone_id="Z1")], site_limit_minor=1 << 60)
        found.append(uid_text(done.value.uid))

    def count() -> None:
        store.author_id = CLERK
        tallies = [
            Tally(product_id=code(number), qty_micro=(number % 9 + 1 + turn) * MICRO)
            for number in range(1, lines + 1)
        ]
        store.write(seal_zone, found[0], "Z1", tallies)

    def reveal() -> None:
        store.author_id = OWNER
        assert len(store.write(reveal_count, found[0]).value) == lines

    def sign() -> None:
        store.write(approve_count, found[0])

    def post() -> None:
        assert store.write(post_count, found[0]).value.differences == lines

    for name, step in (
        ("open", begin),
        ("count", count),
        ("reveal", reveal),
        ("sign", sign),
        ("post", post),
    ):
        steps.setdefault(name, Stopwatch()).time(step)


def _bare(path: Path, store: Store, lines: int) -> float:
    """The rows of the last count once more, into empty tables."""
    parts: list[tuple[str, list[Any]]] = []
    for name in _TABLES:
        rows = store.read(
            lambda connection, name=name: connection.exec_driver_sql(  # type: ignore[misc]
                f'SELECT * FROM "{name}" LIMIT ?', (lines,)
            ).all()
        )
        marks = ", ".join("?" * len(rows[0]))
        parts.append((f'INSERT INTO "{name}" VALUES ({marks})', [tuple(row) for row in rows]))
    engine = open_writer(path)
    with engine.connect() as connection, connection.begin():
        METADATA.create_all(connection, tables=[LAYOUT.schema[name].table for name in _TABLES])
    cursor: Any = engine.raw_connection().cursor()

    def insert() -> None:
        cursor.execute("BEGIN IMMEDIATE")
        for statement, rows in parts:
            cursor.executemany(statement, rows)
        cursor.execute("COMMIT")

    taken = seconds_of(insert)
    engine.dispose()
    return taken
