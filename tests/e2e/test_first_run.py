"""A new owner's first day by keys alone, and head office later, on real files and processes (R07).

Founded in the first window, filled from a real shop's workbook, sold from by a real barcode; then
a head office is set up by its commands, and everything the shop wrote arrives there unchanged.
"""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from desktop.app.founding import read_goods_file
from desktop.app.program import Program
from desktop.shell.gate import Gate
from desktop.shell.window import Window
from shared.accounts.tables import account_balance
from shared.catalog.importing import ProductRow
from shared.core.rounding import MICRO
from shared.journal.tables import journal
from shared.sales.tables import sale
from shared.stock.tables import stock_balance
from sync_server.operations.edges import SystemRandomness
from sync_server.operations.home import open_home
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import live
from tests.integration.desktop.served_brand import brand
from tests.real_data import real_data
from tests.replay.office import OfficeFolder

pytestmark = pytest.mark.slow

MOST_STROKES = 8
"""Presses from the new shop's home to its first sale, apart from choosing the file and scanning."""


class Owner(Hands):
    """The owner's hands: in the window of who is signed in, or the one before; strokes counted."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.typed = 0
        self.pressed: list[str] = []

    @property
    def window(self) -> Window:
        gate: Gate | None = self.program.gate
        # The hands need no more of a window than both kinds have.
        return gate if gate is not None else super().window  # type: ignore[return-value]

    async def keys(self, *names: str) -> None:
        for name in names:
            await super().keys(name)
            self.pressed.append(name)

    async def type(self, text: str) -> None:
        """Letters and digits, counted apart: what is typed depends on the shop's name."""
        await super().keys(text)
        self.typed += len(text)


def on_shelf(rows: list[ProductRow]) -> ProductRow:
    """Goods of the sheet somebody can buy today."""
    return next(
        one
        for one in rows
        if one.product.barcodes and one.retail_micro and (one.stock_qty_micro or 0) >= MICRO
    )


async def found_by_keys(owner: Owner) -> None:
    await until(lambda: owner.program.gate)
    await owner.take_seat(owner.window)
    await owner.keys("2")
    for text in ("街角小店", "王老板", "2580", "2580"):
        await owner.type(text)
        await owner.keys("Return")
    await until(lambda: owner.program.window)
    await owner.take_seat(owner.window)


async def take_goods(owner: Owner, workbook: Path) -> int:
    home = owner.window.screens["home"]
    await until(lambda: home.model.today)  # type: ignore[attr-defined]
    steps = home.model.first_steps  # type: ignore[attr-defined]
    assert steps[0] == ("goods", False), "the first step of a new shop is its goods"
    await owner.keys("N")
    assert owner.window.current_id == "goods-import"
    screen = owner.window.current
    # The system's own dialog chooses the file; the screen takes what it answers.
    await screen.open_file(workbook)  # type: ignore[union-attr]
    await until(lambda: screen.model.found)  # type: ignore[union-attr]
    goods = screen.model.sums.goods  # type: ignore[union-attr]
    await owner.keys("F10")
    await until(lambda: screen.model.found is None)  # type: ignore[union-attr]
    return int(goods)


async def first_sale(owner: Owner, barcode: str) -> None:
    await owner.keys("Alt+Home")
    home = owner.window.screens["home"]
    await until(
        lambda: dict(home.model.first_steps).get("opening")  # type: ignore[attr-defined]
    )
    # The sheet brought the stock along; the printer can wait, the customer cannot.
    sales = [number for number, one in enumerate(home.model.tiles, 1) if one.screen == "till"]  # type: ignore[attr-defined]
    await owner.keys(str(sales[0]))
    assert owner.window.current_id == "till"
    await owner.scan(barcode)
    await owner.keys("F9", "Return")
    store = owner.program.client.store
    await until(
        lambda: store.read(lambda c: c.execute(select(func.count()).select_from(sale)).scalar())
    )


def told(connection: Connection) -> dict[str, object]:
    """What must be the same at both ends: documents and numbers, the site's stock and money."""
    stock, money = stock_balance.c, account_balance.c
    documents = select(journal.c.uid, journal.c.stored).where(journal.c.device_id != "HQ")
    pieces = select(stock.end, stock.product_id, stock.lot, stock.came_in - stock.went_out)
    pieces = pieces.where(stock.end.startswith("site/"))
    amounts = select(money.end, money.currency, money.came_in - money.went_out)
    amounts = amounts.where(money.end.startswith("site/"))
    numbers = select(sale.c.number, sale.c.total_minor)
    return {
        "documents": sorted((row.uid, row.stored) for row in connection.execute(documents)),
        "stock": sorted(map(tuple, connection.execute(pieces))),
        "money": sorted(map(tuple, connection.execute(amounts))),
        "sales": sorted(map(tuple, connection.execute(numbers))),
    }


def unsent(program: Program) -> int:
    """Documents head office has not confirmed yet, as the bar at the foot tells it."""
    program.show_standing()
    shown = program.gate or program.window
    assert shown is not None
    assert shown.bar.standing is not None
    return shown.bar.standing.unsent


def command(*arguments: str) -> str:
    line = [sys.executable, "-m", "sync_server", *arguments]
    return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def test_from_an_empty_device_to_the_first_sale_and_then_to_head_office(tmp_path: Path) -> None:
    workbook = real_data("pos_exports_cn", "snack_shop_pos_export.xlsx")
    rows = list(read_goods_file(workbook).found.items)
    bought = on_shelf(rows)
    shop, keys = tmp_path / "街角 小店", MemoryKeyStore()
    before: dict[str, object] = {}

    async def first_day(owner: Owner) -> None:
        began = time.monotonic()
        await found_by_keys(owner)
        beginning = len(owner.pressed)
        assert await take_goods(owner, workbook) == len(rows)
        await first_sale(owner, bought.product.barcodes[0].barcode)
        strokes = owner.pressed[beginning:]
        print(
            f"\npresses {beginning} to found, {len(strokes)} to the first sale ({strokes}),"
            f" letters {owner.typed}, {time.monotonic() - began:.1f} s of the machine"
        )
        assert len(strokes) <= MOST_STROKES
        store = owner.program.client.store
        before.update(store.read(told))
        assert len(before["sales"]) == 1  # type: ignore[arg-type]

    live(shop, lambda program: first_day(Owner(program)), keys)

    office = OfficeFolder(home=tmp_path / "office")
    command("init", "--home", str(office.home), "--admin", "hq-editor")
    office.publish(brand())
    with office.served() as url:
        code = command("invite", "--home", str(office.home), "--account", "D1").split()[-1]

        async def join(owner: Owner) -> None:
            await until(lambda: owner.program.gate)
            await owner.take_seat(owner.window)
            gate = owner.program.gate
            await until(lambda: gate.page.model.chosen)  # type: ignore[union-attr]
            await owner.type("2580")
            await owner.keys("Return")
            await until(lambda: owner.program.window and owner.program.gate is None)
            owner.program.show_joining()
            await owner.take_seat(owner.window)
            await owner.type(url)
            await owner.keys("Return")
            await owner.type(code)
            await owner.keys("Return")
            await until(lambda: owner.program.worker)
            store = owner.program.client.store
            await until(lambda: unsent(owner.program) == 0)
            assert store.read(told)["sales"] == before["sales"], "numbers stay what they were"

        live(shop, lambda program: join(Owner(program)), keys)

    opened = open_home(office.home, "", SystemRandomness())
    try:
        with opened.database.read() as connection:
            there = told(connection)
    finally:
        opened.database.close()
    for what in ("stock", "money", "sales"):
        assert there[what] == before[what], what
    missing = set(before["documents"]) - set(there["documents"])  # type: ignore[call-overload]
    assert not missing, "every document of the first day is at head office, byte by byte"
    assert office.verify() == "verified: journals, scopes and balances agree"
