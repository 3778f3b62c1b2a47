"""The hands of a person at a real window: keys, scans, and eyes that take pictures."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.app.program import Program
from desktop.shell.window import Window


async def until(holds: Callable[[], object], *, most_s: float = 60.0) -> None:
    """Let the window work until something holds: a busy machine takes its time."""
    loop = asyncio.get_running_loop()
    ends_s = loop.time() + most_s
    while not holds():
        if loop.time() > ends_s:
            raise AssertionError("it never came")
        await asyncio.sleep(0.02)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


class Hands:
    """Drives the window of who is signed in. Keys go the way the system would send them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.size = (1280, 720)

    @property
    def window(self) -> Window:
        """The window of who is signed in."""
        assert self.program.window is not None
        return self.program.window

    @property
    def front(self) -> QWidget:
        """What the person sees: the gate while it is open, else the window."""
        return self.program.gate or self.window

    async def take_seat(self, window: Window) -> None:
        """The window is in front, in the usual size."""
        window.resize(*self.size)
        window.activateWindow()
        await self._outside(lambda: QTest.qWaitForWindowActive(window))
        await self.settle()

    async def settle(self) -> None:
        """Until nothing happens any more."""
        for _ in range(3):
            await asyncio.sleep(0.02)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    async def keys(self, *names: str) -> None:
        """Press keys: ``F9``, ``Return``, ``Ctrl+Z``; a longer text is typed letter by letter."""
        for name in names:
            await self._outside(lambda: self._press(name))  # noqa: B023 - called before the next
            await self.settle()

    async def fast(self, *names: str) -> None:
        """Press keys so fast that the window has done nothing about the first when the next
        one comes."""

        def press() -> None:
            for name in names:
                self._press(name)

        await self._outside(press)

    def _press(self, name: str) -> None:
        handle = self.window.windowHandle()
        if name in _NAMED or "+" in name[:-1] or (name[0] == "F" and name[1:].isdigit()):
            *held, last = name.split("+")
            modifiers = Qt.KeyboardModifier.NoModifier
            for one in held:
                modifiers |= _MODIFIERS[one]
            QTest.keyClick(handle, _key_of(last), modifiers)
            return
        for letter in name:
            QTest.sendKeyEvent(
                QTest.KeyAction.Click,
                handle,
                _key_of(letter),
                letter,
                Qt.KeyboardModifier.NoModifier,
            )

    async def _outside(self, act: Callable[[], object]) -> None:
        """Do it from the loop and not from this task: sending a key runs the loop once more,
        and a task cannot step while another one is in the middle of a step."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def call() -> None:
            try:
                act()
            except BaseException as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        loop.call_soon(call)
        await done

    async def scan(self, code: str) -> None:
        """A scanner reads a code, wherever the focus is."""
        self.window.scanned(code)
        await self.settle()

    def shot(self, path: Path) -> Path:
        """What is on screen, as a picture."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.front.grab().save(str(path))
        return path


_NAMED = {
    "Return", "Escape", "Space", "Tab", "Backspace", "Delete", "Up", "Down", "Left", "Right",
    "Home", "End", "PgUp", "PgDown",
}  # fmt: skip


_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
}
_SIGNS = {
    "*": Qt.Key.Key_Asterisk,
    "=": Qt.Key.Key_Equal,
    "-": Qt.Key.Key_Minus,
    ".": Qt.Key.Key_Period,
    " ": Qt.Key.Key_Space,
    "+": Qt.Key.Key_Plus,
    "/": Qt.Key.Key_Slash,
    "PgUp": Qt.Key.Key_PageUp,
    "PgDown": Qt.Key.Key_PageDown,
}


def _key_of(name: str) -> Qt.Key:
    if name in _SIGNS:
        return _SIGNS[name]
    return getattr(Qt.Key, f"Key_{name.upper() if len(name) == 1 else name}", Qt.Key.Key_unknown)
