"""One life of the program in one folder: open the store, run the windows, end in order."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop.app.client import Client
from desktop.app.crashes import CrashBook
from desktop.app.layout import LAYOUT
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.app.system import SystemClock, SystemRandomness
from desktop.runtime import pace
from desktop.shell.opening import Opening
from desktop.words.texts import Language, Words
from shared.core.errors import QutongError

LOOK_MS = 5


class Living:
    """``tell`` is called with ``ready`` once somebody can work."""

    def __init__(
        self, application: QApplication, home: Path, *, tell: Callable[[str], None]
    ) -> None:
        self._application = application
        self._home = home
        self._tell = tell
        self.next_home: tuple[Path, str] | None = None
        self._program: Program | None = None
        self._is_asked_to_end = False

    async def run(self, user: str, opening: Opening) -> int:
        """Run until the window is closed; the exit code."""
        # The system shuts down, or somebody ends the program: what is open is closed in order.
        before = signal.signal(signal.SIGTERM, self._asked_to_end)
        try:
            return await self._live(user, opening)
        finally:
            signal.signal(signal.SIGTERM, before)

    def _asked_to_end(self, _number: int, _frame: object) -> None:
        self._is_asked_to_end = True
        if self._program is not None:
            self._program.end()

    async def _live(self, user: str, opening: Opening) -> int:
        clock = SystemClock()
        try:
            client = Client.open(self._home, LAYOUT, clock=clock, randomness=SystemRandomness())
        except QutongError as error:
            for language in Language:
                print(Words(language).error(error), file=sys.stderr)
            return 1
        crashes = CrashBook(self._home, clock)
        program = Program(self._application, client, SCREENS, crashes=crashes)
        program.guard()
        self._program = program
        if self._is_asked_to_end:
            program.end()
        try:
            program.begin(user)
            self._look(program, opening)
            code = await program.closed
            self.next_home = program.next_home
            return code
        finally:
            await program.stop()

    def _look(self, program: Program, opening: Opening) -> None:
        if program.window is not None or program.gate is not None:
            opening.is_going = True
            opening.close()
        if program.window is not None:
            pace.settle()
            self._tell("ready")
        elif not program.closed.done():
            QTimer.singleShot(LOOK_MS, lambda: self._look(program, opening))
