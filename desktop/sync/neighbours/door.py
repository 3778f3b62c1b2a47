"""Who may speak in the store's network, and that nobody else can read it.

A body is sealed to its addressee: X25519 between a key made for this one request and the host's,
then ChaCha20-Poly1305. The answer is sealed with the same secret, so only who holds the host's key
can answer. A request is signed like one to head office, with a nonce of the host's.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from threading import Lock
from typing import Final, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import Connection

from desktop.store.identity import Identity
from desktop.sync.conversation import Ask
from shared.channel.queries import DeviceView, device_of
from shared.core.clock import Randomness
from shared.core.errors import AccessDenied, RuleViolation, Unavailable
from shared.journal.chain import SigningKey, VerifyKey
from shared.sync.messages import BadMessage, Message, pack, unpack
from shared.sync.neighbours import (
    CLAIM,
    EXCHANGE,
    LAN_BYTES_MAX,
    LAN_PLAIN_MAX,
    WATCH,
    Claim,
    Exchange,
    Sealed,
    Watch,
)
from shared.sync.requests import request_message

M = TypeVar("M", bound=Message)
_DOMAIN: Final = b"qutong/lan/1\n"
_ONCE: Final = bytes(12)
"""The nonce of the cipher: each key seals one body."""
_NONCES_MAX = 6
"""Unspent nonces of one device: it has two connections, and one may have been cut."""
MESSAGES: Final[dict[str, type[Message]]] = {EXCHANGE: Exchange, WATCH: Watch, CLAIM: Claim}


def _keys(secret: bytes, passing: bytes, host: bytes) -> tuple[bytes, bytes]:
    base = _DOMAIN + secret + passing + host
    return hashlib.sha256(base + b"asked").digest(), hashlib.sha256(base + b"answer").digest()


class Letter:
    """One request to a host, sealed, and the means to open its answer; ``seed`` is 32 random
    bytes."""

    def __init__(self, message: Message, host_public: bytes, seed: bytes) -> None:
        passing = X25519PrivateKey.from_private_bytes(seed)
        public = passing.public_key().public_bytes_raw()
        secret = passing.exchange(VerifyKey(host_public).sealing_key())
        asked, self._answer = _keys(secret, public, host_public)
        body = ChaCha20Poly1305(asked).encrypt(_ONCE, pack(message), None)
        self.sealed = Sealed(body=body, passing=public)

    def opened(self, answer: Sealed, kind: type[M]) -> M:
        """The answer. Raises: AccessDenied HOST_FOREIGN when another one gave it."""
        try:
            plain = ChaCha20Poly1305(self._answer).decrypt(_ONCE, answer.body, None)
        except InvalidTag as error:
            raise AccessDenied("HOST_FOREIGN") from error
        return unpack(plain, kind, plain_max=LAN_PLAIN_MAX)


class Door:
    """Lets the devices of this store in; may be used by several threads."""

    def __init__(
        self,
        identity: Identity,
        key: SigningKey,
        randomness: Randomness,
        read: "Callable[[Callable[[Connection], DeviceView | None]], DeviceView | None]",
    ) -> None:
        self._identity = identity
        self._key = key
        self._randomness = randomness
        self._read = read
        self._nonces: dict[str, list[str]] = {}
        self._lock = Lock()

    def nonce_for(self, device_id: str) -> str:
        """A nonce the device may spend once; '' for who is none of this store's."""
        if self._device(device_id) is None:
            return ""
        nonce = self._randomness.bytes(16).hex()
        with self._lock:
            held = self._nonces.setdefault(device_id, [])
            held.append(nonce)
            del held[:-_NONCES_MAX]
        return nonce

    def _device(self, device_id: str) -> DeviceView | None:
        found = self._read(lambda connection: device_of(connection, device_id))
        if found is None or found.is_revoked or found.site_id != self._identity.site_id:
            return None
        return None if found.device_id == self._identity.device_id else found

    def open(
        self, path: str, body: bytes, device_id: str, nonce: str, signature: str
    ) -> "tuple[Message, Callable[[Message], bytes]]":
        """The message of a proved device, and how to seal the answer to it.

        Raises: AccessDenied DEVICE_UNKNOWN, NONCE, SIGNATURE_BAD, HOST_FOREIGN; RuleViolation
        MESSAGE_TOO_LARGE, MESSAGE_UNREADABLE, REFUSED.
        """
        kind = MESSAGES.get(path)
        if kind is None:
            raise RuleViolation("REFUSED")
        if len(body) > LAN_BYTES_MAX:
            raise RuleViolation("MESSAGE_TOO_LARGE", limit=LAN_BYTES_MAX)
        device = self._device(device_id)
        if device is None:
            raise AccessDenied("DEVICE_UNKNOWN", device_id=device_id[:40])
        signed = request_message("POST", path, body, nonce, device_id)
        if not VerifyKey(device.public_key).request_good(signed, _signature(signature)):
            raise AccessDenied("SIGNATURE_BAD")
        # Spent only now: who cannot sign takes no nonce away.
        self._spend(device_id, nonce)
        return self._opened(unpack(body, Sealed, plain_max=LAN_PLAIN_MAX), kind)

    def _spend(self, device_id: str, nonce: str) -> None:
        with self._lock:
            held = self._nonces.get(device_id, [])
            if not any(hmac.compare_digest(one.encode(), nonce.encode()) for one in held):
                raise AccessDenied("NONCE")
            held.remove(nonce)

    def _opened(
        self, sealed: Sealed, kind: type[Message]
    ) -> "tuple[Message, Callable[[Message], bytes]]":
        try:
            secret = self._key.agreed(sealed.passing)
            asked, answer_key = _keys(secret, sealed.passing, self._key.public)
            plain = ChaCha20Poly1305(asked).decrypt(_ONCE, sealed.body, None)
        except (InvalidTag, ValueError) as error:
            raise AccessDenied("HOST_FOREIGN") from error
        message = unpack(plain, kind, plain_max=LAN_PLAIN_MAX)

        def seal(answer: Message) -> bytes:
            body = ChaCha20Poly1305(answer_key).encrypt(_ONCE, pack(answer), None)
            return pack(Sealed(body=body))

        return message, seal


def _signature(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


class SealedLine:
    """Carries plain requests to a host over something that carries sealed ones."""

    def __init__(
        self,
        carry: Callable[[Ask], Message],
        host_public: bytes,
        randomness: Randomness,
    ) -> None:
        self._carry = carry
        self._host_public = host_public
        self._randomness = randomness

    def send(self, ask: Ask) -> Message:
        """One request and its answer. Raises as the line; AccessDenied HOST_FOREIGN; Unavailable
        ANSWER_WRONG."""
        letter = Letter(ask.message, self._host_public, self._randomness.bytes(32))
        answer = self._carry(Ask(ask.path, letter.sealed, Sealed))
        if not isinstance(answer, Sealed):
            raise Unavailable("ANSWER_WRONG", path=ask.path)
        try:
            return letter.opened(answer, ask.answer)
        except BadMessage as error:
            raise Unavailable("ANSWER_WRONG", path=ask.path) from error
