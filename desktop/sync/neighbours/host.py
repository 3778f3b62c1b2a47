"""The store's host: answers the other devices of its store. No network, no threads, no waiting."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from desktop.sync.conversation import SyncStore
from desktop.sync.neighbours import baskets, documents
from shared.core.clock import Clock
from shared.core.errors import RuleViolation
from shared.sync.confirm import Applied
from shared.sync.messages import Message
from shared.sync.neighbours import (
    PASSED_MAX,
    SHELF_MAX,
    Claim,
    Claimed,
    Exchange,
    Exchanged,
    Watch,
    WatchAnswer,
)

T = TypeVar("T")
_SEEN_US = 60 * 1_000_000


class Host:
    """What this device holds for its store. Used by one thread at a time per request."""

    def __init__(self, store: SyncStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen_us: dict[str, int] = {}

    @property
    def devices(self) -> int:
        """How many devices shared within the last minute, this one counted."""
        since = self._clock.monotonic_us() - _SEEN_US
        return 1 + sum(seen >= since for seen in list(self._seen_us.values()))

    def answer(self, device_id: str, message: Message) -> Message:
        """Answer a request whose device is proved. Raises: RuleViolation; Conflict."""
        self._seen_us[device_id] = self._clock.monotonic_us()
        if isinstance(message, Exchange):
            return self._exchange(device_id, message)
        if isinstance(message, Claim):
            return self.claim(device_id, message)
        if isinstance(message, Watch):
            return WatchAnswer(moved=self.has_news(device_id, message))
        raise RuleViolation("REFUSED")

    def tend(self) -> bool:
        """Put what is new on this device itself into the list and on the shelf; whether it was."""

        identity = self._store.on_writer(lambda local: local.enrolled)

        def put_own_on_shelf(connection: Connection, now_us: int) -> bool:
            before = baskets.shelf_name(baskets.shelf_for(connection, ""))
            own = baskets.own_held(connection, identity.device_id)
            baskets.put_on_shelf(connection, identity.device_id, own, now_us)
            return before != baskets.shelf_name(baskets.shelf_for(connection, ""))

        is_new = self._write(put_own_on_shelf)
        # A device that sold for weeks before it became the host has thousands: some at a time.
        while self._write(lambda one, now_us: documents.list_own(one, identity, now_us)):
            is_new = True
        return is_new

    def _exchange(self, device_id: str, asked: Exchange) -> Exchanged:
        if len(asked.documents) > PASSED_MAX or len(asked.held) > SHELF_MAX:
            raise RuleViolation("MESSAGE_TOO_LARGE", limit=PASSED_MAX)
        given = [one for one in asked.documents if one.device_id == device_id]
        identity, replica, now_us = self._store.on_writer(
            lambda local: (local.enrolled, local.replica, local.now_us())
        )
        wanted: list[str] = []

        def stand(connection: Connection) -> Applied:
            if given:
                documents.put_place(connection, given[-1])
            wanted.extend(baskets.put_on_shelf(connection, device_id, asked.held, now_us))
            return Applied()

        for step in documents.taking_steps(replica, identity, given, now_us, is_host=True):
            self._store.apply(step)
        if given or self._is_shelf_other(device_id, asked):
            self._store.apply(stand)
        return self._store.read(lambda one: self._answer(one, device_id, asked, wanted, now_us))

    def _is_shelf_other(self, device_id: str, asked: Exchange) -> bool:
        """Whether the device's baskets are not those that stand here."""

        def look(connection: Connection) -> bool:
            gone = {one.uid for one in baskets.gone_of(connection, device_id)}
            own = baskets.of_device(connection, device_id)
            said = {(one.uid, one.held_at_us) for one in asked.held if one.uid not in gone}
            return own != said

        return self._store.read(look)

    def _answer(
        self,
        connection: Connection,
        device_id: str,
        asked: Exchange,
        wanted: list[str],
        now_us: int,
    ) -> Exchanged:
        found, mark, is_whole = documents.listed_after(connection, asked.mark, device_id)
        shelf = baskets.shelf_for(connection, device_id, now_us)
        name = baskets.shelf_name(shelf)
        return Exchanged(
            mark=mark,
            documents=found,
            is_whole=is_whole,
            place=documents.place_of(connection, device_id),
            wanted=wanted,
            gone=baskets.gone_of(connection, device_id),
            shelf=name,
            baskets=[] if name == asked.shelf else shelf,
            devices=self.devices,
        )

    def claim(self, device_id: str, asked: Claim) -> Claimed:
        """Decide who goes on with a basket. Raises: RuleViolation BASKET_GONE; Conflict
        BASKET_TAKEN."""
        content = self._write(
            lambda connection, now_us: baskets.claim(connection, asked.uid, device_id, now_us)
        )
        return Claimed(content=content)

    def _write(self, work: Callable[[Connection, int], T]) -> T:
        return self._store.on_writer(
            lambda local: local.transact(lambda connection: work(connection, local.now_us()))
        )

    def has_news(self, device_id: str, asked: Watch) -> bool:
        """Whether a device that stands so has something to take."""

        def look(connection: Connection) -> bool:
            if documents.has_after(connection, asked.mark):
                return True
            shelf = baskets.shelf_for(connection, device_id, now_us)
            return baskets.shelf_name(shelf) != asked.shelf

        now_us = self._store.on_writer(lambda local: local.now_us())
        return self._store.read(look)
