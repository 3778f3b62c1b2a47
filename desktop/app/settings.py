"""The settings of this device as screens use them: read at once, written in the background."""

from collections.abc import Callable

from desktop.store.session import Session
from desktop.store.settings import put_setting, settings_under
from desktop.store.writer import Store

Heard = Callable[[str, str], None]


class StoreSettings:
    """Keeps all settings in memory; each change is on disk a moment later."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._values = store.read(settings_under)
        self._is_enrolled = False
        self._heard: list[Heard] = []

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""
        return self._values.get(key, default)

    def put(self, key: str, value: str) -> None:
        """Remember a value."""
        if self._values.get(key) == value:
            return
        self._values[key] = value
        self._write(key, value)
        for heard in self._heard:
            heard(key, value)

    def watch(self, heard: Heard) -> None:
        """Be told of each change: the key and its new value."""
        self._heard.append(heard)

    def _write(self, key: str, value: str) -> None:
        self._is_enrolled = self._is_enrolled or self._store.identity is not None
        if self._is_enrolled:
            self._store.submit(_put, key, value)
        else:
            # Before the first run is through nobody writes documents; settings hold all the same.
            self._store.on_writer(
                lambda local: local.transact(lambda one: put_setting(one, key, value))
            )


def _put(session: Session, key: str, value: str) -> None:
    put_setting(session.connection, key, value)
