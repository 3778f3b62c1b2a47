"""What goes wrong in the running program: told to the person, or written down and survived."""

import asyncio
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from desktop.app.crashes import CrashBook
from desktop.runtime.tasks import TaskScope
from desktop.shell.gate import Gate
from desktop.shell.window import Window
from desktop.ui.theme import Tone
from desktop.words.texts import Words
from shared.core.errors import QutongError


class Failures:
    """The program's scope of tasks, and what becomes of what goes wrong in it.

    Without a book of crashes one is raised where it happens.
    """

    def __init__(
        self,
        crashes: CrashBook | None,
        *,
        words: Callable[[], Words],
        window: Callable[[], Window | None],
        gate: Callable[[], Gate | None],
        start_again: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        self.crashes = crashes
        self.tasks = TaskScope(self._tell, self._crashed)
        self._words = words
        self._window = window
        self._gate = gate
        self._start_again = start_again
        self._end = end
        self._is_crashing = False

    def guard(self) -> None:
        """From now on nothing that goes wrong in a slot or a timer ends the program, and nothing
        that goes wrong in a thread is lost."""
        sys.excepthook = self._hook
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._loop_failed)

        def thread_failed(told: threading.ExceptHookArgs) -> None:
            if told.exc_value is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._crashed, told.exc_value)

        threading.excepthook = thread_failed

    def _tell(self, error: QutongError) -> None:
        window, gate = self._window(), self._gate()
        if window is not None and gate is None:
            window.tell(error)
        elif gate is not None:
            gate.bar.say(self._words().error(error), Tone.BAD)

    def _loop_failed(self, _loop: asyncio.AbstractEventLoop, said: dict[str, Any]) -> None:
        error = said.get("exception")
        if isinstance(error, BaseException):
            self._crashed(error)

    def _hook(
        self, _kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        # A slot asks for what is not allowed as a task does: that is told, it is no crash.
        if isinstance(error, QutongError):
            self._tell(error)
        else:
            self._crashed(error.with_traceback(trace))

    def _crashed(self, error: BaseException) -> None:
        if self.crashes is None:
            raise error
        window = self._window()
        screen = window.current_id if window is not None else ""
        code, report = self.crashes.write(error, screen=screen)
        if window is not None and not self._is_crashing:
            self._is_crashing = True
            self.tasks.start(self._tell_crash(code, report))

    async def _tell_crash(self, code: str, report: str) -> None:
        from desktop.shell.crash import QUIT, RESTART, CrashPanel

        try:
            window = self._window()
            assert window is not None
            answer = await window.ask(CrashPanel(self._words(), code, report))
        finally:
            self._is_crashing = False
        if answer == RESTART:
            self._start_again()
        elif answer == QUIT:
            self._end()
