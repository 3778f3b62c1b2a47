"""The change bus: who wants to know that rows changed is told, after they are safe."""

from collections.abc import Callable, Mapping
from threading import Lock

Touched = Mapping[str, frozenset[str]]
"""Ids of changed rows by table."""
Listener = Callable[[Touched], None]


class ChangeBus:
    """Listeners are called on the thread that wrote; a screen passes the news on to its own."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._listeners: dict[int, tuple[frozenset[str], Listener]] = {}
        self._next = 0

    def subscribe(self, listener: Listener, *tables: str) -> Callable[[], None]:
        """Be told of changes in these tables (none named: in all); returns how to stop it."""
        with self._lock:
            key = self._next = self._next + 1
            self._listeners[key] = (frozenset(tables), listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(key, None)

        return unsubscribe

    def publish(self, touched: Touched) -> None:
        """Tell the listeners, in the order they came, what concerns them."""
        if not touched:
            return
        with self._lock:
            listeners = list(self._listeners.values())
        for tables, listener in listeners:
            if not tables:
                listener(touched)
            elif seen := {name: ids for name, ids in touched.items() if name in tables}:
                listener(seen)
