"""The day's figures, by queries on head office's database and on nothing the scenes counted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, select

from shared.accounts.tables import account_balance
from shared.sales.tables import sale, sale_line, sale_tender
from shared.stock.rules import transit
from shared.stock.tables import stock_balance
from sync_server.store.engine import open_database


@contextmanager
def head_office(home: Path) -> Iterator[Connection]:
    """Head office's database as it stands now, to be read."""
    database = open_database(f"sqlite:///{home / 'head_office.db'}")
    try:
        with database.read() as connection:
            yield connection
    finally:
        database.close()


def in_transit(home: Path, start: str, end: str) -> int:
    """Pieces on the way between two sites, as head office sees them now."""
    with head_office(home) as connection:
        return pieces_at(connection, transit(start, end))


def pieces_at(connection: Connection, prefix: str) -> int:
    """Whole pieces at all ends whose name begins so."""
    c = stock_balance.c
    statement = select(func.coalesce(func.sum(c.came_in - c.went_out), 0)).where(
        c.end >= prefix, c.end < prefix + "\uffff"
    )
    return int(connection.execute(statement).scalar_one()) // 1_000_000
