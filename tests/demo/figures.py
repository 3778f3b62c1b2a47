"""The day's figures, by queries on head office's database and on nothing the scenes counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from shared.accounts.tables import account_balance, account_entry
from shared.journal.tables import journal
from shared.ordering.tables import channel_order
from shared.reporting.queries import total_activity
from shared.sales.tables import sale
from shared.stock.rules import OPENING, location, site_of, transit
from shared.stock.tables import stock_balance, stock_move
from shared.tasks.queries import TaskLine, open_tasks
from sync_server.store.engine import open_database
from tests.demo.day import CREAM, LIPSTICK, MASK, RED, SERUM, yuan

SITES: Final = ("HQ01", "DL01", "DL02", "DL03", "SH01", "SH02", "MC01")
TENDERS: Final = ("cash", "static_code", "mall", "bank_transfer")


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


def pieces_at(connection: Connection, place: str, product_id: str = "") -> int:
    """Whole pieces at an end and all ends below it; of one product when it is named."""
    c = stock_balance.c
    statement = select(func.coalesce(func.sum(c.came_in - c.went_out), 0)).where(
        (c.end == place) | ((c.end >= place + "/") & (c.end < place + "/\uffff"))
    )
    if product_id:
        statement = statement.where(c.product_id == product_id)
    return int(connection.execute(statement).scalar_one()) // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStock:
    """Pieces of a site over the day; the damaged ones are among those it closes with."""

    site_id: str
    opening: int = 0
    came_in: int = 0
    went_out: int = 0
    damaged: int = 0

    @property
    def closing(self) -> int:
        """What the site holds in the evening."""
        return self.opening + self.came_in - self.went_out


def site_stocks(connection: Connection) -> list[SiteStock]:
    """Opening, in and out of each site of the demo, from the moves themselves."""
    sums: dict[str, dict[str, int]] = {site_id: {} for site_id in SITES}
    c = stock_move.c
    for row in connection.execute(select(c.from_location, c.to_location, c.qty_micro)):
        start, end = site_of(row.from_location), site_of(row.to_location)
        if start == end:
            continue
        if end:
            name = "opening" if row.from_location == OPENING else "came_in"
            sums[end][name] = sums[end].get(name, 0) + row.qty_micro
        if start:
            sums[start]["went_out"] = sums[start].get("went_out", 0) + row.qty_micro
    return [
        SiteStock(
            site_id=site_id,
            **{name: micro // 1_000_000 for name, micro in found.items()},
            damaged=pieces_at(connection, location(site_id).replace("sellable", "defective")),
        )
        for site_id, found in sums.items()
    ]


def roads(connection: Connection) -> dict[str, int]:
    """Pieces on the way, by ``from/to``; and those that wait for a claim."""
    c = stock_balance.c
    statement = (
        select(c.end, func.sum(c.came_in - c.went_out))
        .where((c.end >= "transit/") & (c.end < "transit/\uffff") | (c.end == "suspense"))
        .group_by(c.end)
        .order_by(c.end.desc())
    )
    found = {str(end): int(micro) // 1_000_000 for end, micro in connection.execute(statement)}
    return {end.removeprefix("transit/"): count for end, count in found.items() if count}


def outside(connection: Connection) -> dict[str, int]:
    """Pieces that went out of the channel, by where to; below zero those that came from there."""
    c = stock_balance.c
    ends = ("opening", "supplier", "customer", "adjustment")
    statement = (
        select(c.end, func.sum(c.came_in - c.went_out)).where(c.end.in_(ends)).group_by(c.end)
    )
    found = {str(end): int(micro) // 1_000_000 for end, micro in connection.execute(statement)}
    return {end: found.get(end, 0) for end in ends}


def held_minor(connection: Connection, prefix: str) -> dict[str, int]:
    """Accounts whose name begins so, with what they hold in fen; empty ones left out."""
    c = account_balance.c
    statement = (
        select(c.end, func.sum(c.came_in - c.went_out))
        .where(c.end >= prefix, c.end < prefix + "\uffff")
        .group_by(c.end)
        .order_by(c.end)
    )
    return {str(end): int(minor) for end, minor in connection.execute(statement) if minor}


def takings(connection: Connection) -> dict[tuple[str, str], int]:
    """What each site holds of each tender tonight, in fen."""
    found: dict[tuple[str, str], int] = {}
    for end, minor in held_minor(connection, "site/").items():
        _, site_id, kind, *rest = end.split("/")
        if kind == "tender":
            found[site_id, rest[0]] = minor
    return found


def receivables(connection: Connection) -> list[tuple[str, str, int]]:
    """Who owes whom, and how much in fen: channel accounts, then customers of sites."""
    found = []
    for end, minor in held_minor(connection, "partner/").items():
        _, account_id, kind = end.split("/")
        if kind == "receivable":
            found.append((account_id, "", minor))
    for end, minor in held_minor(connection, "site/").items():
        _, site_id, kind, *rest = end.split("/")
        if kind == "receivable":
            found.append((rest[0], site_id, minor))
    return found


def tasks(connection: Connection) -> list[TaskLine]:
    """What waits for a person tonight, oldest first."""
    return list(reversed(open_tasks(connection)))


def figures(connection: Connection) -> dict[str, str]:
    """Every figure of the day that tests.demo.expected knows, as head office has it."""
    found = _of_stock(connection) | _of_money(connection) | _of_documents(connection)
    return {name: str(value) for name, value in found.items()}


def _of_stock(connection: Connection) -> dict[str, str]:
    found = {}
    for one in site_stocks(connection):
        found[f"opening.{one.site_id}"] = f"{one.opening:,}"
        found[f"closing.{one.site_id}"] = f"{one.closing:,}"
        found[f"held.{one.site_id}"] = f"{pieces_at(connection, f'site/{one.site_id}'):,}"
    found["damaged.DL01"] = str(pieces_at(connection, "site/DL01/-/defective"))
    found |= {f"outside.{end}": f"{count:,}" for end, count in outside(connection).items()}
    found["roads"] = " ".join(f"{name}={count}" for name, count in roads(connection).items())
    for name, site_id, product_id in (
        ("cream", "SH01", CREAM),
        ("serum", "SH01", SERUM),
        ("lipstick", "SH01", LIPSTICK),
        ("mask", "SH01", MASK),
        ("red", "SH01", RED),
        ("red", "MC01", RED),
    ):
        found[f"{name}.{site_id}"] = str(pieces_at(connection, f"site/{site_id}", product_id))
    return found


def _of_money(connection: Connection) -> dict[str, str]:
    found = {
        f"{site_id}.{tender}": yuan(minor)
        for (site_id, tender), minor in takings(connection).items()
    }
    for debtor, _site, minor in receivables(connection):
        found[f"owed.{debtor}"] = yuan(minor)
    for name, end in (("hq", "hq/revenue"), ("DL01", "site/DL01/revenue")):
        found[f"revenue.{name}"] = yuan(-held_minor(connection, end).get(end, 0))
    return found


def _of_documents(connection: Connection) -> dict[str, str]:
    def one(statement: Select[Any]) -> int:
        return int(connection.execute(statement).scalar_one())

    orders = connection.execute(
        select(
            channel_order.c.account_id,
            channel_order.c.asked_micro,
            channel_order.c.accepted_micro,
        )
    )
    found = {
        f"rate.{row.account_id}": f"{row.accepted_micro // 10**6}/{row.asked_micro // 10**6}"
        for row in orders
    }
    total = total_activity(connection)
    return found | {
        "sales": str(one(select(func.count()).select_from(sale))),
        "sales.amount": yuan(total.amount_minor),
        "kept": str(one(select(func.count()).where(journal.c.verdict == "kept"))),
        "tasks": " ".join(sorted(task.code for task in tasks(connection))),
        "entries.unbalanced": str(
            one(select(func.count()).where(account_entry.c.memo == "unbalanced"))
        ),
    }


def totals(connection: Connection) -> tuple[int, int]:
    """Pieces in millionths and fen, added up over all ends there are: both are zero."""
    found = []
    for balance in (stock_balance, account_balance):
        statement = select(func.coalesce(func.sum(balance.c.came_in - balance.c.went_out), 0))
        found.append(int(connection.execute(statement).scalar_one()))
    return found[0], found[1]
