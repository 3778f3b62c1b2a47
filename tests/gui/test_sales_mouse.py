"""The till by mouse: every small panel can be finished, the keys below can be clicked, and
nothing is lost by a key too many."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.sales.view.discount import DiscountPanel
from desktop.sales.view.panels import StepsPanel, UnknownPanel
from desktop.sales.view.payment import PaymentPanel
from desktop.sales.view.till import TillScreen
from desktop.ui.panel import Panel
from tests.builders.window_house import Stage, play
from tests.gui.till_hands import CLEANSER, TONER, at_till


def top(stage: Stage) -> Panel | None:
    return stage.window.overlay.top


async def press_at(stage: Stage, widget: QWidget) -> None:
    """A click where the mouse is: on whatever lies there, as the system would send it."""
    middle = widget.mapTo(stage.window, widget.rect().center())
    under = stage.window.childAt(middle)
    assert under is not None
    assert under is widget or widget.isAncestorOf(under), f"{under} lies over it"
    await stage._outside(lambda: click(widget))
    await stage.settle()


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center())


async def confirm(stage: Stage) -> str:
    """Click the panel's button; what stood on it."""
    panel = top(stage)
    assert panel is not None
    buttons = [one for one in panel.findChildren(QPushButton) if one.isVisible()]
    found = buttons[-1]
    text = found.text()
    await press_at(stage, found)
    return text


def is_of_line(panel: DiscountPanel) -> bool:
    return panel.is_of_line


async def press_in_line(stage: Stage, text: str) -> None:
    line = stage.window.keyline
    found = next(one for one in line.findChildren(QPushButton) if one.text() == text)
    await press_at(stage, found)


def test_a_sale_is_made_by_mouse_alone(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        await stage.scan(TONER)
        assert till.entry.hasFocus()
        await click_twice(stage, till, 1)
        assert isinstance(top(stage), StepsPanel), "the line that was just scanned"
        await stage.keys("Escape")
        await click_twice(stage, till, 0)
        panel = top(stage)
        assert isinstance(panel, StepsPanel), "a double click asks how many"
        panel.fields[0].setText("3")
        assert await confirm(stage) == "确认   Enter"
        assert till.model.basket.lines[0].qty_micro == 3_000_000

        await press_in_line(stage, "折扣")
        panel = top(stage)
        assert isinstance(panel, DiscountPanel)
        assert not is_of_line(panel), "the whole receipt first"
        await stage.keys("Tab")
        assert is_of_line(panel)
        await stage.keys("Up", "Down", "Up")
        assert not is_of_line(panel)
        await stage.keys("Down")
        panel.fields[0].setText("9折")
        await confirm(stage)
        assert till.model.due.off_minor == 1_770, "of the first line alone"

        await press_in_line(stage, "收款")
        assert isinstance(top(stage), PaymentPanel)
        await press_in_line(stage, "收款码")
        await press_in_line(stage, "确认")
        assert top(stage) is None
        assert not till.model.basket.lines
        assert till.model.notice is not None
        assert till.model.notice.key == "till.shift_opened"
        await stage.keys("F12")
        await press_in_line(stage, "补记备用金")
        await stage.keys("2", "0", "0")
        await confirm(stage)
        assert till.entry.hasFocus()

    play(script, tmp_path)


async def click_twice(stage: Stage, till: TillScreen, row: int) -> None:
    """Press, release, press, release where the mouse is; what is a double click the system says."""
    view = till.lines.view.viewport()
    at = till.lines.view.visualRect(till.lines.rows.index(row, 0)).center()
    where = view.mapTo(stage.window, at)
    await stage._outside(
        lambda: QTest.mouseDClick(
            stage.window.windowHandle(), Qt.MouseButton.LeftButton, _NONE_HELD, where
        )
    )
    await stage.settle()


_NONE_HELD = Qt.KeyboardModifier.NoModifier


def test_escape_stays_f7_closes_and_letters_are_looked_for_again(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        sheet = stage.window.sheet
        await stage.scan(CLEANSER)
        await stage.keys("F7")
        assert sheet.isVisible()
        await stage.keys("F7")
        assert not sheet.isVisible(), "the key that opened it closes it"
        await stage.scan(TONER)
        await stage.keys("F7", "Ctrl+Z")
        assert till.ask._why_of == till.model.basket.line, "it follows the cursor"
        await stage.keys("Ctrl+Z")
        assert not sheet.isVisible(), "nothing is told of a line that is gone"

        await stage.scan(CLEANSER)
        await stage.keys("Escape")
        assert stage.window.current is till
        assert till.model.notice is not None
        assert till.model.notice.key == "till.stays"
        await stage.keys("Alt+Home")
        assert stage.window.current is not till
        stage.window.open("till")
        await stage.settle()
        assert len(till.model.basket.lines) == 1, "the goods are kept"
        await stage.keys("Ctrl+D")

        await stage.keys("zzq", "Return")
        panel = top(stage)
        assert isinstance(panel, UnknownPanel)
        assert [key for key, _text in panel._choices] == ["F2", "N", "P"]
        await stage.keys("F2")
        assert till.entry.text() == "zzq"
        assert till.entry.hasFocus()
        await stage.keys("Escape", "Escape")
        assert stage.window.current is not till, "an empty receipt lets one go"

    play(script, tmp_path)


async def touch(stage: Stage, text: str) -> None:
    """Press the button of the panel that says this."""
    panel = top(stage)
    assert panel is not None
    await press_at(stage, next(b for b in panel.findChildren(QPushButton) if b.text() == text))


def test_a_finger_counts_pieces_and_lays_down_notes(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        till = await at_till(stage)
        await stage.scan(CLEANSER)
        await press_in_line(stage, "数量")
        for sign in "+", "+", "−", "−", "−", "+":
            await touch(stage, sign)
        await confirm(stage)
        assert till.model.basket.lines[0].qty_micro == 2_000_000
        await stage.keys("F9")
        panel = top(stage)
        assert isinstance(panel, PaymentPanel)
        for note in "+100", "+20":
            await touch(stage, note)
        assert (panel.model.typed, panel.model.change_minor) == ("120", 200)
        await stage.keys("Escape", "5")
        await touch(stage, "正好收现金")
        assert top(stage) is None
        last = till.model.basket.last
        assert last is not None
        assert (last.total_minor, last.change_minor) == (11_800, 0)
        assert till.entry.hasFocus()

    play(script, tmp_path)
