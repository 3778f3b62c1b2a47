"""Task scopes: work started by a slot, cancelled with its window, its errors told to a person."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from shared.core.errors import QutongError

OnError = Callable[[QutongError], None]
OnCrash = Callable[[BaseException], None]


class TaskScope:
    """The tasks of one screen or window."""

    def __init__(self, on_error: OnError, on_crash: OnCrash) -> None:
        self._on_error = on_error
        self._on_crash = on_crash
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, object]) -> "asyncio.Task[None]":
        """Run a coroutine; a QutongError is told to the person, anything else is a crash."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # Cancelled before its first step, the coroutine would be left lying.
        task.add_done_callback(lambda _task: work.close())
        return task

    def child(self) -> "TaskScope":
        """A scope with the same manners and its own tasks."""
        return TaskScope(self._on_error, self._on_crash)

    @property
    def is_busy(self) -> bool:
        """Whether anything runs."""
        return bool(self._tasks)

    def cancel(self) -> None:
        """Stop what runs."""
        for task in list(self._tasks):
            task.cancel()

    async def finished(self) -> None:
        """Wait until nothing runs any more."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _guarded(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except QutongError as error:
            self._on_error(error)
        except Exception as error:
            self._on_crash(error)
