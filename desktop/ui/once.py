"""A key that writes a document: pressed again while it is at work, it is the same press."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from desktop.runtime.tasks import TaskScope


class Once:
    """Starts one task at a time; who presses twice means one document."""

    def __init__(self, tasks: TaskScope) -> None:
        self._tasks = tasks
        self._at_work: asyncio.Task[None] | None = None

    def start(self, make: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Start it, unless one is at work."""
        if self._at_work is None or self._at_work.done():
            self._at_work = self._tasks.start(make())
