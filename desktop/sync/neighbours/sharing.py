"""A device shares with its store's host: gives its new documents, takes the others'."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from desktop.store.identity import Identity
from desktop.store.settings import LAN_MARK, put_setting, setting_of
from desktop.sync.conversation import Ask, SyncStore
from desktop.sync.neighbours import baskets, documents
from shared.core.errors import Unavailable
from shared.sync.confirm import Applied
from shared.sync.messages import Message
from shared.sync.neighbours import (
    EXCHANGE,
    Exchange,
    Exchanged,
    Gone,
    Mark,
    Passed,
    Place,
    Shelved,
    Watch,
)

Send = Callable[[Ask], Message]
M = TypeVar("M", bound=Message)
_ROUNDS_MAX = 500


@dataclass(slots=True, kw_only=True)
class Shared:
    """What an exchange came to."""

    given: int = 0
    taken: int = 0
    devices: int = 0
    gone: list[Gone] = field(default_factory=list)
    """Baskets held here that others took since."""


class Sharing:
    """Where this device stands with the host; used by one thread at a time.

    Only the mark is on disk: what else it needs the host tells, whose word may change when it is
    another machine or was restored.
    """

    def __init__(self, store: SyncStore) -> None:
        self._store = store
        self._place: Place | None = None
        self._wanted: set[str] = set()
        self._shelf = ""

    def forget(self) -> None:
        """It may be another host now."""
        self._place, self._shelf = None, ""
        self._wanted.clear()

    def exchange(self, send: Send, resuming: Set[str] = frozenset()) -> Shared:
        """Give and take until both have everything. A lost answer costs a repetition, no more.

        Baskets in ``resuming`` are just being taken up here. Raises as ``send``; Unavailable
        ANSWER_WRONG.
        """
        done = Shared()
        for _ in range(_ROUNDS_MAX):
            asked = self._store.read(partial(self._asked, self._here(), resuming))
            answer = send(Ask(EXCHANGE, asked, Exchanged))
            if not isinstance(answer, Exchanged):
                raise Unavailable("ANSWER_WRONG", path=EXCHANGE)
            # A host that was restored says another place than the one that was given after.
            is_same = self._place == answer.place
            self._take(answer, done)
            done.given += len(asked.documents)
            if answer.is_whole and is_same and not asked.documents and not self._wanted:
                break
        return done

    def watch(self) -> Watch:
        """What is asked to learn of news."""
        return Watch(mark=self._store.read(_mark), shelf=self._shelf)

    def _asked(
        self, here: tuple[Identity, int], resuming: Set[str], connection: Connection
    ) -> Exchange:
        identity, now_us = here
        held = [
            one
            if one.uid in self._wanted
            else Shelved(uid=one.uid, device_id=one.device_id, held_at_us=one.held_at_us)
            for one in baskets.own_held(connection, identity.device_id)
            if one.uid not in resuming
        ]
        given: list[Passed] = []
        if self._place is not None:
            given = documents.own_after(connection, identity, self._place, now_us)
        return Exchange(mark=_mark(connection), documents=given, held=held, shelf=self._shelf)

    def _here(self) -> tuple[Identity, int]:
        return self._store.on_writer(lambda local: (local.enrolled, local.now_us()))

    def _take(self, answer: Exchanged, done: Shared) -> None:
        identity, replica, now_us = self._store.on_writer(
            lambda local: (local.enrolled, local.replica, local.now_us())
        )
        dropped: set[str] = set()

        def stand(connection: Connection) -> Applied:
            text = msgspec.json.encode(answer.mark).decode()
            put_setting(connection, LAN_MARK, text)
            if answer.shelf != self._shelf:
                baskets.copy_shelf(connection, answer.baskets)
            dropped.update(baskets.drop_gone(connection, answer.gone))
            return Applied()

        for step in documents.taking_steps(
            replica, identity, answer.documents, now_us, is_host=False
        ):
            done.taken += self._store.apply(step).rows
        is_still = answer.mark == self._store.read(_mark) and answer.shelf == self._shelf
        if not is_still or answer.documents or answer.gone:
            self._store.apply(stand)
        self._place, self._shelf = answer.place, answer.shelf
        self._wanted = set(answer.wanted)
        done.devices = answer.devices
        done.gone += [one for one in answer.gone if baskets.HELD + one.uid in dropped]


def _mark(connection: Connection) -> Mark:
    try:
        return msgspec.json.decode(setting_of(connection, LAN_MARK, "[0]"), type=Mark)
    except msgspec.DecodeError:
        return Mark()
