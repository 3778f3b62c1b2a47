"""A head office with one shop whose months can be closed: real goods, real money, real devices."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlcipher3 import dbapi2

from desktop.app.layout import LAYOUT
from shared.access.documents import Grant, UserPublished
from shared.accounts.tables import account_balance, account_entry, account_opening
from shared.areas import SCHEMA
from shared.catalog.documents import CataloguePublished, Product
from shared.channel.documents import Account, ChannelPublished, SalesOrg, Site
from shared.journal.document import Body
from shared.journal.tables import journal
from shared.sales.documents import Sale, SaleLine, TenderLine
from shared.stock.rules import location
from shared.stock.tables import stock_balance, stock_day, stock_move, stock_opening
from shared.sync.balancing import mend_balances
from sync_server.operations.home import DATABASE, Office, create
from sync_server.operations.verify import faults
from sync_server.store.durable import JournalMark, move_forward
from sync_server.store.engine import open_database
from sync_server.sync.closing import Closed, close_months
from sync_server.sync.head_office import draft_of, publish
from sync_server.sync.recovering import begin_recovery
from tests.integration.server.device import Device
from tests.integration.server.world import CountingRandomness, SetClock, World

SHELF = location("SH01")


def instant(day: str) -> int:
    """Noon of an ISO date."""
    return int(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()) * 10**6


def a_sale(product: str, pieces: int) -> Sale:
    """So many pieces at 5.00, paid in cash."""
    amount = 500 * pieces
    line = SaleLine(
        product_id=product,
        qty_micro=pieces * 1_000_000,
        unit_price_micro=5_000_000,
        amount_minor=amount,
    )
    cash = TenderLine(tender="cash", amount_minor=amount)
    return Sale(
        mode="full", currency="CNY", lines=[line], tenders=[cash], total_minor=amount, note=""
    )


@dataclass
class MonthHouse:
    """Head office and what the tests do to it."""

    office: Office
    world: World

    def device(self, tag: str) -> Device:
        """A till of the shop that is new."""
        return Device(self.world, tag, layout=LAYOUT)

    def on(self, day: str) -> None:
        """It is noon of that day."""
        self.world.clock.at_us = instant(day)

    def copy(self, path: Path) -> Path:
        """Head office's disk (SQLite) as it is now."""
        source = dbapi2.connect(str(self.office.home / DATABASE))
        try:
            source.execute("VACUUM INTO ?", (str(path),))
        finally:
            source.close()
        return path

    def goes_back(self, path: Path, made_at_us: int) -> None:
        """Head office stands again over an earlier copy, and asks its devices for the rest."""
        database = open_database(f"sqlite:///{path}")
        now_us = self.world.now_us
        with database.write() as connection:
            begin_recovery(
                connection,
                epoch="epoch-2",
                incarnation=2,
                generation=2,
                made_at_us=made_at_us,
                now_us=now_us,
            )
        self.office.database.close()
        author = replace(self.world.hq.author, incarnation=2)
        hq = replace(self.world.hq, epoch="epoch-2", author=author)
        self.office = replace(self.office, database=database, hq=hq)
        self.world.database, self.world.hq = database, hq

    def prove(self) -> None:
        """All that stands here is in a backup that was restored and proved."""
        c = journal.c
        with self.office.database.write() as connection:
            heads = connection.execute(
                select(c.device_id, c.incarnation, func.max(c.n)).group_by(
                    c.device_id, c.incarnation
                )
            ).all()
            move_forward(connection, [JournalMark(*head, b"") for head in heads])

    def close(self, month: str, *, is_proved: bool = True) -> list[Closed]:
        """Close the shop's months up to this one."""
        if is_proved:
            self.prove()
        with self.office.database.write() as connection:
            return close_months(connection, self.office.hq, "SH01", month, self.world.now_us)

    def balances(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """What head office keeps of the shop."""
        with self.office.database.read() as connection:
            return _balances(connection)

    def faults(self) -> list[str]:
        """What the verifier finds."""
        hq = self.office.hq
        with self.office.database.read() as connection:
            found = faults(connection, hq.replica.registry, SCHEMA, hq.author.key.public)
            return [str(one) for one in found]


def _balances(connection: Any) -> dict[tuple[str, str, str], tuple[int, int]]:
    found = {}
    for table, keys in ((stock_balance, ("product_id", "lot")), (account_balance, ("currency",))):
        for row in connection.execute(select(table)).mappings():
            if row["end"].startswith("site/SH01/") and (row["came_in"] or row["went_out"]):
                key = (row["end"], *(row[name] for name in keys), "")[:3]
                found[key] = (row["came_in"], row["went_out"])
    return found


def balances_of(device: Device) -> dict[tuple[str, str, str], tuple[int, int]]:
    """What a device keeps of its shop."""
    return device.store.read(_balances)


def sell(device: Device, product: str = "P1", pieces: int = 1) -> None:
    """A sale at the till, now."""
    write(device, a_sale(product, pieces))


def write(device: Device, body: Body) -> None:
    """A document of the shop's owner."""
    device.store.run("owner", lambda session: session.append(body))


def held(device: Device) -> dict[str, int]:
    """How many rows of each ledger and of its openings are here."""
    tables = (stock_move, account_entry, stock_opening, account_opening)
    return {str(table.name): len(device.rows(table)) for table in tables}


def summed_anew(device: Device) -> int:
    """How many balances are not what the rows here add up to."""

    def count(connection: Any) -> int:
        owns = device.store.replica.owns
        tables = [table for table in SCHEMA.tables.values() if table.balances]
        return sum(mend_balances(connection, table, owns) for table in tables)

    return device.store.transact(count)


def day_sums(device: Device) -> dict[str, tuple[int, int]]:
    """The shelf's sums by business day."""
    query = select(stock_day).where(stock_day.c.end == SHELF)
    rows: Sequence[Any] = device.store.read(lambda c: c.execute(query).mappings().all())
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        came, went = found.get(row["business_day"], (0, 0))
        found[row["business_day"]] = (came + row["came_in"], went + row["went_out"])
    return found


@contextmanager
def month_house(address: str, folder: Path) -> Iterator[MonthHouse]:
    """Head office on the database of this address, with a shop and its owner."""
    clock, chance = SetClock(instant("2025-03-01")), CountingRandomness()
    chosen = "" if address.startswith("sqlite") else address
    office = create(folder / "home", chosen, clock, chance)
    bodies: list[Body] = [
        ChannelPublished(
            sales_orgs=(SalesOrg(sales_org_id="FX", name="FX"),),
            accounts=(Account(account_id="D1", partner_id="D1", sales_org_id="FX", name="D1"),),
            sites=(Site(site_id="SH01", name="shop", site_type="store", account_ids=("D1",)),),
        ),
        CataloguePublished(
            products=tuple(Product(code=p, name=p, sales_org_ids=("FX",)) for p in ("P1", "P2"))
        ),
        UserPublished(user_id="owner", name="Owner", role="owner", grants=(Grant(site_id="SH01"),)),
    ]
    with office.database.write() as connection:
        drafts = [draft_of(office.hq, body, clock.at_us) for body in bodies]
        publish(connection, office.hq, drafts, clock.at_us)
    # The epoch devices of these tests are enrolled in.
    hq = replace(office.hq, epoch="epoch-1")
    made = MonthHouse(office, World(office.database, hq, clock, chance))
    yield made
    made.office.database.close()
