"""The worker that syncs in the background, once this device has a head office."""

from typing import TYPE_CHECKING

from desktop.app.client import Client

if TYPE_CHECKING:
    from desktop.sync.worker import SyncWorker


class Syncing:
    """Without a head office there is no worker, and nothing is asked of it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.worker: SyncWorker | None = None

    @property
    def has_office(self) -> bool:
        """Whether this device belongs to a head office now."""
        identity = self._client.store.identity
        return identity is not None and bool(identity.server_url)

    def start(self) -> None:
        """From now on, when there is a head office."""
        if self.worker is None and self.has_office:
            self.worker = self._client.worker()
            self.worker.start()

    def now(self) -> None:
        """Sync at once."""
        if self.worker is not None:
            self.worker.sync_now()

    def hold(self) -> None:
        """Fetch nothing more for a while."""
        if self.worker is not None:
            self.worker.hold()

    def stop(self) -> None:
        """Sync no more; blocks until what is under way is over."""
        if self.worker is not None:
            self.worker.stop()
