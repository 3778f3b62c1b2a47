"""The demo brand's one house with windows on it: any person at any device, keys and scans.

``Stage`` drives a real main window over a real database; head office answers at once. Keys go to
the window as the system would send them, so scans, actions and text fields compete as in a shop.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import RLock
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from desktop.app.client import Client
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.runtime.loop import run
from desktop.shell.window import Window
from desktop.store.bus import ChangeBus
from desktop.store.local import Done, LocalStore
from desktop.store.session import Session
from desktop.ui.theme import Scheme
from desktop.words.texts import Language
from tests.builders.hands import Hands
from tests.builders.one_house import House, a_house
from tests.fakes.keys import MemoryKeyStore

T = TypeVar("T")
P = ParamSpec("P")
ANSWERED_S = 10.0
"""What a test holds back by itself is not waited for longer."""


class WindowHouse(House):
    """A house screens can work on: writes are heard on the bus, reads may come from threads."""

    def __init__(self) -> None:
        super().__init__()
        self.bus = ChangeBus()
        self._alone = RLock()

    def sit_at(self, device_id: str, *, device_type: str = "till") -> None:
        # Called by the founder before there is a lock, and between reads of screens after.
        with getattr(self, "_alone", None) or RLock():
            super().sit_at(device_id, device_type=device_type)

    def on_writer(self, act: Callable[[LocalStore], T]) -> T:
        with self._alone:
            return act(self.local)

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


class Readers(ThreadPoolExecutor):
    """The threads of a desk, and whether they are at work."""

    def __init__(self) -> None:
        super().__init__(2, thread_name_prefix="desk-reader")
        self._open: set[Future[Any]] = set()

    def are_busy(self) -> bool:
        """Whether something is asked of them that is not answered."""
        return any(not one.done() for one in self._open)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        self._open = {one for one in self._open if not one.done()}
        future = super().submit(fn, *args, **kwargs)
        self._open.add(future)
        return future


def a_window_house() -> WindowHouse:
    """The demo brand, published. The stage closes it."""
    return a_house(WindowHouse)


class Stage(Hands):
    """One window of one person in the house, and the hands of a test."""

    def __init__(self, program: Program, house: WindowHouse) -> None:
        super().__init__(program)
        self.house = house
        self._readers = Readers()
        program.desk._threads.shutdown()
        program.desk._threads = self._readers

    async def settle(self) -> None:
        """Until nothing happens any more, and what was asked of the house beside the window is
        answered: on a busy machine that takes its time."""
        await super().settle()
        ends_s = asyncio.get_running_loop().time() + ANSWERED_S
        while self._readers.are_busy() and asyncio.get_running_loop().time() < ends_s:
            await asyncio.sleep(0.01)
            if not self._readers.are_busy():
                await asyncio.sleep(0.01)

    async def sign_in(self, user: str, device: str, *, device_type: str = "till") -> Window:
        """Sit down at a device, ``SH01.01`` is the first one of SH01."""
        self.house.sit_at(device, device_type=device_type)
        window = self.program.sign_in(user)
        await self.take_seat(window)
        return window


class StrayWindows(QObject):
    """Finds widgets shown before they had a parent: windows for a moment that take the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QShowEvent) and isinstance(watched, QWidget) and watched.isWindow():
            kind = watched.windowType()
            if kind is Qt.WindowType.Window and not isinstance(watched, QMainWindow):
                self.found.append(f"{type(watched).__name__} {watched.objectName()}")
        return False


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
