"""Who gets a turn: bounded work, a bounded queue, one turn per device, and when to come again."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.core.errors import Unavailable
from shared.sync.limits import (
    BODIES_BYTES_MAX,
    DEVICE_REQUESTS_BURST,
    DEVICE_REQUESTS_S,
    PUSHES_AT_ONCE,
    PUSHES_QUEUED,
    QUEUE_S_MAX,
    READS_AT_ONCE,
    READS_QUEUED,
    RETRY_S_MAX,
    STRANGERS_AT_ONCE,
    STRANGERS_QUEUED,
    WAITS_MAX,
)

_FIRST_GUESS_S = 0.05
_WEIGHT = 0.1
_DEVICES_KEPT = 20_000

Now = Callable[[], float]
"""Seconds of a monotonic clock."""
Chance = Callable[[], float]
"""From 0 to below 1."""


def busy(seconds: float) -> Unavailable:
    """The refusal BUSY: come again in so many seconds."""
    return Unavailable("BUSY", retry_after_s=max(1, min(RETRY_S_MAX, round(seconds + 0.5))))


@dataclass(eq=False, slots=True)
class _Place:
    """Somebody in the queue."""

    key: str
    called: "asyncio.Future[None]"


class Gate:
    """So many at work, so many waiting; the rest is told when there will be room.

    A key (a device) is at work once and waits once, whatever it sends: who has much to say
    takes turns with everybody else. For one event loop.
    """

    def __init__(
        self,
        name: str,
        at_once: int,
        queued: int,
        *,
        now: Now,
        chance: Chance,
        wait_s: float = QUEUE_S_MAX,
    ) -> None:
        self.name = name
        self._at_once = at_once
        self._queued = queued
        self._now = now
        self._chance = chance
        self._wait_s = wait_s
        self._free = at_once
        self._working: set[str] = set()
        self._queue: deque[_Place] = deque()
        self._mean_s = _FIRST_GUESS_S
        self._promised = 0.0
        self.refused = 0
        """How many were told to come again."""

    @property
    def waiting(self) -> int:
        """How many stand in the queue."""
        return len(self._queue)

    @property
    def working(self) -> int:
        """How many are at work."""
        return self._at_once - self._free

    @property
    def is_full(self) -> bool:
        """Whether the next one would be sent away."""
        return len(self._queue) >= self._queued

    @asynccontextmanager
    async def turn(self, key: str = "") -> AsyncIterator[None]:
        """Wait for a turn and hold it; '' is nobody in particular.

        Raises Unavailable BUSY.
        """
        await self._enter(key)
        begun = self._now()
        try:
            yield
        finally:
            self._mean_s += _WEIGHT * (self._now() - begun - self._mean_s)
            self._leave(key)

    async def _enter(self, key: str) -> None:
        # Whoever could work is called when a turn ends: with a free turn nobody is passed over.
        if self._free and key not in self._working:
            self._begin(key)
            return
        if self.is_full or (key and any(one.key == key for one in self._queue)):
            raise self._refusal()
        place = _Place(key, asyncio.get_running_loop().create_future())
        self._queue.append(place)
        try:
            async with asyncio.timeout(self._wait_s):
                await place.called
        except BaseException as error:
            if place.called.done() and not place.called.cancelled():
                self._leave(key)
            else:
                self._queue.remove(place)
            if isinstance(error, TimeoutError):
                raise self._refusal() from None
            raise

    def _begin(self, key: str) -> None:
        self._free -= 1
        if key:
            self._working.add(key)

    def _leave(self, key: str) -> None:
        self._free += 1
        self._working.discard(key)
        for place in self._queue:
            if place.key not in self._working and not place.called.done():
                self._queue.remove(place)
                self._begin(place.key)
                place.called.set_result(None)
                return

    def _refusal(self) -> Unavailable:
        """Each refused one is promised the next moment in which there is room."""
        self.refused += 1
        now, each = self._now(), self._mean_s / self._at_once
        self._promised = max(self._promised, now + len(self._queue) * each) + each
        wait_s = self._promised - now
        if wait_s > RETRY_S_MAX:
            # The book of promises is full: anywhere in its second half, so that no wave comes.
            self._promised = now + RETRY_S_MAX
            wait_s = RETRY_S_MAX * (1 + self._chance()) / 2
        return busy(wait_s)


class Pace:
    """How fast one device may ask; counted only for requests it really signed.

    For all threads. Devices not heard of for long have saved up everything and are forgotten.
    """

    def __init__(
        self,
        *,
        now: Now,
        per_s: float = DEVICE_REQUESTS_S,
        burst: float = DEVICE_REQUESTS_BURST,
    ) -> None:
        self._now = now
        self._per_s = per_s
        self._burst = burst
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, float]] = {}
        self.refused = 0
        """How many were told to come again."""

    def spend(self, device_id: str) -> None:
        """One request of a device. Raises Unavailable BUSY."""
        now = self._now()
        with self._lock:
            left, at = self._left.pop(device_id, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._per_s)
            if is_over := left < 1:
                self.refused += 1
            self._left[device_id] = (left if is_over else left - 1, now)
            if len(self._left) > _DEVICES_KEPT:
                # The one that was heard of longest ago.
                del self._left[next(iter(self._left))]
        if is_over:
            raise busy((1 - left) / self._per_s)


@dataclass(slots=True)
class Room:
    """A number that is taken from and given back to: bytes in memory, long polls."""

    size: int
    taken: int = 0
    refused: int = 0
    """How often there was no room."""

    def take(self, amount: int) -> None:
        """Raises Unavailable BUSY when there is no room for so much more."""
        if self.taken + amount > self.size:
            self.refused += 1
            raise busy(2)
        self.taken += amount

    def give_back(self, amount: int) -> None:
        """What ``take`` took."""
        self.taken -= amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """All the gates of one server process."""

    pushes: Gate
    reads: Gate
    strangers: Gate
    waits: Room = field(default_factory=lambda: Room(WAITS_MAX))
    bodies: Room = field(default_factory=lambda: Room(BODIES_BYTES_MAX))

    @classmethod
    def usual(cls, now: Now, chance: Chance) -> "Admission":
        """The gates with the limits of this program."""
        return cls(
            pushes=Gate("pushes", PUSHES_AT_ONCE, PUSHES_QUEUED, now=now, chance=chance),
            reads=Gate("reads", READS_AT_ONCE, READS_QUEUED, now=now, chance=chance),
            strangers=Gate(
                "strangers", STRANGERS_AT_ONCE, STRANGERS_QUEUED, now=now, chance=chance
            ),
        )

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Every gate, in a fixed order."""
        return (self.pushes, self.reads, self.strangers)
