"""One life of the program in one folder: open the store, run the windows, end in order."""

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.app.client import Client
from desktop.app.crashes import CrashBook
from desktop.app.home import look_of, words_of
from desktop.app.layout import LAYOUT
from desktop.app.main import AGAIN
from desktop.app.program import Program
from desktop.app.screens import SCREENS
from desktop.app.system import SystemClock, SystemRandomness
from desktop.runtime import pace
from desktop.runtime.keys import later
from desktop.shell.opening import Opening
from desktop.words.texts import Language, Words
from shared.core.errors import QutongError

_HEARING_S = 0.3


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
        self._refusing: Callable[[int], None] = lambda _code: None
        """Ends what is told of a folder that cannot be opened."""

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
        self._refusing(1)

    async def _live(self, user: str, opening: Opening) -> int:
        clock = SystemClock()
        try:
            client = Client.open(self._home, LAYOUT, clock=clock, randomness=SystemRandomness())
        except QutongError as error:
            for language in Language:
                print(Words(language).error(error), file=sys.stderr)
            return await self._refused(opening, error)
        crashes = CrashBook(self._home, clock)
        program = Program(self._application, client, SCREENS, crashes=crashes)
        program.guard()
        self._program = program
        if self._is_asked_to_end:
            program.end()
        try:
            program.opened = lambda: self._opened(program, opening)
            program.begin(user)
            code = await program.closed
            self.next_home = program.next_home
            return code
        finally:
            await program.stop()

    async def _refused(self, opening: Opening, error: QutongError) -> int:
        """Who started it by a click reads no stderr: the window says why, and tries again."""
        chosen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def choose(code: int) -> None:
            if not chosen.done():
                chosen.set_result(code)

        words = words_of(look_of(self._home))
        opening.fail(
            words.error(error), words("opening.again"), lambda: choose(AGAIN), lambda: choose(1)
        )
        self._tell("refused")
        self._refusing = choose
        if self._is_asked_to_end:
            choose(1)
        while not chosen.done():
            # A signal is heard when Python runs: nothing else ticks here.
            await asyncio.wait((chosen,), timeout=_HEARING_S)
        opening.is_going = True
        opening.close()
        return chosen.result()

    def _opened(self, program: Program, opening: Opening) -> None:
        """A window of the program is there: the picture goes; with the first person's, all is
        ready."""
        opening.is_going = True
        opening.close()
        if program.window is not None:
            program.opened = _nothing
            # After what is under way: the window is painted first.
            later(0, self._ready, self._application)

    def _ready(self) -> None:
        pace.settle()
        self._tell("ready")


def _nothing() -> None:
    """Nobody waits any more."""
