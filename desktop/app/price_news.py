"""What a device does about prices by itself: says what head office said, tells what holds here."""

from collections.abc import Callable

from PySide6.QtCore import QTimer

from desktop.pricing.model.here import PriceWatch, notice_text
from desktop.pricing.usecases.here import Notice
from desktop.runtime.tasks import TaskScope
from desktop.store.desk import Desk
from desktop.ui.theme import Tone
from desktop.words.formats import DEFAULT_ZONE
from desktop.words.texts import Words
from shared.channel.queries import site_of

LATEST_MS = 3_600_000
"""Looked at once an hour at least: clocks are set, and a day is too long for a timer."""
AFTER_MS = 500
"""A version holds from its instant on; it is told a moment after."""


class PriceNews:
    """Lives as long as the program; says each notice once per run of it."""

    def __init__(
        self,
        desk: Desk,
        tasks: TaskScope,
        *,
        words: Callable[[], Words],
        say: Callable[[str, Tone], None],
        sync: Callable[[], None],
    ) -> None:
        self._desk, self._words, self._say_it, self._sync = desk, words, say, sync
        self._said: set[str] = set()
        self._watch = PriceWatch(desk)
        self._waiting = QTimer()
        self._waiting.setSingleShot(True)
        self._waiting.timeout.connect(lambda: tasks.start(self.tell_reached()))
        self._tasks = tasks
        self._stop = desk.watch(self._heard, "price_version", "price_nudge", "label_print")

    def _heard(self, _touched: object) -> None:
        self._tasks.start(self.look())

    async def tell_reached(self) -> None:
        """Write down which versions arrived and hold here, and wait for the next one (C03)."""
        from desktop.reporting.usecases.deliveries import report_price_versions

        told = await self._desk.do(report_price_versions)
        if told.next_at_us:
            wait_ms = (told.next_at_us - self._desk.now_us) // 1_000 + AFTER_MS
            self._waiting.start(int(min(max(wait_ms, AFTER_MS), LATEST_MS)))
        await self.look()

    async def look(self) -> None:
        """Say what head office said since; a nudge makes this device sync."""
        await self._watch.look()
        fresh = [one for one in self._watch.here.unread if one.key not in self._said]
        self._said |= {one.key for one in fresh}
        if fresh:
            self._say(fresh[0])
        if any(one.kind == "nudge" for one in fresh):
            self._sync()

    def _say(self, one: Notice) -> None:
        identity = self._desk.store.identity
        here = self._desk.read(site_of, identity.site_id) if identity else None
        zone = (here.zone if here else "") or DEFAULT_ZONE
        self._say_it(notice_text(self._words(), one, zone, self._desk.now_us), Tone.WAITING)

    def stop(self) -> None:
        """The program ends."""
        self._waiting.stop()
        self._stop()
