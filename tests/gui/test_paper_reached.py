"""Paper from the screen where a person would look for it: pictures, A4 Z, count sheets."""

from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication

from tests.builders.dealer_days import CREAM, CUSTOMER, east, stocked
from tests.builders.hands import until
from tests.builders.pages import text_of
from tests.builders.window_house import Stage, play
from tests.gui.office_hands import opened

CLERK, DEVICE = "clerk-guanqian", "SH01.01"


def picture_size() -> tuple[int, int]:
    image = QGuiApplication.clipboard().image()
    return image.width(), image.height()


async def at(stage: Stage, screen: str) -> Any:
    stage.window.open(screen)
    await stage.settle()
    return stage.window.current


def test_receipts_and_the_z_sheet_are_a_key_away(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in(CLERK, DEVICE)
        await at(stage, "till")
        await stage.keys("F12", "O", "200", "Return")
        await stage.scan("2000101010005")
        await stage.keys("F9", "Return")
        sales = await at(stage, "sales")
        await until(lambda: sales.table.current is not None)
        QGuiApplication.clipboard().clear()
        await stage.keys("C")
        await until(lambda: picture_size()[1] > 400)
        assert picture_size()[0] < picture_size()[1], "a slip is long"

        shift = await at(stage, "shift")
        # 259.00: two hundreds, a fifty, a five and four ones.
        await stage.keys("Z", "2", "Return", "1", "Return", "Return", "Return", "1", "Return", "4")
        await stage.keys("F10")
        await until(lambda: shift.model.declared)
        await stage.keys("F10")
        await until(lambda: shift.model.report is not None)
        number = shift.model.report.closing_number
        sheet = tmp_path / "paper" / f"{number}.pdf"
        await stage.keys("A")
        await until(sheet.exists)
        assert "259.00" in text_of(sheet)
        await stage.keys("F7")
        assert stage.window.overlay.top is None, "only who may see reports"

    play(script, tmp_path)


def test_past_shifts_statements_and_notes(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        stocked(stage.house)
        east(stage.house, "sell-invoice", customer=CUSTOMER, lines=[f"3*{CREAM}"])
        await stage.sign_in("dealer-east", "DL01.01", device_type="dealer")
        clipboard = QGuiApplication.clipboard()
        for screen in ("sales", "statement"):
            made = await at(stage, screen)
            await until(lambda: stage.window.current.table.rows.shown)  # type: ignore[union-attr]
            clipboard.clear()
            if screen == "statement":
                await made.model.load(CUSTOMER)
            await stage.keys("C")
            await until(lambda: picture_size()[0] > 800)

        shift = await at(stage, "shift")
        await shift.model.open("100")
        await at(stage, "shift")
        await stage.keys("Z", "1", "Return", "F10", "F10")
        await until(lambda: shift.model.report is not None)
        sheet = tmp_path / "paper" / f"{shift.model.report.closing_number}.pdf"
        await stage.keys("F7")
        panel = await opened(stage)
        await until(lambda: panel.table.current is not None)
        await stage.keys("Return")
        await until(sheet.exists)

    play(script, tmp_path)
