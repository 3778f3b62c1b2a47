"""The settings of this device as screens use them: read at once, written in the background."""

from desktop.store.session import Session
from desktop.store.settings import put_setting, settings_under
from desktop.store.writer import Store


class StoreSettings:
    """Keeps all settings in memory; each change is on disk a moment later."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._values = store.read(settings_under)

    def get(self, key: str, default: str = "") -> str:
        """The value, or the default."""
        return self._values.get(key, default)

    def put(self, key: str, value: str) -> None:
        """Remember a value."""
        if self._values.get(key) != value:
            self._values[key] = value
            self._store.submit(_put, key, value)


def _put(session: Session, key: str, value: str) -> None:
    put_setting(session.connection, key, value)
