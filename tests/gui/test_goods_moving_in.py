"""A shop moves in with its own list: opened, doubted, taken, seen in the stock, found again."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from desktop.app.program import Program
from desktop.catalog.view.goods_import import GoodsImportScreen
from desktop.reporting.view.home import HomeScreen
from desktop.stock.view.stock import StockScreen
from desktop.ui.table.table import Table
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import empty_shop, live
from tests.real_data import real_data

GEL = "8809554022597"


def shown(table: Table) -> set[str]:
    """The keys of the columns on screen."""
    columns = enumerate(table.rows.columns)
    return {one.key for at, one in columns if not table.view.isColumnHidden(at)}


def scrolls(table: Table) -> bool:
    """Whether some column is out of sight."""
    return table.view.horizontalScrollBar().maximum() > 0


def text_of(figure: QWidget) -> str:
    """The value of a figure."""
    return next(one.text() for one in figure.findChildren(QLabel) if one.objectName() == "big")


def test_goods_with_expiry_dates_are_taken_seen_and_found_by_keyboard(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    owner = empty_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        window.open("goods-import")
        taking = window.current
        assert isinstance(taking, GoodsImportScreen)
        await hands.keys("Ctrl+O")
        (dialog,) = taking.findChildren(QFileDialog)
        said = {one.text() for one in dialog.findChildren(QLabel)}
        assert {"查找范围(&I)：", "文件类型(&T)："} <= said
        assert not [text for text in said if text.isascii() and any(map(str.isalpha, text))]
        dialog.reject()
        await hands.take_seat(window)
        await taking.open_file(real_data("cosmetics_store", "stock_list_earlier.csv"))
        await hands.settle()
        assert shown(taking.rows) == {"row", "code", "name", "unit", "retail", "stock", "expiry"}
        told = [one.text for one, _ in taking.model.problems if one.code == "EXPIRY_DOUBTFUL"]
        assert told == ["2026.1"]
        assert taking.take.isEnabled()
        assert taking.take.text() == "导入 144 种商品"
        taking.take.click()
        await until(lambda: taking.model.result)
        await hands.settle()
        result = taking.result
        assert {name: text_of(one) for name, one in result.figures.items() if one.isVisible()} == {
            "stocked": "144", "opened": "1,109", "at_price": "25,791.70", "costs": "0",
            "no_costs": "144", "lots": "134", "refused": "14",
        }  # fmt: skip
        assert result.doubts.isVisible(), "what was kept out comes first"
        column = [one.key for one in result.doubts.rows.columns].index("name")
        named = result.doubts.rows.columns[column].get(result.doubts.rows.all[0])
        assert named == "进口马油洗护套盒"
        await hands.keys("W")
        assert (result.goods.isVisible(), len(result.goods.rows.all)) == (True, 144)
        await hands.keys("T")
        assert window.current_id == "till"
        window.open("goods-import")
        assert taking.result.isVisible(), "it stays until another file is opened"
        await taking.open_file(real_data("cosmetics_store", "stock_list_earlier.csv"))
        await hands.settle()
        assert taking.no_stock.isVisible(), "opening stock comes once"
        assert not taking.with_stock.isVisible()
        window.open("stock")
        stock = window.current
        assert isinstance(stock, StockScreen)
        await until(lambda: stock.table.rows.all)
        assert {"expires", "value"} <= shown(stock.table)
        assert not {"brand", "reserved", "transit"} & shown(stock.table), "nobody says any"
        kept = program.settings.get("columns.stock")
        assert "brand:0" not in kept, "they come back once one says something"
        # 安格琪玻尿酸芦荟补水凝胶 by its initials
        stock.table.filter_by("agqbns")
        assert [one.code for one in stock.table.rows.shown] == [GEL]
        await stock.model.open_card(stock.table.rows.shown[0].product_id)
        await hands.settle()
        labels = {one.text() for one in stock.card.findChildren(QLabel)}
        assert "至 2027-11-30　17" in labels
        await hands.keys("Escape")
        stock.table.filter_by("")

        window.open("home")
        home = window.current
        assert isinstance(home, HomeScreen)
        await until(lambda: "ending" in {one.name for one in home.model.tiles})
        tile = next(one for one in home.model.tiles if one.name == "ending")
        window.open(tile.screen, tile.subject)
        await until(lambda: len(stock.table.rows.shown) == tile.figure)
        days = [one.expires_on for one in stock.table.rows.shown]
        assert days == sorted(days)
        await hands.keys("F9")
        assert len(stock.table.rows.shown) == 144

    live(tmp_path / "shop", script, keys)


def test_large_text_needs_no_sideways_scrolling(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    owner = empty_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        program.settings.put("text_percent", "150")
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        window.open("goods-import")
        taking = window.current
        assert isinstance(taking, GoodsImportScreen)
        await taking.open_file(real_data("pos_exports_cn", "snack_shop_pos_export.xlsx"))
        await hands.settle()
        assert taking.parts.isVisible(), "rows, doubts and columns one at a time"
        assert {"code", "name", "retail", "cost", "stock"} <= shown(taking.rows)
        assert not scrolls(taking.rows)
        await hands.keys("F10")
        await until(lambda: taking.model.result)
        await hands.settle()
        assert not scrolls(taking.result.goods)
        window.open("stock")
        stock = window.current
        assert isinstance(stock, StockScreen)
        await until(lambda: stock.table.rows.all)
        await hands.settle()
        assert {"code", "name", "on_hand", "value"} <= shown(stock.table)
        assert not scrolls(stock.table)
        program.settings.put("text_percent", "100")
        await hands.settle()

    live(tmp_path / "shop", script, keys)
