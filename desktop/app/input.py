"""Keys and scans on their way to the window in front."""

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from desktop.app.scanners import Scanners
from desktop.runtime.keys import KeyRouter
from desktop.shell.gate import Gate
from desktop.shell.window import Window
from desktop.ui.frame import Settings


class Input:
    """``in_front`` says who takes scans: the gate, or the window of who works here."""

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        in_front: Callable[[], Gate | Window | None],
    ) -> None:
        self._application = application
        self._in_front = in_front
        self._loop = asyncio.get_running_loop()
        self._router = KeyRouter(application, self._press, self._scanned)
        self._scanners = Scanners(settings, self._router.use, self._scanned_aside)

    def start_scanners(self) -> None:
        """Take scans as the settings say; again when they changed."""
        self._scanners.start()

    def stop_scanners(self) -> None:
        """Let go of a scanner's port; blocks."""
        self._scanners.stop()

    def stop_keys(self) -> None:
        """Look at no key any more."""
        self._router.stop()

    def _press(self, key: str, *, in_text: bool) -> bool:
        window = self._application.activeWindow()
        return isinstance(window, Window | Gate) and window.press(key)

    def _scanned(self, code: str) -> None:
        window = self._in_front()
        if window is not None:
            window.scanned(code)

    def _scanned_aside(self, code: str) -> None:
        """A scan from a thread beside the window, such as a serial scanner's."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._scanned, code)
