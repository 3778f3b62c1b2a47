"""P2: search as you type over a large catalogue, beside the bare index."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from desktop.store.engine import open_readers, open_writer
from shared.areas import SCHEMA
from shared.catalog.rules import match_expression
from shared.catalog.search import search
from shared.catalog.search_index import derive_products
from shared.catalog.tables import product, product_barcode
from shared.sync import scopes
from shared.sync.statements import Row, insert_rows
from shared.sync.tables import METADATA
from tests.benchmarks.figures import Figure, at_most, median_ms, p99_ms, seconds_of, settled
from tests.benchmarks.house import ORG, code
from tests.benchmarks.names import has_real_names, names

_BATCH = 5_000
_CHINESE = (
    "除皱",
    "玫瑰面霜",
    "保湿精华",
    "霜",
    "花",
    "绿茶控油洁面",
    "青黛",
    "防晒霜 50g",
    "礼盒",
)
_INITIALS = ("mgmy", "cz", "bsjhy", "hjj", "qd")
_LATIN = ("shampoo", "sham", "revlon eye", "крем", "s", "nivea", "color 30ml", "oriflame")


def run(folder: Path, products: int, rounds: int) -> Iterator[Figure]:
    """Build the index, then type each query letter by letter."""
    path = folder / "search.db"
    writer = open_writer(path)
    with writer.connect() as connection:
        build_s = seconds_of(lambda: _build(connection, products))
    writer.dispose()
    yield Figure(
        row="P2",
        what="build the index",
        size=f"{products:,} names",
        rate=products / build_s,
        unit="names",
        median_ms=build_s * 1000,
    )
    readers = open_readers(path)
    try:
        yield _typed(readers, products, rounds)
    finally:
        readers.dispose()


def _build(connection: Connection, count: int) -> None:
    with connection.begin():
        METADATA.create_all(connection, tables=[product, product_barcode])
    batch: list[tuple[str, str, str, str, str]] = []
    for number, (name, brand, initials, barcode) in enumerate(names(count), 1):
        batch.append((code(number), name, brand, initials, barcode))
        if len(batch) == _BATCH:
            _insert(connection, batch)
            batch = []
    _insert(connection, batch)


def _insert(connection: Connection, batch: Sequence[tuple[str, str, str, str, str]]) -> None:
    if not batch:
        return
    goods, codes = SCHEMA["product"], SCHEMA["product_barcode"]
    common: Row = {"_digest": 1, "_slot": 0, "_extra": b""}
    home = scopes.org(ORG)
    with connection.begin():
        rows = [
            {**goods.defaults, **common, "id": key, "code": key, "name": name, "brand": brand,
             "initials": initials, "scopes": home}
            for key, name, brand, initials, _ in batch
        ]  # fmt: skip
        insert_rows(connection, product, rows)
        rows = [
            {**codes.defaults, **common, "id": f"{key}:{barcode}", "product_id": key,
             "barcode": barcode, "is_active": 1, "scopes": home}
            for key, _, _, _, barcode in batch
        ]  # fmt: skip
        insert_rows(connection, product_barcode, rows)
        derive_products(connection, [key for key, *_ in batch])


def _queries(products: int) -> list[str]:
    """Every state of the box while words, initials, codes and barcodes are typed."""
    codes = (code(products // 3), code(products - 7), "2000000000123", "30997")
    typed = (*_CHINESE, *_INITIALS, *_LATIN, *codes)
    return sorted({word[: end + 1] for word in typed for end in range(len(word))})


def _typed(readers: Engine, products: int, rounds: int) -> Figure:
    queries = _queries(products)
    ours: list[float] = []
    bare: list[float] = []
    with readers.connect() as connection:
        cursor: Any = connection.connection.dbapi_connection.cursor()  # type: ignore[union-attr]
        for query in queries:
            search(connection, query)
        with settled():
            for _ in range(rounds):
                for query in queries:
                    expression = match_expression(query)
                    if not expression:
                        continue
                    bare.append(seconds_of(lambda e=expression: _bare(cursor, e)))  # type: ignore[misc]
                    ours.append(seconds_of(lambda q=query: search(connection, q)))  # type: ignore[misc]
    middle, floor = median_ms(ours), median_ms(bare)
    return Figure(
        row="P2",
        what="search as you type",
        size=f"{products:,} names, {len(queries)} states of the box, {rounds} rounds",
        floor="bare FTS query, 50 numbers",
        floor_ms=floor,
        median_ms=middle,
        p99_ms=p99_ms(ours),
        rate=1000 / middle,
        unit="queries",
        goals=(
            at_most("p50 ms", middle, 2),
            at_most("p99 ms", p99_ms(ours), 16),
            at_most("ratio of medians", middle / floor, 1.5),
        ),
        note=(
            f"p99 of the bare query {p99_ms(bare):.2f} ms; sum over sum "
            f"{sum(ours) / sum(bare):.2f}; "
            + ("real and authored names" if has_real_names() else "authored names only")
        ),
    )


def _bare(cursor: Any, expression: str) -> None:
    cursor.execute(
        "SELECT rowid FROM product_search WHERE product_search MATCH ? LIMIT 50", (expression,)
    ).fetchall()
