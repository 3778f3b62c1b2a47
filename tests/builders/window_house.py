"""The demo brand's one house with windows on it: any person at any device, keys and scans.

``Stage`` drives a real main window over a real database; head office answers at once. Keys go to
the window as the system would send them, so scans, actions and text fields compete as in a shop.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from desktop.app.client import Client
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.runtime.loop import run
from desktop.shell.window import Window
from desktop.store.bus import ChangeBus
from desktop.store.local import Done
from desktop.store.session import Session
from desktop.ui.theme import Scheme
from desktop.words.texts import Language
from tests.builders.one_house import House, a_house
from tests.fakes.keys import MemoryKeyStore

T = TypeVar("T")
P = ParamSpec("P")


class WindowHouse(House):
    """A house screens can work on: writes are heard on the bus, reads may come from threads."""

    def __init__(self) -> None:
        super().__init__()
        self.bus = ChangeBus()
        self._alone = RLock()

    def submit(
        self, usecase: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> "Future[Done[T]]":
        future: Future[Done[T]] = Future()
        try:
            done = self.write(usecase, *args, **kwargs)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(done)
        return future

    def write(
        self, usecase: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Done[T]:
        with self._alone:
            done = super().write(usecase, *args, **kwargs)
        self.bus.publish(done.touched)
        return done

    def read(self, work: Callable[[Connection], T]) -> T:
        with self._alone:
            return super().read(work)


def a_window_house() -> WindowHouse:
    """The demo brand, published. The stage closes it."""
    return a_house(WindowHouse)


class Stage:
    """One window of one person, and the hands of a test."""

    def __init__(self, program: Program, house: WindowHouse) -> None:
        self.program = program
        self.house = house
        self.size = (1280, 720)

    @property
    def window(self) -> Window:
        """The window of who is signed in."""
        assert self.program.window is not None
        return self.program.window

    async def sign_in(self, user: str, device: str, *, device_type: str = "till") -> Window:
        """Sit down at a device, ``SH01.01`` is the first one of SH01."""
        self.house.sit_at(device, device_type=device_type)
        window = self.program.sign_in(user)
        window.resize(*self.size)
        window.activateWindow()
        await self._outside(lambda: QTest.qWaitForWindowActive(window))
        await self.settle()
        return window

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
        self.window.grab().save(str(path))
        return path


class StrayWindows(QObject):
    """Finds widgets shown before they had a parent: windows for a moment that take the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            kind = watched.windowType()
            if kind is Qt.WindowType.Window and not isinstance(watched, QMainWindow):
                self.found.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


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


def play(
    script: Callable[[Stage], Awaitable[None]],
    tmp_path: Path,
    *,
    house: WindowHouse | None = None,
    language: Language = Language.CHINESE,
    scheme: Scheme = Scheme.LIGHT,
) -> None:
    """Run a script with a stage, and take everything down afterwards."""
    application = QApplication.instance() or QApplication(["qutong"])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)

    async def main() -> int:
        program = a_program(application, tmp_path, house or a_window_house())
        program.change_language(language)
        program.change_scheme(scheme)
        stray = StrayWindows()
        application.installEventFilter(stray)
        try:
            await script(Stage(program, program.client.store))  # type: ignore[arg-type]
        finally:
            if program.window is not None:
                program.window.close()
            await program.stop()
            application.removeEventFilter(stray)
        assert not stray.found, f"shown without a parent: {stray.found}"
        return 0

    run(application, main)


def a_program(application: QApplication, home: Path, house: WindowHouse) -> Program:
    """The program over a house instead of a device's own files."""
    client: Any = Client(
        home=home, store=house, keys=MemoryKeyStore(), clock=house.time, randomness=house.random
    )
    return Program(application, client, SCREENS)
