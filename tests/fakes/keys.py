"""A key store that is gone with the process."""


class MemoryKeyStore:
    """Keeps seeds in memory, as desktop.sync.credentials.KeyStore asks."""

    def __init__(self) -> None:
        self._seeds: dict[str, bytes] = {}

    def load(self, name: str) -> bytes | None:
        """The seed kept under a name."""
        return self._seeds.get(name)

    def save(self, name: str, seed: bytes) -> None:
        """Keep a seed."""
        self._seeds[name] = seed

    def forget(self, name: str) -> None:
        """Wipe a seed."""
        self._seeds.pop(name, None)
