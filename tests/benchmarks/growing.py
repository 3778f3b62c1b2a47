"""P8: what one more document costs head office when it holds a hundred times as many."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, text

from tests.benchmarks.figures import Figure, Stopwatch, at_most, median_ms, p99_ms
from tests.benchmarks.house import SITE, House
from tests.benchmarks.uploading import batches_of, journal, post_all

_MEASURED: Final = 20
"""Batches measured, before and after."""
_POSTED: Final = "{0} >= '018' AND {0} < '02' AND length({0}) >= 32"
"""Ids made by a clock of today; those of copies are far older."""
_ENDS: Final = ("site_id", "device_id", "end", "from_location", "to_location", "debit_account",
                "credit_account")  # fmt: skip
_BESIDE: Final = ("journal", "feed", "day_to_sum", "stock_balance", "stock_day", "account_balance")
"""Tables that grow with documents and hold no record of theirs."""


def run(folder: Path, few: int, times: int) -> Iterator[Figure]:
    """One till's sales posted for real, then so many other shops beside it with the same past."""
    house = House.founded(folder / "office", 500)
    try:
        identity, key = house.enrolled("01")
        till = identity.device_id
        slots = journal(house, till, key, few)
        batches = list(batches_of(slots))
        measured = min(_MEASURED, len(batches) // 3)
        post_all(house, till, batches[: -2 * measured])
        before = post_all(house, till, batches[-2 * measured : -measured])
        _copy(house, times)
        # The first batch finds its pages again.
        after = post_all(house, till, batches[-measured:])
        yield _figure(house, before, after, few, sum(len(one.items) for one in batches[-measured:]))
    finally:
        house.close()


def _figure(house: House, before: Stopwatch, after: Stopwatch, few: int, documents: int) -> Figure:
    stored = _count(house, "journal")
    grown = sum(after.wall) / sum(before.wall)
    worked = sum(after.cpu) / sum(before.cpu)
    return Figure(
        row="P8",
        what="a batch of documents posted by a head office that has grown",
        size=f"{stored:,} documents beside {few:,}",
        floor=f"the same with {few:,} stored",
        floor_ms=median_ms(before.wall),
        median_ms=median_ms(after.wall),
        p99_ms=p99_ms(after.wall),
        cpu_ms=median_ms(after.cpu),
        rate=documents / sum(after.wall),
        unit="documents",
        goals=(at_most("x of the cost before", grown, 1.5),),
        note=f"wall {grown:.2f}, processor {worked:.2f} of before; "
        f"the file holds {_file_bytes(house) / stored:,.0f} B/document",
    )


def _copy(house: House, times: int) -> None:
    """Shops that sold the same on earlier days: every row of every table, under ids of its own."""
    database, schema = house.office.database, house.office.hq.replica.schema
    names = [*schema.tables, *(name for name in _BESIDE if name not in schema.tables)]
    for number in range(1, times + 1):
        with database.write() as connection:
            for name in names:
                _copy_table(connection, name, number)


def _copy_table(connection: Connection, name: str, number: int) -> None:
    info = connection.execute(text("SELECT name FROM pragma_table_info(:name)"), {"name": name})
    columns = list(info.scalars())
    ids = [one for one in ("id", "uid", "row_id") if one in columns]
    where = _POSTED.format(ids[0]) if ids else f"instr(\"end\", '{SITE}')"
    listed = ", ".join(f'"{one}"' for one in columns)
    picked = ", ".join(_copied(one, number) for one in columns)
    connection.exec_driver_sql(
        f'INSERT INTO "{name}" ({listed}) SELECT {picked} FROM "{name}" WHERE {where}'
        + (f" AND device_id LIKE '{SITE}%'" if name == "journal" else "")
    )


def _copied(column: str, number: int) -> str:
    if column in ("id", "uid", "row_id", "document"):
        return f"'{0x0100 + number:04x}' || substr({column}, 5)"
    if column in _ENDS:
        return f"replace(\"{column}\", '{SITE}', 'S{number:03d}')"
    if column == "business_day":
        return f"date(business_day, '-{number} days')"
    if column == "scope_id":
        return f"{1_000 * number} + scope_id"
    return f'"{column}"'


def _count(house: House, table: str) -> int:
    with house.office.database.read() as connection:
        found = connection.execute(text(f'SELECT count(*) FROM "{table}"'))
        return int(found.scalar_one())


def _file_bytes(house: House) -> int:
    with house.office.database.read() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        size = connection.execute(text("PRAGMA page_size")).scalar_one()
    return int(pages * size)
