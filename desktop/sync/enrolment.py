"""Becoming a device: a key of its own, and a one-time code from head office."""

from collections.abc import Callable

from desktop.store.identity import Identity
from desktop.sync.conversation import SyncStore
from desktop.sync.credentials import KeyStore
from shared.core.clock import Randomness
from shared.core.errors import Conflict, Unavailable
from shared.journal.chain import SigningKey
from shared.sync.messages import Enrol, EnrolAnswer
from shared.sync.requests import enrolment_message

KEY_NAME = "device"


def load_key(keys: KeyStore) -> SigningKey | None:
    """The key of this installation; None before enrolment."""
    seed = keys.load(KEY_NAME)
    return SigningKey.from_seed(seed) if seed else None


def own_key(keys: KeyStore, randomness: Randomness) -> SigningKey:
    """The key of this installation, made and kept when there is none yet."""
    key = load_key(keys)
    if key is None:
        keys.save(KEY_NAME, randomness.bytes(32))
        key = load_key(keys)
    assert key is not None
    return key


def kept_key(keys: KeyStore, known: Identity) -> SigningKey:
    """The key this device is known by. Raises Unavailable KEY_MISSING."""
    key = load_key(keys)
    if key is None or key.public != known.public_key:
        raise Unavailable("KEY_MISSING")
    return key


def enrol(
    store: SyncStore,
    keys: KeyStore,
    randomness: Randomness,
    send: Callable[[Enrol], EnrolAnswer],
    *,
    code: str,
    server_url: str,
) -> Identity:
    """Hand in a one-time code and become the device it was made for.

    The key is kept before it is shown: when the answer is lost, the same code and key are good
    once more. A device that head office forgot, because it was restored to before that day, hands
    in a code for the device it is, and stays it. Raises Conflict ALREADY_ENROLLED (a shop of its
    own), HEAD_OFFICE_OTHER, CODE_OF_ANOTHER; AccessDenied BAD_ENROLMENT; Unavailable NETWORK,
    KEY_MISSING.
    """
    known = store.on_writer(lambda local: local.identity)
    if known is not None and not known.server_url:
        raise Conflict("ALREADY_ENROLLED")
    key = kept_key(keys, known) if known else own_key(keys, randomness)
    proof = key.sign_request(enrolment_message(code))
    answer = send(
        Enrol(
            code=code,
            public_key=key.public,
            signature=proof,
            device_id=known.device_id if known else "",
            hq_public_key=known.hq_public_key if known else b"",
        )
    )
    if known is not None:
        return known_again(store, known, answer, server_url)
    identity = Identity(
        device_id=answer.device_id,
        device_type=answer.device_type,
        site_id=answer.site_id,
        tag=answer.tag,
        incarnation=answer.incarnation,
        epoch=answer.epoch,
        public_key=key.public,
        hq_public_key=answer.hq_public_key,
        server_url=server_url,
    )
    store.on_writer(lambda local: local.enrol(identity, key))
    return identity


def known_again(
    store: SyncStore, known: Identity, answer: EnrolAnswer, server_url: str
) -> Identity:
    """Head office knows this device again; nothing of it changes but where head office is found.

    The epoch stays the one it was told last: by it the next sync finds that head office was
    restored, and gives back what it lacks. Raises Conflict HEAD_OFFICE_OTHER, CODE_OF_ANOTHER.
    """
    if answer.hq_public_key != known.hq_public_key:
        raise Conflict("HEAD_OFFICE_OTHER")
    if (answer.device_id, answer.site_id) != (known.device_id, known.site_id):
        raise Conflict("CODE_OF_ANOTHER", device_id=known.device_id)
    return store.on_writer(lambda local: local.change_identity(server_url=server_url))
