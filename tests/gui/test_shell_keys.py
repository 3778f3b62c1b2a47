"""Keys and scans of the whole program: no scan is typed, nothing typed is a scan (I04)."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout

from desktop.ui.actions import Action
from desktop.ui.frame import Frame
from desktop.ui.panel import Panel
from desktop.ui.screen import Screen, ScreenSpec
from desktop.ui.widgets import Field
from shared.core.errors import RuleViolation
from tests.builders.window_house import Stage, play

LABEL = "6901234567892"
REFUSED = "6900000000021"


class Bench(Screen):
    """A screen with a field, an action on a letter, one on a function key, and ears."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.field = Field()
        self.entered: list[str] = []
        self.done: list[str] = []
        self.scans: list[str] = []
        self.field.entered.connect(self.entered.append)
        QVBoxLayout(self).addWidget(self.field)

    def key_actions(self) -> tuple[Action, ...]:
        return (
            Action(text="shell.home", keys=("W",), run=lambda: self.done.append("W")),
            Action(text="shell.help", keys=("F9",), run=lambda: self.done.append("F9")),
            Action(text="shell.lock", keys=("Ctrl+Z",), run=lambda: self.done.append("Ctrl+Z")),
        )

    def scanned(self, code: str) -> bool:
        if code == REFUSED:
            raise RuleViolation("PRODUCT_UNKNOWN", code=code)
        self.scans.append(code)
        return True


class Asking(Panel):
    """A panel with a field that has the focus."""

    def __init__(self) -> None:
        super().__init__("panel")
        self.field = Field()
        self.body.addWidget(self.field)

    def first_focus(self) -> Field:
        return self.field


def open_bench(stage: Stage) -> Bench:
    window = stage.window
    window.specs["bench"] = ScreenSpec(id="tasks", icon="tag", group="home", make=Bench)
    window.screens["bench"] = bench = Bench(window._frame())
    window.stack.addWidget(bench)
    window.stack.setCurrentWidget(bench)
    return bench


class Scanner:
    """A keyboard-wedge scanner: two milliseconds between keys, thirty between codes."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._at_ms = count(1_000_000, 2)

    def keys_of(self, code: str) -> Iterator[tuple[Qt.Key, str]]:
        for sign in code:
            yield Qt.Key(ord(sign.upper())), sign
        yield Qt.Key.Key_Return, "\r"

    def read(self, code: str) -> None:
        window = self._stage.window.windowHandle()
        for key, text in self.keys_of(code):
            at_ms = next(self._at_ms)
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
                event.setTimestamp(at_ms)
                QCoreApplication.sendEvent(window, event)
        for _ in range(15):
            next(self._at_ms)


def test_letters_act_outside_text_only_and_function_keys_always(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        bench = open_bench(stage)
        bench.setFocus()
        await stage.keys("W", "F9")
        assert bench.done == ["W", "F9"]
        bench.field.setFocus()
        await stage.keys("wow", "F9", "Return")
        assert bench.field.text() == "wow"
        assert bench.entered == ["wow"]
        await stage.keys("Ctrl+Z")
        assert bench.field.text() == "", "inside a field it takes back what was typed there"
        assert bench.done == ["W", "F9", "F9"]
        bench.setFocus()
        await stage.keys("Ctrl+Z")
        assert bench.done[-1] == "Ctrl+Z"

    play(script, tmp_path)


def test_two_hundred_scans_while_a_panel_is_open_all_arrive_when_it_closes(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        bench = open_bench(stage)
        panel = Asking()
        stage.program.tasks.start(stage.window.ask(panel))
        await stage.settle()
        assert panel.field.hasFocus()
        scanner = Scanner(stage)
        for number in range(200):
            scanner.read(f"V28{number:04}C")
        await stage.settle()
        assert panel.field.text() == ""
        assert bench.scans == []
        panel.close_with(None)
        await stage.settle()
        assert bench.scans == [f"V28{number:04}C" for number in range(200)]
        assert bench.field.text() == ""

    play(script, tmp_path)


def test_what_is_typed_over_a_panel_without_a_field_never_reaches_the_screen_behind(
    tmp_path: Path,
) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        bench = open_bench(stage)
        bench.field.setFocus()
        panel = Asking()
        panel.field.hide()
        stage.program.tasks.start(stage.window.ask(panel))
        await stage.settle()
        await stage.keys("7")
        assert bench.field.text() == ""
        panel.close_with(None)
        await stage.settle()
        assert bench.field.hasFocus()

    play(script, tmp_path)


def test_a_scan_into_a_field_leaves_what_was_typed_there(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        bench = open_bench(stage)
        bench.field.setFocus()
        await stage.keys("12")
        Scanner(stage).read(LABEL)
        await stage.settle()
        assert bench.field.text() == "12"
        assert bench.entered == []
        assert bench.scans == [LABEL]
        await stage.keys("34", "Return")
        assert bench.entered == ["1234"]

    play(script, tmp_path)


def test_what_is_wrong_with_a_scan_is_told_and_is_no_crash(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        bench = open_bench(stage)
        bench.setFocus()
        Scanner(stage).read(REFUSED)
        await stage.settle()
        assert stage.window.overlay.top is None
        assert any(REFUSED in one.text() for one in stage.window.bar.findChildren(QLabel))
        Scanner(stage).read(LABEL)
        await stage.settle()
        assert bench.scans == [LABEL], "and the next one is taken"

    play(script, tmp_path)


def test_full_width_digits_of_an_input_method_are_the_code_they_look_like(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        bench = open_bench(stage)
        bench.setFocus()
        Scanner(stage).read("Ｖ２８３４Ｃ")
        await stage.settle()
        assert bench.scans == ["V2834C"]

    play(script, tmp_path)


def test_input_methods_are_off_outside_text_fields(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        bench = open_bench(stage)
        enabled = Qt.WidgetAttribute.WA_InputMethodEnabled
        bench.field.setFocus()
        await stage.settle()
        assert bench.field.testAttribute(enabled)
        other = stage.window.rail.buttons["settings"]
        other.setAttribute(enabled, True)
        other.setFocus()
        await stage.settle()
        assert QApplication.focusWidget() is other
        assert not other.testAttribute(enabled)

    play(script, tmp_path)


def test_a_button_pressed_with_space_is_pressed_once(tmp_path: Path) -> None:
    async def script(stage: Stage) -> None:
        await stage.sign_in("clerk-guanqian", "SH01.01")
        window = stage.window
        pressed: list[int] = []
        window.rail.buttons["settings"].clicked.connect(lambda: pressed.append(1))
        window.rail.buttons["settings"].setFocus()
        await stage.keys("Space")
        assert pressed == [1]
        assert window.current_id == "settings"

    play(script, tmp_path)
