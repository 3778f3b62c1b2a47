"""A shop of its own buys, looks its costs up, sells, and reads what sold and what is left of it;
by keyboard from start to end (B11)."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from desktop.app.program import Program
from desktop.pricing.view.goods import GoodsScreen, OwnGoodsPanel
from desktop.sales.usecases.selling import BasketLine, sell
from desktop.sales.view.by_product import SoldScreen
from desktop.stock.view.move_page import MovementPanel
from desktop.stock.view.moving import MovementsScreen
from desktop.stock.view.purchases import PurchasesScreen
from desktop.stock.view.supplier_panel import SupplierPanel
from desktop.ui.question import TextQuestion
from desktop.ui.table.table import Table
from desktop.words.texts import Language
from shared.catalog.rules import own_product_id
from shared.stock.rules import PURCHASE
from tests.builders.founded_shop import CREAM, site_of
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import live, open_shop

WASH, TEA = "6901234567809", "6921168509256"
PIECE = 1_000_000


def shown(table: Table) -> set[str]:
    """The keys of the columns on screen."""
    columns = enumerate(table.rows.columns)
    return {one.key for at, one in columns if not table.view.isColumnHidden(at)}


async def opened(program: Program, name: str, subject: str = "") -> object:
    """A screen, brought to the front."""
    assert program.window is not None
    program.window.open(name, subject)
    await Hands(program).settle()
    return program.window.current


def test_a_shop_buys_sells_and_reads_its_margin_by_keyboard(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        listed = await opened(program, "purchases")
        assert isinstance(listed, PurchasesScreen)
        await until(lambda: listed.model.page)
        await hands.keys("F2")
        moving = window.current
        assert isinstance(moving, MovementsScreen)
        await until(lambda: moving.model.is_buying)
        await until(moving.form.supplier.field.hasFocus)

        # A supplier nobody stated yet, its slip, then goods: typed, scanned, and quite new ones.
        await hands.keys("wangji", "Return")
        await until(lambda: moving.model.supplier_name == "wangji")
        await until(moving.form.slip.hasFocus)
        await hands.keys("A-77", "Return")
        await until(moving.code.field.hasFocus)
        await hands.keys(f"{CREAM} 6 88.50 2027-05", "Return")
        await until(lambda: len(moving.model.lines) == 1)
        await hands.scan(WASH)
        await until(lambda: len(moving.model.lines) == 2)
        assert [one.cost_micro for one in moving.model.lines] == [88_500_000, 20 * PIECE]
        await hands.scan(TEA)
        await until(lambda: isinstance(window.overlay.top, OwnGoodsPanel))
        await hands.keys("tea", "Return", "Return", "3", "F10")
        await until(lambda: len(moving.model.lines) == 3)
        assert moving.model.costs.without_cost == 1
        await until(lambda: window.overlay.top is None)
        await hands.keys("F7", "1.20", "Return")
        await until(lambda: moving.model.lines[2].cost_micro == 1_200_000)
        assert {"cost", "amount", "expires"} <= shown(moving.lines)
        assert moving.model.costs.total_minor == 6 * 8_850 + 2_000 + 120
        await hands.keys("F10")
        await until(lambda: moving.model.posted is not None)
        await until(lambda: moving.history.rows.shown)
        assert moving.history.rows.shown[0].movement_type == PURCHASE

        # The list of receipts, and one of them whole.
        await hands.keys("F7")
        await until(lambda: window.current is listed)
        await until(lambda: listed.table.current is not None)
        assert [one.reference for one in listed.table.rows.shown] == ["A-77"]
        assert listed.model.total_minor == 55_220
        found = listed.table.current
        lines = await listed.model.lines(found.document)
        assert [one.qty_micro // PIECE for one in lines] == [6, 1, 1]

        # The supplier's name was typed in haste.
        await hands.keys("F4")
        await until(lambda: isinstance(window.overlay.top, SupplierPanel))
        await hands.keys("Wang", "Return", "138", "F10")
        await until(lambda: listed.model.name_of(found.supplier_id) == "Wang")

        # What it taught stands in the list of goods.
        goods = await opened(program, "goods")
        assert isinstance(goods, GoodsScreen)
        await until(lambda: goods.model.rows)
        assert {"cost", "on_hand", "margin"} <= shown(goods.table)
        told = {one.goods.code: (one.cost_micro, one.on_hand_micro) for one in goods.model.rows}
        assert told[CREAM] == (88_500_000, 16 * PIECE)
        assert told[TEA] == (1_200_000, PIECE)

        # Sold, and read by product.
        site_id = site_of(program.client)
        basket = [
            BasketLine(product_id=own_product_id(site_id, code), qty_micro=n * PIECE)
            for code, n in ((CREAM, 2), (TEA, 1), ("6901234567823", 1))
        ]
        await moving.frame.desk.do(sell, basket)
        await opened(program, "sales")
        await hands.keys("F7")
        sold = window.current
        assert isinstance(sold, SoldScreen)
        await until(lambda: len(sold.table.rows.shown) == 3)
        margins = {one.code: one.margin_minor for one in sold.table.rows.shown}
        assert margins == {CREAM: 2 * (19_900 - 8_850), TEA: 180, "6901234567823": None}
        sums = sold.model.sums()
        assert (sums.margin_minor, sums.without_cost) == (22_280, 1)
        assert sold.without.text() == "1 种商品没有进价，没算进毛利"
        await hands.keys("F7")
        await until(lambda: not sold.table.rows.shown)
        await hands.keys("F2")
        await until(lambda: len(sold.table.rows.shown) == 3)

        # Nothing of it was true: the receipt is taken back where it stands.
        await opened(program, "purchases")
        await until(lambda: listed.table.current is not None)
        await hands.keys("F8")
        await until(lambda: isinstance(window.overlay.top, MovementPanel))
        page = await listed.model.movement(listed.table.current.document)
        others = listed.frame.person.permissions - {page.permission}
        reader = replace(listed.frame, person=replace(listed.frame.person, permissions=others))
        panel = MovementPanel(reader, page, "")
        assert not panel.key_actions(), "who may not do it is not asked for a reason"
        panel.deleteLater()
        await hands.keys("F8")
        await until(lambda: isinstance(window.overlay.top, TextQuestion))
        await hands.keys("wrong shop", "F10")
        await until(lambda: len(listed.table.rows.shown) == 2)
        assert {one.reference for one in listed.table.rows.shown} == {"A-77"}
        assert (listed.model.total_minor, listed.table.current.amount_minor) == (0, -55_220)
        assert listed.table.current.note.endswith("wrong shop")

    live(tmp_path / "shop", script, keys)


def test_a_supplier_half_typed_is_asked_for_and_who_types_nothing_goes_on(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        # What goes back to a supplier says whose it was, though no type of the program asks.
        moving = await opened(program, "movements")
        assert isinstance(moving, MovementsScreen)
        moving._choose("purchase_return")
        assert moving.form._rows["party"].isVisible()
        await hands.keys("Escape")
        moving = await opened(program, "movements", PURCHASE)
        assert isinstance(moving, MovementsScreen)
        await until(moving.form.supplier.field.hasFocus)
        await hands.keys("Return")
        await until(moving.form.slip.hasFocus)
        await hands.keys("Return")
        await until(moving.code.field.hasFocus)
        await hands.scan(CREAM)
        await until(lambda: moving.model.lines)
        await hands.keys("F3", "laozhao", "F10")
        await until(moving.form.supplier.hits.isVisible)
        assert moving.model.posted is None, "a name nobody picked is not dropped"
        await hands.keys("Return")
        await until(lambda: moving.model.supplier_name == "laozhao")
        # An empty name takes it back; Down lists all there are.
        await hands.keys("F3", "Backspace")
        await until(lambda: not moving.model.party_id)
        await hands.keys("Down", "Return")
        await until(lambda: moving.model.supplier_name == "laozhao")
        # Another language makes the screen anew: nothing of it is lost.
        program.change_language(Language.ENGLISH)
        await hands.settle()
        anew = hands.window.current
        assert isinstance(anew, MovementsScreen)
        assert anew is not moving
        await until(lambda: anew.model.supplier_name == "laozhao")
        assert [one.goods.code for one in anew.model.lines] == [CREAM]
        await hands.keys("F10")
        # Until then its words are about what waits on the list.
        await until(lambda: "WC-" in anew._posted.text())
        said = anew._posted.text()
        assert said.startswith("Purchase receipt laozhao 90.00 WC-"), said
        program.change_language(Language.CHINESE)

    live(tmp_path / "shop", script, keys)


def test_goods_named_in_haste_are_taken_up_with_the_quantity_and_cost_typed(
    tmp_path: Path,
) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        moving = await opened(program, "movements", PURCHASE)
        assert isinstance(moving, MovementsScreen)
        moving.code.field.setFocus()
        moving.code.field.setText("怡宝 24 1.2 2027-05")
        await hands.keys("Return")
        await until(lambda: isinstance(window.overlay.top, OwnGoodsPanel))
        await hands.keys(TEA, "Return", "Return", "Return", "2", "F10")
        await until(lambda: moving.model.lines)
        (line,) = moving.model.lines
        assert (line.goods.name, line.qty_micro) == ("怡宝", 24 * PIECE)
        assert (line.cost_micro, line.expires_on) == (1_200_000, "2027-05-31")
        # Rows of another sheet are pasted into the same line; found by name, a code stands there.
        QGuiApplication.clipboard().setText(f"{CREAM}\t3\t80\nnobody\t1\t1")
        await until(moving.code.field.hasFocus)
        await hands.keys("Ctrl+V")
        await until(lambda: len(moving.model.lines) == 2)
        moving.code.search("面霜")
        await hands.keys("Return")
        await until(lambda: moving.code.field.text() == f"{CREAM} ")
        await hands.keys("2", "Return")
        await until(lambda: moving.model.lines[1].qty_micro == 5 * PIECE)

    live(tmp_path / "shop", script, keys)
