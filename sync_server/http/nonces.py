"""Nonces: each signed request spends one, so that a recorded request is worth nothing."""

import base64
import hashlib
import hmac
import threading
from collections import deque

from shared.core.clock import Clock, Randomness
from shared.sync.limits import NONCE_LIFETIME_S

_RANDOM = 8
_MAC = 12
_TIME = 6


class Nonces:
    """Hands out nonces that prove themselves, and remembers only those that were spent.

    Each process has its own secret: a nonce of another worker is simply unknown here, the
    device is given a fresh one and asks again.
    """

    def __init__(self, secret: bytes, clock: Clock, randomness: Randomness) -> None:
        self._secret = secret
        self._clock = clock
        self._randomness = randomness
        self._lock = threading.Lock()
        self._spent: set[str] = set()
        self._spent_order: deque[tuple[int, str]] = deque()

    def fresh(self, device_id: str) -> str:
        """A nonce for this device, good once and for ten minutes."""
        issued = self._now_s().to_bytes(_TIME, "big")
        head = issued + self._randomness.bytes(_RANDOM)
        token = head + self._mac(head, device_id)
        return base64.urlsafe_b64encode(token).rstrip(b"=").decode()

    def good(self, nonce: str, device_id: str) -> bool:
        """Whether it was given to this device here, is young enough and not spent."""
        issued_s = self._issued_s(nonce, device_id)
        if issued_s is None or not 0 <= self._now_s() - issued_s <= NONCE_LIFETIME_S:
            return False
        with self._lock:
            return nonce not in self._spent

    def spend(self, nonce: str) -> bool:
        """Use a good nonce up; False when another request was faster."""
        now_s = self._now_s()
        with self._lock:
            while self._spent_order and self._spent_order[0][0] < now_s - NONCE_LIFETIME_S:
                self._spent.discard(self._spent_order.popleft()[1])
            if nonce in self._spent:
                return False
            self._spent.add(nonce)
            self._spent_order.append((now_s, nonce))
            return True

    def _issued_s(self, nonce: str, device_id: str) -> int | None:
        try:
            token = base64.b64decode(nonce + "=" * (-len(nonce) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        head, mac = token[: _TIME + _RANDOM], token[_TIME + _RANDOM :]
        # One spelling only: another text for the same bytes would not be found among the spent.
        canonical = base64.urlsafe_b64encode(token).rstrip(b"=").decode() == nonce
        if not canonical or not hmac.compare_digest(mac, self._mac(head, device_id)):
            return None
        return int.from_bytes(head[:_TIME], "big")

    def _mac(self, head: bytes, device_id: str) -> bytes:
        message = head + device_id.encode()
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_MAC]

    def _now_s(self) -> int:
        return self._clock.monotonic_us() // 1_000_000
