"""A till that is killed comes back with its basket, and a paid one is not paid twice (T23)."""

import asyncio
import shutil
from pathlib import Path

from desktop.sales.model.payment import PaymentModel
from desktop.sales.model.till import TillModel
from desktop.store.desk import Desk
from shared.sales.queries.showing import sales_of
from tests.builders.founded_shop import CREAM, new_client, open_for_business
from tests.fakes.keys import MemoryKeyStore


def test_the_disk_holds_every_scan_and_every_sale_at_any_moment(tmp_path: Path) -> None:
    keys, home = MemoryKeyStore(), tmp_path / "shop"
    client = new_client(home, keys)
    client.store.author_id = open_for_business(client).user_id

    async def work() -> None:
        desk = Desk(client.store)
        till = TillModel(desk, "CNY")
        till.scan(CREAM, "2")
        till.hold()
        till.scan(CREAM)
        _as_killed(home, tmp_path / "before")
        payment = PaymentModel(till, *till.payment_options())
        payment.type("2")
        payment.enter()
        _as_killed(home, tmp_path / "part")
        payment.enter()
        await till.sell()
        _as_killed(home, tmp_path / "after")
        desk.close()

    asyncio.run(work())
    author = client.store.author_id
    client.close()
    assert _found(tmp_path / "before", keys, author) == (1_000_000, 0, 1, 0)
    assert _found(tmp_path / "part", keys, author) == (1_000_000, 200, 1, 0)
    assert _found(tmp_path / "after", keys, author) == (0, 0, 1, 1)


def _as_killed(home: Path, copy: Path) -> None:
    """The files as a power cut would leave them: nothing is closed first."""
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("*.lock"))


def _found(home: Path, keys: MemoryKeyStore, author: str) -> tuple[int, int, int, int]:
    """Pieces, money taken, baskets on hold and sales after the restart."""
    client = new_client(home, keys)
    client.store.author_id = author

    async def work() -> tuple[int, int, int, int]:
        desk = Desk(client.store)
        till = TillModel(desk, "CNY")
        identity = client.store.identity
        assert identity is not None
        sales = desk.read(sales_of, identity.site_id)
        found = till.basket.pieces_micro, till.due.paid_minor, len(till.held), len(sales)
        desk.close()
        return found

    try:
        return asyncio.run(work())
    finally:
        client.close()
