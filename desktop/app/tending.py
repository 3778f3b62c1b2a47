"""What the program looks after when a sync is over, and while time passes without one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from desktop.app.client import Client
from desktop.app.entrance import Entrance
from desktop.runtime.tasks import TaskScope
from desktop.store.desk import Desk
from desktop.ui.theme import Tone
from desktop.words.texts import Words

if TYPE_CHECKING:
    from desktop.app.price_news import PriceNews
    from desktop.sync.worker import SyncWorker

ALONE_MS = 10 * 60 * 1_000
SCRUB_SLICES = 200


class Tending:
    """The lock, prices that arrived, what was lent, and the disk that is read again."""

    def __init__(
        self,
        client: Client,
        desk: Desk,
        entrance: Entrance,
        tasks: TaskScope,
        *,
        worker: "Callable[[], SyncWorker | None]",
        words: Callable[[], Words],
        say: Callable[[str, Tone], None],
        sync: Callable[[], None],
    ) -> None:
        self.client = client
        self.desk = desk
        self.entrance = entrance
        self.tasks = tasks
        self._worker = worker
        self._words = words
        self._say = say
        self._sync = sync
        self._prices: PriceNews | None = None
        self._last_sync: object = None
        self._hourly = QTimer()
        self._hourly.timeout.connect(self._count_time_alone)

    def start(self) -> None:
        """From now on the time without head office is counted."""
        self._hourly.start(ALONE_MS)

    def look(self) -> None:
        """Look after what a sync changed, once for each that is over."""
        worker = self._worker()
        if worker is not None and worker.last is not self._last_sync:
            self._last_sync = worker.last
            self.tasks.start(self._synced())

    def stop(self) -> None:
        """Nothing is counted or told any more."""
        self._hourly.stop()
        if self._prices is not None:
            self._prices.stop()

    async def _synced(self) -> None:
        await self.entrance.look_at_lock()
        if self.entrance.lock is not None:
            return
        from desktop.leases.usecases import tend_leases

        await self._price_news().tell_reached()
        await self.desk.do(tend_leases)

    def _price_news(self) -> "PriceNews":
        """Made when head office was asked the first time: a window that opens waits for nothing."""
        from desktop.app.price_news import PriceNews

        if self._prices is None:
            self._prices = PriceNews(
                self.desk,
                self.tasks,
                words=self._words,
                say=self._say,
                sync=self._sync,
            )
        return self._prices

    def _count_time_alone(self) -> None:
        self.tasks.start(self.entrance.look_at_lock())
        if self.entrance.lock is not None and self.entrance.lock.is_for_good:
            return
        if self._worker() is None:
            # Who syncs reads his disk again after each sync; a shop of its own does it here.
            self.tasks.start(self.desk.work(self.client.store.scrub, SCRUB_SLICES))
