"""The host's requests, whoever carries them: who may, what is answered, and who waits for news."""

import time
from threading import Condition
from typing import Final

from desktop.store.identity import Identity
from desktop.sync.conversation import SyncStore
from desktop.sync.neighbours.door import Door
from desktop.sync.neighbours.host import Host
from desktop.sync.neighbours.listener import Reply, Request
from shared.core.clock import Clock, Randomness
from shared.core.errors import AccessDenied, Conflict, QutongError, RuleViolation
from shared.journal.chain import SigningKey
from shared.sync.messages import ErrorAnswer, Message, pack
from shared.sync.neighbours import WATCH_S_MAX, WHO, Exchange, Watch, WatchAnswer, WhoAnswer

_STATUS: Final[tuple[tuple[type[QutongError], int], ...]] = (
    (AccessDenied, 403),
    (Conflict, 409),
    (RuleViolation, 400),
    (QutongError, 503),
)


class Serving:
    """Answers requests on several threads."""

    def __init__(
        self,
        store: SyncStore,
        identity: Identity,
        key: SigningKey,
        *,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self.host = Host(store, clock)
        self._identity = identity
        self._door = Door(identity, key, randomness, store.read)
        self._news = Condition()
        self._number = 0
        self._is_over = False

    def handle(self, request: Request) -> Reply:
        """The answer to a request; whatever is refused is told by its code."""
        try:
            if request.path == WHO:
                return Reply(200, pack(WhoAnswer(device_id=self._identity.device_id)))
            message, seal = self._door.open(
                request.path, request.body, request.device_id, request.nonce, request.signature
            )
            body = seal(self._answer(request.device_id, message))
            return Reply(200, body, self._door.nonce_for(request.device_id))
        except QutongError as error:
            status = next(status for kind, status in _STATUS if isinstance(error, kind))
            body = pack(ErrorAnswer(code=error.code, params=dict(error.params)))
            return Reply(status, body, self._door.nonce_for(request.device_id))

    def _answer(self, device_id: str, message: Message) -> Message:
        if isinstance(message, Watch):
            return self._watch(device_id, message)
        answer = self.host.answer(device_id, message)
        if not isinstance(message, Exchange) or message.documents or message.held:
            self.tell()
        return answer

    def tell(self) -> None:
        """There may be news for who waits."""
        with self._news:
            self._number += 1
            self._news.notify_all()

    def _watch(self, device_id: str, asked: Watch) -> WatchAnswer:
        until_s = time.monotonic() + max(0, min(asked.timeout_s, WATCH_S_MAX))
        while not self._is_over:
            with self._news:
                number = self._number
            if self.host.answer(device_id, asked) == WatchAnswer(moved=True):
                return WatchAnswer(moved=True)
            with self._news:
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    break
                if number == self._number:
                    self._news.wait(left_s)
        return WatchAnswer(moved=False)

    def stop(self) -> None:
        """Who waits is answered."""
        self._is_over = True
        self.tell()
