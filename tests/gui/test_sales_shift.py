"""A shop that founded itself sells without opening a shift; its close has every sale."""

from pathlib import Path

from PySide6.QtWidgets import QLabel, QPushButton

from desktop.app.program import Program
from desktop.sales.view.panels import ChoicePanel, UnknownPanel
from desktop.sales.view.shift import ShiftScreen
from desktop.sales.view.till import TillScreen
from desktop.ui.question import Question
from tests.builders.founded_shop import CREAM
from tests.builders.hands import Hands, until
from tests.fakes.keys import MemoryKeyStore
from tests.gui.shop_hands import live, open_shop

STRANGE = "6900000000014"


def test_a_day_without_a_thought_of_shifts_is_in_the_z_report(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        window.open("till")
        till = window.current
        assert isinstance(till, TillScreen)
        for _sale in range(2):
            await hands.scan(CREAM)
            await until(lambda: till.model.basket.lines)
            await hands.keys("F9")
            await until(lambda: window.overlay.top)
            await hands.keys("Return")
            await until(lambda: not till.model.basket.lines)
        await hands.scan(STRANGE)
        panel = window.overlay.top
        assert isinstance(panel, UnknownPanel)
        told = [one.text() for one in panel.findChildren(QLabel)]
        await hands.keys("Escape", "F12")
        panel = window.overlay.top
        assert isinstance(panel, ChoicePanel)
        told += [one.text() for one in panel.findChildren(QPushButton)]
        assert not [text for text in told if "总部" in text or "同步" in text], "there is none"
        await hands.keys("Z")
        shift = window.current
        assert isinstance(shift, ShiftScreen)
        await until(lambda: shift.model.is_counting)
        assert "F10" in {key for one in shift.key_actions() for key in one.keys}
        # The total alone: nobody sorts coins for it.
        shift._fields[-1].setFocus()
        await hands.keys("398", "F10")
        await until(lambda: shift.model.declared)
        await hands.keys("F10")
        await until(lambda: shift.model.report)
        report = shift.model.report
        assert report is not None
        assert (report.sales, report.total_minor) == (2, 39_800)
        assert (report.cash_difference_minor, report.deposit_minor) == (0, 39_800)
        window.open("home")
        home = window.screens["home"]
        await until(lambda: home.model.today)  # type: ignore[attr-defined]
        await until(lambda: sum(one.amount_minor for one in home.model.today.hours) == 39_800)  # type: ignore[attr-defined]

    live(tmp_path / "shop", script, keys)


def test_a_difference_is_read_before_the_same_key_closes_the_shift(tmp_path: Path) -> None:
    keys = MemoryKeyStore()
    owner = open_shop(tmp_path / "shop", keys)

    async def script(program: Program) -> None:
        hands, window = Hands(program), program.sign_in(owner)
        await hands.take_seat(window)
        window.open("shift")
        shift = window.current
        assert isinstance(shift, ShiftScreen)
        await hands.keys("200", "F10")
        await until(lambda: shift.model.now.shift)
        window.open("shift")
        await hands.keys("Z")
        await until(lambda: shift.model.is_counting)
        shift._fields[-1].setFocus()
        await hands.keys("195", "F10")
        await until(lambda: shift.model.declared)
        await hands.keys("F10")
        await until(lambda: window.overlay.top)
        asked = window.overlay.top
        assert isinstance(asked, Question)
        assert "-￥5.00" in " ".join(one.text() for one in asked.findChildren(QLabel))
        await hands.keys("F10")
        assert shift._now() == "declared", "the key that declared does not close"
        await hands.keys("Escape")
        assert shift.model.now.shift is not None
        await hands.keys("F10")
        await until(lambda: window.overlay.top)
        await hands.keys("Return")
        await until(lambda: shift.model.report)
        assert shift.model.report is not None
        assert shift.model.report.cash_difference_minor == -500

    live(tmp_path / "shop", script, keys)
