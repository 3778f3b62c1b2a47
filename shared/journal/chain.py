"""Links and signatures: why an edit, a gap, a swap or a lost tail of a journal is seen."""

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

GENESIS = bytes(32)
"""The previous hash of the first slot of an incarnation."""

_DOCUMENT_DOMAIN = b"qutong/document/1\n"
_LINK_DOMAIN = b"qutong/link/1\n"
_HEAD_DOMAIN = b"qutong/head/1\n"
_PACKET_DOMAIN = b"qutong/packet/1\n"
_REVOKED_DOMAIN = b"qutong/revoked/1\n"
_FIELD = 2**255 - 19
_HASH_OF_NOTHING = hashlib.sha256().digest()
_ENCODER = msgspec.msgpack.Encoder()


def is_head_office(device_id: str) -> bool:
    """Whether a journal is head office's own: ``HQ``, or one of its workers (``HQ-2``)."""
    return device_id.partition("-")[0] == "HQ"


class Slot(NamedTuple):
    """One place in a journal: the stored document, its author's signature, and its link."""

    device_id: str
    incarnation: int
    n: int
    stored: bytes
    signature: bytes
    hash: bytes
    """sha256 of the stored bytes."""
    link_hash: bytes
    link_signature: bytes
    """'' on head office's copy, save at the heads of batches."""

    @property
    def is_forgotten(self) -> bool:
        """Whether the bytes were let go, as a device does with what is durable long since: the
        hashes that chain the journal are still here."""
        return not self.stored and self.hash != _HASH_OF_NOTHING


class SigningKey:
    """A device's or head office's Ed25519 key. Never logged, never compared, never copied out."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key().public_bytes_raw()

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """A key from 32 bytes of randomness; the edges keep the seed in the key store."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def sign_document(self, stored: bytes) -> bytes:
        """The author's signature over the stored bytes."""
        return self._private.sign(_DOCUMENT_DOMAIN + stored)

    def sign_link(self, link_hash: bytes) -> bytes:
        """The device's signature over a link, and so over all links before it."""
        return self._private.sign(_LINK_DOMAIN + link_hash)

    def sign_head(self, link_hash: bytes) -> bytes:
        """Head office's countersignature over a device's acknowledged head."""
        return self._private.sign(_HEAD_DOMAIN + link_hash)

    def sign_request(self, message: bytes) -> bytes:
        """The device's signature over one request of the wire."""
        return self._private.sign(b"qutong/request/1\n" + message)

    def sign_revocation(self, device_id: str) -> bytes:
        """Head office's word that it trusts a device no more, which nobody else can give."""
        return self._private.sign(_REVOKED_DOMAIN + device_id.encode())

    def sign_packet(self, digest: bytes) -> bytes:
        """The writer's signature over a packet that is carried by hand."""
        return self._private.sign(_PACKET_DOMAIN + digest)

    def agreed(self, passing_public: bytes) -> bytes:
        """The secret shared with whoever made a key for one packet to this one's ``sealing_key``.

        One key signs and is sealed to: X25519 and Ed25519 work on the same curve, their uses are
        told apart by domain, and no second key has to be published, backed up and restored.
        """
        seed = hashlib.sha512(self._private.private_bytes_raw()).digest()[:32]
        passing = X25519PublicKey.from_public_bytes(passing_public)
        return X25519PrivateKey.from_private_bytes(seed).exchange(passing)


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """The public half of a key: 32 bytes."""

    public: bytes

    def _good(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def document_good(self, stored: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is the author's over ``stored``."""
        return self._good(signature, _DOCUMENT_DOMAIN + stored)

    def link_good(self, link_hash: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is the device's over this link."""
        return self._good(signature, _LINK_DOMAIN + link_hash)

    def head_good(self, link_hash: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is head office's over this acknowledged head."""
        return self._good(signature, _HEAD_DOMAIN + link_hash)

    def revocation_good(self, device_id: str, signature: bytes) -> bool:
        """Whether ``signature`` is head office's over this device's revocation."""
        return self._good(signature, _REVOKED_DOMAIN + device_id.encode())

    def packet_good(self, digest: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is the writer's over a packet."""
        return self._good(signature, _PACKET_DOMAIN + digest)

    def sealing_key(self) -> X25519PublicKey:
        """What is sealed to this key's holder: the same point in X25519's form (RFC 7748, 4.1).

        Raises: ValueError when it is no key.
        """
        y = int.from_bytes(self.public, "little") & ((1 << 255) - 1)
        u = (1 + y) * pow(1 - y, -1, _FIELD) % _FIELD
        return X25519PublicKey.from_public_bytes(u.to_bytes(32, "little"))

    def request_good(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is the device's over this request."""
        return self._good(signature, b"qutong/request/1\n" + message)


def document_hash(stored: bytes) -> bytes:
    """sha256 of the stored bytes."""
    return hashlib.sha256(stored).digest()


def link_hash(device_id: str, incarnation: int, n: int, previous: bytes, document: bytes) -> bytes:
    """The hash of link ``n``: it commits to the document and to every slot before it."""
    link = _ENCODER.encode((device_id, incarnation, n, previous, document))
    return hashlib.sha256(_LINK_DOMAIN + link).digest()


def seal(
    key: SigningKey, *, device_id: str, incarnation: int, n: int, previous: bytes, stored: bytes
) -> Slot:
    """Sign stored bytes and chain them behind ``previous`` as slot ``n``."""
    hashed = document_hash(stored)
    link = link_hash(device_id, incarnation, n, previous, hashed)
    return Slot(
        device_id=device_id,
        incarnation=incarnation,
        n=n,
        stored=stored,
        signature=key.sign_document(stored),
        hash=hashed,
        link_hash=link,
        link_signature=key.sign_link(link),
    )
