"""A value that tells who watches it that it changed: what models and views have in common."""

from collections.abc import Callable


class Watched:
    """Base of a model: views watch it and draw it again; it knows nothing of them."""

    def __init__(self) -> None:
        self._watchers: dict[int, Callable[[], None]] = {}
        self._next = 0

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call ``watcher`` after each change; returns how to stop it."""
        self._next += 1
        key = self._next
        self._watchers[key] = watcher

        def stop() -> None:
            self._watchers.pop(key, None)

        return stop

    def changed(self) -> None:
        """Tell the watchers, in the order they came."""
        for watcher in list(self._watchers.values()):
            watcher()
