"""What a device signs of each request, and the headers that carry it; the same on both ends."""

import hashlib

DEVICE_HEADER = "q-device"
NONCE_HEADER = "q-nonce"
"""On a request: the nonce it spends. On every answer: the nonce for the next request."""
SIGNATURE_HEADER = "q-signature"
"""The signature's 64 bytes in URL-safe base64 without padding."""
REQUEST_HEADER = "x-request-id"
"""Names one request in the logs of a device, a proxy and head office; nothing is decided by it."""
RETRY_HEADER = "retry-after"
"""On a refusal BUSY: seconds until it is worth asking again."""


def request_message(method: str, path: str, body: bytes, nonce: str, device_id: str) -> bytes:
    """The bytes under a request's signature: changing any part of it makes another message.

    ``path`` stands as it travels, without the server's address; ``body`` as it travels,
    compressed.
    """
    digest = hashlib.sha256(body).hexdigest()
    return "\n".join((method.upper(), path, digest, nonce, device_id)).encode()


def enrolment_message(code: str) -> bytes:
    """The bytes a new device signs with its key to prove that it holds the private half."""
    return b"enrol\n" + plain_code(code).encode()


def joining_message(code: str, device_id: str, founding: bytes) -> bytes:
    """The bytes a founded shop signs: this code, for this device, with this founding document."""
    digest = hashlib.sha256(founding).hexdigest()
    return "\n".join(("join", plain_code(code), device_id, digest)).encode()


def plain_code(code: str) -> str:
    """A one-time code as it was meant: letters upper, no blanks and dashes, O as 0, I and L as 1.

    A code is read out on the telephone and typed by hand.
    """
    kept = "".join(c for c in code.upper() if c.isascii() and c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


CODE_BYTES = 16
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def spoken_code(chance: bytes) -> str:
    """A one-time code of CODE_BYTES unpredictable bytes: sixteen letters in four groups."""
    letters = "".join(_ALPHABET[byte % 32] for byte in chance[:CODE_BYTES])
    return "-".join(letters[at : at + 4] for at in range(0, CODE_BYTES, 4))


def code_hash(code: str) -> bytes:
    """What is stored of a code: who reads it cannot enrol a device."""
    return hashlib.sha256(b"qutong/enrol/1\n" + plain_code(code).encode()).digest()
